"""``nvidia-smi dmon``: one row a second and GPU, with the date and the time if asked for (``-o DT``).

The power (``pwr``, in whole W) is that of the card, read as ``power.draw`` of a query is: an average over one second on
Ampere (except GA100) and newer, else instantaneous. ``-`` is unknown. Without ``-o DT`` the rows have no time (``-o T``
has no date): the user gives it. ``nvidia-smi pmon`` lists processes and no power. Reference: ``nvidia-smi dmon -h``,
https://docs.nvidia.com/deploy/nvidia-smi/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats.scrolling import PREFIX, Table, read_tables, times_of
from lca_ai.logs.records import Format, Note, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = r"#\s*(?:date\b[\s,]*)?(?:time\b[\s,]*)?gpu\b"
_UNITS = r"#\s*(?:[YMD]{8}\b[\s,]*)?(?:HH:MM:SS[\s,]*)?Idx\b"
_FIRST = re.compile(rf"\s*(?:{PREFIX})?{_HEADER}", re.IGNORECASE)
_RECORD = "nvidia-smi --query-gpu=timestamp,uuid,power.draw.average --format=csv -l 1; or nvidia-smi dmon -s p -o DT"
_PWR = re.compile(r"[\s,]pwr\b")
#: Lines of other programs that may stand before the table.
_MOST_BEFORE = 50
_RESOLUTION_W = 1.0
_DAY_S = 86_400.0


def _matches(head: str) -> bool:
    lines = head.lstrip().split("\n", _MOST_BEFORE)[:_MOST_BEFORE]
    return any(_FIRST.match(line) and (place <= 1 or _PWR.search(line)) for place, line in enumerate(lines))


def _read(path: Path, text: str, options: Options) -> Records:
    tables, notes = read_tables(text, header=f"(?i:{_HEADER})", units=_UNITS)
    with_power = [table for table in tables if {"gpu", "pwr"} <= set(table.names)]
    if any("pid" in table.names for table in tables) and not with_power:
        raise LogError(
            "nvidia-smi pmon lists processes and holds no power", file=path.name, line=1, accepted=f"a log of {_RECORD}"
        )
    if not with_power or not any(len(table.rows) for table in with_power):
        problem = "the log has no row" if with_power or not tables else "the log has no column of the power (pwr)"
        raise LogError(problem, file=path.name, line=1, value=text.lstrip().split("\n", 1)[0], accepted=_RECORD)
    others = sum(len(table.rows) for table in tables if not {"gpu", "pwr"} <= set(table.names))
    rows = pd.concat([table.rows[["gpu", "pwr"]] for table in with_power]).sort_index()
    stamps = pd.concat([_stamps(table) for table in with_power]).sort_index()
    clock = pd.concat([_clock(table) for table in with_power]).sort_index()
    if stamps.isna().all() and clock.notna().all() and options.origin_us is not None:
        missing = LogError("the rows have a time and no date", file=path.name, accepted=_RECORD)
        times, note = origin.by_elapsed(_elapsed(clock), options, path, missing=missing)
        more = [note]
    else:
        times, more = times_of(stamps, rows["gpu"], options, path, readings=rows["pwr"] + " W", accepted=_RECORD)
    kept = rows.loc[times.index]
    frame = pd.DataFrame({"time": times, "device": kept["gpu"], "power": numbers(kept["pwr"])})
    found = [*notes, *more, Note("row of another query", others, "under a header without a power")]
    return Records(
        "power",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(rows) + others,
        ("gpu",),
        [note for note in found if note.count],
        {
            "power column": "pwr",
            "power reading": "average over 1 s on Ampere (except GA100) and newer, else instantaneous",
        },
        resolution=_RESOLUTION_W,
    )


def _stamps(table: Table) -> pd.Series:
    """Return the stamp of each row: of its own date and time, else of the line."""
    if {"date", "time"} <= set(table.names):
        both = table.rows["date"] + " " + table.rows["time"]
        parts = both.str.extract(r"^(\d{4})[-/]?(\d\d)[-/]?(\d\d) (\d\d:\d\d:\d\d)$")
        return parts[0] + "-" + parts[1] + "-" + parts[2] + "T" + parts[3]
    return table.stamps


def _clock(table: Table) -> pd.Series:
    """Return the time of day of each row, where the table has times and no dates. [s]"""
    if "time" not in table.names or "date" in table.names:
        return pd.Series(float("nan"), index=table.rows.index)
    parts = table.rows["time"].str.extract(r"^(\d\d):(\d\d):(\d\d)$").astype("float64")
    return parts[0] * 3600.0 + parts[1] * 60.0 + parts[2]


def _elapsed(clock: pd.Series) -> pd.Series:
    """Return the seconds since the first row, over midnights: the shorter way round the clock from row to row."""
    step = (clock.diff().fillna(0.0) + _DAY_S / 2) % _DAY_S - _DAY_S / 2
    return step.cumsum()


FORMAT = Format(
    "nvidia-smi-dmon",
    "nvidia-smi dmon",
    _matches,
    _read,
    marks=("# gpu|#Date", "pwr"),
    signs=("gtemp", "mtemp", "mclk", "pclk", "Idx"),
    remedy="record with nvidia-smi dmon -s p -o DT",
)
