"""Cases x samples x categories, in blocks: quantiles, and whatever else is taken of the samples of every case.

A block is a few cases in one category, all samples of it; no more is ever in memory. Each number is computed within one
row, so that neither the size of the blocks nor the number of threads changes a bit of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca_ai.interpretation.linear import Draws, LinearModel, Number, Term

Array = NDArray[np.float64]
Cases = Sequence[tuple[Term, ...]]
#: The interval that is told, and its middle.
LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95
_BLOCK_BYTES = 4_000_000
_PLACES_BYTES = 256_000_000


def workers(threads: int | None) -> int:
    """How many threads compute: as given, else one for each processor."""
    return max(1, threads if threads is not None else os.cpu_count() or 1)


def block_of(samples: int, block: int | None) -> int:
    """How many cases are computed at once: as given, else as many as fit into the cache of a processor."""
    return max(1, block if block is not None else _BLOCK_BYTES // (8 * samples))


@dataclass(frozen=True)
class Samples:
    """Every sample of some cases, of which a block at a time is computed.

    Attributes
    ----------
    cases : the terms of each
    threads, block : how many threads compute, on how many cases at once; neither changes the result
    """

    model: LinearModel
    draws: Draws
    cases: Cases
    threads: int | None = None
    block: int | None = None

    def for_each_block(self, take: Callable[[Array, int, int], None]) -> None:
        """Call ``take(samples, first case, category)`` for every block, which it may change; threads do at once."""
        shared = _Shared(self.model, self.draws, self.cases)
        size = block_of(self.draws.samples, self.block)

        def work(category: int) -> None:
            own = _OfCategory(shared, category)
            for start in range(0, len(self.cases), size):
                take(own.block(self.cases[start : start + size]), start, category)

        run(work, range(len(self.model.table.categories)), workers(self.threads))

    def of_category(self, category: int) -> Array:
        """All samples of one category, shape (cases, samples)."""
        return _OfCategory(_Shared(self.model, self.draws, self.cases), category).block(self.cases)

    def of_cases(self, indices: Sequence[int], category: int) -> Array:
        """All samples of some cases in one category, shape (cases, samples)."""
        chosen = [self.cases[index] for index in indices]
        return _OfCategory(_Shared(self.model, self.draws, chosen), category).block(chosen)

    def quantiles(self, probabilities: Sequence[float]) -> Array:
        """Quantiles of every case in every category, shape (probabilities, cases, categories)."""
        found = np.empty((len(probabilities), len(self.cases), len(self.model.table.categories)))

        def take(samples: Array, start: int, category: int) -> None:
            found[:, start : start + len(samples), category] = row_quantiles(samples, probabilities)

        self.for_each_block(take)
        return found

    def moments(self) -> tuple[Array, Array]:
        """Mean and standard deviation over the samples, shapes (cases, categories): where factors are correlated."""
        mean, deviation = (np.zeros((len(self.cases), len(self.model.table.categories))) for _ in range(2))

        def take(samples: Array, start: int, category: int) -> None:
            stop = start + len(samples)
            mean[start:stop, category] = samples.mean(axis=1)
            deviation[start:stop, category] = samples.std(axis=1)

        self.for_each_block(take)
        return mean, deviation


class _Shared:
    """What all categories share: energies, machine-lives, and what the places take per energy."""

    def __init__(self, model: LinearModel, draws: Draws, cases: Cases) -> None:
        self.model, self.draws = model, draws
        values = draws.values
        used = {term.activity for case in cases for term in case}
        self.energy = {one: model.it_energy(one, values) for one in used}
        self.machines = {one: model.activities[one].machines(values) for one in used}
        self.places = sorted({term.place for case in cases for term in case if term.place >= 0})
        self.electricity = {one: model.electricity(one, values) for one in self.places}
        self.water = {one: model.places[one].site_water(values) for one in self.places}


class _OfCategory:
    """Samples of cases in one category: the factors are drawn once."""

    def __init__(self, shared: _Shared, index: int) -> None:
        rows, draws = shared.model.table.rows[index], shared.draws
        self.shared = shared
        self.factors = rows.draw(draws.scores, draws.shoulders)
        self.exchanges = rows.exchanges
        self.made: dict[int, Number] = {}
        for one, machines in shared.machines.items():
            stages = list(shared.model.activities[one].stages.values())
            self.made[one] = machines * self.products(stages).sum(axis=0) if stages else 0.0
        whole = len(shared.places) * draws.samples * 8 <= _PLACES_BYTES
        self.row = {one: row for row, one in enumerate(shared.places)}
        self.known = self.at(shared.places) if whole else None

    def products(self, products: Sequence[int]) -> Array:
        """Impacts of a unit of some products, shape (products, samples)."""
        found: Array = self.exchanges[list(products)] @ self.factors
        return found

    def at(self, places: Sequence[int]) -> Array:
        """Impacts per IT energy at places, shape (places, samples)."""
        model, shared = self.shared.model, self.shared
        if not model.use or not places:
            return np.zeros((len(places), shared.draws.samples))
        found = self.products([model.places[one].grid for one in places])
        for row, one in enumerate(places):
            found[row] *= shared.electricity[one]
            if model.places[one].water >= 0:
                found[row] += self.products([model.places[one].water])[0] * shared.water[one]
        return found

    def block(self, cases: Cases) -> Array:
        """Samples of some cases, shape (cases, samples)."""
        found = np.zeros((len(cases), self.shared.draws.samples))
        if self.known is not None:
            row, matrix = self.row, self.known
        else:
            own = sorted({term.place for case in cases for term in case if term.place >= 0})
            row, matrix = {one: index for index, one in enumerate(own)}, self.at(own)
        for (activity, weight, _), members in _alike(cases).items():
            places = [row[place] for _, place in members]
            chosen: Any = [case for case, _ in members]
            if len(cases) == len(members) and places == list(range(places[0], places[0] + len(places))):
                chosen, taken = slice(None), matrix[places[0] : places[0] + len(places)]
            else:
                taken = matrix[places]
            found[chosen] += taken * (weight * self.shared.energy[activity]) + weight * self.made[activity]
        for index, case in enumerate(cases):
            for term in case:
                if term.place < 0:
                    found[index] += term.weight * self.made[term.activity]
        return found


def _alike(cases: Cases) -> dict[tuple[int, float, int], list[tuple[int, int]]]:
    """Case and place of the terms of an activity and a weight, so that they are computed together.

    Of two such terms in one case, the second is in a group of its own: a row is added to once in a group.
    """
    found: dict[tuple[int, float, int], list[tuple[int, int]]] = {}
    for index, case in enumerate(cases):
        met: dict[tuple[int, float], int] = {}
        for term in case:
            if term.place >= 0:
                key = (term.activity, term.weight)
                met[key] = met.get(key, 0) + 1
                found.setdefault((*key, met[key]), []).append((index, term.place))
    return found


def run(work: Callable[[int], None], items: Sequence[int], threads: int) -> None:
    """Run ``work`` for every item; the first error is raised."""
    if threads == 1:
        for one in items:
            work(one)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, one) for one in items]:
            done.result()


def row_quantiles(samples: Array, probabilities: Sequence[float]) -> Array:
    """Quantiles along the rows, linear between the order statistics, shape (probabilities, rows); sorts ``samples``."""
    positions = np.asarray(probabilities, dtype="float64") * (samples.shape[1] - 1)
    below = np.floor(positions).astype(int)
    above = np.minimum(below + 1, samples.shape[1] - 1)
    samples.partition(np.unique(np.concatenate([below, above])), axis=1)
    share = (positions - below)[:, None]
    found: Array = samples[:, below].T * (1.0 - share) + samples[:, above].T * share
    return found
