"""Time stamps of any spelling: seconds, milliseconds, microseconds or nanoseconds since 1970, or a date and a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import EARLIEST_US, LATEST_US, Note, parse_times, to_utc, unreadable_times

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: One of each unit since 1970 in µs. The ranges from 1990 to 2100 of two units never meet: the number tells its unit.
_EPOCHS = (1e6, 1e3, 1.0, 1e-3)
_NUMBER = r"^\s*\d{9,20}(?:\.\d*)?\s*$"
_FORMATS = ("ISO8601", "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d_%H:%M:%S", "%m-%d-%Y %H:%M:%S")


def to_micros(
    cells: pd.Series, device: pd.Series, zone: str | None, path: Path
) -> tuple[NDArray[np.int64], pd.Series, list[Note]]:
    """Return the readable stamps in µs since 1970 (UTC), which cells they are of, and a note of the others.

    Parameters
    ----------
    cells : time stamps as text: a number since 1970 of any unit, or a date and a time
    device : whose stamp each is
    zone : IANA time zone of stamps without an offset

    Raises
    ------
    LogError : where no cell is a time stamp, or stamps without an offset come without a zone
    """
    texts = cells.astype("str").str.strip()
    counted = texts.str.match(_NUMBER)
    if counted.mean() > 0.5:  # noqa: PLR2004 (most)
        micros = _since_1970(pd.to_numeric(texts.where(counted), errors="coerce"))
        readable = micros.notna()
        _check_any(readable, cells, path)
        notes = [Note("unreadable time", int((~readable).sum()), "the cell is not a time stamp")]
        return (
            micros[readable].round().to_numpy("int64"),
            readable,
            [note for note in notes if note.count],
        )
    stamps = parse_times(texts, _FORMATS)
    readable = stamps.notna()
    _check_any(readable, cells, path)
    times = to_utc(stamps[readable], device[readable], zone, file=path.name)
    return times, readable, [unreadable_times(cells[~readable], stamps[readable])] if (~readable).any() else []


def _since_1970(values: pd.Series) -> pd.Series:
    """Return numbers since 1970 in µs, each in the unit that puts it between 1990 and 2100; NaN where none does."""
    micros = pd.Series(np.nan, index=values.index)
    for factor in _EPOCHS:
        scaled = values * factor
        micros = micros.mask(scaled.between(EARLIEST_US, LATEST_US), scaled)
    return micros


def _check_any(readable: pd.Series, cells: pd.Series, path: Path) -> None:
    if not readable.any():
        raise LogError(
            "no row has a time stamp",
            file=path.name,
            value=cells.iloc[0] if len(cells) else None,
            accepted="seconds since 1970, or a date and a time",
        )
