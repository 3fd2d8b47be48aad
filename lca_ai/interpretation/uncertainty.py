"""``monte_carlo``: one study with its intervals, of every total and of every contribution to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import tables as _tables
from lca_ai import units
from lca_ai.errors import StudyError
from lca_ai.interpretation.arrays import HIGH, LOW, MEDIAN, Samples, row_quantiles, run, workers
from lca_ai.interpretation.cases import Assembled, Subject, assembled, cases
from lca_ai.interpretation.compare import Comparison, compared
from lca_ai.interpretation.compiled import CompiledModel
from lca_ai.interpretation.figures import Inputs, choices_of
from lca_ai.interpretation.linear import Draws, draw
from lca_ai.models.scope import STAGES, GoalAndScope
from lca_ai.own_tables import OwnTables

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MonteCarlo:
    """Draws of one study.

    Attributes
    ----------
    draws : impacts per reference flow, shape (samples, categories); NaN in a category without any figure
    by_stage : the same by life cycle stage, shape (stages, samples, categories)
    seed : of the points
    """

    found: Assembled
    drawn: Draws
    categories: tuple[str, ...]
    stages: tuple[str, ...]
    draws: Array
    by_stage: Array
    known: NDArray[np.bool_]
    correlated: bool = False

    @property
    def samples(self) -> int:
        """How many draws."""
        return self.drawn.samples

    @property
    def seed(self) -> int:
        """Seed of the points."""
        return self.drawn.seed

    def quantile(self, probabilities: float | Sequence[float] = (LOW, MEDIAN, HIGH)) -> pd.DataFrame:
        """Quantiles: one row per probability, one column per category, each in its unit.

        Raises
        ------
        StudyError : for a probability outside 0 to 1
        """
        try:
            asked = np.atleast_1d(np.asarray(probabilities, dtype="float64"))
        except (TypeError, ValueError):
            asked = np.array([np.nan])
        if not ((asked >= 0.0) & (asked <= 1.0)).all():
            told = "a probability is a number from 0 to 1"
            raise StudyError(told, field="quantile", value=str(probabilities), accepted="e.g. [0.05, 0.5, 0.95]")
        found = row_quantiles(np.ascontiguousarray(self.draws.T), asked.tolist())
        return pd.DataFrame(found, index=pd.Index(asked, name="probability"), columns=list(self.categories))

    @property
    def totals(self) -> pd.DataFrame:
        """Per category ``amount`` (central), ``mean``, ``sd``, ``low``, ``median``, ``high``, ``unit``, coverage."""
        table = self.comparison.table.merge(self.comparison.details, on=[*self.comparison.axes, "category"])
        columns = ["amount", "mean", "sd", "low", "median", "high", "unit", "complete", "covered_share"]
        return table.set_index("category")[columns]

    @property
    def contributions(self) -> pd.DataFrame:
        """Per life cycle stage and category ``low``, ``median``, ``high``, ``unit`` and the share of the median."""
        rows = []
        for stage, drawn in zip(self.stages, self.by_stage, strict=True):
            low, median, high = row_quantiles(np.ascontiguousarray(drawn.T), (LOW, MEDIAN, HIGH))
            rows += [
                (stage, category, *numbers, _tables.category_unit(category))
                for category, *numbers in zip(
                    self.categories, low.tolist(), median.tolist(), high.tolist(), strict=True
                )
            ]
        names = ["life_cycle_stage", "category", "low", "median", "high", "unit"]
        table = pd.DataFrame(rows, columns=names)
        whole = table.groupby("category")["median"].transform("sum")
        return table.assign(share=table["median"] / whole)

    @property
    def comparison(self) -> Comparison:
        """The same study as a comparison of one case: inputs, gaps, data quality."""
        model = self.found.model
        own = Samples(model, self.drawn, tuple(one.terms for one in self.found.items))
        return compared(self.found, own, correlated=self.correlated)

    @property
    def inputs(self) -> pd.DataFrame:
        """Every figure that was drawn, and those that were not, see :class:`Comparison`."""
        return self.comparison.inputs

    def summary(self) -> str:
        """The totals with their intervals, complete categories first."""
        totals = self.totals
        unit = self.found.scope.functional_unit
        width = max(map(len, totals.index))
        lines = [
            self.found.cases.name,
            f"per {unit.description}; central amount (5, 50 and 95 % of {self.samples:,} draws)",
            "",
        ]
        for title, rows in (("", totals[totals["complete"]]), ("incomplete:", totals[~totals["complete"]])):
            lines += ["", title] if title and len(rows) else []
            lines += [
                f"{name:<{width}}  {units.humanise(row['amount'], row['unit'])}  "
                f"({units.humanise(row['low'], row['unit'])}, {units.humanise(row['median'], row['unit'])}, "
                f"{units.humanise(row['high'], row['unit'])})"
                for name, row in rows.iterrows()
                if pd.notna(row["amount"])
            ]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"MonteCarlo({self.found.cases.name!r}, samples={self.samples}, seed={self.seed})"

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        from lca_ai.impact.result import records

        return self.comparison.to_dict() | {
            "totals": records(self.totals.reset_index()),
            "contributions": records(self.contributions),
        }


def monte_carlo(  # noqa: PLR0913 (what a simulation is made of)
    subject: Subject | CompiledModel,
    scope: GoalAndScope | None = None,
    *,
    samples: int = 4096,
    seed: int = 0,
    inputs: Inputs | None = None,
    correlated: Mapping[str, float] | None = None,
    choices: Iterable[str] | bool | None = None,
    threads: int | None = None,
    tables: OwnTables | None = None,
) -> MonteCarlo:
    """Draw a study: every factor and figure from its distribution.

    Parameters
    ----------
    subject : a study, a workload, several; or a compiled model, whose inputs and choices hold
    scope, samples, seed, inputs, correlated, choices, threads, tables : as in :func:`lca_ai.compare`

    Raises
    ------
    InputError : as :func:`lca_ai.assess` does; for samples that are no power of two, or unknown inputs
    """
    if isinstance(subject, CompiledModel):
        found = subject.found
    else:
        chosen = cases(subject, tables=tables)
        found = assembled(chosen, chosen.scope_of(scope), inputs=inputs, choices=choices_of(choices))
    drawn = draw(found.model, samples, seed, correlated=correlated)
    return simulated(found, drawn, threads=threads, correlated=bool(correlated))


def simulated(found: Assembled, drawn: Draws, *, threads: int | None = None, correlated: bool = False) -> MonteCarlo:
    """The draws of the first case of an assembled study, stage by stage."""
    model, terms = found.model, found.items[0].terms
    amounts = model.amounts(terms, drawn.values)
    stages = tuple(stage for stage in STAGES if any(one == stage for one, _, _ in amounts))
    categories = model.table.categories
    by_stage = np.zeros((len(stages), len(categories), drawn.samples))
    known = np.zeros(len(categories), dtype=bool)
    products = [product for _, product, _ in amounts]

    def work(category: int) -> None:
        rows = model.table.rows[category]
        taken = rows.exchanges[products]
        known[category] = taken.nnz > 0
        scores = taken @ rows.draw(drawn.scores, drawn.shoulders)
        for (stage, _, amount), score in zip(amounts, scores, strict=True):
            by_stage[stages.index(stage), category] += amount * score

    run(work, range(len(categories)), workers(threads))
    whole = np.where(known[:, None], by_stage.sum(axis=0), np.nan).T
    return MonteCarlo(found, drawn, categories, stages, whole, by_stage.transpose(0, 2, 1), known, correlated)
