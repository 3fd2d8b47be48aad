"""The bill of one machine: its processes per life cycle stage, and what was assumed or is missing on the way."""

from __future__ import annotations

import math
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

    def take(self, stage: str, process: Process, amount: float) -> None:
        """``amount`` of a process per machine, in a stage; parts that differ under one name get a number."""
        name, number = process.name, 1
        while self.processes.get(process.name, process) != process:
            number += 1
            process = replace(process, name=f"{name} ({number})")
        self.processes[process.name] = process
        self.inputs[stage][process.name] = self.inputs[stage].get(process.name, 0.0) + amount

    def miss(self, stage: str, what: str, reason: str) -> None:
        """Something of the machine that no figure covers, in a stage."""
        self.gaps.append(Gap("", stage, what, "all", "missing", reason))


def murphy_yield(die_cm2: float) -> float:
    """Yield of dies of an area [cm2]: ((1 - exp(-A d)) / (A d))^2, with d the stated defect density.

    Murphy 1964, https://doi.org/10.1109/PROC.1964.3442; d from ADEME 2026.
    """
    defects = die_cm2 * tables.assumption("die_defect_density")
    return ((1.0 - math.exp(-defects)) / defects) ** 2 if defects > 0 else 1.0
