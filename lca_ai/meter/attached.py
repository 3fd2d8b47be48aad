"""A window in a folder where another process of this node records already: it adds its edges to that log and reads it.

So the ranks of a job share one recording: no device is measured twice. What an edge's energy was lies between two
readings of the other process.
"""

from __future__ import annotations

import bisect
import math
import os
import time
from collections.abc import Sequence

from lca_ai.meter.base import Sensor
from lca_ai.meter.clock import Clock, Timeline
from lca_ai.meter.describe import described
from lca_ai.meter.recorder import Recorder
from lca_ai.meter.recording import Edge, Quality, Settings
from lca_ai.meter.rows import event_row


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
        """Energy of each sensor since the start of the log, at each edge, as far as it is in the log [J]."""
        from lca_ai.logs.formats.meter_log import cumulative

        path = self._recorder.path
        curves = cumulative(path, path.read_text(encoding="utf-8", errors="replace"))
        longest = self._settings.every_s + self._settings.flush_s
        newest = max((times[-1] for times, _ in curves.values()), default=-math.inf)
        return [
            {name: _at(*curve, edge.utc, longest) for name, curve in curves.items()}
            if edge.utc <= newest + longest
            else {}  # nobody records any more
            for edge in edges
        ]

    def quality(self) -> Quality:
        """What this process knows of it; the process that records knows the rest."""
        last = self._closed.moment if self._closed else self._clock.monotonic()
        recorder = self._recorder
        return Quality(
            last - self.started.moment, rows=recorder.rows, rows_lost=recorder.lost, write_fault=recorder.fault,
            cpu_s=self._edge_s, recorder="another process",
        )  # fmt: skip

    def close(self, fault: str = "") -> Edge:
        """End it; the other process goes on."""
        if self._closed is None:
            self._closed = self.edge("note" if fault else "", fault=fault)
            self._recorder.forget()
        return self._closed


def _at(times: Sequence[float], joules: Sequence[float], moment: float, longest: float) -> float:
    """Energy at a moment [J]; after the last reading by the power before it, for as long as the log may lag."""
    if moment <= times[0]:
        return joules[0]
    if moment > times[-1] + longest:
        return joules[-1]
    after = min(bisect.bisect_left(times, moment), len(times) - 1)
    share = (moment - times[after - 1]) / (times[after] - times[after - 1])
    return joules[after - 1] + share * (joules[after] - joules[after - 1])
