"""Linux ``turbostat``: a table an interval, with the mean power of each package, its parts and its memory over it.

The power columns are ``PkgWatt``, ``CorWatt``, ``GFXWatt``, ``RAMWatt`` and ``SysWatt``; with ``--Joules`` they are
``Pkg_J`` and so on. The first row of a table (``-`` in its first columns) is the system's: packages are added up in
it, so it is read only where no column ``Package`` tells them apart. Times are in ``Time_Of_Day_Seconds`` (the end of
the interval, seconds since 1970), which ``--enable Time_Of_Day_Seconds`` adds, else in a stamp that another program
writes before each line. Source: turbostat(8),
https://github.com/torvalds/linux/blob/master/tools/power/x86/turbostat/turbostat.8.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import domains, origin
from lca_ai.logs.formats.scrolling import PREFIX
from lca_ai.logs.formats.stamps import isoformat, utc_times
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records, distinct, numbers

if TYPE_CHECKING:
    from pathlib import Path

_TIME = "Time_Of_Day_Seconds"
#: Column -> the domain in a package, or beside it.
_WATTS = {"PkgWatt": "package", "CorWatt": "core", "GFXWatt": "gfx", "RAMWatt": "dram", "SysWatt": "psys"}
_JOULES = {"Pkg_J": "package", "Cor_J": "core", "GFX_J": "gfx", "RAM_J": "dram", "Sys_J": "psys"}
_TOPOLOGY = ("Package", "Die", "Node", "Core", "CPU")
_HEADER = re.compile(rf"^[ \t]*(?:[^\s,]+[ \t]+)*(?:{'|'.join((*_WATTS, *_JOULES))})(?![a-z]).*$", re.MULTILINE)
#: Names of eight characters, or a value as wide as its column, leave no room for the tabulator of an old version.
_GLUED = re.compile(r"(?<=Watt)(?=[A-Z])|(?<=CPUGFX%)(?=[A-Z])")
_GLUED_CELL = re.compile(r"\.\d+\.")
_RESOLUTION = 0.01
#: More than turbostat has: not its table.
_MOST_COLUMNS = 1_000
#: A pause is longer than this many usual intervals: turbostat was not running.
_PAUSE = 1.5


def _matches(head: str) -> bool:
    header = _HEADER.search(head)
    names = set(_names(header.group())) if header else set()
    other = {"Avg_MHz", "Busy%", "Bzy_MHz", "CPU", "Core", "PkgTmp", "CoreTmp", "PKG_%", _TIME, "usec"}
    return bool(names & {*_WATTS, *_JOULES}) and (len(names) == 1 or bool(names & other) or len(names & {*_WATTS}) > 1)


def _names(line: str) -> list[str]:
    return _GLUED.sub("\t", line).split()


def _read(path: Path, text: str, options: Options) -> Records:
    text, unread = _with_times(text, options, path)
    header = _HEADER.search(text)
    names = distinct(_names(header.group())) if header else []
    if len(names) > _MOST_COLUMNS:
        raise LogError("the header has too many columns", file=path.name, value=_shown(names))
    table, notes, count = _table(text, names, path)
    notes += unread
    if _TIME in names:
        time = numbers(table[_TIME])
        notes.append(Note("unreadable time", int(time.isna().sum()), "the cell is not a time stamp"))
        table = table.assign(time=(time * SECOND_US).round())[time.notna()].reset_index(drop=True)
    else:
        line = None if header is None else text.count("\n", 0, header.start()) + 1
        accepted = "turbostat --enable Time_Of_Day_Seconds"
        missing = LogError("the table has no times", file=path.name, line=line, value=_shown(names), accepted=accepted)
        ends, note = _given_ends(table, text, options, path, missing)
        table, notes = table.assign(time=ends), [*notes, note]
    if table.empty:
        raise LogError("no row has a time stamp", file=path.name, value=_shown(names))
    readings = _readings(table, path)
    readings, assumed = _intervals(readings, None if _TIME in names else options.every_us, path)
    devices = [str(name) for name in readings["device"].unique()]
    return Records(
        "interval",
        readings[["start", "time", "device", "energy"]],
        FORMAT.name,
        count,
        domains.measured(devices),
        [note for note in (*notes, *_unknown(readings), assumed) if note.count],
        parents=domains.parents(devices),
        device_covers=domains.covers(devices),
        resolution=_RESOLUTION,
    )


def _with_times(text: str, options: Options, path: Path) -> tuple[str, list[Note]]:
    """Return the table with the stamp that another program wrote before each line (``ts``) as its column of the time.

    Raises
    ------
    LogError : for naive stamps without a zone
    """
    if not re.search(rf"^{PREFIX}.*(?:Watt|_J)\b", text, re.MULTILINE):
        return text, []
    lines = pd.Series(text.split("\n"), dtype="str")
    stamps = lines.str.extract(rf"^({PREFIX})", expand=False)
    bare = lines.str.replace(rf"^{PREFIX}", "", regex=True)
    heads = stamps.notna() & bare.str.contains(_HEADER)
    if not heads.any() or bare[heads].str.contains(_TIME, regex=False).any():
        return text, []
    known = stamps[stamps.notna() & ~heads].str.strip()
    time, notes = utc_times(known.map(isoformat), pd.Series("run", index=known.index), options, path)
    told = (time / SECOND_US).map("{:.6f}".format).reindex(lines.index)
    return "\n".join((told + "\t" + bare).where(told.notna(), bare).mask(heads, f"{_TIME}\t" + bare)), notes


def _given_ends(
    table: pd.DataFrame, text: str, options: Options, path: Path, missing: LogError
) -> tuple[pd.Series, Note]:
    """Return the end of the interval of each row, as the user gives the start of the first one [µs since 1970 UTC].

    Raises
    ------
    LogError : without an origin and an interval, and where nothing tells which rows are of one interval
    """
    system = _system(table)
    own = system if system.sum() < len(system) else pd.Series(data=True, index=table.index)
    turn = origin.turns(pd.Series("table", index=table.index[own]), options, path, missing=missing)
    whole = own.iloc[:1].all() and not any(map(_GLUED_CELL.search, text.split("\n")))
    if not whole or (own.all() and len(table) not in {1, len(_HEADER.findall(text))}):
        problem = "nothing tells which rows are of one interval, so that origin and every do not tell their times"
        raise LogError(problem, file=path.name, value=missing.value, accepted=missing.accepted)
    starts, note = origin.of_turns(turn, options)
    return starts.reindex(table.index).ffill().astype("int64") + (options.every_us or 0), note


def _system(table: pd.DataFrame) -> pd.Series:
    """Tell the first row of each table, which is the system's; all of them, where no column tells the processor."""
    topology = [name for name in _TOPOLOGY if name in table]
    return table[topology].isin(["-"]).any(axis=1) if topology else pd.Series(data=True, index=table.index)


def _shown(names: list[str]) -> str:
    """Return the names of columns for a message."""
    return " ".join(names[:12])


def _table(text: str, names: list[str], path: Path) -> tuple[pd.DataFrame, list[Note], int]:
    """Return the rows of all tables as cells of text: shorter ones are of processors that are not the first."""
    lines = [line for line in text.split("\n") if re.match(r"\s*(?:-|\d[\d.]*)\s", line + " ")]
    rows = [line for line in lines if not line.rstrip().endswith("sec")]
    whole = [line for line in rows if not _GLUED_CELL.search(line)]
    width = len(names)
    cells = [row + [None] * (width - len(row)) for row in map(str.split, whole) if len(row) <= width]
    if not cells:
        raise LogError("the file has a header and no row", file=path.name)
    table = pd.DataFrame(cells, columns=names, dtype="str")
    glued = len(rows) - len(table)
    notes = [Note("row with joined cells", glued, "which cell is the power is not known")]
    if not text.endswith("\n") and len(table) > 1:
        last = table.iloc[-1].notna().sum()
        if last < width and last not in set(table.iloc[:-1].notna().sum(axis=1)):
            table = table.iloc[:-1]
            notes.append(Note("row cut short", 1, "the file ends in it"))
    if "Package" in table and table["Package"].isna().any():
        there = table["Package"].notna()
        notes.append(Note("row without a package", int((~there).sum()), "it ends before that column"))
        table = table[there]
    return table.reset_index(drop=True), notes, len(rows)


def _readings(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return one row an interval and domain: ``time`` [µs], ``device``, ``watts`` or ``joules``."""
    system = _system(table)
    interval = system.cumsum() if system.any() else pd.Series(np.arange(len(table)), index=table.index)
    packages = "Package" in table and (~system).any()
    rows = table[~system] if packages else table[system] if system.any() else table
    owner = rows["Package"] if packages else pd.Series("", index=rows.index)
    parts: list[pd.DataFrame] = []
    for column, kind in {**_WATTS, **_JOULES}.items():
        if column not in table:
            continue
        source, of = (table, pd.Series("", index=table.index)) if kind == "psys" else (rows, owner)
        filled = source[column].notna()
        if not filled.any():
            continue
        keys = [interval[source.index][filled], of[filled]]
        number = numbers(source[column][filled])
        grouped = pd.DataFrame({"value": number, "time": source["time"][filled]}).groupby(keys, sort=False)
        # a part of a package may come in a row for each core (AMD); the platform repeats the system's row
        value = grouped["value"].first() if kind == "psys" else grouped["value"].sum()
        value = value.mask(number.isna().groupby(keys, sort=False).any())
        found = pd.DataFrame({"value": value, "time": grouped["time"].first()}).reset_index(drop=True)
        device = [_device(kind, str(name)) for name in value.index.get_level_values(1)]
        parts.append(found.assign(device=device, joules=column in _JOULES, kind=kind))
    if not parts:
        raise LogError("no row has a power", file=path.name, accepted=", ".join(_WATTS))
    return pd.concat(parts, ignore_index=True)


def _device(kind: str, number: str) -> str:
    package = f"package-{number}" if number else "package"
    if kind in {"core", "gfx"}:
        return f"{package}/{kind}"
    return {"package": package, "dram": f"dram-{number}" if number else "dram", "psys": "psys"}[kind]


def _intervals(readings: pd.DataFrame, every: int | None, path: Path) -> tuple[pd.DataFrame, Note]:
    """Add ``start`` and ``energy`` [J]; the first interval, and one after a pause, are as long as the device's median.

    Raises
    ------
    LogError : for a single interval, whose length neither a row nor ``every`` tells [µs]
    """
    readings = readings.sort_values(["device", "time"], kind="stable").reset_index(drop=True)
    length = readings.groupby("device", sort=False)["time"].diff()
    if every is not None:
        length = length.fillna(float(every))
    median = length[length > 0].groupby(readings["device"]).median().reindex(readings["device"]).to_numpy()
    if np.isnan(median).any():
        raise LogError(
            "a single interval, and nothing tells its length",
            file=path.name,
            value=str(readings["device"][int(np.flatnonzero(np.isnan(median))[0])]),
            accepted="a log of at least two intervals",
        )
    unusual = length.isna() | (length > _PAUSE * median)
    length = length.mask(unusual, pd.Series(median, index=readings.index))
    zero = readings["value"].eq(0.0) & ~readings["device"].str.contains("/", regex=False)
    dead = zero.groupby(readings["device"]).transform("all")
    energy = (readings["value"] * (length / SECOND_US).where(~readings["joules"], 1.0)).mask(dead)
    time = readings["time"].astype("int64")
    start = time - length.round().astype("int64")
    detail = "the first interval, or one after a pause: the device's median length"
    found = readings.assign(time=time, start=start, energy=energy, dead=dead)
    return found, Note("interval length assumed", int(unusual.sum()), detail)


def _unknown(readings: pd.DataFrame) -> list[Note]:
    names = sorted({str(name) for name in readings["device"][readings["dead"]]})
    detail = f"always 0: not counted on this machine, unknown: {', '.join(names)}"
    return [Note("domain without a counter", len(names), detail)]


FORMAT = Format(
    "turbostat",
    "turbostat --enable Time_Of_Day_Seconds",
    _matches,
    _read,
    marks=("PkgWatt|CorWatt|GFXWatt|RAMWatt|SysWatt|Pkg_J", "Time_Of_Day_Seconds"),
    signs=("Avg_MHz", "Busy%", "Bzy_MHz", "TSC_MHz", "PkgTmp", "turbostat"),
    remedy="record with turbostat --enable Time_Of_Day_Seconds",
)
