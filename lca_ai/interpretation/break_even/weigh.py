"""Both sides of a break-even in every category: what buying takes and saves, at central values and in the draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.interpretation.arrays import HIGH, LOW, MEDIAN, row_quantiles
from lca_ai.interpretation.break_even.payback import Balance, at_share, first_years, payback
from lca_ai.interpretation.break_even.sides import Running, Side, running
from lca_ai.interpretation.cases import Assembled
from lca_ai.interpretation.completeness import Completeness
from lca_ai.interpretation.linear import Draws, Number
from lca_ai.models.scope import STAGES

Array = NDArray[np.float64]
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Question:
    """``work`` [unit/hour], and how it is asked; ``age`` None where the machine that is kept is sunk [year].

    ``trends`` is category -> index of the variable of its yearly change.
    """

    work: float
    whole: bool
    old_end_of_life: bool
    age: float | None
    trends: Mapping[str, int]
    start: date | None


@dataclass(frozen=True)
class Weighed:
    """Both sides in every category, at central values and in the draws."""

    found: Assembled
    kept: Side
    bought: Side
    question: Question
    drawn: Draws
    complete: Completeness

    def _running(self, side: Side, values: tuple[Number, ...]) -> Running:
        return running(self.found.model, side, values, self.question.work, whole=self.question.whole)

    def _scores(self, category: int, *, central: bool) -> Any:
        """Impacts of one unit of every product, shape (products,) or (products, samples)."""
        table = self.found.model.table
        if central:
            return table.central[:, category]
        rows = table.rows[category]
        return rows.exchanges @ rows.draw(self.drawn.scores, self.drawn.shoulders)

    def _made(self, side: Side, at: Running, scores: Any, stages: Sequence[str] = STAGES) -> Number:
        activity = self.found.model.activities[side.activity]
        products = [product for stage, product in activity.stages.items() if stage in stages]
        made: Number = at.number * activity.share * sum((scores[one] for one in products), 0.0)
        return made

    def _used(self, side: Side, at: Running, scores: Any) -> tuple[Number, Number]:
        """Impacts of a year of use, by electricity and by water on site."""
        place = self.found.model.places[side.place]
        water = scores[place.water] * at.water if place.water >= 0 else 0.0
        return at.energy * at.electricity * scores[place.grid], at.energy * water

    def _life(self, side: Side, values: tuple[Number, ...]) -> Number:
        return values[self.found.model.activities[side.activity].life]

    def _balance(self, category: int, *, central: bool) -> tuple[Balance, tuple[Number, ...]]:
        """What is weighed, and the use of a year of both sides: electricity and water each."""
        values = self.found.model.central if central else self.drawn.values  # noqa: PD011 (of the draws)
        scores = self._scores(category, central=central)
        keep, buy = self._running(self.kept, values), self._running(self.bought, values)
        used = (*self._used(self.kept, keep, scores), *self._used(self.bought, buy, scores))
        new = self._made(self.bought, buy, scores)
        charged: Number = 0.0
        remaining: Number = 0.0
        if self.question.age is not None:
            life = self._life(self.kept, values)
            charged = self._made(self.kept, keep, scores) / life
            remaining = np.maximum(life - self.question.age, 0.0)
        elif self.question.old_end_of_life:
            new = new + self._made(self.kept, keep, scores, ("end of life",))
        trend = self.question.trends.get(self.found.model.table.categories[category])
        rate = values[trend] if trend is not None else 0.0
        return Balance(new, used[0] - used[2], used[1] - used[3], rate, charged, remaining), used

    def table(self) -> pd.DataFrame:
        """A row per category, see :class:`BreakEven`."""
        life = np.asarray(self._life(self.bought, self.drawn.values))
        rows = []
        for index, (category, reason) in enumerate(self._categories()):
            numbers = [math.nan] * 9
            if not reason:
                balance, _ = self._balance(index, central=True)
                after = np.broadcast_to(payback(self._balance(index, central=False)[0]), self.drawn.samples)
                paid = after[np.isfinite(after)]
                numbers = [
                    float(payback(balance)), *at_share(after, (LOW, MEDIAN, HIGH)), 1.0 - len(paid) / len(after),
                    float(np.median(paid)) if len(paid) else math.nan, float((after <= life).mean()),
                    float(balance.new), float(balance.electricity + balance.water + balance.kept)]  # fmt: skip
            rows.append((category, *numbers, tables.category_unit(category), reason))
        columns = ["category", "payback", "low", "median", "high", "never", "median_where_paid", "within_life",
                   "new_machine", "saving_per_year", "impact_unit", "reason"]  # fmt: skip
        table = pd.DataFrame(rows, columns=columns)
        table.insert(5, "unit", "year")
        start = self.question.start
        if start is not None:
            for name, of in (("date", "payback"), ("date_low", "low"), ("date_high", "high")):
                table[name] = [_dated(start, value) for value in table[of]]
        return table

    def _categories(self) -> Iterable[tuple[str, str]]:
        return zip(self.found.model.table.categories, self.complete.reasons(), strict=True)

    def curves(self, years: int | None) -> pd.DataFrame:
        """Impacts so far, year by year, of both sides."""
        life = float(self._life(self.bought, self.found.model.central))
        last = math.ceil(life) if years is None else years
        if isinstance(last, bool) or not isinstance(last, int) or last < 1:
            raise StudyError("not a number of years", field="years", value=years, accepted="a whole number from 1")
        elapsed = np.arange(last + 1.0)
        frames = []
        for index, (category, reason) in enumerate(self._categories()):
            if reason:
                continue
            balance, used = self._balance(index, central=False)
            columns: dict[str, Any] = {"year": elapsed.astype(int), "category": category}
            kept = _so_far(elapsed, self.drawn.samples, used[0], used[1], balance, 0.0, balance.kept)
            bought = _so_far(elapsed, self.drawn.samples, used[2], used[3], balance, balance.new, 0.0)
            for role, drawn in (("keep", kept), ("buy", bought)):
                numbers = row_quantiles(drawn, (LOW, MEDIAN, HIGH))
                columns |= {f"{role}_{name}": row for name, row in zip(("low", "median", "high"), numbers, strict=True)}
            frames.append(pd.DataFrame(columns | {"unit": tables.category_unit(category)}))
        names = [f"{role}_{name}" for role in ("keep", "buy") for name in ("low", "median", "high")]
        empty = pd.DataFrame(columns=["year", "category", *names, "unit"])
        return pd.concat(frames, ignore_index=True) if frames else empty

    def machines(self, unit: str) -> pd.DataFrame:
        """Both sides at central values."""
        rows = []
        for role, side in (("keep", self.kept), ("buy", self.bought)):
            at = self._running(side, self.found.model.central)
            busy, number = float(at.busy), float(at.number)
            known = busy > 0.0
            hours = _DAYS_PER_YEAR * 24.0 * self.question.work
            rows.append((role, side.name, number if known else math.nan, busy if known else math.nan,
                         busy / number if known else math.nan, float(at.energy) / hours, unit, side.told))  # fmt: skip
        columns = ["role", "machine", "number", "busy", "utilisation", "energy_per_work", "work_unit", "told"]
        return pd.DataFrame(rows, columns=columns)

    def notes(self) -> list[str]:
        """What is counted, and what is left out."""
        sunk = "what the kept machine took to make is spent, and weighs nothing"
        if self.question.age is not None:
            sunk = ("the kept machine is charged its manufacture, transport and end of life in equal parts over its "
                    f"service life, of which {self.question.age:g} years have passed")  # fmt: skip
        notes = [sunk, "the end of life of the new machine counts from the purchase on, which takes it on"]
        if self.question.old_end_of_life and self.question.age is None:
            notes.append("the end of life of the old machine is charged to the new one")
        whole = self.question.whole
        idle = whole and min(self.kept.idle, self.bought.idle) >= 0
        notes.append(
            "machines are whole, as many as the work needs at full load" if whole
            else "of the machines counts the part of their productive time that the work takes"
        )  # fmt: skip
        if whole and not idle:
            notes.append("the power of machines without work is not known, and left out of both sides")
        trend = ", ".join(f"{name} {self.found.model.central[index]:+.3g} per year"
                          for name, index in self.question.trends.items())  # fmt: skip
        notes.append(f"the grid changes: {trend}; in other categories it stays" if trend else "the grid stays as it is")
        return notes


def _so_far(  # noqa: PLR0913 (what a curve is made of)
    years: Array, samples: int, electricity: Number, water: Number, balance: Balance, new: Number, kept: Number
) -> Array:
    """Impacts so far, shape (years, samples)."""
    elapsed = years[:, None]
    found = new + electricity * first_years(elapsed, balance.rate) + water * elapsed
    found = found + kept * np.minimum(elapsed, balance.remaining)
    return np.array(np.broadcast_to(found, (len(years), samples)))


def _dated(start: date, years: float) -> str:
    """The date after some years; empty where there is none, or none that a calendar has."""
    if not math.isfinite(years):
        return ""
    try:
        return (start + timedelta(days=years * _DAYS_PER_YEAR)).isoformat()
    except OverflowError:
        return ""
