"""How much of the machine this process may use: control groups, Kubernetes by them, Slurm, processor affinity.

The least of all limits holds. Sources: https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max, cpuset,
memory.max), cgroup-v1 beside it; https://slurm.schedmd.com/sbatch.html, "Output environment variables".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_KIBI = 1024
#: Memory limits from here on mean none, in version 1. [bytes]
_NONE_V1 = 1 << 60


@dataclass(frozen=True)
class Limits:
    """What a process may use of its machine.

    Attributes
    ----------
    cpus : processors, in threads of the machine
    cpu_share : share of the machine's processors, 0 to 1
    memory_bytes : memory
    memory_share : share of the machine's memory, 0 to 1
    gpus : numbers of the cards that the scheduler gave, as it names them; None where it set no limit
    rules : "cpus", "memory", "gpus", "scheduler" -> what set the limit
    """

    cpus: float
    cpu_share: float
    memory_bytes: float
    memory_share: float
    gpus: tuple[str, ...] | None = None
    rules: Mapping[str, str] = field(default_factory=dict)


def limits(root: str | Path = "/", environ: Mapping[str, str] | None = None, affinity: int | None = None) -> Limits:
    """What this process may use.

    Parameters
    ----------
    root : folder that holds ``proc`` and ``sys``
    environ : its variables; its own where not given
    affinity : number of processors it may run on; as the system tells where not given and ``root`` is ``/``
    """
    top, variables = Path(root), os.environ if environ is None else environ
    node_cpus, node_bytes = _node(top)
    if affinity is None and top == Path("/") and hasattr(os, "sched_getaffinity"):
        affinity = len(os.sched_getaffinity(0))
    cpus, memory = [(node_cpus, "the machine")], [(node_bytes, "the machine")]
    if affinity is not None:
        cpus.append((float(affinity), "affinity"))
    groups = _groups(top)
    for kind, value, rule in groups:
        (cpus if kind == "cpus" else memory).append((value, rule))
    slurm_cpus, slurm_memory = _slurm(variables)
    gpus, gpu_rule = _slurm_gpus(variables)
    cpu, cpu_rule = min(cpus + slurm_cpus, key=lambda pair: pair[0])
    size, size_rule = min(memory + slurm_memory, key=lambda pair: pair[0])
    rules = {"cpus": cpu_rule, "memory": size_rule, "gpus": gpu_rule, "scheduler": _scheduler(top, variables)}
    return Limits(
        cpu, cpu / node_cpus, size, size / node_bytes, gpus, {key: rule for key, rule in rules.items() if rule}
    )


def _node(root: Path) -> tuple[float, float]:
    """Processors and memory of the machine. [bytes]"""
    online = _text(root / "sys/devices/system/cpu/online")
    cpus = _listed(online) if online else _text(root / "proc/cpuinfo").count("processor\t:")
    sizes = [line.split()[1] for line in _text(root / "proc/meminfo").splitlines() if line.startswith("MemTotal:")]
    return float(cpus or os.cpu_count() or 1), float(sizes[0]) * _KIBI if sizes else float("nan")


def _groups(root: Path) -> Iterator[tuple[str, float, str]]:
    """Limits of the control groups this process is in, and of those that these are in: what, how much, by what."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            yield from _version_2(root, path)
        else:
            yield from _version_1(root, controllers.split(","), path)


def _version_2(root: Path, path: str) -> Iterator[tuple[str, float, str]]:
    for folder in _upwards(_mounted(root / "sys/fs/cgroup", "unified", "cgroup.controllers"), path):
        quota, _, period = _text(folder / "cpu.max").partition(" ")
        if quota.isdigit() and period.isdigit():
            yield "cpus", int(quota) / int(period), "cgroup v2 cpu.max"
        if cpus := _listed(_text(folder / "cpuset.cpus.effective")):
            yield "cpus", float(cpus), "cgroup v2 cpuset.cpus"
        if (size := _text(folder / "memory.max")).isdigit():
            yield "memory", float(size), "cgroup v2 memory.max"


def _version_1(root: Path, controllers: list[str], path: str) -> Iterator[tuple[str, float, str]]:
    for controller in controllers:
        for folder in _upwards(_mounted(root / "sys/fs/cgroup", ",".join(controllers), controller), path):
            quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
            if controller == "cpu" and quota.isdigit() and period.isdigit():
                yield "cpus", int(quota) / int(period), "cgroup v1 cpu.cfs_quota_us"
            if controller == "cpuset" and (cpus := _listed(_text(folder / "cpuset.cpus"))):
                yield "cpus", float(cpus), "cgroup v1 cpuset.cpus"
            size = _text(folder / "memory.limit_in_bytes")
            if controller == "memory" and size.isdigit() and int(size) < _NONE_V1:
                yield "memory", float(size), "cgroup v1 memory.limit_in_bytes"


def _mounted(folder: Path, together: str, alone: str) -> Path:
    """Where controllers are mounted: together, alone, or all in one."""
    return next((one for one in (folder / together, folder / alone) if one.is_dir()), folder)


def _upwards(mount: Path, path: str) -> Iterator[Path]:
    """Folders of a control group and of those it lies in; within a container its own is the mount itself."""
    steps = PurePosixPath(path.lstrip("/"))
    for one in (steps, *steps.parents):
        if ".." not in one.parts and (mount / one).is_dir():
            yield mount / one


_Limit = list[tuple[float, str]]


def _slurm(environ: Mapping[str, str]) -> tuple[_Limit, _Limit]:
    """Processors and memory that Slurm gave on this machine; memory in MB of 2^20 bytes, 0 for all."""
    cpus: _Limit = []
    memory: _Limit = []
    given = environ.get("SLURM_CPUS_ON_NODE", "")
    if given.isdigit():
        cpus.append((float(given), "SLURM_CPUS_ON_NODE"))
    for name, times in (("SLURM_MEM_PER_NODE", "1"), ("SLURM_MEM_PER_CPU", given)):
        size = environ.get(name, "")
        if size.isdigit() and int(size) and times.isdigit():
            memory.append((float(size) * int(times) * _KIBI**2, name))
    return cpus, memory


def _slurm_gpus(environ: Mapping[str, str]) -> tuple[tuple[str, ...] | None, str]:
    """Cards that Slurm gave: to the step, else to the job."""
    for name in ("SLURM_STEP_GPUS", "SLURM_JOB_GPUS"):
        if name in environ:
            return tuple(_numbers(environ[name])), name
    return None, ""


def _numbers(text: str) -> Iterator[str]:
    """The entries of a list like ``0,2-3``."""
    for part in filter(None, map(str.strip, text.split(","))):
        first, mark, last = part.partition("-")
        if mark and first.isdigit() and last.isdigit():
            yield from map(str, range(int(first), int(last) + 1))
        else:
            yield part


def _listed(text: str) -> int:
    """How many a list like ``0-3,8`` holds."""
    return len(set(_numbers(text)))


def _scheduler(root: Path, environ: Mapping[str, str]) -> str:
    if "SLURM_JOB_ID" in environ:
        return "Slurm"
    kubernetes = "kubepods" in _text(root / "proc/self/cgroup") or "KUBERNETES_SERVICE_HOST" in environ
    return "Kubernetes" if kubernetes else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
