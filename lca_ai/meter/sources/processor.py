"""The processors of this machine, by the name that Linux prints, and their rated power by the hardware tables.

The tables are read as columns, not as models: a recording starts at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "datasets/hardware"
_MAKERS = ("amd", "intel")
#: What the name of a processor says of its cores: "AMD EPYC 7763 64-Core Processor".
_CORES = re.compile(r"\b(\d+)-Core\b")


@dataclass(frozen=True)
class Processors:
    """The processors of a machine as the system prints them.

    Attributes
    ----------
    title : what a processor calls itself
    threads, sockets : how many the system sees
    threads_per_core : one, or two where a core runs two threads
    virtual : whether this is a virtual machine, which sees a part of a processor as a whole
    """

    title: str
    threads: int
    sockets: int
    threads_per_core: float
    virtual: bool


@dataclass(frozen=True)
class Rated:
    """A processor of the hardware tables: rated power [W], cores where they are known, and the source of the power."""

    power_w: float
    cores: float | None
    source: str


def processors(path: Path) -> Processors | None:
    """The processors by /proc/cpuinfo; None where it tells no name (an Arm processor has none)."""
    try:
        blocks = path.read_text(encoding="utf-8", errors="replace").split("\n\n")
    except OSError:
        return None
    rows = [row for block in blocks if "model name" in (row := dict(_cells(block)))]
    if not rows:
        return None
    first = rows[0]
    cores, siblings = first.get("cpu cores", ""), first.get("siblings", "")
    return Processors(
        first["model name"],
        len(rows),
        len({row.get("physical id", "0") for row in rows}),
        int(siblings) / int(cores) if cores.isdigit() and siblings.isdigit() and int(cores) else 1.0,
        "hypervisor" in first.get("flags", "").split(),
    )


def _cells(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        key, mark, value = line.partition(":")
        if mark:
            yield key.strip(), value.strip()


def rated(title: str) -> Rated | None:
    """The processor of this name in the hardware tables; None where none, or several of different power, have it.

    Parameters
    ----------
    title : as a system prints it, e.g. "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz"

    Examples
    --------
    >>> rated("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz").power_w
    205.0
    >>> rated("AMD EPYC")
    """
    from lca_ai.models.processor_names import printed

    plain = printed(title)
    asked = {*plain, *(f"{maker} {name}" for maker in _MAKERS for name in plain)}
    numbers = [word for word in plain[1].split() if any(map(str.isdigit, word))]
    for table in ("items", "cpus"):
        found = [
            one
            for name, one in _listed(table, numbers)
            if name in asked or any(f"{maker} {name}" in asked for maker in _MAKERS)
        ]
        if found:
            return found[0] if len({one.power_w for one in found}) == 1 else None
    return None


def _listed(table: str, words: list[str]) -> Iterator[tuple[str, Rated]]:
    """The processors of a table whose name has these words, each with its plain name; nothing for no words."""
    from lca_ai.models.keyed import cells
    from lca_ai.models.processor_names import printed

    columns = cells(_PACKAGE, table, "item", "kind", "attribute", "value", "source")
    rows = [row for row in zip(*columns, strict=True) if row[1] == "cpu"]
    names = {
        item: value
        for item, _, attribute, value, _ in rows
        if attribute == "name" and words and all(word in value.casefold() for word in words)
    }
    figures: dict[str, dict[str, tuple[str, str]]] = {item: {} for item in names}
    for item, _, attribute, value, source in rows:
        if item in figures:
            figures[item][attribute] = (value, source)
    for item, told in figures.items():
        if "rated_power" in told:
            power, source = told["rated_power"]
            cores = float(told["cores"][0]) if "cores" in told else None
            yield printed(names[item])[0], Rated(float(power), cores, source)


def printed_cores(title: str) -> float | None:
    """The cores that a name tells; None where it tells none.

    >>> printed_cores("AMD EPYC 7763 64-Core Processor")
    64.0
    """
    found = _CORES.search(title)
    return None if found is None else float(found[1])
