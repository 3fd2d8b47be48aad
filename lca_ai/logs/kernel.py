"""The integral of one clean chunk of readings, on whole arrays: the fast way through a large log.

A chunk is brought into the order of its devices (a stable sort of small codes, or none where it has one), cut into
blocks at each device and each full hour, and summed block by block. What needs a closer look is handed on: the few
intervals that cross an hour or are longer than ``max_gap`` go to the general method of
:mod:`lca_ai.logs.integrate`; a chunk with faults (unknown or negative values, times that do not ascend) is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lca_ai.logs.records import EARLIEST_US, HOUR_US, LATEST_US, SECOND_US, Kind

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Chunk:
    """Readings as they come: code of the device (index into ``names``), time [µs since 1970, UTC], value [W or J]."""

    codes: NDArray[np.integer]
    names: list[str]
    time: I64
    value: F64


@dataclass(frozen=True)
class Blocks:
    """Sums over the readings of one device in one hour, and the first and last reading of each device.

    ``device``, ``begin`` (its first reading [µs]), ``energy`` [J], ``covered`` [s] and ``samples`` have one entry per
    block; ``run_*`` one per device of the chunk. ``left`` are positions, in the ordered ``codes``, ``time`` and
    ``value``, of readings that start an interval which is still to be integrated; ``longest`` is the longest [µs].
    """

    device: I64
    begin: I64
    energy: F64
    covered: F64
    samples: F64
    run_first: I64
    run_last: I64
    left: I64
    codes: NDArray[np.integer]
    time: I64
    value: F64
    longest: int


def blocks(
    chunk: Chunk,
    kind: Kind,
    *,
    limits: I64,
    absurd_power: float,
    window: tuple[int | None, int | None] = (None, None),
) -> Blocks | None:
    """Integrate what lies within blocks of a device and an hour; None where the chunk has a fault.

    Parameters
    ----------
    kind : "power" (linear between readings) or "counter" (differences)
    limits : longest interval of power of each device that is integrated [µs]
    absurd_power : a power above it is a fault [W]
    window : start and end of the measured window [µs]: blocks lie in it, its edges included, or outside
    """
    if not len(chunk.time) or not _sane(chunk, kind, absurd_power):
        return None
    codes, time, value = _in_order(chunk)
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    step = np.diff(time)
    joins = starts[1:] - 1
    step[joins] = 1  # a step between two devices is none: shorter than any other that counts
    ends = np.r_[starts[1:], len(time)] - 1
    ascending = not len(step) or step.min() > 0
    if not ascending or time[starts].min() < EARLIEST_US or time[ends].max() > LATEST_US:
        return None
    since, until = window
    edges = tuple(edge for edge in (since, None if until is None else until + 1) if edge is not None)
    cuts, crossing = _cuts(time, starts, ends, edges)
    far = _far(step, starts, ends, limits[codes[starts]]) if kind == "power" else np.empty(0, np.int64)
    left = np.union1d(crossing, far)
    first = np.union1d(starts, cuts)
    last = np.r_[first[1:], len(time)] - 1
    skipped = _skipped(first, left, time)
    if kind == "counter":
        energy = _counted(value, time, first, last, absurd_power)
        if energy is None:
            return None
    else:
        energy = _trapezoid(value, step, first, last, np.r_[joins, left])
    covered = (time[last] - time[first] - skipped) / SECOND_US
    longest = _longest(step, time, window) if len(starts) < len(time) else 0
    return Blocks(
        codes[first].astype(np.int64), time[first], energy, covered,
        (last - first + 1).astype(np.float64), starts, ends, left, codes, time, value, longest,
    )  # fmt: skip


def _sane(chunk: Chunk, kind: Kind, absurd_power: float) -> bool:
    """Whether every value is plausible and every device known; a NaN is not plausible."""
    low, high = chunk.value.min(), chunk.value.max()
    most = absurd_power if kind == "power" else np.finfo(np.float64).max
    return bool(low >= 0 and high <= most and chunk.codes.min() >= 0)


def _in_order(chunk: Chunk) -> tuple[NDArray[np.integer], I64, F64]:
    """Bring readings into the order of their devices, those of a device as they come."""
    codes = chunk.codes
    if len(codes) < 2 or not (codes[1:] < codes[:-1]).any():  # noqa: PLR2004 (a pair)
        return codes, chunk.time, chunk.value
    width = _period(codes)
    if width:  # devices in turn, always in one order: turning the table is cheaper than sorting it
        return tuple(np.ascontiguousarray(one.reshape(-1, width).T).ravel() for one in (codes, chunk.time, chunk.value))  # type: ignore[return-value]
    order = np.argsort(codes, kind="stable")
    return codes[order], chunk.time[order], chunk.value[order]


def _period(codes: NDArray[np.integer]) -> int:
    """Number of devices that take turns in one order throughout; 0 where they do not, or not in ascending order."""
    again = np.flatnonzero(codes[: 1 << 16] == codes[0])
    if len(again) < 2 or len(codes) % int(again[1]):  # noqa: PLR2004 (a first turn and a second)
        return 0
    width = int(again[1])
    turn = codes[:width]
    return width if len(np.unique(turn)) == width and bool((codes.reshape(-1, width) == turn).all()) else 0


def _cuts(time: I64, starts: I64, ends: I64, edges: tuple[int, ...]) -> tuple[I64, I64]:
    """Positions of the first reading of a device in each further hour, or after an edge, and of the last one before."""
    first, last = time[starts], time[ends]
    hours = last // HOUR_US > first // HOUR_US
    inside = np.zeros(len(starts), bool)
    for edge in edges:
        inside |= (first < edge) & (edge <= last)
    cuts = []
    for run in np.flatnonzero(hours | inside):
        full = np.arange(first[run] // HOUR_US + 1, last[run] // HOUR_US + 1, dtype=np.int64) * HOUR_US
        begin, end = starts[run], ends[run] + 1
        found = begin + np.searchsorted(time[begin:end], np.r_[full, np.array(edges, dtype=np.int64)])
        cuts.append(found[(found > begin) & (found < end)])
    if not cuts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    positions = np.unique(np.concatenate(cuts))
    return positions, positions - 1


def _far(step: I64, starts: I64, ends: I64, limits: I64) -> I64:
    """Positions before the intervals that are longer than the limit of their device."""
    most = int(limits.min())
    if not len(step) or step.max() <= most:
        return np.empty(0, np.int64)
    candidates = np.flatnonzero(step > most)
    run = np.searchsorted(starts, candidates, side="right") - 1
    within = candidates < ends[run]
    return candidates[within & (step[candidates] > limits[run])]


def _skipped(first: I64, left: I64, time: I64) -> I64:
    """Time of each block in intervals that are not integrated here [µs]; one that leads out of a block is in none."""
    block = np.searchsorted(first, left, side="right") - 1
    within = left + 1 < np.r_[first[1:], len(time)][block]
    length = time[left[within] + 1] - time[left[within]]
    return np.bincount(block[within], weights=length, minlength=len(first)).astype(np.int64)


def _trapezoid(value: F64, step: I64, first: I64, last: I64, without: I64) -> F64:
    """Energy of each block [J]: sums of half the power at both ends times the time between."""
    if len(step) == 0:
        return np.zeros(len(first))
    area = value[:-1] + value[1:]
    area *= step
    area[without] = 0.0
    whole = last > first  # a block of one reading has no interval of its own
    sums = np.zeros(len(first))
    if whole.any():
        at = np.minimum(first, len(area) - 1)
        sums[whole] = np.add.reduceat(area, at)[whole]
    return sums * (0.5 / SECOND_US)


def _counted(value: F64, time: I64, first: I64, last: I64, absurd_power: float) -> F64 | None:
    """Energy of each block by the difference of its counter [J]; None where a counter falls or leaps."""
    rise = np.diff(value)
    joins = first[1:] - 1
    most = absurd_power / SECOND_US
    fault = (rise < 0) | (rise > most * np.diff(time))
    fault[joins] = False
    return None if fault.any() else value[last] - value[first]


def _longest(step: I64, time: I64, window: tuple[int | None, int | None]) -> int:
    since, until = window
    if since is None and until is None:
        return int(step.max())
    inside = np.ones(len(step), bool)
    if since is not None:
        inside &= time[1:] > since
    if until is not None:
        inside &= time[:-1] < until
    return int(step[inside].max(initial=0))
