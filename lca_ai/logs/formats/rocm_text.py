"""The text of ``rocm-smi``: ``--showpower``, ``--showenergycounter`` and the concise table, as rows of a table.

Each line of a GPU is ``GPU[0] : Average Graphics Package Power (W): 42.0``; in the table, the power is the cell after
the temperature. The tool writes no date: one that a script writes before a reading is its time. Outputs: rocm_smi.py of
https://github.com/ROCm/rocm_smi_lib (ROCm 3 to 6).
"""

from __future__ import annotations

import re
from bisect import bisect_right

import pandas as pd

from lca_ai.logs.formats.stamps import DATE_LINE, isoformat
from lca_ai.logs.records import Note

#: What begins a reading: the tool's name, or in its first versions the header of the table.
BANNER = re.compile(r"^(?:=+ *ROCm System Management Interface *=+|GPU +Temp[^\n]* AvgPwr [^\n]*)\s*$", re.MULTILINE)
_DATE = re.compile(rf"^[ \t]*({DATE_LINE})[ \t]*$", re.MULTILINE)
_LINE = re.compile(
    r"^GPU\[(?P<gpu>\d+)\]\s*: *"
    r"(?P<name>(?:Average|Current Socket) Graphics Package Power \(W\)|Accumulated Energy \(uJ\))"
    r": *(?P<value>\S+)[^\n]*$"
    r"|^(?P<row>\d+)[ \t]+(?:[^\n]*?[ \t])?(?:-?[\d.]+ ?°?[cC]|N/A)[ \t]+(?P<power>[\d.]+W|N/A)(?=[ \t])[^\n]*$",
    re.MULTILINE,
)
_TABLE_POWER = "average graphics package power (w)"


def dates_in(text: str) -> tuple[list[int], list[str]]:
    """Return where lines with a date end, and their dates as ISO 8601."""
    found = list(_DATE.finditer(text))
    return [match.end() for match in found], [isoformat(match[1]) for match in found]


def with_dates(lines: list[str]) -> tuple[list[str], list[str | None]]:
    """Return the lines that are no date, and the last date before each as ISO 8601, or none."""
    kept: list[str] = []
    dates: list[str | None] = []
    last: str | None = None
    for line in lines:
        if found := _DATE.fullmatch(line):
            last = isoformat(found[1])
        else:
            kept.append(line)
            dates.append(last)
    return kept, dates


def is_date(line: str) -> bool:
    """Tell a line that is a date and nothing else."""
    return bool(_DATE.fullmatch(line))


def date_at(place: int, dates: tuple[list[int], list[str]]) -> str | None:
    """Return the last date before a place of a text, or none."""
    at = bisect_right(dates[0], place)
    return dates[1][at - 1] if at else None


def table_of(text: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return a row for each GPU of each reading: ``device``, ``timestamp`` where there are dates, its values by name.

    A reading ends at the next banner, at a date, or where a value of a GPU comes again.
    """
    dates, banners = dates_in(text), [match.start() for match in BANNER.finditer(text)]
    rows: dict[tuple[int, int, int, str], dict[str, str]] = {}
    again = cut = 0
    for match in _LINE.finditer(text):
        if match.end() == len(text):  # the file may end within it
            cut = 1
            continue
        gpu, name = match["gpu"] or match["row"], (match["name"] or _TABLE_POWER).lower()
        stamp = date_at(match.start(), dates)
        turn = (bisect_right(banners, match.start()), bisect_right(dates[0], match.start()))
        if name in rows.get((*turn, again, gpu), {}):
            again += 1
        row = rows.setdefault((*turn, again, gpu), {"device": f"card{gpu}"})
        row |= {name: match["value"] or match["power"]} | ({"timestamp": stamp} if stamp else {})
    return pd.DataFrame(list(rows.values())), [Note("row cut short", cut, "the file ends in it")]
