"""Stretches of time with linear power, and the rules by which readings become such.

Between samples, power is linear (the trapezoidal rule); an interval longer than ``max_gap`` is a gap, in which nothing
is invented. A counter difference is exact and spread evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lca_ai.logs.records import HOUR_US, SECOND_US, Kind

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Segments:
    """Stretches of time with linear power: device code, start and end [µs], power at both ends [W]."""

    device: I64
    start: I64
    end: I64
    power_start: F64
    power_end: F64

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Segments:
        """Return the segments of ``rows``, an index or a mask."""
        return Segments(
            self.device[rows], self.start[rows], self.end[rows], self.power_start[rows], self.power_end[rows]
        )

    def clip(self, since: int | None, until: int | None) -> Segments:
        """Return the parts of the segments inside a window [µs], power interpolated at its edges."""
        if since is None and until is None:
            lasting = self.end > self.start
            return self if lasting.all() else self.take(lasting)
        start = self.start if since is None else np.maximum(self.start, since)
        end = self.end if until is None else np.minimum(self.end, until)
        kept = end > start
        inside = Segments(self.device, start, end, self.power_at(start), self.power_at(end))
        return inside.take(kept)

    def power_at(self, time: I64) -> F64:
        """Return the power of each segment at one moment of it [W]."""
        length = np.maximum(self.end - self.start, 1)
        share = (time - self.start) / length
        return np.asarray(self.power_start + (self.power_end - self.power_start) * share)

    def split_at_hours(self) -> Segments:
        """Return the same segments, cut at every full hour (UTC)."""
        pieces = (self.end - 1) // HOUR_US - self.start // HOUR_US + 1
        if np.all(pieces <= 1):
            return self
        rows = np.repeat(np.arange(len(pieces)), pieces)
        step = np.arange(len(rows)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        whole = self.take(rows)
        hour = (whole.start // HOUR_US + step) * HOUR_US
        start = np.maximum(whole.start, hour)
        end = np.minimum(whole.end, hour + HOUR_US)
        return Segments(whole.device, start, end, whole.power_at(start), whole.power_at(end))

    def seconds(self) -> F64:
        """Return the length of each segment [s]."""
        return (self.end - self.start) / SECOND_US

    def joules(self) -> F64:
        """Return the energy of each segment [J]."""
        return (self.power_start + self.power_end) / 2.0 * self.seconds()


#: Longest interval of power that is integrated, for all devices or for each [µs].
MaxGap = int | dict[str, int]
Window = tuple[int | None, int | None]


@dataclass(frozen=True)
class Rules:
    """How readings become energy: their kind, the longest interval that counts and the window [µs], a fault [W]."""

    kind: Kind
    max_gap: MaxGap
    window: Window = (None, None)
    absurd_power: float = np.inf

    def limits(self, devices: list[str]) -> I64:
        """Return the longest interval of each device [µs]; of a device without one, that of the slowest."""
        if isinstance(self.max_gap, int):
            return np.full(len(devices), self.max_gap, dtype=np.int64)
        slowest = max(self.max_gap.values(), default=0)
        return np.array([self.max_gap.get(name, slowest) for name in devices], dtype=np.int64)


def between(ends: Segments, rules: Rules) -> tuple[Segments, int, int]:
    """Return the segments between neighbouring readings, and how many counters fell or leapt there.

    Power is linear; of a counter it is the mean power of its difference, and none where it fell (a reset) or rose more
    than a device can (a fault): the energy across is not known.
    """
    if rules.kind == "power":
        return ends, 0, 0
    rise = ends.power_end - ends.power_start
    mean = rise / ends.seconds()
    fell, leapt = rise < 0, mean > rules.absurd_power
    mean = np.where(fell | leapt, 0.0, mean)
    return Segments(ends.device, ends.start, ends.end, mean, mean), int(fell.sum()), int(leapt.sum())


def cut(segments: Segments, limits: I64, rules: Rules) -> tuple[Segments, Segments]:
    """Return intervals inside the window, cut at every full hour: the measured ones, and the gaps.

    Parameters
    ----------
    limits : longest interval of power of each device that is integrated [µs]
    """
    measured = np.ones(len(segments.start), bool)
    if rules.kind == "power":
        measured = segments.end - segments.start <= limits[segments.device]
    known = segments if measured.all() else segments.take(measured)
    pieces, gaps = known.clip(*rules.window), segments.take(np.flatnonzero(~measured)).clip(*rules.window)
    return pieces.split_at_hours(), gaps.split_at_hours()
