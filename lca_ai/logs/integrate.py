"""From samples, counters or interval energies to the energy of each device in each clock hour.

The partial integral of a chunk is a table per device and hour plus the first and last sample of each run of samples.
Two partials merge by adding their tables and joining their runs; closing a partial bridges the intervals between runs.
So any chunking and any order of files gives the same energy, on one machine or on many.

Method: the trapezoidal rule between samples, split exactly at the hour; an interval longer than ``max_gap`` is counted
as a gap and nothing is invented in it. A counter difference or an interval energy is exact and spread evenly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.errors import LogError
from lca_ai.logs.records import HOUR_US, SECOND_US, Kind, Note

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

_HOUR_COLUMNS = ["energy", "covered", "gap", "samples"]
_RUN_COLUMNS = ["device", "first", "first_value", "last", "last_value"]


@dataclass(frozen=True)
class Segments:
    """Stretches of time with linear power: device code, start and end [µs], power at both ends [W]."""

    device: I64
    start: I64
    end: I64
    power_start: F64
    power_end: F64

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Segments:
        """The segments of ``rows``, an index or a mask."""
        return Segments(
            self.device[rows], self.start[rows], self.end[rows], self.power_start[rows], self.power_end[rows]
        )

    def clip(self, since: int | None, until: int | None) -> Segments:
        """The parts of the segments inside a window [µs], power interpolated at its edges."""
        start = self.start if since is None else np.maximum(self.start, since)
        end = self.end if until is None else np.minimum(self.end, until)
        kept = end > start
        inside = Segments(self.device, start, end, self._power_at(start), self._power_at(end))
        return inside.take(kept)

    def _power_at(self, time: I64) -> F64:
        length = np.maximum(self.end - self.start, 1)
        share = (time - self.start) / length
        return self.power_start + (self.power_end - self.power_start) * share

    def split_at_hours(self) -> Segments:
        """The same segments, cut at every full hour (UTC)."""
        pieces = (self.end - 1) // HOUR_US - self.start // HOUR_US + 1
        if np.all(pieces <= 1):
            return self
        rows = np.repeat(np.arange(len(pieces)), pieces)
        step = np.arange(len(rows)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        whole = self.take(rows)
        hour = (whole.start // HOUR_US + step) * HOUR_US
        start = np.maximum(whole.start, hour)
        end = np.minimum(whole.end, hour + HOUR_US)
        return Segments(whole.device, start, end, whole._power_at(start), whole._power_at(end))

    def seconds(self) -> F64:
        """Length of each segment. [s]"""
        return (self.end - self.start) / SECOND_US

    def joules(self) -> F64:
        """Energy of each segment. [J]"""
        return (self.power_start + self.power_end) / 2.0 * self.seconds()


@dataclass
class Partial:
    """The integral of a part of a log, mergeable with that of any other part.

    ``hours`` is indexed by (device, hour [µs]) with ``energy`` [J], ``covered`` [s], ``gap`` [s] and ``samples``;
    ``runs`` has the first and last sample of each stretch of samples, so that merging can bridge between them.
    """

    kind: Kind
    hours: pd.DataFrame
    runs: pd.DataFrame
    max_gap: int
    window: tuple[int | None, int | None] = (None, None)
    longest: float = 0.0
    notes: list[Note] = field(default_factory=list)


def partial(
    frame: pd.DataFrame, kind: Kind, *, max_gap: int, window: tuple[int | None, int | None] = (None, None)
) -> Partial:
    """The partial integral of one chunk.

    Parameters
    ----------
    frame : columns ``time`` [µs], ``device`` and the value of ``kind`` (power [W], counter [J]; interval: ``start`` and
        ``energy`` [J]); sorted by device and time, without duplicates
    max_gap : longest interval that is integrated [µs]
    window : start and end of the measured window [µs], or None
    """
    codes, devices = pd.factorize(frame["device"], sort=True)
    device = codes.astype("int64")
    time = frame["time"].to_numpy("int64")
    if kind == "interval":
        return _of_intervals(frame, device, list(devices), time, max_gap, window)
    value = frame["power" if kind == "power" else "counter"].to_numpy("float64")
    joined = np.flatnonzero(device[1:] == device[:-1])
    segments = _between(kind, device[joined], time[joined], time[joined + 1], value[joined], value[joined + 1])
    hours, longest = _tabulate(segments, list(devices), kind, max_gap, window)
    hours = _add_samples(hours, device, time, list(devices), window)
    edges = np.flatnonzero(np.r_[True, device[1:] != device[:-1]]) if len(device) else np.array([], int)
    last = np.r_[edges[1:] - 1, len(device) - 1] if len(device) else edges
    runs = pd.DataFrame(
        {
            "device": [devices[code] for code in device[edges]],
            "first": time[edges],
            "first_value": value[edges],
            "last": time[last],
            "last_value": value[last],
        },
        columns=_RUN_COLUMNS,
    )
    return Partial(kind, hours, runs, max_gap, window, longest)


def merge(one: Partial, other: Partial) -> Partial:
    """Two partials as one: hours added, runs kept side by side until :func:`close` bridges them.

    Raises
    ------
    LogError : where the two were integrated by different rules
    """
    if (one.kind, one.max_gap, one.window) != (other.kind, other.max_gap, other.window):
        raise LogError(
            "two parts of a log were integrated by different rules", accepted="the same kind, max_gap and window"
        )
    hours = _sum([one.hours, other.hours])
    runs = pd.concat([one.runs, other.runs], ignore_index=True)
    return Partial(
        one.kind, hours, runs, one.max_gap, one.window, max(one.longest, other.longest), one.notes + other.notes
    )


def close(part: Partial) -> Partial:
    """Bridge the intervals between the runs of each device, and count what the window leaves uncovered as a gap.

    Raises
    ------
    LogError : where two runs of one device overlap in time
    """
    runs = part.runs.sort_values(["device", "first", "last"], kind="stable").reset_index(drop=True)
    same = (runs["device"].to_numpy()[1:] == runs["device"].to_numpy()[:-1]) if len(runs) else np.array([], bool)
    before = np.flatnonzero(same)
    overlap = before[runs["last"].to_numpy()[before] >= runs["first"].to_numpy()[before + 1]]
    if part.kind != "interval" and len(overlap):
        raise LogError(
            "two parts of the log cover the same device at the same time",
            field="device",
            value=runs["device"][overlap[0]],
        )
    hours, longest = part.hours, part.longest
    if part.kind != "interval" and len(before):
        devices = sorted(runs["device"].unique())
        codes = runs["device"].map({name: code for code, name in enumerate(devices)}).to_numpy("int64")
        bridges = _between(
            part.kind,
            codes[before],
            runs["last"].to_numpy("int64")[before],
            runs["first"].to_numpy("int64")[before + 1],
            runs["last_value"].to_numpy("float64")[before],
            runs["first_value"].to_numpy("float64")[before + 1],
        )
        added, bridge = _tabulate(bridges, devices, part.kind, part.max_gap, part.window)
        hours, longest = _sum([hours, added]), max(longest, bridge)
    edges = _uncovered_edges(runs, part.window)
    hours = _sum([hours, edges]) if len(edges) else hours
    joined = runs.groupby("device", sort=True).agg(first=("first", "min"), last=("last", "max")).reset_index()
    joined = joined.assign(first_value=np.nan, last_value=np.nan)[_RUN_COLUMNS]
    return Partial(part.kind, hours, joined, part.max_gap, part.window, longest, part.notes)


def _between(kind: Kind, device: I64, start: I64, end: I64, value_start: F64, value_end: F64) -> Segments:
    """Segments between neighbouring readings: linear power, or the mean power of a counter difference."""
    if kind == "power":
        return Segments(device, start, end, value_start, value_end)
    mean = (value_end - value_start) / ((end - start) / SECOND_US)
    return Segments(device, start, end, mean, mean)


def _tabulate(
    segments: Segments, devices: list[str], kind: Kind, max_gap: int, window: tuple[int | None, int | None]
) -> tuple[pd.DataFrame, float]:
    """Energy, covered and gap seconds of segments per device and hour, and the longest interval. [s]"""
    touched = segments.clip(*window)
    longest = float((segments.end - segments.start)[_inside(segments, window)].max(initial=0)) / SECOND_US
    if kind == "power":
        measured = segments.end - segments.start <= max_gap
        gaps = segments.take(~measured).clip(*window).split_at_hours()
        touched = segments.take(measured).clip(*window)
    else:
        gaps = segments.take(np.zeros(len(segments.device), bool))
    pieces = touched.split_at_hours()
    covered = _grouped(pieces, devices, {"energy": pieces.joules(), "covered": pieces.seconds()})
    missed = _grouped(gaps, devices, {"gap": gaps.seconds()})
    return _sum([covered, missed]), longest


def _inside(segments: Segments, window: tuple[int | None, int | None]) -> NDArray[np.bool_]:
    since, until = window
    inside = np.ones(len(segments.device), bool)
    if since is not None:
        inside &= segments.end > since
    if until is not None:
        inside &= segments.start < until
    return inside


def _grouped(pieces: Segments, devices: list[str], values: dict[str, F64]) -> pd.DataFrame:
    names = np.array(devices, dtype=object)[pieces.device]
    frame = pd.DataFrame({"device": names, "hour": pieces.start // HOUR_US * HOUR_US, **values})
    return frame.groupby(["device", "hour"], sort=True)[list(values)].sum()


def _add_samples(
    hours: pd.DataFrame, device: I64, time: I64, devices: list[str], window: tuple[int | None, int | None]
) -> pd.DataFrame:
    since, until = window
    inside = np.ones(len(time), bool)
    if since is not None:
        inside &= time >= since
    if until is not None:
        inside &= time <= until
    names = np.array(devices, dtype=object)[device[inside]]
    frame = pd.DataFrame({"device": names, "hour": time[inside] // HOUR_US * HOUR_US, "samples": 1})
    return _sum([hours, frame.groupby(["device", "hour"], sort=True)[["samples"]].sum()])


def _sum(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables per (device, hour), added; a column that one of them lacks counts as nothing there."""
    filled = [table.reindex(columns=_HOUR_COLUMNS).astype("float64").fillna(0.0) for table in tables if len(table)]
    if not filled:
        index = pd.MultiIndex.from_arrays(
            [pd.Index([], dtype="object"), pd.Index([], dtype="int64")], names=["device", "hour"]
        )
        return pd.DataFrame(0.0, index=index, columns=_HOUR_COLUMNS)
    return pd.concat(filled).groupby(level=["device", "hour"], sort=True).sum() if len(filled) > 1 else filled[0]


def _uncovered_edges(runs: pd.DataFrame, window: tuple[int | None, int | None]) -> pd.DataFrame:
    """Gap seconds between the edges of the window and the first and last sample of each device."""
    since, until = window
    spans = runs.groupby("device", sort=True).agg(first=("first", "min"), last=("last", "max"))
    edges = []
    if since is not None:
        edges.append((spans.index, np.full(len(spans), since), spans["first"].to_numpy()))
    if until is not None:
        edges.append((spans.index, spans["last"].to_numpy(), np.full(len(spans), until)))
    tables = []
    for names, start, end in edges:
        zero = np.zeros(len(names))
        pieces = (
            Segments(np.arange(len(names)), start.astype("int64"), end.astype("int64"), zero, zero)
            .clip(since, until)
            .split_at_hours()
        )
        tables.append(_grouped(pieces, list(names), {"gap": pieces.seconds()}))
    return _sum(tables)


def _of_intervals(
    frame: pd.DataFrame, device: I64, devices: list[str], time: I64, max_gap: int, window: tuple[int | None, int | None]
) -> Partial:
    start = frame["start"].to_numpy("int64")
    power = frame["energy"].to_numpy("float64") / ((time - start) / SECOND_US)
    segments = Segments(device, start, time, power, power)
    hours, longest = _tabulate(segments, devices, "interval", max_gap, window)
    hours = _add_samples(hours, device, time, devices, window)
    spans = (
        pd.DataFrame({"device": frame["device"].to_numpy(), "first": start, "last": time})
        .groupby("device", sort=True)
        .agg(first=("first", "min"), last=("last", "max"))
        .reset_index()
    )
    runs = spans.assign(first_value=np.nan, last_value=np.nan)[_RUN_COLUMNS]
    return Partial("interval", hours, runs, max_gap, window, longest)
