"""Energy by the jobs that a log itself names: a column ``job`` beside its readings.

Rule: between two readings of a device with one job, the energy is that job's. Where the job changes, it changes halfway
between the last reading of the one and the first of the next. An energy of an interval is of the job of its row. A
device whose readings at one time name several jobs is shared by them evenly. What names no job is nobody's
(``unallocated``), so that the jobs and it sum to the device.

A log in pieces is divided piece by piece: each gives a table of jobs, and the jobs of the first and the last reading of
its runs, between which the same rule holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.logs.hours import sums_by_device_hour
from lca_ai.logs.jobs import UNALLOCATED
from lca_ai.logs.records import SECOND_US, Kind, Note
from lca_ai.logs.rows import Rows, hours_of, in_order
from lca_ai.logs.segments import F64, I64, MaxGap, Rules, Segments, Window, between
from lca_ai.logs.sheet import Chunk

#: Between the names of jobs that share a reading, in order; and between a job and the device that it was on.
AND, _ON = "\x1f", "\x1e"
_VALUES = ["energy", "covered", "gap"]
#: Readings that are divided at a time: what is made of them takes a few hundred bytes each.
_SLICE = 1 << 17


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


@dataclass(frozen=True)
class Readings:
    """Readings in the order of their devices and times.

    ``device`` and ``job`` are places in ``devices`` and ``jobs``, of which the last is for what names none; ``time`` is
    in µs, ``value`` in W or J.
    """

    devices: list[str]
    jobs: list[str]
    device: I64
    job: I64
    time: I64
    value: F64


def readings_of(chunk: Chunk) -> Readings:
    """Return the readings of a chunk; one that names no job has readings of none."""
    order = in_order(chunk.codes, chunk.time)
    job = np.full(len(order), -1) if chunk.job is None else chunk.job[order].astype(np.int64)
    return Readings(
        chunk.names, [*chunk.jobs, UNALLOCATED], chunk.codes[order].astype(np.int64),
        np.where(job < 0, len(chunk.jobs), job), chunk.time[order], chunk.value[order].astype(np.float64),
    )  # fmt: skip


def readings_in(frame: pd.DataFrame, value: str) -> Readings:
    """Return cleaned readings: ``device``, ``job``, ``time`` and the column of the value, in any order."""
    rows = frame.sort_values(["device", "time"], kind="stable")
    device, devices = pd.factorize(rows["device"], sort=True)
    job, jobs = pd.factorize(rows["job"], sort=True)
    return Readings(
        [str(name) for name in devices], [*map(str, jobs), UNALLOCATED], device.astype(np.int64),
        np.where(job < 0, len(jobs), job).astype(np.int64), rows["time"].to_numpy("int64"),
        rows[value].to_numpy("float64"),
    )  # fmt: skip


def divided(readings: Readings, rules: Rules) -> list[Rows]:
    """Integrate readings by job: tables of each job on each device, to be added; see :func:`by_job`."""
    return [
        _divided(readings.device[rows], readings.job[rows], readings.time[rows], readings.value[rows], readings, rules)
        for begin in range(0, max(len(readings.time) - 1, 1), _SLICE)
        for rows in [slice(begin, begin + _SLICE + 1)]
    ]


def _divided(device: I64, job: I64, time: I64, value: F64, names: Readings, rules: Rules) -> Rows:  # noqa: PLR0913 (columns)
    left = np.flatnonzero((device[1:] == device[:-1]) & (time[1:] > time[:-1]))
    ends = Segments(device[left], time[left], time[left + 1], value[left], value[left + 1])
    return _between(ends, job[left], job[left + 1], names.devices, names.jobs, rules)


def with_jobs(runs: Rows, readings: Readings) -> Rows:
    """Return runs, one of each device of some readings, with the job of their ``first`` and their ``last`` reading."""
    starts = np.flatnonzero(np.diff(readings.device, prepend=-1))
    ends = np.append(starts[1:], len(readings.device)) - 1
    place = np.zeros(len(readings.devices), dtype=np.int64)
    place[readings.device[starts]] = np.arange(len(starts))
    names, run = np.array(readings.jobs, dtype=object), place[runs.device]
    jobs = {"first_job": names[readings.job[starts[run]]], "last_job": names[readings.job[ends[run]]]}
    return Rows(runs.names, runs.device, runs.columns | jobs)


def across(runs: pd.DataFrame, rules: Rules) -> Rows:
    """Integrate the intervals between the runs of each device by job.

    Parameters
    ----------
    runs : ``device``, ``first``, ``first_value``, ``first_job``, ``last``, ``last_value``, ``last_job`` of each run,
        which do not overlap
    """
    rows = runs.sort_values(["device", "first", "last"], kind="stable")
    device, devices = pd.factorize(rows["device"], sort=True)
    job, jobs = pd.factorize(np.concatenate([rows["first_job"], rows["last_job"]]))
    first, last = (rows[name].to_numpy("int64") for name in ("first", "last"))
    first_value, last_value = (rows[name].to_numpy("float64") for name in ("first_value", "last_value"))
    before = np.flatnonzero((device[1:] == device[:-1]) & (first[1:] > last[:-1]))
    after = before + 1
    ends = Segments(device[before].astype(np.int64), last[before], first[after], last_value[before], first_value[after])
    names = [str(name) for name in devices], [str(name) for name in jobs]
    return _between(ends, job[len(rows) :][before], job[: len(rows)][after], *names, rules)


def by_job(frame: pd.DataFrame, kind: Kind, *, max_gap: MaxGap, window: Window) -> pd.DataFrame:
    """Integrate cleaned readings by job.

    Parameters
    ----------
    frame : the readings of all files with ``job``; see :func:`lca_ai.logs.integrate.partial`
    max_gap : longest interval that is integrated [µs]

    Returns
    -------
    See :func:`table_of`.
    """
    rules = Rules(kind, max_gap, window)
    if kind != "interval":
        return table_of(divided(readings_in(frame, kind), rules))
    rows = readings_in(frame, "energy")
    start = frame.sort_values(["device", "time"], kind="stable")["start"].to_numpy("int64")
    power = rows.value / ((rows.time - start) / SECOND_US)
    pieces = Segments(rows.device, start, rows.time, power, power)
    return table_of([_by_pair(pieces, rows.job, np.ones(len(power), bool), rows.devices, rows.jobs, window)])


def table_of(tables: list[Rows]) -> pd.DataFrame:
    """Add tables of jobs; what several jobs share is divided evenly.

    Returns
    -------
    DataFrame with ``job``, ``device``, ``hour`` [µs], ``energy`` [J], ``covered`` and ``gap`` [s].
    """
    tables = [one for one in tables if len(one.device)]
    if not tables:
        return pd.DataFrame(columns=["job", "device", "hour", *_VALUES])
    table = hours_of(tables).reset_index()
    names = table["device"].str.partition(_ON)
    table["job"], table["device"] = names[0].str.split(AND), names[2]
    parts = table["job"].str.len()
    table[_VALUES] = table[_VALUES].div(parts, axis=0)
    return table.explode("job").groupby(["job", "device", "hour"], sort=True, as_index=False)[_VALUES].sum()


def _between(  # noqa: PLR0913 (what lies between readings, whose it is, and what it is held against)
    ends: Segments, before: I64, after: I64, devices: list[str], jobs: list[str], rules: Rules
) -> Rows:
    """Divide what lies between two readings between their jobs: halfway, where these differ."""
    whole, _, _ = between(ends, rules)
    measured = np.ones(len(whole.start), bool)
    if rules.kind == "power":
        measured = whole.end - whole.start <= rules.limits(devices)[whole.device]
    changes = np.flatnonzero(before != after)
    early_end, there = whole.end.copy(), whole.power_end.copy()
    late = whole.take(changes)
    middle = late.start + (late.end - late.start) // 2
    early_end[changes], there[changes] = middle, late.power_at(middle)
    pieces = Segments(
        np.concatenate([whole.device, late.device]), np.concatenate([whole.start, middle]),
        np.concatenate([early_end, late.end]), np.concatenate([whole.power_start, there[changes]]),
        np.concatenate([there, late.power_end]),
    )  # fmt: skip
    owner, measured = np.concatenate([before, after[changes]]), np.concatenate([measured, measured[changes]])
    return _by_pair(pieces, owner, measured, devices, jobs, rules.window)


def _by_pair(  # noqa: PLR0913 (stretches, whose they are, and what to make of them)
    pieces: Segments, owner: I64, measured: NDArray[np.bool_], devices: list[str], jobs: list[str], window: Window
) -> Rows:
    """Sum stretches of linear power by job, device and hour: measured ones as energy, others as gaps."""
    owned = Segments(pieces.device * len(jobs) + owner, pieces.start, pieces.end, pieces.power_start, pieces.power_end)
    known, gaps = (owned.take(rows).clip(*window).split_at_hours() for rows in (measured, ~measured))
    nothing, none = np.zeros(len(gaps.start)), np.zeros(len(known.start))
    values = {
        "energy": np.concatenate([known.joules(), nothing]),
        "covered": np.concatenate([known.seconds(), nothing]),
        "gap": np.concatenate([none, gaps.seconds()]),
    }
    pair, place = _places(np.concatenate([known.device, gaps.device]))
    code, hour, sums = sums_by_device_hour(place, np.concatenate([known.start, gaps.start]), len(pair), values)
    names = [f"{jobs[job]}{_ON}{devices[device]}" for device, job in (divmod(key, len(jobs)) for key in pair.tolist())]
    return Rows(names, code, {"hour": hour, **sums})


def _places(key: I64) -> tuple[I64, I64]:
    """Return the different keys, and the place of each key among them: neighbours are mostly the same."""
    first = np.flatnonzero(np.diff(key, prepend=-1))
    different, place = np.unique(key[first], return_inverse=True)
    return different, np.repeat(place, np.diff(np.append(first, len(key))))
