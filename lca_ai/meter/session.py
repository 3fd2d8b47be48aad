"""One recording on one node: sensors read at every tick and at every edge, each reading written and accounted for.

An edge (a start, an end, the begin or the end of a stage) reads the counters in the thread that makes it and leaves
everything else to the sampler: no row is formatted, no file is written there.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
import time
import weakref
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from lca_ai.logs.gaps import longest_s
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.clock import Clock, Timeline
from lca_ai.meter.describe import describe
from lca_ai.meter.ledger import Ledger
from lca_ai.meter.probe import Probe, Wanted
from lca_ai.meter.recorder import Lock, Recorder
from lca_ai.meter.recording import Edge, Quality, Settings
from lca_ai.meter.rows import event_row, reading_rows
from lca_ai.meter.sampler import Sampler

#: Ticks between two looks for devices that appeared.
_LOOK_TICKS = 60
#: Share of the time that may be unknown without a word.
_UNKNOWN_SHARE = 0.05
_LOG = logging.getLogger("lca_ai.meter")


class _Open(NamedTuple):
    """An edge in the queue."""

    edge: Edge
    event: str
    stage: str
    fault: str


class _Read(NamedTuple):
    """Readings of one source in the queue."""

    moment: float
    utc: float
    event: str
    stage: str
    readings: Sequence[Reading]
    edge: int | None


class OwnSession:
    """A recording made by this process."""

    def __init__(self, settings: Settings, wanted: Wanted, lock: Lock, clock: Clock | None = None) -> None:
        self.settings, self._lock = settings, lock
        self._clock = clock or Clock()
        self._recorder = Recorder(settings.folder, settings.host)
        self._recorder.open()
        self.resumed = self._recorder.resumed
        try:
            self._probe = Probe(wanted)
        except BaseException:
            self._recorder.forget()
            raise
        self.sensors: list[Sensor] = self._probe.sensors
        self._timeline = Timeline(self._clock)
        self._ledger = Ledger(self.sensors, longest_s(settings.every_s))
        self._untold = {sensor.name: sensor for sensor in self.sensors}
        self._queue: deque[_Open | _Read] = deque()
        self._drained, self._numbered = threading.Lock(), threading.Lock()
        self.edges = self._told_lost = 0
        self._edge_s = self._last_sync = 0.0
        self._changes: list[str] = []
        self._closed: Edge | None = None
        self._abandoned = False
        self._sampler = Sampler(
            self._describe, self._tick, self._flush, self._clock.monotonic,
            every_s=settings.every_s, flush_s=settings.flush_s,
        )  # fmt: skip
        _live.add(self)
        try:
            self.started = self._edge("resume" if self.resumed else "start", full=True)
            self._flush()
            self._sampler.start()
        except BaseException:
            self._recorder.forget()
            self._probe.close()
            _live.discard(self)
            raise

    def edge(self, event: str, stage: str = "", fault: str = "") -> Edge:
        """A moment: the counters are read now."""
        began = time.perf_counter()
        found = self._edge(event, stage, fault)
        self._edge_s += time.perf_counter() - began
        return found

    def _edge(self, event: str, stage: str = "", fault: str = "", *, full: bool = False, blind: bool = False) -> Edge:
        if self._abandoned or self._closed is not None:
            return self._closed or Edge(-1)
        with self._numbered:
            moment = self._clock.monotonic()
            edge = Edge(self.edges, moment, self._timeline.utc(moment))
            self.edges += 1
            self._queue.append(_Open(edge, event, stage, fault))
        for one in () if blind else self._probe.opened if full else self._probe.counting:
            one.read(
                self._clock.monotonic, partial(self._put, event=event, stage=stage, edge=edge.number), counters=not full
            )
        return edge._replace(until=self._timeline.utc(self._clock.monotonic()))

    def _put(
        self, moment: float, readings: Sequence[Reading], *, event: str, stage: str = "", edge: int | None = None
    ) -> None:
        if self._closed is None:  # a reading that hung, and ended after the recording, is not its any more
            self._queue.append(_Read(moment, self._timeline.utc(moment), event, stage, readings, edge))

    def _tick(self) -> None:
        for change in self._timeline.changes():
            self._note(str(change))
        if self._sampler.ticks % _LOOK_TICKS == _LOOK_TICKS - 1:
            self._look()
        for one in self._probe.opened:
            one.read(self._clock.monotonic, partial(self._put, event="tick"), counters=False)
        if self._closed is not None:
            return
        self._drain()
        if self._clock.monotonic() - self._last_sync + self.settings.every_s > self.settings.flush_s:
            self._sync()

    def _look(self) -> None:
        for sensor in [sensor for one in self._probe.opened for sensor in one.appeared()]:
            with self._drained:
                self._ledger.add(sensor)
                self._untold[sensor.name] = sensor
                self.sensors.append(sensor)

    def _note(self, text: str) -> None:
        moment = self._clock.monotonic()
        self._changes.append(text)
        self._queue.append(_Open(Edge(-1, moment, self._timeline.utc(moment)), "note", "", text))

    def _flush(self) -> None:
        self._drain()
        self._sync()

    def _sync(self) -> None:
        before = self._recorder.fault
        self._recorder.sync()
        if self._recorder.fault and not before:
            self._warn_lost()
        self._last_sync = self._clock.monotonic()

    def _drain(self) -> None:
        """Account for what is in the queue, and write it."""
        with self._drained:
            lines = []
            while self._queue:
                one = self._queue.popleft()
                try:
                    lines += self._lines(one)
                except Exception as fault:  # noqa: BLE001 (what cannot be told must not stop what can)
                    self._recorder.lost += 1
                    self._sampler.tell(fault)
            self._write(lines)

    def _lines(self, one: _Open | _Read) -> list[str]:
        if isinstance(one, _Open):
            if one.edge.number >= 0:
                self._ledger.edge(one.edge.moment)
            if not one.event:
                return []
            start = one.event in {"start", "resume"}
            host, process = (self.settings.host, str(os.getpid())) if start else ("", "")
            return [
                event_row(
                    one.edge.moment,
                    one.edge.utc,
                    one.event,
                    stage=one.stage,
                    fault=one.fault,
                    host=host,
                    process=process,
                    every_s=self.settings.every_s if start else None,
                )
            ]
        self._ledger.take(one.moment, one.readings, one.edge)
        if not one.event:
            return []
        return reading_rows(one.moment, one.utc, one.event, one.stage, one.readings, self._untold)

    def _write(self, lines: list[str]) -> None:
        if not lines:
            return
        recorder, failed = self._recorder, bool(self._recorder.fault)
        new = recorder.lost - self._told_lost
        if new:
            moment = self._clock.monotonic()
            fault = f"{new} rows lost: {recorder.fault}"
            lines = [event_row(moment, self._timeline.utc(moment), "note", fault=fault), *lines]
        if recorder.write(lines):
            self._told_lost += new
        elif not failed:
            self._warn_lost()

    def _warn_lost(self) -> None:
        recorder = self._recorder
        _LOG.warning("%s: %s; the energy is still measured, rows are lost", recorder.path, recorder.fault)

    def _describe(self) -> None:
        described = describe(self.settings, self.started, self.sensors, [str(one) for one in self._probe.missing])
        try:
            described.write(self.settings.folder)
        except (OSError, json.JSONDecodeError) as fault:
            _LOG.warning("the description of the log cannot be written: %s", fault)

    def marks(self, edges: Sequence[Edge]) -> list[dict[str, float]]:
        """Energy of each sensor since the start, at each edge [J]."""
        self._drain()
        with self._drained:
            return [self._ledger.marks(edge.number) if edge.number >= 0 else {} for edge in edges]

    def all_marks(self) -> dict[str, array[float]]:
        """Energy of each sensor since the start, at every edge so far [J]."""
        self._drain()
        with self._drained:
            return self._ledger.all_marks()

    def quality(self) -> Quality:
        """How well it was measured."""
        ledger, recorder, sampler = self._ledger, self._recorder, self._sampler
        last = self._closed.moment if self._closed else self._clock.monotonic()
        faults = Counter({f"{sensor}: {what}": count for (sensor, what), count in ledger.faults.items()})
        faults.update({f"meter: {what}": count for what, count in sampler.faults.items()})
        return Quality(
            last - self.started.moment, sampler.ticks, sampler.missed, recorder.rows, recorder.lost, recorder.fault,
            recorder.flushes, recorder.flush_s, recorder.longest_flush_s, sampler.cpu_s + self._edge_s, dict(faults),
            tuple(self._changes), {name: one.unknown_s for name, one in ledger.accounts.items() if one.unknown_s},
            missing=tuple(str(one) for one in self._probe.missing),
        )  # fmt: skip

    def close(self, fault: str = "") -> Edge:
        """Read all sensors once more, write the rest, and let go of file and sources."""
        if self._closed is not None or self._abandoned:
            return self._closed or Edge(-1)
        try:
            free = self._sampler.stop()
            if not free:
                _LOG.warning("a reading has not ended; the window ends without it, and its last seconds are not known")
                self._drained = threading.Lock()  # that thread may hold it
            self._closed = end = self._edge("end", fault=fault, full=True, blind=not free)
            self._drain()
            self._ledger.end(end.moment)
            self._sync()
            if free:
                self._probe.close()
        finally:
            self._closed = self._closed or Edge(-1, self._clock.monotonic())
            self._recorder.forget()
            self._lock.forget()
        self._warn()
        return end

    def _warn(self) -> None:
        told = self.quality()
        for name, unknown_s in told.unknown_s.items():
            if unknown_s > _UNKNOWN_SHARE * told.seconds:
                _LOG.warning(
                    "%s: the energy of %.1f s of %.1f s is not known; longer intervals, or process=True, may help",
                    name, unknown_s, told.seconds,
                )  # fmt: skip

    def abandon(self) -> None:
        """Do nothing any more: this is a child of the process that records, and the recording is not the child's."""
        self._abandoned = True
        self._queue.clear()
        self._drained, self._numbered = threading.Lock(), threading.Lock()
        self._recorder.forget()
        self._lock.forget()


#: The recordings of this process that have not ended.
_live: weakref.WeakSet[OwnSession] = weakref.WeakSet()


@atexit.register
def _ended() -> None:
    for one in list(_live):
        one.close("the program ended without closing the window")


def _forked() -> None:
    for one in list(_live):
        one.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
