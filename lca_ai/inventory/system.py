"""The product system: unit processes, what each takes from others, and the demands of a study on them.

A life cycle stage is a demand, not a label of a process: the same electricity process serves every stage that needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from lca_ai.models.workload import Basis
from lca_ai.sources import Factor

#: missing: no figure; proxy: another figure stands in; partial: a figure that leaves something out;
#: cut-off: left out on purpose.
GapKind = Literal["missing", "proxy", "partial", "cut-off"]

#: The elementary flow behind the indicator of water consumption; the method weights it by scarcity for "water use".
WATER = "water, consumed"
WATER_CONSUMPTION, WATER_USE = "water consumption", "water use"


@dataclass(frozen=True)
class Gap:
    """Something the result leaves out, or has by proxy, with the reason and, where known, how much it concerns."""

    workload: str
    stage: str
    process: str
    category: str
    kind: GapKind
    reason: str


@dataclass(frozen=True)
class Assumed:
    """A value that the study did not give and that was taken from a table, or a choice of method."""

    subject: str
    value: str
    reason: str
    source: str = ""


@dataclass(frozen=True)
class ElementaryFlow:
    """A flow from or to the environment per unit of a process.

    Attributes
    ----------
    flow, compartment : as the method's table of characterisation factors names them
    amount : in ``unit``
    direct : whether the process itself has it, not its supply
    """

    flow: str
    compartment: str
    amount: float
    unit: str
    direct: bool = True
    year: int = 0
    sources: tuple[str, ...] = ()

    def to(self, compartment: str) -> ElementaryFlow:
        """The same flow in another compartment."""
        return replace(self, compartment=compartment)


@dataclass(frozen=True)
class Process:
    """A unit process: per unit of output, its inputs from other processes, its factors and its elementary flows."""

    name: str
    unit: str
    inputs: Mapping[str, float] = field(default_factory=dict)
    factors: tuple[Factor, ...] = ()
    sources: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    """Categories that another process of the same supply accounts for: not a gap here."""
    flows: tuple[ElementaryFlow, ...] = ()
    """Flows that stand behind the factors marked ``of_flows``, and are characterised in the categories of these."""

    @property
    def inventoried(self) -> frozenset[str]:
        """Categories whose figure is that of the elementary flows."""
        own = {factor.category for factor in self.factors if factor.of_flows}
        return frozenset(own)

    @property
    def categories(self) -> frozenset[str]:
        """Impact categories the process has a figure in."""
        named = {factor.category for factor in self.factors}
        return frozenset(named | {WATER_USE} if WATER_CONSUMPTION in named else named)

    def factors_in(self, category: str) -> tuple[Factor, ...]:
        """The factors behind the figure in a category: its own, or the water consumed behind water use."""
        own = tuple(factor for factor in self.factors if factor.category == category)
        return self.factors_in(WATER_CONSUMPTION) if category == WATER_USE and not own else own


@dataclass(frozen=True)
class Demand:
    """How much of a process a workload needs in a life cycle stage, and how that amount is known."""

    workload: str
    stage: str
    activity: str
    process: str
    amount: float
    unit: str
    basis: Basis
    sources: tuple[str, ...] = ()


@dataclass
class ProductSystem:
    """Processes by name, the demands on them, and what was left out or assumed on the way."""

    processes: dict[str, Process] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)

    def add(self, processes: Iterable[Process], *, owner: str) -> dict[str, str]:
        """Add processes, inputs first, and tell the name of each: one whose name another has is named by its owner."""
        names: dict[str, str] = {}
        for process in processes:
            added = replace(process, inputs={names.get(name, name): amount for name, amount in process.inputs.items()})
            if self.processes.get(added.name, added) != added:
                added = replace(added, name=f"{added.name} ({owner})")
            if self.processes.setdefault(added.name, added) != added:
                raise AssertionError(f"two processes are called {added.name}")
            names[process.name] = added.name
        return names

    def leaves(self, process: str) -> dict[str, float]:
        """How much of every process without inputs one unit of ``process`` takes, through the whole chain."""
        own = self.processes[process]
        total: dict[str, float] = {} if own.inputs and not own.factors else {process: 1.0}
        for name, amount in own.inputs.items():
            for leaf, share in self.leaves(name).items():
                total[leaf] = total.get(leaf, 0.0) + amount * share
        return total
