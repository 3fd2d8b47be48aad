"""What a process and its children use of a node: processor time, memory, and the cards where the driver tells.

Source: Linux, Documentation/filesystems/proc.rst (stat, statm), admin-guide/cgroup-v2.rst (cpu.stat, memory.current),
admin-guide/cgroup-v1/cpuacct.rst.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lca_ai.errors import InputError

if TYPE_CHECKING:
    from lca_ai.meter.sources.nvml import ProcessUse

_PROC = Path("/proc")
#: Columns of /proc/<pid>/stat after the name, which is in brackets and may hold blanks.
_PARENT, _USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM, _RESIDENT = 1, 11, 12, 13, 14, 21
#: Columns of the first line of /proc/stat: all but idle, waiting for input and output, and what the host took.
_BUSY, _ALL = (0, 1, 2, 5, 6), 8
_MICRO, _NANO, _KIBI = 1e-6, 1e-9, 1024


@dataclass(frozen=True, slots=True)
class Use:
    """One look at what a party and the node have used so far. NaN is not known.

    Attributes
    ----------
    own_cpu_s : processor time of the party since its start [s]
    busy_cpu_s, all_cpu_s : of all processes, and of all cores with idle time, since the computer started [s]
    own_memory_bytes, used_memory_bytes : memory held by the party, and in use by all
    pids : its processes, where they were looked at
    """

    own_cpu_s: float
    busy_cpu_s: float
    all_cpu_s: float
    own_memory_bytes: float
    used_memory_bytes: float
    pids: tuple[int, ...] = ()


def tree(pid: int, *, proc: Path = _PROC) -> tuple[int, ...]:
    """A process and those that descend from it, as they are now; nothing where it has ended.

    Raises
    ------
    InputError : where the system does not list its processes
    """
    return _tree(pid, dict(_stats(proc)))


def _tree(pid: int, stats: Mapping[int, list[str]]) -> tuple[int, ...]:
    if pid not in stats:
        return ()
    children: dict[int, list[int]] = {}
    for number, fields in stats.items():
        children.setdefault(int(fields[_PARENT]), []).append(number)
    found = [pid]
    for one in found:  # grows while it is walked
        found += children.get(one, ())
    return tuple(found)


def runs(pid: int, *, proc: Path = _PROC) -> bool:
    """Whether a process is there and has not ended: one that nobody waited for yet has."""
    if not (proc / "self").exists():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    state = _read(proc / str(pid) / "stat").rpartition(")")[2].split()[:1]
    return bool(state) and state[0] not in {"Z", "X"}


def of_tree(pid: int, *, proc: Path = _PROC) -> Use:
    """What a process and its descendants use, those that ended and were waited for included.

    Raises
    ------
    InputError : where the system does not list its processes
    """
    stats = dict(_stats(proc))
    pids = _tree(pid, stats)
    own = [stats[one] for one in pids]
    tick = 1.0 / os.sysconf("SC_CLK_TCK")
    counted = (_USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM)
    seconds = sum(int(fields[column]) for fields in own for column in counted) * tick
    held = sum(int(fields[_RESIDENT]) for fields in own) * os.sysconf("SC_PAGE_SIZE")
    return Use(seconds, *_node(proc, tick), float(held), _memory_in_use(proc), pids)


def of_cgroup(group: Path, *, proc: Path = _PROC) -> Use:
    """What a control group uses, of version 2 or, with the folders of ``cpuacct`` and ``memory`` in one, of version 1.

    Raises
    ------
    InputError : where the folder is none of a control group
    """
    tick = 1.0 / os.sysconf("SC_CLK_TCK")
    new, old = _read(group / "cpu.stat"), _read(group / "cpuacct.usage")
    usage = dict(line.split() for line in new.splitlines()).get("usage_usec")
    if usage is None and not old:
        raise InputError(
            "this is no control group", field="cgroup", value=str(group), accepted="a folder with cpu.stat"
        )
    seconds = float(usage) * _MICRO if usage is not None else float(old) * _NANO
    held = _read(group / "memory.current") or _read(group / "memory.usage_in_bytes")
    return Use(seconds, *_node(proc, tick), float(held) if held else math.nan, _memory_in_use(proc))


def of_cards(uses: Iterable[ProcessUse], pids: Iterable[int]) -> Mapping[str, tuple[float, float, float, float]]:
    """What processes use of each card: own and all utilisation [%], own and all memory [B]; NaN where it is not known.

    A card on which the driver lists no process at all is not in the result; utilisation is not known where the driver
    has not sampled since it was asked last.
    """
    own, found = frozenset(pids), {}
    uses = tuple(uses)
    for device in dict.fromkeys(use.device for use in uses):
        here = [use for use in uses if use.device == device]
        mine = [use for use in here if use.pid in own]
        sampled = any(not math.isnan(use.utilisation_percent) for use in here)
        found[device] = (
            _sampled(mine) if sampled else math.nan, _sampled(here) if sampled else math.nan,
            sum(use.memory_bytes for use in mine), sum(use.memory_bytes for use in here),
        )  # fmt: skip
    return found


def _sampled(uses: Iterable[ProcessUse]) -> float:
    """Sum of what the driver sampled: a process without a sample beside others with one did not compute. [%]"""
    return float(sum(use.utilisation_percent for use in uses if not math.isnan(use.utilisation_percent)))


def _stats(proc: Path) -> Iterable[tuple[int, list[str]]]:
    """Number and fields of each process; one that ends meanwhile is left out."""
    try:
        numbers = [int(one.name) for one in os.scandir(proc) if one.name.isdigit()]
    except OSError as fault:
        accepted = "Linux, with /proc"
        raise InputError(f"processes are not listed: {fault.strerror}", field="process", accepted=accepted) from None
    for number in numbers:
        text = _read(proc / str(number) / "stat")
        if text:
            yield number, text.rpartition(")")[2].split()


def _node(proc: Path, tick: float) -> tuple[float, float]:
    """Processor time of all processes and of all cores. [s]"""
    cells = _read(proc / "stat").split("\n", 1)[0].split()[1:]
    if len(cells) < _ALL:
        return math.nan, math.nan
    ticks = [int(cell) for cell in cells]
    return sum(ticks[one] for one in _BUSY) * tick, sum(ticks[:_ALL]) * tick


def _memory_in_use(proc: Path) -> float:
    """Memory that is not available to others. [B]"""
    told = dict(line.split(":", 1) for line in _read(proc / "meminfo").splitlines() if ":" in line)
    if not {"MemTotal", "MemAvailable"} <= set(told):
        return math.nan
    total, free = (float(told[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return (total - free) * _KIBI


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
