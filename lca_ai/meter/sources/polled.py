"""Readings that take long, asked in a thread of their own so that a tick never waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from lca_ai.meter.base import Reading

#: A reading is told until it is this many times as old as the interval between two.
_OLDEST = 5.0


class Polled:
    """The newest outcome of something that is asked again and again.

    Parameters
    ----------
    ask : gives readings, or readings with a fault; it raises nothing
    every_s : least interval between two
    """

    def __init__(self, ask: Callable[[], list[Reading]], every_s: float) -> None:
        self._ask, self._every_s = ask, every_s
        self._newest: list[Reading] = []
        self._at = 0.0
        self._end: threading.Event | None = None

    def start(self, first: list[Reading]) -> None:
        """Go on asking, after a first outcome."""
        self._newest, self._at = first, time.monotonic()
        self._end = threading.Event()  # here, so that a source that is not open can be handed to another process
        threading.Thread(target=self._run, args=(self._end,), name="lca-ai polls a source", daemon=True).start()

    def _run(self, end: threading.Event) -> None:
        while not end.wait(self._every_s):
            found = self._ask()
            self._newest, self._at = found, time.monotonic()

    def read(self) -> list[Reading]:
        """The newest readings; faults where they are too old."""
        age_s = time.monotonic() - self._at
        if age_s > _OLDEST * self._every_s:
            return [Reading(one.sensor, fault=f"no answer for {age_s:.0f} s") for one in self._newest]
        return [Reading(one.sensor, one.energy_j, one.power_w, dict(one.values), one.fault) for one in self._newest]

    def close(self) -> None:
        """Stop asking; one that is under way is not waited for."""
        if self._end is not None:
            self._end.set()
