"""``perf stat -I 1000 -x, -e power/energy-pkg/,...``: the energy of each interval, by domain and socket.

A line is the time since the start in seconds, with ``--per-socket`` the socket and its processors, the energy, its unit
and the event. ``# started on Mon Mar 18 10:00:00 2024`` (with ``-o``; local time, no zone) tells the start. Source:
perf-stat(1), CSV FORMAT, https://man7.org/linux/man-pages/man1/perf-stat.1.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import domains, origin
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records, numbers, parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

_STARTED = re.compile(r"^# started on (?P<stamp>.+?)\s*$", re.MULTILINE)
_ROW = (
    r"^[ \t]*(?P<seconds>\d+\.\d+)(?P<sign>[,;\t|])(?:(?P<socket>S\d+(?:-D\d+)?|CPU\d+)(?P=sign)(?:\d+(?P=sign))?)?"
    r"(?P<energy><not counted>|<not supported>|[\d.eE+]+)(?P=sign)(?P<unit>Joules)?(?P=sign)"
    r"(?:power\w*/)?energy-(?P<event>pkg|cores?|gpu|ram|psys)/?(?P<rest>[,;\t|:].*)?$"
)
_LINE = re.compile(rf"# started on (?P<stamp>.+?)\s*$|{_ROW}", re.MULTILINE)
_ANY_ROW = re.compile(r"^[ \t]*\d+\.\d+[,;\t|](?:[SDCN]|<|\d).*energy-(?:pkg|cores?|gpu|ram|psys).*$", re.MULTILINE)
_PARTS = {"core": "core", "cores": "core", "gpu": "gfx"}
_STAMPS = ("%a %b %d %H:%M:%S %Y",)
_RESOLUTION = 0.01


def _matches(head: str) -> bool:
    return bool(_ANY_ROW.search(head))


def _read(path: Path, text: str, options: Options) -> Records:
    found = pd.DataFrame([match.groupdict() for match in _LINE.finditer(text)])
    candidates = len(_ANY_ROW.findall(text))
    rows = found[found["seconds"].notna()] if len(found) else found
    if not len(rows):
        accepted = "numbers with a decimal point, e.g. LC_ALL=C perf stat ..."
        raise LogError("no row has an energy in Joules", file=path.name, accepted=accepted)
    end = numbers(rows["seconds"])
    section = found["stamp"].notna().astype("int64").cumsum()[rows.index]
    notes: list[Note] = []
    if section.eq(0).any() or found["stamp"].isna().all():
        start, notes = _given_start(section, end, path, options)
        section = section + 1
    else:
        start = _origins(found["stamp"].dropna(), path, options)
    frame = pd.DataFrame(
        {
            "start": start[section - 1] + (_starts(section, end) * SECOND_US).round().astype("int64").to_numpy(),
            "time": start[section - 1] + (end * SECOND_US).round().astype("int64").to_numpy(),
            "device": _devices(rows),
            "energy": numbers(rows["energy"]),
        }
    ).reset_index(drop=True)
    unreadable = candidates - len(rows)
    devices = [str(name) for name in frame["device"].unique()]
    return Records(
        "interval",
        frame,
        FORMAT.name,
        candidates,
        domains.measured(devices),
        [*notes, *([Note("unreadable line", unreadable, "no energy in Joules in it")] if unreadable else [])],
        parents=domains.parents(devices),
        device_covers=domains.covers(devices),
        resolution=_RESOLUTION,
    )


def _given_start(
    section: pd.Series, end: pd.Series, path: Path, options: Options
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], list[Note]]:
    """Return the start of a measurement without its line, as the user gives it. [µs since 1970, UTC]

    Raises
    ------
    LogError : without an origin, and where the file holds more than one measurement
    """
    missing = LogError(
        "nothing tells when the measurement started",
        file=path.name,
        line=1,
        accepted="perf stat -o file -I 1000 -x, (its first line is '# started on Mon Mar 18 10:00:00 2024')",
    )
    if section.ne(0).any() or not end.is_monotonic_increasing:
        raise missing
    _, note = origin.by_elapsed(end, options, path, missing=missing)
    return np.array([options.origin_us or 0], dtype=np.int64), [note]


def _origins(texts: pd.Series, path: Path, options: Options) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the start of each measurement [µs since 1970, UTC]."""
    stamps = parse_times(texts, _STAMPS)
    if stamps.isna().any():
        value = str(texts[stamps.isna()].iloc[0])
        raise LogError("the start is not a date", file=path.name, value=value, accepted="Mon Mar 18 10:00:00 2024")
    return to_utc(stamps, pd.Series("run", index=stamps.index), options.timezone, file=path.name)


def _starts(section: pd.Series, end: pd.Series) -> pd.Series:
    """Return the end of the interval before, or 0, for each row. [s]"""
    ends = pd.DataFrame({"section": section, "end": end})
    turns = ends.drop_duplicates().sort_values(["section", "end"])
    before = turns.groupby("section")["end"].shift(fill_value=0.0)
    keyed = pd.Series(before.to_numpy(), index=pd.MultiIndex.from_frame(turns))
    return pd.Series(keyed.reindex(pd.MultiIndex.from_frame(ends)).to_numpy(), index=end.index)


def _devices(rows: pd.DataFrame) -> pd.Series:
    """Return ``package-S0``, ``package-S0/core``, ``dram-S0``, ``psys``; of all sockets together, without a number."""
    number = ("-" + rows["socket"]).fillna("")
    part = rows["event"].map(_PARTS)
    inside = "package" + number + "/" + part
    beside = rows["event"].map({"pkg": "package", "ram": "dram", "psys": "psys"}) + number
    return inside.where(part.notna(), beside)


FORMAT = Format(
    "perf-stat",
    "perf stat -I 1000 -x, -o file -e power/energy-pkg/",
    _matches,
    _read,
    marks=("Joules", "energy-pkg|energy-cores|energy-ram|energy-gpu|energy-psys"),
    signs=("# started on", "Performance counter stats", "seconds time elapsed"),
    remedy="record with perf stat -o file -I 1000 -x, -e power/energy-pkg/",
)
