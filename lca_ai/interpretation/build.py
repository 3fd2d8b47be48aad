"""From workloads to the linear model: each distinct activity and place is inventoried once, and solved once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.impact.engine import UnitScores, unit_scores
from lca_ai.interpretation.factor_table import factor_table
from lca_ai.interpretation.figures import Figures, called
from lca_ai.interpretation.linear import Activity, LinearModel, Place, Variable
from lca_ai.interpretation.metering import Metering
from lca_ai.interpretation.scaling import Scaled
from lca_ai.inventory import assemble, facility
from lca_ai.inventory.electricity import Supply, supply
from lca_ai.inventory.facility import EnergyUse, Metered
from lca_ai.inventory.hourly import HourlySeries, read_hourly
from lca_ai.inventory.mixes import intensities, years
from lca_ai.inventory.system import Assumed, Gap, ProductSystem
from lca_ai.models.location import Location
from lca_ai.models.scope import GoalAndScope

_TRANSFER = "network_transfer_energy"
_SECONDS_PER_HOUR = 3600.0


@dataclass
class ModelBuilder:
    """Collects activities and places, and builds the model of them.

    Parameters
    ----------
    figures : the variables, with what is given in place of what is known
    notes : what was chosen on the way
    owners, zones : what the activities and places behind the labels of gaps are called, and where they are
    """

    scope: GoalAndScope
    figures: Figures = field(default_factory=Figures)
    system: ProductSystem = field(default_factory=ProductSystem)
    activities: list[Activity] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    products: dict[str, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _places: dict[object, int] = field(default_factory=dict)

    def activity(self, source: Metering, label: str, *, scaled: Scaled | None = None, hardware: Any = None) -> int:
        """Add an activity: a metered workload, on its own machine or scaled to another one.

        Parameters
        ----------
        label : unique; gaps are told under it
        scaled : throughput and power of the other machine relative to the own one
        hardware : the other machine
        """
        workload = source.workload.model_copy(update={"name": label} | ({"hardware": hardware} if hardware else {}))
        self.figures.state(source.workload)
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
        index = self.figures.energy(source, of)
        hours = self.figures.variable(
            Variable(f"machine hours of {of}", "machine_hours", (metered.machine_seconds or 0.0) / _SECONDS_PER_HOUR,
                     "hour", basis=metered.basis), source.workload
        )  # fmt: skip
        modelled, efficiency = self.figures.modelled(uses, source.workload)
        life = utilisation = -1
        if share is not None:
            life, utilisation = self.figures.lives(source.workload)
        several = share is not None and "allocation rule" in self.figures.choices
        beside = [use.total for use in uses[1:] if use.basis == "given"]
        found = Activity(
            name=label,
            energy=index,
            hours=hours,
            life=life,
            utilisation=utilisation,
            efficiency=efficiency,
            ratio=self.figures.energy_ratio(source),
            rule=self.figures.rule() if several else -1,
            modelled=modelled,
            reference_hours=(metered.machine_seconds or _SECONDS_PER_HOUR) / _SECONDS_PER_HOUR,
            share=server.share if server is not None else 1.0,
            stages=stages,
            additional=sum(beside),
            basis=_basis(metered, uses, scaled),
            **(self.figures.scaled(scaled, self.owners.get(label, label)) if scaled is not None else {}),
        )
        assemble.cut_off(self.system, self.scope, label)
        self.activities.append(found)
        return len(self.activities) - 1

    def transfer(self, gigabytes: float, label: str) -> int:
        """Add the electricity of moving data over the network, as an activity without a machine. [GB]"""
        row = tables.assumptions()[_TRANSFER]
        given = self.figures.assumed(_TRANSFER, _TRANSFER, "kWh/GB")
        amount = self.figures.variable(Variable("data moved", "transfer", gigabytes, "GB"), None)
        hours = self.figures.variable(Variable("hours of the transfer", "transfer_hours", 1.0, "hour"), None)
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
        location = self._of_a_published_year(location, source.run_year)
        whole = bare or "facility" in source.metered.covers
        shaped = location.hourly is not None
        key = (location.model_dump_json(), str(location.hourly_folder), whole, source.run_year,
               source.workload.name if shaped else "")  # fmt: skip
        if key in self._places:
            return self._places[key]
        label = f"place {len(self.places) + 1}"
        workload = source.workload.model_copy(update={"name": label, "location": location})
        self.owners[label] = called(location)
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
                name=label,
                grid=electricity,
                water=water[0] if water else -1,
                pue=-1 if whole else self.figures.pue(location, source),
                wue=self.figures.wue(location, source) if water else -1,
                losses=self.figures.losses(location, grid, source),
                reference_losses=grid.losses or 0.0,
            )
        )
        self._places[key] = len(self.places) - 1
        return self._places[key]

    @cached_property
    def scores(self) -> UnitScores:
        """Impacts of a unit of every product that was added, solved once: to be asked for when all are."""
        return unit_scores(self.system, list(self.products))

    def build(self) -> LinearModel:
        """The model of what was added.

        Raises
        ------
        StudyError : for an input that no variable and no factor has
        """
        table = factor_table(
            self.system, self.scores, given=self.figures.of_factor, sources="source of factors" in self.figures.choices
        )
        self.figures.check(table)
        variables = tuple(self.figures.variables.values())
        use = "use" in self.scope.system_boundary
        return LinearModel(variables, tuple(self.activities), tuple(self.places), table, use)

    def _product(self, process: str) -> int:
        return self.products.setdefault(process, len(self.products))

    def _of_a_published_year(self, location: Location, run_year: int | None) -> Location:
        """The place with the first published year, where none is published up to the run; it is noted."""
        if location.year is not None or location.hourly is not None or run_year is None:
            return location
        zone = location.proxy or location.zone
        published = years(zone, location.grid_kind, location.grid_release) or sorted(intensities().get(zone, {}))
        if not published or published[0] <= run_year or location.grid_intensity is not None:
            return location
        told = f"the grid of {zone} is of {published[0]}: none up to {run_year}, the year of the run, is published"
        self.notes.append(told)
        return location.model_copy(update={"year": published[0]})

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


def _owned(gap: Gap, label: str) -> Gap:
    return replace(gap, workload=label)


def _basis(metered: Metered, uses: list[EnergyUse], scaled: Scaled | None) -> str:
    own = {str(metered.basis), *(str(use.basis) for use in uses[1:])}
    if scaled is not None:
        own = (own - {"measured"}) | {"scaled" if scaled.basis == "stated" else f"scaled by {scaled.basis}"}
    return ";".join(sorted(own))
