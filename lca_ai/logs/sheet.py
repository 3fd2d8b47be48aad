"""Readings laid out so that those of a device follow each other: without moving them where they lie well already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Codes = NDArray[np.integer]
#: Values as the file has them, in single precision too: sums are always of doubles.
Values = NDArray[np.float32] | F64

#: Readings in which the second turn of devices must begin.
_LONGEST_TURN = 1 << 16


@dataclass(frozen=True)
class Chunk:
    """Readings as they come: code of the device (index into ``names``), time [µs since 1970, UTC], value [W or J].

    ``turn`` is the number of devices that take turns, always in one order, where that is known; the last turn is full.
    """

    codes: Codes
    names: list[str]
    time: I64
    value: Values
    turn: int | None = None


@dataclass(frozen=True)
class Sheet:
    """Readings in rows of ``width`` devices, in one order, time downwards; shape of all: (rows, width).

    A sheet one wide has one run of rows after the other, each of one device, which begin and end at ``starts`` and
    ``ends`` (the last row); a wider one is one run.
    """

    codes: Codes
    time: I64
    value: Values
    starts: I64

    @property
    def width(self) -> int:
        """Devices side by side."""
        return int(self.time.shape[1])

    @property
    def ends(self) -> I64:
        """The last row of each run."""
        return np.append(self.starts[1:], len(self.time)) - 1

    def one_by_one(self) -> Sheet:
        """The same readings, one device after the other."""
        parts: list[Any] = [self.codes, self.time, self.value]
        codes, time, value = (np.ascontiguousarray(one.T).reshape(-1, 1) for one in parts)
        return Sheet(codes, time, value, np.arange(0, len(time), len(self.time)))


def turns(chunk: Chunk) -> list[Chunk]:
    """A chunk in full turns of its devices, and what is left of it after the last one."""
    turn = _turn(chunk.codes)
    full = len(chunk.codes) // turn * turn
    both = [(slice(full), turn), (slice(full, None), 1)]
    return [
        Chunk(chunk.codes[rows], chunk.names, chunk.time[rows], chunk.value[rows], width)
        for rows, width in (both if full < len(chunk.codes) else both[:1])
    ]


def sheet_of(chunk: Chunk) -> Sheet:
    """Lay out a chunk: as it is where devices take turns or follow each other, else sorted by device."""
    codes: Any = chunk.codes
    time: Any = chunk.time
    value: Any = chunk.value
    width = chunk.turn or _turn(codes)
    if width > 1 and len(codes) % width == 0:
        starts = np.zeros(1, dtype=np.int64)
    else:
        width = 1
        if (codes[1:] < codes[:-1]).any():
            order = _order(codes)
            codes, time, value = (one.take(order) for one in (codes, time, value))
        starts = _starts(codes)
    return Sheet(codes.reshape(-1, width), time.reshape(-1, width), value.reshape(-1, width), starts)


def _turn(codes: Codes) -> int:
    """Number of devices that take turns, always in one order; 1 where they do not."""
    again = codes[1:_LONGEST_TURN] == codes[0]
    width = int(again.argmax()) + 1 if again.any() else 1
    in_turn = width == 1 or (len(np.unique(codes[:width])) == width and bool((codes[width:] == codes[:-width]).all()))
    return width if in_turn else 1


def _starts(codes: Codes) -> I64:
    return np.append(0, np.flatnonzero(codes[1:] != codes[:-1]) + 1)


def _order(codes: Codes) -> I64:
    """The order of codes, those of one device as they come: Arrow counts where NumPy sorts, in a fifth of the time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order: I64 = pc.array_sort_indices(pa.array(codes)).to_numpy().view(np.int64)
    return order
