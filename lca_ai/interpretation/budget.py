"""``largest``: how much of a study fits a budget of impacts, at a stated confidence; or which value of an input does.

The impacts of ``n`` reference flows are ``n`` times those of one, so that the largest ``n`` of which a share ``p`` of
the draws stays within the budget is the budget over the ``p``-quantile of the impacts: no search is needed. What one
input may be is found by bisection on the compiled model, all draws at once, since the impacts are monotone in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import tables as data
from lca_ai import units
from lca_ai.errors import StudyError, did_you_mean
from lca_ai.interpretation.cases import Subject
from lca_ai.interpretation.compiled import CompiledModel
from lca_ai.interpretation.compiled import compile as compiled_of
from lca_ai.interpretation.completeness import Completeness, category_index, completeness
from lca_ai.interpretation.figures import Inputs
from lca_ai.interpretation.given import ABOVE_ZERO
from lca_ai.interpretation.linear import Draws, LinearModel, Number, Term, Variable, draw
from lca_ai.interpretation.within import budgets_of
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.study import Study
from lca_ai.own_tables import OwnTables, using

Array = NDArray[np.float64]
_MEDIAN = 0.5
_FAR = 1e12  # times the value of an input: where one without an upper bound is taken to end
_STEPS = 200
_CLOSE = 1e-12  # relative width at which the bisection ends
#: Inputs that others are divided by: none of them is 0.
_DIVISORS = ABOVE_ZERO - {"energy", "power"}
LEVELS = ("at_confidence", "median", "central")


@dataclass(frozen=True)
class Largest:
    """What fits a budget.

    Attributes
    ----------
    table : what fits: ``quantity``, ``at_confidence`` (so much, or of an input so little or so much, that a share
        ``confidence`` of the draws stays within all budgets), ``median`` (half of them), ``central`` (by the central
        estimate), ``unit``, ``bound`` ("at most", or of an input "at least")
    budgets : per category ``budget``, ``unit``, ``impact`` (central) and ``impact_at_confidence`` of one reference
        flow, ``flows_at_confidence`` (reference flows that fit it alone), ``binding``, ``complete`` and ``reason``
    of : the input whose value is asked for; empty where it is how much fits
    """

    name: str
    of: str
    confidence: float
    table: pd.DataFrame
    budgets: pd.DataFrame
    samples: int
    seed: int
    scope: GoalAndScope

    @property
    def binding(self) -> str:
        """The category whose budget is used up first."""
        return str(self.budgets.loc[self.budgets["binding"], "category"].iloc[0])

    @property
    def guaranteed(self) -> bool:
        """Whether every budgeted category has a figure for all parts; else less may fit than what is told."""
        return bool(self.budgets["complete"].all())

    def __getitem__(self, what: str) -> float:
        """What fits at the confidence, by the name of its row.

        Raises
        ------
        StudyError : for a name of no row
        """
        found = self.table[self.table["quantity"] == what]
        if found.empty:
            raise StudyError("no such quantity", value=what, accepted=did_you_mean(what, self.table["quantity"]))
        return float(found["at_confidence"].iloc[0])

    def summary(self) -> str:
        """What fits, what binds, and whether that is a guarantee."""
        within = " and ".join(f"{units.significant(row['budget'])} {row['unit']} of {row['category']}"
                              for row in self.budgets.to_dict("records"))  # fmt: skip
        flow = self.scope.functional_unit
        lines = [f"{self.name}, within {within}", f"in {self.confidence:.0%} of {self.samples:,} draws", ""]
        if self.of:
            size = f"{flow.reference_flow.magnitude:,.12g} {flow.reference_flow.units:~}"
            lines[1:2] = [
                f"of one reference flow, {flow.description} ({size}), {lines[1]}",
                f"{self.of} is that of the workload as a whole; a bound that is the physical one leaves all of it",
            ]
        width = max(map(len, self.table["quantity"]))
        lines += [
            f"{row['quantity']:<{width}}  {row['bound']} {_told(row['at_confidence'])} {_unit(row['unit'])}"
            f"(median {_told(row['median'])}, central {_told(row['central'])})"
            for row in self.table.to_dict("records")
        ]
        lines += ["", f"{self.binding} binds"] if len(self.budgets) > 1 else []
        open_ = self.budgets[~self.budgets["complete"]].to_dict("records")
        lines += ["", "no guarantee: less may fit, since a part has no figure"] if open_ else []
        return "\n".join([*lines, *(f"{row['category']}: {row['reason']}" for row in open_)])

    def __str__(self) -> str:
        return self.summary()

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data; what has no bound is None."""
        from lca_ai.impact.result import records

        finite = self.table.replace([math.inf, -math.inf], math.nan)
        return {
            "name": self.name, "of": self.of, "confidence": self.confidence, "samples": self.samples,
            "seed": self.seed, "goal_and_scope": self.scope.model_dump(mode="json"), "binding": self.binding,
            "guaranteed": self.guaranteed, "table": records(finite),
            "budgets": records(self.budgets.replace([math.inf, -math.inf], math.nan)),
        }  # fmt: skip


def _unit(unit: str) -> str:
    """A unit and a space; nothing for a plain number."""
    return f"{unit} " if unit not in {"", "1"} else ""


def _told(value: float) -> str:
    return "any" if math.isinf(value) else units.significant(value, digits=4)


def largest(  # noqa: PLR0913 (what a simulation is made of, and the question)
    subject: Subject | CompiledModel,
    scope: GoalAndScope | None = None,
    *,
    within: Any,
    confidence: float = 0.95,
    of: str | None = None,
    samples: int = 4096,
    seed: int = 0,
    inputs: Inputs | None = None,
    correlated: Mapping[str, float] | None = None,
    choices: Iterable[str] | bool | None = None,
    tables: OwnTables | None = None,
) -> Largest:
    """How much of a study fits a budget of impacts; or which value of one input makes one reference flow fit it.

    Parameters
    ----------
    subject : a study, a workload, several; or a compiled model, whose inputs and choices hold
    within : the budget: ``"1 tonne CO2e"``, of the category that its unit is of; or ``{category: budget}``, all of them
        at once
    confidence : share of the draws that stay within the budgets
    of : an input (``"energy"``, ``"pue"``, ``"service_life"``) whose value is asked for, in place of how much fits; its
        own uncertainty does not count then
    scope, samples, seed, inputs, correlated, choices : as in :func:`lca_ai.compare`
    tables : own tables, as in :func:`lca_ai.assess`; those that the study names where not given

    Raises
    ------
    UnitError : for a budget whose unit is of no category, or of several
    StudyError : for a category without any figure; an unknown input, or one that changes nothing; a budget that the
        rest of the study alone goes beyond
    """
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0.0 < confidence < 1.0:
        raise StudyError("a confidence is a share of the draws", field="confidence", value=confidence,
                         accepted="above 0 and below 1, e.g. 0.95")  # fmt: skip
    if tables is None and isinstance(subject, Study):
        tables = subject.own_tables()
    with using(tables):
        asked = budgets_of(within)
        compiled = subject if isinstance(subject, CompiledModel) else compiled_of(
            subject, scope, inputs=inputs, choices=choices)  # fmt: skip
        model = compiled.found.model
        limits = _Limits(model, compiled.terms, draw(model, samples, seed, correlated=correlated), asked)
        told = completeness(
            compiled.found,
            cut_off=0.0,
        )
        budgets = _table_of_budgets(limits, told, confidence)
        table = _flows(compiled, limits, confidence) if of is None else _input(compiled, limits, of, confidence)
        return Largest(compiled.found.cases.name, of or "", confidence, table, budgets, samples, seed,
                       compiled.found.scope)  # fmt: skip


@dataclass(frozen=True)
class _Limits:
    """The budgets, and the impacts of one reference flow over them, in the draws and at central values."""

    model: LinearModel
    terms: tuple[Term, ...]
    drawn: Draws
    asked: Mapping[str, float]

    def places(self) -> list[int]:
        """Indices of the categories that have a budget."""
        return [category_index(self.model.table.categories, one) for one in self.asked]

    def scores(self, *, central: bool) -> list[Array]:
        """Per budget, impacts of one unit of every product over it, shape (products,) or (products, samples)."""
        table, found = self.model.table, []
        for place, budget in zip(self.places(), self.asked.values(), strict=True):
            rows = table.rows[place]
            whole = table.central[:, place] if central else rows.exchanges @ rows.draw(
                self.drawn.scores, self.drawn.shoulders)  # fmt: skip
            found.append(np.asarray(whole) / budget)
        return found

    def used(self, values: tuple[Number, ...], scores: list[Array]) -> Array:
        """Share of each budget that one reference flow takes, shape (budgets,) or (budgets, samples)."""
        amounts = self.model.amounts(self.terms, values)
        return np.stack([
            np.asarray(sum((amount * own[product] for _, product, amount in amounts), np.zeros(own.shape[1:])))
            for own in scores
        ])  # fmt: skip

    def levels(self, confidence: float) -> dict[str, Callable[[Mapping[int, float]], float]]:
        """Level -> share of the fullest budget that one reference flow takes, some variables at other values."""
        drawn, central = self.scores(central=False), self.scores(central=True)

        def in_draws(share: float) -> Callable[[Mapping[int, float]], float]:
            return lambda given: _at(self.used(_with(self.drawn.values, given), drawn).max(axis=0), share)

        def at_central(given: Mapping[int, float]) -> float:
            return float(self.used(_with(self.model.central, given), central).max())

        return dict(zip(LEVELS, (in_draws(confidence), in_draws(_MEDIAN), at_central), strict=True))


def _with(values: tuple[Number, ...], given: Mapping[int, float]) -> tuple[Number, ...]:
    return tuple(given.get(index, one) for index, one in enumerate(values))


def _at(draws: Array, share: float) -> float:
    """The least draw that ``share`` of all draws does not exceed: so that the share is kept to, not nearly so."""
    ordered = np.sort(draws)
    return float(ordered[max(math.ceil(share * len(ordered) - 1e-9), 1) - 1])


def _table_of_budgets(limits: _Limits, told: Completeness, confidence: float) -> pd.DataFrame:
    drawn = limits.used(limits.drawn.values, limits.scores(central=False))
    central = limits.used(limits.model.central, limits.scores(central=True))
    rows = []
    for index, (category, budget) in enumerate(limits.asked.items()):
        place = limits.places()[index]
        if not told.known[0, place]:
            raise StudyError("nothing of the study has a figure in this category", field="within", value=category,
                             accepted=f"a category such as {_known(told)}")  # fmt: skip
        share = _at(drawn[index], confidence)
        reason = "" if told.complete[0, place] else _missing(told, category, place)
        rows.append((category, budget, data.category_unit(category), float(central[index]) * budget, share * budget,
                     1.0 / share if share > 0.0 else math.inf, bool(told.complete[0, place]), reason))  # fmt: skip
    columns = ["category", "budget", "unit", "impact", "impact_at_confidence", "flows_at_confidence", "complete",
               "reason"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    first = table["flows_at_confidence"].to_numpy().argmin()
    table.insert(6, "binding", np.arange(len(table)) == first)
    return table


def _known(told: Completeness) -> str:
    return ", ".join(one for index, one in enumerate(told.categories) if told.known[0, index])


def _missing(told: Completeness, category: str, place: int) -> str:
    gaps = told.gaps[(told.gaps["kind"] == "missing") & told.gaps["category"].isin([category, "all"])]
    parts = "; ".join(dict.fromkeys(f"{row['process']} ({row['reason']})" for row in gaps.to_dict("records")))
    share = float(told.covered[0, place])
    return f"{f'{1.0 - share:.1%} of the product system and ' if share < 1.0 else ''}no figure for: {parts}"


def _flows(compiled: CompiledModel, limits: _Limits, confidence: float) -> pd.DataFrame:
    """How much fits, in reference flows and in what they take."""
    flows = {level: _over(share({})) for level, share in limits.levels(confidence).items()}
    model, reference = limits.model, compiled.found.scope.functional_unit.reference_flow
    energy, meter, hours = 0.0, 0.0, 0.0
    for term in limits.terms:
        it_energy = float(model.it_energy(term.activity, model.central)) * term.weight
        energy += it_energy
        meter += it_energy * float(model.electricity(term.place, model.central)) if term.place >= 0 else 0.0
        hours += _machine_hours(model, term)
    per_flow = [
        ("reference flows", 1.0, "flow"), ("delivered", float(reference.magnitude), f"{reference.units:~}"),
        ("runs of the study", limits.terms[0].weight, "run"), ("machine hours", hours, "hour"),
        ("IT energy", energy, "kWh"), ("energy at the meter", meter, "kWh"),
    ]  # fmt: skip
    rows = [
        (name, *(flows[level] * size for level in LEVELS), unit, "at most") for name, size, unit in per_flow if size
    ]
    return pd.DataFrame(rows, columns=["quantity", *LEVELS, "unit", "bound"])


def _over(share: float) -> float:
    return 1.0 / share if share > 0.0 else math.inf


def _machine_hours(model: LinearModel, term: Term) -> float:
    one = model.activities[term.activity]
    speed = float(model.central[one.throughput]) if one.throughput >= 0 else 1.0
    return model.central[one.hours] / speed * term.weight if one.stages else 0.0


def _input(compiled: CompiledModel, limits: _Limits, of: str, confidence: float) -> pd.DataFrame:
    """Which values of an input keep one reference flow within the budgets."""
    if of not in compiled.inputs:
        near = did_you_mean(of, compiled.inputs)
        raise StudyError(
            "no such input", field="of", value=of, accepted=f"{near}; inputs are {', '.join(compiled.inputs)}"
        )
    one = compiled.inputs[of]
    index = limits.model.variables.index(one)
    found = {}
    for level, share in limits.levels(confidence).items():
        found[level] = _bound(one, _at_value(share, index))
    last = found[LEVELS[0]]
    if last.none:
        where = f"at {of} {last.value:g} {one.unit}".rstrip() if math.isfinite(last.value) else f"however high {of} is"
        raise StudyError(
            f"the rest of the study alone goes beyond the budget: {where} it takes {last.share:.3g} times as much",
            field="within", value=of, accepted="a larger budget, or another input")  # fmt: skip
    numbers = [math.nan if found[level].none else found[level].value for level in LEVELS]
    return pd.DataFrame([(of, *numbers, one.unit or "1", last.told)], columns=["quantity", *LEVELS, "unit", "bound"])


def _at_value(share: Callable[[Mapping[int, float]], float], index: int) -> Callable[[float], float]:
    return lambda value: share({index: value})


@dataclass(frozen=True)
class _Bound:
    """The last value of an input that keeps to the budget; or the best one, and what it takes, where ``none`` does."""

    value: float
    told: str
    none: bool = False
    share: float = math.nan


def _bound(one: Variable, share: Callable[[float], float]) -> _Bound:
    least = max(abs(one.value), 1.0) / _FAR if one.key in _DIVISORS else one.low
    most = one.high if math.isfinite(one.high) else max(abs(one.value), 1.0) * _FAR
    at_least, at_most = share(least), share(most)
    if at_least == at_most:
        raise StudyError("the impacts do not change with this input", field="of", value=one.key)
    rising = at_least < at_most
    told = "at most" if rising else "at least"
    good, bad = (least, most) if rising else (most, least)
    if min(at_least, at_most) > 1.0:
        return _Bound(good if rising else one.high, told, none=True, share=min(at_least, at_most))
    if max(at_least, at_most) <= 1.0:
        return _Bound(one.high if rising else one.low, told)
    for _ in range(_STEPS):
        middle = _between(good, bad)
        good, bad = (middle, bad) if share(middle) <= 1.0 else (good, middle)
        if abs(bad - good) <= _CLOSE * abs(good):
            break
    return _Bound(good, told)


def _between(one: float, other: float) -> float:
    """Halfway, by ratio where the ends are orders of magnitude apart."""
    low, high = sorted((one, other))
    return math.sqrt(low * high) if low > 0.0 and high > 2.0 * low else 0.5 * (low + high)
