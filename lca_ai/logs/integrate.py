"""From samples, counters or interval energies to the energy of each device in each clock hour.

The partial integral of a chunk is a table per device and hour plus the first and last sample of each run of samples.
Two partials merge by adding their tables and joining their runs; closing a partial bridges the intervals between runs.
So any chunking and any order of files gives the same energy, on one machine or on many.

Method: the trapezoidal rule between samples, split exactly at the hour; an interval longer than ``max_gap`` is counted
as a gap and nothing is invented in it. A counter difference or an interval energy is exact and spread evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.errors import LogError
from lca_ai.logs.hours import add_hours, by_device_hour
from lca_ai.logs.records import SECOND_US, Kind
from lca_ai.logs.segments import F64, I64, MaxGap, Rules, Segments, Window, between, cut

_RUN_COLUMNS = ["device", "first", "first_value", "last", "last_value"]


@dataclass
class Partial:
    """The integral of a part of a log, mergeable with that of any other part.

    ``hours`` is indexed by (device, hour [µs]) with ``energy`` [J], ``covered`` [s], ``gap`` [s] and ``samples``;
    ``runs`` has the first and last sample of each stretch of samples, so that merging can bridge between them.
    ``resets`` and ``leaps`` count the bridges across which a counter fell, or rose more than a device can: no energy.
    """

    rules: Rules
    hours: pd.DataFrame
    runs: pd.DataFrame
    longest: float = 0.0
    resets: int = 0
    leaps: int = 0


def partial(frame: pd.DataFrame, kind: Kind, *, max_gap: MaxGap, window: Window = (None, None)) -> Partial:
    """Integrate one chunk.

    Parameters
    ----------
    frame : columns ``time`` [µs], ``device`` and the value of ``kind`` (power [W], counter [J]; interval: ``start`` and
        ``energy`` [J]); sorted by device and time, without duplicates
    max_gap : longest interval that is integrated [µs], for all devices or for each
    window : start and end of the measured window [µs], or None
    """
    rules = Rules(kind, max_gap, window)
    codes, names = pd.factorize(frame["device"], sort=True)
    device, devices = codes.astype("int64"), [str(name) for name in names]
    time = frame["time"].to_numpy("int64")
    if kind == "interval":
        start = frame["start"].to_numpy("int64")
        power = frame["energy"].to_numpy("float64") / ((time - start) / SECOND_US)
        segments = Segments(device, start, time, power, power)
        runs = _spans(pd.DataFrame({"device": frame["device"].to_numpy(), "first": start, "last": time}))
    else:
        value = frame["power" if kind == "power" else "counter"].to_numpy("float64")
        joined = np.flatnonzero(device[1:] == device[:-1])
        ends = Segments(device[joined], time[joined], time[joined + 1], value[joined], value[joined + 1])
        segments, _, _ = between(ends, rules)
        runs = _runs(device, devices, time, value)
    hours, longest = tabulate(segments, devices, rules)
    return Partial(rules, add_hours(hours, _samples(device, time, devices, window)), runs, longest)


def _runs(device: I64, devices: list[str], time: I64, value: F64) -> pd.DataFrame:
    """Return the first and last reading of each device."""
    first = np.flatnonzero(np.r_[True, device[1:] != device[:-1]])[: len(device)]
    last = np.r_[first[1:] - 1, len(device) - 1][: len(first)]
    return pd.DataFrame(
        {
            "device": np.array(devices, dtype=object)[device[first]],
            "first": time[first],
            "first_value": value[first],
            "last": time[last],
            "last_value": value[last],
        },
        columns=_RUN_COLUMNS,
    )


def merge(one: Partial, other: Partial) -> Partial:
    """Join two partials: hours added, runs kept side by side until :func:`close` bridges them.

    Raises
    ------
    LogError : where the two were integrated by different rules
    """
    if one.rules != other.rules:
        raise LogError(
            "two parts of a log were integrated by different rules", accepted="the same kind, max_gap and window"
        )
    runs = [part.runs for part in (one, other) if len(part.runs)]
    joined = pd.concat(runs, ignore_index=True) if runs else one.runs
    longest = max(one.longest, other.longest)
    resets, leaps = one.resets + other.resets, one.leaps + other.leaps
    return Partial(one.rules, add_hours(one.hours, other.hours), joined, longest, resets, leaps)


def close(part: Partial) -> Partial:
    """Bridge the intervals between the runs of each device, and count what the window leaves uncovered as a gap.

    Raises
    ------
    LogError : where two runs of one device overlap in time
    """
    hours, resets, leaps = part.hours, part.resets, part.leaps
    across = bridged(part.runs, part.rules)
    hours = add_hours(hours, across.hours, uncovered_edges(part.runs, part.rules.window))
    longest = max(part.longest, across.longest)
    return Partial(part.rules, hours, across.runs, longest, resets + across.resets, leaps + across.leaps)


def bridged(runs: pd.DataFrame, rules: Rules) -> Partial:
    """Integrate the intervals between the runs of each device; the runs that are left are the span of each device.

    Raises
    ------
    LogError : where two runs of one device overlap in time
    """
    spans = _spans(runs)
    if rules.kind == "interval" or len(spans) == len(runs):
        return Partial(rules, add_hours(), spans)
    joins, names = _joins(runs.sort_values(["device", "first", "last"], kind="stable", ignore_index=True))
    segments, fell, leapt = between(joins, rules)
    hours, longest = tabulate(segments, names, rules)
    return Partial(rules, hours, spans, longest, fell, leapt)


def _joins(runs: pd.DataFrame) -> tuple[Segments, list[str]]:
    """Return the intervals between the last reading of each run and the first of the next of its device."""
    codes, names = pd.factorize(runs["device"], sort=True)
    before = np.flatnonzero(codes[1:] == codes[:-1])
    after = before + 1
    first, last = (runs[name].to_numpy("int64") for name in ("first", "last"))
    first_value, last_value = (runs[name].to_numpy("float64") for name in ("first_value", "last_value"))
    # Two runs may share the sample at which a log was rotated, and no more.
    shared = (last[before] == first[after]) & (last_value[before] == first_value[after])
    overlap = before[(last[before] >= first[after]) & ~shared]
    if len(overlap):
        raise LogError(
            "two parts of the log cover the same device at the same time",
            field="device",
            value=str(runs["device"].iloc[int(overlap[0])]),
            accepted="a device column that tells them apart, or one log for each device",
        )
    before, after = before[~shared], after[~shared]
    device = codes[before].astype("int64")
    ends = Segments(device, last[before], first[after], last_value[before], first_value[after])
    return ends, [str(name) for name in names]


def _spans(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the first and last moment of each device, as runs without values."""
    spans = runs.groupby("device", sort=True).agg(first=("first", "min"), last=("last", "max")).reset_index()
    return spans.assign(first_value=np.nan, last_value=np.nan)[_RUN_COLUMNS]


def tabulate(segments: Segments, devices: list[str], rules: Rules) -> tuple[pd.DataFrame, float]:
    """Integrate intervals: energy [J], covered and gap seconds per device and hour; and the longest of them [s]."""
    length = segments.end - segments.start
    longest = float(length[_inside(segments, rules.window)].max(initial=0)) / SECOND_US
    pieces, gaps = cut(segments, rules.limits(devices), rules)
    covered = _grouped(pieces, devices, {"energy": pieces.joules(), "covered": pieces.seconds()})
    missed = _grouped(gaps, devices, {"gap": gaps.seconds()})
    return add_hours(covered, missed), longest


def _inside(segments: Segments, window: Window) -> NDArray[np.bool_]:
    since, until = window
    inside = np.ones(len(segments.device), bool)
    if since is not None:
        inside &= segments.end > since
    if until is not None:
        inside &= segments.start < until
    return inside


def _grouped(pieces: Segments, devices: list[str], values: dict[str, F64]) -> pd.DataFrame:
    return by_device_hour(pieces.device, pieces.start, devices, values)


def _samples(device: I64, time: I64, devices: list[str], window: Window) -> pd.DataFrame:
    """Count the readings inside the window, its edges included, per device and hour."""
    since, until = window
    inside = np.ones(len(time), bool)
    if since is not None:
        inside &= time >= since
    if until is not None:
        inside &= time <= until
    return by_device_hour(device[inside], time[inside], devices, {"samples": np.ones(int(inside.sum()))})


def uncovered_between(frame: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, float]:
    """Return the gap seconds between the intervals of each device in a window, and the most seconds a device has.

    What lies between an edge of the window and the intervals is that of :func:`uncovered_edges`.

    Parameters
    ----------
    frame : columns ``device``, ``start`` and ``time`` [µs]
    """
    rows = frame.sort_values(["device", "start"], kind="stable")
    codes, names = pd.factorize(rows["device"], sort=True)
    codes = codes.astype(np.int64)
    start = rows["start"].to_numpy("int64")
    end = rows["time"].groupby(codes, sort=False).cummax().to_numpy("int64")
    left, right = end[:-1], start[1:]
    free = (codes[1:] == codes[:-1]) & (right > left)
    zero = np.zeros(int(free.sum()))
    gaps = Segments(codes[1:][free], left[free], right[free], zero, zero)
    pieces = gaps.clip(*window).split_at_hours()
    edges = np.flatnonzero(np.diff(codes, prepend=-1))  # where the rows of each device begin
    whole = (end[np.append(edges[1:], len(end)) - 1] - start[edges]) / SECOND_US
    idle = np.bincount(gaps.device, gaps.seconds(), minlength=len(names))
    return _grouped(pieces, [str(name) for name in names], {"gap": pieces.seconds()}), float((whole - idle).max())


def uncovered_edges(runs: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Return the gap seconds between the edges of the window and the first and last sample of each device."""
    if window == (None, None):
        return add_hours()
    spans = _spans(runs)
    devices, codes = [str(name) for name in spans["device"]], np.arange(len(spans))
    zero = np.zeros(len(spans))
    tables = []
    for edge, found in zip(window, ("first", "last"), strict=True):
        if edge is not None:
            limit, sample = np.full(len(spans), edge, dtype=np.int64), spans[found].to_numpy("int64")
            start, end = (limit, sample) if found == "first" else (sample, limit)
            pieces = Segments(codes, start, end, zero, zero).clip(*window).split_at_hours()
            tables.append(_grouped(pieces, devices, {"gap": pieces.seconds()}))
    return add_hours(*tables)
