"""What stands beside a machine and is shared with others: the rack it is in, a network switch.

Both are built from the parametric model of cards and the parts of a server, and are proxies. Neither is in the mass of
the machine nor in a declaration of it.
"""

from __future__ import annotations

from lca_ai import tables
from lca_ai.inventory.assumed import not_given
from lca_ai.inventory.bill import Bill
from lca_ai.inventory.host import take
from lca_ai.inventory.system import Assumed
from lca_ai.models.hardware import NetworkSwitch, Rack

_OUTLIVES = "written off with the machine, which a rack outlives: high"


def add_share(bill: Bill, part: Rack | NetworkSwitch) -> None:
    """Take the making of a share of a rack or of a network switch into the bill of its machine."""
    if isinstance(part, NetworkSwitch):
        _network_switch(bill, part)
        return
    mass, said = _rack_mass(part)
    bill.assumed += said
    take(bill, part, "rack", {}, {"metal": mass})


def share_of(part: Rack | NetworkSwitch) -> float:
    """Share of a rack or of a network switch that the machine bears. [-]"""
    if isinstance(part, NetworkSwitch):
        return part.share
    return part.height_units / (part.of_height_units or tables.assumption("rack_height_units"))


def mass_of_share(part: Rack | NetworkSwitch) -> float:
    """Mass that the machine bears of a rack or of a network switch. [kg]"""
    if isinstance(part, Rack):
        return _rack_mass(part)[0]
    if part.mass is not None:
        return float(part.mass.to("kg").magnitude) * part.count * part.share
    height = tables.assumption("network_switch_height_units")
    return height * tables.assumption("server_mass_per_height_unit") * part.count * part.share


def _rack_mass(part: Rack) -> tuple[float, list[Assumed]]:
    """Mass of the height units that a machine takes of a rack [kg], and what of it is assumed."""
    said: list[Assumed] = []
    if part.mass is not None:
        whole = float(part.mass.to("kg").magnitude)
    else:
        whole, one = not_given("rack_mass", "mass of a rack")
        said.append(one)
    if part.of_height_units is not None:
        height = part.of_height_units
    else:
        height, one = not_given("rack_height_units", "height units of a rack, all filled")
        said.append(one)
    mass = whole * part.height_units / height * part.count
    share = f"{part.height_units:g} of {height:g} height units of {whole:g} kg; {_OUTLIVES}"
    return mass, [*said, Assumed("share of a rack", f"{mass:.3g} kg", share, "lca-ai-convention")]


def _network_switch(bill: Bill, part: NetworkSwitch) -> None:
    """Chip, board, power supplies and chassis of a network switch, times its share."""
    number = part.count * part.share
    name = part.name or part.kind
    height, tall = not_given("network_switch_height_units", f"height of {name}")
    supplies, many = not_given("network_switch_power_supplies", f"power supplies of {name}")
    supply, heavy = not_given("power_supply_mass", "mass of a power supply")
    metal = supplies * supply * number
    casing = height * tables.assumption("chassis_mass_per_height_unit") * number
    bill.assumed += [tall, many, heavy]
    for activity, own, parametric in (
        ("switch", {}, {"die": number, "package": number}),
        ("mainboard", {"": number}, {"board": number}),
        ("power supply", {"": metal}, {"metal": metal, "board": supplies * number}),
        ("chassis", {"": number}, {"metal": casing}),
    ):
        take(bill, part.replace(name=f"{name}: {activity}"), activity, own, parametric)
