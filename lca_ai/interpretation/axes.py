"""The axes of a comparison: places and machines, as a user names them, and how the energy on each is known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lca_ai.errors import InputError, StudyError
from lca_ai.interpretation.scaling import AsMeasured, Scaled, as_measured, proposed_scaling
from lca_ai.inventory import electricity
from lca_ai.inventory.facility import servers
from lca_ai.inventory.mixes import years
from lca_ai.inventory.zone_list import cloud_regions, zones
from lca_ai.models.catalogue import hardware as machine_named
from lca_ai.models.catalogue import servers as server_rows
from lca_ai.models.cloud import regions
from lca_ai.models.hardware import Cluster, Server
from lca_ai.models.location import Location
from lca_ai.models.power import PowerLog
from lca_ai.models.workload import Workload
from lca_ai.tables import nearest_year

LOCATION, HARDWARE, VARIANT = "location", "hardware", "case"
_COUNTED = re.compile(r"(?P<card>.+?)-(?P<count>\d+)|(?P<number>\d+)\s*x\s*(?P<name>.+)", re.IGNORECASE)
_MOST_TOLD = 4


@dataclass(frozen=True)
class Machine:
    """A machine to compare: what it is, and how its energy follows from the run's."""

    hardware: Server | Cluster | None
    how: Scaled | AsMeasured | PowerLog
    told: str


def _unique(names: Sequence[str], axis: str) -> None:
    if not names:
        raise StudyError("an empty list of cases", field=axis, accepted=f"one {axis} or more, or no {axis}= at all")
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise StudyError("a case is there twice", field=axis, value=", ".join(twice), accepted="each once")


def places_of(given: Any, runs: Sequence[Workload], notes: list[str]) -> dict[str, Location]:
    """Places by name; what was chosen on the way goes to ``notes``.

    Raises
    ------
    InputError : for an empty list, a place twice, an unknown one, several kinds of grid figures
    """
    if isinstance(given, str | Location):
        given = [given]
    if not isinstance(given, Mapping):
        given = [one for each in given for one in _expanded(each, runs[0].location)]
    pairs = list(given.items()) if isinstance(given, Mapping) else [(place_name(one), one) for one in given]
    _unique([str(name) for name, _ in pairs], LOCATION)
    found = {str(name): _placed(one, runs, notes) for name, one in pairs}
    if not isinstance(given, Mapping):
        _unique([place_name(one) for one in found.values()], LOCATION)
    kinds = {one.grid_kind for one in found.values()}
    if len(kinds) > 1:
        raise StudyError(
            "places with different kinds of grid figures",
            field="location.grid_kind",
            value=", ".join(sorted(kinds)),
            accepted="one kind in a comparison; compare once for each kind",
        )
    return found


def _expanded(one: Any, own: Location) -> list[Any]:
    """``all``, ``countries`` or the name of a provider as its places, the run's own first; any other one as it is.

    Raises
    ------
    StudyError : for what is no place
    """
    if isinstance(one, Location):
        return [one]
    if not isinstance(one, str) or not one.strip():
        told = "a grid zone, a cloud region, or lca.location(...)"
        raise StudyError("this is no place", field=LOCATION, value=one, accepted=told)
    name = one.strip()
    if name in {"all", "countries"}:
        return sorted(zones(name), key=lambda zone: zone != own.zone)
    if name.casefold() in regions():
        return sorted(cloud_regions(name), key=lambda place: place.region != own.region)
    return [name]


def place_name(one: str | Location) -> str:
    """What a place is called as a case: its cloud region, else its zone."""
    if isinstance(one, str):
        return one.strip()
    return f"{one.cloud} {one.region}" if one.cloud is not None and one.region is not None else one.zone


def _placed(one: str | Location, runs: Sequence[Workload], notes: list[str]) -> Location:
    if isinstance(one, Location):
        return one
    own = runs[0].location
    provider, _, region = one.strip().partition(" ")
    if region and provider.casefold() in regions():
        return Location.model_validate({"cloud": provider.casefold(), "region": region.strip()})
    bare = Location(zone=one)
    if bare.zone == own.zone:
        return own
    kept = {name: getattr(own, name) for name in ("pue", "wue", "grid_kind") if getattr(own, name) is not None}
    asked = own.year
    if asked is not None:
        published = years(bare.zone, own.grid_kind) or sorted(electricity.intensities().get(bare.zone, {}))
        kept["year"] = asked
        if published and asked not in published:
            kept["year"] = nearest_year(published, asked)
            notes.append(f"the mix of {bare.zone} is of {kept['year']}: none of {asked} is published")
    stated = [f"{name.upper()} {kept[name]:g~}" if name == "wue" else f"{name.upper()} {kept[name]}"
              for name in ("pue", "wue") if name in kept]  # fmt: skip
    if stated:
        told = f"a bare zone keeps the facility of the run: {', '.join(stated)}"
        notes += [told] if told not in notes else []
    return Location.model_validate({"zone": bare.zone, **kept})


def machines_of(given: Any, runs: Sequence[Workload], precision: str | None, notes: list[str]) -> dict[str, Machine]:
    """Machines by name, each with how its energy is known; what was chosen on the way goes to ``notes``.

    Raises
    ------
    InputError : for an empty list, a machine twice, an unknown one, a log that does not carry over
    """
    if isinstance(given, str):
        given = [given]
    pairs = list(given.items()) if isinstance(given, Mapping) else [(one, None) for one in given]
    _unique([str(name) for name, _ in pairs], HARDWARE)
    if len(runs) > 1 and len({_machine_key(one) for one in runs}) > 1:
        raise StudyError(
            "workloads on different machines",
            field=HARDWARE,
            value=", ".join(one.name for one in runs),
            accepted="one machine for all of them; or one case for each way, by name",
        )
    return {str(name): _machine(str(name), how, runs[0], precision, notes) for name, how in pairs}


def _machine(name: str, how: Any, run: Workload, precision: str | None, notes: list[str]) -> Machine:
    wanted, how = how if isinstance(how, tuple) else (name, how)
    found = _found(wanted, name, notes)
    own, count = servers(run.hardware)
    target = found.server if isinstance(found, Cluster) else found
    same = own is not None and target == own
    if how is None:
        how = as_measured if same else proposed_scaling(_needed(run, own), target or found, precision)
    if isinstance(how, AsMeasured):
        if not same and (own is None or _cards(own) != _cards(target)):
            raise StudyError(
                "a log does not carry over to other accelerators",
                field=f"{HARDWARE}.{name}",
                value=", ".join(_cards(target)) or "no accelerator",
                accepted="lca.scaled(throughput=..., power=...), a power log of that machine, or the name alone for "
                "published peak figures",
            )
        told = "as measured"
    elif isinstance(how, Scaled):
        told = how.because or ("no reason is given for the scaling" if how.basis == "stated" else how.basis)
        notes.append(f"{name}: {how.basis} scaling: {told}")
    elif isinstance(how, PowerLog):
        told = "its own log"
    else:
        raise StudyError(
            "it is not said how the energy of this machine is known",
            field=f"{HARDWARE}.{name}",
            value=type(how).__name__,
            accepted="lca.as_measured, lca.scaled(throughput=..., power=...) or a power log",
        )
    if isinstance(run.hardware, Cluster) and isinstance(found, Server):
        found = found if same and count == 1 else Cluster(server=found, count=count)
    return Machine(run.hardware if same and not isinstance(how, PowerLog) else found, how, told)


def _found(wanted: Any, name: str, notes: list[str]) -> Server | Cluster:
    """A machine by its name in the catalogue or as a model; ``mi300x-8`` and ``8 x mi300x`` are so many cards alone.

    Raises
    ------
    StudyError : for a name that the catalogue does not have, with the nearest
    """
    if isinstance(wanted, Server | Cluster):
        return wanted
    try:
        return machine_named(wanted)
    except InputError as fault:
        counted = _COUNTED.fullmatch(str(wanted).strip())
        card, count = (
            (counted["card"] or counted["name"], int(counted["count"] or counted["number"])) if counted else ("", 0)
        )
        try:
            alone = _cards_alone(machine_named(card), count) if count > 0 else None
        except InputError:
            alone = None
        if alone is None:
            field = f"{HARDWARE}.{name}"
            raise StudyError(fault.problem, field=field, value=str(wanted), accepted=fault.accepted) from None
    with_it = [key for key, rows in server_rows().items() if any(row["item"] == card for row in rows)]
    told = f"; {', '.join(with_it[:_MOST_TOLD])} have it" if with_it else ""
    notes.append(f"{name}: {count} x {card} alone, without the machine around{told}")
    return alone


def _cards_alone(card: Server | Cluster, count: int) -> Server | None:
    """So many of a card as one machine; None for what is a machine already."""
    if not isinstance(card, Server) or any(part.kind != "accelerator" for part in card.components):
        return None
    parts = tuple(part.replace(count=part.count * count) for part in card.components)
    return card.replace(name=f"{count} x {card.name}", components=parts)


def _needed(run: Workload, own: Server | None) -> Server:
    """The machine that a run was measured on: one of them, where it ran on several."""
    if own is None:
        raise StudyError(
            "the run names no hardware to scale from", field="hardware", value=run.name, accepted="hardware of the run"
        )
    return own


def _machine_key(one: Workload) -> str:
    return "" if one.hardware is None else one.hardware.model_dump_json()


def _cards(server: Server | None) -> list[str]:
    parts = server.components if server is not None else ()
    return sorted(f"{one.count} x {one.item or one.name}" for one in parts if one.kind == "accelerator")
