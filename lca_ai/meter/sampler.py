"""When the sensors are read: at even moments of the monotonic clock, by a thread that nothing waits for."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

#: How long the end of a recording waits for a tick that is being made. [s]
_LONGEST_WAIT_S = 5.0
_LOG = logging.getLogger("lca_ai.meter")


class Schedule:
    """Even moments from a start on. A late tick does not shift the next ones; those that passed are counted.

    >>> schedule = Schedule(100.0, 1.0)
    >>> schedule.due
    101.0
    >>> schedule.passed(101.02), schedule.due
    (0, 102.0)
    >>> schedule.passed(104.9), schedule.due
    (2, 105.0)
    """

    def __init__(self, start: float, every_s: float) -> None:
        self._start, self._every_s, self._count = start, every_s, 1

    @property
    def due(self) -> float:
        """The moment of the next tick."""
        return self._start + self._count * self._every_s

    def passed(self, moment: float) -> int:
        """Tell when the tick that was due was made; returns how many more were due by then, and missed."""
        missed = max(int((moment - self.due) // self._every_s), 0)
        self._count += 1 + missed
        return missed


class Sampler(threading.Thread):
    """Calls ``first`` once, ``tick`` at every tick, and ``flush`` in between where ticks are far apart.

    Attributes
    ----------
    ticks, missed : ticks made, and those that could not be made in time
    faults : what went wrong in a tick, and how many times; it goes on with the next
    cpu_s : processor time of this thread [s]
    """

    def __init__(  # noqa: PLR0913 (what it calls, and when)
        self, first: Callable[[], None], tick: Callable[[], None], flush: Callable[[], None],
        monotonic: Callable[[], float], *, every_s: float, flush_s: float,
    ) -> None:  # fmt: skip
        super().__init__(name="lca_ai meter", daemon=True)
        self._first, self._tick, self._flush, self._monotonic = first, tick, flush, monotonic
        self._schedule, self._flush_s = Schedule(monotonic(), every_s), flush_s
        self._stopped = threading.Event()
        self.ticks = self.missed = 0
        self.faults: Counter[str] = Counter()
        self.cpu_s = 0.0

    def run(self) -> None:
        """Tick until it is stopped."""
        self._guarded(self._first)
        self.cpu_s = time.thread_time()
        while True:
            now = self._monotonic()
            wait = self._schedule.due - now
            if wait > 0:
                if self._stopped.wait(min(wait, self._flush_s)):
                    break
                if wait > self._flush_s:
                    self._guarded(self._flush)
                continue
            self._guarded(self._tick)
            self.ticks += 1
            self.missed += self._schedule.passed(now)
            self.cpu_s = time.thread_time()
            if self._stopped.is_set():
                break

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as fault:  # noqa: BLE001 (one tick that fails must not end the recording)
            self.tell(fault)

    def tell(self, fault: Exception) -> None:
        """Count what went wrong, and log it the first time."""
        told = f"{type(fault).__name__}: {fault}"
        if not self.faults[told]:
            _LOG.warning("the meter goes on after a fault: %s", told, exc_info=fault)
        self.faults[told] += 1

    def stop(self, longest_s: float = _LONGEST_WAIT_S) -> bool:
        """Stop, and wait for a tick that is being made; False where it is still being made after ``longest_s``."""
        self._stopped.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join(longest_s)
        return not self.is_alive() or threading.current_thread() is self
