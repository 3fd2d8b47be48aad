"""In which categories each case is complete, and which of them can be ranked.

A category is ranked among some cases where each has a figure for all but a cut-off share of its product system, and
nothing of known kind is missing in it. A part of the inventory that is left out of all of them alike (the fans that no
log covers) leaves the order as it is: the category is ranked, and the part is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.impact.engine import UnitScores
from lca_ai.interpretation.cases import Assembled
from lca_ai.inventory.assemble import category_gaps, covered_shares
from lca_ai.inventory.system import Gap, ProductSystem

CLIMATE_CHANGE = "climate change"
_MOST_TOLD = 4
GAP_COLUMNS = ("case", "life_cycle_stage", "process", "category", "kind", "reason")


@dataclass(frozen=True)
class Completeness:
    """What every case has a figure of.

    Attributes
    ----------
    known : whether any process has a figure, shape (cases, categories)
    complete : whether nothing is missing, likewise
    covered : the share of the product system that has a figure, likewise
    named : whether something of a category is known to be missing whose size is not, likewise
    left_out : per case, the parts that are left out in all categories
    cut_off : the share without a figure that a ranking tolerates
    gaps : columns :data:`GAP_COLUMNS`; of every activity and place, once
    """

    names: tuple[str, ...]
    categories: tuple[str, ...]
    known: NDArray[np.bool_]
    complete: NDArray[np.bool_]
    covered: NDArray[np.float64]
    named: NDArray[np.bool_]
    left_out: tuple[frozenset[str], ...]
    cut_off: float
    gaps: pd.DataFrame

    @property
    def alike(self) -> tuple[str, ...]:
        """Parts that are left out of all cases alike."""
        return tuple(sorted(frozenset.intersection(*self.left_out))) if self.left_out else ()

    def reasons(self, cases: Sequence[int] | None = None) -> tuple[str, ...]:
        """Per category, why it is not ranked among some cases (all where not given); empty where it is."""
        chosen = np.arange(len(self.names)) if cases is None else np.asarray(cases, dtype=np.intp)
        parts = [self.left_out[index] for index in chosen]
        alike = frozenset.intersection(*parts) if parts else frozenset[str]()
        uneven = np.array([bool(one - alike) for one in parts])
        short = self.covered < 1.0 - self.cut_off
        return tuple(
            self._reason(category, chosen, short[chosen, index] | self.named[chosen, index], uneven, index)
            for index, category in enumerate(self.categories)
        )

    def _reason(
        self, category: str, chosen: NDArray[np.intp], short: NDArray[np.bool_], uneven: NDArray[np.bool_], index: int
    ) -> str:
        unknown = ~self.known[chosen, index]
        if unknown.any():
            return f"no figure in {category} for {self._told(chosen, unknown)}"
        if short.any():
            least = float(self.covered[chosen, index].min())
            size = f"up to {1.0 - least:.1%} of the product system" if least < 1.0 else "something of unknown size"
            return f"incomplete in {category}: no figure for {size} of {self._told(chosen, short)}"
        if uneven.any():
            parts = frozenset[str]().union(*(self.left_out[one] for one in chosen))
            rest = sorted(parts - frozenset.intersection(*(self.left_out[one] for one in chosen)))
            return f"not the same is left out of every case: {'; '.join(rest[:3])} of {self._told(chosen, uneven)}"
        return ""

    def _told(self, chosen: NDArray[np.intp], where: NDArray[np.bool_]) -> str:
        names = [self.names[one] for one in chosen[where]]
        if len(names) == len(chosen) and len(names) > _MOST_TOLD:
            return "every case"
        more = len(names) - _MOST_TOLD
        return ", ".join(names[:_MOST_TOLD]) + (f" and {more} more" if more > 0 else "")

    def tolerated(self) -> tuple[str, ...]:
        """What is ranked although a small part has no figure: a line per category."""
        found = []
        for index, (category, reason) in enumerate(zip(self.categories, self.reasons(), strict=True)):
            least = float(self.covered[:, index].min())
            if not reason and least < 1.0:
                found.append(f"{category}: up to {1.0 - least:.1%} of the product system has no figure")
        return tuple(found)


@dataclass(frozen=True)
class _Part:
    """An activity or a place: what it misses, by a process or by name, what it leaves out of all, what it has."""

    missing: frozenset[str]
    named: frozenset[str]
    left_out: frozenset[str]
    known: frozenset[str]
    covered: dict[str, float]


def completeness(found: Assembled, *, cut_off: float) -> Completeness:
    """What every case of a model has a figure of."""
    categories = found.model.table.categories
    system = found.builder.system
    parts = _parts(system, found.builder.scores, categories)
    labels = [_labels(found, case.terms) for case in found.items]

    def flags(of: str) -> NDArray[np.bool_]:
        return np.array(
            [[any(category in getattr(parts[one], of) for one in own) for category in categories] for own in labels]
        )

    left_out = tuple(frozenset[str]().union(*(parts[label].left_out for label in own)) for own in labels)
    known, missing = flags("known"), flags("missing")
    complete = known & ~missing & ~np.array([bool(own) for own in left_out])[:, None]
    covered = np.where(missing, _covered(found, parts, labels, categories), 1.0)
    names = tuple(" ".join(one.keys) for one in found.items)
    gaps = _table(found, [*system.gaps, *category_gaps(system)])
    return Completeness(names, categories, known, complete, covered, flags("named"), left_out, cut_off, gaps)


def _labels(found: Assembled, terms: Iterable[object]) -> list[str]:
    own = []
    for term in terms:
        own.append(found.model.activities[term.activity].name)  # type: ignore[attr-defined]
        own += [found.model.places[term.place].name] if term.place >= 0 else []  # type: ignore[attr-defined]
    return own


def _parts(system: ProductSystem, scores: UnitScores, categories: tuple[str, ...]) -> dict[str, _Part]:
    missing: dict[str, set[str]] = defaultdict(set)
    named: dict[str, set[str]] = defaultdict(set)
    left_out: dict[str, set[str]] = defaultdict(set)
    for gap in system.gaps:
        if gap.kind == "missing" and gap.category == "all":
            left_out[gap.workload].add(f"{gap.stage}: {gap.process}")
        elif gap.kind == "missing":
            named[gap.workload].add(gap.category)
    for gap in category_gaps(system):
        if gap.kind == "missing":
            missing[gap.workload].add(gap.category)
    climate = scores.own[:, scores.categories.index(CLIMATE_CHANGE)]
    row = {name: index for index, name in enumerate(scores.products)}
    demands = defaultdict(list)
    for demand in system.demands:
        demands[demand.workload].append(demand)
    found: dict[str, _Part] = defaultdict(lambda: _Part(frozenset(), frozenset(), frozenset(), frozenset(), {}))
    for label in {*demands, *named, *left_out}:
        own = demands[label]
        parts = [
            dict(zip(scores.processes, (scores.requirements[row[one.process]] * climate * one.amount).tolist(),
                     strict=True))
            for one in own
        ]  # fmt: skip
        leaves = {name for one in own for name, amount in system.leaves(one.process).items() if amount}
        known = frozenset(one for name in leaves for one in system.processes[name].categories)
        covered = covered_shares(ProductSystem(system.processes, own), parts) if own else dict.fromkeys(categories, 0.0)
        found[label] = _Part(
            frozenset(missing[label] | named[label]),
            frozenset(named[label]),
            frozenset(left_out[label]),
            known,
            covered,
        )
    return found


def _covered(
    found: Assembled, parts: dict[str, _Part], labels: Sequence[Sequence[str]], categories: tuple[str, ...]
) -> NDArray[np.float64]:
    """Covered shares of the parts of a case, weighted by the climate change of each."""
    central, model = found.model.central, found.model
    climate = model.table.central[:, categories.index(CLIMATE_CHANGE)]
    shares = np.zeros((len(found.items), len(categories)))
    for index, (case, own) in enumerate(zip(found.items, labels, strict=True)):
        weights: dict[str, float] = defaultdict(float)
        for term in case.terms:
            activity = model.activities[term.activity].name
            for stage, product, amount in model.amounts([term], central):
                label = model.places[term.place].name if stage == "use" else activity
                weights[label] += abs(float(amount) * climate[product])
        whole = sum(weights.values())
        for label in set(own) if whole else ():
            shares[index] += [weights[label] / whole * parts[label].covered.get(one, 0.0) for one in categories]
    return shares


def _table(found: Assembled, gaps: Sequence[Gap]) -> pd.DataFrame:
    owners = found.builder.owners
    rows = [
        (owners.get(one.workload, one.workload), one.stage, one.process, one.category, one.kind,
         one.reason.replace(one.workload, owners.get(one.workload, one.workload)))
        for one in gaps
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS)).drop_duplicates(ignore_index=True)


def category_index(categories: Sequence[str], name: str) -> int:
    """The place of a category.

    Raises
    ------
    UnknownKeyError : where the method has no such category
    """
    from lca_ai.errors import UnknownKeyError, did_you_mean

    if name not in categories:
        raise UnknownKeyError("no such impact category", value=name, accepted=did_you_mean(name, tables.categories()))
    return list(categories).index(name)
