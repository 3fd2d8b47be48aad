"""The domains of a processor's energy counters: which one lies within which, and what each covers.

Names: ``psys`` (the platform), ``package-0``, ``package-0/core``, ``package-0/uncore`` (or ``gfx``), ``dram-0``; with
``host/`` before them where a log is of several hosts. Psys holds the packages and their memory; a package holds its
cores and its uncore; memory lies beside its package. Source: Linux powercap,
https://docs.kernel.org/power/powercap/powercap.html; Intel SDM volume 3B, 16.10 (RAPL).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_COVERS = {"psys": ("cpu", "memory"), "package": ("cpu",), "dram": ("memory",)}


def parents(devices: Iterable[str]) -> dict[str, str]:
    """Return the domain that each domain is a part of, where that one was measured too."""
    known = set(devices)
    found = {}
    for name in known:
        kind = _kind(name)
        within = name.rpartition("/")[0] if kind == "part" else _host(name) + "psys"
        if kind != "psys" and within in known:
            found[name] = within
    return found


def covers(devices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what each domain covers: parts of a package cover the processor too."""
    return {name: _COVERS["package" if _kind(name) == "part" else _kind(name)] for name in devices}


def measured(devices: Iterable[str]) -> tuple[str, ...]:
    """Return what the domains cover together."""
    found = {part for parts in covers(devices).values() for part in parts}
    return tuple(part for part in ("cpu", "memory") if part in found)


def _kind(name: str) -> str:
    own = name.rsplit("/", 1)[-1]
    return next((kind for kind in ("psys", "package", "dram") if own.startswith(kind)), "part")


def _host(name: str) -> str:
    return name[: len(name) - len(name.rsplit("/", 1)[-1])]
