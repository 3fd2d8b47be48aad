"""Energy by the jobs that a log itself names: a column ``job`` beside its readings.

Rule: between two readings of a device with one job, the energy is that job's. Where the job changes, it changes halfway
between the last reading of the one and the first of the next. An energy of an interval is of the job of its row. A
device whose readings at one time name several jobs is shared by them evenly. What names no job is nobody's
(``unallocated``), so that the jobs and it sum to the device.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.logs.integrate import I64, MaxGap, Rules, Segments, Window, between, by_device_hour
from lca_ai.logs.jobs import UNALLOCATED
from lca_ai.logs.records import SECOND_US, Kind, Note

#: Between the names of jobs that share a reading, in order.
AND = "\x1f"
_VALUES = ["energy", "covered", "gap"]


def shared(frame: pd.DataFrame, keys: list[str]) -> tuple[pd.DataFrame, list[Note]]:
    """Return readings with one row for each, of all the jobs that its rows name.

    Parameters
    ----------
    frame : readings in order, with or without a column ``job``
    keys : what tells a reading from another: its device, time and value
    """
    if "job" not in frame:
        return frame, []
    twice = frame.duplicated(keys, keep=False).to_numpy()
    rows = frame.loc[twice, [*keys, "job"]].dropna(subset=["job"]).drop_duplicates().sort_values([*keys, "job"])
    turn = rows.groupby(keys, sort=False).cumcount().to_numpy()
    if not turn.any():
        return _one_name(frame, rows, keys), []
    parts = [rows[turn == number].set_index(keys)["job"] for number in range(int(turn.max()) + 1)]
    names = reduce(lambda one, other: (one + AND + other.reindex(one.index)).fillna(one), parts)
    several = int((turn == 1).sum())
    joined = _one_name(frame, names.reset_index(), keys)
    return joined, [Note("reading of several jobs", several, "its energy is shared by them evenly")]


def _one_name(frame: pd.DataFrame, names: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the readings, those of ``names`` with the job that stands there."""
    if names.empty:
        return frame
    found = frame[keys].merge(names.drop_duplicates(keys), on=keys, how="left")["job"].to_numpy()
    return frame.assign(job=pd.Series(found, index=frame.index).fillna(frame["job"]))


def by_job(frame: pd.DataFrame, kind: Kind, *, max_gap: MaxGap, window: Window) -> pd.DataFrame:
    """Integrate cleaned readings by job.

    Parameters
    ----------
    frame : the readings of all files with ``job``; see :func:`lca_ai.logs.integrate.partial`
    max_gap : longest interval that is integrated [µs]

    Returns
    -------
    DataFrame with ``job``, ``device``, ``hour`` [µs], ``energy`` [J], ``covered`` and ``gap`` [s].
    """
    rules = Rules(kind, max_gap, window)
    first = "start" if kind == "interval" else "time"
    rows = frame.sort_values(["device", first, "time"], kind="stable")
    code, devices = pd.factorize(rows["device"], sort=True)
    job, jobs = pd.factorize(rows["job"].fillna(UNALLOCATED), sort=True)
    pieces, owner, measured = _pieces(rows, code.astype(np.int64), job.astype(np.int64), rules, list(map(str, devices)))
    key = pieces.device * len(jobs) + owner
    pairs, place = np.unique(key, return_inverse=True)
    owned = Segments(place.astype(np.int64), pieces.start, pieces.end, pieces.power_start, pieces.power_end)
    tables = [
        by_device_hour(kept.device, kept.start, [str(pair) for pair in pairs], values)
        for chosen, energetic in ((measured, True), (~measured, False))
        for kept in [owned.take(chosen).clip(*window).split_at_hours()]
        for values in [{"energy": kept.joules(), "covered": kept.seconds()} if energetic else {"gap": kept.seconds()}]
        if len(kept.start)
    ]
    if not tables:
        return pd.DataFrame(columns=["job", "device", "hour", *_VALUES])
    table = pd.concat(tables).reindex(columns=_VALUES).fillna(0.0).reset_index()
    pair = table.pop("device").astype("int64").to_numpy()
    named = table.assign(job=np.asarray(jobs)[pair % len(jobs)], device=np.asarray(devices)[pair // len(jobs)])
    return _each(named)


def _pieces(
    rows: pd.DataFrame, code: I64, job: I64, rules: Rules, devices: list[str]
) -> tuple[Segments, I64, NDArray[np.bool_]]:
    """Return stretches of linear power, the job of each, and which are measured: others are gaps."""
    time = rows["time"].to_numpy("int64")
    if rules.kind == "interval":
        start = rows["start"].to_numpy("int64")
        power = rows["energy"].to_numpy("float64") / ((time - start) / SECOND_US)
        return Segments(code, start, time, power, power), job, np.ones(len(rows), bool)
    value = rows[rules.kind].to_numpy("float64")
    left = np.flatnonzero((code[1:] == code[:-1]) & (time[1:] > time[:-1]))
    ends = Segments(code[left], time[left], time[left + 1], value[left], value[left + 1])
    whole, _, _ = between(ends, rules)
    measured = np.ones(len(left), bool)
    if rules.kind == "power":
        measured = whole.end - whole.start <= rules.limits(devices)[whole.device]
    before, after = job[left], job[left + 1]
    changes = before != after
    middle = np.where(changes, whole.start + (whole.end - whole.start) // 2, whole.end)
    there = whole.power_at(middle)
    early = Segments(whole.device, whole.start, middle, whole.power_start, there)
    late = Segments(whole.device, middle, whole.end, there, whole.power_end).take(changes)
    both = Segments(
        *(np.concatenate([getattr(early, name), getattr(late, name)]) for name in Segments.__dataclass_fields__)
    )
    return both, np.concatenate([before, after[changes]]), np.concatenate([measured, measured[changes]])


def _each(table: pd.DataFrame) -> pd.DataFrame:
    """Divide what several jobs share evenly, and add what is of one job, device and hour."""
    named = table.assign(job=table["job"].str.split(AND))
    parts = named["job"].str.len()
    named[_VALUES] = named[_VALUES].div(parts, axis=0)
    return named.explode("job").groupby(["job", "device", "hour"], sort=True, as_index=False)[_VALUES].sum()
