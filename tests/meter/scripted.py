"""Sources whose energy is known: so many watts since the monotonic clock's zero, in whichever process they are read."""

import math
import time

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable


class Scripted:
    """Counters of constant power. ``dark`` are moments between which they cannot be read; ``reset`` starts them anew."""

    name = "scripted"

    def __init__(self, watts=(100.0, 250.0), *, range_j=None, limit_w=None, dark=(), reset=math.inf, node=None):
        self.watts, self.range_j, self.limit_w, self.dark, self.reset = watts, range_j, limit_w, dark, reset
        self.node = node

    def open(self):
        parent = "" if self.node is None else "node"
        gpus = [
            Sensor(f"GPU-{n}", "gpu", "counter", parent, range_j=self.range_j, limit_w=self.limit_w)
            for n in range(len(self.watts))
        ]
        return gpus + ([] if self.node is None else [Sensor("node", "node", "power")])

    def read_counters(self):
        now = time.monotonic()
        if any(since <= now < until for since, until in self.dark):
            return [Reading(f"GPU-{n}", fault="GPU is lost") for n in range(len(self.watts))]
        return [Reading(f"GPU-{n}", energy_j=self._counter(watts, now)) for n, watts in enumerate(self.watts)]

    def _counter(self, watts, now):
        joules = watts * (now - self.reset if now >= self.reset else now)
        return joules if self.range_j is None else joules % self.range_j

    def read(self):
        readings = self.read_counters()
        for reading, watts in zip(readings, self.watts, strict=True):
            reading.power_w = watts
            reading.values = {"utilisation_percent": 50.0, "throttle": "power, thermal"}
        return readings + ([] if self.node is None else [Reading("node", power_w=self.node)])

    def close(self):
        pass


class Ramp:
    """A power that rises by 100 W each second, without a counter."""

    name = "ramp"

    def open(self):
        self.zero = time.monotonic()
        return [Sensor("rack", "node", "power")]

    def read(self):
        return [Reading("rack", power_w=100.0 * (time.monotonic() - self.zero))]

    def close(self):
        pass


class Broken(Scripted):
    """A source that raises, once, where it must not."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def read(self):
        self.count += 1
        if self.count == 3:
            raise ZeroDivisionError("of the third reading")
        return super().read()


class Growing(Scripted):
    """A second card appears."""

    def appeared(self):
        if len(self.watts) == 2:
            return []
        self.watts = (*self.watts, 50.0)
        return [Sensor("GPU-1", "gpu", "counter")]


class Nothing:
    """No sensor, and why."""

    name = "nothing"

    def open(self):
        raise SourceUnavailable("nothing", "there is no sensor", "buy one")

    def read(self):
        return []

    def close(self):
        pass
