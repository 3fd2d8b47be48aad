"""The sensors of this node as a session reads them: each source by one thread at a time; and what is missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from lca_ai.meter import sources
from lca_ai.meter.base import Counting, Reading, Sensor, Source, SourceUnavailable

#: What may be asked for: "auto", names of sources, or sources.
Wanted = str | Source | Iterable[str | Source]
Put = Callable[[float, Sequence[Reading]], None]


class Opened:
    """A source that was opened. Reading and stamping are one step, so that later stamps never bear lower counters."""

    def __init__(self, source: Source, sensors: Sequence[Sensor]) -> None:
        self.source, self.sensors = source, list(sensors)
        self.counts = any(sensor.kind == "counter" for sensor in sensors)
        self._lock = threading.Lock()
        self._quick = source.read_counters if isinstance(source, Counting) else source.read

    def read(self, monotonic: Callable[[], float], put: Put, *, counters: bool) -> None:
        """Read all sensors, or the counters alone, and put the readings with their moment."""
        with self._lock:
            began = monotonic()
            try:
                readings = self._quick() if counters else self.source.read()
            except Exception as fault:  # noqa: BLE001 (a source that breaks its promise must not end the recording)
                told = f"{type(fault).__name__}: {fault}"
                readings = [Reading(sensor.name, fault=told) for sensor in self.sensors]
            put((began + monotonic()) / 2.0, readings)

    def appeared(self) -> Sequence[Sensor]:
        """Sensors that were not there before, where the source looks for such."""
        look = getattr(self.source, "appeared", None)
        if look is None:
            return ()
        with self._lock:
            found: Sequence[Sensor] = look()
        self.sensors += found
        return found


class Probe:
    """All sources.

    Attributes
    ----------
    opened, counting : those that can be read, and of these the ones that have counters
    sensors : all theirs
    missing : those that cannot, each with the reason
    """

    def __init__(self, wanted: Wanted) -> None:
        alone = not isinstance(wanted, str) and not isinstance(wanted, Iterable)
        found = sources.find([wanted] if alone else wanted)  # type: ignore[list-item,arg-type]
        self.opened = [Opened(one.source, one.sensors) for one in found.opened]
        self.counting = [one for one in self.opened if one.counts]
        self.missing: list[SourceUnavailable] = list(found.unavailable)

    @property
    def sensors(self) -> list[Sensor]:
        """All sensors."""
        return [sensor for one in self.opened for sensor in one.sensors]

    def close(self) -> None:
        """Let go of all sources."""
        for one in self.opened:
            one.source.close()
