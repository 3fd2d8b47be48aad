"""``perf stat -e power/energy-pkg/,...``: the energy of each interval (``-I``) or of a run, by domain and socket.

With ``-x,`` a line is the time since the start in seconds, with ``--per-socket`` and the like the place and how many
of its processors counted, the energy, its unit and the event; without ``-x`` it is a table, with ``-j`` JSON. Without
``-I`` the energies are of the whole run, whose length "seconds time elapsed" tells. ``# started on Mon Mar 18 10:00:00
2024`` (with ``-o``; local time, no zone) tells the start. Source: perf-stat(1), CSV FORMAT and JSON FORMAT,
https://man7.org/linux/man-pages/man1/perf-stat.1.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import domains, origin
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records
from lca_ai.logs.times import parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

_EVENT = r"(?:power\w*/)?energy-(?P<event>pkg|cores?|gpu|ram|psys)/?"
_PLACE = r"S\d+(?:-[A-Z]+\d+)*|CPU\d+|N\d+"
_ENERGY = r"<not counted>|<not supported>|[\d.,eE+]+"
#: Between commas the decimal sign is a point; between other signs it may be a comma.
_CSV = re.compile(
    rf"^[ \t]*(?P<seconds>\d+[.,]\d+)(?P<sign>[,;\t|])(?:(?P<place>{_PLACE})(?P=sign)(?:(?P<cpus>\d+)(?P=sign))?)?"
    r"(?P<energy><not counted>|<not supported>|(?:(?!(?P=sign))[\d.,eE+])+)(?P=sign)(?P<unit>Joules)?(?P=sign)"
    rf"{_EVENT}(?:[,;\t|:].*)?$"
)
_TABLE = re.compile(
    rf"^[ \t]*(?:(?P<seconds>\d+[.,]\d{{9}})[ \t]+)?(?:(?P<place>{_PLACE})[ \t]+(?:(?P<cpus>\d+)[ \t]+)?)?"
    rf"(?P<energy>{_ENERGY})[ \t]+(?:(?P<unit>Joules)[ \t]+)?{_EVENT}(?:[ \t:].*)?$"
)
_JSON = re.compile(r'"(?P<key>[\w\-]+)"\s*:\s*"?(?P<value>[^",}]*)')
_STARTED = re.compile(r"# started on (?P<stamp>.+?)\s*$")
_ELAPSED = re.compile(r"^[ \t]*(?P<elapsed>\d+[.,]\d+)[ \t]+seconds time elapsed")
_RUNS = re.compile(r"Performance counter stats for .*\(\d+ runs\)|seconds time elapsed[ \t]+\( \+-")
_ANY_ROW = re.compile(
    r"^[ \t]*(?:\d+[.,]\d+[,;\t|](?:[SDCN]|<|\d).*energy-(?:pkg|cores?|gpu|ram|psys)"
    r'|\{"(?:interval|counter-value|socket|die|core|cpu|node)".*"event" : "(?:power\w*/)?energy-'
    rf"|(?:\d+[.,]\d{{9}}[ \t]+)?(?:(?:{_PLACE})[ \t]+(?:\d+[ \t]+)?)?(?:{_ENERGY})[ \t]+(?:Joules[ \t]+)?"
    r"power\w*/energy-)"
    r".*$",
    re.MULTILINE,
)
_COLUMNS = ["stamp", "elapsed", "seconds", "place", "cpus", "energy", "unit", "event"]
_PARTS = {"core": "core", "cores": "core", "gpu": "gfx"}
_STAMPS = ("%a %b %d %H:%M:%S %Y",)
_RESOLUTION = 0.01


def _matches(head: str) -> bool:
    return bool(_ANY_ROW.search(head))


def _read(path: Path, text: str, options: Options) -> Records:
    if _RUNS.search(text):
        raise LogError("the energies are means of several runs", file=path.name, accepted="perf stat without -r")
    found = pd.DataFrame(list(filter(None, map(_line, text.split("\n")))), columns=_COLUMNS, dtype="object")
    candidates = len(_ANY_ROW.findall(text))
    found["section"] = found["stamp"].notna().astype("int64").cumsum()
    rows = found[found["event"].notna() & found["cpus"].ne("0")]  # not the place of a counter
    energy = rows["energy"].map(_number)
    # a count without unit is one of 2^-32 J; scaled ones have decimals
    counted = rows["unit"].notna() | energy.isna() | rows["energy"].str.contains(r"[.,]\d\d$")
    rows = rows[counted].assign(energy=energy[counted])
    if rows.empty:
        accepted = "numbers with a decimal point, e.g. LC_ALL=C perf stat ..."
        raise LogError("no row has an energy in Joules", file=path.name, accepted=accepted)
    again = _is_summary(rows)
    rows = rows[~again]
    end = _ends(found, rows, path)
    start, section, notes = _start(found["stamp"].dropna(), rows["section"], end, path, options)
    frame = pd.DataFrame(
        {
            "start": start[section - 1] + (_starts(section, end) * SECOND_US).round().astype("int64").to_numpy(),
            "time": start[section - 1] + (end * SECOND_US).round().astype("int64").to_numpy(),
            "device": _devices(rows),
            "energy": rows["energy"],
        }
    )
    frame, dropped = _of_places(frame, rows["place"])
    frame, dead = _without_dead(frame)
    unreadable = candidates - len(rows) - int(again.sum() + found["cpus"].eq("0").sum())
    notes += [
        Note("unreadable line", unreadable, "no energy in Joules in it"),
        Note("sum of the run", int(again.sum()), "its intervals are read"),
        *dropped,
        dead,
    ]
    devices = [str(name) for name in frame["device"].unique()]
    return Records(
        "interval",
        frame,
        FORMAT.name,
        candidates,
        domains.measured(devices),
        [note for note in notes if note.count > 0],
        parents=domains.parents(devices),
        device_covers=domains.covers(devices),
        resolution=_RESOLUTION,
    )


def _line(line: str) -> dict[str, str | None] | None:
    """Return what a line tells: the start, the seconds that a run took, or an energy; None where nothing."""
    if line.lstrip().startswith("{"):
        told = {match["key"]: match["value"].strip() for match in _JSON.finditer(line)}
        event = re.fullmatch(_EVENT, told.get("event", ""))
        if event is None or "counter-value" not in told:
            return None
        place = next((told[key] for key in ("core", "die", "socket", "node") if key in told), None)
        return {
            "seconds": told.get("interval"),
            "place": f"CPU{told['cpu']}" if "cpu" in told else place,
            "cpus": told.get("counters", told.get("aggregate-number")),
            "energy": told["counter-value"],
            "unit": told.get("unit") or None,
            "event": event["event"],
        }
    match = _STARTED.search(line) or _ELAPSED.match(line) or _CSV.match(line) or _TABLE.match(line)
    return match and match.groupdict()


def _number(text: object) -> float:
    """Return a number as perf writes it in any locale: grouped or not, with two or more decimals, or none.

    >>> [_number(text) for text in ("1,010.25", "1.010,25", "12,34", "<not counted>")]
    [1010.25, 1010.25, 12.34, nan]
    """
    whole, _, part = str(text).replace(",", ".").rpartition(".")
    digits = f"{whole.replace('.', '')}.{part}" if whole else part
    return float(digits) if re.fullmatch(r"\d*\.?\d*(?:[eE]\+?\d+)?", digits) and re.search(r"\d", digits) else np.nan


def _is_summary(rows: pd.DataFrame) -> pd.Series:
    """Tell the energies of a whole run, which ``--summary`` writes after its intervals."""
    timed = rows["seconds"].notna()
    return ~timed & timed.groupby(rows["section"]).transform("any")


def _without_dead(frame: pd.DataFrame) -> tuple[pd.DataFrame, Note]:
    """Set the energies of a package, a memory or a platform to unknown where they are always 0: it is not counted."""
    whole = ~frame["device"].str.contains("/", regex=False)
    dead = whole & frame["energy"].eq(0.0).groupby(frame["device"]).transform("all")
    names = ", ".join(sorted({str(name) for name in frame["device"][dead]}))
    note = Note("domain without a counter", int(dead.sum()), f"always 0: not counted on this machine, unknown: {names}")
    return frame.assign(energy=frame["energy"].mask(dead)), note


def _ends(found: pd.DataFrame, rows: pd.DataFrame, path: Path) -> pd.Series:
    """Return the end of the interval of each row, of a whole run its length. [s since the start]

    Raises
    ------
    LogError : where a run does not tell how long it took
    """
    end = rows["seconds"].map(_number)
    whole = found[found["elapsed"].notna()].drop_duplicates("section").set_index("section")["elapsed"].map(_number)
    end = end.fillna(rows["section"].map(whole))
    if end.isna().any():
        raise LogError(
            "the energy of a run, and nothing tells how long it took",
            file=path.name,
            value=f"{rows['energy'][end.isna()].iloc[0]:g} J of energy-{rows['event'][end.isna()].iloc[0]}",
            accepted="perf stat -o file -I 1000 -x, -e power/energy-pkg/ (or without -x: with the seconds elapsed)",
        )
    return end


def _start(
    stamps: pd.Series, section: pd.Series, end: pd.Series, path: Path, options: Options
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], pd.Series, list[Note]]:
    """Return the start of each measurement [µs since 1970, UTC], and the number of that of each row, from 1."""
    if section.eq(0).any() or stamps.empty:
        start, notes = _given_start(section, end, path, options)
        return start, section + 1, notes
    return _origins(stamps, path, options), section, []


def _of_places(frame: pd.DataFrame, place: pd.Series) -> tuple[pd.DataFrame, list[Note]]:
    """Add up what the cores of one package tell; drop what no package holds, and a platform told by several sockets."""
    within = frame["device"].str.contains("/", regex=False)
    outer = frame["device"].str.partition("/")[0]
    # with -A a package is told on its first CPU, and its cores each on their own
    apart = within & ~outer.isin(frame["device"]) & bool(outer[~within].str.startswith("package").any())
    whole = frame["device"].str.startswith("psys")
    largest = frame[whole].groupby(place[whole].fillna(""))["energy"].sum()
    again = whole & place.fillna("").ne(str(largest.idxmax()) if len(largest) else "")
    kept = frame[~apart & ~again].assign(device=frame["device"].mask(whole, "psys"))
    inner = place[kept.index].fillna("").str.contains(r"-(?!D)[A-Z]")
    keys = ["start", "time", "device"]
    summed = kept[inner].groupby(keys, sort=False)["energy"].sum(min_count=1).reset_index()
    return pd.concat([kept[~inner], summed], ignore_index=True), [
        Note("core whose package is not told", int(apart.sum()), "the packages are read, which hold the cores"),
        Note("platform told again", int(again.sum()), "each socket tells the whole platform, or nothing"),
    ]


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
    socket = rows["place"].astype("str").str.extract(r"^(S\d+(?:-D\d+)?|CPU\d+|N\d+)")[0]
    number = ("-" + socket).fillna("")
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
