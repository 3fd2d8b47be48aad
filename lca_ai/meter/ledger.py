"""Energy of each sensor since the start, in memory, in constant space; and what it was at each edge of a stage.

A counter gives its differences, whatever was read between; a power is integrated by the trapezoidal rule. Where a
counter starts again from 0 at a range that is known, it goes on; where it was reset, or power was not read for long,
the energy across is not known and counted as none, and the time is told. An edge at which a sensor was not read lies
between two readings of it, and takes its share of the energy by the time.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lca_ai import tables
from lca_ai.meter.base import Reading, Sensor


class Account:
    """The energy of one sensor.

    Attributes
    ----------
    joules : energy since the first reading [J]
    readings : how many were usable
    unknown_s : time whose energy is not known [s]
    marks : energy at each edge [J], NaN before it is known
    """

    def __init__(self, sensor: Sensor, longest_s: float, edges: int) -> None:
        self.sensor = sensor
        self.joules, self.readings, self.unknown_s, self.resets = 0.0, 0, 0.0, 0
        self.marks = array("d", [math.nan]) * edges
        self._longest_s = longest_s
        self._counts = sensor.kind == "counter"
        self._moment, self._value = math.nan, math.nan
        self._rate = 0.0
        self._pending: list[tuple[int, float]] = []
        self._first_edge = edges

    def expect(self, edge: int, moment: float) -> None:
        """An edge, whose energy the next reading tells."""
        self.marks.append(math.nan)
        self._pending.append((edge, moment))

    def take(self, moment: float, reading: Reading, edge: int | None) -> bool:
        """Add what a reading tells; ``edge`` is the one it was made at. False where it holds no energy or power."""
        value = reading.energy_j if self._counts else reading.power_w
        if not math.isfinite(value) or value < 0 or moment < self._moment:
            return False
        joules = self.joules
        if self.readings:
            joules += self._between(moment - self._moment, value)
        self._settle(moment, joules, edge)
        self._rate = (joules - self.joules) / (moment - self._moment) if moment > self._moment else self._rate
        self.joules, self._moment, self._value = joules, moment, value
        self.readings += 1
        return True

    def mark(self, edge: int, moment: float) -> float:
        """Energy at an edge [J]: as read, or from the power before it where no reading followed yet."""
        known = self.marks[edge]
        if not math.isnan(known) or not self.readings or edge < self._first_edge:
            return known
        held_s = min(max(moment - self._moment, 0.0), self._longest_s)
        return self.joules + (0.0 if self._counts else self._rate * held_s)

    def end(self, moment: float) -> None:
        """No reading follows: what was drawn after the last one is not known, where that is long ago."""
        passed = moment - self._moment
        if passed > self._longest_s:
            self.unknown_s += passed
            self._rate = 0.0

    def all_marks(self) -> array[float]:
        """Energy at every edge so far [J]."""
        found = array("d", self.marks)
        for edge, moment in self._pending:
            found[edge] = self.mark(edge, moment)
        return found

    def _between(self, passed: float, value: float) -> float:
        """Energy between the last reading and this one. [J]"""
        if self._counts:
            return self._counted(passed, value - self._value)
        if passed > self._longest_s:
            self.unknown_s += passed
            return 0.0
        return (self._value + value) / 2.0 * passed

    def _counted(self, passed: float, step: float) -> float:
        """Energy of a step of the counter: of the wraps that the time allows for, the only one; else not known. [J]"""
        whole, most = self.sensor.range_j, self.sensor.limit_w
        if whole is None or (step >= 0 and most is None):
            known = step >= 0
        else:
            most = _highest_w() if most is None else most
            known = step >= 0 or step + whole <= most * (passed + 1.0)  # the last second may be one of a short peak
            step += 0.0 if step >= 0 else whole
            known &= step + whole > most * passed
        if known:
            return step
        self.resets += 1
        self.unknown_s += passed
        return 0.0

    def _settle(self, moment: float, joules: float, edge: int | None) -> None:
        """Tell the edges that were waiting for this reading what their energy was."""
        if not self._pending:
            return
        passed = moment - self._moment
        for number, then in self._pending:
            if number == edge:
                self.marks[number] = joules
            elif self.readings and passed > 0:
                share = min(max((then - self._moment) / passed, 0.0), 1.0)
                self.marks[number] = self.joules + (joules - self.joules) * share
            else:
                self.marks[number] = joules
        self._pending.clear()


class Ledger:
    """The accounts of all sensors, and the moments of the edges."""

    def __init__(self, sensors: Iterable[Sensor], longest_s: float) -> None:
        self.accounts: dict[str, Account] = {}
        self.moments = array("d")
        self.faults: Counter[tuple[str, str]] = Counter()
        self._longest_s = longest_s
        for sensor in sensors:
            self.add(sensor)

    def add(self, sensor: Sensor) -> None:
        """A sensor that is there, or that appeared."""
        if sensor.name not in self.accounts:
            self.accounts[sensor.name] = Account(sensor, self._longest_s, len(self.moments))

    def edge(self, moment: float) -> None:
        """A moment whose energy is asked for; edges are numbered from 0."""
        number = len(self.moments)
        self.moments.append(moment)
        for account in self.accounts.values():
            account.expect(number, moment)

    def take(self, moment: float, readings: Sequence[Reading], edge: int | None = None) -> None:
        """Readings of one source at one moment."""
        for reading in readings:
            account = self.accounts.get(reading.sensor)
            if account is None:
                continue
            if reading.fault:
                self.faults[reading.sensor, reading.fault] += 1
            resets = account.resets
            account.take(moment, reading, edge)
            if account.resets > resets:
                self.faults[reading.sensor, "counter reset"] += 1

    def end(self, moment: float) -> None:
        """The end of the recording."""
        for account in self.accounts.values():
            account.end(moment)

    def marks(self, edge: int) -> dict[str, float]:
        """Energy of each sensor that was read, at an edge [J]; NaN where it was not read by then."""
        return {
            name: account.mark(edge, self.moments[edge]) for name, account in self.accounts.items() if account.readings
        }

    def all_marks(self) -> dict[str, array[float]]:
        """Energy of each sensor that was read, at every edge so far [J]."""
        return {name: account.all_marks() for name, account in self.accounts.items() if account.readings}


@tables.cached
def _highest_w() -> float:
    """The highest rated power of a processor in the hardware tables, for a counter whose limit is not known. [W]"""
    rows = (row for name in ("cpus", "items") for row in tables.rows("datasets/hardware", name))
    return max(float(row["value"]) for row in rows if row["kind"] == "cpu" and row["attribute"] == "rated_power")


def counted(known: Iterable[str], parents: Mapping[str, str]) -> list[str]:
    """The sensors whose energies add up: those that lie within none that was measured."""
    measured = set(known)
    found = []
    for name in measured:
        above, seen = parents.get(name, ""), {name}
        while above and above not in measured and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above not in measured or above == name:
            found.append(name)
    return sorted(found)
