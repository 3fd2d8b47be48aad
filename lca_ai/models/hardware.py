"""Hardware as a composition of components: what a machine is made of, and how much of it.

A component names an item of the catalogue, or gives its own figures, or both (a given figure wins).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from lca_ai import tables, units
from lca_ai.errors import StudyError, UnitError
from lca_ai.models.base import Model
from lca_ai.units import Area, Capacity, Counted, Mass, Power

Count = Annotated[int, Field(ge=1, le=10_000_000)]


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
    memory: Capacity | None = None
    """Memory on the package or board."""
    memory_type: str | None = None
    """e.g. HBM2e, HBM3, GDDR6."""
    board: Area | None = None
    """Area of the printed wiring board."""
    heatsink_mass: Mass | None = None
    """Mass of the heatsink."""
    casing_mass: Mass | None = None
    """Mass of the casing."""
    idle_power: Power | None = None
    """Measured idle power."""

    @model_validator(mode="before")
    @classmethod
    def _memory_with_type(cls, data: Any) -> Any:
        """Accept ``memory="141 GB HBM3E"``."""
        if isinstance(data, dict) and isinstance(data.get("memory"), str):
            match = re.fullmatch(r"\s*(.+?\s*[A-Za-z]*B)\s+([A-Za-z]\w*)\s*", data["memory"])
            if match:
                return data | {"memory": match[1], "memory_type": match[2].replace("3E", "3e").replace("2E", "2e")}
        return data


class Cpu(Component):
    """A processor of the host."""

    kind: Literal["cpu"] = "cpu"
    die: Area | None = None
    """Area of all dies in the package."""


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


class OtherPart(Component):
    """A part that no factor covers yet (a network card, a switch): a declared gap, or with given impacts."""

    kind: Literal["other", "assembly", "network card", "switch"] = "other"


AnyComponent = Annotated[
    Accelerator | Cpu | Memory | Storage | Mainboard | PowerSupply | Chassis | OtherPart, Field(discriminator="kind")
]


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

    _units = field_validator("embodied")(_given_impacts)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.components and not self.embodied:
            raise StudyError("a server of no components and no given impacts", field="components", value=self.name)
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
