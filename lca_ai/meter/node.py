"""What a node is made of and what runs on it, as far as its operating system tells: processors, memory, versions.

Source: Linux, Documentation/filesystems/proc.rst (cpuinfo, meminfo); macOS, sysctl(3).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

_PROC = Path("/proc")
_KIBI = 1024
#: Libraries whose versions tell what ran, where the measured program has loaded them.
_LIBRARIES = (
    *("torch", "tensorflow", "jax", "keras", "lightning", "pytorch_lightning", "transformers", "accelerate"),
    *("deepspeed", "vllm", "sklearn", "xgboost", "lightgbm", "numpy", "optuna", "mlflow"),
)
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "pytorch_lightning": "pytorch-lightning"}
#: Fields of an ARM core that has no name: who made it, and which.
_ARM = (r"^CPU implementer\s*:\s*(\S+)", r"^CPU part\s*:\s*(\S+)")


def facts(*, proc: Path = _PROC) -> dict[str, Any]:
    """What is known of this node: ``processor``, ``sockets``, ``cores``, ``memory_bytes``, ``versions``.

    What the system does not tell is left out.
    """
    found = _linux(proc) if (proc / "cpuinfo").exists() else _elsewhere()
    found |= {"cores": os.cpu_count(), "versions": versions()}
    return {name: value for name, value in found.items() if value}


def versions() -> dict[str, str]:
    """Versions of the libraries that this program has loaded, of those that models are made with."""
    found = {}
    for name in _LIBRARIES:
        if name in sys.modules:
            try:
                found[name] = metadata.version(_DISTRIBUTIONS.get(name, name))
            except metadata.PackageNotFoundError:
                found[name] = str(getattr(sys.modules[name], "__version__", "not known"))
    return found


def _linux(proc: Path) -> dict[str, Any]:
    told = (proc / "cpuinfo").read_text(encoding="utf-8", errors="replace")
    names = re.findall(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    arm = [re.search(pattern, told, re.MULTILINE) for pattern in _ARM]
    if not names and all(arm):
        names = [f"ARM implementer {arm[0][1]} part {arm[1][1]}"]  # type: ignore[index]
    packages = set(re.findall(r"^physical id\s*:\s*(\d+)$", told, re.MULTILINE))
    memory = proc / "meminfo"
    total = re.search(r"^MemTotal:\s*(\d+) kB", memory.read_text() if memory.exists() else "", re.MULTILINE)
    return {
        "processor": names[0].strip() if names else "",
        "sockets": len(packages),
        "memory_bytes": int(total[1]) * _KIBI if total else 0,
    }


def _elsewhere() -> dict[str, Any]:
    if sys.platform == "darwin":
        asked = {"processor": "machdep.cpu.brand_string", "memory_bytes": "hw.memsize", "sockets": "hw.packages"}
        told = {name: _sysctl(key) for name, key in asked.items()}
        return {name: int(value) if value.isdigit() else value for name, value in told.items()}
    return {"processor": os.environ.get("PROCESSOR_IDENTIFIER", "")}  # as Windows tells it; no program is started


def _sysctl(key: str) -> str:
    try:
        done = subprocess.run(["/usr/sbin/sysctl", "-n", key], capture_output=True, text=True, check=False, timeout=5)  # noqa: S603 (a fixed command)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
