"""The energy of a workload: measured by its log, given, or modelled from its rated power; and what is not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lca_ai.errors import StudyError, shorten
from lca_ai.inventory import facility
from lca_ai.inventory.facility import Metered
from lca_ai.inventory.system import Assumed, Gap, ProductSystem
from lca_ai.logs.energy import read_energy
from lca_ai.logs.reading import EnergyReading
from lca_ai.models.workload import Workload


def metered_energy(
    system: ProductSystem, workload: Workload
) -> tuple[Metered, EnergyReading | None, list[dict[str, Any]]]:
    """The energy of a workload: measured, given, or modelled from its rated power."""
    given_seconds = facility.machine_seconds(workload.runtime, workload.hardware)
    start = workload.runtime.start if workload.runtime is not None else None
    if workload.power is not None:
        reading = read_energy(workload.power)
        if not reading.covers:
            raise StudyError(
                "it is not said what the log covers", field="power.covers", accepted="e.g. [gpu] or [node]"
            )
        hours = reading.hours["energy"].groupby(level="hour").sum()
        _, count = facility.servers(workload.hardware)
        seconds = given_seconds if given_seconds is not None else reading.occupied * count
        _check_devices(system, workload, reading)
        return (
            Metered(hours, frozenset(reading.covers), "measured", seconds, _without_sensor(reading)),
            reading,
            _quality(system, workload, reading),
        )
    if workload.energy is not None:
        kwh = float(workload.energy.to("kWh").magnitude)
        hours = facility.evenly(kwh, start, _wall_seconds(workload, given_seconds))
        return Metered(hours, frozenset(workload.covers), workload.energy_basis, given_seconds), None, []
    server, _ = facility.servers(workload.hardware)
    if server is None or given_seconds is None or workload.runtime is None:
        raise AssertionError("the model refuses a workload without any energy")
    kwh = facility.rated_energy(server, given_seconds, workload.runtime)
    system.assumed += facility.rated_assumption(server, workload.runtime, workload=workload.name)
    note = {
        "workload": workload.name,
        "what": "no measurement",
        "count": 1,
        "detail": f"energy modelled: rated power x utilisation {workload.runtime.utilisation:g}",
    }
    return (
        Metered(
            facility.evenly(kwh, start, _wall_seconds(workload, given_seconds)),
            facility.rated_covers(server),
            "modelled",
            given_seconds,
        ),
        None,
        [note],
    )


def _without_sensor(reading: EnergyReading) -> pd.Series | None:
    """Energy per hour of the devices that the meter modelled, for want of a sensor; None without any. [kWh]"""
    told = reading.facts.get("modelled, no sensor")
    if not told:
        return None
    names = told.split(", ")
    devices = reading.hours.index.get_level_values("device")
    modelled = np.array([str(one).partition("/")[2] in names or one in names for one in devices])
    if not modelled.any():
        return None
    found: pd.Series = reading.hours["energy"].where(modelled, 0.0).groupby(level="hour").sum()
    return found


def _wall_seconds(workload: Workload, machine_seconds: float | None) -> float | None:
    if workload.runtime is None or machine_seconds is None:
        return None
    if workload.runtime.duration is not None:
        return float(workload.runtime.duration.to("second").magnitude)
    _, count = facility.servers(workload.hardware)
    return machine_seconds / count


def _check_devices(system: ProductSystem, workload: Workload, reading: EnergyReading) -> None:
    """Compare the accelerators that the log names with those of the hardware.

    Raises
    ------
    StudyError : where the log has more of them than the hardware
    """
    server, count = facility.servers(workload.hardware)
    if server is None or reading.covers != ("gpu",) or reading.format != "nvidia-smi" or not reading.named:
        return
    logged = len(reading.per_device()) + len(reading.silent)
    machine = round(server.accelerators * count)
    if logged > machine:
        raise StudyError(
            f"the log names {logged} accelerators and the hardware has {machine}",
            field="hardware",
            value=server.name,
            accepted="hardware with as many (a server, or {catalogue: ..., count: ...}), or a log of fewer",
        )
    if logged < machine:
        reason = f"the log names {logged} of the {machine} accelerators of {server.name}: the others are not counted"
        system.gaps.append(Gap(workload.name, "use", "electricity of accelerators", "all", "missing", reason))


def _quality(system: ProductSystem, workload: Workload, reading: EnergyReading) -> list[dict[str, Any]]:
    """What was set aside in a log, how much of the run is covered, and what lies outside it; gaps go to the system."""
    span, length = reading.covered_seconds, reading.occupied
    found: list[tuple[str, int, str]] = [(note.what, note.count, note.detail) for note in reading.notes]
    found.append(("readings", reading.samples, f"{reading.format}; longest interval {reading.longest_interval:g} s"))
    covered = f"{span / length:.2%} of {length:,.1f} s" if length else "nothing"
    found.append(("coverage", round(span), covered))
    noted = {what for what, _, _ in found}
    found += [(key, 1, value) for key, value in reading.facts.items() if key not in noted]
    for sensor in reading.sensors:
        found.append(("sensor", 1, f"{sensor.what}: {100 * sensor.relative_uncertainty:g} % of the measured energy"))
        reason = f"error of the sensor of {workload.name}, relative to its energy"
        width = f"{100 * sensor.relative_uncertainty:g} %"
        system.assumed.append(Assumed(f"uncertainty of {sensor.format}", width, reason, ";".join(sensor.sources)))
    if reading.outside > 0:
        joules = f"{reading.outside * 3.6e6:,.0f} J"
        found.append(("outside the window", 1, f"{joules} of the log are outside the stated window and not counted"))
    if reading.seconds - length > 1:
        between = f"{reading.seconds - length:,.0f} s between the intervals of the log are no part of the run"
        found.append(("between intervals", 1, between))
    for what, count, reason in _unmeasured(reading):
        found.append((what, count, reason))
        system.gaps.append(Gap(workload.name, "use", "measured electricity", "all", "missing", reason))
    return [{"workload": workload.name, "what": what, "count": count, "detail": text} for what, count, text in found]


def _unmeasured(reading: EnergyReading) -> list[tuple[str, int, str]]:
    """What the log does not tell of the run: the energy there is not known, and nothing is invented."""
    found = []
    if reading.gap_seconds > 0:
        wide = f"intervals over {reading.max_gap:g} s, late starts, early ends"
        bound = f"at the highest power drawn, {_most_missed(reading):.3g} kWh at the very most"
        reason = f"{reading.gap_seconds:,.1f} s per device have no reading ({wide}): nothing is invented there; {bound}"
        found.append(("gaps", round(reading.gap_seconds), reason))
    if reading.silent:
        names = shorten(", ".join(reading.silent))
        found.append(("devices without energy", len(reading.silent), f"no usable reading of {names}: not counted as 0"))
    if reading.resets:
        reason = f"{reading.resets} counter resets: the energy across each is not known"
        found.append(("counter resets", reading.resets, reason))
    return found


def _most_missed(reading: EnergyReading) -> float:
    """The energy of the gaps if each device had its highest power there [kWh]."""
    gaps = reading.hours["gap"].groupby(level="device").sum()
    highest = reading.curve.groupby("device")["power"].max()
    return float((gaps * highest.reindex(gaps.index).fillna(0.0)).sum() / 3.6e6)
