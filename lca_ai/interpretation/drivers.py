"""What drives a case in one category: the indices by name, what to measure next, and both in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.impact.result import covered, percent
from lca_ai.interpretation.arrays import row_quantiles
from lca_ai.interpretation.linear import Draws, LinearModel, Number, Term
from lca_ai.interpretation.score_moments import used_rows
from lca_ai.interpretation.sobol import Indices, interval, product_amounts
from lca_ai.interpretation.tornado import HIGH, LOW, Swing, uncertain_inputs
from lca_ai.units import humanise, significant

Array = NDArray[np.float64]
_TOLD = 0.05  # of the variance: what is named beside the first
_MOST_TOLD = 3
_SMALL = 0.005  # of the variance: a share that is not told
_DIGITS = 12  # of a share: what is left of sums that cancel
_NUMBERS = ("category", "amount", "mean", "sd", "low", "high", "unit", "of_data", "of_choices", "of_both")
#: Columns of what to measure next.
NEXT = ("category", "input", "total", "low", "high", "low_if_known", "high_if_known", "unit", "spread", "basis",
        "source")  # fmt: skip


@dataclass(frozen=True)
class Ranked:
    """One input of a category: its indices with their intervals, and what is known of it.

    Attributes
    ----------
    first, total : share of the variance that it makes alone, and with all that it takes part in
    rank : by the total order, from 1
    """

    category: str
    input: str
    kind: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float
    rank: int
    spread: str
    basis: str
    source: str


@dataclass(frozen=True)
class CaseDraws:
    """Draws of a case, or of the difference of two."""

    model: LinearModel
    terms: tuple[Term, ...]
    drawn: Draws

    @cached_property
    def products(self) -> list[int]:
        """The products of the case, each once."""
        return product_amounts(self.model, self.terms)[0]

    @cached_property
    def amounts(self) -> Array:
        """Their amounts, shape (products, samples), or one column where they are certain."""
        return product_amounts(self.model, self.terms)[1](self.drawn.values)

    def impacts(self, category: int, known: str = "") -> Array:
        """Impacts in every draw, shape (samples,), with the figure ``known`` at its central value."""
        rows = used_rows(self.model.table.rows[category], self.products)
        scores, shoulders, amounts = self.drawn.scores, self.drawn.shoulders, self.amounts
        figures = [one.name for one in self.model.table.latents]
        if known in figures:
            others = (np.arange(len(figures)) != figures.index(known))[:, None]
            scores, shoulders = scores * others, shoulders * others
        elif known:
            pairs = zip(self.model.variables, self.drawn.values, strict=True)
            values: list[Number] = [one.value if one.name == known else value for one, value in pairs]
            amounts = product_amounts(self.model, self.terms)[1](values)
        found: Array = (amounts * (rows.exchanges @ rows.draw(scores, shoulders))).sum(axis=0)
        return found

    def central(self, category: int) -> float:
        """The central impact."""
        products, at = product_amounts(self.model, self.terms)
        return float(at(self.model.central)[:, 0] @ self.model.table.central[products, category])


@dataclass(frozen=True)
class Gaps:
    """What the cases have of a category: any figure, all figures, what share, and why it is not ranked."""

    known: bool
    complete: bool
    covered_share: float
    reason: str


@dataclass(frozen=True)
class Driven:
    """A category of a case, analysed.

    Attributes
    ----------
    ranked : inputs that bear on it, largest total order first
    variance, next : rows of :attr:`Sensitivity.variance` and :attr:`Sensitivity.measure_next`
    swings : of the tornado
    lower : share of the draws below zero: in which a difference is in favour of the first case
    """

    ranked: tuple[Ranked, ...]
    variance: dict[str, Any]
    next: dict[str, Any] | None
    swings: tuple[Swing, ...]
    lower: float


def driven(draws: CaseDraws, category: int, found: Indices, swings: Sequence[Swing], gaps: Gaps) -> Driven:
    """What drives one category.

    Parameters
    ----------
    swings : of every input
    """
    name = draws.model.table.categories[category]
    unit = tables.category_unit(name)
    told = {"complete": gaps.complete, "covered_share": gaps.covered_share, "reason": gaps.reason}
    if not gaps.known:
        return Driven((), dict.fromkeys(_NUMBERS, np.nan) | {"category": name, "unit": unit, **told}, None, (), np.nan)
    impacts = draws.impacts(category)
    low, high = _interval(impacts)
    of_data, of_choices = (round(float(one[0]), _DIGITS) + 0.0 for one in (found.data, found.choices))
    variance = {
        "category": name, "amount": draws.central(category), "mean": float(found.mean[0]),
        "sd": float(np.sqrt(found.variance[0])), "low": low, "high": high, "unit": unit, "of_data": of_data,
        "of_choices": of_choices, "of_both": round(1.0 - of_data - of_choices, _DIGITS) + 0.0, **told,
    }  # fmt: skip
    ranked = _ranked(name, draws, found, swings)
    datum = next((one for one in ranked if one.kind == "data"), None)
    row = None
    if datum is not None:
        known = _interval(draws.impacts(category, datum.input))
        row = dict(zip(NEXT, (name, datum.input, datum.total, low, high, *known, unit, datum.spread, datum.basis,
                              datum.source), strict=True))  # fmt: skip
    lower = float((impacts < 0.0).mean() + 0.5 * (impacts == 0.0).mean())
    return Driven(ranked, variance, row, tuple(swings), lower)


def _interval(impacts: Array) -> tuple[float, float]:
    low, high = row_quantiles(impacts[None].copy(), (LOW, HIGH))[:, 0].tolist()
    return low, high


def _ranked(category: str, draws: CaseDraws, found: Indices, swings: Sequence[Swing]) -> tuple[Ranked, ...]:
    known = {one.input: one for one in swings}
    columns = [found.first[:, 0], *interval(found.first), found.total[:, 0], *interval(found.total)]
    numbers = np.stack(columns, axis=1)
    names = [one.name for one in uncertain_inputs(draws.model, draws.terms)]
    bearing = np.flatnonzero(found.total[:, 0] > 0.0)
    order = bearing[np.argsort(-found.total[bearing, 0], kind="stable")]
    ranked = []
    for rank, index in enumerate(order.tolist(), start=1):
        own = known[names[index]]
        first, first_low, first_high, total, total_low, total_high = numbers[index].tolist()
        ranked.append(Ranked(category, own.input, own.kind, first, first_low, first_high, total, total_low, total_high,
                             rank, own.spread, own.basis, own.source))  # fmt: skip
    return tuple(ranked)


def sentence(one: Driven, cases: Sequence[str], draws: int) -> str:
    """What drives a category, what would change the order of two cases, what to measure next."""
    category, unit = str(one.variance["category"]), str(one.variance["unit"])
    if np.isnan(one.variance["amount"]):
        return f"{category}: {one.variance['reason']}."
    told = []
    if len(cases) > 1 and one.variance["amount"] == one.variance["sd"] == 0.0:
        told.append(f"{cases[0]} and {cases[1]} do not differ.")
    elif len(cases) > 1:
        told.append(f"{cases[0]} is lower than {cases[1]} in {_often(one.lower)} of {draws:,} draws.")
    if one.ranked:
        told.append(_drivers(one, "variance of the difference" if len(cases) > 1 else "variance"))
        told += _order(one) if len(cases) > 1 else []
    else:
        told.append("No uncertain figure bears on it.")
    if one.next is not None:
        now, then = (
            f"{humanise(one.next[low], unit)} to {humanise(one.next[high], unit)}"
            for low, high in (("low", "high"), ("low_if_known", "high_if_known"))
        )
        told.append(f"Measure or source {one.next['input']} first: at its central value, the 5 to 95 % interval would "
                    f"be about {then}; now it is {now}.")  # fmt: skip
    if one.variance["reason"]:
        told.append(f"Not ranked: {one.variance['reason']}.")
    elif not one.variance["complete"]:
        told.append(f"Incomplete: covers {covered(float(one.variance['covered_share']), complete=False)}.")
    return f"{category}: {' '.join(told)}"


def _often(share: float) -> str:
    if share in {0.0, 1.0}:
        return "all" if share else "none"
    return percent(share) if share > 0.001 else "<0.1 %"  # noqa: PLR2004 (the last digit shown)


def _drivers(one: Driven, variance: str) -> str:
    top, *rest = one.ranked
    known = "; ".join(filter(None, (top.spread, top.source.replace(";", ", "))))
    alone = f", {percent(top.first)} by itself" if top.total - top.first > _TOLD else ""
    others = [f"{each.input} ({percent(each.total)})" for each in rest[: _MOST_TOLD - 1] if each.total > _TOLD]
    text = f"{percent(top.total)} of the {variance} hangs on {top.input} ({known}){alone}"
    text += f", then {' and '.join(others)}." if others else "."
    if top.kind == "choice":
        text += f" {top.input[0].upper()}{top.input[1:]} is a choice of the study: to be decided, not measured."
    shares = [float(one.variance[key]) for key in ("of_choices", "of_data", "of_both")]
    if shares[0] + shares[2] > _SMALL:
        both = f", both together {percent(shares[2])}" if shares[2] > _SMALL else ""
        text += f" Choices make {percent(shares[0])} of it, data {percent(shares[1])}{both}."
    return text


def _order(one: Driven) -> list[str]:
    """What turns the order of two cases: an input that alone, within its range, takes the difference across zero."""
    turning = []
    for each in sorted(one.swings, key=lambda each: -each.swing):
        for value, amount in ((each.low, each.amount_low), (each.high, each.amount_high)):
            if amount * each.amount < 0.0:
                where = f" at {significant(value)} {each.input_unit}".rstrip() if np.isfinite(value) else ""
                turning.append(f"{each.input}{where}")
    if not turning:
        return ["No figure alone, within its 5 to 95 % range, turns the order."]
    more = f" and {len(turning) - _MOST_TOLD} more" if len(turning) > _MOST_TOLD else ""
    return [f"The order turns with {', or '.join(turning[:_MOST_TOLD])}{more}, all others as they are."]
