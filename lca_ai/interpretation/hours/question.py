"""The question of when to run, in plain numbers: its lengths, moments and window, each refused where it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lca_ai import units
from lca_ai.errors import InputError
from lca_ai.interpretation.hours.grid import HourlyGrid
from lca_ai.interpretation.hours.plans import Interruption, Room
from lca_ai.interpretation.hours.run import Movable
from lca_ai.interpretation.sampling import check_samples
from lca_ai.models.power import moment
from lca_ai.models.power import timezone as zone_of

_HOUR = pd.Timedelta(hours=1)
_US_PER_HOUR = 3.6e9
#: Hours that are one moment, as of a log; and digits to which lengths are read.
_SAME, _DIGITS = 1e-8, 11
_LAST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Question:
    """Lengths in hours, energy in kWh, times with their zone; None where nothing is asked."""

    within: float | None
    deadline: datetime | None
    earliest: datetime | None
    step: float
    interruption: Interruption | None
    timezone: str
    samples: int
    seed: int

    def plain(self) -> dict[str, Any]:
        """The question as plain data, with the unit of each length and energy in its name."""
        paused = self.interruption
        return {
            "earliest": None if self.earliest is None else self.earliest.isoformat(),
            "within_hours": self.within,
            "deadline": None if self.deadline is None else self.deadline.isoformat(),
            "step_hours": self.step,
            "interruptible": paused is not None,
            "min_chunk_hours": None if paused is None else paused.min_chunk,
            "resume_energy_kwh": None if paused is None else paused.resume_energy,
            "samples": self.samples,
            "seed": self.seed,
        }


def question(  # noqa: PLR0913 (one argument for each choice of the question)
    *,
    within: Any,
    deadline: Any,
    earliest: Any,
    step: Any,
    interruptible: bool,
    min_chunk: Any,
    resume_energy: Any,
    timezone: str | None,
    samples: int,
    seed: int,
) -> Question:
    """The question as it is asked, read and checked.

    Raises
    ------
    InputError : for naive times without a zone, lengths of zero, a step that does not divide an hour, what is asked of
        an interruption without one
    """
    check_samples(samples)
    _check_whole("seed", seed, 0, _LAST_SEED)
    length = _hours("step", step)
    if abs(round(1.0 / length) * length - 1.0) > _SAME:
        raise InputError("the step does not divide an hour", field="step", value=str(step), accepted="1 h, 30 min, ...")
    for name, value in (("min_chunk", min_chunk), ("resume_energy", resume_energy)):
        if value is not None and not interruptible:
            raise InputError("the run is not interruptible", field=name, value=str(value), accepted="interruptible too")
    shortest = 0.0 if min_chunk is None else _hours("min_chunk", min_chunk)
    return Question(
        within=None if within is None else _hours("within", within),
        deadline=_moment("deadline", deadline, timezone),
        earliest=_moment("earliest", earliest, timezone),
        step=length,
        interruption=Interruption(shortest, _energy("resume_energy", resume_energy)) if interruptible else None,
        timezone="" if timezone is None else str(zone_of(timezone)),
        samples=samples,
        seed=seed,
    )


def room_of(run: Movable, grid: HourlyGrid, asked: Question) -> Room:
    """When the run may be, in hours since the first one of the series.

    Raises
    ------
    InputError : where the run has no room in it, with what would give it some
    """
    hours, length = len(grid.shares), run.duration
    series = f"{grid.name} ({shown(grid.first)} to {shown(grid.first + hours * _HOUR)})"
    if length > hours + _SAME:
        told = f"the run is longer than {series}"
        raise InputError(told, field="run", value=f"{length:g} h", accepted="a longer series: hourly, a file")
    _check_lengths(length, asked)
    earliest = _earliest(run, grid, asked, series)
    ends = [float(hours)]
    if asked.within is not None:
        ends.append(earliest + asked.within)
    if asked.deadline is not None:
        ends.append(_deadline(asked.deadline, grid, earliest + length, series))
    if hours < earliest + length - _SAME:
        raise InputError(
            f"the run cannot end within {series}", field="earliest", value=shown(at(grid.first, earliest)),
            accepted=f"a start at {shown(at(grid.first, hours - length))} or before",
        )  # fmt: skip
    return Room(earliest, min(ends), asked.step)


def _check_lengths(length: float, asked: Question) -> None:
    own = f"{length:.6g} h of the run"
    if asked.within is not None and asked.within < length - _SAME:
        told = f"{asked.within:g} h"
        raise InputError(
            "the run is longer than the window", field="within", value=told, accepted=f"at least the {own}"
        )
    if asked.interruption is not None and asked.interruption.min_chunk > length + _SAME:
        told, wanted = f"{asked.interruption.min_chunk:g} h", f"at most the {own}"
        raise InputError("the shortest chunk is longer than the run", field="min_chunk", value=told, accepted=wanted)


def _earliest(run: Movable, grid: HourlyGrid, asked: Question, series: str) -> float:
    """When the run may start: as asked, else when it did, else so long before the deadline; without one, at once."""
    hours, inside = len(grid.shares), "an earliest start within the series"
    if asked.earliest is not None:
        found = since(grid.first, asked.earliest)
        if not 0 <= found < hours:
            told = f"the earliest start is outside {series}"
            raise InputError(told, field="earliest", value=str(asked.earliest), accepted=inside)
        return found
    if asked.within is None and asked.deadline is None:
        return 0.0
    if run.start is None and asked.within is not None and asked.deadline is not None:
        return max(0.0, since(grid.first, asked.deadline) - asked.within)
    if run.start is None:
        raise InputError("from when the run may start is not known", field="earliest", accepted=inside)
    found = since(grid.first, run.start)
    if not 0 <= found < hours and asked.within is not None and asked.deadline is not None:
        return max(0.0, since(grid.first, asked.deadline) - asked.within)
    if not 0 <= found < hours:
        told = f"the run as it was is outside {series}"
        raise InputError(told, field="earliest", value=shown(run.start), accepted=inside)
    return found


def _deadline(deadline: datetime, grid: HourlyGrid, possible: float, series: str) -> float:
    found = since(grid.first, deadline)
    if found <= 0:
        raise InputError(
            f"the deadline is before {series} begins", field="deadline", value=str(deadline),
            accepted="a deadline within the series, or another series",
        )  # fmt: skip
    if found < possible - _SAME:
        wanted = f"{shown(at(grid.first, possible))} or later: the earliest start and the length of the run"
        raise InputError(
            "the deadline is before the run can end", field="deadline", value=str(deadline), accepted=wanted
        )
    return found


def since(first: pd.Timestamp, when: datetime) -> float:
    """Hours from the first one of a series to a moment."""
    return float((pd.Timestamp(when).tz_convert("UTC") - first) / _HOUR)


def at(first: pd.Timestamp, hours: float) -> pd.Timestamp:
    """The moment so many hours after the first one of a series (UTC)."""
    return first + pd.Timedelta(round(float(hours) * _US_PER_HOUR), unit="us")


def shown(when: pd.Timestamp) -> str:
    """A moment for reading."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _moment(field: str, value: str | datetime | None, timezone: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return moment(value, zone=timezone)
    except InputError as fault:
        raise fault.at(field=field) from None


def _hours(field: str, value: object) -> float:
    """A length of time in hours, more than zero."""
    try:
        found = float(units.QuantityType("hour").validate(value).to("hour").magnitude)
    except InputError as fault:
        raise fault.at(field=field) from None
    if found <= 0:
        raise InputError(
            "a length of time is more than zero", field=field, value=str(value), accepted="e.g. 6 h or 7 d"
        )
    return round(found, _DIGITS)


def _energy(field: str, value: object) -> float:
    if value is None:
        return 0.0
    try:
        return float(units.QuantityType("kWh", minimum=0.0).validate(value).to("kWh").magnitude)
    except InputError as fault:
        raise fault.at(field=field) from None


def _check_whole(field: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError("not a whole number in range", field=field, value=value, accepted=f"{least} to {most}")


__all__ = ["Question", "at", "question", "room_of", "shown", "since"]
