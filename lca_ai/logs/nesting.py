"""Which of the measured domains count: a part of a device that was measured itself is shown, never added to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.records import SECOND_US, Note, Records

#: Two tools of one computer are not started at the same moment. [µs]
_MARGIN_US = 60 * SECOND_US


def prefer_counters(parts: list[Records]) -> tuple[list[Records], list[Note]]:
    """Leave out the power samples, and energies of intervals, of devices that have a counter of at least two readings.

    A counter misses nothing between two readings, samples do.

    Raises
    ------
    LogError : where a device has samples and energies of intervals over the same time, so that it would count twice
    """
    _refuse_twice(parts)
    counters = [records for records in parts if records.kind == "counter"]
    if not counters or len(counters) == len(parts):
        return parts, []
    known = pd.concat([records.frame.dropna(subset=["counter"])["device"] for records in counters]).value_counts()
    exact = set(known.index[known >= 2])  # noqa: PLR2004 (an interval has two ends)
    kept, found = counters, set()
    for records in parts:
        if records.kind != "counter":
            twice = records.frame["device"].isin(exact)
            found |= set(records.frame["device"][twice])
            if not twice.all():
                kept = [*kept, replace(records, frame=records.frame[~twice].reset_index(drop=True))]
    if not found:
        return parts, []
    names = shorten(", ".join(sorted(map(str, found))))
    return kept, [Note("power beside a counter", len(found), f"the counter is used: {names}")]


def _refuse_twice(parts: list[Records]) -> None:
    if not {"power", "interval"} <= {one.kind for one in parts}:
        return
    spans = {kind: _spans([one for one in parts if one.kind == kind]) for kind in ("power", "interval")}
    both = spans["power"].join(spans["interval"].add_suffix("_too"), how="inner")
    twice = both[(both["first"] < both["last_too"]) & (both["first_too"] < both["last"])]
    if len(twice):
        raise LogError(
            "two parts of the log cover the same device at the same time",
            file=", ".join(dict.fromkeys(one.file for one in parts)),
            field="device",
            value=shorten(", ".join(map(str, twice.index))),
            accepted="a device column that tells them apart, or one log for each device",
        )


def _spans(parts: list[Records]) -> pd.DataFrame:
    """Return the first and the last moment of each device. [µs]"""
    edges = [
        pd.DataFrame(
            {
                "device": one.frame["device"],
                "first": one.frame["start" if one.kind == "interval" else "time"],
                "last": one.frame["time"],
            }
        )
        for one in parts
    ]
    if not edges:
        return pd.DataFrame({"first": [], "last": []})
    return pd.concat(edges).groupby("device").agg({"first": "min", "last": "max"})


def of_hosts(parts: list[Records]) -> dict[str, str]:
    """Return the devices of a host that lie within the whole computer that another file measures, by their names.

    ``n1/GPU-0`` of one file is a part of ``n1/node`` of another: where one device alone is the whole of that host, and
    measures it at least as long.
    """
    if len(parts) < 2:  # noqa: PLR2004 (one file knows its own parts)
        return {}
    wholes: dict[str, list[tuple[str, int]]] = {}
    others: list[tuple[str, int]] = []
    for number, one in enumerate(parts):
        for name in map(str, one.frame["device"].dropna().unique()):
            covers = one.device_covers.get(name, one.covers or ())
            if "/" not in name or not covers or name in one.parents:
                continue
            if "node" in covers:
                wholes.setdefault(name.partition("/")[0], []).append((name, number))
            elif "facility" not in covers:
                others.append((name, number))
    single = {host: many[0] for host, many in wholes.items() if len(many) == 1}
    places = dict(others)
    near = {name: single[host] for name in places if (host := name.partition("/")[0]) in single}
    found = {name: whole for name, (whole, number) in near.items() if number != places[name]}
    spans = _spans(parts) if found else pd.DataFrame()
    return {name: whole for name, whole in found.items() if _lasts_as_long(spans, whole, name)}


def _lasts_as_long(spans: pd.DataFrame, whole: str, part: str) -> bool:
    outer, inner = spans.loc[whole], spans.loc[part]
    begins, ends = outer["first"] <= inner["first"] + _MARGIN_US, inner["last"] <= outer["last"] + _MARGIN_US
    return bool(begins and ends)


def split(hours: pd.DataFrame, parents: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the hours of the devices that count, and of those that lie within another one of them.

    Parameters
    ----------
    hours : indexed by (device, hour)
    parents : device -> the device that it is a part of, whether that one was measured or not

    Raises
    ------
    LogError : where a device is a part of itself
    """
    names = hours.index.get_level_values("device")
    measured = set(names)
    within = {name for name in measured if any(parent in measured for parent in _above(str(name), parents))}
    nested = names.isin(within)
    return hours[~nested], hours[nested]


def _above(name: str, parents: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    while name in parents:
        name = parents[name]
        if name in found:
            raise LogError("a device is a part of itself", field="device", value=name)
        found.append(name)
    return found


def note(nested: pd.DataFrame, parents: Mapping[str, str]) -> Note:
    """Tell which devices are not added, and of which ones they are parts."""
    names = sorted(map(str, nested.index.get_level_values("device").unique()))
    told = shorten(", ".join(f"{name} within {parents[name]}" for name in names))
    return Note("part of another device", len(names), f"shown, not added: {told}")


def covers_of(records: Records, counted: set[str]) -> list[tuple[str, ...]]:
    """What the counted devices of some records cover."""
    own = set(records.frame["device"].dropna().unique()) & counted
    if not own:
        return []
    if not records.device_covers:
        return [records.covers] if records.covers else []
    return [records.device_covers.get(name, records.covers or ()) for name in sorted(own)]
