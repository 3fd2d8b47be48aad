"""A part of a log as it is streamed: its partial integral, and what the reading tells of it; parts add up.

A chunk of readings goes through the fast kernel; one with faults is cleaned and integrated by the general method. Both
give the same numbers, and any order or grouping of parts gives the same sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.integrate import Rules, between, by_device_hour, cut, partial
from lca_ai.logs.kernel import Blocks, blocks
from lca_ai.logs.quality import clean, continuous
from lca_ai.logs.records import SECOND_US, Note, Records
from lca_ai.logs.sheet import I64, Chunk, Sheet, turns

_CURVE_POINTS = 2_000


@dataclass
class Part:
    """A part of a log, integrated.

    ``hours``, ``runs`` and ``outside`` [J] are lists to be added at the end; ``readings`` counts the usable ones of
    each device; ``first``, ``last`` [µs] are of all readings; ``curve`` is the thinned power over time.
    """

    hours: list[pd.DataFrame] = field(default_factory=list)
    runs: list[pd.DataFrame] = field(default_factory=list)
    outside: list[float] = field(default_factory=list)
    longest: float = 0.0
    notes: list[Note] = field(default_factory=list)
    readings: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    first: int | None = None
    last: int | None = None
    curve: list[pd.DataFrame] = field(default_factory=list)


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
    )


def integrate(chunk: Chunk, rules: Rules, *, file: str, tag: int = 0, chunks: int = 1) -> Part:
    """Integrate one chunk.

    Parameters
    ----------
    tag : number of the part, kept with its runs
    chunks : how many chunks the log has about, so that the curve of all is not too fine; 0 for no curve
    """
    both = [_integrate(one, rules, file, tag, chunks) for one in turns(chunk)]
    return both[0] if len(both) == 1 else add(both)


def _integrate(chunk: Chunk, rules: Rules, file: str, tag: int, chunks: int) -> Part:
    limits = rules.limits(chunk.names)
    found = blocks(chunk, rules.kind, limits=limits, absurd_power=rules.absurd_power, window=rules.window)
    if found is None:
        return _with_faults(chunk, rules, file, tag, chunks)
    names = pd.Index(chunk.names, dtype="str")
    hours, outside = _table(found, names, rules, limits)
    sheet = found.sheet
    devices = names[sheet.codes[sheet.starts].ravel()]
    count = np.repeat(sheet.ends - sheet.starts + 1, sheet.width)
    return Part(
        hours=[hours],
        runs=[_runs(sheet, devices, tag)],
        outside=[outside],
        longest=found.longest / SECOND_US,
        readings=Counter(dict(zip(devices.tolist(), count.tolist(), strict=True))),
        rows=len(chunk.time),
        first=int(sheet.time[sheet.starts].min()),
        last=int(sheet.time[sheet.ends].max()),
        curve=_thin(sheet, names, chunks),
    )


def _table(found: Blocks, names: pd.Index, rules: Rules, limits: I64) -> tuple[pd.DataFrame, float]:
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
    return by_device_hour(device, time, names, table), outside


def _runs(sheet: Sheet, devices: pd.Index, tag: int) -> pd.DataFrame:
    first, last = sheet.starts, sheet.ends
    return pd.DataFrame(
        {
            "device": devices,
            "first": sheet.time[first].ravel(),
            "first_value": sheet.value[first].ravel().astype(np.float64),
            "last": sheet.time[last].ravel(),
            "last_value": sheet.value[last].ravel().astype(np.float64),
            "tag": tag,
        }
    )


def frame_of(chunk: Chunk, kind: str) -> pd.DataFrame:
    """Return a chunk as the rows of a log: ``time`` [µs], ``device`` and the value of ``kind``."""
    names = np.array([*chunk.names, ""], dtype=object)
    return pd.DataFrame(
        {"time": chunk.time, "device": names[chunk.codes.astype(np.int64)], kind: chunk.value.astype(np.float64)}
    )


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
    return of_frame(cleaned, notes, rules, rows=len(frame), tag=tag, chunks=chunks)


def of_frame(  # noqa: PLR0913 (what a cleaned part has)
    cleaned: pd.DataFrame, notes: list[Note], rules: Rules, *, rows: int, tag: int = 0, chunks: int = 1
) -> Part:
    """Integrate the cleaned rows of a part, by the general method."""
    counter = rules.kind == "counter"
    joined, more = continuous([cleaned], absurd_power=rules.absurd_power) if counter else ([cleaned], [])
    inside = partial(joined[0], rules.kind, max_gap=rules.max_gap, window=rules.window)
    outside = 0.0
    if rules.window != (None, None):
        whole = partial(joined[0], rules.kind, max_gap=rules.max_gap)
        outside = float(whole.hours["energy"].sum() - inside.hours["energy"].sum())
    codes, names = pd.factorize(cleaned["device"], sort=True)
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    value = cleaned[rules.kind].to_numpy("float64")
    time = cleaned["time"].to_numpy("int64")
    sheet = Sheet(codes[:, None], time[:, None], value[:, None], starts)
    runs = inside.runs.assign(first_value=value[sheet.starts], last_value=value[sheet.ends], tag=tag)
    return Part(
        hours=[inside.hours],
        runs=[runs],
        outside=[outside],
        longest=inside.longest,
        notes=[*notes, *more],
        readings=Counter({str(name): int(count) for name, count in cleaned["device"].value_counts().items()}),
        rows=rows,
        first=int(time.min()),
        last=int(time.max()),
        curve=_thin(sheet, pd.Index(names, dtype="str"), chunks),
    )


def _thin(sheet: Sheet, names: pd.Index, chunks: int) -> list[pd.DataFrame]:
    """Every n-th reading of each device, so that a curve over all chunks has about 2,000 points of each."""
    if not chunks:
        return []
    points = max(2, _CURVE_POINTS // chunks)
    edges = np.append(sheet.starts, len(sheet.time))
    kept = np.concatenate([np.arange(begin, end, -(-(end - begin) // points)) for begin, end in pairwise(edges)])
    return [
        pd.DataFrame(
            {
                "time": sheet.time[kept].ravel(),
                "device": names[sheet.codes[kept].ravel()],
                "value": sheet.value[kept].ravel().astype(np.float64),
            }
        )
    ]
