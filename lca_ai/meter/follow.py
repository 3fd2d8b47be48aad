"""The part of a process in what a node drew: what the process uses is looked at beside the log, and divided afterwards.

The looks are a file of their own in the folder of the log (``_process-<pid>-<host>-<start>.csv``), so that the part can
be computed again from the folder alone.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import thread_time, time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lca_ai.errors import InputError
from lca_ai.meter import attribution, process_use
from lca_ai.meter.attribution import Attributed, Idle, Share
from lca_ai.meter.base import SourceUnavailable
from lca_ai.meter.process_use import Use
from lca_ai.meter.recorder import host_name
from lca_ai.meter.sources.nvml import NvmlSource

if TYPE_CHECKING:
    from lca_ai.meter.sources.nvml import ProcessUse

_COLUMNS = ("time", "device", "own", "all", "cores", "own_bytes", "all_bytes")
Table = Mapping[str, NDArray[np.float64]]
#: Looks at a process that just started come close together, then ever further apart. [s]
FIRST_LOOK_S = 0.1
#: A look takes at most this share of the time until the next one: a node may have thousands of processes.
_MOST = 1e-3


def path_of(folder: Path, pid: int, host: str = "") -> Path | None:
    """Where the looks at a process are kept: at the last one of this number; None where none was followed."""
    return max(folder.glob(f"_process-{pid}-{host or host_name()}-*.csv"), key=_began, default=None)


def _began(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


class Follower:
    """Looks at a process and its descendants, each a few rows of a file.

    Parameters
    ----------
    folder : of the log
    child : whether it is a child of this process, whose processor time is told once more when it has ended
    clock : seconds since 1970
    """

    def __init__(self, folder: Path, pid: int, *, child: bool = False, clock: Callable[[], float] = time) -> None:
        self.pid, self._clock, self._took_s = pid, clock, 0.0
        self._before_s = _of_children() if child else math.nan
        path = folder / f"_process-{pid}-{host_name()}-{round(clock())}.csv"  # numbers of processes come again
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(_COLUMNS)
        self._nvml: NvmlSource | None = NvmlSource()
        try:
            self._nvml.open()
        except SourceUnavailable:
            self._nvml = None

    def look(self) -> bool:
        """One look; False where the process has ended.

        Raises
        ------
        InputError : where the system does not list its processes
        """
        began = thread_time()
        use = process_use.of_tree(self.pid)
        if not use.pids:
            return False
        self._put(use)
        uses: list[ProcessUse] = self._nvml.processes() if self._nvml is not None else []
        for device, figures in process_use.of_cards(_comparable(uses), use.pids).items():
            own, every, own_bytes, all_bytes = figures
            self._rows.writerow((self._clock(), device, own, every, "", own_bytes, all_bytes))
        self._file.flush()
        self._took_s = thread_time() - began
        return True

    def pause_s(self, before_s: float, every_s: float) -> float:
        """How long to wait for the next look: twice as long as before, up to the interval, or what looks cost."""
        return min(2 * before_s, max(every_s, self._took_s / _MOST))

    def _put(self, use: Use) -> None:
        figures = (use.own_cpu_s, use.busy_cpu_s, use.all_cpu_s, use.own_memory_bytes, use.used_memory_bytes)
        self._rows.writerow((self._clock(), "", *figures))

    def close(self) -> None:
        """The last look, of a process that has ended or goes on."""
        if not self.look():
            node = process_use.of_tree(1)
            own = math.nan if math.isnan(self._before_s) else _of_children() - self._before_s
            self._put(Use(own, node.busy_cpu_s, node.all_cpu_s, math.nan, node.used_memory_bytes))
        self._file.close()
        if self._nvml is not None:
            self._nvml.close()


def attributed(folder: str | Path, pid: int, *, host: str = "", idle: Idle = "shared") -> Attributed:
    """What a node drew while a process was followed, divided between the process, others and unknown.

    Parameters
    ----------
    folder : of the log, with the looks at the process
    idle : who bears the power of idle processors: those who use them, by use, or the others

    Raises
    ------
    InputError : where the process was not followed, or the log holds nothing of that time
    """
    from lca_ai.logs.formats import meter_log

    place, name = Path(folder), host or host_name()
    kept = path_of(place, pid, name)
    if kept is None:
        accepted = "the folder of lca-ai measure, and its process"
        raise InputError("this process was not followed", file=folder, field="process", value=pid, accepted=accepted)
    looks = _read(kept)
    log = place / f"power-{name}.csv"
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise InputError(f"the log cannot be read: {fault.strerror}", file=log) from None
    sensors = _sensors(text, log)
    times = looks[""]["time"]
    energy = {
        sensor: np.maximum(np.diff(np.interp(times, at, joules)), 0.0)
        for sensor, (at, joules) in meter_log.cumulative(log, text).items()
        if sensor in sensors
    }
    if not energy or len(times) < 2:  # noqa: PLR2004 (an interval has two ends)
        raise InputError("the log holds nothing of the time of this process", file=log, field="process", value=pid)
    parents = {sensor: one.parent for sensor, one in sensors.items() if one.parent}
    wholes = {parents[sensor] for sensor in energy if sensor in parents}
    shares = {
        sensor: share
        for sensor in energy
        if (share := _share(sensor, sensors[sensor].covers, looks, idle=idle)) is not None
        and not (sensors[sensor].covers == ("node",) and sensor in wholes)
    }
    return attribution.attribute(energy, {f"process {pid}": shares}, parents=parents)


@dataclass(frozen=True)
class _Known:
    """What the log tells of a sensor."""

    covers: tuple[str, ...]
    parent: str


def _share(sensor: str, covers: tuple[str, ...], looks: Mapping[str, Table], *, idle: Idle) -> Share | None:
    node = looks[""]
    if covers[:1] == ("gpu",):
        card = looks.get(sensor)
        if card is None:
            return None
        at = np.searchsorted(card["time"], node["time"][1:], side="right") - 1
        columns = {name: np.where(at >= 0, card[name][at], np.nan) for name in ("own_bytes", "all_bytes")}
        # a driver that has not sampled since the last look told the same; one that never samples tells memory alone
        columns |= {name: np.where(at >= 0, np.nan_to_num(_filled(card[name]))[at], np.nan) for name in ("own", "all")}
        return attribution.by_device_use(columns["own"], columns["all"], columns["own_bytes"], columns["all_bytes"])
    if covers == ("memory",):
        held, used = _filled(node["own_bytes"]), node["all_bytes"]
        return attribution.by_memory((held[1:] + held[:-1]) / 2, (used[1:] + used[:-1]) / 2)
    own = np.diff(np.maximum.accumulate(_filled(node["own"])))
    busy, cores = np.diff(node["all"]), np.diff(node["cores"])
    own = np.minimum(own, busy)  # the two are counted in ticks, which end at different moments
    return attribution.by_processor_time(own, busy, all_s=cores if idle == "others" else None)


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with those that are not known as the one before: a process that ended used no more."""
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return values[last]


def _read(path: Path) -> dict[str, Table]:
    """Columns of the looks, of the node ("") and of each card."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["all_bytes"] is not None]
    found: dict[str, Any] = {"": []}
    for row in rows:
        found.setdefault(row["device"], []).append(row)
    numbers = [name for name in _COLUMNS if name != "device"]
    return {
        device: {name: np.array([float(row[name] or "nan") for row in of]) for name in numbers}
        for device, of in found.items()
    }


def _sensors(text: str, log: Path) -> dict[str, _Known]:
    """What the log tells of its sensors: each once, in its first row of a start."""
    from lca_ai.meter.rows import COLUMNS

    places = {name: COLUMNS.index(name) for name in ("sensor", "parent", "covers")}
    found = {}
    for cells in csv.reader(line for line in text.splitlines()[1:] if line.count(",") == len(COLUMNS) - 1):
        sensor, parent, covers = (cells[places[name]] for name in ("sensor", "parent", "covers"))
        if sensor and covers:
            found[sensor] = _Known(tuple(covers.split(";")), parent)
    if not found:
        raise InputError("the log names no sensor", file=log)
    return found


def _comparable(uses: Iterable[ProcessUse]) -> list[ProcessUse]:
    """Uses of cards whose processes have the numbers that they have here: within a container they may have others."""
    uses = tuple(uses)
    seen = {use.device for use in uses if Path(f"/proc/{use.pid}").exists()}
    return [use for use in uses if use.device in seen]


def _of_children() -> float:
    """Processor time of the children that ended, and of theirs. [s]"""
    import resource  # which Windows has not

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
