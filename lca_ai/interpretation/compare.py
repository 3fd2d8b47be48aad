"""Compare cases: every total with its interval, what can be told apart, and what is not ranked because of a gap."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import provenance, tables, units
from lca_ai.errors import StudyError, did_you_mean
from lca_ai.impact.engine import unit_scores
from lca_ai.interpretation.arrays import Samples
from lca_ai.interpretation.cases import Assembled, Cases, assembled
from lca_ai.interpretation.completeness import Completeness, category_index, completeness
from lca_ai.interpretation.figures import Inputs, choices_of
from lca_ai.interpretation.linear import Draws, draw
from lca_ai.interpretation.moments import moments
from lca_ai.interpretation.place_table import place_table
from lca_ai.inventory.system import Assumed
from lca_ai.models.scope import GoalAndScope
from lca_ai.own_tables import using

Array = NDArray[np.float64]
LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95
_MOST_ON_A_FRONT, _MOST_TOLD = 256, 8


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
        return _discernible(self, one, other, categories)

    @property
    def not_ranked(self) -> Mapping[str, str]:
        """Categories that are not ranked, and why."""
        pairs = zip(self.categories, self.completeness.reasons(), strict=True)
        return {category: reason for category, reason in pairs if reason}

    def summary(self) -> str:
        """The ranked categories in words: the lowest case of each, and how sure that is; then what is not ranked."""
        return _summary(self)

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


@dataclass(frozen=True)
class Discernibility:
    """Two cases, draw by draw.

    Attributes
    ----------
    table : the keys of the other axes, ``category``, ``lower`` (share of the draws in which ``one`` is lower),
        ``difference_low``, ``difference`` and ``difference_high`` (of ``one`` less ``other``: 5, 50 and 95 %),
        ``unit``, ``draws`` and ``reason`` (why a category is not ranked)
    """

    one: str
    other: str
    table: pd.DataFrame

    def __str__(self) -> str:
        ranked = self.table[self.table["reason"] == ""]
        others = list(self.table.columns)[: list(self.table.columns).index("category")]
        lines = [
            f"{', '.join(str(row[name]) for name in others)}{': ' if others else ''}in {row['lower']:.1%} of "
            f"{row['draws']:,} draws {self.one} is lower than {self.other} on {row['category']}"
            for row in ranked.to_dict("records")
        ]
        return "\n".join([*lines, *_not_ranked(dict(zip(self.table["category"], self.table["reason"], strict=True)))])


def _not_ranked(reasons: Mapping[str, str]) -> list[str]:
    """Categories that are not ranked, in a line for each kind of reason."""
    found: dict[str, list[str]] = {}
    for category, reason in reasons.items():
        if reason.startswith(("incomplete in", "no figure in")):
            size = reason.partition("no figure for ")[2].partition(" of the product system")[0]
            told = f"{category} ({size} without a figure)" if size.endswith("%") else category
            found.setdefault("not ranked, as a case is incomplete: ", []).append(told)
        elif reason:
            found.setdefault(f"not ranked, as {reason}: ", []).append(category)
    return [start + "; ".join(names) for start, names in found.items()]


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

    Raises
    ------
    InputError : for a case that does not deliver the functional unit, samples that are no power of two, unknown inputs
    """
    from lca_ai.interpretation.cases import cases as cases_of

    chosen = cases if isinstance(cases, Cases) else cases_of(cases)
    found = assembled(chosen, chosen.scope_of(scope), inputs=inputs, choices=choices_of(choices))
    drawn = draw(found.model, samples, seed, correlated=correlated)
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
    scores = unit_scores(found.builder.system, list(found.builder.products))
    tolerated = tables.assumption("ranking_cut_off") if cut_off is None else cut_off
    if not 0.0 <= tolerated < 1.0:
        raise StudyError("not a share", field="cut_off", value=tolerated, accepted="from 0 to less than 1")
    told = completeness(found, scores, cut_off=tolerated)
    low, median, high = samples.quantiles((LOW, MEDIAN, HIGH))
    mean, deviation = samples.moments() if correlated else moments(model, samples.draws, samples.cases)
    central = np.stack([model.estimate(terms) for terms in samples.cases])
    categories = model.table.categories
    keys = [one.keys for one in found.items]
    index = pd.DataFrame(
        [(*key, category) for key in keys for category in categories], columns=[*found.cases.axes, "category"]
    )
    in_units = {category: tables.category_unit(category) for category in categories}

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
        data_quality=_quality(found, samples.draws), places=place_table(found),
        assumed=tuple(dict.fromkeys(found.builder.system.assumed)),
        completeness=told, samples=samples, seed=samples.draws.seed, found=found, lock=provenance.lock(files, {}),
    )  # fmt: skip


def _summary(found: Comparison) -> str:
    flow = found.scope.functional_unit
    lines = [
        found.name,
        f"per {flow.description}; {len(found.keys)} cases, {found.samples.draws.samples:,} draws, 5 to 95 %",
        "",
    ]
    central = found.table["amount"].to_numpy().reshape(len(found.keys), -1)
    low, high = (found.table[name].to_numpy().reshape(len(found.keys), -1) for name in ("low", "high"))
    width = max(map(len, found.categories))
    for index, (category, reason) in enumerate(zip(found.categories, found.completeness.reasons(), strict=True)):
        if reason:
            continue
        unit, order = tables.category_unit(category), np.argsort(central[:, index], kind="stable")
        best = int(order[0])
        told = (
            f"{units.humanise(float(central[best, index]), unit)} ({units.humanise(float(low[best, index]), unit)} to "
        )
        told += f"{units.humanise(float(high[best, index]), unit)})"
        if len(order) > 1:
            drawn = found.samples.of_cases(order[:2].tolist(), index)
            sure = float((drawn[0] < drawn[1]).mean() + 0.5 * (drawn[0] == drawn[1]).mean())
            told += f"; lower than {' '.join(found.keys[int(order[1])])} in {sure:.1%} of the draws"
        lines.append(f"{category:<{width}}  lowest: {' '.join(found.keys[best])}, {told}")
    lines += [f"{'left out of all alike':<{width}}  {one}" for one in found.completeness.alike]
    lines += ["", *_not_ranked(found.not_ranked)]
    return "\n".join(lines).rstrip()


def _basis(found: Assembled, terms: Iterable[Any]) -> str:
    names = {name for term in terms for name in found.model.activities[term.activity].basis.split(";")}
    return ";".join(sorted(names))


def inputs_table(found: Assembled, draws: Draws) -> pd.DataFrame:
    """Every figure of a model: what it is, how far it may be off, and where that comes from."""
    rows: list[tuple[Any, ...]] = [
        (one.name, "choice" if one.choice else "data", one.value, one.unit, _told(one.spread), one.basis,
         ";".join(one.sources))
        for one in found.model.variables
    ]  # fmt: skip
    rows += [
        (one.name, "choice" if one.choice else "data", None, "", one.spread, "published", ";".join(one.sources))
        for one in found.model.table.latents
    ]
    rows += [(name, "data", None, "", "", "given", "study") for name in found.model.table.without_spread]
    columns = ["name", "kind", "value", "unit", "spread", "basis", "source"]
    table = pd.DataFrame(rows, columns=columns).astype({"value": "float64"})
    return table.assign(clipped=[draws.clipped.get(name, 0) for name in table["name"]])


def _told(spread: Any) -> str:
    if spread is None:
        return ""
    data = spread.model_dump()
    return f"{data.pop('type')}({', '.join(f'{name} {_short(value)}' for name, value in data.items())})"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _quality(found: Assembled, draws: Draws) -> pd.DataFrame:
    rows = [dict(note) for one in found.meterings for note in one.notes]
    notes = [("cases", note) for note in dict.fromkeys([*found.cases.notes, *found.builder.notes])]
    if found.cases.places:
        notes.append(
            ("energy", "the energy of the equipment is the same in every place: nothing of it is modelled anew")
        )
    notes += [
        ("draws", f"{count} of {draws.samples} draws of {name} were beyond what is physically possible and set to it")
        for name, count in draws.clipped.items()
    ]
    still = [one.name for one in found.model.variables if one.spread is None]
    if still:
        notes.append(("no spread", f"taken as they are: {', '.join(still)}"))
    rows += [{"workload": "all", "what": what, "count": 1, "detail": detail} for what, detail in notes]
    return pd.DataFrame(rows, columns=["workload", "what", "count", "detail"])


def _pairs(found: Comparison, one: Any, other: Any) -> tuple[list[tuple[int, int]], list[tuple[str, ...]], list[str]]:
    """Indices of the cases that two keys name, pair by pair; the keys of the other axes, and these axes."""
    ends = [_ends(found, key) for key in (one, other)]
    if set(ends[0]) != set(ends[1]):
        raise StudyError("keys of different axes", value=f"{one} and {other}", accepted="two keys of one axis")
    if ends[0] == ends[1]:
        raise StudyError("a case is not compared with itself", value=str(one), accepted="two cases")
    rest = [axis for axis in found.axes if axis not in ends[0]]
    place = {key: index for index, key in enumerate(found.keys)}
    names = list(dict.fromkeys(tuple(key[found.axes.index(axis)] for axis in rest) for key in found.keys))
    pairs = []
    for combination in names:
        keys = dict(zip(rest, combination, strict=True))
        pair = tuple(place[tuple(({**keys, **end})[axis] for axis in found.axes)] for end in ends)
        pairs.append((pair[0], pair[1]))
    return pairs, names, rest


def _ends(found: Comparison, key: Any) -> dict[str, str]:
    """What a key says of the axes.

    Raises
    ------
    StudyError : for one of no case, with the nearest; for one that several axes have
    """
    values = {axis: list(dict.fromkeys(one[index] for one in found.keys)) for index, axis in enumerate(found.axes)}
    if isinstance(key, Mapping):
        named = {str(axis): str(value) for axis, value in key.items()}
    elif isinstance(key, tuple):
        named = dict(zip(found.axes, map(str, key), strict=False))
    else:
        axes = [axis for axis, known in values.items() if str(key) in known]
        if len(axes) > 1:
            raise StudyError("several axes have this key", value=str(key), accepted=f"{{{axes[0]!r}: {key!r}}}")
        named = {axes[0]: str(key)} if axes else {"": str(key)}
    for axis, value in named.items():
        if value not in values.get(axis, ()):
            known = values.get(axis) or [one for many in values.values() for one in many]
            raise StudyError("no such case", field=axis or None, value=value, accepted=did_you_mean(value, known))
    return named


def _discernible(found: Comparison, one: Any, other: Any, categories: Iterable[str] | None) -> Discernibility:
    pairs, names, rest = _pairs(found, one, other)
    wanted = list(found.categories) if categories is None else list(categories)
    cases = [found.samples.cases[index] for pair in pairs for index in pair]
    own = Samples(found.samples.model, found.samples.draws, cases)
    reasons = {pair: found.completeness.reasons(pair) for pair in pairs}
    rows = []
    for category in wanted:
        index = category_index(found.categories, category)
        drawn = own.of_category(index) if not all(reasons[pair][index] for pair in pairs) else None
        for place, combination in enumerate(names):
            reason = reasons[pairs[place]][index]
            difference = None if drawn is None or reason else drawn[2 * place] - drawn[2 * place + 1]
            numbers = (np.nan,) * 4 if difference is None else (
                float((difference < 0).mean() + 0.5 * (difference == 0).mean()),
                *np.quantile(difference, (LOW, MEDIAN, HIGH)).tolist())  # fmt: skip
            rows.append((*combination, category, *numbers, tables.category_unit(category), own.draws.samples, reason))
    columns = [*rest, "category", "lower", "difference_low", "difference", "difference_high", "unit", "draws", "reason"]
    return Discernibility(_called(one), _called(other), pd.DataFrame(rows, columns=columns))


def _called(key: Any) -> str:
    values = key.values() if isinstance(key, Mapping) else key if isinstance(key, tuple) else (key,)
    return " ".join(map(str, values))


def pareto(found: Comparison, categories: Sequence[str]) -> pd.DataFrame:
    """The cases that no other one beats in all of some categories.

    Returns
    -------
    One row per case: its keys, the central amount in each category, ``on_front`` (by the central amounts),
    ``dominated_by`` (the cases that are no worse in any and better in one), ``share_of_draws`` in which it is on the
    front (of up to 256 cases; else not known), and ``reason``: where a category is not ranked because a case is
    incomplete in it, why; there is no front then.

    Raises
    ------
    StudyError : for fewer than two categories, or one that the method does not have
    """
    wanted = list(dict.fromkeys(categories))
    places = [category_index(found.categories, one) for one in wanted]
    if len(wanted) < 2:  # noqa: PLR2004 (a front has two sides)
        raise StudyError("a Pareto set needs two categories or more", field="categories", value=", ".join(wanted),
                         accepted="e.g. climate change and resource use, minerals and metals")  # fmt: skip
    reason = "; ".join(filter(None, (found.completeness.reasons()[place] for place in places)))
    central = np.stack([found.samples.model.estimate(terms) for terms in found.samples.cases])[:, places]
    beats = _beats(central)
    names = [" ".join(key) for key in found.keys]
    rows = [
        (*key, *central[index], None if reason else not beats[:, index].any(),
         "" if reason else ", ".join(names[other] for other in np.flatnonzero(beats[:, index])[:_MOST_TOLD]))
        for index, key in enumerate(found.keys)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=[*found.axes, *wanted, "on_front", "dominated_by"])
    share = np.full(len(table), np.nan) if reason else _share_on_front(found, places)
    return table.astype({"on_front": "boolean"}).assign(share_of_draws=share, reason=reason)


def _beats(amounts: Array) -> NDArray[np.bool_]:
    """Whether a case is no worse than another in any category and better in one, shape (cases, cases)."""
    no_worse: Any = (amounts[:, None, :] <= amounts[None, :, :]).all(axis=2)
    better: Any = (amounts[:, None, :] < amounts[None, :, :]).any(axis=2)
    found: NDArray[np.bool_] = no_worse & better
    return found


def _share_on_front(found: Comparison, places: Sequence[int]) -> Array:
    count = len(found.keys)
    if count > _MOST_ON_A_FRONT:
        return np.full(count, np.nan)
    drawn = np.stack([found.samples.of_category(place) for place in places])
    on_front = np.empty(count)
    for index in range(count):
        own = drawn[:, index, None, :]
        beaten: Any = ((drawn <= own).all(axis=0) & (drawn < own).any(axis=0)).any(axis=0)
        on_front[index] = 1.0 - float(beaten.mean())
    return on_front


def dominance(found: Comparison, category: str) -> pd.DataFrame:
    """In which share of the draws the case of the row is lower than the case of the column, in one category.

    Raises
    ------
    StudyError : where the category is not ranked
    """
    place = category_index(found.categories, category)
    reason = found.completeness.reasons()[place]
    if reason:
        raise StudyError(reason, field="category", value=category)
    drawn = found.samples.of_category(place)
    names = [" ".join(key) for key in found.keys]
    lower = np.full((len(names),) * 2, 0.5)
    for one, other in itertools.combinations(range(len(names)), 2):
        lower[one, other] = (drawn[one] < drawn[other]).mean() + 0.5 * (drawn[one] == drawn[other]).mean()
        lower[other, one] = 1.0 - lower[one, other]
    return pd.DataFrame(lower, index=names, columns=names)
