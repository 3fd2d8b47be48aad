"""Parts of a log whose readings of a device overlap in time: read again together, and sorted.

Rows out of order and late rows make them. Within a file they are sorted; what one file repeats of another counts once;
two files that still overlap are refused where their parts are joined.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import chunks, parts
from lca_ai.logs.parts import Part
from lca_ai.logs.pieces import Piece
from lca_ai.logs.quality import clean
from lca_ai.logs.records import Note, Records
from lca_ai.logs.rows import Rows
from lca_ai.logs.segments import I64, Rules

#: Rows that are sorted together where parts overlap; more would not fit the memory that streaming promises.
_MOST_SORTED = 40_000_000


def clusters(runs: Rows) -> list[set[int]]:
    """Groups of parts that have to be read together; a shared reading at the edge is no overlap."""
    columns = runs.columns
    order = np.lexsort((columns["last"], columns["first"], runs.device))
    device = runs.device[order]
    first, last, tags = (columns[name][order] for name in ("first", "last", "tag"))
    same = device[1:] == device[:-1]
    if not (same & (first[1:] <= last[:-1])).any():
        return []
    ends = pd.Series(last).groupby(device, sort=False).cummax().to_numpy()[:-1]
    shared = (ends == first[1:]) & (columns["last_value"][order][:-1] == columns["first_value"][order][1:])
    found: dict[int, set[int]] = {}

    def join(row: int) -> None:
        one, other = (found.setdefault(int(tag), {int(tag)}) for tag in (tags[row], tags[row + 1]))
        one |= other
        found.update(dict.fromkeys(one, one))

    for row in np.flatnonzero(same & (first[1:] <= ends) & ~shared).tolist():
        join(row)
    for row in np.flatnonzero(same & shared).tolist():  # what is read again may be the same reading
        if tags[row] in found or tags[row + 1] in found:
            join(row)
    return list({id(cluster): cluster for cluster in found.values()}.values())


def starts_of(runs: Rows, cluster: set[int]) -> dict[str, I64]:
    """When the runs of each device begin [µs] once those of some parts that overlap are one.

    What lies between two of them may be in other parts: they stay apart.
    """
    mine = np.isin(runs.columns["tag"], list(cluster))
    found = {}
    for code in np.unique(runs.device[mine]):
        own = mine & (runs.device == code)
        order = np.argsort(runs.columns["first"][own], kind="stable")
        first, last = (runs.columns[name][own][order] for name in ("first", "last"))
        found[runs.names[code]] = first[np.append(True, first[1:] > np.maximum.accumulate(last)[:-1])]
    return found


def together(cluster: set[int], pieces: list[Piece], runs: Rows, rules: Rules, *, jobs: bool) -> Part:
    """Read overlapping pieces together, each file sorted; a row that another file has as well counts once.

    Parameters
    ----------
    cluster : the numbers of the pieces
    runs : the runs of all parts of the log, with the ``tag`` of their piece

    Raises
    ------
    LogError : where they are too many to be sorted
    """
    tangled, starts = [pieces[tag] for tag in sorted(cluster)], starts_of(runs, cluster)
    rows = sum(piece.rows for piece in tangled)
    if rows > _MOST_SORTED:
        raise LogError(
            "the readings of a device are out of order over too much of the log to be sorted in memory",
            file=tangled[0].path.name, value=f"{rows:,} rows", accepted="a log sorted by time, or by device and time",
        )  # fmt: skip
    notes, frames = [], []
    for path in dict.fromkeys(piece.path for piece in tangled):
        own = [chunk for piece in tangled if piece.path == path for chunk in chunks.chunks_of(piece, jobs=jobs)]
        frame = pd.concat([parts.frame_of(chunk, rules.kind) for chunk in own], ignore_index=True)
        records = Records(rules.kind, frame, "", len(frame), file=path.name)
        cleaned, found = clean(records, absurd_power=rules.absurd_power, file=path.name)
        notes += found
        frames.append(cleaned)
    everything = pd.concat(frames, ignore_index=True)
    repeated = everything.duplicated()
    if repeated.any():
        notes.append(Note("duplicate", int(repeated.sum()), "a row of another file again"))
    edges = np.cumsum([0, *map(len, frames)])
    found_parts = [
        parts.of_frame(run, [], rules, file=tangled[0].path.name, rows=len(run), tag=min(cluster))
        for start, stop in pairwise(edges)
        for run in _by_run(everything.iloc[start:stop][~repeated.iloc[start:stop]], starts)
    ]
    part = parts.add(found_parts)
    part.notes += notes
    part.rows = rows
    return part


def _by_run(frame: pd.DataFrame, starts: dict[str, I64]) -> list[pd.DataFrame]:
    """Divide cleaned readings so that each part has one run of a device at most."""
    time, run = frame["time"].to_numpy("int64"), np.zeros(len(frame), dtype=np.int64)
    for name, rows in frame.groupby("device", sort=False).indices.items():
        run[rows] = np.searchsorted(starts[str(name)], time[rows], side="right")
    return [frame[run == number].reset_index(drop=True) for number in np.unique(run)]
