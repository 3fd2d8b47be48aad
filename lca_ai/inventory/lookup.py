"""Look-ups that people read: impacts of a kilowatt-hour of a zone, of any activity, and the sources side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from lca_ai import tables
from lca_ai.errors import InputError, UnknownKeyError, did_you_mean
from lca_ai.inventory.activity_factors import (
    activity_named,
    alternatives,
    compare_factors,
    interval,
    of_activity,
    of_every_category,
)
from lca_ai.inventory.electricity import (
    CLIMATE_CHANGE,
    Supply,
    amount_of,
    intensities,
    published_intensity,
    supply,
    worst,
)
from lca_ai.models.location import Location, zone_code
from lca_ai.own_tables import OwnTables, using
from lca_ai.sources import join


def factors(
    name: str = "", *, year: int | None = None, country: str = "", tables: OwnTables | None = None
) -> pd.DataFrame:
    """Impacts of a grid zone's kilowatt-hour at the meter, or of any other activity, category by category.

    Parameters
    ----------
    name : a grid zone ("FR"), or an activity of the factor tables ("coal", "memory", "transport, ship")
    year : year of the zone's mix
    country : country whose fleet a technology of electricity is of, e.g. coal of "IN"
    tables : a user's own tables, a folder or one CSV file, whose rows come before the project's of the same key

    Returns
    -------
    DataFrame; see :func:`of_zone` and :func:`of_every_category`.

    Raises
    ------
    InputError : for a name that neither is, a year without data, the year of an activity or the country of a zone
    TableError : for own tables that break a rule of the project's, naming the row
    """
    with using(tables):
        return _looked_up(name, year, country).copy()


@tables.cached
def _looked_up(name: str, year: int | None, country: str) -> pd.DataFrame:
    activity, code = named(name, year, country)
    return of_zone(code, year=year) if activity is None else of_every_category(activity, country=code)


def named(name: str, year: int | None, country: str) -> tuple[str | None, str]:
    """The activity that is asked, with the country of its fleet; or None, with the code of a grid zone.

    Raises
    ------
    InputError : for no name or one that neither is, the year of an activity or the country of a zone
    """
    if not name.strip():
        raise InputError("no zone and no activity", field="name", accepted="a grid zone (FR) or an activity (coal)")
    activity = activity_named(name)
    if activity is not None:
        if year is not None:
            wanted = "no year, each figure tells its own; a grid zone takes one"
            raise InputError(
                f"{activity} is no zone, so its year cannot be chosen", field="year", value=year, accepted=wanted
            )
        return activity, zone_code(country) if country else ""
    try:
        zone = zone_code(name)
    except UnknownKeyError as fault:
        near = did_you_mean(name, tables.activities())
        if near.startswith("known"):
            raise
        told = f"{fault.accepted} or, of activities, {near}"
        raise UnknownKeyError("neither a grid zone nor an activity", value=name, accepted=told) from None
    if country:
        wanted = "no country; a technology of electricity (coal) takes one"
        raise InputError(f"{zone} is a grid zone", field="country", value=country, accepted=wanted)
    return None, zone


def of_zone(zone: str, *, year: int | None = None) -> pd.DataFrame:
    """Impacts of 1 kWh at the meter of a zone, per category, with interval, coverage and sources.

    Returns
    -------
    DataFrame with ``category``, ``amount``, ``unit``, ``low``, ``high`` (the sums of the bounds of its technologies),
    ``covered_share`` (of the mix that has a figure), ``not_covered`` (the technologies without one), ``factor_grade``,
    ``zone``, ``year``, ``basis`` (e.g. "gross generation"), ``kind`` ("average"), ``grid_losses`` (share; missing where
    none are published, so that a kWh at the meter is one as generated), ``source`` and ``alternatives``: of climate
    change, what others publish, with ``amount``, ``what`` and ``source``.

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
                "basis": found.mix.basis, "kind": found.mix.kind,
                "grid_losses": found.losses if found.losses_known else None,
                "source": join({*found.sources, *known.sources}), "alternatives": others,
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
        (
            f"this project, per kWh {'generated' if found.mix.shares else 'consumed, flow-traced'}",
            found.mix.basis,
            generated,
            ";".join(found.mix.sources),
        ),
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


def is_activity(name: str) -> bool:
    """Whether a name is an activity of the factor tables, and not a grid zone."""
    return activity_named(name) is not None


__all__ = [
    "alternatives",
    "compare_factors",
    "compare_sources",
    "factors",
    "interval",
    "is_activity",
    "named",
    "of_activity",
    "of_every_category",
    "of_zone",
]
