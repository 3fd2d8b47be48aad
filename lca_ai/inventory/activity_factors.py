"""Factors of an activity as people read them: every category, with interval, geography and what others have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import InputError
from lca_ai.inventory.electricity import water_scarcity
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE
from lca_ai.inventory.technology import default_fleet, fleet_of, other_readings, technology_factors
from lca_ai.sources import Factor, join

_PARAMETRIC = ", parametric"
_JRC = "jrc-ef31"
_ALTERNATIVES = ("emission_factors/electricity", "emission_factors/electricity-odbl")
_NORMAL_95 = 1.6448536269514722  # the 95 % point of the standard normal distribution
_TECHNOLOGIES = frozenset({"coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bioenergy", "other renewables"})


def activity_named(name: str) -> str | None:
    """The activity that a name is of, whatever its case; one that has a parametric model alone by its short name."""
    by_name = {one.casefold(): one for one in tables.activities()}
    key = " ".join(name.split()).casefold()
    return by_name.get(key) or by_name.get(key + _PARAMETRIC)


def of_every_category(activity: str, *, country: str = "") -> pd.DataFrame:
    """Every category of an activity, and of the parametric model of its parts: also those without a figure.

    Returns
    -------
    DataFrame as of :func:`of_activity`, with ``activity`` (it, or its parametric model). Water use is derived from
    water consumption where it has no figure of its own. A category without any figure is a row whose ``amount`` is
    missing and whose ``factor_grade`` is "missing".

    Raises
    ------
    InputError : for a country of an activity that is no technology of electricity
    """
    if country and activity not in _TECHNOLOGIES:
        wanted = f"no country; {', '.join(sorted(_TECHNOLOGIES))} take one"
        raise InputError(f"{activity} has no national fleets", field="country", value=country, accepted=wanted)
    beside = activity + _PARAMETRIC
    names = [activity, beside] if beside in tables.activities() else [activity]
    known = [
        {"activity": one} | {str(name): value for name, value in row.items()}
        for one in names
        for row in of_activity(one, country=country).to_dict("records")
    ]
    known = sorted([*known, *_derived(known)], key=lambda row: (row["activity"], row["part"], row["category"]))
    stage, found = known[0]["life_cycle_stage"], {row["category"] for row in known}
    absent = [
        {
            "activity": activity, "part": "", "life_cycle_stage": stage, "category": category, "amount": None,
            "unit": tables.category_unit(category), "per": "", "interval_basis": "", "distribution": "",
            "factor_grade": "missing",
            "geography": "", "year": "", "method_in_source": "", "source": "", "note": "no figure in any table",
            "alternatives": alternatives(activity, "", stage, category, country=country),
        }
        for category in tables.categories()
        if category not in found
    ]  # fmt: skip
    return pd.DataFrame([*known, *absent], columns=list(known[0]))


def _derived(known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Water use where only the volume of water has a figure: volume x scarcity of the world."""
    scarcity = water_scarcity()
    own = {(row["activity"], row["part"], row["life_cycle_stage"]) for row in known if row["category"] == WATER_USE}
    return [
        {
            **row,
            **{name: row[name] * scarcity for name in ("amount", "low", "high")},
            "category": WATER_USE,
            "distribution": f"{row['distribution']} x {scarcity:g}",
            "unit": tables.category_unit(WATER_USE),
            "source": join([*row["source"].split(";"), _JRC]),
            "note": f"{WATER_CONSUMPTION} x {scarcity:g}, scarcity of the world's average",
            "alternatives": [],
        }
        for row in known
        if row["category"] == WATER_CONSUMPTION and (row["activity"], row["part"], row["life_cycle_stage"]) not in own
    ]


def fleet_notes(activity: str, country: str) -> list[str]:
    """Whose plants the figures of a technology are where those of a country are asked: a line each, of all but its own.

    >>> fleet_notes("coal", "GE")[0]
    'no inventory of the fleet of GE: the default, US 2018'
    """
    factors = technology_factors(activity, country) if country and activity in _TECHNOLOGIES else ()
    others: dict[str, list[str]] = defaultdict(list)
    for one in factors:
        if one.geography != country and not one.of_flows:
            others[" ".join(filter(None, (one.geography, one.year))) or "no stated place"].append(one.category)
    told = [f"figures of {place}, not of {country}: {'; '.join(names)}" for place, names in others.items()]
    return [*filter(None, [_default_told(activity, country)]), *told]


def _default_told(activity: str, country: str) -> str:
    default = default_fleet(activity)
    if not default or not country or fleet_of(activity, country) or default.startswith(f"{country} "):
        return ""
    return f"no inventory of the fleet of {country}: the default, {default}"


def of_activity(activity: str, *, country: str = "") -> pd.DataFrame:
    """Every factor of an activity, with its interval, how that is known, and what other sources have.

    Parameters
    ----------
    country : ISO 3166-1 code, for the national fleet of a technology of electricity

    Returns
    -------
    DataFrame with ``part``, ``life_cycle_stage``, ``category``, ``amount``, ``unit``, ``per``, ``low``, ``high`` (see
    :func:`interval`), ``interval_basis``, ``distribution`` (see :func:`distribution`), ``factor_grade``, ``geography``
    and ``year`` (of the plants or the product), ``method_in_source``, ``source``, ``note`` and ``alternatives``: a list
    of ``amount``, ``what`` and ``source`` of each, in the same unit.

    Raises
    ------
    MissingFactorError : where no table has the activity
    """
    rows = []
    known = technology_factors(activity, country) or tables.factors(activity)
    for one in known:
        low, high, basis = interval(one)
        note = "; ".join(filter(None, (one.note, _default_told(activity, country) if one.of_flows else "")))
        others = alternatives(activity, one.part, one.stage, one.category, country=country)
        rows.append(
            (one.part, one.stage, one.category, one.amount, one.unit, one.per, low, high, basis,
             distribution(one), one.grade, one.geography, one.year, one.method_in_source, join(one.sources), note,
             others)
        )  # fmt: skip
    names = [
        "part", "life_cycle_stage", "category", "amount", "unit", "per", "low", "high", "interval_basis",
        "distribution",
        "factor_grade", "geography", "year", "method_in_source", "source", "note", "alternatives",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names).sort_values(["part", "category"], ignore_index=True)


def alternatives(activity: str, part: str, stage: str, category: str, *, country: str = "") -> list[dict[str, object]]:
    """What other sources have for a factor, in its unit: each with ``amount``, ``what`` and ``source``; none enters.

    Other plants and means over regions of a technology, its inventory in another reading, and the parametric model
    beside a measured part.
    """
    found: list[dict[str, object]] = [
        {"amount": one.amount, "what": one.note, "source": join(one.sources)}
        for one in _alternatives().get((activity, part, stage, category), ())
    ]
    if not part:
        found += [
            {"amount": amount, "what": what, "source": source}
            for of, what, amount, source in other_readings(activity, country)
            if of == category
        ]
    beside = activity + _PARAMETRIC
    if beside in tables.activities():
        found += [
            {"amount": one.amount, "what": f"{beside}, {one.part}, per {one.per}", "source": join(one.sources)}
            for one in tables.factors(beside)
            if (one.part, one.stage, one.category) == (part, stage, category)
        ]
    return found


@tables.cached
def _alternatives() -> Mapping[tuple[str, str, str, str], tuple[Factor, ...]]:
    found: dict[tuple[str, str, str, str], list[Factor]] = defaultdict(list)
    for package in _ALTERNATIVES:
        for row in tables.rows(package, "alternatives") if tables.has(package, "alternatives") else ():
            one = tables.factor(row)
            found[one.activity, one.part, one.stage, one.category].append(one)
    return {key: tuple(many) for key, many in found.items()}


def interval(factor: Factor) -> tuple[float, float, str]:
    """The range of a factor: as its source or this project states it, else a lognormal one by its grade.

    The default is the amount over and times ``gsd ** 1.645``: the 5 and 95 % points of a lognormal distribution with
    the geometric standard deviation that ``datasets/assumptions/grades.csv`` states for the grade.
    """
    if factor.low is not None and factor.high is not None:
        return factor.low, factor.high, "stated with the factor"
    spread = _deviations()[factor.grade, _scope(factor), factor.category] ** _NORMAL_95
    low, high = sorted((factor.amount / spread, factor.amount * spread))
    return low, high, "default by grade"


def distribution(factor: Factor) -> str:
    """The distribution that the range of a factor stands for, with its parameters.

    A stated range holds every draw, half of them on either side of the amount, the density falling straight to nothing
    at its ends over the logarithm; a default one is lognormal. In both, the amount is the median.
    """
    spread = spread_of(factor)
    if spread is None:
        return "none stated"
    if isinstance(spread, tuple):
        return f"range({spread[0]:g}, median {factor.amount:g}, {spread[1]:g})"
    return f"lognormal(median {factor.amount:g}, geometric standard deviation {spread:g})"


def spread_of(factor: Factor) -> tuple[float, float] | float | None:
    """How far a factor may be off: its stated range (low, high), or the geometric standard deviation of its grade.

    None where nothing is known of it (a figure that the study gives), or where the range has no width.
    """
    if factor.low is not None and factor.high is not None:
        low, high = sorted((factor.low, factor.high))
        return (low, high) if low < high else None
    if factor.sources == ("study",) or not factor.amount:
        return None
    deviation = _deviations()[factor.grade, _scope(factor), factor.category]
    return deviation if deviation > 1.0 else None


def _scope(factor: Factor) -> str:
    if factor.activity in {"coal", "gas"}:
        return f"electricity from {factor.activity}"
    if factor.activity in _TECHNOLOGIES or factor.activity.startswith("electricity"):
        return "electricity"
    return "transport" if factor.stage == "transport" else "hardware"


@tables.cached
def _deviations() -> Mapping[tuple[str, str, str], float]:
    rows = tables.rows("datasets/assumptions", "grades")
    found = {(row["grade"], row["scope"], row["category"]): float(row["geometric_standard_deviation"]) for row in rows}
    most = max(found.values())
    others = set(tables.categories()) - {category for _, _, category in found}
    scopes = {(grade, scope) for grade, scope, _ in found}
    return found | {(grade, scope, category): most for grade, scope in scopes for category in others}


def compare_factors(activity: str, *, country: str = "") -> pd.DataFrame:
    """Every factor of an activity beside what other sources have for it.

    Returns
    -------
    DataFrame with ``part``, ``life_cycle_stage``, ``category``, ``origin``, ``amount``, ``unit``, ``per``, ``off``
    (relative to the factor that is used) and ``source``.

    Raises
    ------
    MissingFactorError : where no table has the activity
    """
    used = of_activity(activity, country=country)
    rows = []
    for one in used.to_dict("records"):
        others = [{"amount": one["amount"], "what": "used", "source": one["source"]}, *one["alternatives"]]
        rows += [
            (one["part"], one["life_cycle_stage"], one["category"], other["what"], other["amount"], one["unit"],
             one["per"], other["amount"] / one["amount"] - 1.0 if one["amount"] else float("nan"), other["source"])
            for other in others
        ]  # fmt: skip
    names = ["part", "life_cycle_stage", "category", "origin", "amount", "unit", "per", "off", "source"]
    return pd.DataFrame(rows, columns=names)


__all__ = [
    "activity_named",
    "alternatives",
    "compare_factors",
    "fleet_notes",
    "interval",
    "of_activity",
    "of_every_category",
    "spread_of",
]
