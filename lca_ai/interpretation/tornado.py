"""One figure at a time: each uncertain input at the low and at the high end of its range, all others as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from lca_ai import tables
from lca_ai.interpretation import sampling
from lca_ai.interpretation.cases import Assembled
from lca_ai.interpretation.completeness import category_index
from lca_ai.interpretation.factor_table import FactorRows, Latent, name_of
from lca_ai.interpretation.linear import LinearModel, Number, Term, Variable
from lca_ai.interpretation.score_moments import at_scores, ratios_of_sources, used_rows
from lca_ai.interpretation.sobol import product_amounts, variables_of
from lca_ai.inventory.activity_factors import spread_of
from lca_ai.models.distributions import Choice, Distribution
from lca_ai.own_tables import using
from lca_ai.sources import Factor, join

Array = NDArray[np.float64]
Index = NDArray[np.intp]
LOW, HIGH = 0.05, 0.95
#: Source of the spreads of the grades.
_GRADES = "lca-ai-convention"
_ENDS: Array = special.ndtri(np.array([LOW, HIGH]))
_COLUMNS = ["category", "input", "low", "high", "input_unit", "amount_low", "amount_high", "amount", "unit", "swing",
            "spread", "kind", "basis", "source"]  # fmt: skip


@dataclass(frozen=True)
class Swing:
    """One uncertain figure in one category: what it is, its ends, and the impact there; see :func:`tornado`."""

    category: str
    input: str
    low: float
    high: float
    input_unit: str
    amount_low: float
    amount_high: float
    amount: float
    unit: str
    spread: str
    kind: str
    basis: str
    source: str

    @property
    def swing(self) -> float:
        """Distance between the impacts at the two ends."""
        return abs(self.amount_high - self.amount_low)


def uncertain_inputs(model: LinearModel, terms: Sequence[Term]) -> tuple[Variable | Latent, ...]:
    """What has a spread: the variables behind the terms of a case, then all figures of the factors."""
    own = (model.variables[index] for index in variables_of(model, terms))
    return (*(one for one in own if one.spread is not None), *model.table.latents)


def terms_of(found: Assembled, case_index: int, less: int | None = None) -> tuple[Term, ...]:
    """The terms of a case; of its difference from another one where ``less`` names one."""
    terms = found.items[case_index].terms
    if less is None:
        return terms
    return (*terms, *(replace(term, weight=-term.weight) for term in found.items[less].terms))


def tornado(
    found: Assembled, case_index: int = 0, *, less: int | None = None, categories: Iterable[str] | None = None
) -> pd.DataFrame:
    """What each uncertain figure alone does to a case, widest swing first in each category.

    Parameters
    ----------
    less : another case: what each does to the difference of the two
    categories : those of interest; all where not given

    Returns
    -------
    One row per category and input that bears on it: ``low`` and ``high`` (its 5 and 95 % points in ``input_unit``; of
    a choice, the options with the least and the most impact), ``amount_low`` and ``amount_high`` (the impact per
    reference flow there, all other figures central), ``amount`` (central), ``unit``, ``swing`` (the distance between
    the two), ``spread``, ``kind`` ("data" or "choice"), ``basis`` and ``source``. An input behind several factors of
    different size is told as their ratio to what they are.

    Raises
    ------
    UnknownKeyError : for a category that the method does not have
    """
    model, terms = found.model, terms_of(found, case_index, less)
    known = model.table.categories
    wanted = list(known) if categories is None else list(dict.fromkeys(categories))
    with using(found.cases.tables):
        swings = Swings(found, terms)
        return swings_table([swings.of(category_index(known, name)) for name in wanted])


def swings_table(by_category: Iterable[Sequence[Swing]]) -> pd.DataFrame:
    """The table of :func:`tornado`, of the inputs that move a result."""
    rows = [
        (*vars(one).values(), one.swing)
        for many in by_category
        for one in sorted(many, key=lambda one: -one.swing)
        if one.swing > 0.0
    ]
    names = [*(one.name for one in fields(Swing)), "swing"]
    return pd.DataFrame(rows, columns=names)[_COLUMNS]


class Swings:
    """The ends of every input of a case."""

    def __init__(self, found: Assembled, terms: Sequence[Term]) -> None:
        self.model = model = found.model
        self.products, at = product_amounts(model, terms)
        self.central = at(model.central)[:, 0]
        self.factors = factors_by_name(found)
        self.variables: list[tuple[Variable, Array, Array]] = []
        for index in variables_of(model, terms):
            one = model.variables[index]
            if one.spread is not None:
                points = np.clip(sampling.values(one.spread, _nodes(one.spread)), one.low, one.high)
                values: list[Number] = [points if place == index else v for place, v in enumerate(model.central)]
                self.variables.append((one, points, at(values)))

    def of(self, category: int) -> list[Swing]:
        """Every variable, and the figures of the factors that are behind the products of the case."""
        table = self.model.table
        name, scores = table.categories[category], table.central[self.products, category]
        amount, unit = float(self.central @ scores), tables.category_unit(table.categories[category])
        found = [
            _swing(name, one, points, one.unit, scores @ amounts, (amount, unit), (
                told(one.spread, one.unit), one.basis, ";".join(one.sources)))
            for one, points, amounts in self.variables if one.spread is not None
        ]  # fmt: skip
        rows = used_rows(table.rows[category], self.products)
        weights = self.central @ rows.exchanges
        for figure in np.unique(np.concatenate([rows.latent, rows.source])).tolist():
            if figure < 0:
                continue
            latent = table.latents[figure]
            known = self.factors[name].get(latent.name.replace("source of", "factors of", 1), [])
            input_unit = f"{unit}/{known[0].per}" if known else ""
            points, change = self._factor(rows, weights, figure)
            spread = _spread(rows, figure, known, input_unit)
            if not np.isfinite(points).all():
                points, input_unit = self._ratio(rows, figure), "of what it is"
            found.append(_swing(name, latent, points, input_unit, amount + change, (amount, unit), spread))
        return found

    def _factor(self, rows: FactorRows, weights: Array, figure: int) -> tuple[Array, Array]:
        """Values of a factor at its ends (NaN of several that differ), and what they change in the case."""
        values, members = self._values(rows, figure)
        change = weights[members] @ (values - rows.amounts[members, None])
        alike = np.unique(rows.amounts[members]).size == 1
        return (values[0] if alike else np.full(values.shape[1], np.nan)), change

    def _values(self, rows: FactorRows, figure: int) -> tuple[Array, Index]:
        members = np.flatnonzero(rows.latent == figure)
        if not len(members):
            members = np.flatnonzero(rows.source == figure)
            return rows.amounts[members, None] * ratios_of_sources(rows)[members], members
        given = next((rows.own[one] for one in members.tolist() if one in rows.own), None)
        own = at_scores(rows, len(self.model.table.latents), _nodes(given))
        return own[members], members

    def _ratio(self, rows: FactorRows, figure: int) -> Array:
        values, members = self._values(rows, figure)
        ratios = values / rows.amounts[members, None]
        found: Array = np.where(np.ptp(ratios, axis=0) <= 1e-9 * np.abs(ratios[0]), ratios[0], np.nan)
        return found


def _swing(  # noqa: PLR0913 (the columns of the table)
    category: str,
    one: Variable | Latent,
    points: Array,
    input_unit: str,
    amounts: Array,
    central: tuple[float, str],
    spread: tuple[str, str, str],
) -> Swing:
    options = one.choice if isinstance(one, Latent) else isinstance(one.spread, Choice)
    ends = (int(np.argmin(amounts)), int(np.argmax(amounts))) if options else (0, 1)
    values = [float(array[end]) for array in (points, amounts) for end in ends]
    kind = "choice" if one.choice else "data"
    told_of, basis, source = spread
    return Swing(category, one.name, values[0], values[1], input_unit, values[2], values[3], *central, told_of, kind,
                 basis, source)  # fmt: skip


def _nodes(given: Distribution | None) -> Array:
    """Standard normal scores of the ends of a distribution; of a choice, of every option."""
    if not isinstance(given, Choice):
        return _ENDS
    shares = np.ones(len(given.values)) if given.weights is None else np.array(given.weights)
    shares = shares[shares > 0.0] / shares.sum()
    found: Array = special.ndtri(np.cumsum(shares) - 0.5 * shares)
    return found


def factors_by_name(found: Assembled) -> Mapping[str, Mapping[str, list[Factor]]]:
    """Category -> name of an uncertain figure -> the factors behind it."""
    by_name: dict[str, dict[str, list[Factor]]] = {category: {} for category in found.model.table.categories}
    for process in found.builder.system.processes.values():
        for category, known in by_name.items():
            for factor in process.factors_in(category):
                known.setdefault(name_of(factor), []).append(factor)
    return by_name


def _spread(rows: FactorRows, figure: int, known: Sequence[Factor], unit: str) -> tuple[str, str, str]:
    """The spread of a figure of the factors in one category in words, its basis and its sources."""
    members = np.flatnonzero(rows.latent == figure).tolist()
    cited = [name for one in known for name in one.sources]
    if not members:
        options = next(len(rows.options[one]) for one in np.flatnonzero(rows.source == figure).tolist())
        return f"{options} sources", "published", join(cited)
    given = next((rows.own[one] for one in members if one in rows.own), None)
    if given is not None:
        return told(given, unit), "given", "study"
    spread = next((one for one in map(spread_of, known) if one is not None), None)
    if isinstance(spread, tuple):
        return f"range {spread[0]:.4g} to {spread[1]:.4g} {unit}".rstrip(), "published", join(cited)
    size = "" if spread is None else f"geometric standard deviation {spread:.3g} of the grade {known[0].grade}"
    return size, "published", join([*cited, _GRADES])


def told(given: Distribution, unit: str) -> str:
    """A distribution in words.

    >>> from lca_ai.models.distributions import Normal, Range
    >>> told(Normal(mean=2.0, sd=0.1), "kWh"), told(Range(1.0, 2.0, 8.0), "year")
    ('normal: mean 2, sd 0.1 kWh', 'range 1 to 8 year')
    """
    data = given.model_dump()
    kind = str(data.pop("type"))
    if {"low", "high"} <= set(data):
        return f"{kind} {_short(data['low'])} to {_short(data['high'])} {unit}".rstrip()
    parts = [f"{name} {_short(value)}" for name, value in data.items() if value is not None]
    return f"{kind}: {', '.join(parts)} {unit}".rstrip()


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_short, value[:4])) + (" ..." if len(value) > 4 else "")  # noqa: PLR2004 (most that is told)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
