"""The figures of a model as variables: what each is, how far it may be off, and what is given in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lca_ai import tables
from lca_ai.errors import StudyError, did_you_mean
from lca_ai.interpretation import sampling
from lca_ai.interpretation.as_number import number_in
from lca_ai.interpretation.factor_table import FactorTable
from lca_ai.interpretation.given import CENTRAL, about, given_distribution, is_relative, middle, with_given
from lca_ai.interpretation.linear import Variable
from lca_ai.interpretation.metering import Metering
from lca_ai.interpretation.scaling import Scaled
from lca_ai.inventory import facility
from lca_ai.inventory.electricity import Supply
from lca_ai.inventory.facility import EnergyUse
from lca_ai.models import cloud
from lca_ai.models.base import Model
from lca_ai.models.distributions import Choice, Distribution, Range, Uniform
from lca_ai.models.location import Location
from lca_ai.models.workload import Workload

#: What is given in place of what is known: the key or name of a variable, or the name of a figure of the factors.
Inputs = Mapping[str, Any]
#: Choices of the study that can be drawn.
CHOICES = ("service life", "utilisation", "source of factors", "allocation rule")
DEFAULT_CHOICES = frozenset({"service life", "utilisation"})
_KEY_OF_PART = {
    "accelerator": "cpu_power_share_of_rated",
    "cpu": "cpu_power_share_of_rated",
    "memory": "memory_power",
}
_LOSSES_OF_SUPPLIES = "losses of the power supplies"
_HOURS_PER_YEAR = 365.25 * 24.0
_LEAST = 1e-9  # of a ratio: above 0


def choices_of(choices: Iterable[str] | bool | None) -> frozenset[str]:  # noqa: FBT001 (all, none or some)
    """Which choices are drawn: none, all, those named, or those of which a range is known (the default).

    Raises
    ------
    StudyError : for a name that is no choice
    """
    if choices is None:
        return DEFAULT_CHOICES
    if isinstance(choices, bool):
        return frozenset(CHOICES) if choices else frozenset()
    if isinstance(choices, str):
        choices = [choices]
    for one in choices:
        if one not in CHOICES:
            raise StudyError("no such choice", field="choices", value=str(one), accepted=", ".join(CHOICES))
    return frozenset(choices)


@dataclass
class Figures:
    """Variables by name; one that several cases use is there once.

    Parameters
    ----------
    inputs : given in place of what is known: numbers, quantities or distributions
    choices : which choices are drawn, see :func:`choices_of`
    """

    inputs: Inputs = field(default_factory=dict)
    choices: frozenset[str] = DEFAULT_CHOICES
    variables: dict[str, Variable] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    runs: list[Workload] = field(default_factory=list)
    stated: set[tuple[str, str]] = field(default_factory=set)
    _known: dict[str, Variable] = field(default_factory=dict)

    def check(self, table: FactorTable) -> None:
        """Refuse an input that no variable and no figure of the factors has.

        Raises
        ------
        StudyError : with the nearest, and the inputs there are
        """
        unknown = [("inputs", name) for name in self.inputs if name not in self.used]
        unknown += [(f"workload {run}.uncertainty", key) for run, key in sorted(self.stated)]
        if not unknown:
            return
        known = {*(one.key for one in self.variables.values()), *self.variables, *(one.name for one in table.latents)}
        near = did_you_mean(unknown[0][1], known)
        keys = ", ".join(sorted(one for one in known if " " not in one))
        example = f", and {len(table.latents)} figures such as {table.latents[0].name!r}" if table.latents else ""
        raise StudyError(
            "no such input", field=unknown[0][0], value=unknown[0][1], accepted=f"{near}; inputs are {keys}{example}"
        )

    def variable(self, one: Variable, workload: Workload | None) -> int:
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
        given, field, keep = self._given(one, workload)
        self.variables[one.name] = one if field is None else with_given(one, given, field=field, keep=keep)
        return len(self.variables) - 1

    def _given(self, one: Variable, workload: Workload | None) -> tuple[Any, str | None, bool]:
        """What is given of a variable, where, and whether its value stays: by the call, else by the study."""
        for key in (one.name, one.key):
            if key in self.inputs:
                self.used |= {one.name, one.key} & set(self.inputs)
                return self.inputs[key], f"inputs.{key}", False
        for run in (workload,) if workload is not None else self.runs:
            for key in (one.name, one.key):
                if key in run.uncertainty:
                    self.stated.discard((run.name, key))
                    return run.uncertainty[key], f"workload {run.name}.uncertainty.{key}", True
        return None, None, False

    def state(self, workload: Workload) -> None:
        """Know what a workload states of its figures, and check in the end that each of them is a figure."""
        if all(workload.name != one.name for one in self.runs):
            self.runs.append(workload)
            self.stated |= {(workload.name, key) for key in workload.uncertainty}

    def of_factor(self, name: str, category: str) -> Distribution | float | str | None:
        """What is given for a figure of the factors, in a category or in all: a distribution, a number or "central".

        Raises
        ------
        StudyError : for a figure of one unit that is given for all categories
        """
        for given, where, used in self._all_given():
            if f"{name}, {category}" in given:
                key = f"{name}, {category}"
            elif name in given:
                key = name
            else:
                continue
            used(key)
            field = f"{where}.{key}"
            if given[key] == CENTRAL:
                return CENTRAL
            alone = f"{name}, {category}"
            if not isinstance(given[key], Mapping | Model):
                if key == name:
                    raise StudyError("a number for all categories, which have units of their own", field=field,
                                     value=given[key], accepted=f"{alone!r}, or 'central'")  # fmt: skip
                return number_in(given[key], tables.category_unit(category), field)
            found: Distribution = given_distribution(given[key], field)
            if key == name and not is_relative(found):
                wanted = f"{alone!r}; or a spread alone, such as a lognormal's gsd"
                told = "figures for all categories, which have units of their own"
                raise StudyError(told, field=field, value=found.type, accepted=wanted)
            return found
        return None

    def _all_given(self) -> list[tuple[Mapping[str, Any], str, Callable[[str], None]]]:
        """What is given by the call and by each study, where, and how it is told that it was used."""

        def noted(run: Workload) -> Callable[[str], None]:
            return lambda key: self.stated.discard((run.name, key))

        by_runs = [(run.uncertainty, f"workload {run.name}.uncertainty", noted(run)) for run in self.runs]
        return [(self.inputs, "inputs", self.used.add), *by_runs]

    def energy(self, source: Metering, of: str) -> int:
        """The metered energy, with the error of its sensor."""
        value = float(source.metered.hours.sum())
        cited: tuple[str, ...] = ("study",)
        spread: Distribution | None = None
        sensors = source.reading.sensors if source.reading is not None else ()
        if sensors and value > 0:
            widest = max(sensors, key=lambda one: one.relative_uncertainty)
            width, cited = widest.relative_uncertainty, widest.sources
            spread = Uniform(low=value * (1.0 - width), high=value * (1.0 + width)) if 0 < width < 1 else None
        one = Variable(f"energy of {of}", "energy", value, "kWh", spread, basis=source.metered.basis, sources=cited)
        return self.variable(one, source.workload)

    def energy_ratio(self, source: Metering) -> int:
        """How far a model by rated power may be off, one error for all that is modelled so; -1 for what is not."""
        if source.metered.basis != "modelled":
            return -1
        return self.assumed("modelled_energy_ratio", "modelled_energy_ratio", "")

    def modelled(self, uses: list[EnergyUse], workload: Workload) -> tuple[tuple[tuple[float, int], ...], int]:
        """What the log leaves out: energy per unit of its assumption; and the efficiency of the power supplies."""
        found, efficiency = [], -1
        for use in uses[1:]:
            if use.activity == facility.BY_METER:
                continue  # in the energy of the log already
            if use.activity == _LOSSES_OF_SUPPLIES:
                efficiency = self.assumed("power_supply_efficiency", "power_supply_efficiency", "", high=1.0)
            elif use.basis == "modelled":
                kind = use.activity.partition(",")[0]
                key = _KEY_OF_PART.get(kind, f"{kind}_power")
                if key in tables.assumptions():
                    variable = self.assumed(key, key, str(tables.assumptions()[key]["unit"]))
                    found.append((use.total / tables.assumption(key), variable))
                else:
                    one = Variable(f"power of the {kind}, over its model", key, 1.0, "", basis="modelled")
                    found.append((use.total, self.variable(one, workload)))
        return tuple(found), efficiency

    def lives(self, workload: Workload) -> tuple[int, int]:
        """Service life [year] and utilisation over it: as given, else as assumed."""
        given = workload.allocation.service_life
        if given is None:
            life = self.assumed("service_life_server", "service_life", "year", choice="service life")
        else:
            years = float(given.to("hour").magnitude) / _HOURS_PER_YEAR
            life = self.variable(
                Variable(f"service life of {workload.name}", "service_life", years, "year", choice=True), workload
            )
        share = workload.allocation.utilisation
        if share is None:
            use = self.assumed("device_utilisation_over_life", "utilisation", "", high=1.0, choice="utilisation")
        else:
            use = self.variable(
                Variable(f"utilisation of {workload.name}", "utilisation", share, "", choice=True, high=1.0), workload
            )
        return life, use

    def rule(self) -> int:
        """The rule of allocation as a choice: by the productive hours of the service life, or by all of its hours."""
        spread = Choice(values=(0.0, 1.0))
        one = Variable("allocation by all hours of the life", "allocation_rule", 0.0, "", spread, choice=True, high=1.0)
        return self.variable(one, None)

    def assumed(self, key: str, name: str, unit: str, *, high: float = float("inf"), choice: str = "") -> int:
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
        return self.variable(one, None)

    def scaled(self, scaled: Scaled, of: str) -> dict[str, int]:
        """Throughput and power of another machine over the measured one."""
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
            found[name] = self.variable(
                Variable(f"{name} of {of}, over the measured one", name, value, "", spread, low=_LEAST,
                         basis=scaled.basis, sources=scaled.sources or ("study",)), None
            )  # fmt: skip
        return found

    def pue(self, location: Location, source: Metering) -> int:
        """The PUE of a place: as given, published for the region, of the provider's fleet, or of the industry."""
        value, basis, _, cited = facility.pue(location, source.run_year)
        if basis == "given":
            one = Variable(f"PUE of {called(location)}", "pue", value, "", low=1.0)
            return self.variable(one, source.workload)
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
        return self.variable(one, source.workload)

    def wue(self, location: Location, source: Metering) -> int:
        """The WUE of a place that has one. [L/kWh]"""
        known = facility.wue(location, source.run_year)
        if known is None:
            raise AssertionError("water without a WUE")
        value, basis, _, cited = known
        spread = about("site_water_ratio_published", value)[0] if basis == "assumed" and value > 0 else None
        one = Variable(f"WUE of {called(location)}", "wue", value, "L/kWh", spread, basis=basis, sources=cited)
        return self.variable(one, source.workload)

    def losses(self, location: Location, grid: Supply, source: Metering) -> int:
        """The grid losses of a place; -1 where none are known, or where climate change is given at the meter."""
        if grid.losses is None or not grid.mix.shares or location.grid_intensity is not None:
            return -1
        one = Variable(
            f"grid losses of {called(location)}", "grid_losses", grid.losses, "", high=0.5,
            basis="given" if location.grid_losses is not None else "published", sources=grid.sources,
        )  # fmt: skip
        return self.variable(one, source.workload)


def called(location: Location) -> str:
    """What a place is called: its cloud region, else its zone."""
    if location.cloud is not None and location.region is not None:
        return f"{location.cloud} {location.region}"
    return location.zone
