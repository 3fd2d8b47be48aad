"""What can be told apart: two cases draw by draw, and a comparison in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai import tables, units
from lca_ai.errors import StudyError, did_you_mean
from lca_ai.interpretation.arrays import HIGH, LOW, MEDIAN, Samples
from lca_ai.interpretation.completeness import CLIMATE_CHANGE, category_index

if TYPE_CHECKING:
    from lca_ai.interpretation.compare import Comparison

_MOST_LISTED = 16


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
        lines = [self._told(row, others) for row in ranked.to_dict("records")]
        return "\n".join(
            [*lines, *not_ranked_lines(dict(zip(self.table["category"], self.table["reason"], strict=True)))]
        )

    def _told(self, row: Mapping[Any, Any], others: list[str]) -> str:
        start = ", ".join(str(row[name]) for name in others) + (": " if others else "")
        if row["difference_low"] == row["difference_high"] == 0.0:
            return f"{start}{self.one} is the same as {self.other} on {row['category']} in all {row['draws']:,} draws"
        share = f"in {row['lower']:.1%} of {row['draws']:,} draws"
        return f"{start}{share} {self.one} is lower than {self.other} on {row['category']}"


def _pairs(found: Comparison, one: Any, other: Any) -> tuple[list[tuple[int, int]], list[tuple[str, ...]], list[str]]:
    """Indices of the cases that two keys name, pair by pair; the keys of the other axes, and these axes."""
    ends = [keys_named(found, key) for key in (one, other)]
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


def keys_named(found: Comparison, key: Any) -> dict[str, str]:
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


def discernible(found: Comparison, one: Any, other: Any, categories: Iterable[str] | None) -> Discernibility:
    """In how many draws a case is lower than another one: see :meth:`Comparison.discernible`."""
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


def not_ranked_lines(reasons: Mapping[str, str]) -> list[str]:
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


def _not_ranked_amounts(found: Comparison) -> list[str]:
    """Climate change and primary energy of every case, of a few, where they are not ranked: no order is told."""
    if len(found.keys) > _MOST_LISTED:
        return []
    lines = []
    for category in (CLIMATE_CHANGE, "primary energy"):
        if category not in found.not_ranked:
            continue
        rows = found.table[found.table["category"] == category]
        lines.append(f"{category}, not ranked:")
        for key, row in zip(found.keys, rows.to_dict("records"), strict=True):
            if row["amount"] == row["amount"]:
                ends = [units.humanise(row[name], row["unit"]) for name in ("amount", "low", "high")]
                lines.append(f"  {' '.join(key)}: {ends[0]} ({ends[1]} to {ends[2]})")
            else:
                lines.append(f"  {' '.join(key)}: no figure")
    return lines


def summary_of(found: Comparison) -> str:
    """The ranked categories in words: the lowest case of each, and how sure that is; then what is not ranked."""
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
            second, same = " ".join(found.keys[int(order[1])]), bool((drawn[0] == drawn[1]).all())
            sure = float((drawn[0] < drawn[1]).mean() + 0.5 * (drawn[0] == drawn[1]).mean())
            told += f"; the same as {second}" if same else f"; lower than {second} in {sure:.1%} of the draws"
        lines.append(f"{category:<{width}}  lowest: {' '.join(found.keys[best])}, {told}")
    lines += [f"{'left out of all alike':<{width}}  {one}" for one in found.completeness.alike]
    lines += _not_ranked_amounts(found)
    lines += ["", *not_ranked_lines(found.not_ranked)]
    return "\n".join(lines).rstrip()
