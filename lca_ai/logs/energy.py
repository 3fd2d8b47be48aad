"""``energy(log)``: a power log as energy per device and clock hour, with its coverage and what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.errors import LogError, shorten
from lca_ai.logs import formats
from lca_ai.logs.integrate import (
    MaxGap,
    Partial,
    Window,
    add_hours,
    close,
    merge,
    partial,
    uncovered_between,
    uncovered_edges,
)
from lca_ai.logs.quality import clean, continuous
from lca_ai.logs.records import SECOND_US, Kind, Note, Options, Records
from lca_ai.models.power import PowerLog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_JOULE_PER_KWH = 3.6e6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURVE_POINTS = 2_000
#: Notes of what was found and yet counted in full.
_KEPT = {
    "out of order",
    "repeated header",
    "counter reset",
    "interval length assumed",
    "overlapping intervals",
}


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

    def per_device(self) -> dict[str, float]:
        """Return the energy of each device [kWh]."""
        return {str(name): float(value) for name, value in self.hours["energy"].groupby(level="device").sum().items()}


def read_power_log(  # noqa: PLR0913 (a log is described by what a user knows of it)
    files: str | Path | list[str] | list[Path] | tuple[str | Path, ...],
    *,
    format: str | None = None,  # noqa: A002 (the word users know)
    timezone: str | None = None,
    covers: list[str] | tuple[str, ...] | None = None,
    columns: dict[str, str] | None = None,
    device: str | None = None,
    max_gap: str | None = None,
) -> PowerLog:
    """Describe a power log, its files checked and their format recognised; nothing is integrated yet.

    Parameters
    ----------
    files : path of a log file, or several that belong to one log
    format : name of the format; recognised from the content where not given
    timezone : IANA time zone of naive time stamps; never guessed
    covers : what the log measures ("gpu", "cpu", "memory", "storage", "node", "facility"); from the format if it tells
    columns : role -> column of a file of no known format, e.g. ``{"time": "ts:s", "power": "6:mW"}``
    device : name of the device where the file names none
    max_gap : longest interval that is integrated, e.g. "30 s"

    Raises
    ------
    LogError : where a file cannot be read as a log
    InputError : where a file does not exist
    """
    names = files if isinstance(files, list | tuple) else (files,)
    given = {
        "files": tuple(str(name) for name in names),
        "format": format,
        "timezone": timezone,
        "covers": None if covers is None else tuple(covers),
        "columns": columns,
        "device": device,
        "max_gap": max_gap,
    }
    log = PowerLog(**{name: value for name, value in given.items() if value is not None})
    found = {records.format for records in _read(log)}
    return log.replace(format=found.pop()) if len(found) == 1 else log


def energy(log: PowerLog) -> pd.DataFrame:
    """Energy of each device in each clock hour.

    Returns
    -------
    DataFrame with ``device``, ``hour`` (UTC), ``energy [kWh]``, ``covered [s]``, ``gap [s]`` and ``samples``.

    Notes
    -----
    Power is linear between samples (trapezoidal rule); the hours of a device sum to the integral of its log. Readings
    and what was set aside are in :func:`read_energy`.
    """
    hours = read_energy(log).hours.reset_index()
    return hours.rename(columns={"energy": "energy [kWh]", "covered": "covered [s]", "gap": "gap [s]"})


def read_energy(log: PowerLog) -> EnergyReading:
    """Read and integrate a log.

    Raises
    ------
    LogError : where the log cannot be read, has one reading only, or lies outside its window
    """
    parts = _read(log)
    kind = _one_kind(parts)
    frames, notes = _cleaned(parts, log)
    notes += _single_readings(frames, log, kind)
    everything = pd.concat(frames, ignore_index=True)
    max_gap = _max_gap(log, everything, kind)
    window = (_micros(log.since()), _micros(log.until()))
    whole = _integral(frames, kind, max_gap, (None, None))
    inside = whole if window == (None, None) else _integral(frames, kind, max_gap, window)
    _check_window(inside, everything, log)
    first = int(everything["start" if kind == "interval" else "time"].min())
    start = window[0] if window[0] is not None else first
    end = window[1] if window[1] is not None else int(everything["time"].max())
    hours, occupied = _with_gaps(inside, everything, (start, end), window)
    silent = _silent(parts, everything, kind)
    hours = hours[~hours.index.get_level_values("device").isin(silent)]
    return EnergyReading(
        hours=_in_kwh(hours),
        occupied=occupied,
        silent=silent,
        named=all(records.named for records in parts),
        resets=sum(note.count for note in notes if note.what == "counter reset"),
        covers=_covers(log, parts),
        format=parts[0].format,
        longest_interval=inside.longest,
        max_gap=(max_gap if isinstance(max_gap, int) else max(max_gap.values())) / SECOND_US,
        start=_EPOCH + timedelta(microseconds=start),
        end=_EPOCH + timedelta(microseconds=end),
        notes=tuple(_added(notes)),
        facts={key: value for records in parts for key, value in records.facts.items()},
        curve=_curve(everything, kind),
        outside=(float(whole.hours["energy"].sum()) - float(inside.hours["energy"].sum())) / _JOULE_PER_KWH,
    )


def _read(log: PowerLog) -> list[Records]:
    options = Options(log.timezone, log.columns, log.device)
    return [formats.read(path, log.format, options) for path in log.paths()]


def _one_kind(parts: list[Records]) -> Kind:
    kinds = {records.kind for records in parts}
    if len(kinds) > 1:
        raise LogError(
            "the files hold different kinds of readings",
            field="power.files",
            value=", ".join(sorted(kinds)),
            accepted="one log for each kind",
        )
    return parts[0].kind


def _cleaned(parts: list[Records], log: PowerLog) -> tuple[list[pd.DataFrame], list[Note]]:
    """Clean each file; then set aside what a file repeats of another, and join counters over files."""
    absurd = tables.assumption("absurd_device_power")
    cleaned = [clean(records, absurd_power=absurd, file=name) for records, name in zip(parts, log.files, strict=True)]
    frames, notes = [frame for frame, _ in cleaned], [note for _, found in cleaned for note in found]
    if len(frames) > 1:
        frames, found = _without_repeats(frames)
        notes += found
    if parts[0].kind == "counter":
        frames, found = continuous(frames, absurd_power=absurd)
        notes += found
    return frames, notes


def _without_repeats(frames: list[pd.DataFrame]) -> tuple[list[pd.DataFrame], list[Note]]:
    repeated = pd.concat(frames, ignore_index=True).duplicated().to_numpy()
    parts = np.split(repeated, np.cumsum([len(frame) for frame in frames])[:-1])
    kept = [frame[~rows].reset_index(drop=True) for frame, rows in zip(frames, parts, strict=True)]
    notes = [Note("duplicate", int(repeated.sum()), "a row of another file again")] if repeated.any() else []
    return kept, notes


def _integral(frames: list[pd.DataFrame], kind: Kind, max_gap: MaxGap, window: Window) -> Partial:
    return close(reduce(merge, [partial(frame, kind, max_gap=max_gap, window=window) for frame in frames]))


def _with_gaps(
    inside: Partial, frame: pd.DataFrame, span: tuple[int, int], window: Window
) -> tuple[pd.DataFrame, float]:
    """Return the hours with what no reading covers, and the time that the run occupied its devices [s].

    Without a stated window the run lasts from the first reading of any device to the last: a device that starts later
    or stops earlier by more than its longest interval has a gap there. Intervals without a window are the run.
    """
    if inside.rules.kind == "interval":
        gaps, occupied = uncovered_between(frame, span)
        if window == (None, None):
            return inside.hours, occupied
        return add_hours(inside.hours, gaps), (span[1] - span[0]) / SECOND_US
    spans = inside.runs
    limits = inside.rules.limits([str(name) for name in spans["device"]])
    tables = [inside.hours]
    for edge, given, name in zip(span, window, ("first", "last"), strict=True):
        far = (spans[name] - edge).abs().to_numpy() > limits
        if given is None and far.any():
            tables.append(uncovered_edges(spans[far], (edge, None) if name == "first" else (None, edge)))
    return add_hours(*tables), (span[1] - span[0]) / SECOND_US


def _silent(parts: list[Records], frame: pd.DataFrame, kind: Kind) -> tuple[str, ...]:
    """Name the devices of the log whose energy is not known: no usable reading, or one only."""
    named = {str(name) for records in parts for name in records.frame["device"].dropna().unique()}
    counts = frame["device"].value_counts()
    least = 1 if kind == "interval" else 2
    return tuple(sorted(named - {str(name) for name in counts.index[counts >= least]}))


def _in_kwh(hours: pd.DataFrame) -> pd.DataFrame:
    table = hours.reset_index()
    table["energy"] = table["energy"] / _JOULE_PER_KWH
    table["samples"] = table["samples"].astype("int64")
    table["hour"] = pd.to_datetime(table["hour"], unit="us", utc=True)
    return table.set_index(["device", "hour"])


def _single_readings(frames: list[pd.DataFrame], log: PowerLog, kind: Kind) -> list[Note]:
    """Note the devices of one reading: no interval, no energy; where no device has two, there is nothing to measure.

    Raises
    ------
    LogError : where every device has one reading
    """
    if kind == "interval":
        return []
    counts = pd.concat([frame["device"] for frame in frames]).value_counts(sort=False)
    alone = counts.index[counts < 2]  # noqa: PLR2004 (an interval has two ends)
    if len(alone) == len(counts):
        values = pd.concat([frame["power" if kind == "power" else "counter"] for frame in frames])
        shown = ", ".join(f"{value:g} {'W' if kind == 'power' else 'J'}" for value in values.head(4))
        raise LogError(
            "the log has one reading per device: there is no interval to integrate",
            file=log.files[0],
            value=shown,
            accepted="a log of at least two readings",
        )
    if not len(alone):
        return []
    names = shorten(", ".join(sorted(map(str, alone))))
    return [Note("device with one reading", len(alone), f"no interval, so no energy: {names}")]


def _max_gap(log: PowerLog, frame: pd.DataFrame, kind: Kind) -> MaxGap:
    """Return the longest interval that is integrated [µs]: as given, else a multiple of a device's median."""
    if log.max_gap is not None:
        return round(log.max_gap.to("s").magnitude * SECOND_US)
    if kind == "interval":
        return int((frame["time"] - frame["start"]).max())
    steps = frame.sort_values(["device", "time"]).groupby("device")["time"].diff()
    medians = steps.groupby(frame["device"]).median().dropna() * tables.assumption("max_gap_intervals")
    return {str(name): int(value) for name, value in medians.items()}


def _check_window(inside: Partial, frame: pd.DataFrame, log: PowerLog) -> None:
    windowed = log.start is not None or log.end is not None
    if windowed and inside.hours["covered"].sum() == 0 and inside.hours["energy"].sum() == 0:
        first, last = (_EPOCH + timedelta(microseconds=int(frame["time"].agg(edge))) for edge in ("min", "max"))
        raise LogError(
            "the window holds no reading",
            file=log.files[0],
            field="start, end",
            value=f"{log.since()} to {log.until()}",
            accepted=f"a window between {first.isoformat()} and {last.isoformat()}",
        )


def _covers(log: PowerLog, parts: list[Records]) -> tuple[str, ...]:
    """Return what the files measure together: as given, else as their formats tell.

    Raises
    ------
    LogError : where one file measures the whole computer and another a part of it, so that energy would count twice
    """
    if log.covers is not None:
        return tuple(log.covers)
    known = [records.covers for records in parts if records.covers]
    whole = ["node" in covers for covers in known]
    if any(whole) and not all(whole):
        raise LogError(
            "one file measures the whole computer and another a part of it",
            field="power.files",
            value=", ".join(log.files),
            accepted="a log of the one or of the other; or covers=... if they measure different computers",
        )
    return tuple(dict.fromkeys(part for covers in known for part in covers))


def _added(notes: list[Note]) -> list[Note]:
    totals: dict[tuple[str, str], int] = {}
    for note in notes:
        totals[note.what, note.detail] = totals.get((note.what, note.detail), 0) + note.count
    return [Note(what, count, detail) for (what, detail), count in totals.items()]


def _curve(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the power over time, at most about 2,000 points per device (every n-th), for a figure."""
    if kind == "interval":
        power = frame["energy"] / ((frame["time"] - frame["start"]) / SECOND_US)
        both = [
            pd.DataFrame({"time": frame[edge], "device": frame["device"], "power": power}) for edge in ("start", "time")
        ]
        curve = pd.concat(both).sort_values(["device", "time"], kind="stable")
    elif kind == "counter":
        step = frame.groupby("device", sort=False)[["time", "counter"]].diff()
        curve = frame.assign(power=step["counter"] / (step["time"] / SECOND_US))[["time", "device", "power"]].dropna()
    else:
        curve = frame[["time", "device", "power"]]
    thinned = [
        rows.iloc[:: max(1, int(np.ceil(len(rows) / _CURVE_POINTS)))] for _, rows in curve.groupby("device", sort=True)
    ]
    return pd.concat(thinned, ignore_index=True)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else round((moment - _EPOCH) / timedelta(microseconds=1))
