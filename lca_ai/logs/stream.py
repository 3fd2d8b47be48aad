"""A log of any size, read piece by piece: constant memory, on one machine or a cluster, with the same result.

Each piece gives a part; parts add in any order. Where two parts of one file overlap in time (rows out of order, late
rows), these parts are read again together and sorted; where two files do, what one repeats of the other counts once,
and anything else is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial as bound
from pathlib import Path

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.errors import LogError
from lca_ai.logs import chunks, engines, parts, tangled
from lca_ai.logs import pieces as files
from lca_ai.logs.formats.generic import RANKS
from lca_ai.logs.integrate import Partial, bridged, uncovered_edges
from lca_ai.logs.job_column import across, table_of
from lca_ai.logs.keep import Kept
from lca_ai.logs.parts import Part
from lca_ai.logs.pieces import Piece
from lca_ai.logs.quality import refuse_hours
from lca_ai.logs.records import HOUR_US, Note, Options
from lca_ai.logs.rows import Rows, frame_of, hours_of, joined, rows_of
from lca_ai.logs.segments import I64, MaxGap, Rules, Window

#: A file below these is read whole: the fast way does not pay.
LEAST_ROWS = 1 << 19
#: Files whose heads tell the cadence of a log of many, and the rows of these heads, and of those of other pieces.
_HEADS = 64
_HEAD_ROWS, _SHORT_HEAD_ROWS = 1 << 16, 1 << 12

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Streamed:
    """A log, integrated piece by piece: its closed partial, the sum of its parts, and the rules it went by.

    ``curve`` is the thinned power over time: ``time`` [µs], ``device`` and ``power`` [W]; ``jobs`` the energy by job,
    see :func:`lca_ai.logs.job_column.table_of`, of a log that names jobs and was asked for them.
    """

    closed: Partial
    part: Part
    curve: pd.DataFrame
    rules: Rules
    form: str
    jobs: pd.DataFrame | None = None


def pieces_of(
    paths: Iterable[Path],
    options: Options,
    *,
    least_rows: int = LEAST_ROWS,
    kept: Kept | None = None,
    packed: Sequence[Path] = (),
) -> list[Piece] | None:
    """The pieces of the files of a log, one kind of reading; None where one of them has to be read whole.

    Small files are read in pieces only beside a large one.

    Parameters
    ----------
    kept : knows files that were looked at before
    packed : the same files as they lie, compressed or not; ``paths`` where none of them is compressed

    Raises
    ------
    LogError : where the files hold different kinds of readings
    """
    many = list(paths)
    if least_rows and sum(path.stat().st_size for path in many) < least_rows:  # a reading has more than a byte
        return None
    found: list[Piece] = []
    known: dict[tuple[str, ...], Piece | None] = {}
    for path, lies in zip(many, packed or many, strict=True):
        pieces = _known(path, lies, kept)
        if pieces is None:
            pieces = files.pieces_of(path, options, known)
            if pieces is None:
                return None
            if kept is not None:
                pieces = kept.files.add(lies, pieces, packed=lies != path)
        found += pieces
    if kept is not None:
        kept.files.save()
    if sum(piece.rows for piece in found) < least_rows or len({piece.kind for piece in found}) != 1:
        return None
    return found


def _known(path: Path, lies: Path, kept: Kept | None) -> list[Piece] | None:
    """The pieces of a file that was looked at before, to be read from ``path``."""
    pieces = None if kept is None else kept.files.pieces(lies)
    if pieces is None or path == lies:
        return pieces
    return [replace(piece, path=path, here=True) for piece in pieces]


def read(  # noqa: PLR0913 (how a log is read)
    pieces: list[Piece],
    *,
    max_gap: int | None = None,
    window: Window = (None, None),
    engine: str = "local",
    progress: Progress | None = None,
    kept: Kept | None = None,
    jobs: bool = False,
) -> Streamed:
    """Integrate the pieces of a log.

    Parameters
    ----------
    max_gap : longest interval that is integrated [µs]; a multiple of each device's median at the heads where None
    window : start and end of the measured window [µs]
    engine : see :func:`lca_ai.logs.engines.run`
    progress : told the rows that are done, and all of them
    kept : where parts are kept, so that the next run over more files reads only the new ones
    jobs : whether energy by the jobs that the log names is wanted

    Raises
    ------
    LogError : where a piece cannot be read, or two files cover the same device at the same time
    NotUnpacked : where a compressed file whose parts are kept has to be read again
    """
    absurd = tables.assumption("absurd_device_power")
    new = pieces if kept is None else kept.missing(pieces)
    limit: MaxGap = cadence(new) if max_gap is None else max_gap
    rules = Rules(pieces[0].kind, limit, window, absurd)
    rules = rules if kept is None else kept.rules(rules)
    jobs = jobs and any(piece.job for piece in pieces)
    work = bound(integrate, rules=rules, numbers=_Numbers(pieces), chunks_in_all=len(pieces), jobs=jobs)
    found: list[tuple[list[Piece], Part]] = []
    done, hours, total = 0, 0, sum(piece.rows for piece in pieces)
    for finished, part in _parts(engine, work, pieces, kept):
        found.append((finished, part))
        done += sum(piece.rows for piece in finished)
        hours += sum(len(one.device) for one in part.hours)
        refuse_hours(hours, done, file=finished[0].path.name)
        if progress is not None:
            progress(done, total)
    whole = _disentangled(found, pieces, work, rules, jobs=jobs)
    if not whole.hours:
        raise LogError("no usable row is left", file=pieces[0].path.name)
    _check_extent(whole, window, pieces[0].path.name)
    closed = _closed(whole, rules)
    if closed.resets:
        whole.notes.append(Note("counter reset", closed.resets, "between two parts: the energy across is not known"))
    if closed.leaps:
        whole.notes.append(Note("absurd", closed.leaps, f"a leap of more than {absurd:g} W for one device"))
    curve = parts.curve_of(whole.curve, rules.kind)
    ranks = {name for name in whole.readings if any(piece.ranked for piece in pieces)}
    if ranks:
        whole.notes.append(Note("device named by its rank", len(ranks), RANKS))
    form = "+".join(dict.fromkeys(piece.form for piece in pieces))
    return Streamed(closed, whole, curve, rules, form, _by_job(whole, rules) if jobs else None)


def _closed(whole: Part, rules: Rules) -> Partial:
    """The sum of all parts, the intervals between their runs bridged: :func:`close`, on plain columns.

    What the bridges have outside the window, and readings that two parts share, is noted in ``whole``.
    """
    runs = frame_of(whole.runs).drop(columns="tag")
    across = bridged(runs, rules)
    if rules.window != (None, None):
        everywhere = bridged(runs, Rules(rules.kind, rules.max_gap, absurd_power=rules.absurd_power))
        whole.outside.append(float(everywhere.hours["energy"].sum() - across.hours["energy"].sum()))
    tables = [rows_of(one.reset_index()) for one in (across.hours, uncovered_edges(runs, rules.window)) if len(one)]
    hours = hours_of([*whole.hours, *tables, *_shared(whole, rules)])
    return Partial(rules, hours, across.runs, max(whole.longest, across.longest), across.resets, across.leaps)


def _shared(whole: Part, rules: Rules) -> list[Rows]:
    """Take off the readings that two parts share at their edge: they count once, and are noted."""
    runs = joined(whole.runs)
    columns, (since, until) = runs.columns, rules.window
    order = np.lexsort((columns["last"], columns["first"], runs.device))
    device, first, last = runs.device[order], columns["first"][order], columns["last"][order]
    same = (device[1:] == device[:-1]) & (first[1:] == last[:-1])
    if not same.any():
        return []
    whole.notes.append(Note("duplicate", int(same.sum()), "same device, time and value"))
    time, device = first[1:][same], device[1:][same]
    inside = (time >= (time if since is None else since)) & (time <= (time if until is None else until))
    none = np.zeros(int(inside.sum()))
    sums = {"energy": none, "covered": none, "gap": none, "samples": none - 1.0}
    whole.readings.subtract(runs.names[code] for code in device.tolist())
    return [Rows(runs.names, device[inside], {"hour": time[inside] // HOUR_US * HOUR_US, **sums})]


def _by_job(whole: Part, rules: Rules) -> pd.DataFrame:
    """The energy by job of all parts, and of the intervals between their runs."""
    return table_of([*whole.jobs, across(frame_of(whole.runs), rules)])


def _check_extent(whole: Part, window: Window, file: str) -> None:
    """Refuse a log whose devices, each followed over all of it, have more hours than fit into memory."""
    since, until = window
    first = (whole.first if since is None else since) or 0
    last = (whole.last if until is None else until) or 0
    refuse_hours(len(whole.readings) * (last - first) / HOUR_US, whole.rows, file=file)


def _parts(
    engine: str, work: engines.Work, pieces: list[Piece], kept: Kept | None
) -> Iterator[tuple[list[Piece], Part]]:
    """The parts of all pieces: those that are kept, then the others as they are done, which are kept in their turn."""
    if kept is None:
        yield from (([piece], part) for piece, part in engines.run(engine, work, pieces))
        return
    digests = [kept.digest_of(piece) for piece in pieces]
    taken, part = kept.take({digest: number for number, digest in enumerate(digests)})
    if taken:
        yield [piece for piece, digest in zip(pieces, digests, strict=True) if digest in taken], part
    left = [piece for piece, digest in zip(pieces, digests, strict=True) if digest not in taken]
    try:
        for piece, part in engines.run(engine, work, left) if left else ():
            kept.add(kept.digest_of(piece), part)
            yield [piece], part
    finally:
        kept.flush()


class _Numbers:
    """The number of each piece, by what tells it from the others; small enough to travel with the work."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._numbers = {(str(one.path), one.group, one.begin): number for number, one in enumerate(pieces)}

    def __getitem__(self, piece: Piece) -> int:
        return self._numbers[str(piece.path), piece.group, piece.begin]


def integrate(piece: Piece, *, rules: Rules, numbers: _Numbers, chunks_in_all: int, jobs: bool = False) -> Part:
    """Integrate one piece; the part's runs bear its number."""
    tag, file = numbers[piece], piece.path.name
    return parts.add(
        parts.integrate(chunk, rules, file=file, tag=tag, chunks=chunks_in_all)
        for chunk in chunks.chunks_of(piece, jobs=jobs)
    )


def cadence(pieces: list[Piece]) -> dict[str, int]:
    """The longest interval of each device that counts [µs]: a stated multiple of the median at the heads of the files.

    The heads of at most 64 files, evenly chosen in the order of their names, so that neither the order of the files nor
    the engine changes it; and of devices that are not in them, the heads of as many other pieces that may have them.
    """
    ordered = sorted(pieces, key=lambda piece: (str(piece.path), piece.group))
    firsts = _evenly(list({piece.path: piece for piece in reversed(ordered)}.values())[::-1])
    steps = _steps(firsts, _HEAD_ROWS)
    others = {(piece.path, piece.group) if piece.device else piece.name: piece for piece in ordered}
    for piece in firsts:
        others.pop((piece.path, piece.group), None)
    unknown = [piece for piece in others.values() if not _known_names(piece, steps)]
    steps = _steps(_evenly(unknown), _SHORT_HEAD_ROWS) | steps
    factor = tables.assumption("max_gap_intervals")
    return {name: int(np.median(own) * factor) for name, own in steps.items() if len(own)}


def _evenly(pieces: list[Piece]) -> list[Piece]:
    return pieces[:: max(1, -(-len(pieces) // _HEADS))]


def _known_names(piece: Piece, known: Collection[str]) -> bool:
    """Whether the devices of a piece are among those that are known, by the first and the last of their names."""
    names = (piece.name,) if piece.device is None else piece.names
    return names is not None and all(name in known for name in names)


def _steps(pieces: list[Piece], rows: int) -> dict[str, I64]:
    """The intervals between the readings at the heads of some pieces, of each device [µs]."""
    steps: dict[str, list[I64]] = defaultdict(list)
    for piece in pieces:
        head = chunks.head_of(piece, rows)
        if head is None:
            continue
        order = np.lexsort((head.time, head.codes))
        codes, time = head.codes[order], head.time[order]
        for code in np.unique(codes[codes >= 0]):
            own = np.diff(time[codes == code])
            steps[head.names[code]].append(own[own > 0])
    return {name: np.concatenate(found) for name, found in steps.items()}


def _disentangled(
    found: list[tuple[list[Piece], Part]], pieces: list[Piece], work: engines.Work, rules: Rules, *, jobs: bool
) -> Part:
    """Add the parts; those whose runs of one device overlap in time are read again, together."""
    whole = parts.add(part for _, part in found)
    if not whole.runs:
        return whole
    runs = joined(whole.runs)
    clusters = tangled.clusters(runs)
    if not clusters:
        return whole
    again = {pieces[tag] for cluster in clusters for tag in cluster}
    kept = [part for batch, part in found if again.isdisjoint(batch)]
    beside = [piece for batch, _ in found if not again.isdisjoint(batch) for piece in batch if piece not in again]
    return parts.add(
        [
            *kept,
            *(work(piece) for piece in beside),
            *(tangled.together(cluster, pieces, runs, rules, jobs=jobs) for cluster in clusters),
        ]
    )
