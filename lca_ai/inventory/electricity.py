"""Electricity: the mix of a zone and year, or of the very hours of the demand, as processes per kWh at the meter.

Per kWh at the meter, the zone's generation by technology over (1 - grid losses); each technology has its factors per
kWh generated. The bottom-up result is the result in every category; a published annual intensity is a check only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from lca_ai import tables
from lca_ai.errors import MissingFactorError, StudyError
from lca_ai.inventory.hourly import HourlySeries
from lca_ai.inventory.system import WATER_USE, Assumed, Gap, Process
from lca_ai.models.location import Location, zones
from lca_ai.sources import Factor

CLIMATE_CHANGE = "climate change"
_MIX_PACKAGES = ("datasets/grid", "datasets/grid-odbl")
_WORLD = "WOR"


@dataclass(frozen=True)
class Mix:
    """Shares of technologies in the generation of a zone.

    Attributes
    ----------
    shares : technology -> share of the generation, sum 1
    label : what it is, e.g. "FR 2021"
    """

    zone: str
    year: int
    shares: Mapping[str, float]
    basis: str
    sources: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Supply:
    """Electricity at the meter of a location: its processes, and what was assumed or is missing."""

    process: str
    processes: tuple[Process, ...]
    mix: Mix
    losses: float | None
    sources: tuple[str, ...]
    assumed: tuple[Assumed, ...]
    gaps: tuple[Gap, ...]


@cache
def _mixes() -> Mapping[str, Mapping[int, Mix]]:
    rows: dict[str, dict[int, list[tables.Row]]] = defaultdict(lambda: defaultdict(list))
    for package in _MIX_PACKAGES:
        if tables.has(package, "generation_mix"):
            for row in tables.rows(package, "generation_mix"):
                rows[row["zone"]][int(row["year"])].append(row)
    return {zone: {year: _mix(zone, year, many) for year, many in years.items()} for zone, years in rows.items()}


def _mix(zone: str, year: int, rows: list[tables.Row]) -> Mix:
    shares = {row["technology"]: float(row["share"]) for row in rows}
    cited = tuple(sorted({row["source"] for row in rows}))
    return Mix(zone, year, shares, rows[0]["basis"], cited, f"{zone} {year}")


def years(zone: str) -> list[int]:
    """Years with a published mix of a zone, ascending."""
    return sorted(_mixes().get(zone, {}))


def mix(zone: str, year: int | None, *, run_year: int | None = None) -> tuple[Mix, list[Assumed]]:
    """The mix of a zone: of ``year``, or of the latest published year not after the run.

    Raises
    ------
    MissingFactorError : where the zone has no mix for the year asked, or none that is not after the run
    """
    published = years(zone)
    available = f"{published[0]} to {published[-1]}" if published else "no year"
    if year is not None:
        if year not in published:
            raise MissingFactorError(
                f"no mix of {zone} for this year", field="location.year", value=year, accepted=available
            )
        return _mixes()[zone][year], []
    fitting = [one for one in published if run_year is None or one <= run_year]
    if not fitting:
        raise MissingFactorError(
            f"no mix of {zone} up to the year of the run", field="location.zone", value=run_year, accepted=available
        )
    chosen = fitting[-1]
    run = "a run of unknown year" if run_year is None else f"a run in {run_year}"
    reason = f"latest published mix not after {run}"
    return _mixes()[zone][chosen], [
        Assumed(f"year of the grid mix of {zone}", str(chosen), reason, ";".join(_mixes()[zone][chosen].sources))
    ]


@cache
def _losses() -> Mapping[str, Mapping[int, tables.Row]]:
    found: dict[str, dict[int, tables.Row]] = defaultdict(dict)
    for row in tables.rows("datasets/grid", "losses"):
        found[row["zone"]][int(row["year"])] = row
    return found


def losses(zone: str, year: int) -> tuple[float, str, list[Assumed]] | None:
    """Share of the generation that is lost before the meter, its source, and what was assumed; None if unpublished.

    The published year nearest to ``year`` is taken, the earlier one of two; a subdivision takes its country's.
    """
    country = zones()[zone]["country"] if zone in zones() else zone
    by_year = _losses().get(zone) or _losses().get(country)
    if not by_year:
        return None
    nearest = tables.nearest_year(by_year, year)
    row = by_year[nearest]
    place = "" if row["zone"] == zone else f" of {row['zone']}"
    share = float(row["amount"]) / 100.0
    assumed = []
    if nearest != year or place:
        assumed = [
            Assumed(
                f"grid losses of {zone}",
                f"{share:.1%}",
                f"figure{place} for {nearest}, the mix is of {year}",
                row["source"],
            )
        ]
    return share, row["source"], assumed


def technology_factors(technology: str) -> tuple[Factor, ...]:
    """Factors per kWh generated by a technology; empty where no table has it."""
    try:
        return tables.factors(technology)
    except MissingFactorError:
        return ()


def supply(
    location: Location,
    *,
    run_year: int | None,
    series: HourlySeries | None = None,
    demand: pd.Series | None = None,
    workload: str = "",
) -> Supply:
    """Electricity at the meter of ``location``.

    Parameters
    ----------
    run_year : calendar year (UTC) of the run, where known
    series : hourly series of the zone, matched with ``demand``
    demand : energy per hour [kWh], indexed by hour (UTC)
    workload : whose hours they are

    Raises
    ------
    MissingFactorError : where no mix is published for the year asked
    """
    if location.proxy is not None and years(location.zone):
        raise StudyError(
            f"{location.zone} has a mix of its own, so nothing stands in for it",
            field="location.proxy",
            value=location.proxy,
            accepted=f"no proxy; or the zone {location.proxy} itself, as a scenario",
        )
    zone = location.proxy or location.zone
    hourly = series.fold(demand) if series is not None and demand is not None else None
    if series is not None and hourly is not None and hourly.shares is not None:
        found = Mix(
            zone,
            hourly.year,
            hourly.shares,
            "hours of the demand",
            series.sources,
            f"{zone}, hours of {workload or 'the run'}",
        )
        assumed: list[Assumed] = []
    elif not years(zone) and location.grid_intensity is None and hourly is None:
        return _climate_only(location, zone, run_year)
    else:
        found, assumed = mix(zone, location.year, run_year=run_year)
    given = location.grid_intensity.to("kg CO2e/kWh").magnitude if location.grid_intensity is not None else None
    if hourly is not None and hourly.intensity is not None:
        given = hourly.intensity
    lost, loss_source, loss_assumed, loss_gaps = _lost(location, zone, found.year)
    label = f"electricity, {found.label}, at the meter" + (f", for {location.zone}" if location.proxy else "")
    if given is not None:
        label += f", climate change {given * 1000:g} g/kWh as given"
    if location.grid_losses is not None:
        label += f", losses {location.grid_losses:.2%} as given"
    technologies = {name: share for name, share in found.shares.items() if share > 0}
    proxy = f"the mix of {location.proxy} stands in for {location.zone}, as the study chose" if location.proxy else ""
    processes = [_technology(name, without_climate=given is not None, proxy=proxy) for name in technologies]
    inputs = {
        process.name: share / (1.0 - lost) for process, share in zip(processes, technologies.values(), strict=True)
    }
    if given is not None:
        processes.append(_given(given))
        inputs[processes[-1].name] = 1.0
    cited = tuple(sorted({*found.sources, *loss_source}))
    whole = Process(label, "kWh", inputs, (), cited)
    gaps = [*loss_gaps, *(hourly.gaps if hourly is not None else ())]
    return Supply(label, (*processes, whole), found, lost, cited, (*assumed, *loss_assumed), tuple(gaps))


def _climate_only(location: Location, zone: str, run_year: int | None) -> Supply:
    """A zone of which only the published climate change per kWh is known: every other category is a gap.

    Raises
    ------
    MissingFactorError : where nothing is published for the year asked, or for none that is not after the run
    """
    published = intensities().get(zone, {})
    fitting = [
        one for one in sorted(published) if (one == location.year if location.year else one <= (run_year or one))
    ]
    if not fitting:
        available = ", ".join(map(str, sorted(published))) or "no year"
        asked = location.year or run_year
        raise MissingFactorError(
            f"no figure of {zone} for this year", field="location.year", value=asked, accepted=available
        )
    row = published[fitting[-1]]
    year = fitting[-1]
    lost, loss_source, loss_assumed, loss_gaps = _lost(location, zone, year)
    assumed = list(loss_assumed)
    if location.year is None:
        assumed.append(
            Assumed(
                f"year of the grid figure of {zone}", str(year), "latest published one not after the run", row["source"]
            )
        )
    cited = tuple(sorted({row["source"], *loss_source}))
    factor = Factor(
        activity="electricity, climate change only", part="", stage="use", category=CLIMATE_CHANGE,
        amount=float(row["amount"]) / 1000.0, unit="kg CO2e", per="kWh", grade="sourced", method_in_source="IPCC AR5",
        low=None, high=None, sources=(row["source"],), year=str(year), geography=zone, note=row["basis"],
    )  # fmt: skip
    leaf = Process(f"electricity, {zone} {year}, {row['basis']}", "kWh", {}, (factor,), (row["source"],))
    label = f"electricity, {zone} {year}, at the meter"
    whole = Process(label, "kWh", {leaf.name: 1.0 / (1.0 - lost)}, (), cited)
    reason = f"only climate change is published for {zone}: no mix by technology"
    gap = Gap("", "use", f"grid of {zone}", "all but climate change", "partial", reason)
    known = Mix(zone, year, {}, row["basis"], (row["source"],), f"{zone} {year}")
    return Supply(label, (leaf, whole), known, lost, cited, tuple(assumed), (gap, *loss_gaps))


@cache
def intensities() -> Mapping[str, Mapping[int, tables.Row]]:
    found: dict[str, dict[int, tables.Row]] = defaultdict(dict)
    if tables.has("datasets/grid-intensity-odbl", "intensity"):
        for row in tables.rows("datasets/grid-intensity-odbl", "intensity"):
            found[row["zone"]][int(row["year"])] = row
    return dict(found)


def _lost(location: Location, zone: str, year: int) -> tuple[float, tuple[str, ...], list[Assumed], list[Gap]]:
    if location.grid_losses is not None:
        return location.grid_losses, (), [], []
    published = losses(zone, year)
    if published is None:
        reason = f"no grid losses are published for {zone}: none are counted"
        return 0.0, (), [], [Gap("", "use", f"grid losses of {zone}", "all", "partial", reason)]
    share, source, assumed = published
    return share, (source,), assumed, []


def _technology(name: str, *, without_climate: bool, proxy: str = "") -> Process:
    factors = technology_factors(name)
    if proxy:
        factors = tuple(replace(one, grade="proxy", note=proxy) for one in factors)
        name = f"{name} (proxy)"
    if without_climate:
        kept = tuple(one for one in factors if one.category != CLIMATE_CHANGE)
        return Process(
            f"electricity from {name}, climate change aside", "kWh", {}, kept, (), frozenset({CLIMATE_CHANGE})
        )
    return Process(f"electricity from {name}", "kWh", {}, factors)


def _given(intensity: float) -> Process:
    factor = Factor(
        activity="electricity as given", part="", stage="use", category=CLIMATE_CHANGE, amount=intensity,
        unit="kg CO2e",
        per="kWh", grade="sourced", method_in_source="unknown", low=None, high=None, sources=("study",),
        note="given by the study in place of the mix",
    )  # fmt: skip
    others = frozenset(tables.categories()) - {CLIMATE_CHANGE}
    return Process(
        f"electricity, climate change as given ({intensity * 1000:g} g/kWh)", "kWh", {}, (factor,), (), others
    )


def amount_of(process: Process, category: str) -> tuple[float, Factor] | None:
    factor = next(iter(process.factors_in(category)), None)
    if factor is None:
        return None
    return factor.amount * (water_scarcity() if factor.category != category else 1.0), factor


@cache
def water_scarcity() -> float:
    """Characterisation factor of water consumed anywhere in the world. [m3 world eq per m3]"""
    rows = tables.rows("emission_factors/method", "characterisation")
    return next(
        float(row["factor"]) for row in rows if row["flow"] == "water, consumed" and row["category"] == WATER_USE
    )


def worst(grades: set[str]) -> str:
    """The grade of a sum: the weakest of its parts."""
    return next((grade for grade in ("partial", "proxy", "sourced") if grade in grades), "missing")


def published_intensity(zone: str, year: int) -> tuple[float, str] | None:
    """The annual intensity that others publish, for comparison [g CO2e/kWh], and its source; None without one."""
    for row in tables.rows("datasets/grid", "published_intensity"):
        if row["zone"] == zone and int(row["year"]) == year:
            return float(row["amount"]), row["source"]
    return None


__all__ = [
    "CLIMATE_CHANGE",
    "Mix",
    "Supply",
    "losses",
    "mix",
    "published_intensity",
    "supply",
    "water_scarcity",
    "worst",
    "years",
]
