"""What to know of a plan: the kind of figures, hours without a value, what was assumed, what has no figure."""

from __future__ import annotations

from typing import Any, TypeAlias

import pandas as pd

from lca_ai.interpretation.hours.weigh import Sides
from lca_ai.sources import join

Row: TypeAlias = dict[str, Any]
#: What figures of a kind answer, and what they do not.
_MEANING = {
    "average": (
        "average figures tell which share of the grid's impacts falls on these hours (attributional); what moving the "
        "load changes in the grid (consequential) needs a marginal series: hourly, a file, and grid_kind marginal"
    ),
    "residual": (
        "residual figures tell the impacts that no certificate claims in these hours (market-based); what moving the "
        "load changes in the grid (consequential) needs a marginal series"
    ),
    "marginal": (
        "marginal figures tell what one more kilowatt-hour in these hours changes, as far as the series is right; they "
        "are not to be added to results of average figures"
    ),
}
_PAUSE = (
    "a paused run draws nothing and loses nothing but the energy of its resumptions; machines that are held while it "
    "waits have a share of manufacture and idle power that is not in these figures"
)
#: Rounding of a share, and of a moment [s].
_ROUNDING, _MOMENT = 1e-9, 1e-3


def notes_of(sides: Sides, table: pd.DataFrame, categories: pd.DataFrame, forecast: str) -> pd.DataFrame:
    """What to know of the plans, in the order of its weight: ``what``, ``count`` and ``detail``."""
    kind = sides.metering.inventory.supply.mix.kind
    rows = [
        _row("kind of figures", _MEANING[kind]),
        _row("reference", _reference(sides, table)),
        *_missing(sides, table),
        *_uncovered(sides, categories),
        _row("interval", _interval(sides)),
        *([_row("pauses", _PAUSE)] if sides.interruption is not None else []),
        _row("forecast", forecast),
        *_series(sides),
        *_energy_gaps(sides),
        *(_row("assumed", f"{one.subject}: {one.value} ({one.reason})") for one in sides.metering.system.assumed),
    ]
    return pd.DataFrame(rows, columns=["what", "count", "detail"])


def _row(what: str, detail: str, count: int = 1) -> Row:
    return {"what": what, "count": count, "detail": detail}


def _reference(sides: Sides, table: pd.DataFrame) -> str:
    start, was = table["start"].iloc[0], sides.run.start
    if was is not None and abs((start - was).total_seconds()) < _MOMENT:
        return "fixed is the run as it was"
    told = (
        "when it was is not known" if was is None else f"as it was, at {was:%Y-%m-%d %H:%M} UTC, is not in the window"
    )
    return f"fixed is the run started at once, at the earliest moment: {told}"


def _missing(sides: Sides, table: pd.DataFrame) -> list[Row]:
    first, last = int(sides.room.earliest), int(-(-sides.room.latest // 1))
    hours, rows = int(sides.grid.missing[first:last].sum()), []
    if hours:
        detail = f"{hours} hours of the window have no value in {sides.grid.name}: nothing runs in them"
        told = f"{detail}; {sides.barred()} of {len(sides.starts)} starts touch them and are no candidates"
        rows.append(_row("hours without a value", told, hours))
    if table["amount"].isna().iloc[0]:
        detail = "the reference touches an hour without a value, so what is saved against it is not known"
        rows.append(_row("reference", f"{detail}; another series or another earliest start would tell"))
    if "deferrable" not in set(table["kind"]):
        rows.append(_row("deferrable", "no block of the window has a value in every hour"))
    return rows


def _uncovered(sides: Sides, categories: pd.DataFrame) -> list[Row]:
    covered = float(categories.loc[categories["category"] == sides.category, "covered_share"].iloc[0])
    if not covered < 1.0 - _ROUNDING:
        return []
    detail = f"{1.0 - covered:.1%} of the kWh of the fixed or the best plan are of technologies without a figure in"
    told = f"{detail} {sides.category}: hours that have more of them look better than they are"
    return [_row("without a figure", told)]


def _interval(sides: Sides) -> str:
    if not sides.grid.ranged:
        return f"{sides.grid.name} tells an intensity without its range: no interval is known"
    told = "5 and 95 % points over the ranges of the technologies' factors, drawn once for both plans"
    return f"{told}; the shares of the series, grid losses, PUE and energy are taken as they are"


def _series(sides: Sides) -> list[Row]:
    """What was averaged or left out of the series, where it ends the window, and what is not in it."""
    rows = [_row("hourly series", one) for one in sides.grid.series.notes]
    if sides.room.latest == len(sides.grid.shares):
        rows.append(_row("hourly series", f"the window ends with {sides.grid.name}"))
    return rows + [_row(one.process, one.reason) for one in dict.fromkeys(sides.grid.supply.gaps)]


def _energy_gaps(sides: Sides) -> list[Row]:
    """What the energy of the run leaves out: as much in every plan."""
    named = ("electricity of", "measured electricity")
    told = {one.process: one.reason for one in sides.metering.system.gaps if one.process.startswith(named)}
    return [_row(process, reason) for process, reason in told.items()]


def sources_of(sides: Sides) -> tuple[str, ...]:
    """Sources of the series, the losses, what was assumed, and the factors of the category that decides."""
    grid = sides.grid
    factors = [
        one for process in grid.supply.processes for of in process.factors_in(sides.category) for one in of.sources
    ]
    assumed = [one.source for one in sides.metering.system.assumed]
    return tuple(join([*grid.supply.sources, *grid.series.sources, *factors, *assumed]).split(";"))


__all__ = ["notes_of", "sources_of"]
