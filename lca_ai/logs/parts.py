"""A part of a log as it is streamed: its partial integral, and what the reading tells of it; parts add up.

A chunk of readings goes through the fast kernel; one with faults is cleaned and integrated by the general method. Both
give the same numbers, and any order or grouping of parts gives the same sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.integrate import Partial, Rules, Segments, between, partial, tabulate
from lca_ai.logs.kernel import Blocks, Chunk, blocks
from lca_ai.logs.quality import clean, continuous
from lca_ai.logs.records import HOUR_US, Note, Records

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
    chunks : how many chunks the log has about, so that the curve of all is not too fine
    """
    limits = rules.limits(chunk.names)
    found = blocks(chunk, rules.kind, limits=limits, absurd_power=rules.absurd_power, window=rules.window)
    if found is None:
        return _with_faults(chunk, rules, file, tag, chunks)
    hours, outside = _tables(found, chunk.names, rules)
    count = np.diff(np.r_[found.run_first, len(found.time)])
    names = [chunk.names[code] for code in found.codes[found.run_first]]
    curve = _thin(found.codes, found.time, found.value, found.run_first, chunk.names, chunks) if chunks else []
    return Part(
        hours=hours,
        runs=[_runs(found, names, tag)],
        outside=outside,
        longest=found.longest / 1e6,
        readings=Counter(dict(zip(names, map(int, count), strict=True))),
        rows=len(found.time),
        first=int(found.time[found.run_first].min()),
        last=int(found.time[found.run_last].max()),
        curve=curve,
    )


def _tables(found: Blocks, names: list[str], rules: Rules) -> tuple[list[pd.DataFrame], list[float]]:
    """Energy, covered seconds and readings of blocks and of the intervals between them, inside the window and out."""
    since, until = rules.window
    inside = np.ones(len(found.begin), bool)
    if since is not None:
        inside &= found.begin >= since
    if until is not None:
        inside &= found.begin <= until
    index = pd.MultiIndex.from_arrays(
        [
            np.array(names, dtype=object)[found.device[inside]],
            found.begin[inside] // HOUR_US * HOUR_US,
        ],
        names=["device", "hour"],
    )
    table = pd.DataFrame(
        {
            "energy": found.energy[inside],
            "covered": found.covered[inside],
            "gap": np.zeros(int(inside.sum())),
            "samples": found.samples[inside],
        },
        index=index,
    )
    out = float(found.energy[~inside].sum())
    if not len(found.left):
        return [table], [out]
    left = found.left
    ends = Segments(
        found.codes[left].astype(np.int64), found.time[left], found.time[left + 1], found.value[left],
        found.value[left + 1],
    )  # fmt: skip
    segments, _, _ = between(ends, rules)
    crossing, _ = tabulate(segments, names, rules)
    if rules.window != (None, None):
        everything, _ = tabulate(segments, names, Rules(rules.kind, rules.max_gap))
        out += float(everything["energy"].sum() - crossing["energy"].sum())
    return [table, crossing], [out]


def _runs(found: Blocks, names: list[str], tag: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "device": names,
            "first": found.time[found.run_first],
            "first_value": found.value[found.run_first],
            "last": found.time[found.run_last],
            "last_value": found.value[found.run_last],
            "tag": tag,
        }
    )


def frame_of(chunk: Chunk, kind: str) -> pd.DataFrame:
    """Return a chunk as the rows of a log: ``time`` [µs], ``device`` and the value of ``kind``."""
    names = np.array([*chunk.names, ""], dtype=object)
    return pd.DataFrame({"time": chunk.time, "device": names[chunk.codes.astype(np.int64)], kind: chunk.value})


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
    runs = _raw_values(inside, value, starts).assign(tag=tag)
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
        curve=_thin(codes, time, value, starts, [str(name) for name in names], chunks),
    )


def _raw_values(inside: Partial, value: np.ndarray, starts: np.ndarray) -> pd.DataFrame:
    """The runs of a partial with the readings as they came: a counter made continuous joins others by its own ones."""
    last = np.r_[starts[1:], len(value)] - 1
    return inside.runs.assign(first_value=value[starts], last_value=value[last])


def _thin(  # noqa: PLR0913 (a chunk, and how fine)
    codes: np.ndarray, time: np.ndarray, value: np.ndarray, starts: np.ndarray, names: list[str], chunks: int
) -> list[pd.DataFrame]:
    """Every n-th reading of each device, so that a curve over all chunks has about 2,000 points of each."""
    lengths = np.diff(np.r_[starts, len(time)])
    points = max(2, _CURVE_POINTS // max(1, chunks))
    kept = np.concatenate(
        [
            np.arange(start, start + length, max(1, -(-length // points)))
            for start, length in zip(starts, lengths, strict=True)
        ]
    )
    return [
        pd.DataFrame({"time": time[kept], "device": np.array(names, dtype=object)[codes[kept]], "value": value[kept]})
    ]
