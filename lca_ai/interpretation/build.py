"""From workloads to the linear model: each distinct activity and place is inventoried once, and solved once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import InputError, StudyError, did_you_mean
from lca_ai.impact.engine import unit_scores
from lca_ai.impact.measured import metered_energy
from lca_ai.interpretation import sampling
from lca_ai.interpretation.factor_table import FactorTable, factor_table
from lca_ai.interpretation.given import about, given_distribution, middle, with_given
from lca_ai.interpretation.linear import Activity, LinearModel, Place, Variable
from lca_ai.interpretation.scaling import Scaled
from lca_ai.inventory import assemble, facility
from lca_ai.inventory.electricity import Supply, supply
from lca_ai.inventory.facility import EnergyUse, Metered
from lca_ai.inventory.hourly import HourlySeries, read_hourly
from lca_ai.inventory.system import Assumed, Gap, ProductSystem
from lca_ai.logs.reading import EnergyReading
from lca_ai.models import cloud
from lca_ai.models.distributions import Choice, Distribution, Range, Uniform
from lca_ai.models.location import Location
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.workload import Workload

#: What is given in place of what is known: the key or name of a variable, or the name of a figure of the factors.
Inputs = Mapping[str, Any]
#: Choices of the study that can be drawn.
CHOICES = ("service life", "utilisation", "source of factors", "allocation rule")
_DEFAULT_CHOICES = frozenset({"service life", "utilisation"})
_KEY_OF_PART = {
    "accelerator": "cpu_power_share_of_rated",
    "cpu": "cpu_power_share_of_rated",
    "memory": "memory_power",
}
_LOSSES_OF_SUPPLIES = "losses of the power supplies"
_TRANSFER = "network_transfer_energy"
_HOURS_PER_YEAR = 365.25 * 24.0
_SECONDS_PER_HOUR = 3600.0
_LEAST = 1e-9  # of a ratio: above 0


@dataclass(frozen=True)
class Metering:
    """The energy of a workload, read once: what lies behind every activity and place that uses it."""

    workload: Workload
    metered: Metered
    reading: EnergyReading | None
    notes: tuple[Mapping[str, Any], ...]
    gaps: tuple[Gap, ...]
    assumed: tuple[Assumed, ...]

    @property
    def run_year(self) -> int | None:
        """Calendar year (UTC) of the run, where it is known."""
        runtime = self.workload.runtime
        start = self.reading.start if self.reading is not None else runtime.start if runtime is not None else None
        return start.astimezone(UTC).year if start is not None else self.workload.location.year


def metering(workload: Workload) -> Metering:
    """Read the energy of a workload.

    Raises
    ------
    InputError : naming the workload, where its log or its model does not hold
    """
    aside = ProductSystem()
    try:
        metered, reading, notes = metered_energy(aside, workload)
    except InputError as fault:
        raise fault.within(f"workload {workload.name}") from None
    return Metering(workload, metered, reading, tuple(notes), tuple(aside.gaps), tuple(aside.assumed))


def choices_of(choices: Iterable[str] | bool | None) -> frozenset[str]:  # noqa: FBT001 (all, none or some)
    """Which choices are drawn: none, all, those named, or those of which a range is known (the default).

    Raises
    ------
    StudyError : for a name that is no choice
    """
    if choices is None:
        return _DEFAULT_CHOICES
    if isinstance(choices, bool):
        return frozenset(CHOICES) if choices else frozenset()
    for one in choices:
        if one not in CHOICES:
            raise StudyError("no such choice", field="choices", value=str(one), accepted=", ".join(CHOICES))
    return frozenset(choices)


@dataclass
class ModelBuilder:
    """Collects activities and places, and builds the model of them.

    Parameters
    ----------
    inputs : given in place of what is known: numbers, quantities or distributions
    choices : which choices are drawn, see :func:`choices_of`
    """

    scope: GoalAndScope
    inputs: Inputs = field(default_factory=dict)
    choices: frozenset[str] = _DEFAULT_CHOICES
    system: ProductSystem = field(default_factory=ProductSystem)
    variables: dict[str, Variable] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    products: dict[str, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _places: dict[object, int] = field(default_factory=dict)
    _known: dict[str, Variable] = field(default_factory=dict)

    def activity(self, source: Metering, label: str, *, scaled: Scaled | None = None, hardware: Any = None) -> int:
        """Add an activity: a metered workload, on its own machine or scaled to another one.

        Parameters
        ----------
        label : unique; gaps are told under it
        scaled : throughput and power of the other machine relative to the own one
        hardware : the other machine
        """
        workload = source.workload.model_copy(update={"name": label} | ({"hardware": hardware} if hardware else {}))
        metered, before = source.metered, len(self.system.demands)
        self.system.gaps += [_owned(gap, label) for gap in source.gaps]
        self.system.assumed += source.assumed
        if "use" in self.scope.system_boundary:
            uses, _ = assemble.it_electricity(self.system, workload, metered)
        else:
            uses = []
        share = assemble.add_machines(self.system, workload, metered, self.scope)
        demands = self.system.demands[before:]
        stages = {one.stage: self._product(one.process) for one in demands}
        server, _ = facility.servers(workload.hardware)
        of = source.workload.name
        index = self._energy(source, of)
        hours = self._variable(
            Variable(f"machine hours of {of}", "machine_hours", (metered.machine_seconds or 0.0) / _SECONDS_PER_HOUR,
                     "hour", basis=metered.basis), source.workload
        )  # fmt: skip
        modelled, efficiency = self._modelled(uses, source.workload)
        life = utilisation = -1
        if share is not None:
            life, utilisation = self._lives(source.workload)
        found = Activity(
            name=label, energy=index, hours=hours, life=life, utilisation=utilisation, efficiency=efficiency,
            rule=self._rule() if share is not None and "allocation rule" in self.choices else -1,
            modelled=modelled, share=server.share if server is not None else 1.0, stages=stages,
            additional=sum(use.total for use in uses if use.basis == "given" and use is not uses[0]),
            basis=_basis(metered, uses, scaled),
            **(self._scaled(scaled, label) if scaled is not None else {}),
        )  # fmt: skip
        assemble.cut_off(self.system, self.scope, label)
        self.activities.append(found)
        return len(self.activities) - 1

    def transfer(self, gigabytes: float, label: str) -> int:
        """Add the electricity of moving data over the network, as an activity without a machine. [GB]"""
        row = tables.assumptions()[_TRANSFER]
        given = self._assumed(_TRANSFER, _TRANSFER, "kWh/GB")
        amount = self._variable(Variable("data moved", "transfer", gigabytes, "GB"), None)
        hours = self._variable(Variable("hours of the transfer", "transfer_hours", 1.0, "hour"), None)
        reason = f"{gigabytes:g} GB moved over the network, half of the electricity on either grid"
        self.system.assumed.append(Assumed("energy of data transfer", f"{row['value']} kWh/GB", reason, row["source"]))
        self.activities.append(
            Activity(name=label, energy=amount, hours=hours, life=-1, utilisation=-1, power=given, basis="modelled")
        )
        return len(self.activities) - 1

    def place(self, location: Location, source: Metering, *, bare: bool = False) -> int:
        """Add a place for a metered workload, or find it again where nothing of the workload bears on it.

        Parameters
        ----------
        bare : whether it is the grid alone, without a facility around
        """
        whole = bare or "facility" in source.metered.covers
        shaped = location.hourly is not None
        key = (location.model_dump_json(), str(location.hourly_folder), whole, source.run_year,
               source.workload.name if shaped else "")  # fmt: skip
        if key in self._places:
            return self._places[key]
        label = f"place {len(self.places) + 1}"
        workload = source.workload.model_copy(update={"name": label, "location": location})
        self.owners[label] = _called(location)
        self.zones[label] = location.zone
        if not bare:
            assemble.check_facility(workload, source.metered)
        grid = self._grid(location, source, label)
        before = len(self.system.demands)
        unit = EnergyUse("electricity", pd.Series([1.0]), "given", ())
        assemble.add_use(self.system, workload, [unit], grid)
        if not bare:
            assemble.add_site_water(self.system, workload, source.metered, 1.0, source.run_year)
        assemble.cut_off(self.system, self.scope, label)
        electricity, *water = (self._product(one.process) for one in self.system.demands[before:])
        self.places.append(
            Place(
                name=label, grid=electricity, water=water[0] if water else -1,
                pue=-1 if whole else self._pue(location, source),
                wue=self._wue(location, source) if water else -1, losses=self._losses(location, grid),
            )
        )  # fmt: skip
        self._places[key] = len(self.places) - 1
        return self._places[key]

    def build(self) -> LinearModel:
        """The model of what was added.

        Raises
        ------
        StudyError : for an input that no variable and no factor has
        """
        scores = unit_scores(self.system, list(self.products))
        table = factor_table(self.system, scores, given=self._of_factor, sources="source of factors" in self.choices)
        unknown = [name for name in self.inputs if name not in self.used]
        if unknown:
            known = {
                *(one.key for one in self.variables.values()),
                *self.variables,
                *(one.name for one in table.latents),
            }
            raise StudyError(
                "no such input", field="inputs", value=unknown[0], accepted=_inputs_told(unknown[0], known, table)
            )
        variables = tuple(self.variables.values())
        use = "use" in self.scope.system_boundary
        return LinearModel(variables, tuple(self.activities), tuple(self.places), table, use)

    def _product(self, process: str) -> int:
        return self.products.setdefault(process, len(self.products))

    def _of_factor(self, name: str, category: str) -> Distribution | None:
        for key in (f"{name}, {category}", name):
            if key in self.inputs:
                self.used.add(key)
                found: Distribution = given_distribution(self.inputs[key], key)
                return found
        return None

    def _variable(self, one: Variable, workload: Workload | None) -> int:
        """The index of a variable, with what is given of it by the inputs or by the study.

        One that differs from another of the same name is another figure: its name gets a number.
        """
        name, number = one.name, 1
        while self._known.get(one.name, one) != one:
            number += 1
            one = replace(one, name=f"{name} ({number})")
        if one.name in self.variables:
            return list(self.variables).index(one.name)
        self._known[one.name] = one
        given: Any = None
        if workload is not None:
            given = next((workload.uncertainty[key] for key in (name, one.key) if key in workload.uncertainty), None)
        for key in (one.key, one.name):
            if key in self.inputs:
                self.used.add(key)
                given = self.inputs[key]
        self.variables[one.name] = one if given is None else with_given(one, given)
        return len(self.variables) - 1

    def _energy(self, source: Metering, of: str) -> int:
        """The metered energy: with the error of its sensor, or of a model by rated power."""
        value = float(source.metered.hours.sum())
        cited: tuple[str, ...] = ("study",)
        spread: Distribution | None = None
        sensors = source.reading.sensors if source.reading is not None else ()
        if sensors and value > 0:
            widest = max(sensors, key=lambda one: one.relative_uncertainty)
            width, cited = widest.relative_uncertainty, widest.sources
            spread = Uniform(low=value * (1.0 - width), high=value * (1.0 + width)) if 0 < width < 1 else None
        elif source.metered.basis == "modelled" and value > 0:
            spread, cited = about("modelled_energy_ratio", value)
        one = Variable(f"energy of {of}", "energy", value, "kWh", spread, basis=source.metered.basis, sources=cited)
        return self._variable(one, source.workload)

    def _modelled(self, uses: list[EnergyUse], workload: Workload) -> tuple[tuple[tuple[float, int], ...], int]:
        """What the log leaves out: energy per unit of its assumption; and the efficiency of the power supplies."""
        found, efficiency = [], -1
        for use in uses[1:]:
            if use.activity == _LOSSES_OF_SUPPLIES:
                efficiency = self._assumed("power_supply_efficiency", "power_supply_efficiency", "", high=1.0)
            elif use.basis == "modelled":
                kind = use.activity.partition(",")[0]
                key = _KEY_OF_PART.get(kind, f"{kind}_power")
                if key in tables.assumptions():
                    variable = self._assumed(key, key, str(tables.assumptions()[key]["unit"]))
                    found.append((use.total / tables.assumption(key), variable))
                else:
                    one = Variable(f"power of the {kind}, over its model", key, 1.0, "", basis="modelled")
                    found.append((use.total, self._variable(one, workload)))
        return tuple(found), efficiency

    def _lives(self, workload: Workload) -> tuple[int, int]:
        """Service life [year] and utilisation over it: as given, else as assumed."""
        given = workload.allocation.service_life
        if given is None:
            life = self._assumed("service_life_server", "service_life", "year", choice="service life")
        else:
            years = float(given.to("hour").magnitude) / _HOURS_PER_YEAR
            life = self._variable(
                Variable(f"service life of {workload.name}", "service_life", years, "year", choice=True), workload
            )
        share = workload.allocation.utilisation
        if share is None:
            use = self._assumed("device_utilisation_over_life", "utilisation", "", high=1.0, choice="utilisation")
        else:
            use = self._variable(
                Variable(f"utilisation of {workload.name}", "utilisation", share, "", choice=True, high=1.0), workload
            )
        return life, use

    def _rule(self) -> int:
        """The rule of allocation as a choice: by the productive hours of the service life, or by all of its hours."""
        spread = Choice(values=(0.0, 1.0))
        one = Variable("allocation by all hours of the life", "allocation_rule", 0.0, "", spread, choice=True, high=1.0)
        return self._variable(one, None)

    def _assumed(self, key: str, name: str, unit: str, *, high: float = float("inf"), choice: str = "") -> int:
        """A variable of the table of assumptions, with its range."""
        row = tables.assumptions()[key]
        spread = None
        if row["low"] and row["high"] and (not choice or choice in self.choices):
            value = float(row["value"])
            spread = Range(low=float(row["low"]), median=value, high=float(row["high"]))
        one = Variable(
            f"{choice} (assumed)" if choice else key.replace("_", " "), name, float(row["value"]), unit, spread,
            choice=bool(choice), high=high, basis="assumed", sources=tuple(row["source"].split(";")),
        )  # fmt: skip
        return self._variable(one, None)

    def _scaled(self, scaled: Scaled, label: str) -> dict[str, int]:
        of = self.owners.get(label, label)
        found = {}
        for name in ("throughput", "power"):
            given = getattr(scaled, name)
            low, high = getattr(scaled, f"{name}_low"), getattr(scaled, f"{name}_high")
            value = float(given) if isinstance(given, int | float) else middle(given)
            spread: Distribution | None = None
            if not isinstance(given, int | float):
                spread = sampling.in_numbers(given, value=value, unit="", field=name)
            elif low is not None and high is not None and low < high:
                value = getattr(scaled, f"{name}_median", None) or value
                spread = Range(low=low, median=value, high=high)
            found[name] = self._variable(
                Variable(f"{name} of {of}, over the measured one", name, value, "", spread, low=_LEAST,
                         basis=scaled.basis, sources=scaled.sources or ("study",)), None
            )  # fmt: skip
        return found

    def _grid(self, location: Location, source: Metering, label: str) -> Supply:
        path = location.hourly_path()
        series: HourlySeries | None = read_hourly(path) if path is not None else None
        hours = source.metered.hours
        if series is not None and hours.index.isna().any():
            raise StudyError(
                "an hourly series needs the time of the run",
                field="runtime.start",
                value=source.workload.name,
                accepted="a log, or runtime.start",
            )
        demand = hours.groupby(level=0, dropna=False).sum() if series is not None else None
        return supply(location, run_year=source.run_year, series=series, demand=demand, workload=label)

    def _pue(self, location: Location, source: Metering) -> int:
        value, basis, _, cited = facility.pue(location, source.run_year)
        if basis == "given":
            one = Variable(f"PUE of {_called(location)}", "pue", value, "", low=1.0)
            return self._variable(one, source.workload)
        key, of = "overhead_ratio_industry_average", "the industry's average site"
        if location.cloud is not None and location.region is not None:
            key, of = "overhead_ratio_published", f"{location.cloud} {location.region}"
            if cloud.published(location.cloud, location.region, "pue", source.run_year) is None:
                of = f"the fleet of {location.cloud}"
        spread = None
        if value > 1.0:
            ratio, _ = about(key, value - 1.0)
            spread = Range(low=1.0 + float(ratio.low), median=value, high=1.0 + float(ratio.high))
        one = Variable(f"PUE of {of}", "pue", value, "", spread, low=1.0, basis=basis, sources=cited)
        return self._variable(one, source.workload)

    def _wue(self, location: Location, source: Metering) -> int:
        known = facility.wue(location, source.run_year)
        if known is None:
            raise AssertionError("water without a WUE")
        value, basis, _, cited = known
        spread = about("site_water_ratio_published", value)[0] if basis == "assumed" and value > 0 else None
        one = Variable(f"WUE of {_called(location)}", "wue", value, "L/kWh", spread, basis=basis, sources=cited)
        return self._variable(one, source.workload)

    def _losses(self, location: Location, grid: Supply) -> int:
        if grid.losses is None or not grid.mix.shares or location.grid_intensity is not None:
            return -1
        one = Variable(
            f"grid losses of {_called(location)}", "grid_losses", grid.losses, "", high=0.5,
            basis="given" if location.grid_losses is not None else "published", sources=grid.sources,
        )  # fmt: skip
        return self._variable(one, None)


def _owned(gap: Gap, label: str) -> Gap:
    return replace(gap, workload=label)


def _called(location: Location) -> str:
    if location.cloud is not None and location.region is not None:
        return f"{location.cloud} {location.region}"
    return location.zone


def _basis(metered: Metered, uses: list[EnergyUse], scaled: Scaled | None) -> str:
    own = {str(metered.basis), *(str(use.basis) for use in uses[1:])}
    if scaled is not None:
        own = (own - {"measured"}) | {"scaled" if scaled.basis == "stated" else f"scaled by {scaled.basis}"}
    return ";".join(sorted(own))


def _inputs_told(name: str, known: set[str], table: FactorTable) -> str:
    near = did_you_mean(name, known)
    keys = ", ".join(sorted(one for one in known if " " not in one))
    example = f", and {len(table.latents)} figures such as {table.latents[0].name!r}" if table.latents else ""
    return f"{near}; inputs are {keys}{example}"
