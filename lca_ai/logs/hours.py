"""Sums per device and clock hour, on whole numbers: names are looked up once for each sum, not for each row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.logs.records import HOUR_US

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

_COLUMNS = ["energy", "covered", "gap", "samples"]
#: Hours of devices, to a value, that are summed in a table of all of them.
_DENSE = 4


def by_device_hour(device: I64, time: I64, devices: list[str] | pd.Index, values: dict[str, F64]) -> pd.DataFrame:
    """Sum values per device and hour, on whole numbers: names are looked up once for each sum, not for each row.

    Parameters
    ----------
    device : code of each value's device: its place in ``devices``, which are all different
    time : a moment of each value's hour [µs]
    """
    code, moment, sums = sums_by_device_hour(device, time, len(devices), values)
    hours, place = _numbered(moment)
    levels: Any = [pd.Index(devices, dtype="str"), hours]
    codes: Any = [code, place]
    index = pd.MultiIndex(levels=levels, codes=codes, names=["device", "hour"], verify_integrity=False)
    return pd.DataFrame(np.column_stack(list(sums.values())), index=index, columns=list(sums))


def _numbered(moment: I64) -> tuple[I64, I64]:
    """Return the different hours [µs] in order, and the place of each moment's among them: counted where close."""
    if not len(moment):
        return moment, moment
    first = int(moment.min())
    number = (moment - first) // HOUR_US
    if number.max() > _DENSE * len(number):
        hours, place = np.unique(moment, return_inverse=True)
        return hours, place
    there = np.bincount(number) > 0
    return first + np.flatnonzero(there) * HOUR_US, (np.cumsum(there) - 1)[number]


def sums_by_device_hour(
    device: I64, time: I64, devices: int, values: dict[str, F64]
) -> tuple[I64, I64, dict[str, F64]]:
    """Return device, hour [µs] and sums of each device and hour that has a value, in order.

    Parameters
    ----------
    devices : number of devices: codes are below it
    """
    hour = time // HOUR_US
    first = int(hour.min()) if len(hour) else 0
    span = int(hour.max()) - first + 1 if len(hour) else 1
    key = device * span + (hour - first)
    sums: dict[str, Any]
    if devices * span <= _DENSE * (len(key) + 1):
        found = np.flatnonzero(np.bincount(key, minlength=1))
        sums = (
            {name: np.bincount(key, weights=column)[found] for name, column in values.items()} if len(key) else values
        )
    else:  # few rows over many hours: a table of all hours would be mostly empty
        found, place = np.unique(key, return_inverse=True)
        sums = {name: np.bincount(place, weights=column) for name, column in values.items()}
    code: I64 = found // span
    moment: I64 = (found % span + first) * HOUR_US
    return code, moment, sums


def add_hours(*tables: pd.DataFrame) -> pd.DataFrame:
    """Add tables per (device, hour) of energy, covered and gap seconds; a column that one lacks is nothing there."""
    kept = [table for table in tables if len(table)]
    if not kept:
        index = pd.MultiIndex.from_arrays(
            [pd.Index([], dtype="object"), pd.Index([], dtype="int64")], names=["device", "hour"]
        )
        return pd.DataFrame(0.0, index=index, columns=_COLUMNS)
    filled = [table.reindex(columns=_COLUMNS).astype("float64").fillna(0.0) for table in kept]
    return filled[0] if len(filled) == 1 else pd.concat(filled).groupby(level=["device", "hour"], sort=True).sum()
