"""The numbers behind the report of a comparison: its cases as arrays, the draws in pairs, and its linear model as data.

The page recomputes central amounts from the model it carries, by the same products as ``LinearModel.amounts``; draws
stay behind, and with them all intervals.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import tables, units
from lca_ai.interpretation.arrays import HIGH, LOW, MEDIAN
from lca_ai.interpretation.compare import Comparison
from lca_ai.interpretation.completeness import CLIMATE_CHANGE
from lca_ai.interpretation.pareto import pareto

Array = NDArray[np.float64]
#: What the page lets its reader change: the key of the variable, its name, its step, and the ends where it may move.
SLIDERS: tuple[tuple[str, str, float, float, float], ...] = (
    ("pue", "PUE", 0.01, 1.0, 2.5),
    ("service_life", "service life [years]", 0.5, 1.0, 12.0),
    ("utilisation", "utilisation over life", 0.01, 0.05, 1.0),
)
_ALL_PAIRS, _ALL_FRONTS = 12, 32  # cases up to which every pair, and every pair of categories, is computed
_FRONT_WITH = ("resource use, minerals and metals", "water use", "primary energy")
_MEDIAN_COLUMN = "median"


@dataclass(frozen=True)
class Numbers:
    """A comparison as arrays, shape (cases, categories) each, in the units of the categories; NaN: no figure."""

    comparison: Comparison

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each case is called."""
        return self.comparison.completeness.names

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category of the method."""
        return self.comparison.categories

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Per category, why it is not ranked; empty where it is."""
        return self.comparison.completeness.reasons()

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """The categories that are ranked, by their place."""
        return tuple(index for index, reason in enumerate(self.reasons) if not reason)

    @cached_property
    def start(self) -> int:
        """The category that is shown first: climate change where it is ranked, else the first that is."""
        climate = self.categories.index(CLIMATE_CHANGE)
        return climate if climate in self.ranked or not self.ranked else self.ranked[0]

    @cached_property
    def front(self) -> tuple[int, int] | None:
        """The two categories of the scatter at first; None where fewer than two are ranked."""
        if len(self.ranked) < 2:  # noqa: PLR2004 (a scatter has two sides)
            return None
        others = [self.categories.index(one) for one in _FRONT_WITH if one in self.categories]
        found = [one for one in (*others, *self.ranked) if one in self.ranked and one != self.start]
        return self.start, found[0]

    def _column(self, table: pd.DataFrame, name: str) -> Array:
        return table[name].to_numpy(dtype="float64").reshape(len(self.names), len(self.categories))

    @cached_property
    def amount(self) -> Array:
        """Central amounts."""
        return self._column(self.comparison.table, "amount")

    @cached_property
    def interval(self) -> Array:
        """5, 50 and 95 % of the draws, shape (3, cases, categories)."""
        table, details = self.comparison.table, self.comparison.details
        columns = ((table, "low"), (details, _MEDIAN_COLUMN), (table, "high"))
        return np.stack([self._column(of, name) for of, name in columns])

    @cached_property
    def covered(self) -> Array:
        """Share of the product system that has a figure."""
        return self._column(self.comparison.details, "covered_share")

    @cached_property
    def scales(self) -> tuple[tuple[float, str], ...]:
        """Per category: the factor to the unit in which its largest amount reads well, and that unit."""
        found = []
        for index, category in enumerate(self.categories):
            sizes = np.abs(self.amount[:, index])
            largest = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else 0.0
            found.append(units.scaled_unit(largest, tables.category_unit(category)))
        return tuple(found)

    def order(self, category: int) -> list[int]:
        """The cases by their amount, lowest first; as they were given where the category is not ranked."""
        if category not in self.ranked:
            return list(range(len(self.names)))
        return [int(one) for one in np.argsort(self.amount[:, category], kind="stable")]

    @property
    def references(self) -> int:
        """Cases that every other one is subtracted from: all of a few, else the first alone."""
        return len(self.names) if len(self.names) <= _ALL_PAIRS else 1

    @cached_property
    def differences(self) -> Mapping[int, Array]:
        """Per ranked category: a case less a reference, draw by draw, shape (references, cases, 4).

        The four are 5, 50 and 95 % of the difference, and the share of the draws in which the case is lower; draws in
        which both are equal count half.
        """
        found = {}
        for category in self.ranked:
            drawn = self.comparison.samples.of_category(category)
            rows = []
            for reference in range(self.references):
                less = drawn - drawn[reference]
                lower = (less < 0).mean(axis=1) + 0.5 * (less == 0).mean(axis=1)
                rows.append(np.column_stack([np.quantile(less, (LOW, MEDIAN, HIGH), axis=1).T, lower]))
            found[category] = np.stack(rows)
        return found

    @cached_property
    def fronts(self) -> Mapping[tuple[int, int], Array]:
        """Per pair of ranked categories: the share of the draws in which each case is on the front; NaN: not known.

        Of every pair where the cases are few, else of the pair that is shown first.
        """
        if self.front is None:
            return {}
        few = len(self.names) <= _ALL_FRONTS
        pairs = list(itertools.combinations(self.ranked, 2)) if few else [tuple(sorted(self.front))]
        return {
            (one, other): pareto(self.comparison, (self.categories[one], self.categories[other]))[
                "share_of_draws"
            ].to_numpy(dtype="float64")
            for one, other in pairs
        }


def model_data(comparison: Comparison) -> dict[str, Any]:
    """The linear model of a comparison with its central values, for the page to recompute.

    Returns
    -------
    ``cases``: per case a list of (activity, place or -1, IT energy [kWh], weight); ``places``: ``pue`` (None where the
    energy is at the meter already), ``wue`` [m3/kWh], impacts ``grid`` of a kWh at the meter and ``water`` of a m3;
    ``activities``: ``years`` of a machine that is in use, ``life`` [years], ``utilisation``, ``rule`` (who bears idle
    hours, as of ``Activity``) and impacts ``made`` of a machine's life, None where no machine is counted. Impacts are
    by category.
    """
    model = comparison.found.model
    central, impacts = model.central, model.table.central
    used = {term.place for case in comparison.samples.cases for term in case} - {-1} if model.use else set()
    energy = [float(model.it_energy(index, central)) for index in range(len(model.activities))]
    places = []
    for index, one in enumerate(model.places):
        wet = index in used and one.water >= 0
        places.append(
            {
                "pue": central[one.pue] if one.pue >= 0 else None,
                "wue": float(one.site_water(central)) if wet else 0.0,
                "grid": impacts[one.grid].tolist() if index in used else [],
                "water": impacts[one.water].tolist() if wet else None,
            }
        )
    activities = []
    for activity in model.activities:
        made = impacts[list(activity.stages.values())].sum(axis=0).tolist() if activity.stages else None
        life = central[activity.life] if made and activity.life >= 0 else 1.0
        share = central[activity.utilisation] if made and activity.utilisation >= 0 else 1.0
        rule = central[activity.rule] if made and activity.rule >= 0 else 0.0
        years = float(activity.machines(central)) * life * (share + (1.0 - share) * rule)
        activities.append({"years": years, "life": life, "utilisation": share, "rule": rule, "made": made})
    cases = [
        [
            (term.activity, term.place if term.place in used else -1, energy[term.activity] * term.weight, term.weight)
            for term in case
        ]
        for case in comparison.samples.cases
    ]
    return {"cases": cases, "places": places, "activities": activities}


def slider_values(comparison: Comparison) -> dict[str, list[float]]:
    """The values that the cases have of what the page lets its reader change: key -> each value once, in order."""
    variables = comparison.found.model.variables
    return {key: sorted({one.value for one in variables if one.key == key}) for key, *_ in SLIDERS}


def page_data(numbers: Numbers, tornado: Sequence[Mapping[int, Sequence[Sequence[Any]]]]) -> dict[str, Any]:
    """Everything the script of the page works on; drawn figures to eight digits, the model to the last bit."""
    low, median, high = numbers.interval
    return {
        "cases": list(numbers.names),
        "categories": [
            {
                "name": name,
                "unit": numbers.scales[index][1],
                "factor": numbers.scales[index][0],
                "reason": numbers.reasons[index],
                "unknown": np.flatnonzero(np.isnan(numbers.amount[:, index])).tolist(),
                "low": _short(low[:, index]),
                "median": _short(median[:, index]),
                "high": _short(high[:, index]),
                "covered": [round(float(one), 4) for one in numbers.covered[:, index]],
            }
            for index, name in enumerate(numbers.categories)
        ],
        "start": numbers.start,
        "told": HIGH,
        "differences": {
            str(category): [[_short(row) for row in rows] for rows in found]
            for category, found in numbers.differences.items()
        },
        "fronts": {f"{one},{other}": _short(share) for (one, other), share in numbers.fronts.items()},
        "tornado": [{str(category): rows for category, rows in of.items()} for of in tornado],
        "model": model_data(numbers.comparison),
        "values": slider_values(numbers.comparison),
    }


def _short(values: Any) -> list[float | None]:
    return [float(f"{one:.8g}") if np.isfinite(one) else None for one in np.asarray(values).tolist()]
