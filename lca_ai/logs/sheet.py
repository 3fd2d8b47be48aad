"""Readings laid out so that those of a device follow each other: without moving them where they lie well already."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca_ai.logs.records import Note

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Codes = NDArray[np.integer]
#: Values as the file has them, in single precision too: sums are always of doubles.
Values = NDArray[np.float32] | F64

#: Readings in which the second turn of devices must begin.
_LONGEST_TURN = 1 << 16
#: Turns in which a full one is looked for, and the share of readings that may be missing from turns.
_FIRST_TURNS, _MOST_MISSING = 64, 1 / 16
_THREAD = threading.local()


@dataclass(frozen=True)
class Chunk:
    """Readings as they come: code of the device (index into ``names``), time [µs since 1970, UTC], value [W or J].

    ``job`` is the code of the job (index into ``jobs``, -1 for none) where the log names jobs and they are asked for;
    ``notes`` tell of rows that are none of these readings.
    """

    codes: Codes
    names: list[str]
    time: I64
    value: Values
    job: Codes | None = None
    jobs: list[str] = field(default_factory=list)
    notes: tuple[Note, ...] = ()

    def part(self, begin: int, end: int) -> Chunk:
        """Return the readings from one place to another."""
        rows = slice(begin, end)
        job = None if self.job is None else self.job[rows]
        return Chunk(self.codes[rows], self.names, self.time[rows], self.value[rows], job, self.jobs)


def _none() -> I64:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Sheet:
    """Readings in rows of ``width`` devices, in one order, time downwards; shape of both: (rows, width).

    A sheet one wide has one run of rows after the other, each of one device, which begin and end at ``starts`` and
    ``ends`` (the last row); a wider one is one run. ``codes`` are the devices of each run, (runs, width). ``holes`` are
    places (row by row) of missing readings, which are filled in on the line between those before and after: this
    changes no integral. ``bridges`` are the times of these two, (number, 2) [µs].

    The arrays are those of the chunk or scratch of this thread: they hold until the next sheet is laid out.
    """

    codes: Codes
    time: I64
    value: Values
    starts: I64
    holes: I64 = field(default_factory=_none)
    bridges: I64 = field(default_factory=lambda: _none().reshape(0, 2))

    @property
    def width(self) -> int:
        """Devices side by side."""
        return int(self.time.shape[1])

    @property
    def ends(self) -> I64:
        """The last row of each run."""
        return np.append(self.starts[1:], len(self.time)) - 1

    def device(self, places: I64) -> I64:
        """Return the codes of the devices at some places (row by row)."""
        row, column = np.divmod(places, self.width)
        run = np.searchsorted(self.starts, row, side="right") - 1
        return self.codes[run, column].astype(np.int64)

    def readings(self) -> I64:
        """Return how many readings each run has of each device, as the codes are."""
        return self.without_holes(self.starts)

    def without_holes(self, first: I64) -> I64:
        """Return how many readings there are of each device from each of some rows to the next; (rows, width)."""
        rows = np.repeat(np.diff(np.append(first, len(self.time))), self.width).reshape(-1, self.width)
        row, column = np.divmod(self.holes, self.width)
        np.subtract.at(rows, (np.searchsorted(first, row, side="right") - 1, column), 1)
        return rows

    def one_by_one(self) -> Sheet:
        """Return the same readings, one device after the other."""
        time: Any = np.ascontiguousarray(self.time.T).reshape(-1, 1)
        value: Any = np.ascontiguousarray(self.value.T).reshape(-1, 1)
        row, column = np.divmod(self.holes, self.width)
        starts = np.arange(0, len(time), len(self.time))
        return Sheet(self.codes.reshape(-1, 1), time, value, starts, column * len(self.time) + row, self.bridges)


def scratch(name: str, size: int, kind: type[np.int64 | np.float64 | np.float32]) -> NDArray[Any]:
    """Return memory that each thread keeps: fresh memory for each chunk would cost as much as the sums."""
    kept = getattr(_THREAD, name, None)
    if kept is None or len(kept) < size or kept.dtype != kind:
        kept = np.empty(size, dtype=kind)
        setattr(_THREAD, name, kept)
    found: NDArray[Any] = kept[:size]
    return found


def sheets_of(chunk: Chunk, longest: int | None) -> Iterator[tuple[Chunk, Sheet]]:
    """Lay out a chunk: as it is where devices take turns or follow each other, else sorted by device.

    Parameters
    ----------
    longest : longest interval in which readings that are missing from turns may be filled in [µs]; any where None

    Returns
    -------
    The parts of the chunk that are laid out by themselves, and their sheets.
    """
    size = len(chunk.codes)
    width = _turn(chunk.codes)
    if width > 1:
        full = size // width * width
        whole = chunk.part(0, full)
        time, value = whole.time.reshape(-1, width), whole.value.reshape(-1, width)
        yield whole, Sheet(chunk.codes[:width].reshape(1, -1), time, value, np.zeros(1, dtype=np.int64))
        if full < size:
            rest = chunk.part(full, size)
            yield rest, _in_runs(rest, np.arange(size - full))
        return
    starts = _starts(chunk)
    if starts is not None:
        yield chunk, _in_runs(chunk, starts)
        return
    found = _in_turns(chunk, longest)
    if found is None:
        yield chunk, _sorted(chunk)
        return
    begin, end, sheet = found
    yield chunk.part(begin, end), sheet
    for first, last in ((0, begin), (end, size)):
        if first < last:
            rest = chunk.part(first, last)
            yield rest, _sorted(rest)


def _turn(codes: Codes) -> int:
    """Number of devices that take turns, always in one order; 1 where they do not."""
    again = codes[1:_LONGEST_TURN] == codes[0]
    width = int(again.argmax()) + 1 if again.any() else 1
    in_turn = width > 1 and len(np.unique(codes[:width])) == width and _repeats(codes, width)
    return width if in_turn else 1


def _repeats(codes: Codes, width: int) -> bool:
    """Whether codes come again and again; told by the first ones where they do not."""
    head = codes[: 2 * _LONGEST_TURN]
    return bool((head[width:] == head[:-width]).all() and (codes[width:] == codes[:-width]).all())


def _starts(chunk: Chunk) -> I64 | None:
    """Where the readings of each device begin, if those of one device follow those of another."""
    begins = [np.zeros(1, dtype=np.int64)]
    for first, codes in _slices(chunk.codes):
        begins.append(first + 1 + np.flatnonzero(codes[1:] != codes[:-1]))
        if sum(map(len, begins)) > len(chunk.names):
            return None
    starts = np.concatenate(begins)
    return starts if len(np.unique(chunk.codes[starts])) == len(starts) else None


def _slices(codes: Codes) -> Iterator[tuple[int, Codes]]:
    """Slices that share the code at their edge, and where they begin: what is made of one stays in the cache."""
    for first in range(0, max(len(codes) - 1, 1), _LONGEST_TURN):
        yield first, codes[first : first + _LONGEST_TURN + 1]


def _in_runs(chunk: Chunk, starts: I64) -> Sheet:
    codes, time, value = chunk.codes[starts], chunk.time, chunk.value
    return Sheet(codes.reshape(-1, 1), time.reshape(-1, 1), value.reshape(-1, 1), starts)


def _sorted(chunk: Chunk) -> Sheet:
    """Sort by device, those of one device as they come: Arrow counts where NumPy sorts, in a fifth of the time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order: I64 = pc.array_sort_indices(pa.array(chunk.codes)).to_numpy().view(np.int64)
    time: Any = scratch("time", len(order), np.int64)
    value: Any = scratch("value", len(order), chunk.value.dtype.type)
    np.take(chunk.time, order, out=time, mode="clip")
    np.take(chunk.value, order, out=value, mode="clip")
    devices: Any = np.arange(len(chunk.names) + 1, dtype=chunk.codes.dtype)
    edges = np.searchsorted(chunk.codes, devices, sorter=order)
    present = np.flatnonzero(np.diff(edges))
    return Sheet(present.reshape(-1, 1), time.reshape(-1, 1), value.reshape(-1, 1), edges[present])


# --- turns from which readings are missing


def _in_turns(chunk: Chunk, longest: int | None) -> tuple[int, int, Sheet] | None:
    """Lay out turns from which a few readings are missing: from where to where, and their sheet; None for no turns."""
    devices = _full_turn(chunk.codes)
    if devices is None:
        return None
    width = len(devices)
    if width < len(chunk.names) and not np.isin(chunk.codes, devices).all():
        return None
    place: Any = np.zeros(len(chunk.names), dtype=chunk.codes.dtype)
    place[devices] = np.arange(width)
    column = chunk.codes if np.array_equal(devices, np.arange(width)) else place[chunk.codes]
    edges = _full_rows(column, width)
    if edges is None:
        return None
    begin, end = edges
    holes = _missing(column[begin:end], width)
    if holes is None:
        return None
    cells = end - begin + len(holes)
    time: I64 = scratch("time", cells, np.int64)
    value: F64 = scratch("filled", cells, np.float64)
    there = np.ones(cells, bool)
    there[holes] = False
    time[there] = chunk.time[begin:end]
    value[there] = chunk.value[begin:end]
    bridges = _fill(time, value, holes, width)
    if longest is not None and len(bridges) and (bridges[:, 1] - bridges[:, 0]).max() > longest:
        return None
    time, value = time.reshape(-1, width), value.reshape(-1, width)
    return begin, end, Sheet(devices.reshape(1, -1), time, value, np.zeros(1, dtype=np.int64), holes, bridges)


def _full_turn(codes: Codes) -> I64 | None:
    """The devices in their order, the first of them first; None where no turn has all of those at the head."""
    width = np.count_nonzero(np.bincount(codes[:_LONGEST_TURN]))
    for begin in range(0, min(len(codes) - width, _FIRST_TURNS * width), width):
        turn = codes[begin : begin + width].astype(np.int64)
        if len(np.unique(turn)) == width:
            return np.roll(turn, -int(turn.argmin()))
    return None


def _full_rows(column: Codes, width: int) -> tuple[int, int] | None:
    """Where the first full turn begins and the last one ends."""
    most, turn = _FIRST_TURNS * width, np.arange(width)
    for begin in np.flatnonzero(column[:most] == 0):
        if np.array_equal(column[begin : begin + width], turn):
            break
    else:
        return None
    size = len(column)
    for end in size - np.flatnonzero(column[: -most - 1 : -1] == width - 1):
        if end >= begin + 2 * width and np.array_equal(column[end - width : end], turn):
            return int(begin), int(end)
    return None


def _missing(column: Codes, width: int) -> I64 | None:
    """Places of the readings that are missing from turns, row by row; None where they are too many."""
    kind = np.uint8 if width <= 1 << 8 else np.uint64
    back = np.array((1 - width) % (np.iinfo(kind).max + 1), dtype=kind)
    gaps, numbers, most = [], [], len(column) * _MOST_MISSING
    for first, some in _slices(column):
        plain: Any = some.astype(kind)
        step = plain[1:] - plain[:-1]  # wraps where the next turn begins
        before = np.flatnonzero((step != 1) & (step != back))
        gaps.append(first + before)
        numbers.append((plain[before + 1].astype(np.int64) - plain[before].astype(np.int64) - 1) % width)
        most -= int(numbers[-1].sum())
        if most < 0:
            return None
    gap, number = np.concatenate(gaps), np.concatenate(numbers)
    holes: I64 = np.repeat(gap + 1, number) + np.arange(number.sum())
    return holes


def _fill(time: I64, value: F64, holes: I64, width: int) -> I64:
    """Fill holes on the line between the readings of their device before and after them, and return when these are."""
    if not len(holes):
        return _none().reshape(0, 2)
    rows = len(time) // width
    row, column = np.divmod(holes, width)
    key = np.sort(column * rows + row)  # neither the first row nor the last has a hole: no run goes on in a next column
    first = np.flatnonzero(np.append(True, np.diff(key) > 1))
    length = np.diff(np.append(first, len(key)))
    column, row = np.divmod(key[first], rows)
    before = (row - 1) * width + column
    after = before + (length + 1) * width
    run = np.repeat(np.arange(len(first)), length)
    nth = np.arange(len(key)) - first[run] + 1
    begin, whole = time[before], time[after] - time[before]
    moment = (whole[run] * (nth / (length[run] + 1))).astype(np.int64)
    share = moment / np.maximum(whole, 1)[run]
    place = before[run] + nth * width
    time[place] = begin[run] + moment
    value[place] = value[before][run] + (value[after] - value[before])[run] * share
    return np.column_stack([begin, begin + whole])
