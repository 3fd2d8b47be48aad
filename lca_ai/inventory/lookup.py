"""Look-ups that people read: impacts of a kilowatt-hour of a zone, of any activity, and the sources side by side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd

from lca_ai import tables
from lca_ai.errors import UnknownKeyError, did_you_mean
from lca_ai.inventory.electricity import CLIMATE_CHANGE, amount_of, intensities, published_intensity, supply, worst
from lca_ai.models.location import Location, zone_code
from lca_ai.sources import Factor, join

_NORMAL_95 = 1.6448536269514722  # the 95 % point of the standard normal distribution
_TECHNOLOGIES = frozenset({"coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bioenergy", "other renewables"})


def factors(name: str, *, year: int | None = None) -> pd.DataFrame:
    """Impacts of a grid zone's kilowatt-hour at the meter, or of any other activity, category by category.

    Parameters
    ----------
    name : a grid zone ("FR"), or an activity of the factor tables ("coal", "memory", "transport, ship")
    year : year of the zone's mix

    Returns
    -------
    DataFrame; see :func:`of_zone` and :func:`of_activity`.

    Raises
    ------
    InputError : for a name that neither is, or a year without data
    """
    try:
        zone = zone_code(name)
    except UnknownKeyError as fault:
        if name in tables.activities():
            return of_activity(name)
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


def of_activity(activity: str) -> pd.DataFrame:
    """Every factor of an activity, with its interval and how that is known.

    Returns
    -------
    DataFrame with ``part``, ``life_cycle_stage``, ``category``, ``amount``, ``unit``, ``per``, ``low``, ``high`` (see
    :func:`interval`), ``interval_basis``, ``factor_grade``, ``method_in_source``, ``source`` and ``note``.

    Raises
    ------
    MissingFactorError : where no table has the activity
    """
    rows = []
    for one in tables.factors(activity):
        low, high, basis = interval(one)
        rows.append(
            (one.part, one.stage, one.category, one.amount, one.unit, one.per, low, high, basis, one.grade,
             one.method_in_source, join(one.sources), one.note)
        )  # fmt: skip
    names = [
        "part", "life_cycle_stage", "category", "amount", "unit", "per", "low", "high", "interval_basis",
        "factor_grade", "method_in_source", "source", "note",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


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


@cache
def _deviations() -> Mapping[tuple[str, str, str], float]:
    rows = tables.rows("datasets/assumptions", "grades")
    found = {(row["grade"], row["scope"], row["category"]): float(row["geometric_standard_deviation"]) for row in rows}
    most = max(found.values())
    others = set(tables.categories()) - {category for _, _, category in found}
    scopes = {(grade, scope) for grade, scope, _ in found}
    return found | {(grade, scope, category): most for grade, scope in scopes for category in others}


def of_zone(zone: str, *, year: int | None = None) -> pd.DataFrame:
    """Impacts of 1 kWh at the meter of a zone, per category, with coverage and sources.

    Returns
    -------
    DataFrame with ``category``, ``amount``, ``unit``, ``covered_share`` (of the mix that has a figure), ``not_covered``
    (the technologies without one), ``factor_grade``, ``zone``, ``year`` and ``source``.

    Raises
    ------
    InputError : for an unknown zone or a year without data
    """
    location = Location(zone=zone, year=year)
    found = supply(location, run_year=None)
    by_name = {process.name: process for process in found.processes}
    inputs = by_name[found.process].inputs
    lost = 1.0 - (found.losses or 0.0)
    rows = []
    for category, row in tables.categories().items():
        total, covered, grades, cited, absent = 0.0, 0.0, set(), set(found.sources), []
        for name, share in inputs.items():
            amount = amount_of(by_name[name], category)
            if amount is None:
                absent.append(name.removeprefix("electricity from "))
                continue
            value, factor = amount
            total, covered = total + share * value, covered + share * lost
            grades.add(factor.grade)
            cited.update(factor.sources)
        rows.append(
            {
                "category": category, "amount": total if covered else None, "unit": f"{row['unit']}/kWh",
                "covered_share": covered, "not_covered": ";".join(sorted(absent)), "factor_grade": worst(grades),
                "zone": found.mix.zone, "year": found.mix.year, "source": join(cited),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


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
    by_name = {process.name: process for process in found.processes}
    known = [amount_of(by_name[name], CLIMATE_CHANGE) for name in by_name[found.process].inputs]
    meter = sum(
        share * pair[0] for share, pair in zip(by_name[found.process].inputs.values(), known, strict=True) if pair
    )
    generated = 1000.0 * meter * (1.0 - (found.losses or 0.0))
    rows = [
        ("this project, per kWh generated", found.mix.basis, generated, ";".join(found.mix.sources)),
        ("this project, per kWh at the meter", found.mix.basis, 1000.0 * meter, ";".join(found.sources)),
    ]
    ember = published_intensity(code, when)
    if ember is not None:
        rows.append(("published, generation", "life cycle, no trade", *ember))
    traced = intensities().get(code, {}).get(when)
    if traced is not None:
        rows.append(("published, consumption", traced["basis"], float(traced["amount"]), traced["source"]))
    table = pd.DataFrame(rows, columns=["origin", "basis", "amount", "source"])
    return table.assign(off=table["amount"] / generated - 1.0 if generated else float("nan"), zone=code, year=when)
