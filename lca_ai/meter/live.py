"""What is drawn now and was drawn so far: of sensors that are read here, or of a log that another process writes."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lca_ai.errors import InputError
from lca_ai.logs.gaps import longest_s
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.clock import stamp
from lca_ai.meter.ledger import Account, counted
from lca_ai.meter.rows import COLUMNS

#: A power that was read longer ago than this, and than a gap, is not that of now. [s]
_STALE_S = 5.0
_JOULE_PER_KWH = 3.6e6
_AT = {name: place for place, name in enumerate(COLUMNS)}
_STARTS = ("start", "resume")


@dataclass(frozen=True)
class Figures:
    """A sensor: what it draws now and has drawn so far. NaN is not known.

    Attributes
    ----------
    within : the measured sensor that it lies within, whose part its energy is; empty where it counts
    modelled : whether a model stands in for a sensor
    covered : share of the time whose energy is known
    fault : what went wrong; or "ended" or "stale since ...", where nobody reads what is drawn now
    """

    host: str
    sensor: str
    covers: tuple[str, ...]
    within: str = ""
    modelled: bool = False
    power_w: float = math.nan
    energy_j: float = math.nan
    covered: float = math.nan
    fault: str = ""


@dataclass
class _Line:
    """A sensor on the board: its account since the last start, and what it drew before."""

    sensor: Sensor
    account: Account
    before_j: float = 0.0
    before_unknown_s: float = 0.0
    joules: float = math.nan
    moment: float = math.nan
    power_w: float = math.nan
    fault: str = ""


@dataclass
class Board:
    """Sensors by node and name, kept by readings as they come, in constant space.

    Attributes
    ----------
    longest_s : longest time between two readings of a power that is no gap [s]
    last, now : node -> the moments of its last reading and of the last look, by the clock of the readings [s]
    """

    longest_s: float = 10.0
    last: dict[str, float] = field(default_factory=dict)
    now: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _lines: dict[tuple[str, str], _Line] = field(default_factory=dict)
    _first: dict[str, float] = field(default_factory=dict)
    _before_s: dict[str, float] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)

    def add(self, host: str, sensor: Sensor) -> None:
        """A sensor that is read from now on."""
        self._lines.setdefault((host, sensor.name), _Line(sensor, Account(sensor, self.longest_s, 0)))

    @property
    def stale_s(self) -> float:
        """Longest time after which the last power is still that of now. [s]"""
        return max(self.longest_s, _STALE_S)

    def end(self, host: str) -> None:
        """The recording of a node ended: nobody reads what it draws now."""
        self._ended.add(host)

    def restart(self, host: str) -> None:
        """A new recording of a node: what was drawn in between is nobody's."""
        self._before_s[host] = self.seconds.get(host, 0.0)
        self._first.pop(host, None)
        self._ended.discard(host)
        for (where, _), line in self._lines.items():
            if where == host:
                line.before_j += line.account.joules
                line.before_unknown_s += line.account.unknown_s
                line.account = Account(line.sensor, self.longest_s, 0)
                line.moment = line.power_w = math.nan

    def take(self, host: str, moment: float, readings: Iterable[Reading]) -> None:
        """Readings at a moment of the node's clock. [s]"""
        first = self._first.setdefault(host, moment)
        self.last[host] = moment
        self.seconds[host] = self._before_s.get(host, 0.0) + max(moment - first, 0.0)
        for reading in readings:
            line = self._lines.get((host, reading.sensor))
            if line is None:
                continue
            line.fault = reading.fault
            joules, moment_before = line.account.joules, line.moment
            if not line.account.take(moment, reading, None):
                continue
            passed = moment - moment_before
            counted_w = (line.account.joules - joules) / passed if passed > 0 else math.nan
            line.power_w = reading.power_w if math.isfinite(reading.power_w) else counted_w
            line.moment = moment

    def figures(self) -> list[Figures]:
        """Every sensor, those that count first."""
        found = [self._figures(host, line) for (host, _), line in self._lines.items()]
        return sorted(found, key=lambda one: (one.host, bool(one.within), one.sensor))

    def _figures(self, host: str, line: _Line) -> Figures:
        sensor, account = line.sensor, line.account
        known = bool(account.readings or line.before_j)
        seconds = self.seconds.get(host, 0.0)
        unknown = line.before_unknown_s + account.unknown_s
        measured = {name for (where, name), one in self._lines.items() if where == host and one.account.readings}
        within = "" if sensor.name in counted(measured, self._parents(host)) else sensor.parent
        state = self._state(host, line)
        return Figures(
            host, sensor.name, (sensor.covers, *sensor.also), within, sensor.kind == "model",
            math.nan if state else line.power_w,
            line.before_j + account.joules if known else math.nan,
            max(1.0 - unknown / seconds, 0.0) if seconds > 0 and known else math.nan,
            line.fault or state,
        )  # fmt: skip

    def _state(self, host: str, line: _Line) -> str:
        """Why the last power is not that of now; empty where it is."""
        if host in self._ended:
            return "ended"
        passed = self.now.get(host, math.nan) - line.moment
        if passed > self.stale_s:
            return f"stale since {stamp(time.time() - passed)[:19]}Z"
        return ""

    def _parents(self, host: str) -> dict[str, str]:
        return {name: one.sensor.parent for (where, name), one in self._lines.items() if where == host}


def total_kwh(figures: Sequence[Figures]) -> float:
    """Energy of the sensors that count; NaN where none is known. [kWh]"""
    known = [one.energy_j for one in figures if not one.within and math.isfinite(one.energy_j)]
    return math.fsum(known) / _JOULE_PER_KWH if known else math.nan


def total_w(figures: Sequence[Figures]) -> float:
    """Power of the sensors that count; NaN where none is known. [W]"""
    known = [one.power_w for one in figures if not one.within and math.isfinite(one.power_w)]
    return math.fsum(known) if known else math.nan


def covers(figures: Sequence[Figures]) -> tuple[str, ...]:
    """What the sensors cover that count and whose energy is known."""
    known = (one for one in figures if not one.within and math.isfinite(one.energy_j))
    return tuple(dict.fromkeys(part for one in known for part in one.covers))


class LogTail:
    """The logs of a folder as they grow: each look reads what was added since the last one.

    Raises
    ------
    InputError : where there is no such folder
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError("no such folder", file=folder, accepted="the folder of lca-ai measure --out")
        self._folder, self._read, self.board = folder, dict[Path, int](), Board(_longest(folder))
        self._grown: dict[str, float] = {}

    def look(self) -> Board:
        """What is known by now."""
        for path in sorted(self._folder.glob("power-*.csv")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                content = file.read()
            whole = content.rfind(b"\n") + 1
            host = path.name.removeprefix("power-").removesuffix(".csv")
            if whole and path in self._read:
                self._grown[host] = time.monotonic()
            self._read[path] = self._read.get(path, 0) + whole
            for line in content[:whole].decode("utf-8", errors="replace").split("\n"):
                self._take(host, line.split(","))
            self.board.now[host] = self._now(host)
        return self.board

    def _now(self, host: str) -> float:
        """The moment by the clock of the log: of one that grows, its last; so that a clock that is set stales none."""
        grows = time.monotonic() - self._grown.get(host, -math.inf) < self.board.stale_s
        return self.board.last.get(host, math.nan) if grows else time.time()

    def _take(self, host: str, cells: list[str]) -> None:
        if len(cells) != len(COLUMNS) or cells[0] == "time":
            return
        told = {name: cells[place] for name, place in _AT.items()}
        if told["event"] in _STARTS and not told["sensor"]:
            self.board.restart(host)
        if told["event"] == "end" and not told["sensor"]:
            self.board.end(host)
        if not told["sensor"]:
            return
        if told["covers"]:
            self.board.add(host, _sensor(told))
        try:
            moment = datetime.fromisoformat(told["time"]).timestamp()
        except ValueError:
            return
        reading = Reading(
            told["sensor"], _number(told["energy_j"]), _number(told["power_w"]), fault=told["fault"]
        )  # fmt: skip
        self.board.take(host, moment, [reading])


class Sensors:
    """The sensors of this node, read by this process at each look, without a log."""

    def __init__(self, sources: str, every_s: float) -> None:
        from lca_ai.meter.probe import Probe
        from lca_ai.meter.recorder import host_name

        self._probe, self._host = Probe(sources), host_name()
        self.missing = [str(one) for one in self._probe.missing]
        self.board = Board(longest_s(every_s))
        for sensor in self._probe.sensors:
            self.board.add(self._host, sensor)

    def look(self) -> Board:
        """What is known by now."""
        for one in self._probe.opened:
            one.read(time.monotonic, lambda moment, found: self.board.take(self._host, moment, found), counters=False)
        self.board.now[self._host] = time.monotonic()
        return self.board

    def close(self) -> None:
        """Let go of the sources."""
        self._probe.close()


def _longest(folder: Path) -> float:
    """Longest interval of power samples that is integrated: by the ticks of the recordings. [s]"""
    every = [1.0]
    for path in folder.glob("_meter-*.json"):
        try:
            told: Any = json.loads(path.read_text(encoding="utf-8"))
            every += [float(one["every_s"]) for one in told["recordings"]]
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return longest_s(max(every))


def _sensor(told: Mapping[str, str]) -> Sensor:
    first, *others = told["covers"].split(";")
    ranges = {name: float(told[name]) for name in ("range_j", "limit_w", "window_s") if told[name]}
    return Sensor(told["sensor"], first, told["kind"] or "counter", told["parent"], also=tuple(others), **ranges)  # type: ignore[arg-type]


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan
