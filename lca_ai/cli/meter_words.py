"""What ``lca-ai measure`` says at the end: the energy, the part of the process, the impacts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lca_ai import units
from lca_ai.errors import InputError, UnknownKeyError
from lca_ai.meter.ledger import counted

if TYPE_CHECKING:
    from lca_ai.impact.result import Result
    from lca_ai.meter.window import Window
    from lca_ai.models.location import Location

_JOULE_PER_KWH = 3.6e6


def energy(window: Window, name: str, _: int, __: Location | None) -> Iterator[str]:
    """The energy of the node and of its sensors, and how well it was measured."""
    devices, seconds = window.devices, window.seconds
    total = _total(window, devices)
    if math.isnan(total):
        yield f"{name}: no sensor told any energy in {seconds:.1f} s; log in {window.folder}"
        yield from (f"  {why}" for why in window.missing)
        return
    watts = total / seconds if seconds else math.nan
    told = f"{joules(total)} ({hours(total / _JOULE_PER_KWH)}) in {seconds:.1f} s, {watts:.4g} W"
    yield f"{name}: {told}; log in {window.folder}"
    sensors = {one.name: one for one in window.sensors}
    for device, amount in devices.items():
        parent = sensors[device].parent if device in sensors else ""
        within = f", part of {parent}" if parent in devices else ""
        modelled = ", modelled: no sensor" if device in sensors and sensors[device].kind == "model" else ""
        yield f"  {device}: {joules(amount)}{within}{modelled}"
    yield f"  {quality(window)}"


def _total(window: Window, devices: Mapping[str, float]) -> float:
    """Energy of the sensors that count, without the libraries of quantities, which take long to load. [J]"""
    parents = {one.name: one.parent for one in window.sensors if one.parent}
    known = {name for name, amount in devices.items() if not math.isnan(amount)}
    return math.fsum(devices[name] for name in counted(known, parents)) if known else math.nan


def quality(window: Window) -> str:
    """How well it was measured, in a line."""
    found = window.quality
    unknown = max(found.unknown_s.values(), default=0.0)
    share = 1.0 - unknown / found.seconds if found.seconds else 1.0
    lost = f", {found.rows_lost} rows lost" if found.rows_lost else ""
    faults = f", {sum(found.faults.values())} faults of sensors" if found.faults else ""
    return (
        f"covered {share:.1%} of the time, {found.ticks} readings, {found.ticks_missed} missed{lost}{faults}; "
        f"the meter took {found.share_of_core:.2%} of a core"
    )


def part(window: Window, _: str, pid: int, __: Location | None) -> Iterator[str]:
    """The part of the process in the energy of the node, with the rules."""
    from lca_ai.meter.attribution import OTHERS, UNKNOWN
    from lca_ai.meter.follow import attributed, path_of

    if not pid or path_of(window.folder, pid) is None:
        return
    found = attributed(window.folder, pid)
    if not found.total:
        return
    own = found[f"process {pid}"]
    unknown = f", not known {joules(found[UNKNOWN])}" if found[UNKNOWN] else ""
    told = f"{joules(own)} ({own / found.total:.1%}), others {joules(found[OTHERS])}{unknown}"
    yield f"of it the process and its children, while they ran: {told}"
    rules = dict.fromkeys(found.rules.values())
    yield from (f"  {', '.join(name for name, one in found.rules.items() if one == rule)}: {rule}" for rule in rules)


def impacts(window: Window, name: str, _: int, place: Location | None) -> Iterator[str]:
    """The impacts at a place, with the machine that was found."""
    if place is None or math.isnan(_total(window, window.devices)):
        return
    from lca_ai.impact.assess import assess
    from lca_ai.meter.handover import training_run
    from lca_ai.meter.so_far import HEADLINES
    from lca_ai.models.scope import FunctionalUnit, GoalAndScope

    try:
        run = training_run(window, location=place, name=name)
    except (UnknownKeyError, InputError) as fault:
        yield f"without the making of the machine: {fault}"
        run = training_run(window, location=place, name=name, hardware=None)
    unit = FunctionalUnit(description="what was measured", reference_flow="1 model")
    result = assess(run, GoalAndScope(goal="The summary of a measurement", functional_unit=unit))
    told = [f"{one} {_amount(result, one)}" for one in HEADLINES if not math.isnan(result.totals["amount"][one])]
    yield f"{place.zone}: {', '.join(told)}; {len(result.gaps)} gaps in the data"


def _amount(result: Result, category: str) -> str:
    row = result.totals.loc[category]
    return units.humanise(float(str(row["amount"])), str(row["unit"]))


def joules(amount: float) -> str:
    """Energy in joules, for reading."""
    return units.humanise(amount, "J")


def hours(kwh: float) -> str:
    """Energy in watt-hours, for reading."""
    return units.humanise(1000.0 * kwh, "Wh")
