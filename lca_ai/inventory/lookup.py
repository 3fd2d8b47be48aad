"""Look-ups that people read: impacts of a kilowatt-hour of a zone, of any activity, and the sources side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from lca_ai import tables
from lca_ai.errors import UnknownKeyError, did_you_mean
from lca_ai.inventory.electricity import (
    CLIMATE_CHANGE,
    Supply,
    amount_of,
    intensities,
    published_intensity,
    supply,
    worst,
)
from lca_ai.inventory.technology import other_readings, technology_factors
from lca_ai.models.location import Location, zone_code
from lca_ai.own_tables import OwnTables, using
from lca_ai.sources import Factor, join

_ALTERNATIVES = ("emission_factors/electricity", "emission_factors/electricity-odbl")
_NORMAL_95 = 1.6448536269514722  # the 95 % point of the standard normal distribution
_TECHNOLOGIES = frozenset({"coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bioenergy", "other renewables"})


def factors(name: str, *, year: int | None = None, country: str = "", tables: OwnTables | None = None) -> pd.DataFrame:
    """Impacts of a grid zone's kilowatt-hour at the meter, or of any other activity, category by category.

    Parameters
    ----------
    name : a grid zone ("FR"), or an activity of the factor tables ("coal", "memory", "transport, ship")
    year : year of the zone's mix
    country : country whose fleet a technology of electricity is of, e.g. coal of "IN"
    tables : a user's own tables, a folder or one CSV file, whose rows come before the project's of the same key

    Returns
    -------
    DataFrame; see :func:`of_zone` and :func:`of_activity`.

    Raises
    ------
    InputError : for a name that neither is, or a year without data
    TableError : for own tables that break a rule of the project's, naming the row
    """
    with using(tables):
        return _factors(name, year, country)


def _factors(name: str, year: int | None, country: str) -> pd.DataFrame:
    if name in tables.activities():
        return of_activity(name, country=zone_code(country) if country else "")
    try:
        zone = zone_code(name)
    except UnknownKeyError as fault:
        near = did_you_mean(name, tables.activities())
        raise (
            fault
            if near.startswith("known")
            else UnknownKeyError(
                "neither a grid zone nor an activity",
                value=name,
                accepted=f"{fault.accepted} or, of activities, {near}",
            )
        ) from None
    return of_zone(zone, year=year)


def of_activity(activity: str, *, country: str = "") -> pd.DataFrame:
    """Every factor of an activity, with its interval, how that is known, and what other sources have.

    Parameters
    ----------
    country : ISO 3166-1 code, for the national fleet of a technology of electricity

    Returns
    -------
    DataFrame with ``part``, ``life_cycle_stage``, ``category``, ``amount``, ``unit``, ``per``, ``low``, ``high`` (see
    :func:`interval`), ``interval_basis``, ``factor_grade``, ``method_in_source``, ``source``, ``note`` and
    ``alternatives``: a list of ``amount``, ``what`` and ``source`` of each, in the same unit.

    Raises
    ------
    MissingFactorError : where no table has the activity
    """
    rows = []
    known = technology_factors(activity, country) or tables.factors(activity)
    for one in known:
        low, high, basis = interval(one)
        others = alternatives(activity, one.part, one.stage, one.category, country=country)
        rows.append(
            (one.part, one.stage, one.category, one.amount, one.unit, one.per, low, high, basis, one.grade,
             one.method_in_source, join(one.sources), one.note, others)
        )  # fmt: skip
    names = [
        "part", "life_cycle_stage", "category", "amount", "unit", "per", "low", "high", "interval_basis",
        "factor_grade", "method_in_source", "source", "note", "alternatives",
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
    beside = f"{activity}, parametric"
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


def _scope(factor: Factor) -> str:
    if factor.activity in {"coal", "gas"}:
        return f"electricity from {factor.activity}"
    if factor.activity in _TECHNOLOGIES:
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


def of_zone(zone: str, *, year: int | None = None) -> pd.DataFrame:
    """Impacts of 1 kWh at the meter of a zone, per category, with interval, coverage and sources.

    Returns
    -------
    DataFrame with ``category``, ``amount``, ``unit``, ``low``, ``high`` (the sums of the bounds of its technologies),
    ``covered_share`` (of the mix that has a figure), ``not_covered`` (the technologies without one), ``factor_grade``,
    ``zone``, ``year``, ``basis`` (e.g. "gross generation"), ``kind`` ("average"), ``source`` and ``alternatives``: of
    climate change, what others publish, with ``amount``, ``what`` and ``source``.

    Raises
    ------
    InputError : for an unknown zone or a year without data
    """
    found = supply(Location(zone=zone, year=year), run_year=None)
    rows = []
    for category, row in tables.categories().items():
        known = _of_category(found, category)
        others = _published(found, 1e-3) if category == CLIMATE_CHANGE else []
        rows.append(
            {
                "category": category, "amount": known.amount, "unit": f"{row['unit']}/kWh", "low": known.low,
                "high": known.high, "covered_share": known.covered, "not_covered": ";".join(sorted(known.absent)),
                "factor_grade": worst(known.grades), "zone": found.mix.zone, "year": found.mix.year,
                "basis": found.mix.basis, "kind": found.mix.kind, "source": join({*found.sources, *known.sources}),
                "alternatives": others,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@dataclass
class _Sum:
    """A kilowatt-hour in one category: the sum over its technologies, and what has no figure."""

    amount: float | None = None
    low: float | None = None
    high: float | None = None
    covered: float = 0.0
    absent: list[str] = field(default_factory=list)
    grades: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


def _of_category(found: Supply, category: str) -> _Sum:
    by_name = {process.name: process for process in found.processes}
    sums = _Sum()
    for name, share in by_name[found.process].inputs.items():
        known = amount_of(by_name[name], category)
        if known is None:
            sums.absent.append(name.removeprefix("electricity from "))
            continue
        amount, factor = known
        low, high, _ = interval(factor)
        scale = share * (amount / factor.amount if factor.amount else 1.0)
        sums.amount = (sums.amount or 0.0) + share * amount
        sums.low, sums.high = (sums.low or 0.0) + scale * low, (sums.high or 0.0) + scale * high
        sums.covered += share * (1.0 - (found.losses or 0.0))
        sums.grades.add(factor.grade)
        sums.sources.update(factor.sources)
    return sums


def _published(found: Supply, per_gram: float) -> list[dict[str, object]]:
    """Climate change per kWh of a zone and year that others publish, in the unit of which a gram is ``per_gram``."""
    zone, year = found.mix.zone, found.mix.year
    rows: list[dict[str, object]] = []
    ember = published_intensity(zone, year)
    if ember is not None:
        rows.append({"amount": ember[0] * per_gram, "what": "published, generation, no trade", "source": ember[1]})
    traced = intensities().get(zone, {}).get(year)
    if traced is not None:
        what = f"published, {traced['basis']}"
        rows.append({"amount": float(traced["amount"]) * per_gram, "what": what, "source": traced["source"]})
    return rows


def compare_sources(zone: str, *, year: int | None = None) -> pd.DataFrame:
    """Climate change per kWh of a zone, as the sources have it, side by side.

    Returns
    -------
    DataFrame with ``origin``, ``basis``, ``amount`` [g CO2e/kWh], ``off`` (relative to the first row) and ``source``.

    Raises
    ------
    InputError : for an unknown zone or a year without data
    """
    found = supply(Location(zone=zone, year=year), run_year=None)
    code, when = found.mix.zone, found.mix.year
    meter = 1000.0 * (_of_category(found, CLIMATE_CHANGE).amount or 0.0)
    generated = meter * (1.0 - (found.losses or 0.0))
    rows = [
        ("this project, per kWh generated", found.mix.basis, generated, ";".join(found.mix.sources)),
        ("this project, per kWh at the meter", found.mix.basis, meter, ";".join(found.sources)),
    ]
    ember = published_intensity(code, when)
    if ember is not None:
        rows.append(("published, generation", "life cycle, no trade", *ember))
    traced = intensities().get(code, {}).get(when)
    if traced is not None:
        rows.append(("published, consumption", traced["basis"], float(traced["amount"]), traced["source"]))
    table = pd.DataFrame(rows, columns=["origin", "basis", "amount", "source"])
    return table.assign(off=table["amount"] / generated - 1.0 if generated else float("nan"), zone=code, year=when)


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


def is_activity(name: str) -> bool:
    """Whether a name is an activity of the factor tables, and not a grid zone."""
    return name in tables.activities()
