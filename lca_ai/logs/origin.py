"""Times that the user gives to a log that has none: ``origin``, its first reading, and ``every``, their interval.

They are the user's explicit choice, never a guess: a log with dates of its own refuses them, and what was assumed is
noted. ``origin`` is the moment of the first sample; of a log of intervals, the start of the first one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, did_you_mean
from lca_ai.logs.records import EARLIEST_US, LATEST_US, SECOND_US, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

    from lca_ai.models.power import PowerLog

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ASSUMED = "times assumed"
#: Notes of readings that were there and are not counted as a turn.
_LOST = {"unreadable line", "unreadable document", "row of another length", "row with joined cells"}
_ORIGIN = "origin='2024-05-31T10:00:00Z' (--origin), the time of the first reading"
_EVERY = "every='1 s' (--every), the interval between readings"
#: What to give for a log without elapsed times, and for one that tells them.
BOTH, ALONE = f"{_ORIGIN}, and {_EVERY}", _ORIGIN


def options_of(log: PowerLog, path: Path | None = None) -> Options:
    """Return how the files of a log are to be read, or one of them, with the origin that it is given."""
    first = None if path is None else log.first(path)
    every = None if first is None else log.every
    return Options(
        log.timezone,
        log.columns,
        log.device,
        None if first is None else round((first - _EPOCH) / timedelta(microseconds=1)),
        None if every is None else round(every.to("s").magnitude * SECOND_US),
    )


def by_turn(keys: pd.Series, options: Options, path: Path, *, missing: LogError) -> tuple[pd.Series, Note]:
    """Return the time of each reading [µs since 1970 UTC], by the index of ``keys``: one turn after another.

    Parameters
    ----------
    keys : whose reading each is, in the order of the log; a turn has one of each
    missing : the error of a log without times, as it is without an origin

    Raises
    ------
    LogError : without an origin or an interval, and where the turns differ, so that nothing tells which one is late
    """
    turn = turns(keys, options, path, missing=missing)
    return of_turns(turn, options)


def turns(keys: pd.Series, options: Options, path: Path, *, missing: LogError) -> pd.Series:
    """Return the number of the turn of each reading, from 0; see :func:`by_turn`."""
    if options.origin_us is None:
        raise _asking(missing, BOTH)
    if options.every_us is None:
        raise LogError(
            "the log does not tell how far apart its readings are",
            file=path.name, field="every", accepted=f"{_EVERY}; or {missing.accepted}",
        )  # fmt: skip
    codes = pd.factorize(keys)[0]
    again = np.flatnonzero(codes == codes[0]) if len(codes) else np.array([], np.int64)
    length = int(again[1]) if len(again) > 1 else len(codes)
    repeated = pd.Series(codes[:length]).duplicated().to_numpy()
    strange = np.flatnonzero(repeated if repeated.any() else codes != np.resize(codes[:length], len(codes)))
    if len(strange):
        at = int(strange[0])
        raise LogError(
            "the readings do not come in equal turns, so that origin and every do not tell their times",
            file=path.name, value=f"reading {at + 1}: {keys.iloc[at]}", accepted=missing.accepted,
        )  # fmt: skip
    return pd.Series(np.arange(len(codes)) // max(length, 1), index=keys.index, dtype="int64")


def of_turns(turn: pd.Series, options: Options) -> tuple[pd.Series, Note]:
    """Return the times of numbered turns [µs since 1970 UTC]; see :func:`by_turn`."""
    every = options.every_us or 0
    times = (options.origin_us or 0) + turn.astype("int64") * every
    return times, Note(ASSUMED, len(turn), f"first reading at {_shown(options)}, every {every / SECOND_US:g} s")


def by_elapsed(seconds: pd.Series, options: Options, path: Path, *, missing: LogError) -> tuple[pd.Series, Note]:
    """Return the time of each reading [µs since 1970 UTC]: its elapsed time after the origin.

    Parameters
    ----------
    seconds : elapsed time of each reading, 0 at the origin
    missing : the error of a log without dates, as it is without an origin

    Raises
    ------
    LogError : without an origin, and with an interval, which the log tells itself
    """
    if options.origin_us is None:
        raise _asking(missing, ALONE)
    if options.every_us is not None:
        raise LogError(
            "the log tells the time between its readings itself", file=path.name, field="every", accepted="origin alone"
        )
    far = LATEST_US / SECOND_US  # later than any log, and set aside as such
    times = options.origin_us + (seconds.clip(-far, far) * SECOND_US).round().astype("int64")
    return times, Note(ASSUMED, len(seconds), f"first reading at {_shown(options)}, elapsed times of the log")


def check(found: list[Records], options: Options, path: Path) -> None:
    """Refuse an origin that a log did not need: it has dates of its own, and never two clocks.

    Raises
    ------
    LogError : where no reader used the origin
    """
    notes = [note for records in found for note in records.notes]
    if options.origin_us is None or any(note.what == ASSUMED for note in notes):
        lost = sum(note.count for note in notes if note.what in _LOST)
        if options.every_us is not None and lost:
            found[0].notes.append(Note("times may be early", lost, "after a reading that is not there: by an interval"))
        return
    raise LogError(
        "the log has its own times, so it takes no origin",
        file=path.name, field="origin", value=_shown(options), accepted="the log without origin and every",
    )  # fmt: skip


def check_files(log: PowerLog, paths: list[Path]) -> None:
    """Refuse one origin for several files, which may follow each other or run beside each other; and one for no file.

    Raises
    ------
    LogError : for more than one file with one origin, and for a name or a pattern that fits none
    """
    if log.origin is not None and not isinstance(log.origin, dict) and len(paths) > 1:
        raise LogError(
            "one origin for several files: nothing tells when each of them starts",
            file=paths[1].name, field="origin", value=f"{len(paths)} files",
            accepted=f"the origin of each by its name, e.g. origin={{'{paths[0].name}': ..., '{paths[1].name}': ...}} "
            f"(--origin {paths[0].name}=...,{paths[1].name}=...)",
        )  # fmt: skip
    for name in log.origins():
        if not any(path.match(name) for path in paths):
            raise LogError(
                "no file has this name", field="origin", value=name, accepted=did_you_mean(name, _names(paths))
            )


def _names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def _asking(missing: LogError, wanted: str) -> LogError:
    """Return the error of a log without times, with what may be given in their place."""
    return LogError(
        missing.problem, file=missing.file, line=missing.line, field=missing.field, value=missing.value,
        accepted=f"{missing.accepted}; or {wanted}" if missing.accepted else wanted,
    )  # fmt: skip


def _shown(options: Options) -> str:
    moment = min(max(options.origin_us or 0, EARLIEST_US), LATEST_US)
    return f"{np.datetime64(moment, 'us').item().isoformat()}Z"
