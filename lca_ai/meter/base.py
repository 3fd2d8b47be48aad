"""What every source of power is to the recorder: sensors with a name, and readings of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from lca_ai.errors import LcaAiError

if TYPE_CHECKING:  # the models bring pydantic, which what measures a running program does without
    from lca_ai.models.power import Covered

#: counter: cumulative energy; power: instantaneous; averaged: power over a window of the device's own; model: no sensor
Kind = Literal["counter", "power", "averaged", "model"]


class SourceUnavailable(LcaAiError):  # noqa: N818 (a source is unavailable, nothing is in error)
    """A source that cannot be used here: why, and what would make it usable."""

    def __init__(self, source: str, reason: str, remedy: str = "") -> None:
        super().__init__(f"{source}: {reason}" + (f"; {remedy}" if remedy else ""))
        self.source, self.reason, self.remedy = source, reason, remedy


@dataclass(frozen=True)
class Sensor:
    """Something whose energy or power can be read.

    Attributes
    ----------
    name : unique on the node and stable, e.g. "GPU-<uuid>", "package-0", "dram-0", "psys", "node"
    parent : sensor that this one lies within; its energy is part of that one's
    model : what the device calls itself, e.g. "NVIDIA H200"
    range_j : energy at which a counter starts again from 0; None where it does not
    window_s : how long an averaged power is averaged
    facts : what else is known of it, for the log's description: bus id, driver, limits
    also : what it covers beside ``covers``, e.g. a platform counter the processor and ``("memory",)``
    limit_w : the most power it draws, where that is known: it tells a wrap of its counter from a reset
    """

    name: str
    covers: Covered
    kind: Kind
    parent: str = ""
    model: str = ""
    range_j: float | None = None
    window_s: float | None = None
    resolution: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    also: tuple[Covered, ...] = ()
    limit_w: float | None = None


@dataclass(slots=True)
class Reading:
    """One look at one sensor. NaN is not known, never 0; ``fault`` says why.

    Attributes
    ----------
    values : what else was read: ``utilisation_percent``, ``memory_used_bytes``, ``temperature_c``, ``clock_mhz``,
        ``throttle``
    """

    sensor: str
    energy_j: float = math.nan
    power_w: float = math.nan
    values: dict[str, float | str] = field(default_factory=dict)
    fault: str = ""


class Source(Protocol):
    """A way to read power. ``open`` and ``close`` are called once; ``read`` at every tick."""

    name: str

    def open(self) -> Sequence[Sensor]:
        """Find the sensors.

        Raises
        ------
        SourceUnavailable : with the reason and the remedy
        """

    def read(self) -> Sequence[Reading]:
        """One reading of every sensor; one that fails is a reading with a fault, and never an exception."""

    def close(self) -> None:
        """Let go of the library."""


@runtime_checkable
class Counting(Protocol):
    """What a source with cumulative counters may have beside: a quick reading of these alone, for the edges of stages.

    A source whose sensors count and that lacks it is read in full at the edges.
    """

    def read_counters(self) -> Sequence[Reading]:
        """One reading of every cumulative counter, and of nothing else."""
