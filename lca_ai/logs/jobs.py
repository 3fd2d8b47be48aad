"""The energy of shared machines, allocated to jobs: by reserved time and share, and all shares sum to the machine.

Rule: within each hour, a job has its reserved share of a machine times the time that it was there; the energy of the
machine in that hour is divided in these proportions. What no job reserved is nobody's (``unallocated``): shown, and for
the study to divide. Where jobs reserve more than the machine has, they share it in proportion.

A share is a number, a fraction (``3/7``), or an instance of a GPU in MIG mode over the whole card, by the names of the
profiles: ``3g.40gb/7g.80gb`` is 3 of its 7 compute slices. Nothing measures the power of an instance, and its compute
slices are what it can work with; the memory that its profile names is not what draws most of the power.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import HOUR_US, Note

UNALLOCATED = "unallocated"
_COLUMNS = ("job", "machine", "start", "end")
_HOUR_SECONDS = HOUR_US / 1e6
#: Less of a machine is no share that is left over: sevenths do not add up to one.
_ROUNDING = 1e-12
_PROFILE = r"(?:g\.\d+gb(?:\+\w+(?:\.\w+)*)?)?"
_FRACTION = re.compile(rf"\s*(?P<part>\d+){_PROFILE}\s*/\s*(?P<whole>\d+){_PROFILE}\s*", re.IGNORECASE)
#: Names are names: "007" is no 7, and a job may be called null.
_CELLS: dict[str, Any] = {"dtype": {"job": "str", "machine": "str"}, "keep_default_na": False}
_SHARE = "a share above 0 and at most 1, such as 0.5, 3/7 or, of a GPU in MIG mode, 3g.40gb/7g.80gb"


def read_jobs(path: Path) -> pd.DataFrame:
    """A table of jobs: CSV or Parquet with ``job``, ``machine`` (a device or a host), ``start``, ``end``, ``share``.

    Times have an offset; ``share`` is the part of the machine that the job reserved, 1 where the column is not there;
    one of a GPU in MIG mode may be ``3g.40gb/7g.80gb``.

    Raises
    ------
    LogError : where a column is missing, a row names no job or machine, a time has no offset, an end is before its
        start, or a share is none
    """
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, **_CELLS)
    except (OSError, ValueError) as fault:
        raise LogError(f"cannot be read: {' '.join(str(fault).split())}", file=path.name) from None
    missing = [name for name in _COLUMNS if name not in table]
    if missing:
        raise LogError(
            "no such column", file=path.name, field=missing[0], value=", ".join(map(str, table.columns)),
            accepted=", ".join((*_COLUMNS, "share")),
        )  # fmt: skip
    return checked(table, path.name)


def checked(table: pd.DataFrame, file: str) -> pd.DataFrame:
    """The jobs with times in UTC and numbers for shares; see :func:`read_jobs`."""
    jobs = table.reset_index(drop=True)
    for edge in ("start", "end"):
        jobs[edge] = _times(jobs[edge], edge, file)
    share = _shares(jobs["share"]) if "share" in jobs else pd.Series(1.0, index=jobs.index)
    for fault, rows in (
        ("the job ends before it starts", jobs["end"] <= jobs["start"]),
        ("this is no share of a machine", ~share.between(0.0, 1.0, inclusive="right")),
    ):
        if rows.any():
            row = int(rows.to_numpy().argmax())
            shown = str(jobs.loc[row, "share"] if "share" in fault else jobs.loc[row, "end"])
            raise LogError(fault, file=file, line=row + 2, value=shown, accepted=_SHARE)
    named = {name: _names(jobs[name], name, file) for name in ("job", "machine")}
    return jobs.assign(share=share, **named)[["job", "machine", "start", "end", "share"]]


def _names(cells: pd.Series, field: str, file: str) -> pd.Series:
    """Return names as texts; one that is missing would have its energy counted for nobody."""
    names = cells.astype("str")
    missing = (cells.isna() | names.str.strip().eq("")).to_numpy()
    if missing.any():
        raise LogError(f"the row names no {field}", file=file, line=int(missing.argmax()) + 2, field=field)
    return names


def _shares(cells: pd.Series) -> pd.Series:
    """Return shares as numbers; NaN for what is none."""
    parts = cells.astype("str").str.extract(_FRACTION).astype("float64")
    return pd.to_numeric(cells, errors="coerce").astype("float64").fillna(parts["part"] / parts["whole"])


def _times(column: pd.Series, name: str, file: str) -> pd.Series:
    texts = column.astype("str")
    dated = column if pd.api.types.is_datetime64_any_dtype(column) else texts
    stamps = pd.to_datetime(dated, format="ISO8601", errors="coerce", utc=True)
    naive = ~texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})\s*$", regex=True) | stamps.isna()
    if not isinstance(column.dtype, pd.DatetimeTZDtype) and naive.any():
        row = int(naive.to_numpy().argmax())
        raise LogError(
            "this is no time with an offset", file=file, line=row + 2, field=name, value=texts.iloc[row],
            accepted="ISO 8601, e.g. 2024-05-31T10:00:00Z",
        )  # fmt: skip
    return stamps


def allocate(hours: pd.DataFrame, jobs: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Divide the energy of each device and hour among the jobs that were there.

    Parameters
    ----------
    hours : indexed by (device, hour) with ``energy`` [kWh], ``covered``, ``gap`` [s] and ``samples``
    jobs : see :func:`read_jobs`; a machine is a device of the log, or the host before the ``/`` of its name

    Returns
    -------
    DataFrame with ``job``, ``device``, ``hour`` and ``energy`` [kWh]; the rows of a device and hour sum to its energy.
    """
    table = hours["energy"].reset_index()
    table["host"] = table["device"].astype("str").str.partition("/")[0]
    weights = _weights(jobs)
    within = table[table["device"] != table["host"]]  # else its name is both, and a job would match it twice
    named = [("device", table), ("host", within)] if len(within) else [("device", table)]
    matched = [rows.merge(weights, left_on=[key, "hour"], right_on=["machine", "hour"]) for key, rows in named]
    found = pd.concat(matched, ignore_index=True)
    reserved = found.groupby(["device", "hour"])["weight"].transform("sum")
    found["part"] = found["weight"] / np.maximum(reserved, 1.0)
    found["energy"] = found["energy"] * found["part"]
    given = found.groupby(["device", "hour"])["part"].sum()
    rest = table.join(given.rename("given"), on=["device", "hour"])
    left = 1.0 - rest["given"].fillna(0.0)
    rest["energy"] = rest["energy"] * left.where(left > _ROUNDING, 0.0)
    both = pd.concat([found, rest.assign(job=UNALLOCATED)], ignore_index=True)[["job", "device", "hour", "energy"]]
    notes = []
    over = found.loc[reserved > 1.0 + 1e-9, ["device", "hour"]].drop_duplicates()
    if len(over):
        notes.append(Note("reserved more than once", len(over), "device-hours that jobs share in proportion"))
    absent = sorted(set(jobs["machine"]) - set(table["device"]) - set(table["host"]))
    if absent:
        notes.append(Note("machine without a log", len(absent), ", ".join(absent[:8])))
    summed = both.groupby(["job", "device", "hour"], sort=True, as_index=False)["energy"].sum()
    return summed[summed["energy"] != 0.0].reset_index(drop=True), notes


def _weights(jobs: pd.DataFrame) -> pd.DataFrame:
    """Of each job, machine and hour: its share times the part of the hour that it was there."""
    start = jobs["start"].astype("datetime64[us, UTC]").astype("int64").to_numpy()
    end = jobs["end"].astype("datetime64[us, UTC]").astype("int64").to_numpy()
    pieces = (end - 1) // HOUR_US - start // HOUR_US + 1
    rows = np.repeat(np.arange(len(jobs)), pieces)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    hour = (start[rows] // HOUR_US + step) * HOUR_US
    seconds = (np.minimum(end[rows], hour + HOUR_US) - np.maximum(start[rows], hour)) / 1e6
    return pd.DataFrame(
        {
            "job": jobs["job"].to_numpy()[rows],
            "machine": jobs["machine"].to_numpy()[rows],
            "hour": pd.to_datetime(hour, unit="us", utc=True),
            "weight": jobs["share"].to_numpy()[rows] * seconds / _HOUR_SECONDS,
        }
    )
