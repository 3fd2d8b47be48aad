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
STAMP = re.compile(r"\s*\"?\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?\"?\s*,")
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


def is_untimed(row: str) -> bool:
    """Tell a row without a header that has one cell in W, with its two decimals, and none that is a time."""
    cells = [cell.strip() for cell in row.split(",")]
    others = [cell for cell in cells if not _WATTS_CELL.fullmatch(cell)]
    return len(cells) - len(others) == 1 and not any(
        set(":=") & set(cell) and not UUID.fullmatch(cell) for cell in others
    )


def with_room_for_times(text: str) -> tuple[str, int]:
    """Return a query without time stamps with an empty first cell in each row, and how often its header came again."""
    first = text.split("\n", 1)[0]
    if STAMP.match(first) or "timestamp" in titles_of(first.split(",")):
        return text, 0
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
