"""What a log says: its energy per device and hour, its coverage, and what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from lca_ai import tables
from lca_ai.errors import LogError
from lca_ai.logs.jobs import allocate
from lca_ai.logs.records import Note

#: Notes of what was found and yet counted in full.
_KEPT = {
    "out of order",
    "repeated header",
    "counter reset",
    "interval length assumed",
    "overlapping intervals",
    "part of another device",
    "times assumed",
    "times may be early",
    "reading of several jobs",
    "device named by its rank",
    "modelled, no sensor",
    "resumed",
    "without an end",
    "note of the meter",
    "counter wrapped",
}


#: What energy can be summed by, from the table of hours.
_KEYS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "device": lambda table: table["device"],
    "host": lambda table: table["device"].astype("str").str.partition("/")[0],
    "job": lambda table: table["job"],
    "hour": lambda table: table["hour"],
    "day": lambda table: table["hour"].dt.floor("D"),
    "month": lambda table: table["hour"].dt.tz_localize(None).dt.to_period("M").astype("str"),
}


def no_hours() -> pd.DataFrame:
    """A table of hours without a row."""
    index = pd.MultiIndex.from_arrays(
        [pd.Index([], dtype="object"), pd.DatetimeIndex([], tz="UTC")], names=["device", "hour"]
    )
    return pd.DataFrame({"energy": [], "covered": [], "gap": [], "samples": []}, index=index).astype(
        {"samples": "int64"}
    )


@dataclass(frozen=True)
class Sensor:
    """What is known of the error of a sensor: half the width of the interval around a reading, relative to it."""

    format: str
    relative_uncertainty: float
    what: str
    sources: tuple[str, ...]


def sensors_of(kinds: Iterable[tuple[str, str]]) -> tuple[Sensor, ...]:
    """What is known of the sensors behind formats and the kinds of reading that they gave."""
    known = {(row["format"], row["kind"]): row for row in tables.rows("datasets/metrics", "sensors")}
    rows = [(pair[0], known[pair]) for pair in dict.fromkeys(kinds) if pair in known]
    return tuple(
        Sensor(
            name, float(row["relative_uncertainty"]), f"{row['what']}; {row['remark']}", tuple(row["source"].split(";"))
        )
        for name, row in rows
    )


@dataclass(frozen=True)
class EnergyReading:
    """A log, integrated.

    Attributes
    ----------
    hours : one row per device and hour (UTC): ``energy`` [kWh], ``covered`` [s], ``gap`` [s], ``samples``
    longest_interval : longest time between two readings inside the window [s]
    max_gap : intervals longer than this were not integrated; of several devices, the longest [s]
    start, end : the window, or the first and last reading
    curve : the power over time, thinned for drawing: ``time``, ``device``, ``power`` [W]
    outside : energy of the log outside the window [kWh]
    occupied : time that the run occupied its devices [s]: the window, or the intervals that the log holds
    silent : devices of the log whose energy is not known
    named : whether the log tells its devices apart
    resets : counter resets, across which the energy is not known
    nested : like ``hours``, of the devices that lie within another one of the log: shown, and not added
    parents : device -> the device of the log that it is a part of
    sensors : what is known of the error of the sensors: what it is, relative to a reading, and the source
    jobs : ``job``, ``device``, ``hour``, ``energy`` [kWh], ``covered`` and ``gap`` [s] where the log names its jobs,
        divided as :mod:`lca_ai.logs.job_column` says
    """

    hours: pd.DataFrame
    covers: tuple[str, ...]
    format: str
    longest_interval: float
    max_gap: float
    start: datetime
    end: datetime
    notes: tuple[Note, ...]
    facts: Mapping[str, str]
    curve: pd.DataFrame
    outside: float
    occupied: float
    silent: tuple[str, ...]
    named: bool
    resets: int
    nested: pd.DataFrame = field(default_factory=no_hours)
    parents: Mapping[str, str] = field(default_factory=dict)
    sensors: tuple[Sensor, ...] = ()
    jobs: pd.DataFrame | None = None

    @property
    def total(self) -> float:
        """Energy of all devices [kWh]."""
        return float(self.hours["energy"].sum())

    @property
    def covered_seconds(self) -> float:
        """Covered time, mean over the devices [s]."""
        return float(self.hours["covered"].groupby(level="device").sum().mean())

    @property
    def gap_seconds(self) -> float:
        """Time without a reading, mean over the devices [s]."""
        return float(self.hours["gap"].groupby(level="device").sum().mean())

    @property
    def samples(self) -> int:
        """Readings inside the window, all devices."""
        return int(self.hours["samples"].sum())

    @property
    def dropped(self) -> int:
        """Rows that were set aside, whatever the reason."""
        return sum(note.count for note in self.notes if note.what not in _KEPT)

    @property
    def seconds(self) -> float:
        """Length of the window [s]."""
        return (self.end - self.start).total_seconds()

    def by(self, *keys: str, jobs: pd.DataFrame | None = None) -> pd.DataFrame:
        """Energy by some keys: "device", "host", "hour", "day", "month" (UTC), or "job".

        Parameters
        ----------
        jobs : see :func:`lca_ai.logs.jobs.read_jobs`; shared machines are allocated by its rule. Without it, the jobs
            are those that the log names

        Returns
        -------
        DataFrame with the keys, ``energy [kWh]``, ``covered [s]``, ``gap [s]`` and ``samples``.

        Raises
        ------
        LogError : for an unknown key, or "job" where neither a table of jobs nor the log names them
        """
        if jobs is not None:
            table = allocate(self.hours, jobs)[0]
        else:
            table = self._by_own_job() if "job" in keys else self.hours.reset_index()
        for key in keys:
            if key not in _KEYS:
                raise LogError("no such key", field="by", value=key, accepted=", ".join(_KEYS))
            table[key] = _KEYS[key](table)
        values = [name for name in ("energy", "covered", "gap", "samples") if name in table]
        sums = table.groupby(list(keys), sort=True, as_index=False)[values].sum()
        return sums.rename(columns={"energy": "energy [kWh]", "covered": "covered [s]", "gap": "gap [s]"})

    def _by_own_job(self) -> pd.DataFrame:
        if self.jobs is None:
            raise LogError(
                "energy by job needs a table of jobs, or a column of the log that names them",
                field="jobs",
                accepted="--jobs or jobs=read_jobs(...); or a CSV or Parquet log with a column job, job_id or "
                "slurm_job_id (--columns job=...), of a large one read_energy(log, jobs=True)",
            )
        return self.jobs.copy()

    def per_device(self) -> dict[str, float]:
        """Return the energy of each device [kWh]."""
        return _per_device(self.hours)

    def per_nested_device(self) -> dict[str, float]:
        """Return the energy of each device that lies within another one [kWh]; it is a part of that one's."""
        return _per_device(self.nested)


def _per_device(hours: pd.DataFrame) -> dict[str, float]:
    return {str(name): float(value) for name, value in hours["energy"].groupby(level="device").sum().items()}
