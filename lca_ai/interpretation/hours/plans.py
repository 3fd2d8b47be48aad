"""Plans of a run: as one block at a start, as the best block of a window, as the cheapest hours in chunks. Pure.

Times are hours since the first hour of a series. A load curve is moved exactly: its power is flat within each hour of
its log, wherever in the hour the run started.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from lca_ai.interpretation.hours.windows import Chunks, cheapest_chunks, window_sums

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: Hours that are one moment: a few microseconds, the resolution of a log.
_SAME = 1e-8
_DIGITS = 11


@dataclass(frozen=True)
class Load:
    """Energy at the meter over the time that a run takes.

    Attributes
    ----------
    elapsed : hours since the start, ascending from 0 [h]
    energy : energy used up to each [kWh]
    """

    elapsed: Array
    energy: Array

    @property
    def duration(self) -> float:
        """How long the run takes [h]."""
        return float(self.elapsed[-1])

    @property
    def total(self) -> float:
        """Energy of the run [kWh]."""
        return float(self.energy[-1])

    def of_hours(self, late: float) -> Array:
        """Energy in each clock hour of a run that starts ``late`` hours after the full one [kWh]."""
        return self._between(np.arange(ceil(self.duration + late - _SAME) + 1) - late)

    def of_steps(self, step: float) -> Array:
        """Energy in each step of the work, the last one partial [kWh]."""
        return self._between(np.arange(steps_of(self.duration, step) + 1) * step)

    def _between(self, moments: NDArray[np.floating]) -> Array:
        return np.diff(np.interp(moments, self.elapsed, self.energy))


@dataclass(frozen=True)
class Room:
    """When a run may be: from ``earliest`` to ``latest``, at every ``step``. [h]"""

    earliest: float
    latest: float
    step: float = 1.0

    def holds(self, start: float, duration: float) -> bool:
        """Whether a block of this length fits."""
        return self.earliest - _SAME <= start and start + duration <= self.latest + _SAME


@dataclass(frozen=True)
class Plan:
    """When a run is: its chunks (start, end) [h], the hours that these touch, and the energy in each [kWh]."""

    kind: str
    chunks: tuple[tuple[float, float], ...]
    hours: NDArray[np.intp]
    energy: Array

    @property
    def start(self) -> float:
        """Start of the first chunk [h]."""
        return self.chunks[0][0]

    @property
    def end(self) -> float:
        """End of the last chunk [h]."""
        return self.chunks[-1][1]

    def run_share(self) -> Array:
        """The share of each of its hours in which it runs, shape (hours,)."""
        begins, ends = (np.array(one)[:, None] for one in zip(*self.chunks, strict=True))
        overlap = np.minimum(ends, self.hours + 1.0) - np.maximum(begins, self.hours)
        share: Array = np.maximum(overlap, 0.0).sum(axis=0)
        return share

    def cost(self, values: Array) -> Array:
        """Energy x values (hours, ...), summed over the hours; NaN where an hour has none."""
        found: Array = self.energy @ values[self.hours]
        return found


def steps_of(length: float, step: float) -> int:
    """How many steps a length takes, the last one partial."""
    return ceil(length / step - _SAME)


def block(load: Load, start: float, kind: str) -> Plan:
    """The run in one block from a start."""
    first = floor(start + _SAME)
    energy = load.of_hours(max(0.0, start - first))
    return Plan(kind, ((start, start + load.duration),), np.arange(first, first + len(energy)), energy)


def starts_of(load: Load, room: Room, others: Sequence[float]) -> Array:
    """The starts that fit: every step from the full hour, and the others (the start of the run as it was)."""
    first = ceil(room.earliest / room.step - _SAME)
    last = floor((room.latest - load.duration) / room.step + _SAME)
    marks = np.arange(first, last + 1) * room.step
    own = [one for one in (room.earliest, *others) if room.holds(one, load.duration)]
    return np.unique(np.concatenate([marks, own]))


def costs_of(values: Array, missing: Mask, load: Load, starts: Array) -> Array:
    """Energy x values of the run at each start; NaN where it touches an hour without a value. Shape (starts,)."""
    hours = np.floor(starts + _SAME).astype("int64")
    late = np.round(np.maximum(starts - hours, 0.0), _DIGITS)
    found = np.full(len(starts), np.nan)
    for phase in np.unique(late):  # as many as steps in an hour, and two
        own = late == phase
        weights = load.of_hours(float(phase))
        first, last = int(hours[own].min()), int(hours[own].max()) + len(weights)
        sums = window_sums(values[first:last], weights, missing=missing[first:last])
        found[own] = sums[hours[own] - first]
    return found


def best_block(values: Array, missing: Mask, load: Load, starts: Array) -> Plan | None:
    """The block of the lowest cost, the earliest one of equals; None where none has a value in every hour."""
    costs = costs_of(values, missing, load, starts)
    if not np.isfinite(costs).any():
        return None  # also where there is no start
    return block(load, float(starts[np.nanargmin(costs)]), "deferrable")


@dataclass(frozen=True)
class Interruption:
    """What a run that may be interrupted asks for: its shortest chunk [h] and the energy of a resumption [kWh].

    A shortest chunk of zero leaves every step to itself, the partial last one too.
    """

    min_chunk: float
    resume_energy: float


def best_chunks(values: Array, missing: Mask, load: Load, room: Room, asked: Interruption) -> Plan | None:
    """The cheapest steps in chunks, its work in order; None where the steps of the room do not hold it."""
    step = room.step
    first, last = ceil(room.earliest / step - _SAME), floor(room.latest / step + _SAME)
    energy = load.of_steps(step)
    part = load.duration - (len(energy) - 1) * step  # of the last step, which is partial
    least = max(1, steps_of(asked.min_chunk, step))
    chunks = Chunks(least, max(least, steps_of(asked.min_chunk - part, step) + 1), asked.resume_energy)
    hours = np.floor((np.arange(first, last) + 0.5) * step).astype("int64")
    known = missing[hours]
    places = cheapest_chunks(np.where(known, 0.0, values[hours]), energy, chunks=chunks, missing=known)
    if places is None:
        return None
    opens = np.flatnonzero(np.diff(places, prepend=places[0] - 2) > 1)
    energy = energy.copy()
    energy[opens[1:]] += asked.resume_energy
    closes = np.append(opens[1:], len(places)) - 1
    lengths = np.where(closes == len(places) - 1, part, step)
    begins = (places[opens] + first) * step
    ends = (places[closes] + first) * step + lengths
    used, index = np.unique(hours[places], return_inverse=True)
    pairs = tuple((float(begin), float(end)) for begin, end in zip(begins, ends, strict=True))
    drawn = np.bincount(index, weights=energy, minlength=len(used)).astype("float64")
    return Plan("interruptible", pairs, used, drawn)


__all__ = ["Interruption", "Load", "Plan", "Room", "best_block", "best_chunks", "block", "costs_of", "starts_of"]
