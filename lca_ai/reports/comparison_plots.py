"""Plots of a comparison as rows of a table, each with a small drawing; the script of the page moves what is drawn here.

Positions are percentages of the width of the plot, so that a plot is as wide as its page. The script computes axes by
the same rule (``axisOf`` in ``comparison.js``), and a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from lca_ai import units
from lca_ai.interpretation.arrays import HIGH
from lca_ai.interpretation.tornado import tornado
from lca_ai.reports.comparison_numbers import Numbers

SHOWN = 20
COLOURS = ("#0f766e", "#b45309", "#4338ca", "#be185d", "#4d7c0f", "#0369a1", "#7c2d12", "#6b21a8")
_TICKS = 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
NAMED_POINTS = 12
_NEAR_END, _ABOVE, _BELOW = 8.0, -11, 19
_TORNADO_ROWS = 12


#: A share that is all but parts of unknown size.
_ALL = 0.9995


@dataclass(frozen=True)
class Axis:
    """A linear axis: its ends, the distance of its ticks, and digits after the point of their labels."""

    low: float
    high: float
    step: float
    digits: int

    def at(self, value: float) -> float:
        """Where a value lies. [% of the width]"""
        return 100.0 * (value - self.low) / (self.high - self.low)

    @property
    def grid(self) -> float:
        """The distance of two ticks. [% of the width]"""
        return 100.0 * self.step / (self.high - self.low)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Position and label of every tick."""
        first, last = round(self.low / self.step), round(self.high / self.step)
        values = [index * self.step for index in range(first, last + 1)]
        return [(self.at(one), f"{one:.{self.digits}f}") for one in values]


def axis_of(values: Iterable[float]) -> Axis:
    """An axis that holds zero and all of some values.

    >>> axis_of([0.3, 2.6]).ticks[-1]
    (100.0, '3')
    """
    known = [one for one in values if math.isfinite(one)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if low == high:
        return Axis(0.0, 1.0, 0.5, 1)
    raw = (high - low) / _TICKS
    size = 10.0 ** math.floor(math.log10(raw))
    base = next(one for one in _STEPS if one * size >= raw * (1.0 - 1e-9))
    step = base * size
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if base == 2.5 and step < 10 else 0)  # noqa: PLR2004 (2.5)
    ends = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Axis(*ends, step, digits)


@dataclass(frozen=True)
class Bar:
    """A row of a plot: a case, the ends, the middle and the centre of its bar [%], and its texts."""

    index: int
    name: str
    left: float
    width: float
    middle: float
    centre: float
    texts: tuple[str, ...]
    kind: str = ""


def significant(value: float, digits: int = 3) -> str:
    """A number with some significant digits; a dash where there is none."""
    return units.significant(value, digits=digits) if math.isfinite(value) else "–"  # noqa: RUF001 (a dash)


def between(low: float, high: float) -> str:
    """An interval for reading."""
    return f"{significant(low)} to {significant(high)}" if math.isfinite(low) else "–"  # noqa: RUF001 (a dash)


def interval_plot(numbers: Numbers, category: int) -> tuple[Axis, list[Bar]]:
    """A row per case: 5 to 95 % of its draws, the median, and the central amount."""
    factor = numbers.scales[category][0]
    low, median, high = (numbers.interval[one, :, category] * factor for one in range(3))
    amount = numbers.amount[:, category] * factor
    axis = axis_of([*low, *high, *amount])
    kind = "" if category in numbers.ranked else "unranked"
    bars = []
    for one in numbers.order(category):
        known = math.isfinite(amount[one])
        place = axis.at if known else lambda _: 0.0
        left = place(low[one])
        told = between(low[one], high[one]) if known else "no figure"
        texts = (significant(amount[one]), told)
        bars.append(
            Bar(one, numbers.names[one], left, place(high[one]) - left, place(median[one]), place(amount[one]), texts,
                kind if known else f"{kind} unknown")
        )  # fmt: skip
    return axis, bars


def difference_plot(numbers: Numbers, category: int, reference: int = 0) -> tuple[Axis, list[Bar]]:
    """A row per other case: 5, 50 and 95 % of its difference to a reference; nothing where nothing is ranked."""
    if category not in numbers.ranked:
        return axis_of([]), []
    factor = numbers.scales[category][0]
    rows = numbers.differences[category][reference]
    axis = axis_of((rows[:, :3] * factor).ravel())
    order = sorted((one for one in range(len(rows)) if one != reference), key=lambda one: rows[one, 1])
    bars = []
    for one in order:
        low, median, high = rows[one, :3] * factor
        left = axis.at(low)
        texts = (significant(median), between(low, high), percent(rows[one, 3]), verdict(rows[one, 3]))
        bars.append(
            Bar(one, numbers.names[one], left, axis.at(high) - left, axis.at(median), axis.at(median), texts,
                verdict(rows[one, 3]).replace(" ", "-"))
        )  # fmt: skip
    return axis, bars


def percent(share: float) -> str:
    """A share of the draws, with all but all of them told apart from all; a half is rounded up, as a browser does.

    >>> percent(1.0), percent(0.99995), percent(0.623)
    ('100 %', '>99.9 %', '62.3 %')
    """
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    tenths = 100.0 * share
    if tenths > 99.9 or tenths < 0.1:  # noqa: PLR2004 (what a tenth of a percent can tell)
        return ">99.9 %" if tenths > 99.9 else "<0.1 %"  # noqa: PLR2004
    return f"{Decimal(tenths).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"


def verdict(lower: float) -> str:
    """What the share of the draws in which a case is lower says of it."""
    return "lower" if lower >= HIGH else "higher" if lower <= 1.0 - HIGH else "not told apart"


@dataclass(frozen=True)
class HeatCell:
    """A case in a category: over the lowest case, or the share of it that has a figure where that is not ranked."""

    text: str
    shade: float
    ranked: bool


def heat_map(numbers: Numbers) -> list[tuple[int, str, list[HeatCell]]]:
    """A row per case, by the category that is shown first: its amount over that of the lowest case."""
    cells: dict[int, list[HeatCell]] = {one: [] for one in range(len(numbers.names))}
    for category in range(len(numbers.categories)):
        column = numbers.amount[:, category]
        ranked = category in numbers.ranked
        least = float(column.min()) if ranked else math.nan
        largest = float(column.max()) / least if ranked and least > 0 else math.nan
        for one, row in cells.items():
            ratio = float(column[one]) / least if ranked and least > 0 else math.nan
            if ranked:
                row.append(HeatCell(significant(ratio) if least > 0 else "–", shade(ratio, largest), ranked=True))  # noqa: RUF001
            else:
                covered = numbers.covered[one, category] if math.isfinite(column[one]) else 0.0
                told = "in part" if covered >= _ALL else f"{100 * covered:.0f} %"
                row.append(HeatCell(told, 0.0, ranked=False))
    return [(one, numbers.names[one], cells[one]) for one in numbers.order(numbers.start)]


def shade(ratio: float, largest: float) -> float:
    """How dark a cell is: by the logarithm of its ratio, from 0.03 for the lowest case to 0.6 for the highest."""
    if not math.isfinite(ratio) or largest <= 1.0:
        return 0.03
    return 0.03 + 0.57 * math.log(ratio) / math.log(largest)


@dataclass(frozen=True)
class PlaceRow:
    """A place, by its number as given: where the amount of each of its cases lies."""

    number: int
    name: str
    points: tuple[tuple[int, str, str, float], ...]
    text: str


def places_plot(numbers: Numbers, category: int) -> tuple[Axis, list[str], list[PlaceRow]]:
    """A row per place, lowest first, with a mark per machine or way; nothing where the places are all that differs."""
    axes, keys = numbers.comparison.axes, numbers.comparison.keys
    if "location" not in axes or len(axes) < 2:  # noqa: PLR2004 (the place and something else)
        return axis_of([]), [], []
    at = axes.index("location")
    series = list(dict.fromkeys(" ".join((*key[:at], *key[at + 1 :])) for key in keys))
    if not 1 < len(series) <= len(COLOURS):
        return axis_of([]), [], []
    amount = numbers.amount[:, category] * numbers.scales[category][0]
    axis = axis_of(amount)
    rows: dict[str, list[tuple[int, str, str, float]]] = {}
    for index, key in enumerate(keys):
        other = " ".join((*key[:at], *key[at + 1 :]))
        centre = axis.at(amount[index]) if math.isfinite(amount[index]) else 0.0
        rows.setdefault(key[at], []).append((index, other, COLOURS[series.index(other)], centre))
    found = [
        PlaceRow(number, name, tuple(points), ", ".join(significant(amount[one]) for one, *_ in points))
        for number, (name, points) in enumerate(rows.items())
    ]
    if category in numbers.ranked:
        found.sort(key=lambda row: min(amount[one] for one, *_ in row.points))
    return axis, series, found


@dataclass(frozen=True)
class Point:
    """A case in the scatter [%]; its name stands above or below it, by turns from left to right."""

    index: int
    name: str
    across: float
    up: float
    on_front: bool
    share: str
    texts: tuple[str, str]
    anchor: str = "middle"
    lift: int = 0


def scatter(numbers: Numbers) -> tuple[Axis, Axis, list[Point]] | None:
    """The cases by two ranked categories, those on the front marked; None where fewer than two are ranked."""
    if numbers.front is None:
        return None
    one, other = numbers.front
    values = numbers.amount[:, [one, other]] * [numbers.scales[one][0], numbers.scales[other][0]]
    across, up = axis_of(values[:, 0]), axis_of(values[:, 1])
    front = on_front(values)
    shares = numbers.fronts.get((min(one, other), max(one, other)))
    turns = {int(index): turn for turn, index in enumerate(np.argsort(values[:, 0], kind="stable"))}
    points = []
    for index, name in enumerate(numbers.names):
        share = math.nan if shares is None else float(shares[index])
        place = across.at(values[index, 0])
        points.append(
            Point(index, name, place, 100.0 - up.at(values[index, 1]), front[index],
                  percent(share) if math.isfinite(share) else "not computed",
                  (significant(values[index, 0]), significant(values[index, 1])),
                  "start" if place < _NEAR_END else "end" if place > 100.0 - _NEAR_END else "middle",
                  _BELOW if turns[index] % 2 else _ABOVE)
        )  # fmt: skip
    return across, up, points


def on_front(values: Any) -> list[bool]:
    """Whether no other row is no worse in any column and better in one."""
    return [
        not bool(((values <= own).all(axis=1) & (values < own).any(axis=1)).any()) for own in np.asarray(values)
    ]  # fmt: skip


def tornado_rows(numbers: Numbers, given: pd.DataFrame | None = None) -> list[dict[int, list[list[Any]]]]:
    """Per reference case and ranked category, the inputs that move its amount most.

    Parameters
    ----------
    given : the table of the first case, in place of what :func:`lca_ai.interpretation.tornado.tornado` finds

    Returns
    -------
    Per case category -> rows of name, the two values of the input as text, the amounts at these, the central amount.
    """
    names = [numbers.categories[one] for one in numbers.ranked]
    found = numbers.comparison.found
    each = [given] if given is not None else [
        tornado(found, case, categories=names) for case in range(numbers.references if names else 0)
    ]  # fmt: skip
    return [
        {category: _largest(table[table["category"] == numbers.categories[category]]) for category in numbers.ranked}
        for table in each
    ]


def _largest(rows: pd.DataFrame) -> list[list[Any]]:
    moved = (rows["amount_high"] - rows["amount_low"]).abs()
    largest = rows.loc[moved.sort_values(ascending=False, kind="stable").index].head(_TORNADO_ROWS)
    return [
        [str(row["input"]), _range(row), *(float(row[name]) for name in ("amount_low", "amount_high", "amount"))]
        for row in largest.to_dict("records")
    ]


def _range(row: Mapping[Any, Any]) -> str:
    ends = [significant(float(one)) if isinstance(one, int | float | np.number) else str(one)
            for one in (row["low"], row["high"])]  # fmt: skip
    return f"{ends[0]} to {ends[1]} {row.get('input_unit', '')}".rstrip()


@dataclass(frozen=True)
class Swing:
    """An input in the tornado: where the amount lies from its low and its high value to the centre [%]."""

    name: str
    low: tuple[float, float]
    high: tuple[float, float]
    texts: tuple[str, str]


def tornado_plot(numbers: Numbers, rows: Sequence[Sequence[Any]], category: int) -> tuple[Axis, float, list[Swing]]:
    """The axis, where the central amount lies on it [%], and a row per input."""
    factor = numbers.scales[category][0]
    axis = span_axis([float(one) * factor for row in rows for one in row[2:]])
    centre = axis.at(float(rows[0][-1]) * factor) if rows else 0.0
    swings = []
    for name, told, at_low, at_high, _ in rows:
        parts = [(min(one, centre), abs(one - centre)) for one in (axis.at(at_low * factor), axis.at(at_high * factor))]
        amounts = f"{significant(at_low * factor)} to {significant(at_high * factor)}"
        swings.append(Swing(name, parts[0], parts[1], (told, amounts)))
    return axis, centre, swings


def span_axis(values: Sequence[float]) -> Axis:
    """An axis for changes around an amount; it need not hold zero."""
    if not values or min(values) == max(values):
        return axis_of(values)
    least = min(values)
    moved = axis_of([one - least for one in values])
    start = math.floor(least / moved.step + 1e-9) * moved.step
    count = math.ceil((max(values) - start) / moved.step - 1e-9)
    return Axis(start, start + max(count, 1) * moved.step, moved.step, moved.digits)
