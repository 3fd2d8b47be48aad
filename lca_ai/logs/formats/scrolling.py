"""Tables that scroll: a header line that the tool writes again and again, a line of units, rows of cells.

Where the tool writes no time, two habits of the shell tell it: a stamp before each line (``| ts '%Y-%m-%dT%H:%M:%.S'``)
or a line with the date before each reading (``date -Is``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import DATE_LINE, isoformat, utc_times
from lca_ai.logs.records import Note, Options

if TYPE_CHECKING:
    from pathlib import Path

#: A stamp before each line.
PREFIX = r"(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\d{10}(?:\.\d+)?)[ \t]+(?=\S)"


@dataclass(frozen=True)
class Table:
    """The rows under one header: cells by the names of the columns, and the stamp that stands before each row or none.

    ``rows`` and ``stamps`` share their index, the number of the line.
    """

    names: list[str]
    rows: pd.DataFrame
    stamps: pd.Series


def read_tables(text: str, *, header: str, units: str, words: int = 1) -> tuple[list[Table], list[Note]]:
    """Read the rows of a scrolling table, the columns as each of its headers names them.

    Parameters
    ----------
    header, units : patterns of the header lines and of the lines of units below them
    words : how many cells the first column of a row has (``GPU 0`` has two, and the first is left out)
    """
    whole, cut = (text, 0) if text.endswith("\n") or not text else (text[: text.rfind("\n") + 1], 1)
    lines = pd.Series(whole.split("\n"), dtype="str").str.strip()
    lines = lines[lines.ne("")]
    alone = lines.str.fullmatch(DATE_LINE)
    before = lines.str.extract(rf"^({PREFIX})", expand=False)
    lines = lines.str.replace(rf"^{PREFIX}", "", regex=True).where(~alone, lines)
    stamps = before.where(before.notna(), lines.where(alone).ffill())
    heads = lines.str.match(header) & ~alone
    keys = lines.where(heads).ffill()
    body = ~(heads | alone | lines.str.match(units)) & keys.notna()
    tables, strange = [], int((~(heads | alone | lines.str.match(units) | body)).sum())
    for key, rows in lines[body].groupby(keys[body], sort=False):
        names = re.sub(r"[#,]", " ", str(key)).lower().split()
        cells = rows.str.replace(",", " ").str.split()
        fits = cells.map(len) == len(names) + words - 1
        strange += int((~fits).sum())
        found = np.array(cells[fits].tolist(), dtype=object).reshape(int(fits.sum()), len(names) + words - 1)
        frame = pd.DataFrame(found[:, words - 1 :], index=cells.index[fits], columns=names, dtype="str")
        if words > 1:
            frame.insert(0, "kind", found[:, 0], allow_duplicates=True)
        tables.append(Table(names, frame.loc[:, ~frame.columns.duplicated()], stamps[frame.index]))
    again = Note("repeated header", max(0, int(heads.sum()) - 1), "the tool writes it every few rows")
    notes = [
        again,
        Note("unreadable line", strange, "not as many cells as the header"),
        Note("row cut short", cut, "the file ends within it"),
    ]
    return tables, [note for note in notes if note.count]


def times_of(  # noqa: PLR0913 (the stamps, whose, and what to tell where there is none)
    texts: pd.Series, device: pd.Series, options: Options, path: Path, *, readings: pd.Series, accepted: str
) -> tuple[pd.Series, list[Note]]:
    """Return the times of the rows that have one [µs since 1970 UTC], by their index; of none, as the user gives them.

    Parameters
    ----------
    texts : the stamp of each row, or none
    readings : what the rows read, told where no row has a time
    accepted : how to record the log with its times

    Raises
    ------
    LogError : where no row has a time stamp, and no origin is given
    """
    known = texts[texts.notna()]
    if known.empty:
        shown = shorten(", ".join(map(str, readings.head(6))))
        problem = "the rows have no time stamps, so their energy is not known"
        fault = LogError(problem, file=path.name, value=shown, accepted=accepted)
        given, assumed = origin.by_turn(device, options, path, missing=fault)
        return given, [assumed]
    iso = known.map({text: isoformat(text) for text in known.unique()})
    times, notes = utc_times(iso, device[known.index], options, path)
    missing = int(texts.isna().sum())
    return times, [*notes, Note("unreadable time", missing, "no stamp before the row")] if missing else notes
