"""What is told of a break-even: paybacks with their intervals, curves, machines, and what is counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from lca_ai import tables, units
from lca_ai.errors import UnknownKeyError, did_you_mean
from lca_ai.interpretation.arrays import HIGH, LOW
from lca_ai.models.scope import GoalAndScope

_NEVER = "never"


@dataclass(frozen=True)
class BreakEven:
    """When a new machine has paid back.

    Attributes
    ----------
    keep, buy, work : the question
    table : per category ``payback`` (central estimate), ``low``, ``median``, ``high`` (5, 50 and 95 % of the draws) in
        ``unit`` (year), infinite where it is never paid back; ``never`` (share of such draws), ``median_where_paid``,
        ``within_life`` (share of the draws in which it is paid back within the service life of the new machine),
        ``new_machine`` and ``saving_per_year`` (central) in ``impact_unit``; ``reason``, where no payback is stated;
        with a start also ``date``, ``date_low`` and ``date_high``, empty where never
    curves : per year and category of a stated payback, the impacts so far: ``keep_low``, ``keep_median``,
        ``keep_high``, ``buy_low``, ``buy_median``, ``buy_high``, ``unit``
    machines : per side ``machine``, ``number``, ``busy`` (machines that the work takes), ``utilisation``,
        ``energy_per_work`` [kWh], ``work_unit``, and how that is known
    notes : what is counted, and what is left out
    """

    keep: str
    buy: str
    work: str
    start: date | None
    table: pd.DataFrame
    curves: pd.DataFrame
    machines: pd.DataFrame
    gaps: pd.DataFrame
    inputs: pd.DataFrame
    notes: tuple[str, ...]
    samples: int
    seed: int
    scope: GoalAndScope

    def __getitem__(self, category: str) -> pd.Series:
        """The row of a category.

        Raises
        ------
        UnknownKeyError : where the method has no such category
        """
        found = self.table[self.table["category"] == category]
        if found.empty:
            near = did_you_mean(category, tables.categories())
            raise UnknownKeyError("no such impact category", value=category, accepted=near)
        return found.iloc[0]

    @property
    def not_stated(self) -> Mapping[str, str]:
        """Categories without a payback, and why."""
        rows = self.table[self.table["reason"] != ""]
        return dict(zip(rows["category"], rows["reason"], strict=True))

    def summary(self) -> str:
        """The payback of every category with its interval, what has none, and what is counted."""
        lines = [f"keep {self.keep}, or buy {self.buy}, for {self.work}"]
        lines += [
            f"{row['role']}: {units.significant(row['busy'])} busy of {units.significant(row['number'])} "
            f"{row['machine']}, {units.significant(row['energy_per_work'])} kWh per {row['work_unit']} "
            f"({row['told'].partition(';')[0]})"
            for row in self.machines.to_dict("records")
        ]
        told = self.table[self.table["reason"] == ""].to_dict("records")
        lines += ["", f"paid back after ({self.samples:,} draws, 5 to 95 %)"] if told else ["", "no payback is stated"]
        width = max((len(row["category"]) for row in told), default=0)
        lines += [f"{row['category']:<{width}}  {self._told(row)}" for row in told]
        lines += ["", *(f"not stated: {reason}" for reason in self.not_stated.values())] if self.not_stated else []
        return "\n".join([*lines, "", *self.notes])

    def _told(self, row: Mapping[Any, Any]) -> str:
        shown = [_years(row[name]) for name in ("payback", "low", "high")]
        if self.start is not None:
            shown[0] += f", in {row['date'][:4]}" if row["date"] else ""
        never = f"; never in {row['never']:.0%} of the draws" if row["never"] else ""
        return f"{shown[0]} ({shown[1]} to {shown[2]}){never}; within its service life in {row['within_life']:.0%}"

    def __str__(self) -> str:
        return self.summary()

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data; a payback that never comes is the text "never"."""
        from lca_ai.impact.result import records

        return {
            "keep": self.keep, "buy": self.buy, "work": self.work,
            "start": None if self.start is None else self.start.isoformat(),
            "goal_and_scope": self.scope.model_dump(mode="json"),
            "samples": self.samples, "seed": self.seed, "interval": [LOW, HIGH],
            "payback": [{name: _NEVER if value == math.inf else value for name, value in row.items()}
                        for row in records(self.table)],
            "not_stated": dict(self.not_stated),
            "curves": records(self.curves), "machines": records(self.machines), "inputs": records(self.inputs),
            "gaps": records(self.gaps), "notes": list(self.notes),
        }  # fmt: skip


def _years(value: float) -> str:
    return _NEVER if math.isinf(value) else f"{units.significant(value)} year"
