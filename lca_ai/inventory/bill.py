"""The bill of one machine: its processes per life cycle stage, and what was assumed or is missing on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lca_ai import tables
from lca_ai.inventory.system import Assumed, Gap, Process

MANUFACTURE, TRANSPORT, END_OF_LIFE = "manufacture", "transport", "end of life"


@dataclass
class Bill:
    """Processes of one machine: stage -> process -> amount per machine, and what was assumed or is missing."""

    inputs: dict[str, dict[str, float]] = field(
        default_factory=lambda: {MANUFACTURE: {}, TRANSPORT: {}, END_OF_LIFE: {}}
    )
    processes: dict[str, Process] = field(default_factory=dict)
    assumed: list[Assumed] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    declared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Stage -> categories in which a declared figure stands for the part in hand, so that ours is left out."""

    def but(self, declared: Mapping[str, frozenset[str]]) -> Bill:
        """The same bill, for a part for which a declared figure stands in some categories."""
        return replace(self, declared=declared)

    def take(self, stage: str, process: Process, amount: float) -> None:
        """``amount`` of a process per machine, in a stage; parts that differ under one name get a number."""
        process = _without(process, self.declared.get(stage, frozenset()))
        name, number = process.name, 1
        while self.processes.get(process.name, process) != process:
            number += 1
            process = replace(process, name=f"{name} ({number})")
        self.processes[process.name] = process
        self.inputs[stage][process.name] = self.inputs[stage].get(process.name, 0.0) + amount

    def miss(self, stage: str, what: str, reason: str) -> None:
        """Something of the machine that no figure covers, in a stage."""
        covered = self.declared.get(stage, frozenset())
        categories = [name for name in tables.categories() if name not in covered] if covered else ["all"]
        self.gaps += [Gap("", stage, what, category, "missing", reason) for category in categories]


def _without(process: Process, categories: frozenset[str]) -> Process:
    """A process less its figures in some categories, for which another process stands."""
    if not categories:
        return process
    dropped = sorted({factor.category for factor in process.factors} & categories)
    return replace(
        process,
        name=f"{process.name}, without {', '.join(dropped)}" if dropped else process.name,
        factors=tuple(factor for factor in process.factors if factor.category not in categories),
        elsewhere=process.elsewhere | categories,
    )


def over_yield(area_cm2: float, dies: Sequence[tuple[int, float]] | None = None) -> float:
    """Area of wafer that the good dies of a package take: the area of each die over its own yield. [cm2]

    Parameters
    ----------
    area_cm2 : area of all dies [cm2]
    dies : groups of number and relative area of alike dies; one die where not given
    """
    groups = dies or ((1, 1.0),)
    scale = area_cm2 / sum(number * size for number, size in groups)
    return sum(number * size * scale / murphy_yield(size * scale) for number, size in groups)


def murphy_yield(die_cm2: float) -> float:
    """Yield of dies of an area [cm2]: ((1 - exp(-A d)) / (A d))^2, with d the stated defect density.

    Murphy 1964, https://doi.org/10.1109/PROC.1964.3442; d from ADEME 2026.
    """
    defects = die_cm2 * tables.assumption("die_defect_density")
    return ((1.0 - math.exp(-defects)) / defects) ** 2 if defects > 0 else 1.0
