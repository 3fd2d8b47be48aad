"""A run that may be moved in time: how long it takes, and its energy at the meter over that time, as an assessment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from lca_ai.errors import StudyError, did_you_mean
from lca_ai.impact.measured import metered_energy
from lca_ai.interpretation.hours.plans import Load
from lca_ai.inventory import facility
from lca_ai.inventory.assemble import Inventory, add_workload
from lca_ai.inventory.facility import Metered
from lca_ai.inventory.hourly import HourlySeries
from lca_ai.inventory.system import ProductSystem
from lca_ai.logs.reading import EnergyReading
from lca_ai.models.location import Location
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.study import Study
from lca_ai.models.workload import Workload

_HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Movable:
    """A workload with its energy as metered, when it ran where that is known, and how long it takes."""

    workload: Workload
    metered: Metered
    reading: EnergyReading | None
    start: pd.Timestamp | None
    length: pd.Timedelta

    @property
    def duration(self) -> float:
        """How long it takes [h]."""
        return self.length / _HOUR


@dataclass(frozen=True)
class Metering:
    """The energy of a run at the meter: its load curve, its inventory, and what was assumed or is missing."""

    load: Load
    inventory: Inventory
    system: ProductSystem


def one_of(subject: Study | Workload, name: str | None) -> Workload:
    """The workload that is asked: by its name, or the only one.

    Raises
    ------
    StudyError : for a name that the study does not have, or none where it has several
    """
    workloads = tuple(subject.workloads) if isinstance(subject, Study) else (subject,)
    names = [one.name for one in workloads]
    if name is None and len(workloads) > 1:
        raise StudyError("the study has several workloads", field="workload", accepted=f"one of {', '.join(names)}")
    if name is not None and name not in names:
        raise StudyError("no such workload", field="workload", value=name, accepted=did_you_mean(name, names))
    return workloads[0 if name is None else names.index(name)]


def movable(workload: Workload) -> Movable:
    """A workload with its energy and its length: those of its log, or of its runtime.

    Raises
    ------
    StudyError : where nothing tells how long it takes
    """
    metered, reading, _ = metered_energy(ProductSystem(), workload)
    if reading is not None:
        start = _utc(reading.start)
        return Movable(workload, metered, reading, start, _utc(reading.end) - start)
    if metered.machine_seconds is None:
        raise StudyError(
            "how long the run takes is not known", field="runtime", value=workload.name,
            accepted="a power log, or runtime: {duration: 36 h}",
        )  # fmt: skip
    _, count = facility.servers(workload.hardware)
    begun = workload.runtime.start if workload.runtime is not None else None
    length = pd.Timedelta(round(metered.machine_seconds / count * 1e6), unit="us")
    return Movable(workload, metered, None, None if begun is None else _utc(begun), length)


def metering(run: Movable, place: Location, series: HourlySeries, start: pd.Timestamp) -> Metering:
    """The energy of a run at the meter of a place, started at ``start``: what the log leaves out and the PUE in it.

    A log that is moved for it keeps its minutes past the hour: its load curve is that of the elapsed time.

    Raises
    ------
    InputError : as an assessment of the run
    """
    workload, metered, begun = run.workload.replace(location=place), run.metered, start
    if run.reading is not None and run.start is not None:
        moved = start.floor("h") - run.start.floor("h")
        metered, begun = replace(metered, hours=metered.hours.shift(freq=moved)), run.start + moved
    elif workload.runtime is not None:
        moment = start.to_pydatetime()
        workload = workload.replace(runtime=workload.runtime.replace(start=moment))
        metered, _, _ = metered_energy(ProductSystem(), workload)
    system = ProductSystem()
    unit = FunctionalUnit("the run", reference_flow="1 run")
    scope = GoalAndScope(goal="when to run", functional_unit=unit, system_boundary=("use",))
    inventory = add_workload(system, workload, metered, scope, run_year=start.year, series=series)
    demand = pd.concat([use.hours for use in inventory.energy]).groupby(level=0).sum()
    return Metering(_load(demand, begun, begun + run.length), inventory, system)


def _load(demand: pd.Series, start: pd.Timestamp, end: pd.Timestamp) -> Load:
    """Energy per clock hour as a curve over the elapsed time, even within the part of each hour that the run has."""
    length = (end - start) / _HOUR
    begins = np.asarray((pd.DatetimeIndex(demand.index) - start) / _HOUR, dtype="float64")
    pieces = np.clip(np.column_stack([begins, begins + 1.0]), 0.0, length)
    used = np.cumsum(demand.to_numpy(dtype="float64"))
    before = np.concatenate([[0.0], used[:-1]])
    elapsed = np.concatenate([[0.0], pieces.ravel(), [length]])
    energy = np.concatenate([[0.0], np.column_stack([before, used]).ravel(), [used[-1]]])
    return Load(np.maximum.accumulate(elapsed), energy)


def _utc(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_convert("UTC")


__all__ = ["Metering", "Movable", "metering", "movable", "one_of"]
