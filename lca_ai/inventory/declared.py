"""Published footprints that a study chose by name, in place of this project's own figures.

A footprint replaces our figures for the parts it covers, in its own categories and life cycle stages alone; every other
category stays ours. One figure over several stages is told in the first of them, and ours are left out in all of them,
so that nothing is counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lca_ai import tables
from lca_ai.inventory.bill import MANUFACTURE, Bill
from lca_ai.inventory.system import Assumed, Process
from lca_ai.models.footprints import Choice, chosen
from lca_ai.models.hardware import BESIDE, Server
from lca_ai.sources import Factor, join


@dataclass(frozen=True)
class Declared:
    """The footprints chosen for a machine, and the categories of its host that the study itself gives."""

    server: Server
    choices: tuple[Choice, ...]
    given: frozenset[str]

    def of(self, place: int) -> Mapping[str, frozenset[str]]:
        """Stage -> categories that are not ours for the part at a place."""
        given = self.given if self.server.components[place].kind not in {"accelerator", *BESIDE} else frozenset()
        return _joined([one for one in self.choices if place in one.parts], given)

    @property
    def of_host(self) -> Mapping[str, frozenset[str]]:
        """Stage -> categories that are not ours for what no part names: all but the accelerators."""
        return _joined([one for one in self.choices if one.host], self.given)

    def take(self, bill: Bill) -> None:
        """The chosen footprints into the bill of the machine, each told as an assumption."""
        for one in self.choices:
            for stage, factors in _by_stage(one, self.server).items():
                others = frozenset(tables.categories()) - {factor.category for factor in factors}
                name = f"{one.footprint.scope}, as published ({one.footprint.key})"
                bill.take(stage, Process(name, "item", {}, factors, (), others), float(one.units))
                bill.assumed += [_told(one, factor, self.server) for factor in factors]


def declared_by(server: Server) -> Declared:
    """What stands for parts of a machine in place of our own figures.

    Raises
    ------
    InputError : for a footprint that does not fit the machine
    """
    return Declared(server, chosen(server), frozenset(server.embodied or ()))


def _joined(choices: list[Choice], given: frozenset[str] = frozenset()) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    if given:
        found[MANUFACTURE] = given
    for one in choices:
        for stage, categories in one.footprint.stages.items():
            found[stage] |= categories
    return dict(found)


def _by_stage(choice: Choice, server: Server) -> dict[str, tuple[Factor, ...]]:
    """The figures of a footprint by the stage they are told in; by proxy for a machine that it only stands in for."""
    found: dict[str, list[Factor]] = defaultdict(list)
    for row in choice.footprint.rows:
        stage = row["life_cycle_stage"].split(";")[0]
        columns = {"activity": row["key"], "part": "", "life_cycle_stage": stage, "geography": ""}
        if server.key in choice.footprint.stand_ins:
            note = "; ".join(filter(None, (f"stands in for the host of {server.name}", row["note"])))
            columns |= {"grade": "proxy", "note": note}
        found[stage].append(tables.factor({**row, **columns}))
    return {stage: tuple(factors) for stage, factors in found.items()}


def _told(choice: Choice, factor: Factor, server: Server) -> Assumed:
    times = f" x {choice.units}" if choice.units > 1 else ""
    [row] = [
        one
        for one in choice.footprint.rows
        if one["category"] == factor.category and one["life_cycle_stage"].split(";")[0] == factor.stage
    ]
    stages = " and ".join(row["life_cycle_stage"].split(";"))
    reason = (
        f"published figure chosen by name ({choice.footprint.key}) for {choice.footprint.scope}; it replaces this "
        f"project's in {factor.category} of {stages}, every other category stays this project's own"
    )
    subject = f"{factor.category}, {stages} of {server.name}"
    return Assumed(
        subject,
        f"{factor.amount:,.6g} {factor.unit}{times}",
        "; ".join(filter(None, (reason, factor.note))),
        join(factor.sources),
    )
