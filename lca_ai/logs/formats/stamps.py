"""Time stamps that several formats share: cells to UTC, and the date lines that a script writes between readings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import EARLIEST_US, LATEST_US, LONGEST_INTERVAL_US, SECOND_US, Note, Options
from lca_ai.logs.times import parse_times, to_utc, unreadable_times

if TYPE_CHECKING:
    from pathlib import Path

#: ``date`` in the order of the C locale, of American English and of British English, and ``date -R``.
_ZONE = r"(?: +(?:[A-Z]{2,5}|[+-]\d{4}))?"
_CLOCK = r"\d\d:\d\d:\d\d(?: +[AaPp][Mm])?"
_NAMED = (
    rf"[A-Z][a-z]{{2}},? +(?:[A-Z][a-z]{{2}} +\d{{1,2}} +{_CLOCK}{_ZONE} +\d{{4}}"
    rf"|\d{{1,2}} +[A-Z][a-z]{{2}} +(?:\d{{4}} +{_CLOCK}{_ZONE}|{_CLOCK}{_ZONE} +\d{{4}}))"
)
#: ``date``, ``date -Is``, ``date +%s``, ``date --iso-8601=ns``, ``Timestamp: ...`` and the like, alone on their line.
DATE_LINE = (
    r"(?:[#\-= ]*(?:[Tt]ime ?[Ss]tamp|[Dd]ate|[Tt]ime)\s*[:=]\s*)?"
    r"(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?"
    rf"|{_NAMED}|\d{{10}}(?:\.\d+)?)"
)
_MONTH = re.compile(r"[A-Z][a-z]{2},? +(?:\d{1,2} +)?(?P<month>[A-Z][a-z]{2})\b")
_PARTS_OF_DATE = {
    "day": re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])"),
    "clock": re.compile(r"(\d\d:\d\d:\d\d)"),
    "year": re.compile(r"(?<![\d+\-])(\d{4})(?!\d)"),
}
_HALF = re.compile(r"\d ([AP])M\b", re.IGNORECASE)
_OFFSET = re.compile(r" ([+-]\d{4})\b")
#: The locale's date and clock (``%x %X``), as ipmitool writes it.
_LOCAL = re.compile(
    r"(?P<first>\d\d)/(?P<second>\d\d)/(?P<year>\d{4}|\d\d) (?P<clock>\d\d:\d\d:\d\d)(?P<half> [AP]M)?"
    r"(?: +(?P<zone>[A-Z]{2,5}))?\s*"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_NOON = _MONTHS_OF_A_YEAR = 12

#: One of each unit since 1970 in µs. The ranges from 1990 to 2100 of two units never meet: the number tells its unit.
_EPOCHS = (1e6, 1e3, 1.0, 1e-3)
_NUMBER = r"^\s*\d{9,20}(?:\.\d*)?\s*$"
_DATES = ("ISO8601", "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d_%H:%M:%S", "%m-%d-%Y %H:%M:%S")
_ANY = "seconds since 1970, or a date and a time"


def utc_times(  # noqa: PLR0913 (whose stamps, and how they are read)
    texts: pd.Series,
    device: pd.Series,
    options: Options,
    path: Path,
    *,
    patterns: tuple[str, ...] = ("ISO8601",),
    accepted: str = "e.g. 2024-05-31T10:39:13",
) -> tuple[pd.Series, list[Note]]:
    """Return the cells that are time stamps as µs since 1970 UTC, by their index, and a note of the others.

    Parameters
    ----------
    texts : cells; naive stamps are read in ``options.timezone``
    device : whose stamp each is
    patterns : formats of the stamps, of which the one that reads most cells is taken
    accepted : what an error says that a stamp may be

    Raises
    ------
    LogError : where no cell is a time stamp, and where naive ones come without a zone
    """
    cells = texts.astype("str").str.strip()
    stamps = parse_times(cells, patterns)
    readable = stamps.notna()
    if not readable.any():
        raise _no_stamp(cells, path, accepted)
    kept = stamps[readable]
    times = pd.Series(to_utc(kept, device[readable], options.timezone, file=path.name), index=kept.index)
    return times, [] if readable.all() else [unreadable_times(texts[~readable], kept)]


def any_times(texts: pd.Series, device: pd.Series, options: Options, path: Path) -> tuple[pd.Series, list[Note]]:
    """Return the same as ``utc_times`` of stamps of any spelling: numbers since 1970 in any unit, dates and times."""
    cells = texts.astype("str").str.strip()
    counted = cells.str.match(_NUMBER)
    if not counted.mean() > 0.5:  # noqa: PLR2004 (most)
        return utc_times(texts, device, options, path, patterns=_DATES, accepted=_ANY)
    micros = _since_1970(pd.to_numeric(cells.where(counted), errors="coerce")).dropna()
    if micros.empty:
        raise _no_stamp(cells, path, _ANY)
    left = len(texts) - len(micros)
    notes = [Note("unreadable time", left, "the cell is not a time stamp")] if left else []
    return micros.round().astype("int64"), notes


def _since_1970(values: pd.Series) -> pd.Series:
    """Return numbers since 1970 in µs, each in the unit that puts it between 1990 and 2100; NaN where none does."""
    micros = pd.Series(np.nan, index=values.index)
    for factor in _EPOCHS:
        scaled = values * factor
        micros = micros.mask(scaled.between(EARLIEST_US, LATEST_US), scaled)
    return micros


def epoch_stamps(texts: pd.Series) -> pd.Series:
    """Return numbers since 1970 in any unit as stamps in UTC, by their index; NaT where a cell is none."""
    cells = texts.astype("str").str.strip()
    values = pd.to_numeric(cells.where(cells.str.match(_NUMBER)), errors="coerce").astype("float64")
    return pd.to_datetime(_since_1970(values).round(), unit="us", utc=True).reset_index(drop=True)


def _no_stamp(cells: pd.Series, path: Path, accepted: str) -> LogError:
    value = cells.iloc[0] if len(cells) else None
    return LogError("no row has a time stamp", file=path.name, value=value, accepted=accepted)


def epoch_times(seconds: pd.Series) -> pd.Series:
    """Return seconds since 1970 as µs, by their index; those that are none are left out."""
    micros = seconds.astype("float64") * SECOND_US
    return micros[micros.between(EARLIEST_US, LATEST_US)].round().astype("int64")


def lengths(seconds: pd.Series) -> pd.Series:
    """Return lengths in seconds as whole µs; unknown ones are 0, and those beyond the longest interval are too long."""
    longest = 2 * LONGEST_INTERVAL_US / SECOND_US
    return (seconds.astype("float64").clip(0.0, longest).fillna(0.0) * SECOND_US).round().astype("int64")


def isoformat(text: str) -> str:
    """Return a date line as ISO 8601, with its offset if it tells one; other texts as they are.

    An abbreviated zone other than UTC is left out: it is not one time zone (IST, CST), so the stamp is a naive one.

    >>> isoformat("Fri May 31 10:00:05 UTC 2024"), isoformat("Fri May 31 10:00:05 CEST 2024")
    ('2024-05-31T10:00:05Z', '2024-05-31T10:00:05')
    """
    text = re.sub(r"^[#\-= ]*(?:[Tt]ime ?[Ss]tamp|[Dd]ate|[Tt]ime)\s*[:=]\s*", "", text.strip())
    named = _MONTH.match(text)
    if named and named["month"] in _MONTHS:
        return _of_names(text, _MONTHS[named["month"]])
    local = _LOCAL.fullmatch(text)
    if local:
        return _of_locale(local) or text
    if re.fullmatch(r"\d{10}(?:\.\d+)?", text):
        micros = np.datetime64(round(float(text) * SECOND_US), "us")
        return f"{micros}Z"
    return re.sub(r"\s*UTC$", "Z", text.replace(",", "."))


def _of_names(text: str, month: int) -> str:
    """Return a date with the name of its month as ISO 8601."""
    parts = {name: found[1] for name, pattern in _PARTS_OF_DATE.items() if (found := pattern.search(text))}
    if len(parts) < len(_PARTS_OF_DATE):
        return text
    half, offset = _HALF.search(text), _OFFSET.search(text)
    zone = offset[1] if offset else "Z" if re.search(r" (?:UTC|GMT)\b", text) else ""
    return f"{parts['year']}-{month:02d}-{int(parts['day']):02d}T{_in_24_hours(parts['clock'], half and half[1])}{zone}"


def _of_locale(found: re.Match[str]) -> str | None:
    """Return such a date as ISO 8601; None where nothing tells whether the month or the day is first.

    With AM or PM it is that of American English; elsewhere the numbers tell it, where one is too large for a month.
    """
    first, second = int(found["first"]), int(found["second"])
    if not (found["half"] or (first > _MONTHS_OF_A_YEAR) != (second > _MONTHS_OF_A_YEAR)):
        return None
    month, day = (second, first) if first > _MONTHS_OF_A_YEAR else (first, second)
    year = found["year"] if len(found["year"]) > 2 else f"20{found['year']}"  # noqa: PLR2004 (two digits of a year)
    clock = _in_24_hours(found["clock"], found["half"] and found["half"].strip())
    return f"{year}-{month:02d}-{day:02d}T{clock}{'Z' if found['zone'] in {'UTC', 'GMT'} else ''}"


def _in_24_hours(clock: str, half: str | None) -> str:
    hour, rest = clock.split(":", 1)
    return f"{int(hour) % _NOON + (_NOON if half[0] in 'Pp' else 0):02d}:{rest}" if half else clock
