"""What machines are made of, as processes: manufacture, transport and end of life of each component.

An accelerator that was measured part by part has its own figures. Any other one is built from its die area over the
Murphy yield, its memory by technology, its board, heatsink and casing (ADEME 2026, parametric model); a body that is
not known stands in from a card of the same form factor, named as a proxy. The host's parts come from UBA-Texte 94/2021.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lca_ai import tables, units
from lca_ai.errors import MissingFactorError
from lca_ai.inventory.beside import add_share, mass_of_share, share_of
from lca_ai.inventory.bill import END_OF_LIFE, MANUFACTURE, TRANSPORT, Bill, over_yield
from lca_ai.inventory.declared import Declared, declared_by
from lca_ai.inventory.host import add_host_part, machine_mass
from lca_ai.inventory.system import Assumed, Process
from lca_ai.models import catalogue
from lca_ai.models.hardware import BESIDE, Accelerator, NetworkSwitch, OtherPart, Rack, Server
from lca_ai.sources import Factor

_PARAMETRIC = "accelerator"
_NO_HOST = (Accelerator, Rack, NetworkSwitch)
_TRANSPORTS = {"transport, ship": "transport_distance_ship", "transport, truck": "transport_distance_truck"}


def bill_of(server: Server) -> Bill:
    """The processes of one server, per life cycle stage."""
    bill = Bill()
    declared = declared_by(server)
    declared.take(bill)
    for place, part in enumerate(server.components):
        rest = bill.but(declared.of(place))
        if part.embodied is not None:
            share = share_of(part) if isinstance(part, Rack | NetworkSwitch) else 1.0
            _given(bill, part.name or part.kind, part.embodied, part.count * share)
        elif isinstance(part, Accelerator):
            _accelerator(rest, part)
        elif isinstance(part, Rack | NetworkSwitch):
            add_share(rest, part)
        else:
            add_host_part(rest, part, server)
    if server.embodied is not None:
        _given(bill, server.name, server.embodied, 1)
    elif _is_alone(server):
        what = "card" if any(isinstance(part, Accelerator) for part in server.components) else "part"
        why = f"only the {what} is named, not the machine it sits in"
        bill.but(declared.of_host).miss(MANUFACTURE, host_of(server.name), why)
    bill.assumed += [
        Assumed(f"{part.name or part.kind} of {server.name}", f"{part.count} of it", part.note)
        for part in server.components
        if part.note
    ]
    _transport_and_end_of_life(bill, server, declared)
    return bill


def _is_alone(server: Server) -> bool:
    """Whether only accelerators, or one other part, are named, and nothing of the machine around them."""
    within = [part for part in server.components if part.kind not in BESIDE]
    single = len(within) == 1 and not isinstance(within[0], OtherPart)
    return server.embodied is None and (single or all(isinstance(part, Accelerator) for part in within))


def host_of(name: str) -> str:
    """What the machine around a part of a name is called where it is missing."""
    return f"host of {name}"


def _given(bill: Bill, name: str, embodied: dict[str, Any], count: float) -> None:
    """Impacts of making one, as the study gives them."""
    factors = []
    for category, amount in embodied.items():
        unit = tables.category_unit(category)
        value = float(amount.to(units.unit(unit)).magnitude)
        factors.append(
            Factor(
                activity=name, part="", stage=MANUFACTURE, category=category, amount=value, unit=unit, per="item",
                grade="sourced", method_in_source="unknown", low=None, high=None, sources=("study",),
                note="given by the study",
            )
        )  # fmt: skip
    bill.take(MANUFACTURE, Process(f"{name}, as given", "item", {}, tuple(factors), ("study",)), float(count))


def _accelerator(bill: Bill, card: Accelerator) -> None:
    card = card if card.name else card.replace(name=card.kind)
    measured = card.item is not None and catalogue.value(card.item, "card_lca") is not None and not _overridden(card)
    if measured and card.item is not None:
        for part in sorted({factor.part for factor in tables.factors(card.item, stage=MANUFACTURE)}):
            found = tables.factors(card.item, part, stage=MANUFACTURE)
            bill.take(MANUFACTURE, Process(f"{_called(card)}: {part}", "item", {}, found), float(card.count))
        return
    for part, amount, proxy in _sizes(bill, card):
        try:
            found = tables.factors(_PARAMETRIC, part, stage=MANUFACTURE)
        except MissingFactorError:
            bill.miss(MANUFACTURE, f"{_called(card)}: {part}", "no factor for this part")
            continue
        unit = found[0].per
        graded = tuple(replace(one, grade="proxy", note=proxy) for one in found) if proxy else found
        marked = f"{_called(card)}: {part}" + (" (proxy)" if proxy else "")
        bill.take(MANUFACTURE, Process(marked, unit, {}, graded), amount * card.count)


def _called(card: Accelerator) -> str:
    return card.name or card.item or "accelerator"


def _overridden(card: Accelerator) -> bool:
    """Whether the study changed a size of a measured card, so that its own figures no longer hold."""
    reference = catalogue.accelerator(str(card.item))
    sizes = ("die", "dies", "memory", "board", "heatsink_mass", "casing_mass", "mass")
    return any(getattr(card, name) != getattr(reference, name) for name in sizes)


def _sizes(bill: Bill, card: Accelerator) -> list[tuple[str, float, str]]:
    """Part, amount in the unit of its factor, and the proxy it rests on (or nothing)."""
    found: list[tuple[str, float, str]] = []
    if card.die is not None:
        area = card.die.to("cm^2").magnitude
        found.append(("die", over_yield(area, card.dies) * 100.0, ""))  # factor per mm2
    else:
        bill.miss(MANUFACTURE, f"{_called(card)}: die", "the area of the die is not known")
    others = catalogue.value(card.item, "dies_not_known") if card.item is not None else None
    if others is not None:
        bill.miss(MANUFACTURE, f"{_called(card)}: {others[0]}", others[1]["note"])
    if card.memory is not None and card.memory_type is not None:
        found.append((f"memory {card.memory_type}", card.memory.to("GB").magnitude, ""))
    else:
        bill.miss(MANUFACTURE, f"{_called(card)}: memory", "the size or the type of the memory is not known")
    body, proxy = _body(bill, card)
    for part, quantity, unit in (
        ("board", body.board, "cm^2"),
        ("heatsink", body.heatsink_mass, "kg"),
        ("casing", body.casing_mass, "kg"),
        ("upstream transport", body.mass, "kg"),
    ):
        if quantity is not None:
            found.append((part, quantity.to(unit).magnitude, proxy))
        elif proxy == "":
            bill.miss(MANUFACTURE, f"{_called(card)}: {part}", "its size is not known")
    return found


def _body(bill: Bill, card: Accelerator) -> tuple[Accelerator, str]:
    """The card itself where its body is known, else the card that stands in for it."""
    if (
        any(getattr(card, name) is not None for name in ("board", "heatsink_mass", "casing_mass", "mass"))
        or card.item is None
    ):
        return card, ""
    named = catalogue.value(card.item, "body_proxy")
    if named is None:
        return card, ""
    stand_in = catalogue.accelerator(named[0])
    why = f"board, heatsink, casing and mass of {stand_in.name} stand in ({named[1]['note'] or 'same form factor'})"
    bill.assumed.append(Assumed(f"body of {_called(card)}", stand_in.name, why, named[1]["source"]))
    return stand_in, why


def _transport_and_end_of_life(bill: Bill, server: Server, declared: Declared) -> None:
    """Distribution of the whole machine by sea and road, and its end of life, by mass."""
    cards = [
        (part, _mass(part), bill.but(declared.of(place)))
        for place, part in enumerate(server.components)
        if isinstance(part, Accelerator)
    ]
    for part, mass, own in cards:
        if mass is None:
            for stage in (TRANSPORT, END_OF_LIFE):
                own.miss(stage, part.name, "its mass is not known")
    known = sum(mass * part.count for part, mass, _ in cards if mass is not None)
    total = machine_mass(bill, server)
    rest = None if total is None else max(total - known, 0.0)
    host = server.embodied is not None or any(not isinstance(part, _NO_HOST) for part in server.components)
    others = bill.but(declared.of_host)
    beside = [
        (part, mass_of_share(part), bill.but(declared.of(place)))
        for place, part in enumerate(server.components)
        if isinstance(part, Rack | NetworkSwitch)
    ]
    if rest is None and host:
        for stage in (TRANSPORT, END_OF_LIFE):
            what = f"{server.name} without its accelerators" if cards else server.name
            others.miss(stage, what, "the mass of the machine is not known")
    moved = [(own, (mass or 0.0) * part.count) for part, mass, own in cards]
    _distribution([*moved, (others, rest or 0.0), *((own, mass) for _, mass, own in beside)])
    for part, mass, own in cards:
        _end_of_life(own, part, mass)
    if rest:
        _end_of_life_by_proxy(others, "the host", f"{server.name} without its accelerators", rest)
    for shared, its_mass, own in beside:
        _end_of_life_by_proxy(own, f"the {shared.kind}", f"the {shared.kind} of {server.name}, its share", its_mass)


def _mass(card: Accelerator) -> float | None:
    if card.mass is not None:
        return float(card.mass.to("kg").magnitude)
    if card.item is None:
        return None
    named = catalogue.value(card.item, "body_proxy")
    stand_in = catalogue.accelerator(named[0]) if named is not None else None
    return None if stand_in is None or stand_in.mass is None else float(stand_in.mass.to("kg").magnitude)


def _distribution(masses: list[tuple[Bill, float]]) -> None:
    """Transport to the site of each mass [kg], in the bill of its own."""
    moved = [(bill, mass) for bill, mass in masses if mass > 0]
    for activity, key in _TRANSPORTS.items() if moved else ():
        row = tables.assumptions()[key]
        moved[0][0].assumed.append(
            Assumed(
                f"distance of {activity.removeprefix('transport, ')} transport to the site",
                f"{row['value']} km",
                row["note"],
                row["source"],
            )
        )
        for bill, mass in moved:
            bill.take(TRANSPORT, Process(activity, "kg km", {}, tables.factors(activity)), mass * float(row["value"]))


def _end_of_life(bill: Bill, card: Accelerator, mass: float | None) -> None:
    own = card.item is not None and catalogue.value(card.item, "card_lca") is not None and not _overridden(card)
    if own and card.item is not None:
        found = tables.factors(card.item, stage=END_OF_LIFE)
        bill.take(END_OF_LIFE, Process(f"{_called(card)}: end of life", "item", {}, found), float(card.count))
    elif mass is not None:
        found = tables.factors(_PARAMETRIC, stage=END_OF_LIFE)
        bill.take(END_OF_LIFE, Process("end of life of an accelerator, by mass", "kg", {}, found), mass * card.count)


def _end_of_life_by_proxy(bill: Bill, part: str, subject: str, mass: float) -> None:
    """End of life of a mass [kg] that is no card, with the figures of a card."""
    why = "end of life of an accelerator card, per kg, stands in"
    graded = tuple(replace(one, grade="proxy", note=why) for one in tables.factors(_PARAMETRIC, stage=END_OF_LIFE))
    bill.take(END_OF_LIFE, Process(f"end of life of {part}, by mass (proxy)", "kg", {}, graded), mass)
    bill.assumed.append(Assumed(f"end of life of {subject}", f"{mass:.3g} kg", why, graded[0].sources[0]))
