"""A model in place of a sensor, and marked so: processors by their load and rated power, memory by its size.

The draw of a processor is its rated power times a share that depends on its load: the assumption
``cpu_power_share_of_rated`` at no load, half load and full load, and straight lines between. Memory draws the assumed
``memory_power`` for each GB, whatever it does. The rated power is that of the hardware tables, by the name that the
system prints; no network is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lca_ai.meter.base import Reading, Sensor, SourceUnavailable
from lca_ai.meter.sources.processor import printed_cores, processors, rated

if TYPE_CHECKING:
    from lca_ai.models.power import Covered

_GIGA = 1e9
_KIBI = 1024
_REMEDY = (
    "--sources 'auto, model=200 W', or ModelSource(cpu_rated_power_w=200.0): the rated power of all processors, or of "
    "this virtual machine's share"
)


class ModelSource:
    """What a machine draws, by a model.

    Parameters
    ----------
    parts : what is modelled: ``cpu``, ``memory``
    cpu_rated_power_w : of all processors together; from the hardware tables where it is not given
    memory_bytes : size of the memory; as the system tells where it is not given
    root : folder that holds ``proc``
    """

    name = "model"

    def __init__(
        self,
        parts: Sequence[Covered] = ("cpu", "memory"),
        *,
        cpu_rated_power_w: float | None = None,
        memory_bytes: float | None = None,
        root: str | Path = "/",
    ) -> None:
        self.parts, self.left_out = tuple(parts), list[SourceUnavailable]()
        self._rated_w, self._bytes, self.proc = cpu_rated_power_w, memory_bytes, Path(root) / "proc"
        self._shares: tuple[float, float, float] = (math.nan, math.nan, math.nan)
        self._memory_w = math.nan
        self._before: tuple[float, float] | None = None
        self._load: Callable[[], tuple[float, float]] = self._proc_times
        self._sensors: list[Sensor] = []

    def open(self) -> Sequence[Sensor]:
        """Look up what the model needs.

        Raises
        ------
        SourceUnavailable : where nothing of what is asked can be modelled
        """
        self.left_out = []
        makers = {"cpu": self._cpu, "memory": self._memory}
        found = []
        for part in self.parts:
            if part not in makers:
                self.left_out.append(SourceUnavailable(self.name, f"there is no model of {part}"))
                continue
            try:
                found.append(makers[part]())
            except SourceUnavailable as why:
                self.left_out.append(why)
        if not found:
            reasons = "; ".join(one.reason for one in self.left_out) or "nothing is asked to be modelled"
            remedies = "; ".join(one.remedy for one in self.left_out if one.remedy)
            self.left_out = []
            raise SourceUnavailable(self.name, reasons, remedies)
        self._sensors = found
        return found

    def _cpu(self) -> Sensor:
        from lca_ai import tables

        facts = {"model": "rated power times the share of it by load"}
        self._load = self._reader()
        if self._rated_w is None:
            self._rated_w, told = self._looked_up()
            facts |= told
        row = tables.assumptions()["cpu_power_share_of_rated"]
        self._shares = (float(row["low"]), float(row["value"]), float(row["high"]))
        at = (f"{row['low']} at no load", f"{row['value']} at half", f"{row['high']} at full")
        facts |= {
            "rated power": f"{self._rated_w:g} W",
            "share of rated power": f"{', '.join(at)} ({row['source']})",
        }
        self._before = self._load()
        return Sensor("cpu (model)", "cpu", "model", model=facts.get("processor", ""), facts=facts)

    def _reader(self) -> Callable[[], tuple[float, float]]:
        """How the busy and all time of the processors is read: of Linux itself, else with psutil."""
        if (self.proc / "stat").exists():
            return self._proc_times
        try:
            psutil = import_module("psutil")
        except ImportError:
            remedy = "pip install psutil"
            raise SourceUnavailable(self.name, "this system tells no processor load", remedy) from None

        def times() -> tuple[float, float]:
            told = psutil.cpu_times()
            return sum(told) - told.idle - getattr(told, "iowait", 0.0), sum(told)

        return times

    def _proc_times(self) -> tuple[float, float]:
        """Busy and all time of the processors since the start, in ticks: /proc/stat, proc_stat(5)."""
        with (self.proc / "stat").open(encoding="ascii") as lines:
            ticks = [int(cell) for cell in lines.readline().split()[1:9]]
        return float(sum(ticks) - ticks[3] - ticks[4]), float(sum(ticks))

    def _looked_up(self) -> tuple[float, dict[str, str]]:
        """Rated power of all processors by the hardware tables, and how it came about. [W]"""
        machine = processors(self.proc / "cpuinfo")
        if machine is None:
            raise SourceUnavailable(self.name, "the system does not tell the name of its processor", _REMEDY)
        found = rated(machine.title)
        if found is None:
            reason = f"the hardware tables have no rated power of a processor {machine.title!r}"
            raise SourceUnavailable(self.name, reason, _REMEDY)
        told = {"processor": machine.title, "rated power of one": f"{found.power_w:g} W ({found.source})"}
        if not machine.virtual:
            return found.power_w * machine.sockets, told | {"processors": str(machine.sockets)}
        cores = found.cores or printed_cores(machine.title)
        if cores is None:
            reason = f"a virtual machine with {machine.threads} threads of a {machine.title}, whose cores are not known"
            raise SourceUnavailable(self.name, reason, _REMEDY)
        threads = cores * machine.threads_per_core
        told["share of the processor"] = f"{machine.threads} of {threads:g} threads: a virtual machine"
        return found.power_w * machine.threads / threads, told

    def _memory(self) -> Sensor:
        from lca_ai import tables

        if self._bytes is None:
            self._bytes = _memory_bytes(self.proc / "meminfo")
        row = tables.assumptions()["memory_power"]
        self._memory_w = self._bytes / _GIGA * float(row["value"])
        facts = {
            "model": "size times the power of a GB",
            "memory": f"{self._bytes / _GIGA:.1f} GB",
            "power of a GB": f"{row['value']} {row['unit']} ({row['source']})",
        }
        return Sensor("memory (model)", "memory", "model", facts=facts)

    def read(self) -> Sequence[Reading]:
        """The power of every part: of the processors over the time since the last look."""
        return [self._cpu_reading() if one.covers == "cpu" else self._memory_reading() for one in self._sensors]

    def _memory_reading(self) -> Reading:
        return Reading("memory (model)", power_w=self._memory_w)

    def _cpu_reading(self) -> Reading:
        try:
            now = self._load()
        except (OSError, ValueError, IndexError) as fault:
            return Reading("cpu (model)", fault=f"the load cannot be read: {fault}")
        before, self._before = self._before or now, now
        passed = now[1] - before[1]
        if not passed > 0:
            self._before = before
            return Reading("cpu (model)", fault="no tick of the load has passed since the last look")
        load = min(1.0, max(0.0, (now[0] - before[0]) / passed))
        power = _share(load, self._shares) * (self._rated_w or math.nan)
        return Reading("cpu (model)", power_w=power, values={"utilisation_percent": 100 * load})

    def close(self) -> None:
        """Nothing is held."""


def _share(load: float, shares: tuple[float, float, float]) -> float:
    """Share of the rated power at a load of 0 to 1: straight lines between no, half and full load.

    >>> _share(0.25, (0.1, 0.7, 1.0))
    0.4
    """
    low, half, full = shares
    return low + (half - low) * load / 0.5 if load <= 0.5 else half + (full - half) * (load - 0.5) / 0.5  # noqa: PLR2004


def _memory_bytes(path: Path) -> float:
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("MemTotal:"):
                return float(line.split()[1]) * _KIBI
    except (OSError, ValueError, IndexError):
        pass
    try:
        return float(import_module("psutil").virtual_memory().total)
    except ImportError:
        raise SourceUnavailable("model", "this system does not tell the size of its memory", _REMEDY) from None
