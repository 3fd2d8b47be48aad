"""What ran: a training run or an inference service, on which hardware, where, measured how."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from lca_ai.errors import StudyError
from lca_ai.models.base import AlsoAccepts, Model
from lca_ai.models.catalogue import hardware
from lca_ai.models.distributions import Distribution
from lca_ai.models.hardware import Cluster, Component, Server, alone
from lca_ai.models.location import Location
from lca_ai.models.power import Covered, PowerLog
from lca_ai.models.runtime import Runtime, positive
from lca_ai.units import Counted, Duration, Energy

#: How an amount of an activity is known, best first.
Basis = Literal["measured", "modelled", "given", "assumed"]


class Allocation(Model):
    """How much of a machine's manufacture a run carries: its device-hours over those of the machine's life."""

    service_life: Duration | None = None
    """Years in service; the stated assumption where not given."""
    utilisation: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """Share of the service life in which the machine does allocated work; the stated assumption where not given."""
    method: Literal["device-hours"] = "device-hours"
    """Reserved time over productive time in the service life."""

    _some_time = field_validator("service_life")(positive)


def _by_name(value: object) -> object:
    if isinstance(value, str):
        return hardware(value)
    if isinstance(value, Component):
        return alone(value)  # type: ignore[arg-type] # every component but the base is one of the union
    if isinstance(value, dict) and "type" not in value:
        if set(value) <= {"catalogue", "count", "footprint"} and "catalogue" in value:
            return hardware(
                str(value["catalogue"]), count=value.get("count", 1), footprint=value.get("footprint") or ()
            )
        return {"type": "cluster" if "server" in value else "server", **value}
    return value


def _log(value: object) -> object:
    return {"files": value} if isinstance(value, str | list) else value


def _place(value: object) -> object:
    return {"zone": value} if isinstance(value, str) else value


_NAME = {"type": "string", "description": "a machine, card or cloud instance by its name in the catalogue"}
_FOOTPRINT = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "description": "published footprints to take in place of our own figures",
}
_OF_CATALOGUE = {
    "type": "object",
    "properties": {"catalogue": _NAME, "count": {"type": "integer", "minimum": 1}, "footprint": _FOOTPRINT},
    "required": ["catalogue"],
    "additionalProperties": False,
}
_LOGS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_ZONE = {"type": "string", "description": "a grid zone"}

Machine = Annotated[
    Server | Cluster,
    Field(discriminator="type"),
    BeforeValidator(_by_name),
    AlsoAccepts(anyOf=[_NAME, _OF_CATALOGUE]),
]


class Workload(Model):
    """What all workloads share. One of ``power``, ``energy`` and ``runtime`` says how much energy was used."""

    name: str = Field(min_length=1)
    """What it is called in the result."""
    power: Annotated[PowerLog, BeforeValidator(_log), AlsoAccepts(**_LOGS)] | None = None
    """Measured power."""
    energy: Energy | None = None
    """Energy of the IT equipment, given in place of a log."""
    energy_basis: Literal["measured", "modelled", "given"] = "given"
    """How the given energy is known."""
    covers: tuple[Covered, ...] = ("node",)
    """What the given energy covers."""
    additional_energy: dict[str, Energy] = Field(default_factory=dict)
    """Energy used for the run beside its own, by name, e.g. idle nodes that were reserved."""
    runtime: Runtime | None = None
    """When and how long it ran, where no log tells."""
    hardware: Machine | None = None
    """The machine, by its name in the catalogue or as a composition."""
    location: Annotated[Location, BeforeValidator(_place), AlsoAccepts(**_ZONE)]
    """Where it ran."""
    allocation: Allocation = Allocation()
    """How much of the machine's manufacture it carries."""
    uncertainty: dict[str, Distribution] = Field(default_factory=dict)
    """Distributions of its figures by name, e.g. ``{pue: {uniform: [1.1, 1.3]}, energy: {normal: 3 %}}``."""

    @model_validator(mode="after")
    def _one_energy(self) -> Self:
        if self.power is not None and self.energy is not None:
            raise StudyError("both a power log and an energy", field="energy", accepted="one of them")
        if self.power is None and self.energy is None and (self.runtime is None or self.hardware is None):
            raise StudyError(
                "nothing says how much energy was used",
                field="power",
                value=self.name,
                accepted="power (a log), energy, or hardware and runtime (then modelled from the rated power)",
            )
        return self

    def output(self) -> Any:
        """What the workload delivers, as a quantity, or None."""
        raise NotImplementedError


class TrainingRun(Workload):
    """A training run; it delivers a model."""

    type: Literal["training"] = "training"
    produces: Counted | Literal["nothing"] | None = None
    """What it delivers; one model where not given. A run that serves another one (a search) delivers nothing."""

    _default: ClassVar[str] = "1 model"

    def output(self) -> Any:
        """The model or models that the run delivers, or None."""
        from lca_ai.units import quantity

        if isinstance(self.produces, str):
            return None
        return quantity(self._default) if self.produces is None else self.produces


class InferenceService(Workload):
    """A service that answers; it delivers images, tokens, requests."""

    type: Literal["inference"] = "inference"
    delivered: Counted
    """What it delivered while it was measured."""

    def output(self) -> Any:
        """What the service delivered."""
        return self.delivered


AnyWorkload = Annotated[TrainingRun | InferenceService, Field(discriminator="type")]
