"""What :func:`lca_ai.best_hours` returns: the plans side by side, the hours of the best one, and what to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from lca_ai import units
from lca_ai.impact.result import records

#: A change of another category that is told in the summary [%].
_TOLD = 0.5
#: Share of the kWh with a figure below which a change tells more of the gaps than of the plans.
_COVERED = 0.9


@dataclass(frozen=True)
class BestHours:
    """When to run, and what it saves.

    Attributes
    ----------
    name : of the run
    zone, series, grid_kind : whose hours they are, by which series, average or marginal
    category : the impact category that decides
    timezone : of the local times beside those in UTC; empty without one
    question : as it was read, as plain data: lengths, energy of a resumption at the machine, samples and seed
    room : from when to when the run may be (UTC)
    table : a row for each ``kind`` ("fixed": the reference, "deferrable": the best block, "interruptible": the best
        chunks) with ``start``, ``end``, ``chunks``, ``amount``, ``unit``, ``category``, ``saving``, ``saving_low``,
        ``saving_high`` (5 and 95 % points), ``saving [%]`` and ``energy [kWh]`` at the meter, resumptions included
    chunks : ``start`` and ``end`` of each stretch of the best plan
    hours : the hours (UTC) in which the best plan runs, the ``share`` of each, its ``energy [kWh]`` at the meter and
        ``intensity`` (of the category, per kWh)
    categories : each category that the series has a figure in: ``fixed`` and ``chosen`` (the best plan), ``unit``,
        ``change [%]``, ``change_low [%]`` and ``change_high [%]`` (5 and 95 % points), and ``covered_share``: of the
        kWh, those of technologies with a figure, in the plan that has less of them
    regret : each kind as last week's curve would have chosen it: ``start``, ``end``, ``amount`` as it turned out,
        ``saving`` really achieved, and ``regret`` against the best plan
    data_quality : ``what``, ``count`` and ``detail`` of what is missing, assumed or to be known
    sources : ids of the sources of the series, the losses and the factors
    """

    name: str
    zone: str
    series: str
    grid_kind: str
    category: str
    timezone: str
    question: Mapping[str, Any]
    room: tuple[pd.Timestamp, pd.Timestamp]
    table: pd.DataFrame
    chunks: pd.DataFrame
    hours: pd.DataFrame
    categories: pd.DataFrame
    regret: pd.DataFrame
    data_quality: pd.DataFrame
    sources: tuple[str, ...]

    @property
    def best(self) -> pd.Series:
        """The row of the best plan: that of the last kind of :attr:`table`."""
        return self.table.iloc[-1]

    def summary(self) -> str:
        """The plans with what each saves, what the other categories do, and what to know, as text."""
        begin, end = (self._moment(one) for one in self.room)
        width = max(len(str(kind)) for kind in self.table["kind"])
        lines = [
            f"{self.name}: when to run in {self.zone}, by {self.category} ({self.grid_kind} figures of {self.series})",
            f"may run from {begin} to {end}; amounts are of the electricity of the whole run, without the machines",
            "",
            *(self._plan(row, width) for row in self.table.to_dict("records")),
        ]
        if len(self.chunks) > 1:
            lines += ["", "runs", *(f"  {self._moment(a)} to {self._moment(b)}" for a, b in self._stretches())]
        lines += ["", *self._foreseen(), *self._shifts(), "", "to know:"]
        lines += [f"  {row['what']}: {row['detail']}" for row in self.data_quality.to_dict("records")]
        return "\n".join(lines)

    def _stretches(self) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        return list(zip(self.chunks["start"], self.chunks["end"], strict=True))

    def _moment(self, moment: pd.Timestamp) -> str:
        """A time in UTC, with the local one and its offset where a time zone is given."""
        shown = f"{moment:%Y-%m-%d %H:%M} UTC"
        return f"{shown} ({moment.tz_convert(self.timezone):%Y-%m-%d %H:%M%z})" if self.timezone else shown

    def _plan(self, row: dict[Any, Any], width: int) -> str:
        amount = units.humanise(row["amount"], row["unit"]) if isfinite(row["amount"]) else "not known"
        told = f"{row['kind']:<{width}}  {self._moment(row['start'])} to {self._moment(row['end'])}  {amount}"
        if row["kind"] == "fixed" or not isfinite(row["saving"]):
            return told
        told += f", saves {units.humanise(row['saving'], row['unit'])} ({row['saving [%]']:.1f} %)"
        if isfinite(row["saving_low"]):
            low, high = (units.humanise(row[name], row["unit"]) for name in ("saving_low", "saving_high"))
            told += f", 90 % interval {low} to {high}"
        return told

    def _foreseen(self) -> list[str]:
        known = self.regret[self.regret["regret"].notna()]
        return [
            f"{row['kind']}, chosen by last week's curve: saves {units.humanise(row['saving'], row['unit'])}, "
            f"regret {units.humanise(row['regret'], row['unit'])}"
            for row in known.to_dict("records")
        ]

    def _shifts(self) -> list[str]:
        """Categories that the best plan makes worse, and those of which too little is known to say."""
        known = self.categories[self.categories["covered_share"] >= _COVERED]
        worse = known[known["change [%]"] > _TOLD].sort_values("change [%]", ascending=False)
        told = ", ".join(f"{row['category']} {row['change [%]']:+.1f} %" for row in worse.to_dict("records"))
        lines = [f"rises: {told}" if told else f"no other category that is known rises by more than {_TOLD} %"]
        unsure = ", ".join(self.categories.loc[self.categories["covered_share"] < _COVERED, "category"])
        return [*lines, f"too few technologies have a figure to tell: {unsure}"] if unsure else lines

    def to_dict(self) -> dict[str, Any]:
        """The whole as plain data for JSON: times in ISO 8601, a missing number None."""
        frames = ("table", "chunks", "hours", "categories", "regret", "data_quality")
        named = ("name", "zone", "series", "grid_kind", "category", "timezone")
        return {
            **{name: getattr(self, name) for name in named},
            "question": dict(self.question),
            "room": [one.isoformat() for one in self.room],
            **{name: records(_with_text(getattr(self, name))) for name in frames},
            "sources": list(self.sources),
        }


def _with_text(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its times as text."""
    times = [name for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    text = {name: [None if pd.isna(one) else one.isoformat() for one in frame[name]] for name in times}
    return frame.assign(**{name: pd.Series(cells, index=frame.index, dtype="object") for name, cells in text.items()})


__all__ = ["BestHours"]
