"""What a recording is to windows and stages, wherever it is made: edges go in, energies and its quality come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from lca_ai.meter.base import Sensor


@dataclass(frozen=True)
class Settings:
    """What a recording is of: the folder, the node, the interval of ticks and of syncing to the disk [s]."""

    folder: Path
    host: str
    every_s: float
    flush_s: float


class Edge(NamedTuple):
    """A moment whose energy is asked for.

    Attributes
    ----------
    number : edges of a recording are numbered in the order of time; -1 is one that is not recorded
    moment : when it was by the monotonic clock [s]
    utc, until : when it was, and by when the sensors were read [s since 1970]
    """

    number: int
    moment: float = 0.0
    utc: float = 0.0
    until: float = 0.0


@dataclass(frozen=True)
class Quality:
    """How well it was measured, and what that cost.

    Attributes
    ----------
    seconds : since the start
    ticks, ticks_missed : readings of all sensors, and those that could not be made in time
    rows, rows_lost : rows written, and those that could not be (``write_fault`` tells why, where it still does)
    flushes, flush_s, longest_flush_s : how often the file was synced to the disk, and how long that took in all and at
        most [s]
    cpu_s : processor time of the sampler and of the edges [s]
    faults : sensor and what went wrong -> how many times
    clock : what happened to the clocks
    unknown_s : sensor -> time whose energy is not known [s]
    recorder : what this process is: "this process", "a process of its own", "another process", "nobody"
    missing : why a source is not used
    """

    seconds: float = 0.0
    ticks: int = 0
    ticks_missed: int = 0
    rows: int = 0
    rows_lost: int = 0
    write_fault: str = ""
    flushes: int = 0
    flush_s: float = 0.0
    longest_flush_s: float = 0.0
    cpu_s: float = 0.0
    faults: Mapping[str, int] = field(default_factory=dict)
    clock: tuple[str, ...] = ()
    unknown_s: Mapping[str, float] = field(default_factory=dict)
    recorder: str = "this process"
    missing: tuple[str, ...] = ()

    @property
    def share_of_core(self) -> float:
        """Processor time of the meter over the time that passed."""
        return self.cpu_s / self.seconds if self.seconds > 0 else 0.0


class Session(Protocol):
    """A recording that windows and stages put their edges into, wherever it is made."""

    @property
    def sensors(self) -> Sequence[Sensor]:
        """What is read."""

    @property
    def resumed(self) -> bool:
        """Whether the folder had a log before."""

    @property
    def started(self) -> Edge:
        """The start of it, or of this process's part in it."""

    def edge(self, event: str, stage: str = "", fault: str = "") -> Edge:
        """A moment; ``event`` is empty where it needs no row."""

    def marks(self, edges: Sequence[Edge]) -> list[dict[str, float]]:
        """Energy of each sensor since the start, at each edge [J]."""

    def quality(self) -> Quality:
        """How well it was measured."""

    def close(self, fault: str = "") -> Edge:
        """End it. ``fault`` is what ended the measured program, where that was an error."""
