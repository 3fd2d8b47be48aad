"""What is dropped from a log before it is integrated: each kind of fault counted by name, none silent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import Note, Records

_MOST_CONFLICTS = 0.5


def clean(records: Records, *, absurd_power: float, file: str) -> tuple[pd.DataFrame, list[Note]]:
    """The usable rows of a log, sorted by device and time, and what was set aside.

    Parameters
    ----------
    absurd_power : power above which a sample of one device is taken for a fault of the sensor [W]

    Raises
    ------
    LogError : where nothing is left, or several devices share one name
    """
    value = {"power": "power", "counter": "counter", "interval": "energy"}[records.kind]
    frame, notes = records.frame, list(records.notes)
    faults: dict[str, tuple[pd.Series, str]] = {
        "not a number": (
            frame[value].isna() | np.isinf(frame[value]),
            "[N/A], NaN or an empty cell: unknown, not zero",
        ),
        "negative": (frame[value] < 0, "below zero"),
    }
    if records.kind == "power":
        faults["absurd"] = (
            frame[value].gt(absurd_power) & np.isfinite(frame[value]),
            f"above {absurd_power:g} W for one device",
        )
    if records.kind == "interval":
        faults["no length"] = (frame["time"] <= frame["start"], "the interval does not last")
    bad = pd.Series(data=False, index=frame.index)
    for what, (rows, detail) in faults.items():
        found = rows & ~bad
        if found.any():
            notes.append(Note(what, int(found.sum()), detail))
        bad |= rows
    good = frame[~bad]
    if good.empty:
        raise LogError(
            "no usable row is left", file=file, value="; ".join(f"{note.count} {note.what}" for note in notes)
        )
    ordered, more = _in_order(good, value, interval=records.kind == "interval", file=file)
    if records.kind == "counter":
        ordered, resets = _without_resets(ordered)
        more += resets
    return ordered, notes + more


def _in_order(frame: pd.DataFrame, value: str, *, interval: bool, file: str) -> tuple[pd.DataFrame, list[Note]]:
    notes = []
    backwards = int((frame.groupby("device", sort=False)["time"].diff() < 0).sum())
    if backwards:
        notes.append(Note("out of order", backwards, "sorted by time, none dropped"))
    frame = frame.sort_values(["device", "time"], kind="stable")
    keys = ["device", "start", "time"] if interval else ["device", "time"]
    repeated = frame.duplicated([*keys, value])
    if repeated.any() and not interval:
        notes.append(Note("duplicate", int(repeated.sum()), "same device, time and value"))
        frame = frame[~repeated]
    conflict = frame.duplicated(keys) if not interval else pd.Series(data=False, index=frame.index)
    if conflict.any():
        if conflict.sum() > _MOST_CONFLICTS * frame.drop_duplicates(keys).shape[0] * 0.5:
            raise LogError(
                "many samples share a time stamp: several devices, and no column that tells them apart",
                file=file,
                value=int(conflict.sum()),
                accepted="a column of the device (uuid, index), or columns=...",
            )
        notes.append(
            Note("conflicting duplicate", int(conflict.sum()), "same device and time, another value: the first is kept")
        )
        frame = frame[~conflict]
    return frame.reset_index(drop=True), notes


def _without_resets(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Counters made continuous over resets: the energy between the last reading and the reset is not known."""
    step = frame.groupby("device", sort=False)["counter"].diff()
    reset = step < 0
    if not reset.any():
        return frame, []
    lost = step.where(reset, 0.0).groupby(frame["device"], sort=False).cumsum()
    frame = frame.assign(counter=frame["counter"] - lost)
    return frame, [
        Note("counter reset", int(reset.sum()), "the energy across the reset is not known and counted as none")
    ]
