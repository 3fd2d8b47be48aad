"""Electricity: the mix of a zone and year, or of the very hours of the demand, as processes per kWh at the meter.

Per kWh at the meter, the zone's generation by technology over (1 - grid losses); each technology has its flows and
factors per kWh generated. The bottom-up result is the result in every category; a published annual intensity is a
check, or what climate change is calibrated to where the study asks. Average, residual and marginal kinds never mix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from lca_ai import tables
from lca_ai.errors import MissingFactorError, StudyError
from lca_ai.inventory.hourly import Folded, HourlySeries
from lca_ai.inventory.mixes import (
    AVERAGE,
    Mix,
    country_of,
    intensities,
    losses,
    mix,
    published_intensity,
    stale,
    years,
)
from lca_ai.inventory.system import WATER, WATER_USE, Assumed, Gap, Process
from lca_ai.inventory.technology import characterisation_factors, fleet_of, flows_of, technology_factors
from lca_ai.models.location import Location
from lca_ai.sources import Factor

CLIMATE_CHANGE = "climate change"
_HYDRO = "hydro"
_LOSSES_OF = "grid losses of "


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

    @property
    def losses_known(self) -> bool:
        """Whether grid losses are counted; where none are published, a kWh at the meter is one as generated."""
        return self.losses is not None and not any(one.process.startswith(_LOSSES_OF) for one in self.gaps)


@dataclass(frozen=True)
class _Parameters:
    """What a location asks of the technologies of its mix.

    ``hydro`` is climate change of hydropower [kg CO2e/kWh]; ``calibration`` multiplies climate change of the mix, with
    the sources of the total it is calibrated to.
    """

    country: str
    given: bool
    proxy: str
    hydro: float | None
    calibration: float = 1.0
    calibrated_to: tuple[str, ...] = ()
    calibrated_label: str = ""


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
    MissingFactorError : where no mix is published for the year asked, or none of the kind asked
    StudyError : for a proxy of a zone with a mix of its own, unless its hourly series is asked; for parameters of the
        mix where climate change is given, or published, without one
    """
    kind, release = location.grid_kind, location.grid_release
    if location.proxy not in (None, location.series_zone()) and years(location.zone, kind, release):
        raise StudyError(
            f"{location.zone} has a mix of its own, so nothing stands in for it",
            field="location.proxy",
            value=location.proxy,
            accepted=f"no proxy; or the zone {location.proxy} itself, as a scenario",
        )
    zone = location.proxy or location.zone
    hourly = series.fold(demand) if series is not None and demand is not None else None
    given = _given_intensity(location, hourly)
    known = years(zone, kind, release)
    assumed: list[Assumed] = []
    if series is not None and hourly is not None and hourly.shares is not None:
        label = f"{zone}, hours of {workload or 'the run'}" + ("" if kind == AVERAGE else f", {kind}")
        found = Mix(zone, hourly.year, hourly.shares, "hours of the demand", series.sources, label, kind)
    elif not known and given is not None:
        return _given_only(location, zone, given, hourly, run_year)
    elif not known and kind == AVERAGE:
        return _climate_only(location, zone, run_year)
    else:
        found, assumed = mix(zone, location.year, run_year=run_year, kind=kind, release=release)
    return _mixed(location, found, assumed, given=given, gaps=hourly.gaps if hourly is not None else ())


def _given_intensity(location: Location, hourly: Folded | None) -> float | None:
    """Climate change per kWh at the meter that stands in place of the mix. [kg CO2e/kWh]"""
    if hourly is not None and hourly.intensity is not None:
        refuse_parameters(location, "climate change of the grid is given by the hourly series")
        return hourly.intensity
    return float(location.grid_intensity.to("kg CO2e/kWh").magnitude) if location.grid_intensity is not None else None


def refuse_parameters(location: Location, problem: str) -> None:
    """Refuse what would be ignored where climate change of the grid is known without its technologies.

    Raises
    ------
    StudyError : for ``grid_intensity`` beside a series, ``hydro_intensity`` or ``calibrate``
    """
    for name in ("grid_intensity", "hydro_intensity", "calibrate"):
        if getattr(location, name):
            wanted = f"no {name}; or a mix by technology: an hourly series in MW, or a proxy"
            raise StudyError(problem, field=f"location.{name}", value=str(getattr(location, name)), accepted=wanted)


def _mixed(
    location: Location, found: Mix, assumed: list[Assumed], *, given: float | None, gaps: tuple[Gap, ...]
) -> Supply:
    """A mix over the losses of its zone, each technology with its flows and factors."""
    lost, loss_source, loss_assumed, loss_gaps = _lost(location, found.zone, found.year)
    parameters, stated = _parameters(location, found, given=given is not None)
    label = f"electricity, {found.label}, at the meter" + (f", for {location.zone}" if location.proxy else "")
    if given is not None:
        label += f", climate change {given * 1000:g} g/kWh as given"
    if location.grid_losses is not None:
        label += f", losses {location.grid_losses:.2%} as given"
    label += parameters.calibrated_label
    if parameters.hydro is not None:
        label += f", hydropower {parameters.hydro * 1000:g} g/kWh as given"
    if location.grid_release is not None:
        label += f", release {location.grid_release}"
    technologies = {name: share for name, share in found.shares.items() if share > 0}
    processes = [_technology(name, parameters) for name in technologies]
    inputs = {
        process.name: share / (1.0 - lost) for process, share in zip(processes, technologies.values(), strict=True)
    }
    if given is not None:
        processes.append(_given(given, location.grid_kind))
        inputs[processes[-1].name] = 1.0
    cited = tuple(sorted({*found.sources, *loss_source}))
    whole = Process(label, "kWh", inputs, (), cited)
    return Supply(
        label, (*processes, whole), found, lost, cited, (*assumed, *stated, *loss_assumed), (*loss_gaps, *gaps)
    )


def _parameters(location: Location, found: Mix, *, given: bool) -> tuple[_Parameters, list[Assumed]]:
    proxy = f"the mix of {location.proxy} stands in for {location.zone}, as the study chose" if location.proxy else ""
    hydro = location.hydro_intensity
    own = _Parameters(
        country_of(found.zone), given, proxy, float(hydro.to("kg CO2e/kWh").magnitude) if hydro is not None else None
    )
    stated = []
    if hydro is not None and _HYDRO in found.shares:
        reason = "climate change of hydropower per kWh generated, given by the study in place of the median of IPCC AR5"
        stated.append(Assumed(f"hydropower of {found.zone}", f"{hydro.to('g CO2e/kWh').magnitude:g} g/kWh", reason))
    for name in found.shares:
        fleet = fleet_of(name, own.country)
        if fleet:
            reason = "fleet whose inventory stands for it outside climate change, toxicity and minerals"
            cited = ";".join(sorted({one for flow in flows_of(name, own.country) for one in flow.sources}))
            stated.append(Assumed(f"{name} plants of {found.zone}", f"fleet of {fleet}", reason, cited))
    if not location.calibrate or given:
        return own, stated
    return _calibrated(location, found, own, stated)


def _calibrated(
    location: Location, found: Mix, own: _Parameters, stated: list[Assumed]
) -> tuple[_Parameters, list[Assumed]]:
    """Climate change of every technology, scaled so that the annual mix has the published total.

    Raises
    ------
    MissingFactorError : where no total is published for the zone and year
    """
    annual, _ = mix(
        found.zone, found.year if location.year is None else location.year, kind=found.kind,
        release=location.grid_release,
    )  # fmt: skip
    published = published_intensity(found.zone, annual.year, location.grid_release)
    if published is None or found.kind != AVERAGE:
        wanted = "calibrate: false, or grid_intensity"
        raise MissingFactorError(
            f"no annual total of {annual.label} is published to calibrate to",
            field="location.calibrate",
            value=annual.label,
            accepted=wanted,
        )
    grams = 1000.0 * sum(share * _climate_of(name, own) for name, share in annual.shares.items())
    scale = published[0] / grams
    reason = f"bottom-up {grams:.1f} g CO2e/kWh generated in {annual.year}, published {published[0]:.1f}"
    subject = f"calibration of climate change of {found.zone}"
    text = f", climate change calibrated to {published[0]:g} g/kWh generated"
    return (
        replace(own, calibration=scale, calibrated_to=(published[1],), calibrated_label=text),
        [*stated, Assumed(subject, f"x {scale:.4g}", reason, published[1])],
    )


def _climate_of(technology: str, parameters: _Parameters) -> float:
    return sum(one.amount for one in _factors(technology, parameters) if one.category == CLIMATE_CHANGE)


def _given_only(location: Location, zone: str, given: float, hourly: Folded | None, run_year: int | None) -> Supply:
    """A zone of which no mix of the kind is known, with climate change as given: every other category is a gap."""
    year = hourly.year if hourly is not None else location.year or run_year or 0
    kind = "" if location.grid_kind == AVERAGE else f"{location.grid_kind} "
    leaf = replace(_given(given, location.grid_kind), elsewhere=frozenset())
    label = f"electricity, {zone}, {kind}climate change {given * 1000:g} g/kWh as given"
    whole = Process(label, "kWh", {leaf.name: 1.0}, (), ("study",))
    reason = f"no {kind}mix by technology of {zone} is known: only climate change, as given"
    gap = Gap("", "use", f"grid of {zone}", "all but climate change", "partial", reason)
    known = Mix(zone, year, {}, "as given", ("study",), f"{zone}, as given", location.grid_kind)
    gaps = hourly.gaps if hourly is not None else ()
    return Supply(label, (leaf, whole), known, None, ("study",), (), (gap, *gaps))


def _climate_only(location: Location, zone: str, run_year: int | None) -> Supply:
    """A zone of which only the published climate change per kWh is known: every other category is a gap.

    Raises
    ------
    MissingFactorError : where nothing is published for the year asked, or for none that is not after the run
    """
    refuse_parameters(location, f"only climate change is published for {zone}: no mix by technology")
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
                f"year of the grid figure of {zone}",
                str(year),
                "latest published one not after the run" + stale(year, run_year),
                row["source"],
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


def _lost(location: Location, zone: str, year: int) -> tuple[float, tuple[str, ...], list[Assumed], list[Gap]]:
    if location.grid_losses is not None:
        return location.grid_losses, (), [], []
    published = losses(zone, year)
    if published is None:
        reason = f"no grid losses are published for {zone}: none are counted"
        return 0.0, (), [], [Gap("", "use", f"{_LOSSES_OF}{zone}", "all", "partial", reason)]
    share, source, assumed = published
    return share, (source,), assumed, []


def _factors(technology: str, parameters: _Parameters) -> tuple[Factor, ...]:
    """Factors of a technology with what the location asks of its climate change."""
    found = technology_factors(technology, parameters.country)
    if technology == _HYDRO and parameters.hydro is not None:
        own = {
            "amount": parameters.hydro, "sources": ("study",), "note": "given by the study", "low": None,
            "high": None, "method_in_source": "unknown",
        }  # fmt: skip
        found = tuple(replace(one, **own) if one.category == CLIMATE_CHANGE else one for one in found)  # type: ignore[arg-type]
    if parameters.calibration != 1.0:
        found = tuple(_scaled(one, parameters) if one.category == CLIMATE_CHANGE else one for one in found)
    return found


def _scaled(factor: Factor, parameters: _Parameters) -> Factor:
    scale, told = parameters.calibration, f"x {parameters.calibration:.4g}: calibrated to the published total"
    return replace(
        factor,
        amount=factor.amount * scale,
        low=None if factor.low is None else factor.low * scale,
        high=None if factor.high is None else factor.high * scale,
        sources=(*factor.sources, *parameters.calibrated_to),
        note="; ".join(filter(None, (factor.note, told))),
    )


def _technology(name: str, parameters: _Parameters) -> Process:
    factors, flows = _factors(name, parameters), flows_of(name, parameters.country)
    fleet = fleet_of(name, parameters.country)
    label = f"electricity from {name}" + (f", fleet of {fleet}" if fleet else "")
    if name == _HYDRO and parameters.hydro is not None:
        label += f", {parameters.hydro * 1000:g} g CO2e/kWh as given"
    if parameters.calibration != 1.0:
        label += f", climate change x {parameters.calibration:.4g}"
    if parameters.proxy:
        factors = tuple(replace(one, grade="proxy", note=parameters.proxy) for one in factors)
        label += " (proxy)"
    if parameters.given:
        kept = tuple(one for one in factors if one.category != CLIMATE_CHANGE)
        return Process(f"{label}, climate change aside", "kWh", {}, kept, (), frozenset({CLIMATE_CHANGE}), flows)
    return Process(label, "kWh", {}, factors, flows=flows)


def _given(intensity: float, kind: str) -> Process:
    factor = Factor(
        activity="electricity as given", part="", stage="use", category=CLIMATE_CHANGE, amount=intensity,
        unit="kg CO2e",
        per="kWh", grade="sourced", method_in_source="unknown", low=None, high=None, sources=("study",),
        note="given by the study in place of the mix",
    )  # fmt: skip
    others = frozenset(tables.categories()) - {CLIMATE_CHANGE}
    name = f"electricity, {'' if kind == AVERAGE else f'{kind} '}climate change as given ({intensity * 1000:g} g/kWh)"
    return Process(name, "kWh", {}, (factor,), (), others)


def amount_of(process: Process, category: str) -> tuple[float, Factor] | None:
    """Impact per unit of a process in a category, and the factor behind it; None where it has none."""
    factor = next(iter(process.factors_in(category)), None)
    if factor is None:
        return None
    return factor.amount * (water_scarcity() if factor.category != category else 1.0), factor


def water_scarcity() -> float:
    """Characterisation factor of water consumed anywhere in the world. [m3 world eq per m3]"""
    return characterisation_factors()[WATER, "water", WATER_USE]


def worst(grades: set[str]) -> str:
    """The grade of a sum: the weakest of its parts."""
    return next((grade for grade in ("partial", "proxy", "sourced") if grade in grades), "missing")


__all__ = [
    "CLIMATE_CHANGE",
    "Mix",
    "Supply",
    "amount_of",
    "intensities",
    "losses",
    "mix",
    "published_intensity",
    "supply",
    "technology_factors",
    "water_scarcity",
    "worst",
    "years",
]
