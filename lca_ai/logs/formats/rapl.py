"""Readings of Linux powercap (Intel RAPL, also on AMD): the counters ``energy_uj`` of the zones ``intel-rapl:*``.

A CSV with one row a reading (``time,zone,name,energy_uj,max_energy_range_uj``, of which ``zone`` or ``name`` and the
range may lack, and ``host`` and ``max_power_uw`` may be added) or with one column a zone (``package-0_energy_uj`` or
``intel-rapl:0/energy_uj``, and the same name with ``max_energy_range_uj`` for its range). Counters since boot, in µJ.
Source: https://docs.kernel.org/power/powercap/powercap.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import domains, wraps
from lca_ai.logs.formats.stamps import any_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_MICRO = 1e-6
_ROLES = {
    "time": r"time|timestamp|time_?stamp|datetime|date|ts|epoch|(?:time|timestamp|epoch)_(?:s|ms|us|ns)",
    "zone": r"zone|zone_id|path",
    "name": r"name|domain|zone_name",
    "host": r"host|hostname|node",
    "counter": r"energy_uj",
    "range": r"max_energy_range_uj",
    "limit": r"max_power_uw",
}
_ZONE = r"intel-rapl[a-z-]*:\d+(?::\d+)*"
_DOMAIN = r"psys|package-\d+(?:-die-\d+)?(?:[/_-](?:core|uncore|dram))?|dram-\d+(?:-die-\d+)?|core|uncore|dram"
_WIDE = re.compile(rf"(?:/sys/[\w/:.\-]*/)?(?P<name>{_ZONE}|{_DOMAIN})[/_ ](?P<what>energy_uj|max_energy_range_uj)")
_TOP = ("psys", "package", "dram")


def _matches(head: str) -> bool:
    names = [name.strip(' "') for name in head.lstrip().split("\n", 1)[0].split(",")]
    roles = {_role(name) for name in names}
    wide = any(match["what"] == "energy_uj" for match in map(_WIDE.fullmatch, names) if match)
    return "time" in roles and (wide or "counter" in roles)


def _role(name: str) -> str | None:
    return next((role for role, pattern in _ROLES.items() if re.fullmatch(pattern, name, re.IGNORECASE)), None)


def _read(path: Path, text: str, options: Options) -> Records:
    table, notes = read_table(text, ",", file=path.name)
    columns = {role: name for name in reversed(table.columns) if (role := _role(name))}
    wide = [column for column in table.columns if (one := _WIDE.fullmatch(column)) and one["what"] == "energy_uj"]
    if "time" not in columns or table.empty or not ("counter" in columns or wide):
        missing = "the column time is missing" if "time" not in columns else "the column of the energy is missing"
        problem = "the file has a header and no row" if table.empty else missing
        raise LogError(problem, file=path.name, line=1, value=", ".join(table.columns))
    repeated = table[columns["time"]].eq(columns["time"])
    table = table[~repeated].reset_index(drop=True)
    frame = _long(table, columns) if "counter" in columns else _wide(table, columns)
    frame["device"] = _devices(_placed(frame, options, path), path)
    time, found = any_times(frame["stamp"], frame["device"], options, path)
    frame = frame.loc[time.index].assign(time=time).reset_index(drop=True)
    frame, more = _without_unread(frame)
    frame, same = _without_twins(frame)
    frame["bound"] = _bounds(frame)
    frame["counter"], wrapped = wraps.unwrapped(frame)
    header = [Note("repeated header", int(repeated.sum()), "the tool was started again into the file")]
    devices = [str(name) for name in frame["device"].dropna().unique()]
    return Records(
        "counter",
        frame[["time", "device", "counter"]],
        FORMAT.name,
        len(table),
        domains.measured(devices),
        [note for note in (*notes, *header, *found, *more, *same, *wrapped) if note.count],
        parents=domains.parents(devices),
        device_covers=domains.covers(devices),
        resolution=_MICRO,
    )


def _placed(frame: pd.DataFrame, options: Options, path: Path) -> pd.DataFrame:
    """Give the counter of a table that names no zone the name that the user gives.

    Raises
    ------
    LogError : where neither the table nor the user names the zone
    """
    if (frame["zone"].ne("") | frame["name"].ne("")).any():
        return frame
    if options.device is None or not re.fullmatch(_DOMAIN, options.device):
        raise LogError(
            "nothing tells which domain the counter is of",
            file=path.name,
            line=1,
            field="energy_uj",
            value=options.device,
            accepted="a column zone or name, or device='package-0' (--device package-0), or psys, dram",
        )
    return frame.assign(name=options.device)


def _long(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Return one row a reading: ``stamp``, ``zone``, ``name``, ``host``, ``counter`` [J], ``range`` [J], ``limit``."""
    blank = pd.Series("", index=table.index, dtype="str")
    texts = {role: table[columns[role]].fillna("").str.strip() if role in columns else blank for role in _ROLES}
    number = {role: numbers(texts[role]) * _MICRO for role in ("counter", "range", "limit")}
    return pd.DataFrame(
        {
            "stamp": texts["time"],
            "zone": _zone_of(texts["zone"]),
            "name": texts["name"],
            "host": texts["host"],
            **number,
        }
    )


def _wide(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Return the same of a table with one column a zone."""
    found = {column: match for column in table.columns if (match := _WIDE.fullmatch(column))}
    ranges = {match["name"]: column for column, match in found.items() if match["what"] == "max_energy_range_uj"}
    parts = []
    for column, match in found.items():
        if match["what"] != "energy_uj":
            continue
        zone = match["name"] if match["name"].startswith("intel-rapl") else ""
        limit = numbers(table[ranges[match["name"]]]) * _MICRO if match["name"] in ranges else np.nan
        parts.append(
            pd.DataFrame(
                {
                    "stamp": table[columns["time"]],
                    "zone": zone,
                    "name": "" if zone else match["name"],
                    "host": table[columns["host"]].fillna("") if "host" in columns else "",
                    "counter": numbers(table[column]) * _MICRO,
                    "range": limit,
                    "limit": np.nan,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _zone_of(cells: pd.Series) -> pd.Series:
    """Return the zone that a cell names, also within a path of sysfs; of nested zones the innermost."""
    return cells.str.extract(rf"({_ZONE})(?:/energy_uj)?$", expand=False).fillna("")


def _devices(frame: pd.DataFrame, path: Path) -> pd.Series:
    """Return the name of each row's domain: that of its zone with the package it lies in."""
    keys = frame[["host", "zone", "name"]].drop_duplicates()
    found: dict[tuple[str, str, str], str | None] = {}
    for key, group in keys.groupby("host", sort=True):
        host = str(key)
        titles = {zone: name for zone, name in zip(group["zone"], group["name"], strict=True) if zone and name}
        packages = {name for name in group["name"] if name.startswith("package") and not re.search("core|dram", name)}
        taken: set[str] = set()
        for zone, name in zip(group["zone"], group["name"], strict=True):
            own = _domain(zone, name, titles, packages, path)
            unique = f"{own} ({zone})" if own in taken else own
            taken |= {own} if own else set()
            found[host, zone, name] = unique and (f"{host}/{unique}" if host else unique)
    rows = pd.MultiIndex.from_frame(frame[["host", "zone", "name"]])
    return pd.Series(rows.map(found), index=frame.index, dtype="object")


def _domain(zone: str, name: str, titles: dict[str, str], packages: set[str], path: Path) -> str | None:
    """Return the canonical name of one domain, without its host; None where neither zone nor name is given."""
    if not name and not zone:
        return None
    if not name:
        return _untitled(zone, titles, path)
    inner = re.fullmatch(r"(package-\d+(?:-die-\d+)?)[/_-](core|uncore|dram)", name)
    if inner:
        return f"dram{inner[1].removeprefix('package')}" if inner[2] == "dram" else f"{inner[1]}/{inner[2]}"
    if name.startswith(("psys", "package", "dram-")):
        return name
    outer = titles.get(zone.rpartition(":")[0]) if zone.count(":") > 1 else None
    if outer is None and len(packages) == 1:
        outer = next(iter(packages))
    if outer is None and packages:
        accepted = "a column zone (intel-rapl:0:0), or names such as package-0/core"
        raise LogError("nothing tells the package of a domain", file=path.name, value=name, accepted=accepted)
    if name == "dram":
        return "dram" if outer is None else f"dram{outer.removeprefix('package')}"
    return f"{outer or 'package'}/{name}"


def _untitled(zone: str, titles: dict[str, str], path: Path) -> str:
    """Return the name of a zone without one: only the first can be taken for a package."""
    number = zone.partition(":")[2]
    if number == "0" or number.startswith("0:"):
        return titles.get(zone, "package-0" if number == "0" else f"package-0/zone-{number[2:]}")
    accepted = "a column name (the file name of the zone: package-1, psys, dram)"
    raise LogError(
        "a zone without a name may be a package or the platform", file=path.name, value=zone, accepted=accepted
    )


def _without_unread(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Set readings of exactly 0 µJ to unknown, and those of a package or memory whose counter never moves.

    A counter of 2^32 steps stands at 0 for less than a millisecond; the reading failed, or the domain has no counter.
    """
    zero = frame["counter"].eq(0.0)
    spans = frame.mask(zero).groupby("device", sort=False)["counter"].agg(["min", "max", "count"])
    still = spans.index[(spans["min"] == spans["max"]) & (spans["count"] > 1)]
    top = frame["device"].isin([name for name in still if name.rsplit("/", 1)[-1].startswith(_TOP)])
    notes = [
        Note("counter read as zero", int(zero.sum()), "not read, or no counter: unknown, not zero"),
        Note("counter that never moves", int((top & ~zero).sum()), "the domain is not counted: unknown, not zero"),
    ]
    return frame.assign(counter=frame["counter"].mask(zero | top)), notes


def _without_twins(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Drop packages (and what lies in them) whose counters are those of another one, and zones listed twice."""
    names = [str(name) for name in frame["device"].dropna().unique()]
    found = wraps.twins(frame, [name for name in names if not name.endswith(("/core", "/uncore"))])
    within = [name for name in names for twin in found if name.startswith(f"{twin}/")]
    other_way = [name for name in names if "(intel-rapl-mmio" in name]
    gone = frame["device"].isin([*found, *within, *other_way])
    told = [f"{twin} reads as {name} every time" for twin, name in found.items()]
    detail = "; ".join([*told, *(f"{name} is the same domain by another way" for name in other_way)])
    notes = [Note("one counter read twice", int(gone.sum()), f"{detail}: counted once")]
    return frame[~gone].reset_index(drop=True), notes


def _bounds(frame: pd.DataFrame) -> pd.Series:
    """Return the highest power of each row's device: as the file tells, else that of the largest processor. [W]"""
    highest = wraps.highest_processor_power()
    parts = {name.rsplit("/", 1)[-1] for name in frame["device"].dropna().unique()}
    platform = highest * (1 + sum(name.startswith(("package", "dram")) for name in parts))
    assumed = pd.Series(highest, index=frame.index).mask(frame["device"].str.endswith("psys", na=False), platform)
    return frame["limit"].where(frame["limit"] > 0, assumed)


FORMAT = Format(
    "rapl",
    "readings of Linux powercap (intel-rapl energy_uj) as CSV",
    _matches,
    _read,
    marks=("time|timestamp|ts", "energy_uj", "zone|name"),
    signs=("intel-rapl", "max_energy_range_uj", "package-0", "psys"),
    remedy="a CSV with columns time, zone, name and energy_uj",
)
