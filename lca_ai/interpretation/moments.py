"""Mean and standard deviation of every case in closed form, without its samples.

A case is a sum of amounts x unit scores: amounts are an activity's energy or machine-lives times what its place takes,
unit scores are sums of factors. The three are independent of one another, so the moments of the products are products
of moments. Those of the factors are exact, with every covariance between the unit scores; those of the activities and
places, few and smooth, are their means over the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lca_ai.interpretation.linear import Draws, LinearModel, Number, Term

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class _Amounts:
    """One product of cases that are alike: its amount is weight x activity figure x place figure."""

    product: Index
    activity: Index
    place: Index
    weight: Array


def moments(model: LinearModel, draws: Draws, cases: Sequence[tuple[Term, ...]]) -> tuple[Array, Array]:
    """Mean and standard deviation of every case in every category, shapes (cases, categories).

    The factors must be independent of one another, and of the other figures.
    """
    count = len(model.table.categories)
    mean, deviation = np.zeros((len(cases), count)), np.zeros((len(cases), count))
    activities, places = _figures(model, draws, cases)
    shapes: dict[object, list[int]] = {}
    for index, case in enumerate(cases):
        shapes.setdefault(tuple(_shape(model, term) for term in case), []).append(index)
    units = [model.table.moments(category) for category in range(count)]
    for members in shapes.values():
        alike = _alike(model, [cases[index] for index in members])
        first = [one.weight * activities.first(one.activity) * places.first(one.place) for one in alike]
        for category, (unit, _) in enumerate(units):
            mean[members, category] = sum(
                (amount * unit[one.product] for amount, one in zip(first, alike, strict=True)), np.zeros(len(members))
            )
        square = np.zeros((len(members), count))
        for one in alike:
            for other in alike:
                both = activities.second(one.activity, other.activity) * places.second(one.place, other.place)
                both *= one.weight * other.weight
                for category, (unit, covariance) in enumerate(units):
                    scores = covariance[one.product, other.product] + unit[one.product] * unit[other.product]
                    square[:, category] += both * scores
        deviation[members] = np.sqrt(np.maximum(square - mean[members] ** 2, 0.0))
    return mean, deviation


class _Figures:
    """Numbers or draws by index, with their means and the means of their products, each computed once."""

    def __init__(self, values: Sequence[Number]) -> None:
        self.values = values
        self.means = np.array([float(np.mean(one)) for one in values])

    def first(self, index: Index) -> Array:
        """Means."""
        return self.means[index]

    def second(self, one: Index, other: Index) -> Array:
        """Means of products."""
        pairs, place = np.unique(one * len(self.values) + other, return_inverse=True)
        found = [
            float(np.mean(self.values[pair // len(self.values)] * self.values[pair % len(self.values)]))
            for pair in pairs.tolist()
        ]
        return np.array(found)[place]


def _figures(model: LinearModel, draws: Draws, cases: Sequence[tuple[Term, ...]]) -> tuple[_Figures, _Figures]:
    """Energy and machine-lives of every activity; 1, electricity and water of every place."""
    used = {term.activity for case in cases for term in case}
    of_activities: list[Number] = []
    for index, one in enumerate(model.activities):
        taken = index in used
        of_activities += [model.it_energy(index, draws.values) if taken else 0.0]
        of_activities += [one.machines(draws.values) if taken else 0.0]
    of_places: list[Number] = [1.0]
    for index, place in enumerate(model.places):
        of_places += [model.electricity(index, draws.values), place.site_water(draws.values)]
    return _Figures(of_activities), _Figures(of_places)


def _shape(model: LinearModel, term: Term) -> tuple[bool, bool, int]:
    """What products a term takes: cases of the same shape are computed together."""
    used = model.use and term.place >= 0
    return used, used and model.places[term.place].water >= 0, len(model.activities[term.activity].stages)


def _alike(model: LinearModel, cases: Sequence[tuple[Term, ...]]) -> list[_Amounts]:
    """The products of cases of one shape."""
    found = []
    for terms in zip(*cases, strict=True):
        weight = np.array([term.weight for term in terms])
        activity = np.array([term.activity for term in terms], dtype=np.intp)
        place = np.array([term.place for term in terms], dtype=np.intp)
        used, wet, stages = _shape(model, terms[0])
        if used:
            grids = np.array([model.places[one].grid for one in place.tolist()], dtype=np.intp)
            found.append(_Amounts(grids, 2 * activity, 2 * place + 1, weight))
        if wet:
            water = np.array([model.places[one].water for one in place.tolist()], dtype=np.intp)
            found.append(_Amounts(water, 2 * activity, 2 * place + 2, weight))
        made = [list(model.activities[one].stages.values()) for one in activity.tolist()]
        for stage in range(stages):
            products = np.array([one[stage] for one in made], dtype=np.intp)
            found.append(_Amounts(products, 2 * activity + 1, np.zeros_like(place), weight))
    return found
