"""Hardware as a composition of components: what a machine is made of, and how much of it.

A component names an item of the catalogue, or gives its own figures, or both (a given figure wins).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from lca_ai import tables, units
from lca_ai.errors import StudyError, UnitError
from lca_ai.models.base import AlsoAccepts, Model
from lca_ai.units import Area, Capacity, Counted, Mass, Power

Count = Annotated[int, Field(ge=1, le=10_000_000)]


def _groups_of_dies(value: object) -> object:
    """Groups of alike dies, from their number or from text such as ``8 x 74 + 1 x 416``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return ((value, 1.0),)
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"\d+( item)?", value.strip()):
        return ((int(value.split()[0]), 1.0),)
    found = [re.fullmatch(r"\s*(\d+)\s*x\s*(\d+(?:\.\d+)?)\s*", one) for one in value.removesuffix("mm2").split("+")]
    if not all(found):
        raise StudyError("these are no dies", field="dies", value=value, accepted="e.g. 2, or '8 x 74 + 1 x 416'")
    return tuple((int(one[1]), float(one[2])) for one in found if one is not None)


_Group = tuple[Annotated[int, Field(ge=1, le=1_000_000)], Annotated[float, Field(gt=0.0)]]
Dies = Annotated[
    tuple[_Group, ...],
    Field(min_length=1),
    BeforeValidator(_groups_of_dies),
    AlsoAccepts(anyOf=[{"type": "integer", "minimum": 1}, {"type": "string"}]),
]


def _one_or_several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Footprints = Annotated[tuple[str, ...], BeforeValidator(_one_or_several), AlsoAccepts(type="string")]


def _given_impacts(impacts: dict[str, Any] | None) -> dict[str, Any] | None:
    """Impacts by category, each in a unit of its category."""
    for category, amount in (impacts or {}).items():
        unit = tables.category_unit(category)
        if amount.dimensionality != units.unit(unit).dimensionality:
            raise UnitError(
                "the unit is not that of the category",
                field=category,
                value=f"{amount:~g}",
                accepted=f"e.g. '3 {unit}'",
            )
    return impacts


def _memory_type(name: str) -> str:
    """A type of memory as the tables spell it.

    Raises
    ------
    StudyError : for one that neither the catalogue nor the factors know
    """
    known = _memory_types()
    plain = re.sub(r"[\W_]", "", name).casefold()
    if plain not in known:
        types = ", ".join(sorted(known.values()))
        raise StudyError("no known type of memory", field="memory_type", value=name, accepted=types)
    return known[plain]


@tables.cached
def _memory_types() -> dict[str, str]:
    """Types of memory of cards, in small letters -> as the tables spell them."""
    named = {row["value"] for row in tables.rows("datasets/hardware", "items") if row["attribute"] == "memory_type"}
    parts = {factor.part for factor in tables.factors("accelerator", stage="manufacture")}
    named |= {part.removeprefix("memory ") for part in parts if part.startswith("memory ")}
    return {re.sub(r"[\W_]", "", name).casefold(): name for name in sorted(named)}


class Component(Model):
    """A part of a machine, ``count`` times."""

    name: str = ""
    """What it is called."""
    item: str | None = None
    """Key of the catalogue."""
    count: Count = 1
    """How many of it."""
    mass: Mass | None = None
    """Mass of one."""
    rated_power: Power | None = None
    """Rated (thermal design) power of one."""
    embodied: dict[str, Counted] | None = None
    """Impacts of making one, as given by the user: impact category -> quantity."""
    note: str = ""
    """Anything a reviewer should know."""

    _units = field_validator("embodied")(_given_impacts)

    @model_validator(mode="before")
    @classmethod
    def _from_catalogue(cls, data: Any) -> Any:
        """Take from the catalogue what is not given, where an item is named."""
        if not isinstance(data, dict) or not isinstance(data.get("item"), str):
            return data
        from lca_ai.models.catalogue import figures

        known = figures(cls.model_fields["kind"].default, data["item"]) if "kind" in cls.model_fields else {}
        given = {name: value for name, value in data.items() if value is not None and value != ""}
        return known | given | {"item": known.get("item", data["item"])}


class Accelerator(Component):
    """A GPU or other accelerator card."""

    kind: Literal["accelerator"] = "accelerator"
    die: Area | None = None
    """Area of the compute die, or of all of them."""
    dies: Dies | None = None
    """Several dies: their number, or groups of number x area; the area counts by its proportions. One if not given."""
    memory: Capacity | None = None
    """Memory on the package or board."""
    memory_type: str | None = None
    """Its type in any spelling, e.g. HBM2e, HBM3, GDDR6."""
    board: Area | None = None
    """Area of the printed wiring board."""
    heatsink_mass: Mass | None = None
    """Mass of the heatsink."""
    casing_mass: Mass | None = None
    """Mass of the casing."""
    idle_power: Power | None = None
    """Measured idle power."""
    footprint: str | None = None
    """Key of a published footprint that is taken for the manufacture of these cards in its own categories."""

    @model_validator(mode="before")
    @classmethod
    def _memory_with_type(cls, data: Any) -> Any:
        """Accept ``memory="141 GB HBM3E"``."""
        if isinstance(data, dict) and isinstance(data.get("memory"), str):
            match = re.fullmatch(r"\s*(.+?\s*[A-Za-z]*B)\s+([A-Za-z]\w*)\s*", data["memory"])
            if match:
                return data | {"memory": match[1], "memory_type": match[2]}
        return data

    @field_validator("memory_type")
    @classmethod
    def _known_type(cls, value: str | None) -> str | None:
        return value if value is None else _memory_type(value)


class Cpu(Component):
    """A processor of the host."""

    kind: Literal["cpu"] = "cpu"
    die: Area | None = None
    """Area of all dies in the package."""
    dies: Dies | None = None
    """Several dies: their number, or groups of number x area; the area counts by its proportions. One if not given."""


class Memory(Component):
    """A memory module of the host."""

    kind: Literal["memory"] = "memory"
    capacity: Capacity
    """Capacity of one module."""


class Storage(Component):
    """A drive."""

    kind: Literal["storage"] = "storage"
    capacity: Capacity
    """Capacity of one drive."""
    technology: Literal["ssd", "hdd"] = "ssd"
    """Solid state or hard disk."""


class Mainboard(Component):
    """The mainboard of the host."""

    kind: Literal["mainboard"] = "mainboard"


class PowerSupply(Component):
    """A power supply unit."""

    kind: Literal["power supply"] = "power supply"


class Chassis(Component):
    """The enclosure of a server, or a share of a blade chassis."""

    kind: Literal["chassis"] = "chassis"


class Rack(Component):
    """A share of the rack that a machine stands in, by height; ``mass`` is that of the whole rack, empty."""

    kind: Literal["rack"] = "rack"
    height_units: Annotated[float, Field(gt=0.0, le=100.0)]
    """Height units of the machine."""
    of_height_units: Annotated[float, Field(gt=0.0, le=100.0)] | None = None
    """Height units of the rack that machines fill; those of a full rack where not given."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.of_height_units is not None and self.height_units > self.of_height_units:
            raise StudyError(
                "a machine higher than its rack",
                field="height_units",
                value=self.height_units,
                accepted=f"at most {self.of_height_units:g}",
            )
        return self


class NetworkSwitch(Component):
    """A share of a network switch beside the machine: its chip, board, power supplies and chassis."""

    kind: Literal["network switch"] = "network switch"
    share: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Share of it that the machine bears, e.g. its ports over all ports."""


class OtherPart(Component):
    """A part that no factor covers yet (a network card, a switch): a declared gap, or with given impacts."""

    kind: Literal["other", "assembly", "network card", "switch"] = "other"


AnyComponent = Annotated[
    Accelerator | Cpu | Memory | Storage | Mainboard | PowerSupply | Chassis | Rack | NetworkSwitch | OtherPart,
    Field(discriminator="kind"),
]

#: Kinds of parts that stand beside a machine: no declaration or mass of the machine holds them.
BESIDE = frozenset({"rack", "network switch"})


class Server(Model):
    """A machine: its components, and what is known of it as a whole."""

    type: Literal["server"] = "server"
    name: str = Field(min_length=1)
    """What it is called."""
    key: str | None = None
    """Key of the catalogue it was taken from."""
    components: tuple[AnyComponent, ...] = ()
    """What it is made of."""
    mass: Mass | None = None
    """Mass of the whole machine."""
    max_power: Power | None = None
    """Most it can draw."""
    embodied: dict[str, Counted] | None = None
    """Impacts of making the machine without its accelerators, as given: impact category -> quantity."""
    share: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Share of the machine that is used, e.g. of a cloud instance; its manufacture and its host's power follow it."""
    share_note: str = ""
    """Why the share, and which machine stands in."""
    sources: tuple[str, ...] = ()
    """Where the composition comes from."""
    footprint: Footprints = ()
    """Keys of published footprints that are taken in place of our own figures, in their own categories and stages."""

    _units = field_validator("embodied")(_given_impacts)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.components and not self.embodied:
            raise StudyError("a server of no components and no given impacts", field="components", value=self.name)
        return self

    @model_validator(mode="after")
    def _footprints_fit(self) -> Self:
        from lca_ai.models.footprints import chosen

        chosen(self)
        return self

    @property
    def accelerators(self) -> float:
        """How many accelerators the used share of one server has."""
        return self.share * sum(part.count for part in self.components if part.kind == "accelerator")


class Cluster(Model):
    """Servers of one kind."""

    type: Literal["cluster"] = "cluster"
    server: Server
    """One of its servers."""
    count: Count
    """How many servers."""


Hardware = Server | Cluster


def alone(part: AnyComponent) -> Server:
    """A machine of one part, of which nothing else is known: its host is a gap."""
    return Server(name=part.name or part.item or part.kind, components=(part,))
