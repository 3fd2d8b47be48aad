"""``sensitivity``: what drives a result or the difference of two, and what to measure next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.interpretation.cases import Assembled, Cases, Subject, assembled, cases
from lca_ai.interpretation.compare import Comparison
from lca_ai.interpretation.compiled import CompiledModel
from lca_ai.interpretation.completeness import Completeness, category_index, completeness
from lca_ai.interpretation.discern import keys_named
from lca_ai.interpretation.drivers import NEXT, CaseDraws, Gaps, Ranked, driven, sentence
from lca_ai.interpretation.figures import Inputs, choices_of
from lca_ai.interpretation.linear import Draws, Term, draw
from lca_ai.interpretation.score_moments import score_moments
from lca_ai.interpretation.sobol import indices, product_amounts, sampled, variables_of
from lca_ai.interpretation.tornado import HIGH, LOW, Swings, swings_table, terms_of, uncertain_inputs
from lca_ai.models.scope import GoalAndScope
from lca_ai.own_tables import using


@dataclass(frozen=True)
class Sensitivity:
    """What drives the result of a case, or the difference of two.

    Attributes
    ----------
    case, less : the case; the one that is subtracted from it, or an empty text
    samples : draws behind the intervals, and rows of the Sobol matrices
    indices : per category and input that bears on it, largest first: ``kind`` ("data" or "choice"), ``first`` and
        ``total`` order with the 95 % interval of their estimate, ``rank``, ``spread``, ``basis``, ``source``
    tornado : see :func:`lca_ai.interpretation.tornado.tornado`
    variance : per category ``amount`` (central), ``mean``, ``sd``, ``low`` and ``high`` (5 and 95 %), ``unit``, the
        shares of the variance ``of_data`` alone, ``of_choices`` alone and ``of_both`` together, ``complete``,
        ``covered_share``, ``reason`` (why the category is not ranked)
    measure_next : per category the datum of the largest total order: ``low`` and ``high`` of the result as they are,
        ``low_if_known`` and ``high_if_known`` with it at its central value
    sentences : in plain words, one per category
    without_spread : figures that are taken as they are, so that no index tells of them
    """

    name: str
    case: str
    less: str
    categories: tuple[str, ...]
    samples: int
    seed: int
    indices: pd.DataFrame
    tornado: pd.DataFrame
    variance: pd.DataFrame
    measure_next: pd.DataFrame
    sentences: tuple[str, ...]
    without_spread: tuple[str, ...]

    def summary(self) -> str:
        """The sentences, complete categories first, and what no index tells of."""
        told = [f"{self.case} less {self.less}" if self.less else self.case]
        lines = [*dict.fromkeys([self.name, *told]), ""]
        ranked = self.variance["complete"] & (self.variance["reason"] == "")
        lines += [one for one, good in zip(self.sentences, ranked, strict=True) if good]
        partial = [one for one, good in zip(self.sentences, ranked, strict=True) if not good]
        lines += ["", "incomplete (a part of the system has no figure):", *partial] if partial else []
        if self.without_spread:
            lines += ["", f"taken as they are, so that no index tells of them: {', '.join(self.without_spread)}"]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        from lca_ai.impact.result import records

        return {
            "name": self.name,
            "case": self.case,
            "less": self.less,
            "samples": self.samples,
            "seed": self.seed,
            "interval": [LOW, HIGH],
            "sentences": list(self.sentences),
            "without_spread": list(self.without_spread),
        } | {key: records(getattr(self, key)) for key in ("variance", "measure_next", "indices", "tornado")}


def sensitivity(  # noqa: PLR0913 (what an analysis is made of)
    subject: Subject | Cases | CompiledModel | Comparison,
    scope: GoalAndScope | None = None,
    *,
    one: Any = None,
    other: Any = None,
    samples: int = 4096,
    seed: int = 0,
    inputs: Inputs | None = None,
    correlated: Mapping[str, float] | None = None,
    choices: Iterable[str] | bool | None = None,
    categories: Iterable[str] | None = None,
) -> Sensitivity:
    """Sobol indices of every uncertain figure, a tornado, and what to measure next, per category.

    The factors are integrated exactly, only the variables (energy, PUE, service life) are sampled: see
    :mod:`lca_ai.interpretation.sobol`.

    Parameters
    ----------
    subject : a study, a workload, several; a compiled model; or a comparison, of which ``one`` names a case
    one, other : cases of a comparison, as in :meth:`Comparison.discernible`: what drives the difference ``one`` less
        ``other``, draw by draw, and what would change their order
    samples : rows of the Sobol matrices, and draws behind the intervals, a power of two; a comparison keeps its draws
    seed : of the points; the same seed gives the same bytes on one machine
    inputs, choices : as in :func:`lca_ai.compare`; a compiled model and a comparison have theirs
    correlated : refused: indices are of figures that are independent
    categories : those of interest; all where not given

    Raises
    ------
    StudyError : where no figure is uncertain or some are correlated; for samples that are no power of two, unknown
        inputs or cases
    UnknownKeyError : for a category that the method does not have
    """
    if correlated:
        raise _correlated(", ".join(correlated))
    if isinstance(subject, Comparison | CompiledModel):
        _refused(subject, scope=scope, inputs=inputs, choices=choices)
    if isinstance(subject, Comparison):
        asked = _of_comparison(subject, one, other)
    else:
        if one is not None or other is not None:
            raise StudyError("only a comparison has cases by name", field="one", value=str(one or other),
                             accepted="sensitivity(compare(cases), one=..., other=...)")  # fmt: skip
        asked = _of_study(subject, scope, inputs, choices)
    if not uncertain_inputs(asked.found.model, asked.terms):
        raise StudyError("no figure is uncertain", field="inputs",
                         accepted='a spread, e.g. inputs={"energy": lca.Normal("5 %")}')  # fmt: skip
    drawn = asked.drawn or draw(asked.found.model, samples, seed)
    with using(asked.found.cases.tables):
        return _analysed(asked, drawn, samples, seed, categories)


@dataclass(frozen=True)
class _Asked:
    """Which case of which model, less which other one."""

    found: Assembled
    told: Completeness
    case: int = 0
    less: int | None = None
    drawn: Draws | None = None

    @property
    def cases(self) -> list[int]:
        """Indices of the cases."""
        return [self.case] if self.less is None else [self.case, self.less]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of the case, or of the difference."""
        return terms_of(self.found, self.case, self.less)

    def gaps(self, category: int) -> Gaps:
        """What the cases have of a category."""
        told, own = self.told, self.cases
        return Gaps(
            bool(told.known[own, category].all()),
            bool(told.complete[own, category].all()),
            float(told.covered[own, category].min()),
            told.reasons(own)[category],
        )


def _of_study(subject: Any, scope: GoalAndScope | None, inputs: Inputs | None, choices: Any) -> _Asked:
    if isinstance(subject, CompiledModel):
        found = subject.found
    else:
        chosen = subject if isinstance(subject, Cases) else cases(subject)
        if len(chosen) > 1:
            raise StudyError("several cases", field="cases", value=len(chosen),
                             accepted="sensitivity(compare(cases), one=..., other=...)")  # fmt: skip
        found = assembled(chosen, chosen.scope_of(scope), inputs=inputs, choices=choices_of(choices))
    with using(found.cases.tables):
        return _Asked(found, completeness(found, cut_off=tables.assumption("ranking_cut_off")))


def _of_comparison(found: Comparison, one: Any, other: Any) -> _Asked:
    drawn = found.samples.draws
    again = draw(found.found.model, 2, drawn.seed)  # the first points do not depend on how many follow
    same = np.array_equal(again.scores, drawn.scores[:, :2]) and all(
        np.array_equal(two, np.ravel(many)[:2]) if np.ndim(two) else True
        for two, many in zip(again.values, drawn.values, strict=True)
    )
    if not same:
        raise _correlated("of the comparison")
    if one is None and (other is not None or len(found.keys) > 1):
        raise StudyError("it is not said which case", field="one", value=f"{len(found.keys)} cases",
                         accepted='one="...", and other="..." for what drives their difference')  # fmt: skip
    case = 0 if one is None else _case(found, one)
    less = None if other is None else _case(found, other)
    if case == less:
        raise StudyError("a case is not compared with itself", value=str(one), accepted="two cases")
    return _Asked(found.found, found.completeness, case, less, drawn)


def _case(found: Comparison, key: Any) -> int:
    wanted = keys_named(found, key)
    fitting = [
        index
        for index, own in enumerate(found.keys)
        if all(dict(zip(found.axes, own, strict=True))[axis] == value for axis, value in wanted.items())
    ]
    if len(fitting) > 1:
        example = found.keys[fitting[0]]
        raise StudyError("several cases have this key", value=str(key), accepted=f"a key of all axes, e.g. {example}")
    return fitting[0]


def _correlated(value: str) -> StudyError:
    return StudyError(
        "Sobol indices are of figures that are independent of one another",
        field="correlated",
        value=value,
        accepted="no correlation here; lca.monte_carlo(correlated=...) gives the interval with it",
    )


def _refused(subject: object, **given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            kind = type(subject).__name__
            raise StudyError(f"a {kind} has its own {name}", field=name, value=str(value), accepted="state it there")


def _analysed(asked: _Asked, drawn: Draws, samples: int, seed: int, categories: Iterable[str] | None) -> Sensitivity:
    found, model = asked.found, asked.found.model
    known = model.table.categories
    wanted = list(known) if categories is None else list(dict.fromkeys(categories))
    places = [category_index(known, name) for name in wanted]
    if not places:
        raise StudyError("no category to analyse", field="categories", accepted="one or more, or no categories= at all")
    terms = asked.terms
    products, at = product_amounts(model, terms)
    own = variables_of(model, terms)
    variables = [one if index in own else replace(one, spread=None) for index, one in enumerate(model.variables)]
    amounts = sampled(at, variables, samples, seed)
    shares = indices(amounts, [score_moments(model.table, place, products) for place in places])
    swings, draws = Swings(found, terms), CaseDraws(model, terms, drawn)
    analysed = [
        driven(draws, place, share, swings.of(place), asked.gaps(place))
        for place, share in zip(places, shares, strict=True)
    ]
    names = [asked.told.names[index] for index in asked.cases]
    still = [model.variables[index].name for index in own if model.variables[index].spread is None]
    ranked = [vars(row) for one in analysed for row in one.ranked]
    return Sensitivity(
        name=found.cases.name,
        case=names[0],
        less=names[1] if asked.less is not None else "",
        categories=tuple(wanted),
        samples=samples,
        seed=seed,
        indices=pd.DataFrame(ranked, columns=[one.name for one in fields(Ranked)]),
        tornado=swings_table([one.swings for one in analysed]),
        variance=pd.DataFrame([one.variance for one in analysed]),
        measure_next=pd.DataFrame([one.next for one in analysed if one.next is not None], columns=NEXT),
        sentences=tuple(sentence(one, names, drawn.samples) for one in analysed),
        without_spread=(*still, *model.table.without_spread),
    )
