"""Counters of a known range made continuous, and counters that are one counter read twice.

A counter of range R that fell went through its end, or was reset. Which of the two, and how often it went through, the
time between two readings tells with the highest power that the device can draw: a fall that would take more power than
that was a reset; an interval in which R fits once more has no known energy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.logs.records import SECOND_US, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@tables.cached
def highest_processor_power() -> float:
    """Return the highest rated power of a processor in the hardware tables. [W]"""
    rated = [
        float(row["value"])
        for name in ("cpus", "items")
        for row in tables.rows("datasets/hardware", name)
        if row["kind"] == "cpu" and row["attribute"] == "rated_power"
    ]
    return max(rated)


def unwrapped(frame: pd.DataFrame) -> tuple[NDArray[np.float64], list[Note]]:
    """Return the counters without their wraps [J], and what was found.

    Parameters
    ----------
    frame : ``time`` [µs], ``device``, ``counter`` [J; NaN where it was not read], ``range`` [J; NaN where it is not
        known] and ``bound``, the highest power of the device [W], any order

    Returns
    -------
    The counters in the order of the rows. A reset stays a fall. Where the wraps between two readings are not known, the
    counter starts lower, as after a reset: so the energy between the two is not known either.
    """
    values = frame["counter"].to_numpy("float64")
    read = frame[np.isfinite(values)].sort_values(["device", "time"], kind="stable")
    ranges, bound = read["range"].to_numpy("float64"), read["bound"].to_numpy("float64")
    steps = read.groupby("device", sort=False)[["time", "counter"]].diff()
    step, seconds = steps["counter"].to_numpy("float64"), steps["time"].to_numpy("float64") / SECOND_US
    least = np.where(step < 0, step + ranges, step)
    wrap = (step < 0) & (least <= bound * (seconds + 1.0))  # the last second may be one of a short peak
    unknown = least + ranges <= bound * seconds
    lift = pd.Series(np.where(wrap & ~unknown, ranges, 0.0) - np.where(unknown, step + _beyond(read), 0.0))
    device = read["device"].to_numpy()
    added = lift.groupby(device, sort=False).cumsum()
    lowest = (added + read["counter"].to_numpy()).groupby(device, sort=False).transform("min")
    continuous = values.copy()
    rows = pd.Series(np.arange(len(frame)), index=frame.index)[read.index].to_numpy()
    continuous[rows] = (read["counter"].to_numpy() + added - lowest.clip(upper=0.0)).to_numpy()
    notes = [
        Note("counter wrapped", int((wrap & ~unknown).sum()), "it went through its end once; its range is known"),
        Note("wraps not known", int(unknown.sum()), "so long an interval that the counter may have wrapped more often"),
    ]
    return continuous, [note for note in notes if note.count]


def _beyond(read: pd.DataFrame) -> NDArray[np.float64]:
    """Return a fall that no counter of the log makes by rounding: a thousandth of its range. [J]"""
    return read["range"].fillna(0.0).to_numpy("float64") / 1e3


def twins(frame: pd.DataFrame, devices: Iterable[str]) -> dict[str, str]:
    """Return the devices whose counter is that of another at every reading -> that other one.

    Two counters in joules or less never agree by chance at each of several readings, unless neither moves.
    """
    first: dict[bytes, str] = {}
    found: dict[str, str] = {}
    counters = frame["counter"].to_numpy("float64")
    rows = frame.groupby("device", sort=False).indices  # once: a log may have many devices
    for name in sorted(devices):
        values = counters[np.asarray(rows[name])]
        if len(np.unique(values[np.isfinite(values)])) < 2:  # noqa: PLR2004 (it moves)
            continue
        same = first.setdefault(values.tobytes(), name)
        if same != name:
            found[name] = same
    return found
