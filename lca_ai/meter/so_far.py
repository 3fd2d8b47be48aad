"""The impacts of what was drawn so far at a place: its electricity, compiled once, then microseconds a look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lca_ai.models.location import Location, location
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.workload import TrainingRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lca_ai.interpretation.compiled import CompiledModel
    from lca_ai.models.power import Covered

#: Told first, where they have a figure.
HEADLINES = ("climate change", "primary energy", "water consumption", "resource use, minerals and metals")


@dataclass(frozen=True)
class SoFar:
    """Electricity at a place, compiled."""

    place: Location
    model: CompiledModel

    def __call__(self, kwh: float) -> dict[str, tuple[float, str]]:
        """Impacts of an energy at the sensors [kWh]: category -> amount and unit; without those that have no figure."""
        if not (math.isfinite(kwh) and kwh > 0):
            return {}
        found = self.model(energy=kwh)
        amounts = found.to_dict()
        ordered = [
            *(name for name in HEADLINES if name in amounts),
            *(name for name in amounts if name not in HEADLINES),
        ]
        return {name: (amounts[name], found.unit(name)) for name in ordered if math.isfinite(amounts[name])}


def compiled(zone: str | Location, covers: Iterable[Covered] = ("node",), *, pue: float | None = None) -> SoFar:
    """Electricity at a place: what the sensors tell, with the PUE and the losses of the grid.

    Parameters
    ----------
    zone : grid zone, or a location
    covers : what the sensors cover; what they leave out is not in the impacts, nor is any manufacture

    Raises
    ------
    InputError : for a zone that no table has
    """
    from lca_ai.interpretation.compiled import compile as compile_

    place = location(zone, pue=pue) if isinstance(zone, str) else zone
    run = TrainingRun(name="so far", energy="1 kWh", energy_basis="measured", covers=tuple(covers), location=place)
    unit = FunctionalUnit(description="what was measured so far", reference_flow="1 model")
    return SoFar(place, compile_(run, GoalAndScope(goal="A view of a measurement", functional_unit=unit)))
