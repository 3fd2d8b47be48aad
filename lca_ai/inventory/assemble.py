"""From a workload and its metered energy to demands on processes: the inventory of one run, in its system boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.inventory import allocation, embodied, facility
from lca_ai.inventory.electricity import Supply, supply
from lca_ai.inventory.facility import EnergyUse, Metered
from lca_ai.inventory.hourly import HourlySeries
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE, Assumed, Demand, Gap, GapKind, Process, ProductSystem
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.workload import Basis, Workload
from lca_ai.sources import Factor, join

_M3_PER_L = 1e-3


@dataclass(frozen=True)
class Inventory:
    """The inventory of one workload, for the report: its electricity, its share of machines, its grid."""

    workload: str
    energy: tuple[EnergyUse, ...]
    supply: Supply
    pue: float
    it_energy: float
    meter_energy: float
    machine_seconds: float | None
    share: allocation.Share | None
    covers: frozenset[str] = field(default_factory=frozenset)


def add_workload(  # noqa: PLR0913 (what a workload needs from outside)
    system: ProductSystem,
    workload: Workload,
    metered: Metered,
    scope: GoalAndScope,
    *,
    run_year: int | None,
    series: HourlySeries | None = None,
) -> Inventory:
    """Add the demands of one workload to a product system.

    Raises
    ------
    InputError : where the inventory contradicts itself or a factor that was asked for by name is missing
    """
    uses, it_energy = it_electricity(system, workload, metered)
    uses, factor = _with_overhead(system, workload, metered, uses, run_year)
    demand = pd.concat([use.hours for use in uses]).groupby(level=0, dropna=False).sum()
    if series is not None and demand.index.isna().any():
        raise StudyError(
            "an hourly series needs the time of the run",
            field="runtime.start",
            value=workload.name,
            accepted="a log, or runtime.start",
        )
    grid = supply(workload.location, run_year=run_year, series=series, demand=demand, workload=workload.name)
    share = None
    if "use" in scope.system_boundary:
        add_use(system, workload, uses, grid)
        add_site_water(system, workload, metered, it_energy, run_year)
    share = add_machines(system, workload, metered, scope)
    cut_off(system, scope, workload.name)
    meter = sum(use.total for use in uses)
    return Inventory(
        workload.name, tuple(uses), grid, factor, it_energy, meter, metered.machine_seconds, share, metered.covers
    )


def it_electricity(system: ProductSystem, workload: Workload, metered: Metered) -> tuple[list[EnergyUse], float]:
    """Every kind of electricity of the IT equipment of a run, and the sum [kWh]."""
    uses = _metered(metered)
    server, _ = facility.servers(workload.hardware)
    if server is not None:
        modelled, assumed, gaps = facility.not_covered(server, metered, workload=workload.name)
        uses += modelled
        system.assumed += assumed
        system.gaps += gaps
    elif not metered.covers & facility.WHOLE:
        reason = (
            f"the energy covers {', '.join(sorted(metered.covers))} only, and no hardware is named to model the rest"
        )
        system.gaps.append(
            Gap(workload.name, "use", "electricity of the rest of the machine", "all", "missing", reason)
        )
    uses += [
        facility.alike(metered, name, float(energy.to("kWh").magnitude), basis="given", sources=("study",))
        for name, energy in workload.additional_energy.items()
    ]
    return uses, sum(use.total for use in uses)


def _metered(metered: Metered) -> list[EnergyUse]:
    """The energy of a log: what sensors told, and what the meter modelled for want of one."""
    name, modelled = _measured_name(metered), metered.modelled
    if modelled is None:
        return [EnergyUse(name, metered.hours, metered.basis, ("study",))]
    told = metered.hours - modelled
    if not told.sum() > 0.0:
        return [EnergyUse(name, metered.hours, "modelled", ("lca-ai-convention",))]
    by_meter = EnergyUse(facility.BY_METER, modelled, "modelled", ("lca-ai-convention",))
    return [EnergyUse(name, told, metered.basis, ("study",)), by_meter]


def _with_overhead(
    system: ProductSystem, workload: Workload, metered: Metered, uses: list[EnergyUse], run_year: int | None
) -> tuple[list[EnergyUse], float]:
    """The electricity of the IT equipment and of the facility around it, and the PUE that applies."""
    check_facility(workload, metered)
    if "facility" in metered.covers:
        return uses, 1.0
    factor, basis, assumed_pue, sources = facility.pue(workload.location, run_year)
    system.assumed += assumed_pue
    return ([*uses, facility.overhead(uses, factor, basis, sources)] if factor > 1.0 else uses), factor


def check_facility(workload: Workload, metered: Metered) -> None:
    """Refuse a PUE beside energy that holds the overhead already.

    Raises
    ------
    StudyError : for a PUE above 1 where the whole facility was metered
    """
    if "facility" in metered.covers and workload.location.pue not in (None, 1.0):
        raise StudyError(
            "the energy was metered for the whole facility, so the PUE is in it already",
            field="location.pue",
            value=workload.location.pue,
            accepted="no pue, or 1.0",
        )


def _measured_name(metered: Metered) -> str:
    covered = (
        "whole machine"
        if "node" in metered.covers
        else "facility"
        if "facility" in metered.covers
        else ", ".join(sorted(metered.covers))
    )
    return f"electricity, {covered or 'as given'}"


def add_use(system: ProductSystem, workload: Workload, uses: Sequence[EnergyUse], grid: Supply) -> None:
    """Demands on the electricity supply of a place, one for each kind of use."""
    process = system.add(grid.processes, owner=workload.name)[grid.process]
    system.assumed += [one for one in grid.assumed if one not in system.assumed]
    system.gaps += [replace(gap, workload=workload.name) for gap in grid.gaps]
    for use in uses:
        name = use.activity if use.activity.startswith("electricity") else f"electricity, {use.activity}"
        system.demands.append(
            Demand(workload.name, "use", name, process, use.total, "kWh", use.basis, (*use.sources, *grid.sources))
        )


def add_site_water(
    system: ProductSystem, workload: Workload, metered: Metered, it_energy: float, run_year: int | None
) -> None:
    """Water consumed at the site: WUE x energy of the IT equipment, not scaled by PUE (The Green Grid, WP 35)."""
    known = facility.wue(workload.location, run_year)
    if known is None:
        reason = "the water usage effectiveness (WUE) of the site is not given"
        for category in (WATER_USE, WATER_CONSUMPTION):
            system.gaps.append(Gap(workload.name, "use", "cooling water on site", category, "missing", reason))
        return
    if "facility" in metered.covers:
        reason = "the energy was metered for the whole facility, so the WUE is applied to more than the IT equipment"
        subject = f"IT energy behind the cooling water of {workload.name}"
        system.assumed.append(Assumed(subject, f"{it_energy:.6g} kWh", reason))
    litres_per_kwh, basis, assumed, sources = known
    system.assumed += assumed
    factor = Factor(
        activity="water, on site", part="", stage="use", category=WATER_CONSUMPTION, amount=1.0, unit="m3", per="m3",
        grade="sourced", method_in_source="inventory", low=1.0, high=1.0, sources=sources,
        note="consumed at the site",
    )  # fmt: skip
    name = "cooling water on site"
    others = frozenset(tables.categories()) - {WATER_USE, WATER_CONSUMPTION}
    system.add([Process(name, "m3", {}, (factor,), sources, others)], owner=workload.name)
    amount = litres_per_kwh * it_energy * _M3_PER_L
    system.demands.append(Demand(workload.name, "use", name, name, amount, "m3", basis, sources))


def add_machines(
    system: ProductSystem, workload: Workload, metered: Metered, scope: GoalAndScope
) -> allocation.Share | None:
    """Demands on the making, transport and end of life of the machine of a workload; None where it names none.

    Raises
    ------
    StudyError : where it is not known how long the machine was used
    """
    stages = [stage for stage in scope.system_boundary if stage != "use"]
    server, _ = facility.servers(workload.hardware)
    if workload.hardware is None:
        reason = "the study names no hardware"
        system.gaps += [Gap(workload.name, stage, "hardware", "all", "missing", reason) for stage in stages]
    if not stages or server is None:
        return None
    if metered.machine_seconds is None:
        raise StudyError(
            "how long the hardware was used is not known",
            field="runtime",
            value=workload.name,
            accepted="runtime: {duration: 36 h}, or a system boundary of use only",
        )
    bill = embodied.bill_of(server)
    share = allocation.share_of_life(metered.machine_seconds, workload.allocation, workload=workload.name)
    if server.share_note:
        bill.assumed.append(
            Assumed(f"machine behind {server.name}", f"{server.share:g}", server.share_note, join(server.sources))
        )
    basis: Basis = "assumed" if share.assumed or bill.assumed else "given"
    system.assumed += [one for one in (*share.assumed, *bill.assumed) if one not in system.assumed]
    for stage in stages:
        name = f"{stage} of {server.name}"
        inputs = bill.inputs[stage]
        system.gaps += [replace(gap, workload=workload.name) for gap in bill.gaps if gap.stage == stage]
        if not inputs:
            if not any(gap.stage == stage for gap in bill.gaps):
                system.gaps.append(
                    Gap(workload.name, stage, server.name, "all", "missing", "no figure for this stage of the machine")
                )
            continue
        machine = Process(name, "machine", inputs, (), server.sources)
        names = system.add([*(bill.processes[process] for process in inputs), machine], owner=workload.name)
        system.demands.append(
            Demand(
                workload.name, stage, name, names[name], share.machines * server.share, "machine", basis, server.sources
            )
        )
    return share


def cut_off(system: ProductSystem, scope: GoalAndScope, workload: str) -> None:
    """Turn a missing part into a cut-off where the scope names it."""
    for index, gap in enumerate(system.gaps):
        for cut in scope.cut_offs:
            if gap.workload == workload and gap.kind == "missing" and cut.what.casefold() in gap.process.casefold():
                system.gaps[index] = replace(gap, kind="cut-off", reason=f"{cut.reason} ({gap.reason})")


def category_gaps(system: ProductSystem) -> list[Gap]:
    """Per workload, stage and category: the processes that have no figure in the category, or one by proxy."""
    gaps = []
    told = {
        (demand.workload, demand.stage, demand.process): demand for demand in system.demands
    }  # one supply, told once
    for demand in told.values():
        leaves = system.leaves(demand.process)
        for category in tables.categories():
            concerned = {
                name for name, amount in leaves.items() if amount and category not in system.processes[name].elsewhere
            }
            absent = sorted(name for name in concerned if category not in system.processes[name].categories)
            if absent:
                gaps.append(
                    Gap(demand.workload, demand.stage, demand.process, category, "missing", _absent(absent, concerned))
                )
            gaps += _weak(system, demand, leaves, category)
    return gaps


def covered_shares(system: ProductSystem, climate: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Per category, the share of the product system that has a figure in it.

    Within an electricity supply, parts weigh by their kWh; within a machine, by their climate change; activities weigh
    by their climate change.

    Parameters
    ----------
    climate : per demand, climate change by process [kg CO2e]
    """
    weight = [abs(sum(parts.values())) for parts in climate]
    leaves = [system.leaves(demand.process) for demand in system.demands]
    shares = {}
    for category in tables.categories():
        found = [_covered(system, amounts, parts, category) for amounts, parts in zip(leaves, climate, strict=True)]
        known = [(share, size) for share, size in zip(found, weight, strict=True) if share is not None]
        total = sum(size for _, size in known)
        shares[category] = sum(share * size for share, size in known) / total if total else 0.0
    return shares


def _covered(
    system: ProductSystem, amounts: Mapping[str, float], climate: Mapping[str, float], category: str
) -> float | None:
    leaves = {name: amount for name, amount in amounts.items() if category not in system.processes[name].elsewhere}
    if not leaves:
        return None
    by_amount = all(system.processes[name].unit == "kWh" for name in leaves)
    sizes = {name: abs(amount if by_amount else climate.get(name, 0.0)) for name, amount in leaves.items()}
    total = sum(sizes.values())
    return (
        sum(size for name, size in sizes.items() if category in system.processes[name].categories) / total
        if total
        else None
    )


def _absent(absent: list[str], leaves: set[str]) -> str:
    if len(absent) == len(leaves):
        return "no source has a figure in this category for any part of it"
    return "no figure in this category for " + ", ".join(absent)


def _weak(system: ProductSystem, demand: Demand, leaves: Mapping[str, float], category: str) -> list[Gap]:
    """Figures by proxy or partial ones: the processes that share a reason are told together."""
    found: dict[GapKind, dict[str, list[str]]] = {"proxy": {}, "partial": {}}
    for name, amount in leaves.items():
        for factor in system.processes[name].factors:
            if factor.category == category and amount and factor.grade in found:
                found[factor.grade].setdefault(factor.note, []).append(name)
    return [
        Gap(
            demand.workload,
            demand.stage,
            demand.process,
            category,
            kind,
            "; ".join(_told(*pair) for pair in notes.items()),
        )
        for kind, notes in found.items()
        if notes
    ]


def _told(note: str, names: list[str]) -> str:
    return ", ".join(names) + (f" ({note})" if note else "")


__all__ = [
    "Assumed",
    "Inventory",
    "add_machines",
    "add_site_water",
    "add_use",
    "add_workload",
    "category_gaps",
    "check_facility",
    "covered_shares",
    "cut_off",
    "it_electricity",
]
