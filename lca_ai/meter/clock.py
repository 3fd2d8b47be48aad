"""Time for a log: moments of a clock that never goes back, and what they are in UTC.

Moments are those of the monotonic clock; their UTC is the wall clock's at the start plus what has passed since. So time
stamps never go back, also where somebody sets the wall clock: the step is noticed and told, and the stamps stay. Where
the computer slept, the monotonic clock stood still: the stamps go forward by that time.
"""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lca_ai.errors import InputError, UnitError

#: A step of the wall clock below this is the drift that time servers correct. [s]
_STEP_S = 0.5
_SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(s|ms|min|h|)\s*")


def _since_boot() -> float:
    """Seconds since the computer started, those that it slept included, where the platform tells them."""
    name = "CLOCK_MONOTONIC_RAW" if sys.platform == "darwin" else "CLOCK_BOOTTIME"  # Apple's goes on in sleep
    boot = getattr(time, name, None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass(frozen=True)
class Clock:
    """The clocks of the machine, in seconds: ``monotonic`` never goes back, ``boot`` goes on in sleep too."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    boot: Callable[[], float] = _since_boot


@dataclass(frozen=True)
class Change:
    """What happened to the clocks: ``suspend`` (the computer slept) or ``clock`` (somebody set the wall clock). [s]"""

    what: str
    seconds: float

    def __str__(self) -> str:
        if self.what == "suspend":
            return f"the computer slept {self.seconds:.3f} s"
        return f"the wall clock was set {'forward' if self.seconds > 0 else 'back'} {abs(self.seconds):.3f} s"


class Timeline:
    """UTC of monotonic moments, from the start on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        moment = clock.monotonic()
        self.offset = clock.wall() - moment
        self._wall_minus_boot = clock.wall() - clock.boot()
        self._boot_minus_monotonic = clock.boot() - moment

    def utc(self, moment: float) -> float:
        """Seconds since 1970 of a monotonic moment."""
        return moment + self.offset

    def changes(self) -> list[Change]:
        """What happened to the clocks since the last look; stamps from here on allow for time asleep."""
        moment, wall, boot = self.clock.monotonic(), self.clock.wall(), self.clock.boot()
        found = []
        asleep = boot - moment - self._boot_minus_monotonic
        if asleep > _STEP_S:
            self.offset += asleep
            self._boot_minus_monotonic += asleep
            found.append(Change("suspend", asleep))
        step = wall - boot - self._wall_minus_boot
        if abs(step) > _STEP_S:
            found.append(Change("clock", step))
        self._wall_minus_boot += step  # drift is followed, so that only a step is one
        return found


def stamp(utc: float) -> str:
    """A time as text, with microseconds.

    >>> stamp(1717151953.25)
    '2024-05-31T10:39:13.250000Z'
    """
    return datetime.fromtimestamp(utc, UTC).isoformat(timespec="microseconds")[:26] + "Z"


def seconds(value: Any, field: str) -> float:
    """A duration in seconds: "1 s", "500 ms", a number of seconds, or a quantity.

    >>> seconds("500 ms", "every")
    0.5

    Raises
    ------
    UnitError : where it is no time
    InputError : where none passes
    """
    if isinstance(value, int | float):
        found = float(value)
    elif isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        found = float(match[1]) * _SECONDS[match[2]]
    else:
        from lca_ai.units import quantity

        given = quantity(value, expected="s")
        if not given.check("[time]"):
            raise UnitError("this is no time", field=field, value=str(given), accepted="e.g. 1 s or 500 ms")
        found = float(given.to("s").magnitude)
    if not (found > 0 and math.isfinite(found)):
        raise InputError("no time passes", field=field, value=value, accepted="e.g. 1 s or 500 ms")
    return found
