"""Plans weighed against each other: amounts, savings with their interval, other categories, and the regret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.interpretation.hours.grid import HourlyGrid
from lca_ai.interpretation.hours.plans import Interruption, Plan, Room, best_block, best_chunks, costs_of
from lca_ai.interpretation.hours.question import Question, at
from lca_ai.interpretation.hours.run import Metering, Movable

Array = NDArray[np.float64]
#: The forecast is the week before, repeated.
_WEEK = 168
#: Points of the distribution of a saving that are told.
_LOW, _HIGH = 0.05, 0.95
_NAN = float("nan")


@dataclass(frozen=True)
class Sides:
    """All that plans are weighed with.

    Attributes
    ----------
    starts : of a block [h since the first hour of the series]
    fixed : the reference
    interruption : what an interruptible run asks for, its energy at the meter; None for a run that is not
    """

    run: Movable
    grid: HourlyGrid
    metering: Metering
    room: Room
    starts: Array
    fixed: Plan
    category: str
    interruption: Interruption | None
    asked: Question

    @property
    def per_kwh(self) -> Array:
        """The category that decides, per kWh at the meter, shape (hours,)."""
        found: Array = self.grid.intensity[:, self.grid.categories.index(self.category)]
        return found

    @property
    def unit(self) -> str:
        """Unit of the category that decides."""
        return tables.category_unit(self.category)

    def barred(self) -> int:
        """Starts that are no candidates, because they touch an hour without a value."""
        costs = costs_of(np.zeros(len(self.grid.shares)), self.grid.missing, self.metering.load, self.starts)
        return int(np.isnan(costs).sum())

    def chosen(self, values: Array, missing: NDArray[np.bool_]) -> list[Plan]:
        """The best plan of each kind by these values; none of a kind that has no room between the missing hours."""
        load = self.metering.load
        whole = best_block(values, missing, load, self.starts)
        plans = [] if whole is None else [whole]
        if self.interruption is not None:
            split = best_chunks(values, missing, load, self.room, self.interruption)
            if whole is not None and (split is None or whole.cost(values) <= split.cost(values)):
                split = Plan("interruptible", whole.chunks, whole.hours, whole.energy)
            plans += [] if split is None else [split]
        return plans


def table_of(sides: Sides, plans: list[Plan]) -> pd.DataFrame:
    """The reference and the plans, a row each."""
    values, rows = sides.per_kwh, []
    fixed = float(sides.fixed.cost(values))
    for plan in (sides.fixed, *plans):
        amount = float(plan.cost(values))
        low, high = (0.0, 0.0) if plan is sides.fixed else _interval(sides, plan)
        rows.append(
            {
                "kind": plan.kind, "start": plan.start, "end": plan.end, "chunks": len(plan.chunks), "amount": amount,
                "unit": sides.unit, "category": sides.category, "saving": fixed - amount, "saving_low": low,
                "saving_high": high, "saving [%]": 100.0 * (1.0 - amount / fixed) if fixed else _NAN,
                "energy [kWh]": float(plan.energy.sum()),
            }
        )  # fmt: skip
    return timed(sides, rows, "start", "end")


def _interval(sides: Sides, plan: Plan) -> tuple[float, float]:
    """5 and 95 % points of fixed less plan, the factors drawn once for both; NaN where no range is known."""
    if not sides.grid.ranged:
        return _NAN, _NAN
    difference = sides.fixed.cost(sides.grid.shares) - plan.cost(sides.grid.shares)
    drawn = sides.grid.draws(sides.category, sides.asked.samples, sides.asked.seed) @ difference
    low, high = np.quantile(drawn, [_LOW, _HIGH])
    return float(low), float(high)


def categories_of(sides: Sides, best: Plan) -> pd.DataFrame:
    """Every category of the series in the reference and the best plan, the change with its interval."""
    grid, rows = sides.grid, []
    mixes = [one.cost(grid.shares) for one in (sides.fixed, best)]
    fixed, chosen = (one.cost(grid.intensity) for one in (sides.fixed, best))
    covered = np.minimum(*(grid.covered(one) for one in mixes))
    for index, category in enumerate(grid.categories):
        low = high = _NAN
        if grid.ranged:
            drawn = grid.draws(category, sides.asked.samples, sides.asked.seed)
            low, high = np.quantile(100.0 * (drawn @ mixes[1] / (drawn @ mixes[0]) - 1.0), [_LOW, _HIGH])
        rows.append(
            {
                "category": category, "fixed": float(fixed[index]), "chosen": float(chosen[index]),
                "unit": tables.category_unit(category),
                "change [%]": 100.0 * (float(chosen[index] / fixed[index]) - 1.0) if fixed[index] else _NAN,
                "change_low [%]": float(low), "change_high [%]": float(high), "covered_share": float(covered[index]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def regret_of(sides: Sides, plans: list[Plan]) -> tuple[pd.DataFrame, str]:
    """Each kind chosen by the week before the earliest start, repeated, weighed as it turned out; and what it is."""
    grid, values, hour = sides.grid, sides.per_kwh, int(sides.room.earliest)
    rows: list[dict[str, Any]] = []
    reason = "the regret is that of the week before the earliest start, repeated: a real forecast may do better"
    if hour >= _WEEK:
        fixed, best = float(sides.fixed.cost(values)), {one.kind: float(one.cost(values)) for one in plans}
        week_before = hour - _WEEK + (np.arange(len(values)) - hour) % _WEEK
        unknown = grid.missing | grid.missing[week_before]
        for plan in sides.chosen(np.where(unknown, _NAN, values[week_before]), unknown):
            amount = float(plan.cost(values))
            found = {"amount": amount, "saving": fixed - amount, "regret": amount - best[plan.kind]}
            rows.append({"kind": plan.kind, "start": plan.start, "end": plan.end, **found, "unit": sides.unit})
        if not rows:
            reason = "no window has a value in every hour, a week before and in itself: no forecast, no regret"
    else:
        reason = f"{grid.name} does not go back a week before the earliest start: no forecast, no regret"
    nothing = {"start": None, "end": None, "amount": _NAN, "saving": _NAN, "regret": _NAN, "unit": sides.unit}
    return timed(sides, rows or [{"kind": one.kind, **nothing} for one in plans], "start", "end"), reason


def hours_of(sides: Sides, best: Plan) -> pd.DataFrame:
    """The hours in which a plan runs, the share of each and its energy."""
    values, unit = sides.per_kwh, f"{sides.unit}/kWh"
    rows = [
        {
            "hour": int(hour),
            "share": float(share),
            "energy [kWh]": float(energy),
            "intensity": values[hour],
            "unit": unit,
        }
        for hour, share, energy in zip(best.hours, best.run_share(), best.energy, strict=True)
    ]
    return timed(sides, rows, "hour")


def timed(sides: Sides, rows: list[dict[str, Any]], *names: str) -> pd.DataFrame:
    """Rows as a frame: hours since the first one as times in UTC, and beside them in the time zone asked."""
    frame = pd.DataFrame(rows)
    for name in names:
        moments = [pd.NaT if pd.isna(one) else at(sides.grid.first, float(one)) for one in frame[name]]
        utc = pd.DatetimeIndex(moments, tz="UTC")
        frame[name] = utc
        if sides.asked.timezone:
            local = utc.tz_convert(sides.asked.timezone)
            frame.insert(list(frame.columns).index(name) + 1, f"{name}_local", local)
    return frame


__all__ = ["Sides", "categories_of", "hours_of", "regret_of", "table_of", "timed"]
