"""The integral of one clean chunk of readings, on whole arrays: the fast way through a large log.

A chunk is laid out as a sheet: devices that take turns side by side, one row for each turn, or one device after the
other in a single column. A sheet is cut into blocks at each device and each full hour, and summed block by block, a few
rows at a time so that they stay in the cache. What needs a closer look is handed on: the few intervals that cross an
hour or are longer than ``max_gap`` go to the general method of :mod:`lca_ai.logs.integrate`; a chunk with faults
(unknown or negative values, times that do not ascend) is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lca_ai.logs.records import EARLIEST_US, HOUR_US, LATEST_US, SECOND_US, Kind
from lca_ai.logs.segments import Segments, Window
from lca_ai.logs.sheet import F64, I64, Sheet, Values, scratch

#: Readings that are summed at a time: their intervals and powers fit the cache.
_SLICE = 1 << 17
#: Rows in which devices are in different hours are integrated one by one; more, and the devices are set apart.
_MOST_MIXED = 1 << 8
#: What is quicker done one by one: moments that are looked up, blocks that are summed.
_FEW = 16
#: Products that are added side by side: enough for long additions, and few enough that they stay in the fastest cache.
_ABREAST = 1 << 10
#: The double 2^52, and its bits: those of a whole number below it, set in them, are the double 2^52 more than it.
_EXACT = 2.0**52
_BITS = np.float64(_EXACT).view(np.int64)
_NONE = np.empty(0, np.int64)

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Blocks:
    """Sums over the readings of one device in one hour, and the readings in order.

    ``device`` (code), ``begin`` (the first reading [µs]), ``energy`` [J], ``covered`` [s] and ``samples`` have one
    entry per block. ``left`` are the intervals that are still to be integrated, the values of their readings at both
    ends; ``longest`` is the longest interval [µs].
    """

    device: I64
    begin: I64
    energy: F64
    covered: F64
    samples: F64
    left: Segments
    sheet: Sheet
    longest: int


def blocks(
    sheet: Sheet, kind: Kind, *, limits: I64, absurd_power: float, window: Window = (None, None)
) -> Blocks | None:
    """Integrate what lies within blocks of a device and an hour; None where the readings have a fault.

    Parameters
    ----------
    kind : "power" (linear between readings) or "counter" (differences)
    limits : longest interval of power of each device that is integrated [µs]
    absurd_power : a power above it is a fault [W]
    window : start and end of the measured window [µs]: blocks lie in it, its edges included, or outside
    """
    if sheet.time[sheet.starts].min() < EARLIEST_US or sheet.time[sheet.ends].max() > LATEST_US:
        return None
    cuts = _cuts(sheet, window)
    if len(cuts.mixed) > _MOST_MIXED:
        sheet = sheet.one_by_one()
        cuts = _cuts(sheet, window)
    swept = _sweep(sheet, cuts, _Limits(kind, limits, absurd_power, window))
    if swept is None:
        return None
    first, last = cuts.first, np.append(cuts.first[1:], len(sheet.time)) - 1
    energy = swept.area * (0.5 / SECOND_US)
    if kind == "counter":
        energy = sheet.value[last].astype(np.float64) - sheet.value[first]
    covered = (sheet.time[last] - sheet.time[first] - _skipped(swept.far, sheet, first)) / SECOND_US
    return Blocks(
        device=sheet.device((first[:, None] * sheet.width + np.arange(sheet.width)).ravel()),
        begin=sheet.time[first].ravel(),
        energy=energy.ravel(),
        covered=covered.ravel(),
        samples=sheet.without_holes(first).ravel().astype(np.float64),
        left=_left(sheet, cuts.crossing, swept.far),
        sheet=sheet,
        longest=max(swept.longest, _longest(sheet.bridges[:, 0], sheet.bridges[:, 1], window)),
    )


@dataclass(frozen=True)
class _Cuts:
    """Rows of a sheet at which blocks begin, those before an interval that leads out of one, and those of no block.

    In ``mixed`` rows the devices are on different sides of a full hour or an edge: these readings are blocks of their
    own. ``crossing`` intervals are those between two blocks of a device, and between mixed rows.
    """

    first: I64
    crossing: I64
    mixed: I64


def _cuts(sheet: Sheet, window: Window) -> _Cuts:
    run, moment = _moments(sheet, window)
    starts, ends = sheet.starts[run], sheet.ends[run] + 1
    after = _first_row(sheet, moment, starts, ends, last=False)
    before = _first_row(sheet, moment, starts, after, last=True) if sheet.width > 1 else after
    mixed = _ranges(before, after)
    crossing = _ranges(np.maximum(before - 1, starts), np.minimum(after, ends - 1))
    first = np.unique(np.concatenate([sheet.starts, before, after, mixed]))
    return _Cuts(first[first < len(sheet.time)], crossing, mixed)


def _moments(sheet: Sheet, window: Window) -> tuple[I64, I64]:
    """Full hours and edges of the window within each run of a sheet: the number of the run, and the moment [µs]."""
    begin, end = sheet.time[sheet.starts].min(axis=1), sheet.time[sheet.ends].max(axis=1)
    hours = np.maximum(end // HOUR_US - begin // HOUR_US, 0)
    runs, moments = [np.repeat(np.arange(len(begin)), hours)], []
    step = np.arange(len(runs[0])) - np.repeat(np.cumsum(hours) - hours, hours)
    moments.append((begin[runs[0]] // HOUR_US + step + 1) * HOUR_US)
    since, until = window
    for edge in (since, None if until is None else until + 1):
        if edge is not None:
            inside = np.flatnonzero((begin < edge) & (edge <= end))
            runs.append(inside)
            moments.append(np.full(len(inside), edge, dtype=np.int64))
    return np.concatenate(runs), np.concatenate(moments)


def _first_row(sheet: Sheet, moment: I64, low: I64, high: I64, *, last: bool) -> I64:
    """The first row, from ``low`` to ``high``, in which any device (the last) or all of them reached a moment."""
    runs = np.unique(low)
    if len(runs) <= _FEW:
        found = low.copy()
        for begin in runs:
            rows = low == begin
            column = sheet.time[begin : high[rows].max(), 0]
            found[rows] += np.searchsorted(column, moment[rows])
        if sheet.width == 1:
            return found
        low, high = _narrowed(sheet, moment, low, high, found, last=last)
    while (still := low < high).any():
        middle = (low + high) // 2
        reached = _reached(sheet, moment, middle, last=last)
        low = np.where(still & ~reached, middle + 1, low)
        high = np.where(still & reached, middle, high)
    return low


def _reached(sheet: Sheet, moment: I64, row: I64, *, last: bool) -> NDArray[np.bool_]:
    """Whether any device (the last) or all of them reached a moment in a row."""
    time = sheet.time[np.clip(row, 0, len(sheet.time) - 1)]
    reached: NDArray[np.bool_] = (time.max(axis=1) if last else time.min(axis=1)) >= moment
    return reached


def _narrowed(  # noqa: PLR0913 (what is narrowed, and by what)
    sheet: Sheet, moment: I64, low: I64, high: I64, guess: I64, *, last: bool
) -> tuple[I64, I64]:
    """Bounds close to a guess, where the row that is looked for lies between them; else those that were."""
    near, far = np.clip(guess - 1, low, high), np.clip(guess + 1, low, high)
    near = np.where((near > low) & _reached(sheet, moment, near - 1, last=last), low, near)
    far = np.where((far < high) & ~_reached(sheet, moment, far, last=last), high, far)
    return near, np.maximum(near, far)


def _ranges(begin: I64, end: I64) -> I64:
    """All the numbers from each begin to its end, in order and once; the end is not one of them."""
    length = np.maximum(end - begin, 0)
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    return np.unique(np.repeat(begin, length) + offset)


@dataclass
class _Swept:
    """What is found on the way through a sheet.

    ``area`` of each block and device [W µs, twice], places of intervals that are too long, the longest interval [µs].
    """

    area: F64
    far: I64
    longest: int = 0


@dataclass(frozen=True)
class _Limits:
    """What readings are held against, as for :func:`blocks`."""

    kind: Kind
    limits: I64
    absurd_power: float
    window: Window

    def most_bits(self, kind: np.dtype[Any]) -> np.unsignedinteger[Any]:
        """The bits of the largest plausible value, of a type of number; see :meth:`plausible`."""
        bits: np.unsignedinteger[Any] = np.array([self._most(kind)], dtype=kind).view(f"u{kind.itemsize}")[0]
        return bits

    def plausible(self, value: Values, bits: np.unsignedinteger[Any]) -> bool:
        """Whether all of some values are; a NaN is not.

        The bits of numbers are in the order of the numbers, those of negative ones and of NaN above all others: one
        look at each value instead of two. (A zero may be negative: then two.)
        """
        if value.view(bits.dtype).max() < bits:
            return True
        return bool(value.min() >= 0 and value.max() <= self._most(value.dtype))

    def _most(self, kind: np.dtype[Any]) -> float:
        return min(self.absurd_power if self.kind == "power" else np.inf, float(np.finfo(kind).max))


def _sweep(sheet: Sheet, cuts: _Cuts, limits: _Limits) -> _Swept | None:
    """Go through the intervals of a sheet; None for implausible values, times that do not ascend, falling counters."""
    found, far = _Swept(np.zeros((len(cuts.first), sheet.width)), np.empty(0, np.int64)), []
    most, bits = int(limits.limits.min()), limits.most_bits(sheet.value.dtype)
    size = max(1, _SLICE // sheet.width)
    shape = (size + 1, sheet.width)
    power, areas, steps = (
        scratch(name, shape[0] * shape[1], kind).reshape(shape)
        for name, kind in (("power", np.float64), ("area", np.float64), ("step", np.int64))
    )
    begins = np.arange(0, max(len(sheet.time) - 1, 1), size)
    each = zip(
        begins.tolist(), *(_by_slice(rows, begins, size) for rows in (sheet.starts[1:] - 1, cuts.crossing)), strict=True
    )
    for begin, own, crossing in each:
        time, value = sheet.time[begin : begin + size + 1], sheet.value[begin : begin + size + 1]
        if not limits.plausible(value, bits):
            return None
        step = np.subtract(time[1:], time[:-1], out=steps[: len(time) - 1])
        step[own] = 1  # from one device to the next is no step: shorter than any other that counts
        if len(step) and step.min() <= 0:
            return None
        longest = int(step.max()) if len(step) else 0
        if longest > found.longest:
            within = longest if limits.window == (None, None) else _longest(time[:-1], time[1:], limits.window, own)
            found.longest = max(found.longest, within)
        doubles = _doubles(value, power)
        if limits.kind == "counter":
            if _falls_or_leaps(doubles, step, own, limits.absurd_power / SECOND_US):
                return None
            continue
        too_long = _NONE
        if longest > most:
            too_long = np.flatnonzero(step.ravel() > most)
            devices = sheet.device(too_long + begin * sheet.width)
            too_long = too_long[step.ravel()[too_long] > limits.limits[devices]]
            far.append(too_long + begin * sheet.width)
        length = _lengths(step)
        length[own] = length[crossing] = 0.0
        length.ravel()[too_long] = 0.0
        _add(found.area, np.add(doubles[1:], doubles[:-1], out=areas[: len(step)]), length, cuts.first, begin)
    found.far = np.concatenate([found.far, *far])
    return found


def _by_slice(rows: I64, begins: I64, size: int) -> Iterator[I64]:
    """Those of some rows, in order, that each slice has, counted from its start."""
    edges = np.searchsorted(rows, np.append(begins, begins[-1] + size)).tolist()
    for begin, (first, last) in zip(begins.tolist(), pairwise(edges), strict=True):
        yield rows[first:last] - begin if first < last else _NONE


def _lengths(step: I64) -> F64:
    """Whole numbers from 0 to 2^52 as doubles, in their place: by their bits, in half the time of a conversion."""
    np.bitwise_or(step, _BITS, out=step)
    length: F64 = step.view(np.float64)
    length -= _EXACT
    return length


def _doubles(value: Values, into: F64) -> F64:
    """Values in double precision: as they are, or written into the first rows of a scratch array."""
    if value.dtype == np.float64:
        doubles: F64 = value.astype(np.float64, copy=False)
        return doubles
    into = into[: len(value)]
    into[:] = value
    return into


def _add(sums: F64, power: F64, length: F64, first: I64, begin: int) -> None:
    """Add power times length, rows of a slice that starts at ``begin``, to the blocks they belong to.

    Both may be used up.
    """
    if not len(power):
        return
    block, beyond = np.searchsorted(first, [begin, begin + len(power) - 1], side="right")
    starts = np.maximum(first[block - 1 : beyond] - begin, 0)
    if len(starts) > _FEW:
        power *= length
        sums[block - 1 : beyond] += np.add.reduceat(power, starts, axis=0)
        return
    for number, (start, end) in enumerate(pairwise([*starts.tolist(), len(power)]), int(block) - 1):
        sums[number] += _products(power[start:end], length[start:end])


def _products(one: F64, other: F64) -> F64:
    """Sum the products of two tables by column: of several rows side by side, as far as they fill that width."""
    width = one.shape[1]
    abreast = max(1, _ABREAST // width)
    whole = len(one) // abreast * abreast
    wide = (part[:whole].reshape(-1, abreast * width) for part in (one, other))
    total: F64 = np.einsum("ij,ij->j", *wide).reshape(abreast, width).sum(axis=0)
    return total if whole == len(one) else total + np.einsum("ij,ij->j", one[whole:], other[whole:])


def _falls_or_leaps(value: F64, step: I64, joins: I64, most: float) -> bool:
    rise = value[1:] - value[:-1]
    rise[joins] = 0.0
    return bool(rise.min(initial=0) < 0 or (rise > most * step).any())


def _longest(begin: I64, end: I64, window: Window, joins: I64 | None = None) -> int:
    """The longest interval that lies in the window, in part at least [µs]; the steps to a next device are none."""
    since, until = window
    step = end - begin
    if joins is not None:
        step[joins] = 1
    if since is not None:
        step = np.where(end > since, step, 0)
    if until is not None:
        step = np.where(begin < until, step, 0)
    return int(step.max(initial=0))


def _skipped(far: I64, sheet: Sheet, first: I64) -> I64:
    """Time of each block in intervals that are too long [µs]; one that leads out of a block is in none."""
    if not len(far):
        return np.zeros((len(first), sheet.width), dtype=np.int64)
    row, column = np.divmod(far, sheet.width)
    block = np.searchsorted(first, row, side="right") - 1
    within = row + 1 < np.append(first[1:], len(sheet.time))[block]
    row, column, block = row[within], column[within], block[within]
    skipped = np.zeros((len(first), sheet.width), dtype=np.int64)
    np.add.at(skipped, (block, column), sheet.time[row + 1, column] - sheet.time[row, column])
    return skipped


def _left(sheet: Sheet, crossing: I64, far: I64) -> Segments:
    """The intervals that start at some rows, and at some places, with the values of their readings."""
    across = (crossing[:, None] * sheet.width + np.arange(sheet.width)).ravel()
    start = np.union1d(across, far)
    end = start + sheet.width
    time, value = sheet.time.ravel(), sheet.value.ravel()
    return Segments(
        sheet.device(start), time[start], time[end],
        value[start].astype(np.float64), value[end].astype(np.float64),
    )  # fmt: skip
