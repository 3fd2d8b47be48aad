"""Tables of devices in plain columns: a data frame of a few rows costs more than the sums it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.logs.hours import by_device_hour


@dataclass(frozen=True)
class Rows:
    """Rows of a table: each one's ``device``, a place in ``names``, and columns of the same length."""

    names: list[str]
    device: NDArray[np.integer]
    columns: dict[str, NDArray[Any]]


def joined(tables: Iterable[Rows]) -> Rows:
    """One table below the other; the names of devices in order, those that have rows.

    Raises
    ------
    IndexError : for no table
    """
    many = list(tables)
    used: dict[tuple[str, ...], set[int]] = defaultdict(set)  # most tables have the same names
    for one in many:
        used[tuple(one.names)].update(np.flatnonzero(np.bincount(one.device, minlength=1)).tolist())
    names = sorted({every[code] for every, codes in used.items() for code in codes})
    place = {name: number for number, name in enumerate(names)}
    places = {every: np.array([place.get(name, -1) for name in every], dtype=np.int64) for every in used}
    device = [places[tuple(one.names)][one.device] for one in many]
    columns = {key: np.concatenate([one.columns[key] for one in many]) for key in many[0].columns}
    return Rows(names, np.concatenate(device), columns)


def frame_of(tables: Iterable[Rows]) -> pd.DataFrame:
    """Tables as one data frame, their devices by name in the column ``device``."""
    rows = joined(tables)
    return pd.DataFrame({"device": named(rows.names, rows.device), **rows.columns})


def named(names: list[str], codes: NDArray[np.integer]) -> pd.Index:
    """Return names by their places."""
    return pd.Index(names, dtype="str").take(codes)


def in_order(device: NDArray[np.integer], time: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the order of rows by device and time: of codes alone, counted, where each device's rows are in order."""
    if device.max(initial=0) < 1 << 16:
        order = np.argsort(device.astype(np.uint16), kind="stable")
        codes, moments = device[order], time[order]
        if not ((codes[1:] == codes[:-1]) & (moments[1:] < moments[:-1])).any():
            return order
    return np.lexsort((time, device))


def rows_of(frame: pd.DataFrame) -> Rows:
    """Return a data frame with a column ``device`` as plain columns."""
    codes, names = pd.factorize(frame["device"], sort=True)
    columns = {str(name): frame[name].to_numpy() for name in frame.columns if name != "device"}
    return Rows([str(name) for name in names], codes, columns)


def hours_of(tables: Iterable[Rows]) -> pd.DataFrame:
    """Sum tables with an ``hour`` [µs]: a data frame indexed by device and hour, in order."""
    rows = joined(tables)
    values = {name: column for name, column in rows.columns.items() if name != "hour"}
    return by_device_hour(rows.device.astype(np.int64), rows.columns["hour"], rows.names, values)
