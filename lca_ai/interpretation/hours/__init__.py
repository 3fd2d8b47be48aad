"""``best_hours``: when to run. A run as it was, as the best block of a window, and in the cheapest hours in chunks.

The load curve of the run meets the impacts per kWh of every hour of a series, average or marginal; the saving has the
interval of the factors behind it (the same draw for both plans), and the regret of having known last week's curve only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import InputError
from lca_ai.interpretation.hours.grid import category_named, hourly_grid, placed, with_series
from lca_ai.interpretation.hours.notes import notes_of, sources_of
from lca_ai.interpretation.hours.plans import Interruption, block, starts_of
from lca_ai.interpretation.hours.question import Question, at, question, room_of, since
from lca_ai.interpretation.hours.result import BestHours
from lca_ai.interpretation.hours.run import Movable, metering, movable, one_of
from lca_ai.interpretation.hours.weigh import Sides, categories_of, hours_of, regret_of, table_of, timed
from lca_ai.inventory.electricity import CLIMATE_CHANGE
from lca_ai.models.location import GridKind, Location
from lca_ai.models.study import Study
from lca_ai.models.workload import Workload
from lca_ai.own_tables import OwnTables, using

if TYPE_CHECKING:
    import pint


def best_hours(  # noqa: PLR0913 (one argument for each choice of the question)
    run: Workload | Study,
    *,
    location: Location | str | None = None,
    within: str | pint.Quantity[float] | None = None,
    deadline: str | datetime | None = None,
    earliest: str | datetime | None = None,
    interruptible: bool = False,
    min_chunk: str | pint.Quantity[float] | None = None,
    resume_energy: str | pint.Quantity[float] | None = None,
    step: str | pint.Quantity[float] = "1 h",
    category: str = CLIMATE_CHANGE,
    hourly: str | Path | None = None,
    grid_kind: GridKind | None = None,
    timezone: str | None = None,
    workload: str | None = None,
    samples: int = 1024,
    seed: int = 0,
    tables: OwnTables | None = None,
) -> BestHours:
    """When to run: the best block of a window, and the cheapest hours of it, against the run as it was.

    Parameters
    ----------
    run : a workload whose log or runtime tells its length, or a study that has one
    location : where; the run's own place where not given. A zone alone is another grid around the same facility
    within : how long after the earliest start the run has ended, e.g. "7 d" (168 h, whatever clocks do)
    deadline : by when it has ended; naive in ``timezone``
    earliest : from when it may run; where not given, the start of the run as it was, or, of a run at another time, so
        long before the deadline as ``within`` says; the whole series where no end is given either
    interruptible : whether it may be paused: nothing is drawn then, and its work goes on in order
    min_chunk : the shortest stretch of an interruptible run, e.g. "3 h"; any step by itself where not given
    resume_energy : energy of each resumption at the machine, drawn in the first step after the pause, to which the PUE
        is added; none where not given
    step : a run starts and pauses at such steps from the full hour (UTC): 1 h, 30 min, 15 min ...
    category : the impact category that decides
    hourly : a series of one's own (a file), or one of the data by its name; that of the zone and year where not given
    grid_kind : "average" or "marginal"; a marginal series is a file of one's own
    timezone : IANA zone of naive times, and of the local times that are shown beside UTC
    workload : which one, of a study with several
    samples, seed : draws of the factors behind the interval of the saving, a power of two
    tables : a user's own tables, whose rows come before the project's of the same key

    Returns
    -------
    :class:`BestHours`

    Raises
    ------
    InputError : for a place without a series, a window in which the run has no room, naive times, lengths of zero

    Notes
    -----
    Only the electricity of the run moves with the hours; manufacture and water on site do not. Starts are every step
    and, exactly, the earliest moment and the start of the run as it was. Blocks are weighed by prefix sums or by
    correlation, chunks by an exact dynamic programme over the whole steps of the window; a block is one chunk.
    The forecast of the regret is the week before the earliest start, repeated (persistence).
    """
    asked = question(
        within=within,
        deadline=deadline,
        earliest=earliest,
        step=step,
        interruptible=interruptible,
        min_chunk=min_chunk,
        resume_energy=resume_energy,
        timezone=timezone,
        samples=samples,
        seed=seed,
    )
    if tables is None and isinstance(run, Study):
        tables = run.own_tables()
    with using(tables):
        mine = one_of(run, workload)
        place = placed(location, mine.location, hourly=None if hourly is None else str(hourly), kind=grid_kind)
        return _told(_sides(movable(mine), place, category, asked))


def _sides(run: Movable, place: Location, category: str, asked: Question) -> Sides:
    """The run, its grid and its window, on one axis of hours."""
    begun = asked.earliest or asked.deadline or run.start
    place, series = with_series(place, begun)
    year = (series.span[0] if begun is None else pd.Timestamp(begun).tz_convert("UTC")).year
    grid = hourly_grid(place, series, run_year=year)
    decides = category_named(category, grid.categories)
    room = room_of(run, grid, asked)
    own = None if run.start is None else since(grid.first, run.start)
    reference = own if own is not None and room.holds(own, run.duration) else room.earliest
    metered = metering(run, place, series, at(grid.first, reference))
    resumed = asked.interruption
    if resumed is not None:
        resumed = Interruption(resumed.min_chunk, resumed.resume_energy * metered.inventory.pue)
    return Sides(
        run=run,
        grid=grid,
        metering=metered,
        room=room,
        starts=starts_of(metered.load, room, [reference]),
        fixed=block(metered.load, reference, "fixed"),
        category=decides,
        interruption=resumed,
        asked=asked,
    )


def _told(sides: Sides) -> BestHours:
    """The best plans of a question, and all that is told of them.

    Raises
    ------
    InputError : where no plan has a value in every hour
    """
    plans, grid = sides.chosen(sides.per_kwh, sides.grid.missing), sides.grid
    if not plans:
        counted = f"{int(grid.missing.sum())} hours of {grid.name} have no value"
        raise InputError("every window touches an hour without a value", value=counted, accepted="a wider window")
    table, categories = table_of(sides, plans), categories_of(sides, plans[-1])
    regret, forecast = regret_of(sides, plans)
    mix = sides.metering.inventory.supply.mix
    return BestHours(
        name=sides.run.workload.name,
        zone=mix.zone,
        series=grid.name,
        grid_kind=mix.kind,
        category=sides.category,
        timezone=sides.asked.timezone,
        question=sides.asked.plain(),
        room=(at(grid.first, sides.room.earliest), at(grid.first, sides.room.latest)),
        table=table,
        chunks=timed(sides, [{"start": begin, "end": end} for begin, end in plans[-1].chunks], "start", "end"),
        hours=hours_of(sides, plans[-1]),
        categories=categories,
        regret=regret,
        data_quality=notes_of(sides, table, categories, forecast),
        sources=sources_of(sides),
    )


__all__ = ["BestHours", "best_hours"]
