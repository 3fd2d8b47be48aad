"""Sobol indices of cases: how much of the variance of a result hangs on each uncertain figure.

A case in one category is the sum over its products of amount x score; amounts follow from the variables (energy, PUE,
service life), scores are sums of factors, and the two are independent. The factors are therefore integrated exactly
(see :mod:`lca_ai.interpretation.score_moments`), however long their tails; only the variables, few and smooth, are
sampled: on two scrambled Sobol matrices A and B, and A with one column of B. Where no variable is uncertain, the
indices are exact.

References
----------
First order: Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, table 2 (b). Total order: Jansen 1999,
doi:10.1016/S0010-4655(98)00154-4. Intervals: the bootstrap of Archer et al. 1997, doi:10.1080/00949659708811825.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lca_ai.interpretation import sampling
from lca_ai.interpretation.linear import LinearModel, Number, Term, Variable
from lca_ai.interpretation.score_moments import ScoreMoments

Array = NDArray[np.float64]
RESAMPLES = 200
_LOW, _HIGH = 0.025, 0.975


@dataclass(frozen=True)
class Amounts:
    """Amounts of the products of a case on Sobol matrices of its variables, shapes (products, samples).

    Attributes
    ----------
    base, other : on the matrices A and B
    exchanged : on A with one variable of B, for each variable
    choices, data : on A with all choices of the study of B; with all data of B
    weights : of the samples: even in the first row, then those of the bootstrap, shape (1 + resamples, samples)
    """

    base: Array
    other: Array
    exchanged: tuple[Array, ...]
    choices: Array
    data: Array
    weights: Array

    @cached_property
    def mean(self) -> Array:
        """Mean amounts, shape (1 + resamples, products)."""
        found: Array = self.weights @ (0.5 * (self.base + self.other)).T
        return found

    @cached_property
    def square(self) -> Array:
        """Mean products of the amounts, shape (1 + resamples, products, products)."""
        size = len(self.base)
        pairs = 0.5 * (self.base[:, None] * self.base + self.other[:, None] * self.other)
        found: Array = (self.weights @ pairs.reshape(size * size, -1).T).reshape(-1, size, size)
        return found


@dataclass(frozen=True)
class Indices:
    """Indices of one category; the last axis is the estimate, then its resamples.

    Attributes
    ----------
    mean, variance : shape (1 + resamples,)
    first, total : share of the variance: of the variables, then of the figures of the factors,
        shape (inputs, 1 + resamples)
    data, choices : share of the variance of all data alone, and of all choices alone; the rest is of both together
    """

    mean: Array
    variance: Array
    first: Array
    total: Array
    data: Array
    choices: Array


def product_amounts(model: LinearModel, terms: Sequence[Term]) -> tuple[list[int], Callable[[Sequence[Number]], Array]]:
    """The products of a case, each once, and the function that gives their amounts at values of the variables."""
    products = list(dict.fromkeys(product for _, product, _ in model.amounts(terms, model.central)))
    row = {product: index for index, product in enumerate(products)}

    def at(values: Sequence[Number]) -> Array:
        samples = max((np.size(one) for one in values), default=1)
        found = np.zeros((len(products), samples))
        for _, product, amount in model.amounts(terms, values):
            found[row[product]] += amount
        return found

    return products, at


def variables_of(model: LinearModel, terms: Sequence[Term]) -> list[int]:
    """The variables behind the terms of a case, in their order."""
    found: set[int] = set()
    for term in terms:
        own = model.activities[term.activity]
        found |= {own.energy, own.hours, own.life, own.utilisation, own.efficiency, own.throughput, own.power}
        found |= {variable for _, variable in own.modelled}
        if term.place >= 0:
            place = model.places[term.place]
            found |= {place.pue, place.wue, place.losses}
    return sorted(found - {-1})


def sampled(at: Callable[[Sequence[Number]], Array], variables: Sequence[Variable], samples: int, seed: int) -> Amounts:
    """Amounts on the Sobol matrices of the variables that have a spread.

    Parameters
    ----------
    at : amounts (products, samples) at values of the variables
    samples : rows of each matrix, a power of two

    Raises
    ------
    StudyError : where it is none
    """
    sampling.check_samples(samples)
    uncertain = [index for index, one in enumerate(variables) if one.spread is not None]
    central: list[Number] = [one.value for one in variables]
    if not uncertain:
        alone = at(central)
        return Amounts(alone, alone, (), alone, alone, np.ones((1 + RESAMPLES, 1)))
    names = [f"{matrix}{index}" for matrix in "AB" for index in uncertain]
    scores = sampling.scores(names, samples, seed)
    first, second = (
        {index: _values(variables[index], row) for index, row in zip(uncertain, half, strict=True)}
        for half in np.split(scores, 2)
    )

    def mixed(exchanged: Sequence[int]) -> Array:
        drawn = first | {index: second[index] for index in exchanged}
        return at([drawn.get(index, value) for index, value in enumerate(central)])

    base = mixed([])
    choices = [index for index in uncertain if variables[index].choice]
    data = [index for index in uncertain if not variables[index].choice]
    return Amounts(
        base,
        mixed(uncertain),
        tuple(mixed([index]) for index in uncertain),
        mixed(choices) if choices else base,
        mixed(data) if data else base,
        _weights(samples, seed),
    )


def _weights(samples: int, seed: int) -> Array:
    """Even weights of the samples, then how often each is in the resamples of the bootstrap."""
    drawn = np.random.default_rng([seed, RESAMPLES]).integers(samples, size=(RESAMPLES, samples))
    places = (drawn + samples * np.arange(RESAMPLES)[:, None]).ravel()
    counts = np.bincount(places, minlength=RESAMPLES * samples).reshape(RESAMPLES, samples)
    found: Array = np.vstack([np.ones(samples), counts.astype("float64")]) / samples
    return found


def _values(one: Variable, scores: Array) -> Array:
    if one.spread is None:
        raise AssertionError("a variable without a spread is not sampled")
    found: Array = np.clip(sampling.values(one.spread, scores), one.low, one.high)
    return found


def indices(amounts: Amounts, scores: Sequence[ScoreMoments]) -> list[Indices]:
    """First and total order of every input, and the shares of data and choices, of every category."""
    of_samples = [_of_samples(amounts, one) for one in scores]
    weighed = np.concatenate(of_samples) @ amounts.weights.T  # of all categories at once: the largest of the work
    parts = np.split(weighed, len(scores))
    return [_indices(amounts, one, own) for one, own in zip(scores, parts, strict=True)]


def _of_samples(amounts: Amounts, scores: ScoreMoments) -> Array:
    """What is averaged over the samples, shape (figures, samples)."""
    centre, base, other = _centred(amounts, scores)
    return np.stack(
        [
            0.5 * (base + other),
            0.5 * (base**2 + other**2),
            _left(amounts.base, amounts.choices, scores, scores.square_of_data),
            _left(amounts.base, amounts.data, scores, scores.square_of_choices),
            *(other * (scores.mean @ one - centre - base) for one in amounts.exchanged),
            *(0.5 * _form(amounts.base - one, scores.square) for one in amounts.exchanged),
        ]
    )


def _centred(amounts: Amounts, scores: ScoreMoments) -> tuple[float, Array, Array]:
    """Mean impacts at the variables of A and B, less their centre: the estimates vary less for it."""
    base, other = (scores.mean @ one for one in (amounts.base, amounts.other))
    centre = 0.5 * float(base.mean() + other.mean())
    return centre, base - centre, other - centre


def _indices(amounts: Amounts, scores: ScoreMoments, weighed: Array) -> Indices:
    mean, square, without_choices, without_data, *orders = weighed
    variance = np.einsum("bpq,pq->b", amounts.square, scores.covariance) + square - mean**2
    of_factors = np.einsum("bp,xpq,bq->xb", amounts.mean, scores.first, amounts.mean, optimize=True)
    with_factors = np.einsum("bpq,xpq->xb", amounts.square, scores.total, optimize=True)
    positive = np.where(variance > 0.0, variance, np.nan)
    count = len(amounts.exchanged)
    return Indices(
        mean + _centred(amounts, scores)[0],
        variance,
        np.vstack([*orders[:count], of_factors]) / positive,
        np.vstack([*orders[count:], with_factors]) / positive,
        1.0 - without_choices / positive,
        1.0 - without_data / positive,
    )


def _form(rows: Array, kernel: Array) -> Array:
    """Quadratic form of every sample, of the products that differ only."""
    used = np.flatnonzero(rows.any(axis=1))
    own = rows[used]
    found: Array = (own * (kernel[np.ix_(used, used)] @ own)).sum(axis=0)
    return found


def _left(base: Array, exchanged: Array, scores: ScoreMoments, shared: Array) -> Array:
    """Half the squared difference of two draws that share all inputs but those exchanged, its mean over the factors."""
    both = base * (scores.square @ base) + exchanged * (scores.square @ exchanged)
    found: Array = (0.5 * both - base * (shared @ exchanged)).sum(axis=0)
    return found


def interval(resampled: Array) -> tuple[Array, Array]:
    """The 95 % interval of the bootstrap, of arrays whose last axis is the estimate and its resamples.

    The samples are Sobol points, more even than the bootstrap takes them for: the interval is rather too wide.
    """
    low, high = np.quantile(resampled[..., 1:], (_LOW, _HIGH), axis=-1)
    return low, high
