"""The parts of a machine beside its accelerators: processors, memory, drives, boards, supplies, chassis, network.

Climate change, minerals and metals and primary energy come from UBA-Texte 94/2021. The other categories, and the
parts that UBA does not know, come from the parametric model of cards (ADEME 2026) applied to the same sizes: a proxy,
and graded as one.
"""

from __future__ import annotations

from lca_ai import tables
from lca_ai.inventory.assumed import not_given
from lca_ai.inventory.bill import MANUFACTURE, Bill, over_yield
from lca_ai.inventory.system import Assumed, Process
from lca_ai.models import catalogue
from lca_ai.models.hardware import Chassis, Component, Cpu, Memory, PowerSupply, Server, Storage

_MM2_PER_CM2 = 100.0


def add_host_part(bill: Bill, part: Component, server: Server) -> None:
    """Take a part of the host into the bill of its machine."""
    match part:
        case Cpu():
            _processor(bill, part)
        case Memory() | Storage():
            _memory(bill, part)
        case PowerSupply():
            mass = _mass(bill, part, "power_supply_mass", "mass of a power supply") * part.count
            take(bill, part, "power supply", {"": mass}, {"metal": mass, "board": part.count})
        case Chassis():
            metal = _chassis_mass(bill, part, server)
            take(bill, part, "chassis", {"": part.count}, {} if metal is None else {"metal": metal * part.count})
        case _:
            _other(bill, part, server)


def _processor(bill: Bill, part: Cpu) -> None:
    if part.die is None:
        bill.miss(MANUFACTURE, f"{part.name}: die", "the area of the die is not known")
        take(bill, part, "cpu", {"base": part.count}, {"package": part.count})
        return
    area = part.die.to("cm^2").magnitude
    silicon = area * _MM2_PER_CM2 * part.count
    sizes = {"die": over_yield(area, part.dies) * _MM2_PER_CM2 * part.count, "package": part.count}
    take(bill, part, "cpu", {"base": part.count, "die": silicon}, sizes)


def _memory(bill: Bill, part: Memory | Storage) -> None:
    if isinstance(part, Storage) and part.technology == "hdd":
        mass = _mass(bill, part, "hard_disk_mass", "mass of a hard disk") * part.count
        take(bill, part, "hdd", {"": part.count}, {"metal": mass, "board": part.count})
        return
    activity = "memory" if isinstance(part, Memory) else "ssd"
    item = part.item or ("ddr4" if activity == "memory" else "ssd-nvme")
    density = catalogue.value(item, "die_density")
    capacity = part.capacity.to("GB").magnitude * part.count
    if density is None:
        bill.miss(MANUFACTURE, f"{part.name}: die", f"the die density of {item} is not known")
        take(bill, part, activity, {"base": part.count}, {"board": part.count})
        return
    row = density[1]
    area = capacity / float(row["value"])
    stated = f"{row['value']} {row['unit']}"
    bill.assumed.append(Assumed(f"die density of {part.name}", stated, row["note"], row["source"]))
    dies = {"dram": capacity} if activity == "memory" else {"nand": area}
    take(bill, part, activity, {"base": part.count, "die": area}, {**dies, "board": part.count})


def _other(bill: Bill, part: Component, server: Server) -> None:
    """Boards, network cards, switches and the assembly; anything else is missing."""
    kind = getattr(part, "kind", "other")
    if kind == "mainboard":
        take(bill, part, kind, {"": part.count}, {"board": part.count})
    elif kind == "assembly":
        mass = machine_mass(bill, server)
        take(bill, part, kind, {"": part.count}, {} if mass is None else {"upstream transport": mass * part.count})
    elif kind == "network card":
        take(bill, part, kind, {}, {"board": part.count, "die": part.count})
    elif kind == "switch":
        take(bill, part, kind, {}, {"die": part.count, "package": part.count})
    else:
        bill.miss(MANUFACTURE, part.name or kind, "no factor for this part yet")


def take(bill: Bill, part: Component, activity: str, own: dict[str, float], parametric: dict[str, float]) -> None:
    """The pieces of a part by their own factors, and by parametric ones in the categories that those lack.

    Parameters
    ----------
    own, parametric : piece -> amount in the unit of its factor
    """
    name = part.name or activity
    covered = {factor.category for piece in own for factor in tables.factors(activity, piece, stage=MANUFACTURE)}
    proxy = f"{activity}, parametric"
    filled = {factor.category for piece in parametric for factor in tables.factors(proxy, piece, stage=MANUFACTURE)}
    for piece, amount in own.items():
        found = tables.factors(activity, piece, stage=MANUFACTURE)
        title = f"{name}: {piece}" if piece else name
        bill.take(MANUFACTURE, Process(title, found[0].per, {}, found, (), frozenset(filled - covered)), float(amount))
    for piece, amount in parametric.items():
        every = tables.factors(proxy, piece, stage=MANUFACTURE)
        found = tuple(factor for factor in every if factor.category not in covered)
        title = f"{name}: {piece}, parametric (proxy)"
        bill.take(MANUFACTURE, Process(title, every[0].per, {}, found, (), frozenset(covered)), float(amount))


def _mass(bill: Bill, part: Component, key: str, subject: str) -> float:
    """Mass of one part [kg]: as given, else as assumed."""
    if part.mass is not None:
        return float(part.mass.to("kg").magnitude)
    mass, said = not_given(key, subject)
    bill.assumed.append(said)
    return mass


def _chassis_mass(bill: Bill, part: Chassis, server: Server) -> float | None:
    if part.mass is not None:
        return float(part.mass.to("kg").magnitude)
    return _by_height(bill, server, "chassis_mass_per_height_unit", f"mass of the chassis of {server.name}")


def machine_mass(bill: Bill, server: Server) -> float | None:
    """Mass of a whole machine [kg]: as given, else by its height; None where neither is known."""
    if server.mass is not None:
        return float(server.mass.to("kg").magnitude)
    return _by_height(bill, server, "server_mass_per_height_unit", f"mass of {server.name}")


def _by_height(bill: Bill, server: Server, key: str, subject: str) -> float | None:
    """A mass by the height of the machine in the rack, stated as an assumption once."""
    rows = catalogue.servers().get(server.key or "", [])
    facts = {row["item"]: row for row in rows if row["component"] == "server"}
    if "height_units" not in facts:
        return None
    height, row = float(facts["height_units"]["capacity"]), tables.assumptions()[key]
    mass = height * float(row["value"])
    per_unit = f"{row['value']} {row['unit']} ({row['note']}; range {row['low']} to {row['high']})"
    assumed = Assumed(subject, f"{mass:.3g} kg", f"not given; {height:g} height units x {per_unit}", row["source"])
    if assumed not in bill.assumed:
        bill.assumed.append(assumed)
    return mass
