"""Which of the measured domains count: a part of a device that was measured itself is shown, never added to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.records import Note, Records


def prefer_counters(parts: list[Records]) -> tuple[list[Records], list[Note]]:
    """Leave out the power samples, and energies of intervals, of devices that have a counter of at least two readings.

    A counter misses nothing between two readings, samples do.
    """
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
