"""Completeness, consistency and plausibility of a result (ISO 14044, 4.5.3), each by a stated rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lca_ai import tables
from lca_ai.impact.result import Result
from lca_ai.inventory.assemble import Inventory
from lca_ai.inventory.electricity import published_intensity
from lca_ai.inventory.facility import servers
from lca_ai.inventory.technology import high_stack_share
from lca_ai.models.hardware import Server
from lca_ai.models.workload import Workload

_CLIMATE = "climate change"
_SECONDS_PER_HOUR = 3600.0
_CLOSE = 1e-9
_FAR_FROM_PUBLISHED = 0.15
_DECIDES = 0.5


@dataclass(frozen=True)
class Check:
    """One rule applied to a result.

    ``verdict`` is "pass", "flag" (implausible or incomplete: explain it) or "note" (for the reader).
    """

    rule: str
    subject: str
    verdict: Literal["pass", "flag", "note"]
    detail: str


def check_result(result: Result) -> list[Check]:
    """Every rule, applied to a result."""
    found = [_stages_sum(result), _categories_present(result)]
    for workload, inventory in zip(result.workloads, result.inventories, strict=True):
        found += check_workload(workload, inventory)
        found += _grid(result, inventory)
    found += [*_fossil_energy(result), *_end_of_life_water(result), *_particles(result), *_method_shares(result)]
    return found


def check_workload(workload: Workload, inventory: Inventory) -> list[Check]:
    """Rules on the energy of one workload."""
    server, _ = servers(workload.hardware)
    rules = [_pue_once(workload, inventory)]
    if server is not None and inventory.machine_seconds:
        rules.append(
            power_within_hardware(
                server, inventory.energy[0].total, inventory.machine_seconds, inventory.covers, workload.name
            )
        )
    return rules


def power_within_hardware(
    server: Server, kwh: float, machine_seconds: float, covers: frozenset[str], subject: str
) -> Check:
    """Mean power of one machine between the idle power of its accelerators and what the machine can draw."""
    rule = "power between idle and what the hardware can draw"
    mean = kwh * 3.6e6 / machine_seconds
    most = most_power(server, covers)
    idle = server.share * sum(
        part.count * part.idle_power.to("W").magnitude
        for part in server.components
        if part.kind == "accelerator" and part.idle_power is not None
    )
    if most is not None and mean > most * (1 + _CLOSE):
        return Check(rule, subject, "flag", f"mean {mean:,.0f} W per machine is more than it can draw ({most:,.0f} W)")
    if 0 < mean < idle * (1 - _CLOSE):
        return Check(
            rule,
            subject,
            "flag",
            f"mean {mean:,.1f} W per machine is below the idle power of its accelerators ({idle:,.1f} W)",
        )
    if most is None:
        return Check(rule, subject, "note", f"mean {mean:,.0f} W per machine; what it can draw is not known")
    return Check(rule, subject, "pass", f"mean {mean:,.0f} W per machine, of at most {most:,.0f} W")


def most_power(server: Server, covers: frozenset[str]) -> float | None:
    """What the covered part of a machine can draw. [W] None where it is not known."""
    cards = [part for part in server.components if part.kind == "accelerator"]
    rated = [part.count * part.rated_power.to("W").magnitude for part in cards if part.rated_power is not None]
    if not covers & {"node", "facility", "cpu", "memory"}:
        return server.share * sum(rated) if rated and len(rated) == len(cards) else None
    if server.max_power is not None:
        return server.share * float(server.max_power.to("W").magnitude)
    supplies = [
        part.count * part.rated_power.to("W").magnitude
        for part in server.components
        if part.kind == "power supply" and part.rated_power is not None
    ]
    return server.share * sum(supplies) if supplies else None


def grid_intensity(grams_per_kwh: float, subject: str) -> Check:
    """Climate change per kWh within the bounds of any grid on Earth."""
    low, high = tables.assumption("grid_intensity_low"), tables.assumption("grid_intensity_high")
    inside = low <= grams_per_kwh <= high
    return Check(
        f"grid intensity within {low:g} to {high:g} g CO2e/kWh",
        subject,
        "pass" if inside else "flag",
        f"{grams_per_kwh:,.1f} g CO2e/kWh at the meter",
    )


def same_pue_basis(energy_kwh: float, mass_kg: float, grams_per_kwh: float, pue: float, subject: str) -> Check:
    """Whether a published mass follows from a published energy and intensity with the PUE in or out of the energy.

    Flags a pair of figures that stand on different bases: the mass fits neither with the PUE in the energy already, nor
    with the PUE applied to it once.
    """
    rule = "energy and mass on the same PUE basis"
    without = energy_kwh * grams_per_kwh / 1000.0
    fits = any(abs(mass_kg / (without * factor) - 1.0) <= _ROUNDING for factor in (1.0, pue))
    return Check(
        rule,
        subject,
        "pass" if fits else "flag",
        f"{mass_kg:,.0f} kg against {without:,.0f} kg without PUE and {without * pue:,.0f} kg with it",
    )


_ROUNDING = 0.03


def _stages_sum(result: Result) -> Check:
    sums = result.impacts.groupby("category")["amount"].sum()
    whole = result.totals["amount"].dropna()
    off = (sums.reindex(whole.index) - whole).abs() > _CLOSE * whole.abs()
    names = ", ".join(off.index[off])
    return Check(
        "parts sum to the whole", "result", "flag" if off.any() else "pass", names or f"{len(whole)} categories"
    )


def _categories_present(result: Result) -> Check:
    official = result.totals[result.totals["kind"] == "EF 3.1"]
    complete, any_figure = int(official["complete"].sum()), int(official["amount"].notna().sum())
    without = len(official) - any_figure
    detail = f"{complete} of {len(official)} categories complete, {any_figure} with a figure, {without} without"
    return Check("completeness of categories", "result", "pass" if complete == len(official) else "note", detail)


def _pue_once(workload: Workload, inventory: Inventory) -> Check:
    applied = inventory.meter_energy / inventory.it_energy if inventory.it_energy else 1.0
    expected = 1.0 if "facility" in inventory.covers else inventory.pue
    right = abs(applied - expected) <= _CLOSE * expected
    return Check(
        "PUE applied once",
        workload.name,
        "pass" if right else "flag",
        f"meter over IT energy {applied:.4g}, PUE {expected:g}",
    )


def _grid(result: Result, inventory: Inventory) -> list[Check]:
    use = result.impacts[
        (result.impacts["workload"] == inventory.workload) & (result.impacts["life_cycle_stage"] == "use")
    ]
    kwh = inventory.meter_energy * result.reference_share
    if use.empty or kwh <= 0:
        return []
    sums = use.groupby("category")["amount"].sum()
    checks = []
    if _CLIMATE in sums:
        grams = float(sums[_CLIMATE]) / kwh * 1000.0
        checks.append(grid_intensity(grams, inventory.workload))
        checks += _against_published(inventory, grams)
    energy = result.totals.index[result.totals["kind"] == "inventory indicator"]
    if "primary energy" in energy and "primary energy" in sums:
        floor = tables.assumption("primary_energy_floor")
        value = float(sums["primary energy"]) / kwh
        missing = result.gaps[
            (result.gaps["category"].isin(["primary energy"]))
            & (result.gaps["kind"] == "missing")
            & (result.gaps["life_cycle_stage"] == "use")
        ]
        verdict: Literal["pass", "flag", "note"] = "pass" if value >= floor else "note" if len(missing) else "flag"
        checks.append(
            Check(
                f"primary energy at least {floor:g} MJ/kWh",
                inventory.workload,
                verdict,
                f"{value:.3g} MJ per kWh at the meter",
            )
        )
    return checks


def _against_published(inventory: Inventory, grams_at_meter: float) -> list[Check]:
    mix = inventory.supply.mix
    published = published_intensity(mix.zone, mix.year)
    if published is None or mix.kind != "average" or "as given" in inventory.supply.process:
        return []
    generated = grams_at_meter * (1.0 - (inventory.supply.losses or 0.0))
    off = generated / published[0] - 1.0
    verdict: Literal["pass", "flag", "note"] = "pass" if abs(off) <= _FAR_FROM_PUBLISHED else "note"
    return [
        Check(
            "grid intensity against the published one",
            mix.label,
            verdict,
            f"{generated:.1f} g/kWh generated, published {published[0]:.1f} ({off:+.1%})",
        )
    ]


def _fossil_energy(result: Result) -> list[Check]:
    """Fossil resources are a part of primary energy: more of them means that two sources do not agree."""
    by_stage = result.by("life cycle stage")
    if not {"resource use, fossils", "primary energy"} <= set(by_stage.columns):
        return []
    fossil, primary = by_stage["resource use, fossils"], by_stage["primary energy"]
    told = fossils_beyond_primary({stage: (fossil[stage], primary[stage]) for stage in by_stage.index})
    return [Check(FOSSILS_WITHIN, "result", "note" if told else "pass", told or "in every stage")]


FOSSILS_WITHIN = "fossil resources within primary energy"


def fossils_beyond_primary(by_stage: Mapping[str, tuple[float, float]]) -> str:
    """What to say of the stages whose fossil resources exceed their primary energy; nothing where none do.

    Parameters
    ----------
    by_stage : life cycle stage -> fossil resources and primary energy [MJ]
    """
    more = {stage: pair for stage, pair in by_stage.items() if pair[0] > pair[1] * (1 + _CLOSE)}
    told = "; ".join(f"{stage}: {fossil:.3g} against {primary:.3g} MJ" for stage, (fossil, primary) in more.items())
    return f"{told}: the two categories come from different sources" if told else ""


def _end_of_life_water(result: Result) -> list[Check]:
    """The source's water use at the end of life of electronics is suspiciously large: say so where it decides."""
    water = result.impacts[result.impacts["category"] == "water use"]
    total = float(water["amount"].abs().sum())
    end = float(water.loc[water["life_cycle_stage"] == "end of life", "amount"].abs().sum())
    if total <= 0 or end <= _DECIDES * total:
        return []
    rest = f"{total - end:.3g} m3 world eq without it"
    return [
        Check(
            "water use at the end of life",
            "result",
            "note",
            f"{end / total:.0%} of the total rests on one end-of-life factor of doubtful size; {rest}",
        )
    ]


def _particles(result: Result) -> list[Check]:
    """Particulate matter by both readings of where a power plant emits: the factors differ 79-fold."""
    table = result.impacts[(result.impacts["category"] == "particulate matter")]
    total = other = float(table["amount"].sum())
    for inventory in result.inventories:
        own = table[(table["workload"] == inventory.workload) & (table["life_cycle_stage"] == "use")]
        for process in inventory.supply.processes:
            share = high_stack_share(process)
            if share is not None:
                amount = float(own.loc[own["process"].str.endswith(f": {process.name}"), "amount"].sum())
                other -= amount * (1.0 - share)
    if total <= 0 or other == total:
        return []
    told = f"{total:.3g} disease incidence with every emission read as to unspecified air; {other:.3g}"
    return [Check("reading of particulate matter", "result", "note", f"{told} with power plants read as high stacks")]


def _method_shares(result: Result) -> list[Check]:
    """Per category, the share of the result whose source is not of the study's method."""
    other = result.methods[~result.methods["method_in_source"].isin([result.scope.method, "inventory"])]
    shares: pd.Series = other.groupby("category", sort=False)["share"].sum()
    official = result.totals.index[result.totals["kind"] == "EF 3.1"]
    named = "; ".join(f"{name} {shares[name]:.0%}" for name in official if shares.get(name, 0.0) > 0)
    return [
        Check(
            f"share of the result not of {result.scope.method}", "result", "note" if named else "pass", named or "none"
        )
    ]
