"""Published footprints of hardware, which a user may choose by name in place of this project's own figures.

A footprint says which parts of a machine it covers, in which life cycle stages and which categories. It is never taken
unless it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lca_ai import tables
from lca_ai.errors import StudyError, UnknownKeyError
from lca_ai.models.hardware import BESIDE, Server

_PACKAGES = ("emission_factors/vendor-footprints", "emission_factors/vendor-footprints-by-sa")
HOST = "host"


@dataclass(frozen=True)
class Footprint:
    """A published footprint.

    Attributes
    ----------
    scope : what it covers, in words
    covers : kinds of parts that it accounts for: "accelerator", "switch", "host" (all parts but accelerators and what
        stands beside the machine: its share of a rack, of a network switch); none
        where it holds something else beside them, so that it cannot stand for parts of a machine
    count : accelerators that one of it covers
    applies_to : keys of the catalogue, of items or servers, that it is of
    stand_ins : keys of servers of another model, for which it stands in
    rows : one figure each
    """

    key: str
    scope: str
    covers: frozenset[str]
    count: int
    applies_to: frozenset[str]
    stand_ins: frozenset[str]
    rows: tuple[tables.Row, ...]

    @property
    def stages(self) -> Mapping[str, frozenset[str]]:
        """Life cycle stage -> categories that it accounts for."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            for stage in row["life_cycle_stage"].split(";"):
                found[stage].add(row["category"])
        return {stage: frozenset(categories) for stage, categories in found.items()}


@dataclass(frozen=True)
class Choice:
    """A chosen footprint: how often it is taken, and the places of the parts that it covers."""

    footprint: Footprint
    units: int
    parts: frozenset[int]

    @property
    def host(self) -> bool:
        """Whether it covers what no part names too: all but the accelerators."""
        return HOST in self.footprint.covers


@tables.cached
def footprints() -> Mapping[str, Footprint]:
    """Every published footprint by its key."""
    rows: dict[str, list[tables.Row]] = defaultdict(list)
    for package in _PACKAGES:
        for row in tables.rows(package, "footprints") if tables.has(package, "footprints") else ():
            rows[row["key"]].append(row)
    return {key: _footprint(key, many) for key, many in rows.items()}


def _footprint(key: str, rows: list[tables.Row]) -> Footprint:
    first = rows[0]
    covers, applies_to, stand_ins = (
        frozenset(filter(None, first[name].split(";"))) for name in ("covers", "applies_to", "stands_in_for")
    )
    return Footprint(key, first["scope"], covers, int(first["count"]), applies_to, stand_ins, tuple(rows))


def offered(server: Server, place: int | None = None) -> list[Choice]:
    """Footprints that may be chosen for a machine, or for its accelerators at one place."""
    found = (_choice(one, server, place) for one in footprints().values())
    return [one for one in found if one is not None]


def naming(server: Server) -> list[Footprint]:
    """Footprints of the machine or of a part of it, whether they may be chosen or not."""
    keys = {server.key, *(part.item for part in server.components)}
    return [one for one in footprints().values() if keys & (one.applies_to | one.stand_ins)]


def chosen(server: Server) -> tuple[Choice, ...]:
    """The footprints that a machine and its accelerators name, each with what it covers.

    Raises
    ------
    UnknownKeyError : for a footprint that no table has, or that does not fit; with those that do
    StudyError : where two cover the same part
    """
    found = [_asked(key, server, None) for key in server.footprint]
    for place, part in enumerate(server.components):
        if part.kind == "accelerator" and part.footprint is not None:
            found.append(_asked(part.footprint, server, place))
    taken: dict[int | str, str] = {}
    for one in found:
        parts: set[int | str] = {place for place in one.parts if server.components[place].kind != "switch"}
        for covered in parts | ({HOST} if one.host else set()):
            if taken.setdefault(covered, one.footprint.key) != one.footprint.key:
                both = f"{taken[covered]}, {one.footprint.key}"
                raise StudyError("two footprints cover the same part", field="footprint", value=both, accepted="one")
    return tuple(found)


def _asked(key: str, server: Server, place: int | None) -> Choice:
    known = footprints().get(key)
    found = _choice(known, server, place) if known is not None else None
    if found is None:
        near = ", ".join(one.footprint.key for one in offered(server, place))
        problem = "no such footprint" if known is None else "this footprint does not fit the hardware"
        raise UnknownKeyError(problem, field="footprint", value=key, accepted=near or "none is published for it")
    return found


def _choice(footprint: Footprint, server: Server, place: int | None = None) -> Choice | None:
    """How a footprint is taken for a machine, or for its accelerators at one place; None where it does not fit."""
    if HOST in footprint.covers:
        named = server.key is None or server.key in footprint.applies_to | footprint.stand_ins
        host = {index for index, part in enumerate(server.components) if part.kind not in {"accelerator", *BESIDE}}
        fits = named and server.embodied is None and place is None
        return Choice(footprint, 1, frozenset(host)) if fits else None
    if "accelerator" not in footprint.covers:
        return None
    cards = {
        index: part.count
        for index, part in enumerate(server.components)
        if part.kind == "accelerator"
        and part.item in footprint.applies_to
        and part.embodied is None
        and (part.footprint is None if place is None else index == place)
    }
    units, left = divmod(sum(cards.values()), footprint.count)
    others = {index for index, part in enumerate(server.components) if part.kind in footprint.covers - {"accelerator"}}
    return Choice(footprint, units, frozenset(cards) | others) if units and not left else None
