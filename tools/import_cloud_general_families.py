"""What the families of cloud instances are written in, for ``import_cloud_general.py``: sizes, families and hosts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LARGEST = "assumed: the largest size of the family is taken as the whole host"
FILLED = "assumed: a host filled with instances of this type, at their memory per virtual processor"


class Size(NamedTuple):
    """One instance: virtual processors, memory [GB], and the share of a core it is given where it has less than one."""

    name: str
    vcpus: float
    memory: float
    fractional: float = 0.0


class Host(NamedTuple):
    """The machine behind a family: what it offers in all, its processors, and how each is known."""

    key: str
    vcpus: float
    memory: float
    processor: str
    processors: int
    source: str = ""  # of the total of virtual processors and memory; a choice of this project where empty
    note: str = LARGEST
    memory_note: str = ""
    local_drives: bool = False
    named: str = ""  # source of the name of the processor; that of the family where empty


class Family(NamedTuple):
    """Instances that are shares of one host."""

    provider: str
    name: str
    source: str
    sizes: tuple[Size, ...]
    host: Host
    stand_in: str = ""  # why the host of another family stands in


def number(text: str) -> float:
    """Virtual processors of a size of AWS by its name: ``large`` is 2, ``4xlarge`` is 16, ``metal-24xl`` is 96."""
    plain = text.removeprefix("metal-").replace("xlarge", "xl")
    if plain in {"medium", "large", "xl"}:
        return {"medium": 1.0, "large": 2.0, "xl": 4.0}[plain]
    return 4.0 * float(plain.removesuffix("xl"))


def by_ratio(names: Sequence[str], vcpus: Sequence[float], memory_per_vcpu: float) -> tuple[Size, ...]:
    """Sizes whose memory is in proportion to their virtual processors."""
    return tuple(Size(name, count, memory_per_vcpu * count) for name, count in zip(names, vcpus, strict=True))


def typed(text: str, prefix: str = "") -> tuple[Size, ...]:
    """Sizes written out: ``name vcpus memory [share of a core], ...``."""
    cells = [one.split() for one in text.split(", ")]
    return tuple(Size(prefix + cell[0], *map(float, cell[1:])) for cell in cells)


def largest(key: str, sizes: Sequence[Size], processor: str, processors: int, *, local_drives: bool = False) -> Host:
    """The largest size of a family as the whole host."""
    whole = max(sizes, key=lambda one: (one.vcpus, one.memory))
    return Host(key, whole.vcpus, whole.memory, processor, processors, local_drives=local_drives)
