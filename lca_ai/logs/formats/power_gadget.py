"""Intel Power Gadget: cumulative energies of the processor, its cores and its memory, several times a second.

The rows have the time of day and the seconds since the start; the date is in the name of the file or nowhere. Lines
with the totals end the file. Source: Intel Power Gadget 3.6 user guide, PowerLog.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import domains, origin
from lca_ai.logs.records import LONGEST_INTERVAL_US, SECOND_US, Format, Note, Options, Records, numbers, read_table
from lca_ai.logs.times import to_utc

if TYPE_CHECKING:
    from pathlib import Path

_ENERGY = re.compile(r"Cumulative (?P<domain>Processor|Package|IA|GT|DRAM) Energy_(?P<number>\d+) ?\(Joules?\)")
_ELAPSED = "Elapsed Time (sec)"
_TIME = "System Time"
_TOTALS = re.compile(
    r'^[ \t]*,?"?(?:Total Elapsed Time|Measured RDTSC|Cumulative [^,\n]* = |Average [^,\n]* = ).*$', re.MULTILINE
)
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_CLOCK = r"^\s*(\d{1,2}):(\d\d):(\d\d)[:.](\d{3})\s*$"
_RESOLUTION = 1e-3


def _matches(head: str) -> bool:
    first = head.lstrip().split("\n", 1)[0]
    return _ELAPSED in first and bool(re.search(r"(?:Processor|Package|IA|DRAM) (?:Power|Energy)_\d+ ?\(", first))


def _read(path: Path, text: str, options: Options) -> Records:
    totals = _TOTALS.search(text)
    table, notes = read_table(text[: totals.start()] if totals else text, ",", file=path.name)
    energies = {name: match for name in table.columns if (match := _ENERGY.fullmatch(name))}
    if not energies or _TIME not in table or table.empty:
        problem = "the file has a header and no row" if energies and _TIME in table else "a column is missing"
        accepted = f"{_TIME}, {_ELAPSED} and Cumulative Processor Energy_0(Joules)"
        raise LogError(problem, file=path.name, line=1, value=", ".join(table.columns[:8]), accepted=accepted)
    elapsed, clock = numbers(table[_ELAPSED]), _seconds_of_day(table[_TIME])
    whole = elapsed.between(0.0, LONGEST_INTERVAL_US / SECOND_US) & clock.notna()
    if not whole.any():
        raise LogError("no row has a time", file=path.name, line=2, value=str(table[_TIME].iloc[0]))
    start, assumed = _start(path, float((clock - elapsed)[whole].iloc[0]), elapsed[whole], options)
    notes += assumed
    time = start + (elapsed[whole] * SECOND_US).round().astype("int64")
    parts = [
        pd.DataFrame(
            # the counters start at zero with the log
            {"time": [start, *time], "device": _device(match), "counter": [0.0, *numbers(table[name])[whole]]}
        )
        for name, match in energies.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    devices = [str(name) for name in frame["device"].unique()]
    bad = Note("unreadable time", int((~whole).sum()), "no time of day or no seconds since the start")
    return Records(
        "counter",
        frame,
        FORMAT.name,
        len(table),
        domains.measured(devices),
        [note for note in (*notes, bad) if note.count],
        parents=domains.parents(devices),
        device_covers=domains.covers(devices),
        resolution=_RESOLUTION,
    )


def _seconds_of_day(cells: pd.Series) -> pd.Series:
    parts = cells.astype("str").str.extract(_CLOCK).astype("float64")
    return parts[0] * 3600.0 + parts[1] * 60.0 + parts[2] + parts[3] / 1e3


def _start(path: Path, seconds: float, elapsed: pd.Series, options: Options) -> tuple[int, list[Note]]:
    """Return the moment the log starts [µs since 1970, UTC], from the date in the file's name and the seconds of it.

    Without a date it is the user's origin: the counters are zero then.

    Raises
    ------
    LogError : where the name of the file has no date, and no origin is given
    """
    date = _DATE.search(path.stem)
    day = pd.to_datetime("".join(date.groups()), format="%Y%m%d", errors="coerce") if date else pd.NaT
    if pd.isna(day):
        missing = LogError(
            "the log has times of day and no date",
            file=path.name,
            field=_TIME,
            accepted="a file whose name has the date, e.g. PowerLog_2024-05-31.csv",
        )
        _, note = origin.by_elapsed(elapsed, options, path, missing=missing)
        return options.origin_us or 0, [note]
    stamps = pd.Series([day + pd.Timedelta(seconds=seconds)])
    return int(to_utc(stamps, pd.Series(["log"]), options.timezone, file=path.name)[0]), []


def _device(match: re.Match[str]) -> str:
    number = match["number"]
    part = {"IA": "/core", "GT": "/gfx"}.get(match["domain"], "")
    return f"dram-{number}" if match["domain"] == "DRAM" else f"package-{number}{part}"


FORMAT = Format(
    "intel-power-gadget",
    "an Intel Power Gadget log (PowerLog.csv)",
    _matches,
    _read,
    marks=(
        "Elapsed Time (sec)",
        "Cumulative Processor Energy_0(Joules)|Cumulative Package Energy_0(Joules)|Processor Power_0(Watt)",
    ),
    signs=("System Time", "RDTSC", "CPU Utilization(%)", "Package Temperature_0(C)"),
    remedy="",
)
