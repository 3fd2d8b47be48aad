"""The two sides of a break-even: the machine that is kept and the one to buy, doing the same work, as activities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lca_ai.errors import InputError, StudyError, UnknownKeyError
from lca_ai.interpretation import sampling
from lca_ai.interpretation.build import ModelBuilder
from lca_ai.interpretation.cases import cases
from lca_ai.interpretation.given import given_distribution, middle
from lca_ai.interpretation.linear import LinearModel, Number, Variable
from lca_ai.interpretation.metering import Metering, metering
from lca_ai.interpretation.scaling import Scaled, proposed_scaling
from lca_ai.inventory.facility import servers
from lca_ai.models import catalogue, hardware_search
from lca_ai.models.distributions import Distribution
from lca_ai.models.hardware import Cluster, Server
from lca_ai.models.instances import plain
from lca_ai.models.location import Location
from lca_ai.models.location import location as place_of
from lca_ai.models.scope import GoalAndScope, LifeCycleStage
from lca_ai.models.suggestions import several
from lca_ai.models.workload import InferenceService, Workload
from lca_ai.units import quantity

_MOST_NAMES = 4
_ALMOST = 1e-9  # of a machine: 3 machines' work, computed, is not 4 machines
_HOURS_PER_YEAR = 365.25 * 24.0


@dataclass(frozen=True)
class Stated:
    """What is stated of the machines, by their names: quantities or distributions."""

    throughput: Mapping[str, Any]
    power: Mapping[str, Any]
    idle_power: Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """One side of the comparison.

    Attributes
    ----------
    activity, place : of the model
    delivered : index of the variable of what the activity delivers, in the unit of the work
    idle : index of the variable of the power of one idle machine [kW]; -1 where it is not known
    told : how its energy and its throughput are known
    """

    name: str
    activity: int
    place: int
    delivered: int
    idle: int
    told: str


@dataclass(frozen=True)
class Running:
    """A side at some values of the variables: how many machines, and what their use takes.

    Attributes
    ----------
    busy : machines that the work keeps busy; ``number`` : machines that are there for it
    energy : energy of the IT equipment [kWh/year]
    electricity, water : electricity at the meter [kWh] and water on site [m3] per kWh of it
    """

    busy: Number
    number: Number
    energy: Number
    electricity: Number
    water: Number


def running(model: LinearModel, side: Side, values: tuple[Number, ...], work: float, *, whole: bool) -> Running:
    """A side doing ``work`` per hour [unit of the work/hour].

    Parameters
    ----------
    whole : whether machines are counted whole, or by the part of their productive time that the work takes
    """
    activity, place = model.activities[side.activity], model.places[side.place]
    speed = values[activity.throughput] if activity.throughput >= 0 else 1.0
    delivered = values[side.delivered]
    busy = work * values[activity.hours] / speed / delivered
    used = values[activity.utilisation] if activity.utilisation >= 0 else 1.0
    number: Number = np.ceil(busy - _ALMOST) if whole else busy / used
    power: Number = work * model.it_energy(side.activity, values) / delivered
    if whole and side.idle >= 0:
        power = power + (number - busy) * values[side.idle]
    return Running(
        busy, number, power * _HOURS_PER_YEAR, model.electricity(side.place, values), place.site_water(values)
    )


class Sides:
    """Adds both sides to a model.

    Parameters
    ----------
    unit : of the work, e.g. token
    """

    def __init__(self, builder: ModelBuilder, stated: Stated, unit: str, location: Location | str | None) -> None:
        self.builder, self.stated, self.unit, self.location = builder, stated, unit, location
        self.notes: list[str] = []
        self.at: Metering | None = None

    def keep(self, keep: Any, stages: tuple[LifeCycleStage, ...]) -> tuple[Side, Metering]:
        """The machine that is there, with the stages that count of it."""
        if isinstance(keep, Workload):
            name, run = keep.name, self._placed(keep)
        else:
            name, server = machine_of("keep", keep)
            run = self._rated(name, server, "keep")
        source = metering(run)
        if source.run_year is not None and run.location.year is None:
            self.notes.append(f"the grid is that of {source.run_year}, the year of {name}")
        return self._side("keep", name, source, stages, told=self._told(name, run))

    def buy(self, buy: Any, kept: Side, source: Metering, precision: str | None) -> Side:
        """The machine to buy: with a run or a throughput of its own, else scaled from the one that is there."""
        stages = self.builder.scope.system_boundary
        how: Any = None
        if isinstance(buy, Mapping):
            if len(buy) != 1:
                raise StudyError("one machine to buy", field="buy", value=", ".join(map(str, buy)), accepted="one")
            ((buy, how),) = buy.items()
        if isinstance(buy, Workload) or isinstance(how, Workload):
            run = buy if isinstance(buy, Workload) else how
            run = self._placed(run, source.workload.location)
            name = run.name if run.name != source.workload.name else f"{run.name}, new"
            own = metering(run.model_copy(update={"name": name}))
            return self._side("buy", name, own, stages, told=self._told(name, run))[0]
        name, server = machine_of("buy", buy)
        if how is None and name in self.stated.throughput:
            run = self._rated(name, server, "buy", source.workload.location)
            told = self._told(name, run)
            renamed = name if name != source.workload.name else f"{name}, new"
            own = metering(run.model_copy(update={"name": renamed}))
            return self._side("buy", name, own, stages, told=told)[0]
        own_server, _ = servers(source.workload.hardware)
        if how is None and own_server is None:
            raise StudyError("the run that is kept names no hardware to scale from", field="keep",
                             value=source.workload.name, accepted=_speed_told(name))  # fmt: skip
        if name in self.stated.power:
            raise StudyError("a power without a throughput", field="power", value=name, accepted=_speed_told(name))
        how = proposed_scaling(own_server, server, precision) if how is None and own_server is not None else how
        if not isinstance(how, Scaled):
            raise StudyError("it is not said how its energy is known", field="buy", value=type(how).__name__,
                             accepted="lca.scaled(throughput=..., power=...), or a run of it")  # fmt: skip
        weakest = ", the weakest basis" if how.basis != "stated" else ""
        told = f"scaled from {kept.name} by {how.basis} ratios{weakest}: {how.because or 'no reason is given'}"
        return self._side("buy", name, source, stages, told=told, scaled=how, server=server)[0]

    def _side(  # noqa: PLR0913 (what a side is made of)
        self, role: str, name: str, source: Metering, stages: tuple[LifeCycleStage, ...], *, told: str,
        scaled: Scaled | None = None, server: Server | None = None,
    ) -> tuple[Side, Metering]:  # fmt: skip
        builder, label = self.builder, f"{role}: {name}"
        builder.owners[label] = name
        whole = builder.scope
        builder.scope = whole.replace(system_boundary=stages)
        try:
            activity = builder.activity(source, label, scaled=scaled, hardware=server)
        finally:
            builder.scope = whole
        self.at = self.at or source
        # one grid for both sides: the year and the hours of the first, around what the energy of this one covers
        covers = replace(self.at.metered, covers=source.metered.covers)
        place = builder.place(self.at.workload.location, replace(self.at, metered=covers))
        idle = -1
        if name in self.stated.idle_power:
            value, spread = stated(self.stated.idle_power[name], "kW", f"idle_power.{name}")
            idle = self.add(Variable(f"idle power of {name} ({role})", "idle_power", value, "kW", spread))
        return Side(name, activity, place, self._delivered(source), idle, told), source

    def _delivered(self, source: Metering) -> int:
        """The variable of what a workload delivers; a stated throughput brings its distribution."""
        run = source.workload
        given = self.stated.throughput.get(run.name.removesuffix(", new"))
        output = run.output()
        if output is None or output.dimensionality != quantity(f"1 {self.unit}").dimensionality:
            made = f"what {run.name} delivers: {output:~g}" if output is not None else "a run that delivers"
            raise StudyError("a machine does not deliver what the work is counted in", field="work", value=self.unit,
                             accepted=made)  # fmt: skip
        amount, spread = float(output.to(self.unit).magnitude), None
        if given is not None:
            amount, spread = stated(given, f"{self.unit}/hour", f"throughput.{run.name}")
        name = f"work that {run.name} delivers" if given is None else f"throughput of {run.name}"
        unit = self.unit if given is None else f"{self.unit}/hour"
        return self.add(Variable(name, "delivered", amount, unit, spread, low=amount * _ALMOST))

    def add(self, one: Variable) -> int:
        """The index of a variable of the comparison itself."""
        return self.builder.figures.variable(one, None)

    def _placed(self, run: Workload, place: Location | None = None) -> Workload:
        """A run at the place of the comparison: that of the run that is kept, where there is one already."""
        if self.location is None and place is not None and run.location != place:
            raise StudyError(
                "the runs are in two places, and the comparison is of machines",
                field="location",
                value=f"{place.zone} and {run.location.zone}",
                accepted="location= for both",
            )
        if place is None and self.location is not None:
            found = cases(run, location=[self.location])
            self.notes += found.notes
            place = next(iter(found.places.values()))
        return run if place is None else run.model_copy(update={"location": place})

    def _rated(self, name: str, server: Server, role: str, place: Location | None = None) -> Workload:
        """One hour of a machine of the catalogue under full load."""
        if name not in self.stated.throughput:
            raise StudyError("how much work it does is not known", field=role, value=name, accepted=_speed_told(name))
        where = place if place is not None else self.location
        if where is None:
            raise StudyError("the place is missing", field="location", accepted='a grid zone such as "FR"')
        speed, _ = stated(self.stated.throughput[name], f"{self.unit}/hour", f"throughput.{name}")
        data: dict[str, Any] = {
            "name": name, "hardware": server, "runtime": {"duration": "1 hour"},
            "location": where if isinstance(where, Location) else place_of(where),
            "delivered": quantity(f"{speed!r} {self.unit}"),
        }  # fmt: skip
        if name in self.stated.power:
            value, spread = stated(self.stated.power[name], "kW", f"power.{name}")
            data |= {"energy": f"{value!r} kWh", "energy_basis": "given"}
            data |= {"uncertainty": {"energy": spread}} if spread is not None else {}
        return InferenceService(**data)

    def _told(self, name: str, run: Workload) -> str:
        speed = "stated throughput" if name in self.stated.throughput else "the work that its run delivered"
        if run.power is not None:
            return f"measured energy, {speed}"
        if run.energy is not None:
            return f"stated power, {speed}" if name in self.stated.power else f"{run.energy_basis} energy, {speed}"
        return f"rated power under full load, {speed}"


def stated(given: Any, unit: str, field: str) -> tuple[float, Distribution | None]:
    """A figure from a quantity or a distribution: its central value in ``unit``, and its spread.

    Raises
    ------
    InputError : for what is neither, a wrong dimension, or a distribution without a central value
    """
    if (isinstance(given, Mapping) and set(given) != {"value", "unit"}) or hasattr(type(given), "model_fields"):
        asked = given_distribution(given, field)
        if any(getattr(asked, name, 0) is None for name in ("median", "mean", "mode")):
            raise StudyError("its central value is not stated", field=field, value=type(asked).__name__,
                             accepted=f"e.g. Normal('3 {unit}', '0.1 {unit}')")  # fmt: skip
        spread = sampling.in_numbers(asked, value=math.nan, unit=unit, field=field)
        return middle(spread), spread
    found = quantity(given, expected=unit)
    expected = quantity(f"1 {unit}")
    if found.dimensionality != expected.dimensionality:
        raise StudyError(f"not a quantity in {unit}", field=field, value=str(given), accepted=f"e.g. '3 {unit}'")
    value = float(found.to(expected.units).magnitude)
    if not math.isfinite(value):
        raise StudyError("not a finite number", field=field, value=str(given))
    return value, None


def machine_of(field: str, given: Any) -> tuple[str, Server]:
    """A machine and what it is called: of a name, a model, or one server of a cluster.

    Raises
    ------
    InputError : for a name of no machine, with the nearest
    """
    if isinstance(given, Cluster):
        given = given.server
    if isinstance(given, Server):
        return given.key or given.name, given
    try:
        found = catalogue.hardware(given)
    except UnknownKeyError as fault:
        raise UnknownKeyError(fault.problem, field=field, value=given, accepted=_near(given, fault)) from None
    except InputError as fault:
        raise type(fault)(fault.problem, field=field, value=given, accepted=fault.accepted) from None
    return given, found.server if isinstance(found, Cluster) else found


def _near(name: str, fault: InputError) -> str | None:
    """Servers that hold a word of a name of no machine: a node of some card is a server of the catalogue."""
    for word in plain(name).split():
        found = [key for key in hardware_search.machines(word) if key in catalogue.servers()]
        if found:
            near = sorted(found, key=lambda key: (not key.startswith("dgx"), len(key), key))[:_MOST_NAMES]
            return f"did you mean {several([word], near)}?"
    return fault.accepted


def _speed_told(name: str) -> str:
    return f"the throughput of {name} at this work, e.g. '2000 token/s'; or a run that was measured on it"


def scope_of(scope: GoalAndScope | None, keep: str, work: str, unit: str) -> GoalAndScope:
    """The scope given, else one of all stages.

    Raises
    ------
    StudyError : for a boundary without manufacture or use
    """
    if scope is None:
        return GoalAndScope.model_validate({
            "goal": f"Whether to replace {keep}",
            "functional_unit": {"description": f"work at {work}", "reference_flow": f"1 {unit}"},
        })  # fmt: skip
    for stage in ("manufacture", "use"):
        if stage not in scope.system_boundary:
            raise StudyError(f"a payback weighs the use against the manufacture, and {stage} is outside of the scope",
                             field="scope.system_boundary", value=", ".join(scope.system_boundary),
                             accepted="manufacture and use within it")  # fmt: skip
    return scope
