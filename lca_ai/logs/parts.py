"""A part of a log as it is streamed: its partial integral, and what the reading tells of it; parts add up.

A chunk of readings goes through the fast kernel; one with faults is cleaned and integrated by the general method. Both
give the same numbers, and any order or grouping of parts gives the same sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.hours import sums_by_device_hour
from lca_ai.logs.integrate import partial
from lca_ai.logs.job_column import Readings, divided, readings_in, readings_of, with_jobs
from lca_ai.logs.kernel import Blocks, blocks
from lca_ai.logs.quality import check_extent, clean, continuous, refuse_hours
from lca_ai.logs.records import HOUR_US, SECOND_US, Kind, Note, Records
from lca_ai.logs.rows import Rows, in_order, joined, named, rows_of
from lca_ai.logs.segments import Rules, between, cut
from lca_ai.logs.sheet import I64, Chunk, Sheet, sheets_of

_CURVE_POINTS = 2_000


@dataclass
class Part:
    """A part of a log, integrated.

    ``hours``, ``runs`` and ``outside`` [J] are lists to be added at the end: of each device and ``hour`` [µs]
    ``energy`` [J], ``covered`` [s], ``gap`` [s] and ``samples``; of each run of readings its ``first`` and ``last``
    time [µs], ``first_value``, ``last_value`` and the ``tag`` of its part. ``readings`` counts the usable ones of each
    device; ``first``, ``last`` [µs] are of all readings; ``curve`` is the thinned power over ``time``. ``jobs`` are the
    tables of :mod:`lca_ai.logs.job_column`, where jobs are asked for: runs then have a ``first_job``, ``last_job``.
    """

    hours: list[Rows] = field(default_factory=list)
    runs: list[Rows] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    longest: float = 0.0
    notes: list[Note] = field(default_factory=list)
    readings: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    first: int | None = None
    last: int | None = None
    curve: list[Rows] = field(default_factory=list)
    jobs: list[Rows] = field(default_factory=list)


def add(parts: Iterable[Part]) -> Part:
    """Add parts of one log, in any order."""
    many = list(parts)
    firsts = [one.first for one in many if one.first is not None]
    lasts = [one.last for one in many if one.last is not None]
    readings: Counter[str] = Counter()
    for one in many:
        readings.update(one.readings)
    return Part(
        hours=list(chain.from_iterable(one.hours for one in many)),
        runs=list(chain.from_iterable(one.runs for one in many)),
        outside=list(chain.from_iterable(one.outside for one in many)),
        longest=max((one.longest for one in many), default=0.0),
        notes=list(chain.from_iterable(one.notes for one in many)),
        readings=readings,
        rows=sum(one.rows for one in many),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
        curve=list(chain.from_iterable(one.curve for one in many)),
        jobs=list(chain.from_iterable(one.jobs for one in many)),
    )


def integrate(chunk: Chunk, rules: Rules, *, file: str, tag: int = 0, chunks: int = 1) -> Part:
    """Integrate one chunk.

    Parameters
    ----------
    tag : number of the part, kept with its runs
    chunks : how many chunks the log has about, so that the curve of all is not too fine; 0 for no curve
    """
    if chunk.notes:
        unread = Part(notes=list(chunk.notes), rows=sum(note.count for note in chunk.notes))
        rest = (
            [integrate(replace(chunk, notes=()), rules, file=file, tag=tag, chunks=chunks)] if len(chunk.codes) else []
        )
        return add([unread, *rest])
    if chunk.codes.dtype.kind == "i" and chunk.codes.min() < 0:
        return _with_faults(chunk, rules, file, tag, chunks)
    limits = rules.limits(chunk.names)
    longest = int(limits.min()) if rules.kind == "power" else None
    found = []
    for rows, sheet in sheets_of(chunk, longest):
        part = _integrate(sheet, chunk.names, rules, file, tag, chunks)
        if part is None:
            part = _with_faults(rows, rules, file, tag, chunks)
        elif rows.job is not None:
            part = _divided(part, readings_of(rows), rules)
        found.append(part)
    return found[0] if len(found) == 1 else add(found)


def _integrate(  # noqa: PLR0913 (what a sheet is integrated by)
    sheet: Sheet, names: list[str], rules: Rules, file: str, tag: int, chunks: int
) -> Part | None:
    """Integrate a sheet; None where it has faults."""
    limits = rules.limits(names)
    found = blocks(sheet, rules.kind, limits=limits, absurd_power=rules.absurd_power, window=rules.window)
    if found is None:
        return None
    refuse_hours(float((found.left.end - found.left.start).sum()) / HOUR_US, sheet.time.size, file=file)
    hours, outside = _table(found, names, rules, limits)
    sheet = found.sheet
    codes = sheet.codes.ravel().astype(np.int64)
    return Part(
        hours=[hours],
        runs=[_runs(sheet, names, codes, tag)],
        outside=[outside],
        longest=found.longest / SECOND_US,
        readings=Counter(dict(zip((names[code] for code in codes), sheet.readings().ravel().tolist(), strict=True))),
        rows=sheet.time.size - len(sheet.holes),
        first=int(sheet.time[sheet.starts].min()),
        last=int(sheet.time[sheet.ends].max()),
        curve=_thin(sheet, names, chunks),
    )


def _divided(part: Part, readings: Readings, rules: Rules) -> Part:
    """Add to a part of one chunk its table of jobs, and the jobs of its runs."""
    return replace(part, runs=[with_jobs(part.runs[0], readings)], jobs=divided(readings, rules))


def _table(found: Blocks, names: list[str], rules: Rules, limits: I64) -> tuple[Rows, float]:
    """The hours of blocks and of the intervals between them; and the energy outside the window [J]."""
    since, until = rules.window
    inside = np.ones(len(found.begin), bool)
    if since is not None:
        inside &= found.begin >= since
    if until is not None:
        inside &= found.begin <= until
    left, _, _ = between(found.left, rules)
    measured, gaps = cut(left, limits, rules)
    outside = float(found.energy[~inside].sum())
    if rules.window != (None, None):
        whole, _ = cut(left, limits, Rules(rules.kind, rules.max_gap))
        outside += float(whole.joules().sum() - measured.joules().sum())
    none, nothing = np.zeros(len(measured.start)), np.zeros(len(gaps.start))
    within = np.zeros(int(inside.sum()))
    device = np.concatenate([found.device[inside], measured.device, gaps.device])
    time = np.concatenate([found.begin[inside], measured.start, gaps.start])
    table = {
        "energy": np.concatenate([found.energy[inside], measured.joules(), nothing]),
        "covered": np.concatenate([found.covered[inside], measured.seconds(), nothing]),
        "gap": np.concatenate([within, none, gaps.seconds()]),
        "samples": np.concatenate([found.samples[inside], none, nothing]),
    }
    code, hour, sums = sums_by_device_hour(device, time, len(names), table)
    return Rows(names, code, {"hour": hour, **sums}), outside


def _runs(sheet: Sheet, names: list[str], codes: I64, tag: int) -> Rows:
    first, last = sheet.starts, sheet.ends
    columns = {
        "first": sheet.time[first].ravel(),
        "first_value": sheet.value[first].ravel().astype(np.float64),
        "last": sheet.time[last].ravel(),
        "last_value": sheet.value[last].ravel().astype(np.float64),
        "tag": np.full(len(codes), tag),
    }
    return Rows(names, codes, columns)


def frame_of(chunk: Chunk, kind: str) -> pd.DataFrame:
    """Return a chunk as the rows of a log: ``time`` [µs], ``device``, the value of ``kind``, and ``job`` if known."""
    names = np.array([*chunk.names, ""], dtype=object)
    frame = pd.DataFrame(
        {"time": chunk.time, "device": names[chunk.codes.astype(np.int64)], kind: chunk.value.astype(np.float64)}
    )
    if chunk.job is not None:
        frame["job"] = np.array([*chunk.jobs, None], dtype=object)[chunk.job.astype(np.int64)]
    return frame


def _with_faults(chunk: Chunk, rules: Rules, file: str, tag: int, chunks: int) -> Part:
    """Clean a chunk and integrate what is left of it; a chunk without a usable row counts what was set aside."""
    frame = frame_of(chunk, rules.kind)
    records = Records(rules.kind, frame, "", len(frame), file=file)
    try:
        cleaned, notes = clean(records, absurd_power=rules.absurd_power, file=file)
    except LogError as fault:
        if "no usable row" not in str(fault):
            raise
        return Part(notes=[Note("no usable row", len(frame), "of a part of the log")], rows=len(frame))
    return of_frame(cleaned, notes, rules, file=file, rows=len(frame), tag=tag, chunks=chunks)


def of_frame(  # noqa: PLR0913 (what a cleaned part has)
    cleaned: pd.DataFrame, notes: list[Note], rules: Rules, *, file: str, rows: int, tag: int = 0, chunks: int = 1
) -> Part:
    """Integrate the cleaned rows of a part, by the general method."""
    counter = rules.kind == "counter"
    extent = (int(cleaned["time"].min()), int(cleaned["time"].max()))
    check_extent(cleaned, rules.kind, extent, file=file)
    frames, more = continuous([cleaned], absurd_power=rules.absurd_power) if counter else ([cleaned], [])
    inside = partial(frames[0], rules.kind, max_gap=rules.max_gap, window=rules.window)
    outside = 0.0
    if rules.window != (None, None):
        whole = partial(frames[0], rules.kind, max_gap=rules.max_gap)
        outside = float(whole.hours["energy"].sum() - inside.hours["energy"].sum())
    codes, names = pd.factorize(cleaned["device"], sort=True)
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    value = cleaned[rules.kind].to_numpy("float64")
    time = cleaned["time"].to_numpy("int64")
    sheet = Sheet(codes[starts][:, None], time[:, None], value[:, None], starts)
    devices = [str(name) for name in names]
    part = Part(
        hours=[rows_of(inside.hours.reset_index())],
        runs=[_runs(sheet, devices, codes[starts], tag)],
        outside=[outside],
        longest=inside.longest,
        notes=[*notes, *more],
        readings=Counter({str(name): int(count) for name, count in cleaned["device"].value_counts().items()}),
        rows=rows,
        first=extent[0],
        last=extent[1],
        curve=_thin(sheet, devices, chunks),
    )
    return _divided(part, readings_in(cleaned, rules.kind), rules) if "job" in cleaned else part


def _thin(sheet: Sheet, names: list[str], chunks: int) -> list[Rows]:
    """Every n-th reading of each device, so that a curve over all chunks has about 2,000 points of each."""
    if not chunks:
        return []
    points = max(2, _CURVE_POINTS // chunks)
    edges = np.append(sheet.starts, len(sheet.time))
    kept = np.concatenate([np.arange(begin, end, -(-(end - begin) // points)) for begin, end in pairwise(edges)])
    places = (kept[:, None] * sheet.width + np.arange(sheet.width)).ravel()
    if len(sheet.holes):
        holes = np.append(np.sort(sheet.holes), sheet.time.size)
        places = places[holes[np.searchsorted(holes, places)] != places]
    columns = {"time": sheet.time.ravel()[places], "value": sheet.value.ravel()[places].astype(np.float64)}
    return [Rows(names, sheet.device(places), columns)]


def curve_of(curve: list[Rows], kind: Kind) -> pd.DataFrame:
    """Return the thinned power over time of all parts, about 2,000 points of each device, in order.

    Parameters
    ----------
    curve : readings by ``time`` [µs]: each a ``value`` [W], or a counter [J]

    Returns
    -------
    DataFrame with ``time`` [µs], ``device`` and ``power`` [W].
    """
    rows = joined(curve)
    order = in_order(rows.device, rows.columns["time"])
    device, time, power = rows.device[order], rows.columns["time"][order], rows.columns["value"][order]
    if kind == "counter":
        own = device[1:] == device[:-1]
        power = (np.diff(power) / (np.maximum(np.diff(time), 1) / SECOND_US))[own]
        device, time = device[1:][own], time[1:][own]
    starts = np.flatnonzero(np.diff(device, prepend=-1))
    length = np.diff(np.append(starts, len(device)))
    every = -(-length // _CURVE_POINTS)
    if (every > 1).any():
        kept = (np.arange(len(device)) - np.repeat(starts, length)) % np.repeat(every, length) == 0
        device, time, power = device[kept], time[kept], power[kept]
    return pd.DataFrame({"time": time, "device": named(rows.names, device), "power": power})
