"""A window in a folder where another process of this node records already: it adds its edges to that log and reads it.

So the ranks of a job share one recording: no device is measured twice. What an edge's energy was lies between two
readings of the other process.
"""

from __future__ import annotations

import bisect
import logging
import math
import os
import time
from collections.abc import Sequence

from lca_ai.logs.gaps import longest_s
from lca_ai.meter.base import Sensor
from lca_ai.meter.clock import Clock, Timeline
from lca_ai.meter.describe import described
from lca_ai.meter.recorder import Lock, Recorder
from lca_ai.meter.recording import Edge, Quality, Settings
from lca_ai.meter.rows import event_row

#: Share of the time that may be unknown without a word.
_UNKNOWN_SHARE = 0.05
#: By how much a reading of a busy machine may be late. [s]
_BUSY_S = 0.1
_LOG = logging.getLogger("lca_ai.meter")


class AttachedSession:
    """A recording that another process makes."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.resumed = True
        self._clock = clock or Clock()
        self._timeline = Timeline(self._clock)
        self._recorder = Recorder(settings.folder, settings.host)
        self._recorder.open(waiting=True)
        self._process, self._owner = str(os.getpid()), os.getpid()
        self._settings = settings
        self._edges = 0
        self._edge_s = 0.0
        self.started = self.edge("")
        self._closed: Edge | None = None

    @property
    def sensors(self) -> list[Sensor]:
        """What the other process reads, as it describes it."""
        return described(self._settings.folder, self._settings.host)

    def edge(self, event: str, stage: str = "", fault: str = "") -> Edge:
        """A moment; a row of it is added to the log."""
        began = time.perf_counter()
        moment = self._clock.monotonic()
        utc = self._timeline.utc(moment)
        edge = Edge(self._edges, moment, utc, utc)
        self._edges += 1
        if event and os.getpid() == self._owner:
            self._recorder.write([event_row(moment, utc, event, stage=stage, fault=fault, process=self._process)])
        self._edge_s += time.perf_counter() - began
        return edge

    def marks(self, edges: Sequence[Edge]) -> list[dict[str, float]]:
        """Energy of each sensor since the start of the log, at each edge, as far as it is in the log [J].

        Edges come in pairs of a start and an end. Where the log ended before the end, what it knows by then counts;
        where it ended before the start, nothing is known.
        """
        from lca_ai.logs.formats.meter_log import cumulative

        curves = cumulative(self._recorder.path, self._text())
        newest = max((times[-1] for times, _ in curves.values()), default=-math.inf)
        held = self._lag() if self._utc() <= newest + self._lag() and self._recorded() else 0.0
        return [
            {}  # nobody recorded any more
            if edge.utc > newest + held and not place % 2
            else {name: _at(*curve, edge.utc, held) for name, curve in curves.items()}
            for place, edge in enumerate(edges)
        ]

    def _text(self) -> str:
        try:
            return self._recorder.path.read_text(encoding="utf-8", errors="replace")
        except OSError as fault:
            _LOG.warning("the log cannot be read: %s", fault)
            return ""

    def _lag(self) -> float:
        """How old the last reading in the log may be while somebody records. [s]"""
        return longest_s(self._settings.every_s)

    def _utc(self) -> float:
        return self._timeline.utc(self._clock.monotonic())

    def _unknown_s(self) -> dict[str, float]:
        """Time since the start, of each sensor, that is not in the log, nor on the way there. [s]"""
        from lca_ai.logs.formats.meter_log import known_s

        end = self._closed.utc if self._closed else self._utc()
        known = known_s(self._recorder.path, self._text(), self.started.utc, end)
        passed = end - self.started.utc
        late = self._settings.every_s + _BUSY_S  # the reading that is due at the end is on its way
        return {name: passed - seconds for name, seconds in known.items() if passed - seconds > late}

    def quality(self) -> Quality:
        """What this process knows of it; the process that records knows the rest."""
        last = self._closed.moment if self._closed else self._clock.monotonic()
        recorder, unknown = self._recorder, self._unknown_s()
        dead = bool(unknown) and not self._recorded()
        return Quality(
            last - self.started.moment, rows=recorder.rows, rows_lost=recorder.lost, write_fault=recorder.fault,
            cpu_s=self._edge_s, unknown_s=unknown, recorder="nobody" if dead else "another process",
        )  # fmt: skip

    def _recorded(self) -> bool:
        """Whether the log is recorded still: somebody holds its lock."""
        lock = Lock(self._settings.folder, self._settings.host)
        try:
            return not lock.take()
        except OSError:
            return False
        finally:
            lock.forget()

    def close(self, fault: str = "") -> Edge:
        """End it; the other process goes on."""
        if self._closed is None:
            self._closed = self.edge("note" if fault else "", fault=fault)
            self._recorder.forget()
            self._warn()
        return self._closed

    def _warn(self) -> None:
        told = self.quality()
        for name, unknown_s in told.unknown_s.items():
            if unknown_s > _UNKNOWN_SHARE * told.seconds:
                _LOG.warning(
                    "%s: the energy of %.1f s of %.1f s is not in the log of the other process (recorded by: %s)",
                    name, unknown_s, told.seconds, told.recorder,
                )  # fmt: skip


def _at(times: Sequence[float], joules: Sequence[float], moment: float, held: float) -> float:
    """Energy at a moment [J]; after the last reading by the power before it, for ``held`` seconds at most."""
    if moment <= times[0]:
        return joules[0]
    if moment > times[-1] + held:
        return joules[-1]
    after = min(bisect.bisect_left(times, moment), len(times) - 1)
    share = (moment - times[after - 1]) / (times[after] - times[after - 1])
    return joules[after - 1] + share * (joules[after] - joules[after - 1])
