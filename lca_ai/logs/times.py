"""Time stamps of logs: texts as times, and times in UTC; a clock change is resolved by the order of the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.errors import LogError
from lca_ai.logs.records import HOUR_US, Note


class AmbiguousTimeError(LogError):
    """A local time that happens twice, where the rows that are there do not tell which is meant."""


def to_utc(local: pd.Series, device: pd.Series, zone: str | None, *, file: str) -> NDArray[np.int64]:
    """Return time stamps as µs since 1970 UTC.

    Parameters
    ----------
    local : Series of naive or aware time stamps, without NaT
    device : Series of the same length: whose stamp it is (a clock change is resolved per device)
    zone : IANA time zone of naive stamps

    Raises
    ------
    LogError : for naive stamps without a zone, for local times that do not exist
    AmbiguousTimeError : for local times that happen twice, and that the order of the rows does not resolve
    """
    if local.dt.tz is not None:
        return _micros(local)
    if local.empty:  # no stamp was readable, and that is said where the rows are counted
        return np.zeros(0, dtype=np.int64)
    if zone is None:
        raise LogError(
            "the time stamps have no zone",
            file=file,
            value=str(local.iloc[0]),
            accepted="timezone=..., e.g. Europe/Paris or UTC",
        )
    early, late = (_localised(local, zone, first=first, file=file) for first in (True, False))
    twice = early != late
    if not twice.any():
        return early
    return np.where(_second_pass(local, device, late - early, zone, file), late, early)


#: Further out, time zones are not defined.
_ZONES_FROM, _ZONES_TO = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")


def _localised(local: pd.Series, zone: str, *, first: bool, file: str) -> NDArray[np.int64]:
    """Return naive stamps of a zone in UTC; an ambiguous one is its ``first`` pass or its second."""
    sane = local.where(local.between(_ZONES_FROM, _ZONES_TO), _ZONES_FROM)  # the cleaning sets those aside
    found = sane.dt.tz_localize(zone, ambiguous=np.full(len(local), first), nonexistent="NaT")
    missing = np.flatnonzero(found.isna().to_numpy())
    if len(missing):
        value = str(local.iloc[int(missing[0])])
        raise LogError(f"this local time does not exist in {zone} (clock change)", file=file, value=value)
    return _micros(found)


def _second_pass(
    local: pd.Series, device: pd.Series, shift: NDArray[np.int64], zone: str, file: str
) -> NDArray[np.bool_]:
    """Return for each row whether its ambiguous local time is the second one (after the clock went back).

    Parameters
    ----------
    shift : by how much the clock goes back where the local time is ambiguous, else 0 [µs]
    """
    naive = _micros(local)
    second = np.zeros(len(local), bool)
    rows = np.arange(len(local))
    nights = pd.DataFrame({"row": rows, "device": device.to_numpy(), "night": naive // _DAY_US})[shift != 0]
    of_device = pd.Series(rows).groupby(device.to_numpy(), sort=False).indices
    for (name, _), night in nights.groupby(["device", "night"], sort=False):
        inside, index = night["row"].to_numpy(), np.asarray(of_device[name])
        passes = _passes(naive[inside], int(shift[inside[0]]))
        if passes is None:
            passes = _single_pass(naive, index, inside, int(shift[inside[0]]))
        if passes is None:
            raise AmbiguousTimeError(
                f"this local time happens twice in {zone} (clock change) and the rows do not tell which is meant",
                file=file,
                value=str(local.iloc[int(inside[0])]),
                accepted="time stamps with an offset",
            )
        second[inside] = passes
    return second


_DAY_US = 24 * HOUR_US


def _passes(naive: NDArray[np.int64], shift: int) -> NDArray[np.bool_] | None:
    """Return which rows of an ambiguous hour come after its one jump back, if it has one that is the clock's."""
    steps = np.diff(naive)
    jumps = np.flatnonzero(steps < 0)
    if len(jumps) != 1:
        return None
    back = int(-steps[jumps[0]])
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    if shift - back > max(shift / 2, 2 * usual):  # a row out of order, not the clock
        return None
    return np.asarray(np.arange(len(naive)) > jumps[0])


def _single_pass(
    naive: NDArray[np.int64], index: NDArray[np.intp], inside: NDArray[np.int64], shift: int
) -> NDArray[np.bool_] | None:
    """Return the pass that the rows before or after tell, where the rows run through the hour once."""
    if (np.diff(naive[inside]) < 0).any():
        return None
    before, after = index[index < inside[0]], index[index > inside[-1]]
    joins_before = bool(len(before)) and 0 <= naive[inside[0]] - naive[before[-1]] < shift
    joins_after = bool(len(after)) and 0 <= naive[after[0]] - naive[inside[-1]] < shift
    return None if joins_before == joins_after else np.full(len(inside), joins_after)


def _micros(stamps: pd.Series) -> NDArray[np.int64]:
    utc = stamps.dt.tz_convert("UTC").dt.tz_localize(None) if stamps.dt.tz is not None else stamps
    return np.asarray(utc.astype("datetime64[us]").astype("int64"), dtype=np.int64)


def parse_times(texts: pd.Series, formats: tuple[str, ...]) -> pd.Series:
    """Read texts as time stamps by the first of ``formats`` that reads most of them; NaT where none does."""
    best: pd.Series | None = None
    for pattern in formats:
        found = _parse(texts, pattern)
        if best is None or found.notna().sum() > best.notna().sum():
            best = found
        if best.notna().all():
            break
    if best is None:
        raise AssertionError("no format given")
    return best


#: A time that ends in Z or in an offset of hours, and perhaps minutes.
_OFFSET = r"(?:Z|\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*[+-]\d{2}(?::?\d{2})?)\s*$"

_NAIVE = r"\s*[\d-]+(?:[T ][\d:.,]+)?\s*"


def _parse(texts: pd.Series, pattern: str) -> pd.Series:
    if pattern != "ISO8601":
        return pd.to_datetime(texts, format=pattern, errors="coerce", utc="%z" in pattern)  # offsets change in summer
    aware = texts.str.contains(_OFFSET, regex=True, na=False)
    most = bool(aware.mean() > 0.5)  # noqa: PLR2004 (most)
    dated = texts.str.contains(r"^\s*\d{4}(?:-\d|\d{4}T)", regex=True, na=False)  # 20241027 and 2024 are rather numbers
    chosen = texts.where(dated & (aware == most))
    try:
        return pd.to_datetime(chosen, format="ISO8601", errors="coerce", utc=most)
    except ValueError:  # offsets of another shape, such as +0:00, among naive times
        return pd.to_datetime(chosen.where(chosen.str.fullmatch(_NAIVE)), format="ISO8601", errors="coerce")


def unreadable_times(cells: pd.Series, stamps: pd.Series) -> Note:
    """Note the cells that gave no time stamp, and where they mix times with an offset and times without one.

    Parameters
    ----------
    cells : the cells without a time stamp
    stamps : the time stamps of the other cells
    """
    texts = cells.astype("str").str.strip()
    dated = texts[texts.str.contains(r"^\d{4}-\d", regex=True, na=False)]
    mixed = int(pd.to_datetime(dated, format="ISO8601", errors="coerce", utc=True).notna().sum())
    if not mixed or not pd.api.types.is_datetime64_any_dtype(stamps):
        return Note("unreadable time", len(cells), "the cell is not a time stamp")
    kinds = ("without", "with") if stamps.dt.tz is not None else ("with", "without")
    detail = f"{mixed} {kinds[0]} an offset among times {kinds[1]} one: set aside, as nothing tells their zone together"
    return Note("unreadable time", len(cells), detail)
