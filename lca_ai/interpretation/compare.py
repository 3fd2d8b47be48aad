"""Compare cases: every total with its interval, what can be told apart, and what is not ranked because of a gap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import provenance
from lca_ai import tables as _tables
from lca_ai.errors import StudyError
from lca_ai.interpretation.arrays import HIGH, LOW, MEDIAN, Samples
from lca_ai.interpretation.cases import Assembled, Cases, assembled
from lca_ai.interpretation.completeness import Completeness, completeness
from lca_ai.interpretation.figures import Inputs, choices_of
from lca_ai.interpretation.inputs_table import inputs_table, quality_table
from lca_ai.interpretation.linear import draw
from lca_ai.interpretation.moments import moments
from lca_ai.interpretation.place_table import place_table
from lca_ai.inventory.system import Assumed
from lca_ai.models.scope import GoalAndScope
from lca_ai.own_tables import OwnTables, using

if TYPE_CHECKING:
    from lca_ai.interpretation.discern import Discernibility

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Cases compared; it reads like its ``table``: ``comparison["amount"]``, ``comparison.query(...)``.

    Attributes
    ----------
    table : one row per case and category: the keys of the case, ``category``, ``amount`` (the central estimate, as
        :func:`lca_ai.assess` gives it), ``low`` and ``high`` (5 and 95 % of the draws), ``unit``, ``activity_basis``
    details : the same rows, with ``median``, ``mean``, ``sd``, ``complete``, ``covered_share`` and ``ranked``
    gaps : ``case``, ``life_cycle_stage``, ``process``, ``category``, ``kind`` and ``reason``
    inputs : every figure that was drawn, and those that were not: ``name``, ``kind``, ``value``, ``unit``, ``spread``,
        ``basis`` and ``source``
    data_quality : what was read, assumed, filled or clipped
    places : every place with its PUE, WUE, losses, climate change and water, see :func:`place_table`
    """

    name: str
    scope: GoalAndScope
    axes: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    table: pd.DataFrame
    details: pd.DataFrame
    gaps: pd.DataFrame
    inputs: pd.DataFrame
    data_quality: pd.DataFrame
    places: pd.DataFrame
    assumed: tuple[Assumed, ...]
    completeness: Completeness
    samples: Samples
    seed: int
    found: Assembled
    lock: Mapping[str, Any]

    def __getitem__(self, key: Any) -> Any:
        return self.table[key]

    def __len__(self) -> int:
        return len(self.table)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(object.__getattribute__(self, "table"), name)

    def __str__(self) -> str:
        return str(self.table)

    def __repr__(self) -> str:
        return f"Comparison({self.name!r}, {len(self.keys)} cases, seed={self.seed})\n{self.table!r}"

    def _repr_html_(self) -> str:
        return str(self.table.to_html(max_rows=60))

    def discernible(self, one: Any, other: Any, categories: Iterable[str] | None = None) -> Discernibility:
        """In how many draws a case is lower than another one, per category.

        Parameters
        ----------
        one, other : the key of a case on one axis (``"FR"``; every combination of the other axes is told apart), or
            all of its keys as a tuple or mapping
        categories : those of interest; all where not given

        Raises
        ------
        StudyError : for keys of no case, or the same case twice
        """
        from lca_ai.interpretation.discern import discernible

        return discernible(self, one, other, categories)

    @property
    def not_ranked(self) -> Mapping[str, str]:
        """Categories that are not ranked, and why."""
        pairs = zip(self.categories, self.completeness.reasons(), strict=True)
        return {category: reason for category, reason in pairs if reason}

    def summary(self) -> str:
        """The ranked categories in words: the lowest case of each, and how sure that is; then what is not ranked."""
        from lca_ai.interpretation.discern import summary_of

        return summary_of(self)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, for ``result.json``."""
        from lca_ai.impact.result import records

        return {
            "name": self.name,
            "goal_and_scope": self.scope.model_dump(mode="json"),
            "axes": list(self.axes),
            "samples": self.samples.draws.samples,
            "seed": self.seed,
            "interval": [LOW, HIGH],
            "rows": records(pd.concat([self.table, self.details.drop(columns=[*self.axes, "category"])], axis=1)),
            "not_ranked": dict(self.not_ranked),
            "left_out_of_all_alike": list(self.completeness.alike),
            "ranked_with_a_small_gap": list(self.completeness.tolerated()),
            "places": records(self.places),
            "inputs": records(self.inputs),
            "gaps": records(self.gaps),
            "data_quality": records(self.data_quality),
            "assumed": [vars(one) for one in self.assumed],
            "lock": dict(self.lock),
        }


def compare(  # noqa: PLR0913 (what a comparison is made of)
    cases: Cases | Any,
    scope: GoalAndScope | None = None,
    *,
    samples: int = 4096,
    seed: int = 0,
    inputs: Inputs | None = None,
    correlated: Mapping[str, float] | None = None,
    choices: Iterable[str] | bool | None = None,
    cut_off: float | None = None,
    threads: int | None = None,
    block: int | None = None,
    tables: OwnTables | None = None,
) -> Comparison:
    """Impacts of every case per reference flow, with intervals, from draws that all cases share.

    Parameters
    ----------
    cases : of :func:`lca_ai.cases`; or a study, a workload, or several by name
    scope : goal and scope, where no study brings one
    samples : draws, a power of two
    seed : of the scrambled Sobol points; the same seed gives the same bytes on one machine
    inputs : figures given in place of what is known, by key (``"pue"``) or name (``"factors of coal (IN)"``): a number,
        a quantity or a distribution
    correlated : pattern of names (``"factors of *"``) -> correlation of the figures that it fits
    choices : choices of the study that are drawn: ``"service life"`` and ``"utilisation"`` where not given and assumed;
        also ``"source of factors"``; ``False`` for none, ``True`` for all
    cut_off : share of a product system without a figure that a ranking tolerates, and tells; by default the 3 % of the
        Product Environmental Footprint method; 0 for none
    threads, block : how many threads compute, on how many cases at once; neither changes the result
    tables : own tables, where ``cases`` is a study or workloads; those of the cases, or of the study, where not given

    Raises
    ------
    InputError : for a case that does not deliver the functional unit, samples that are no power of two, unknown inputs
    """
    from lca_ai.interpretation.cases import cases as cases_of

    chosen = cases if isinstance(cases, Cases) else cases_of(cases, tables=tables)
    found = assembled(chosen, chosen.scope_of(scope), inputs=inputs, choices=choices_of(choices))
    drawn = draw(found.model, samples, seed, correlated=correlated)
    for name, value in (("threads", threads), ("block", block)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise StudyError("not a whole number above 0", field=name, value=value, accepted="1 or more; None for all")
    own = Samples(found.model, drawn, tuple(one.terms for one in found.items), threads, block)
    return compared(found, own, correlated=bool(correlated), cut_off=cut_off)


def compared(
    found: Assembled, samples: Samples, *, correlated: bool = False, cut_off: float | None = None
) -> Comparison:
    """The comparison of cases that are assembled and drawn.

    Parameters
    ----------
    correlated : whether figures are correlated, so that the moments are those of the samples
    """
    with using(found.cases.tables):
        return _compared(found, samples, correlated=correlated, cut_off=cut_off)


def _compared(found: Assembled, samples: Samples, *, correlated: bool, cut_off: float | None) -> Comparison:
    model = found.model
    tolerated = _tables.assumption("ranking_cut_off") if cut_off is None else cut_off
    if not 0.0 <= tolerated < 1.0:
        raise StudyError("not a share", field="cut_off", value=tolerated, accepted="from 0 to less than 1")
    told = completeness(found, cut_off=tolerated)
    low, median, high = samples.quantiles((LOW, MEDIAN, HIGH))
    mean, deviation = samples.moments() if correlated else moments(model, samples.draws, samples.cases)
    central = np.stack([model.estimate(terms) for terms in samples.cases])
    categories = model.table.categories
    keys = [one.keys for one in found.items]
    index = pd.DataFrame(
        [(*key, category) for key in keys for category in categories], columns=[*found.cases.axes, "category"]
    )
    in_units = {category: _tables.category_unit(category) for category in categories}

    def column(values: Any) -> Any:
        return np.where(told.known, values, np.nan).ravel()

    basis = np.repeat([_basis(found, one.terms) for one in found.items], len(categories))
    table = index.assign(
        amount=column(central), low=column(low), high=column(high), unit=index["category"].map(in_units),
        activity_basis=basis,
    )  # fmt: skip
    details = index.assign(
        median=column(median), mean=column(mean), sd=column(deviation), complete=told.complete.ravel(),
        covered_share=told.covered.ravel(), ranked=np.tile([not reason for reason in told.reasons()], len(keys)),
    )  # fmt: skip
    files = {path.name: path for one in found.meterings if one.workload.power for path in one.workload.power.paths()}
    return Comparison(
        name=found.cases.name, scope=found.scope, axes=found.cases.axes, keys=tuple(keys), categories=categories,
        table=table, details=details, gaps=told.gaps, inputs=inputs_table(found, samples.draws),
        data_quality=quality_table(found, samples.draws), places=place_table(found),
        assumed=tuple(dict.fromkeys(found.builder.system.assumed)),
        completeness=told, samples=samples, seed=samples.draws.seed, found=found, lock=provenance.lock(files, {}),
    )  # fmt: skip


def _basis(found: Assembled, terms: Iterable[Any]) -> str:
    names = {name for term in terms for name in found.model.activities[term.activity].basis.split(";")}
    return ";".join(sorted(names))
