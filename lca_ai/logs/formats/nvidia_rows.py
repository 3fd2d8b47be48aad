"""Rows of ``nvidia-smi --query-gpu`` by what they look like, and the times of a query without ``timestamp``.

A query without time stamps writes a row of each GPU in turn: its times are those of turns from an origin that the user
states, and rows that nothing tells apart are refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import DATE_LINE, isoformat
from lca_ai.logs.records import Note, Options

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Column -> how the driver comes to its reading; the first that a device fills is read.
POWER_COLUMNS = {
    "power.draw.average": "average over 1 s",
    "power.draw": "average over 1 s on Ampere (except GA100) and newer, else instantaneous",
    "power.draw.instant": "instantaneous",
}

#: A row that begins with a time stamp.
STAMP = re.compile(
    r"\s*\"?\d{4}(?P<sign>[/-])\d\d(?P=sign)\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?\"?\s*,"
)
_DATE = re.compile(rf"^[ \t]*({DATE_LINE})[ \t]*$", re.MULTILINE)
#: Lines of other programs that may stand before a table.
_MOST_BEFORE = 50
_WATTS_CELL = re.compile(r"\d+\.\d\d W")
#: A UUID or a PCI bus id.
UUID = re.compile(r"(?:GPU|MIG)-[0-9a-fA-F/-]+|[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.\d")


def titles_of(cells: list[str]) -> list[str]:
    """Return the titles of columns in lower case, without their units."""
    titles = [cell.strip(' "').strip() for cell in cells]
    return [
        (title[: title.rfind("[")] if title.endswith("]") and "[" in title else title).strip().lower()
        for title in titles
    ]


def names_power(line: str) -> bool:
    """Tell a line that names a column of the power."""
    return bool(set(titles_of(line.split(","))) & set(POWER_COLUMNS))


def is_date(line: str) -> bool:
    """Tell a line that is a date and nothing else."""
    return bool(_DATE.fullmatch(line))


def is_untimed(row: str) -> bool:
    """Tell a row without a header that has one cell in W, with its two decimals, and none that is a time."""
    cells = [cell.strip() for cell in row.split(",")]
    others = [cell for cell in cells if not _WATTS_CELL.fullmatch(cell)]
    return len(cells) - len(others) == 1 and not any(
        set(":=") & set(cell) and not UUID.fullmatch(cell) for cell in others
    )


def without_preamble(text: str) -> tuple[str, int]:
    """Return a text from the header of a query on, and how many lines another program wrote before it.

    Lines with a date stay: they are the time of a query without time stamps.
    """
    lines = text.split("\n", _MOST_BEFORE)
    for place, line in enumerate(lines[:_MOST_BEFORE]):
        if STAMP.match(line) or is_untimed(line):
            break
        titles = titles_of(line.split(","))
        starts = "timestamp" in titles or place == 0 or is_date(lines[place - 1])
        if starts and set(titles) & set(POWER_COLUMNS):
            dates = [before for before in lines[:place] if is_date(before)]
            dates = [] if "timestamp" in titles else dates[-1:]
            others = sum(bool(before.strip()) and not is_date(before) for before in lines[:place])
            return "\n".join([*dates, *lines[place:]]), others
    return text, 0


def _with_dates(text: str) -> tuple[str, int]:
    """Return a query without time stamps with the last date before each row as its first cell."""
    found: list[str] = []
    header, stamp, repeated = "", "", 0
    for line in text.split("\n"):
        if date := _DATE.fullmatch(line):
            stamp = isoformat(date[1])
        elif header and line == header:
            repeated += 1
        elif not found and names_power(line):
            header = line
            found.append(f"timestamp,{line}")
        elif line.strip():
            found.append(f"{stamp},{line}")
    return "\n".join(found) + ("\n" if text.endswith("\n") else ""), repeated


def with_room_for_times(text: str) -> tuple[str, int]:
    """Return a query without time stamps with a first cell in each row, and how often its header came again.

    The cell is the last date that stands before the row on a line of its own; without such lines, it is empty.
    """
    first = next((line for line in text.split("\n", _MOST_BEFORE) if line.strip() and not is_date(line)), "")
    if STAMP.match(first) or "timestamp" in titles_of(first.split(",")):
        return text, 0
    if _DATE.search(text):
        return _with_dates(text)
    lines = text.split("\n")
    header = names_power(first)
    rows = [line for line in lines[1:] if line != first] if header else lines
    room = "\n".join("," + line if line.strip() else line for line in (lines[:1] if header else []) + rows)
    return room, len(lines) - len(rows) - 1 if header else 0


def given_times(names: pd.Series, options: Options, path: Path, *, named: bool) -> tuple[NDArray[np.int64], list[Note]]:
    """Return the times of rows without stamps, as the user gives them: a turn has a row of each GPU.

    Raises
    ------
    LogError : without an origin and an interval, and where nothing tells whose rows they are
    """
    accepted = "--query-gpu=timestamp,uuid,power.draw"
    missing = LogError("the column timestamp is missing", file=path.name, line=1, accepted=accepted)
    if options.origin_us is not None and not named:
        problem = "nothing tells whose rows these are, so that origin and every do not tell their times"
        raise LogError(problem, file=path.name, line=1, accepted=f"device=... if it is one GPU; or {accepted}")
    times, note = origin.by_turn(names, options, path, missing=missing)
    return times.to_numpy(np.int64), [note]
