"""The factors behind some products as a linear table: scores of products = exchanges x factors, per category.

One uncertain figure per activity, part, life cycle stage and geography: whatever product or category uses it uses the
same draw. The errors of one inventory in its several categories are thereby taken as one, so no result within a
category changes; only sums over categories would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lca_ai.impact.engine import UnitScores
from lca_ai.interpretation import sampling
from lca_ai.inventory.activity_factors import alternatives, spread_of
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE, ProductSystem
from lca_ai.inventory.technology import characterisation_factors
from lca_ai.models.distributions import Choice, Distribution, Lognormal, Range
from lca_ai.sources import Factor

Array = NDArray[np.float64]
_WATER = ("water, consumed", "water", WATER_USE)
_LOGNORMAL, _RANGE, _FIXED, _OWN = range(4)
_CENTRES = ("median", "mode", "mean")


@dataclass(frozen=True)
class FactorRows:
    """The factors of one category.

    Attributes
    ----------
    exchanges : amount of each factor in one unit of each product, shape (products, factors), sparse
    amounts : the factors, in the unit of the category per unit of their activity
    latent : which uncertain figure each follows; -1 for one without a spread
    kinds, down, up : shape of the spread: lognormal (``up`` is the logarithm of the geometric standard deviation), a
        range (logarithms of the ends over the amount), none, or a distribution of its own
    own : row -> distribution that was given for it
    options : row -> amounts that other sources have, after its own, over its own
    source : which uncertain choice of a source each follows; -1 for none
    """

    exchanges: sparse.csr_array
    amounts: Array
    latent: NDArray[np.intp]
    kinds: NDArray[np.intp]
    down: Array
    up: Array
    own: Mapping[int, Distribution] = field(default_factory=dict)
    options: Mapping[int, Array] = field(default_factory=dict)
    source: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def draw(self, scores: Array, shoulders: Array, selection: slice = slice(None)) -> Array:
        """The factors in each draw, shape (factors, draws).

        Parameters
        ----------
        scores : standard normal scores of every uncertain figure, shape (figures, samples)
        shoulders : the same as :func:`sampling.shoulders` of them
        selection : the draws
        """
        size = len(range(*selection.indices(scores.shape[1])))
        found = np.repeat(self.amounts[:, None], size, axis=1)
        of_lognormal = np.flatnonzero(self.kinds == _LOGNORMAL)
        found[of_lognormal] *= np.exp(self.up[of_lognormal, None] * scores[self.latent[of_lognormal], selection])
        of_range = np.flatnonzero(self.kinds == _RANGE)
        out = shoulders[self.latent[of_range], selection]
        ends = np.where(out < 0.0, self.down[of_range, None], self.up[of_range, None])
        found[of_range] *= np.exp(ends * np.abs(out))
        for row, given in self.own.items():
            found[row] = sampling.values(given, scores[self.latent[row], selection])
        for row, ratios in self.options.items():
            uniform = _uniform(scores[self.source[row], selection])
            found[row] *= ratios[sampling.picked(None, len(ratios), uniform)]
        return found

    def moments(self) -> tuple[Array, Array]:
        """Mean and variance of each factor, in closed form."""
        pairs = [self._moments(row) for row in range(len(self.amounts))]
        first, second = (np.array(column, dtype="float64") for column in zip(*pairs, strict=True)) if pairs else (
            np.zeros(0), np.zeros(0))  # fmt: skip
        return first, np.maximum(second - first**2, 0.0)

    def _moments(self, row: int) -> tuple[float, float]:
        amount, kind = float(self.amounts[row]), self.kinds[row]
        if kind == _OWN:
            mean, square = sampling.moments(self.own[row])
        elif kind == _LOGNORMAL:
            mean, square = sampling.moments(Lognormal(median=1.0, gsd=float(np.exp(self.up[row]))))
            mean, square = mean * amount, square * amount**2
        elif kind == _RANGE:
            down, up = float(np.exp(self.down[row])), float(np.exp(self.up[row]))
            mean, square = sampling.moments(Range.model_construct(low=down, median=1.0, high=up))
            mean, square = mean * amount, square * amount**2
        else:
            mean, square = amount, amount**2
        ratios = self.options.get(row)
        return (mean, square) if ratios is None else (mean * ratios.mean(), square * (ratios**2).mean())


@dataclass(frozen=True)
class Latent:
    """An uncertain figure of the factors: its name, whether it is a choice, and where its spread comes from."""

    name: str
    choice: bool
    spread: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class FactorTable:
    """The factors of every category, and the uncertain figures that they follow."""

    categories: tuple[str, ...]
    products: tuple[str, ...]
    rows: tuple[FactorRows, ...]
    latents: tuple[Latent, ...]
    without_spread: tuple[str, ...]
    central: Array
    """Scores of the products without any spread, shape (products, categories), from the engine."""

    def moments(self, category: int) -> tuple[Array, Array]:
        """Mean of each product and covariance between products, shapes (products,) and (products, products)."""
        rows = self.rows[category]
        mean, variance = rows.moments()
        between = rows.exchanges @ sparse.diags_array(variance) @ rows.exchanges.T if len(variance) else None
        covariance = np.zeros((len(self.products),) * 2) if between is None else between.toarray()
        return rows.exchanges @ mean, covariance


@dataclass
class _Builder:
    """Rows of one category as they are found."""

    index: dict[object, int] = field(default_factory=dict)
    factors: list[Factor] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)
    entries: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    changed: bool = False


Given = Callable[[str, str], Distribution | float | str | None]


def factor_table(
    system: ProductSystem, scores: UnitScores, *, given: Given = lambda _name, _category: None, sources: bool = False
) -> FactorTable:
    """The factors behind the products of ``scores``.

    Parameters
    ----------
    given : (name of an uncertain figure, category) -> what stands in place of the known distribution: another one, a
        number, or "central" for none; None where nothing does
    sources : whether one of the sources of a figure is drawn, where there are several
    """
    characterised = characterisation_factors()[_WATER]
    builders = [_Builder() for _ in scores.categories]
    for product, process in zip(*np.nonzero(scores.requirements), strict=True):
        own = system.processes[scores.processes[process]]
        for place, category in enumerate(scores.categories):
            for one in own.factors_in(category):
                weight = characterised if one.category == WATER_CONSUMPTION and category == WATER_USE else 1.0
                _add(builders[place], int(product), one, weight, float(scores.requirements[product, process]))
    latents = _Latents(given=given, sources=sources)
    rows = tuple(
        latents.rows(builder, category, len(scores.products))
        for builder, category in zip(builders, scores.categories, strict=True)
    )
    column = {name: index for index, name in enumerate(scores.processes)}
    central = scores.whole[[column[name] for name in scores.products]]
    for place, (builder, of_category) in enumerate(zip(builders, rows, strict=True)):
        if builder.changed:  # the engine solved the figures as they are in the tables
            central[:, place] = of_category.exchanges @ of_category.amounts
    told = tuple(latents.found.values())
    return FactorTable(
        scores.categories, scores.products, rows, told, tuple(sorted(latents.without - {one.name for one in told})),
        central,
    )  # fmt: skip


def _add(builder: _Builder, product: int, factor: Factor, weight: float, amount: float) -> None:
    key = (*_identity(factor), factor.amount, factor.low, factor.high, factor.grade, weight)
    row = builder.index.setdefault(key, len(builder.index))
    if row == len(builder.factors):
        builder.factors.append(factor)
        builder.amounts.append(factor.amount * weight)
    builder.entries[product, row] += amount


def _identity(factor: Factor) -> tuple[str, str, str, str]:
    return factor.activity, factor.part, factor.stage, factor.geography


def name_of(factor: Factor) -> str:
    """What the uncertain figure behind a factor is called, e.g. ``factors of coal (IN)``."""
    part = f": {factor.part}" if factor.part else ""
    stage = "" if factor.stage in {"use", ""} else f", {factor.stage}"
    place = f" ({factor.geography})" if factor.geography else ""
    return f"factors of {factor.activity}{part}{stage}{place}"


@dataclass
class _Latents:
    """Uncertain figures by name, in the order they are met, and the rows that follow them."""

    given: Given
    sources: bool
    found: dict[str, Latent] = field(default_factory=dict)
    index: dict[str, int] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)

    def _follow(self, name: str, *, choice: bool, spread: str, cited: Sequence[str]) -> int:
        self.found.setdefault(name, Latent(name, choice, spread, tuple(cited)))
        return self.index.setdefault(name, len(self.index))

    def rows(self, builder: _Builder, category: str, products: int) -> FactorRows:
        """Rows of one category."""
        size = len(builder.factors)
        latent, source = np.full(size, -1, dtype=np.intp), np.full(size, -1, dtype=np.intp)
        kinds, down, up = np.full(size, _FIXED, dtype=np.intp), np.zeros(size), np.zeros(size)
        own: dict[int, Distribution] = {}
        options: dict[int, Array] = {}
        for row, (factor, amount) in enumerate(zip(builder.factors, builder.amounts, strict=True)):
            name = name_of(factor)
            given, spread = self.given(name, category), spread_of(factor)
            if isinstance(given, str):
                self.without.add(name)
            elif isinstance(given, float):
                builder.amounts[row] = given
                builder.changed = True
                self.without.add(name)
            elif given is not None:
                own[row] = sampling.in_numbers(given, value=amount, unit=factor.unit, field=f"{name}, {category}")
                kinds[row] = _OWN
                centre = next(
                    (float(found) for found in (getattr(own[row], one, None) for one in _CENTRES) if found), None
                )
                if centre is not None and centre != amount:
                    builder.amounts[row], builder.changed = centre, True
                latent[row] = self._follow(name, choice=isinstance(given, Choice), spread="given", cited=("study",))
            elif spread is None:
                self.without.add(name)
            elif isinstance(spread, tuple):
                kinds[row], (down[row], up[row]) = _RANGE, _ends(spread, factor.amount)
                latent[row] = self._follow(name, choice=False, spread="stated range", cited=factor.sources)
            else:
                kinds[row], up[row] = _LOGNORMAL, np.log(spread)
                latent[row] = self._follow(name, choice=False, spread=f"default of the grade {factor.grade}",
                                           cited=("lca-ai-convention",))  # fmt: skip
            others = _others(factor, category) if self.sources and given is None else ()
            if others:
                options[row] = np.array([1.0, *(other / factor.amount for other in others)])
                name = name.replace("factors of", "source of", 1)
                source[row] = self._follow(name, choice=True, spread="several sources", cited=factor.sources)
        pairs = list(builder.entries)
        places = ([one for one, _ in pairs], [other for _, other in pairs])
        exchanges = sparse.csr_array((list(builder.entries.values()), places), shape=(products, size))
        return FactorRows(exchanges, np.array(builder.amounts), latent, kinds, down, up, own, options, source)


def _ends(spread: tuple[float, float], amount: float) -> tuple[float, float]:
    """Logarithms of the ends of a range over its amount; of a negative amount, those of its size."""
    if spread[0] <= 0.0 <= spread[1]:
        raise AssertionError("a stated range of a factor spans zero: check-data refuses it")
    near, far = (np.log(end / amount) for end in spread)
    return (float(near), float(far)) if near <= far else (float(far), float(near))


def _others(factor: Factor, category: str) -> tuple[float, ...]:
    """What other sources have for a factor, each once, where it is of the same sign."""
    if not factor.amount:
        return ()
    found = alternatives(factor.activity, factor.part, factor.stage, category)
    amounts = dict.fromkeys(float(str(one["amount"])) for one in found)
    return tuple(one for one in amounts if one / factor.amount > 0.0 and one != factor.amount)


def _uniform(scores: Array) -> Array:
    from scipy.special import ndtr

    found: Array = ndtr(scores)
    return found
