"""``energy(log)``: a power log as energy per device and clock hour, with its coverage and what was set aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial as bound
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import InputError
from lca_ai.logs import chunks, formats, frames, stream
from lca_ai.logs import origin as origins
from lca_ai.logs.files import NotUnpacked, plain
from lca_ai.logs.keep import Kept
from lca_ai.logs.pieces import Piece
from lca_ai.logs.reading import EnergyReading
from lca_ai.logs.records import SECOND_US, Options, Records
from lca_ai.logs.segments import Window
from lca_ai.logs.stream import Progress
from lca_ai.logs.summarise import of_stream, of_whole
from lca_ai.logs.times import AmbiguousTimeError
from lca_ai.models.power import PowerLog

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN_PIECES = ("csv", "parquet")
#: Folder beside kept parts with the copies of remote files: the next run fetches only those that are new.
_COPIES = "copies"
_FIRST_ROWS = 1_000
#: Rows that are read whole where they have to be, about 10 GB.
_MOST_WHOLE = 40_000_000


def read_power_log(  # noqa: PLR0913 (a log is described by what a user knows of it)
    files: str | Path | list[str] | list[Path] | tuple[str | Path, ...] | Any,
    *,
    format: str | None = None,  # noqa: A002 (the word users know)
    timezone: str | None = None,
    covers: list[str] | tuple[str, ...] | None = None,
    columns: dict[str, str] | None = None,
    device: str | None = None,
    max_gap: str | None = None,
    origin: str | datetime | dict[str, str] | dict[str, datetime] | None = None,
    every: str | None = None,
) -> PowerLog:
    """Describe a power log, its files checked and their format recognised; nothing is integrated yet.

    Parameters
    ----------
    files : path of a log file, folder, pattern or address, several that belong to one log, or a table that is held
        already (pandas, Polars, PyArrow, DuckDB, Dask, Spark)
    format : name of the format; recognised from the content where not given
    timezone : IANA time zone of naive time stamps; never guessed
    covers : what the log measures ("gpu", "cpu", "memory", "storage", "node", "facility"); from the format if it tells
    columns : role -> column of a file of no known format, e.g. ``{"time": "ts:s", "power": "6:mW"}``
    device : name of the device where the file names none
    max_gap : longest interval that is integrated, e.g. "30 s"
    origin : time of the first reading of a log that has no dates, e.g. "2024-05-31T10:00:00Z"; naive in ``timezone``;
        of several files, that of each by its name or a pattern
    every : interval between its readings, where the log does not tell elapsed times either, e.g. "1 s"

    Raises
    ------
    LogError : where a file cannot be read as a log
    InputError : where a file does not exist
    """
    log = described(
        files,
        format=format,
        timezone=timezone,
        covers=None if covers is None else tuple(covers),
        columns=columns,
        device=device,
        max_gap=max_gap,
        origin=origin,
        every=every,
    )
    if log.table is not None:
        frames.records_of(log.table, _options(log))
        return log
    lying = log.paths()
    with plain(lying) as paths:
        large = _pieces(paths, log, "local")
        if large:
            chunks.head_of(large[0], _FIRST_ROWS)  # its faults are seen now
        found = {piece.form for piece in large} if large else {records.format for records in _read(paths, lying, log)}
    return log.replace(format=found.pop()) if len(found) == 1 else log


def described(files: Any, **given: Any) -> PowerLog:
    """Describe a power log as :func:`read_power_log` does, without a look at it: who integrates it sees its faults."""
    held = None if isinstance(files, str | Path | list | tuple) else files
    names = files if isinstance(files, list | tuple) else (files if held is None else frames.NAME,)
    told = {"table": held, "files": tuple(str(name) for name in names), **given}
    return PowerLog(**{name: value for name, value in told.items() if value is not None})


def energy(
    log: PowerLog | str | Path, *, by: Sequence[str] = ("device", "hour"), engine: str = "local"
) -> pd.DataFrame:
    """Energy of each device in each clock hour, or by other keys.

    Parameters
    ----------
    log : the log, or the path of one as :func:`read_power_log` takes it
    by : any of "device", "host" (what stands before the first / of a device's name), "hour", "day", "month" (UTC), and
        "job" of a log that names its jobs; see :mod:`lca_ai.logs.job_column`
    engine : see :func:`read_energy`

    Returns
    -------
    DataFrame with the keys (``device``, ``hour``), ``energy [kWh]``, ``covered [s]``, ``gap [s]`` and ``samples``; the
    seconds are those of all devices together.

    Raises
    ------
    LogError : for an unknown key, or a log that cannot be read
    InputError : for what is neither a log nor a path, or a path that is none

    Notes
    -----
    Power is linear between samples (trapezoidal rule); the hours of a device sum to the integral of its log. Readings
    and what was set aside are in :func:`read_energy`.
    """
    return read_energy(_log_of(log), engine=engine, jobs="job" in by).by(*by)


def _log_of(log: PowerLog | str | Path) -> PowerLog:
    """A log that is given by its path, described."""
    if isinstance(log, PowerLog):
        return log
    accepted = "a path, or a log of read_power_log(...), e.g. energy('runs/042')"
    if not isinstance(log, str | Path):
        raise InputError("this is no power log", field="log", value=log, accepted=accepted)
    if not str(log):
        raise InputError("no path", field="log", value=log, accepted=accepted)
    return read_power_log(log)


def read_energy(
    log: PowerLog,
    *,
    engine: str = "local",
    progress: Progress | None = None,
    keep: Path | None = None,
    jobs: bool = False,
) -> EnergyReading:
    """Read and integrate a log.

    Counters come before the samples of the same device; a device that lies within another one of the log is integrated
    beside it and not added. A large Parquet or CSV file is read in pieces, in constant memory.

    Parameters
    ----------
    engine : "local" (the cores of this machine), "dask", "dask://host:port", "spark" or "spark://host:port"
    progress : told the rows that are done, and all of them
    keep : folder in which the parts of a log that is read in pieces are kept: the next run reads only new files
    jobs : whether the energy is wanted by the jobs that the log names, too

    Raises
    ------
    LogError : where the log cannot be read, has one reading only, or lies outside its window
    """
    window = (_micros(log.since()), _micros(log.until()))
    if log.table is not None:
        return of_whole([frames.records_of(log.table, _options(log))], log, window)
    lying = log.paths(copies=None if keep is None else keep / _COPIES)
    read = bound(_read_files, lying, log, window, engine=engine, progress=progress, jobs=jobs)
    if keep is None:
        return read(kept=None, unneeded=frozenset())
    try:
        kept = Kept(keep, _options(log), jobs=jobs)
        return read(kept=kept, unneeded=frozenset(filter(kept.holds, lying)))
    except NotUnpacked:
        return read(kept=Kept(keep, _options(log), jobs=jobs), unneeded=frozenset())


def _read_files(  # noqa: PLR0913 (what is read, and how)
    lying: list[Path],
    log: PowerLog,
    window: Window,
    *,
    engine: str,
    progress: Progress | None,
    jobs: bool,
    kept: Kept | None,
    unneeded: frozenset[Path],
) -> EnergyReading:
    """Read and integrate the files of a log as they lie; ``unneeded`` ones are not unpacked."""
    with plain(lying, unneeded) as paths:
        pieces = _pieces(paths, log, engine, kept=kept, packed=lying)
        if pieces is None:
            if unneeded:
                raise NotUnpacked
            return of_whole(_read(paths, lying, log), log, window)
        max_gap = None if log.max_gap is None else round(log.max_gap.to("s").magnitude * SECOND_US)
        try:
            found = stream.read(
                pieces, max_gap=max_gap, window=window, engine=engine, progress=progress, kept=kept, jobs=jobs
            )
        except AmbiguousTimeError:  # the rows before and after, in other pieces, may tell which is meant
            if unneeded or sum(piece.rows for piece in pieces) > _MOST_WHOLE:
                raise
            return of_whole(_read(paths, lying, log), log, window)
        return of_stream(found, log)


def _pieces(
    paths: list[Path], log: PowerLog, engine: str, *, kept: Kept | None = None, packed: Sequence[Path] = ()
) -> list[Piece] | None:
    """The pieces of a large log of named columns, and of a small one for a cluster; None for any other one."""
    if log.format not in (None, *_IN_PIECES) or log.origin is not None:
        return None
    least = 0 if kept is not None or engine != "local" else stream.LEAST_ROWS
    return stream.pieces_of(paths, _options(log), least_rows=least, kept=kept, packed=packed)


def _read(paths: list[Path], lying: list[Path], log: PowerLog) -> list[Records]:
    """The records of all files, which are unpacked at ``paths`` and go by the names under which they lie."""
    origins.check_files(log, lying)
    return [
        records
        for path, one in zip(paths, lying, strict=True)
        for records in formats.read(path, log.format, origins.options_of(log, one))
    ]


def _options(log: PowerLog) -> Options:
    return origins.options_of(log)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else round((moment - _EPOCH) / timedelta(microseconds=1))
