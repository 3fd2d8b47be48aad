"""Moments of the unit scores of products, and what each uncertain figure of the factors has of them: exact.

A score is a sum of exchange x factor; a factor is a function of one figure, times the choice of its source where that
is drawn. Means and mean products follow from integrals over one standard normal score: Gauss-Legendre between the
points where a distribution jumps or bends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lca_ai.interpretation import sampling
from lca_ai.interpretation.factor_table import FactorRows, FactorTable
from lca_ai.models.distributions import Choice, Distribution, Empirical, Triangular

Array = NDArray[np.float64]
Index = NDArray[np.intp]
#: Beyond it no square of a factor has weight, up to a geometric standard deviation of 50.
_END, _PANELS, _ORDER = 16.0, 16, 16


@dataclass(frozen=True)
class ScoreMoments:
    """Moments of the scores of some products in one category.

    Attributes
    ----------
    mean : shape (products,)
    square, covariance : mean products, and covariances, shape (products, products)
    square_of_data, square_of_choices : mean products of two draws that share only the data, or only the choices
    first, total : part of the mean product that is of each figure alone, and of all that it takes part in, shape
        (figures, products, products)
    """

    mean: Array
    square: Array
    covariance: Array
    square_of_data: Array
    square_of_choices: Array
    first: Array
    total: Array


def used_rows(rows: FactorRows, products: Sequence[int]) -> FactorRows:
    """The factors that some products use, in their order; the products are the rows of ``exchanges``."""
    taken = rows.exchanges[list(products)]
    used = np.unique(taken.nonzero()[1]).astype(np.intp)
    place = {int(row): index for index, row in enumerate(used)}
    return FactorRows(
        taken[:, used],
        rows.amounts[used],
        rows.latent[used],
        rows.kinds[used],
        rows.down[used],
        rows.up[used],
        {place[row]: given for row, given in rows.own.items() if row in place},
        {place[row]: ratios for row, ratios in rows.options.items() if row in place},
        rows.source[used],
    )


def at_scores(rows: FactorRows, figures: int, scores: Array) -> Array:
    """The factors where every figure has the same standard normal score, without the choice of a source.

    Returns
    -------
    shape (factors, scores)
    """
    shape = (figures, len(scores))
    shoulders = np.broadcast_to(sampling.shoulders(scores), shape)
    return replace(rows, options={}).draw(np.broadcast_to(scores, shape), shoulders)


def ratios_of_sources(rows: FactorRows) -> Array:
    """The factors of every source over the one that is used, each as often as the others, shape (factors, options)."""
    size = math.lcm(*(len(ratios) for ratios in rows.options.values()))
    found = np.ones((len(rows.amounts), size))
    uniform = (np.arange(size) + 0.5) / size
    for row, ratios in rows.options.items():
        found[row] = ratios[sampling.picked(None, len(ratios), uniform)]
    return found


def score_moments(table: FactorTable, category: int, products: Sequence[int]) -> ScoreMoments:
    """Moments of the scores of some products in a category."""
    rows = used_rows(table.rows[category], products)
    figures = len(table.latents)
    exchanges = rows.exchanges.toarray()
    nodes, weights = quadrature(rows.own.values())
    ratios = ratios_of_sources(rows)
    own = _Moments(at_scores(rows, figures, nodes), weights, rows.latent)
    source = _Moments(ratios, np.full(ratios.shape[1], 1.0 / ratios.shape[1]), rows.source)
    choice = np.array([one.choice for one in table.latents], dtype=bool)

    def of_products(of_factors: Array, chosen: Index | slice = slice(None)) -> Array:
        taken = exchanges[:, chosen]
        found: Array = taken @ of_factors @ taken.T
        return found

    first, total = np.zeros((2, figures, len(products), len(products)))
    for one, other in ((own, source), (source, own)):
        for figure in np.unique(one.figure[one.figure >= 0]).tolist():
            chosen = np.flatnonzero(one.figure == figure)
            pairs = np.ix_(chosen, chosen)
            covariance = (one.together - one.apart)[pairs]
            first[figure] = of_products(covariance * other.apart[pairs], chosen)
            total[figure] = of_products(covariance * other.together[pairs], chosen)
    together = own.together * source.together
    return ScoreMoments(
        exchanges @ (own.mean * source.mean),
        of_products(together),
        of_products(together - own.apart * source.apart),
        of_products(own.shared(~choice) * source.shared(~choice)),
        of_products(own.shared(choice) * source.shared(choice)),
        first,
        total,
    )


class _Moments:
    """Mean products of factors: of those that follow one figure, and as if each followed its own."""

    def __init__(self, values: Array, weights: Array, figure: Index) -> None:
        self.figure = figure
        self.mean: Array = values @ weights
        self.apart: Array = np.outer(self.mean, self.mean)
        same = (figure[:, None] == figure) & (figure >= 0)
        self.together: Array = np.where(same, (values * weights) @ values.T, self.apart)

    def shared(self, figures: NDArray[np.bool_]) -> Array:
        """Mean products where only some figures are the same in both."""
        if not len(figures):
            return self.apart
        found: Array = np.where((figures[self.figure] & (self.figure >= 0))[:, None], self.together, self.apart)
        return found


def quadrature(given: Iterable[Distribution] = ()) -> tuple[Array, Array]:
    """Points and weights of an integral over a standard normal score, of functions smooth but for some distributions.

    >>> points, weights = quadrature()
    >>> round(float(weights @ points**4), 12)
    3.0
    """
    breaks = [np.linspace(-_END, _END, _PANELS + 1), *(_breaks(one) for one in given)]
    edges = np.unique(np.clip(np.concatenate(breaks), -_END, _END))
    points, weights = np.polynomial.legendre.leggauss(_ORDER)
    half = 0.5 * np.diff(edges)[:, None]
    nodes = (edges[:-1, None] + half + half * points).ravel()
    density = np.exp(-0.5 * nodes**2) / math.sqrt(2.0 * math.pi)
    return nodes, (half * weights).ravel() * density


def _breaks(given: Distribution) -> Array:
    """Standard normal scores at which a distribution jumps or bends, beside 0."""
    match given:
        case Choice():
            shares = np.ones(len(given.values)) if given.weights is None else np.array(given.weights)
            uniform = np.cumsum(shares)[:-1] / shares.sum()
        case Empirical():
            uniform = np.arange(1, len(given.values)) / len(given.values)
        case Triangular():
            low, mode, high = (float(str(one)) for one in (given.low, given.mode, given.high))
            uniform = np.array([(mode - low) / (high - low)])
        case _:
            return np.zeros(0)
    found: Array = special.ndtri(uniform)
    return found
