"""What must hold for any input of a log reader: an energy that adds up, or an error of ours. Nothing else, ever."""

from __future__ import annotations

import io
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from pyarrow import csv, parquet

from lca_ai import tables
from lca_ai.errors import LcaAiError, LogError
from lca_ai.logs import formats, origin, pieces, quality
from lca_ai.logs.energy import read_energy
from lca_ai.logs.files import plain
from lca_ai.logs.jobs import allocate, read_jobs
from lca_ai.logs.reading import _KEPT, EnergyReading
from lca_ai.logs.records import Options, Records
from lca_ai.logs.summarise import of_whole
from lca_ai.models.power import PowerLog

if TYPE_CHECKING:
    from collections.abc import Callable

#: Targets beside the formats.
OTHERS = ("recognition", "pieces", "frames", "jobs", "compressed")
#: Of a log in pieces: without it, a device that is not at the head of a file has the longest interval of the others.
_MAX_GAP = "600 s"
_ORIGIN, _EVERY = "2024-05-31T10:00:00Z", "1 s"
_ZONES = ("UTC", "UTC", "UTC", "Europe/Paris", None)
#: What a user says of a metric whose file does not tell it, or of one that is not known.
_METRICS = {
    "google-explorer": {"power": "value:W"},
    "prometheus": {"power": "DCGM_FI_DEV_POWER_USAGE:kW"},
    "cloudwatch": {"power": "nvidia_smi_power_draw:mW"},
    "google-monitoring": {"counter": "workload.googleapis.com/gpu.dcgm.energy_consumption:J"},
}
_LONGEST_MESSAGE = 3_000
_HOUR = 3_600.0
_ROUNDING = 1e-9


class BrokenRuleError(Exception):
    """A rule that any reading keeps, and one did not."""


def narrow() -> None:
    """Set limits so that a small file is in several pieces, and a log of centuries is refused early."""
    pieces.BLOCK_BYTES = 512
    quality._MOST_HOURS = 2e4  # noqa: SLF001 (for a search alone)


def check(target: str, data: bytes, folder: Path, name: str) -> bool:
    """Read an input as a target does, and tell whether it gave an energy (or, of jobs, a table).

    Parameters
    ----------
    target : a format, or one of :data:`OTHERS`
    folder, name : where it is written, and the name that its tool gives such a file

    Raises
    ------
    BrokenRuleError : where a rule is broken; any error that is not one of ``lca_ai`` passes through
    """
    path = folder / name
    try:
        _TARGETS.get(target, _format)(target, data, path)
    except LcaAiError as fault:
        _rule(len(str(fault)) < _LONGEST_MESSAGE, "an error is told in a few lines")
        return False
    finally:
        path.unlink(missing_ok=True)
    return True


def _format(target: str, data: bytes, path: Path) -> None:
    """Read a file, the format given or recognised; integrate one in two of them, and read one in six again."""
    turn = crc32(data)
    named = target if target == "google-explorer" or turn % 5 == 0 else ""
    zone, form = _ZONES[turn // 4 % len(_ZONES)], target if turn % 4 or named in _METRICS else None
    log = _log(str(path), zone, form, metric=named)
    path.write_bytes(data)
    log, records = _read(path, log)
    turn = turn // 64 % 12
    if turn % 2:
        return
    if turn == 0:
        for one in records:
            _check_clean(one)
        _rule(form != "csv" or _rows(records), "each row that is read is used, or counted in a note")
    reading = of_whole(records, log, (None, None))
    _check_reading(reading, closely=turn == 2)  # noqa: PLR2004 (one in twelve)
    if turn == 4:  # noqa: PLR2004 (one in twelve)
        _rule(_same(reading, read_energy(log)), "a log that is read twice gives the same")
    if turn == 6 and not _open_end(data):  # noqa: PLR2004 (one in twelve)
        path.write_bytes(data + b"\n")
        _rule(_same(reading, read_energy(log)), "a line end more changes nothing")


@lru_cache(maxsize=64)
def _log(path: str, zone: str | None, form: str | None, *, metric: str = "", timed: tuple[str, ...] = ()) -> PowerLog:
    """A log; of one without times of its own, with those that it asks for."""
    given = {name: value for name, value in (("origin", _ORIGIN), ("every", _EVERY)) if name in timed}
    return PowerLog(files=(path,), timezone=zone, format=form, columns=_METRICS.get(metric), **given)


def _read(path: Path, log: PowerLog) -> tuple[PowerLog, list[Records]]:
    """The records of a file; with an origin and an interval where it asks for these."""
    try:
        return log, formats.read(path, log.format, origin.options_of(log, path))
    except LogError as fault:
        told = fault.accepted or ""
        if "origin=" not in told:
            raise
        asked = ("origin", "every") if "every=" in told else ("origin",)
        metric = next((name for name, columns in _METRICS.items() if columns == log.columns), "")
        timed = _log(log.files[0], log.timezone, log.format, metric=metric, timed=asked)
        return timed, formats.read(path, log.format, origin.options_of(timed, path))


def _recognition(_target: str, data: bytes, path: Path) -> None:
    path.write_bytes(data)
    found = formats.read(path, None, Options("UTC"))
    _check_reading(of_whole(found, _log(str(path), "UTC", None), (None, None)), closely=False)


def _columns(_target: str, data: bytes, path: Path) -> None:
    """Tables also by the columns that a user names."""
    turn = crc32(data)
    named = ({"time": "0", "power": "1:W"}, {"time": "time", "power": "power", "device": "2"}, {"power": "1:mW"})
    if turn % 8 >= len(named):
        _format("csv", data, path)
        return
    path.write_bytes(data)
    log = PowerLog(files=(str(path),), timezone="UTC", columns=named[turn % 8])
    _check_reading(of_whole(formats.read(path, None, origin.options_of(log, path)), log, (None, None)))


def _parquet(_target: str, data: bytes, path: Path) -> None:
    """The bytes of a Parquet file; those of a CSV as a Parquet file of its columns, several row groups of them."""
    if data.startswith(b"PAR1"):
        path.write_bytes(data)
    else:
        parquet.write_table(_table(data), path, row_group_size=7)
    _both_ways(PowerLog(files=(str(path),), timezone="UTC", max_gap=_MAX_GAP), path)


def _pieces(_target: str, data: bytes, path: Path) -> None:
    path.write_bytes(data)
    _both_ways(PowerLog(files=(str(path),), timezone="UTC", max_gap=_MAX_GAP), path)


def _both_ways(log: PowerLog, path: Path) -> None:
    """Read a log in pieces, then whole: they give the same, or one of them an error."""
    try:
        whole = read_energy(log)
    except LcaAiError:
        whole = None
    with tempfile.TemporaryDirectory(dir=path.parent) as kept:
        pieces = read_energy(log, keep=Path(kept))
        again = read_energy(log, keep=Path(kept))
    _check_reading(pieces)
    _rule(_same(pieces, again), "a log of kept parts gives the same")
    if whole is not None:
        _rule(_same(pieces, whole), "a log in pieces gives what it gives whole")


def _frames(_target: str, data: bytes, path: Path) -> None:
    table = _table(data)
    names = [name.encode("utf-8", "surrogateescape") for name in table.column_names]
    if len(set(names)) < len(names) or any(b"\x00" in name for name in names):
        return  # no such table can be held, or Polars panics at it
    held: tuple[Callable[[pa.Table], Any], ...] = (lambda one: one.to_pandas(), pl.from_arrow, lambda one: one)
    log = PowerLog(files=(path.name,), timezone="UTC", table=held[crc32(data) % len(held)](table))
    _check_reading(read_energy(log))


def _table(data: bytes) -> pa.Table:
    """A CSV as a table, its types as they are found.

    Raises
    ------
    LogError : where it is none
    """
    try:
        table = csv.read_csv(io.BytesIO(data), csv.ReadOptions(use_threads=False))
        return table.rename_columns(list(map(str, table.column_names)))  # names that are no text are told here
    except (pa.ArrowException, UnicodeDecodeError) as fault:
        raise LogError("no table", value=str(fault)) from None


def _jobs(_target: str, data: bytes, path: Path) -> None:
    """A table of jobs, and an hour of two machines divided among them."""
    path.write_bytes(data)
    jobs = read_jobs(path)
    _rule(bool(jobs["share"].between(0.0, 1.0).all()), "a share is a part of a machine")
    if not (jobs["end"] - jobs["start"]).lt(pd.Timedelta(days=3_660)).all():
        return
    hour = pd.Timestamp("2024-05-31T10:00Z")
    index = pd.MultiIndex.from_tuples([("n1/gpu0", hour), ("n2", hour)], names=["device", "hour"])
    hours = pd.DataFrame({"energy": [1.0, 2.0], "covered": _HOUR, "gap": 0.0, "samples": 1}, index=index)
    divided = allocate(hours, jobs)[0].groupby("device")["energy"].sum()
    _rule(np.allclose(divided.reindex(["n1/gpu0", "n2"]), [1.0, 2.0]), "the jobs sum to the machine")


def _compressed(_target: str, data: bytes, path: Path) -> None:
    path.write_bytes(data)
    with plain([path]) as paths:
        _recognition("", paths[0].read_bytes()[: 1 << 20], path.with_name("unpacked.log"))
    path.with_name("unpacked.log").unlink(missing_ok=True)


_TARGETS: dict[str, Callable[[str, bytes, Path], None]] = {
    "recognition": _recognition,
    "csv": _columns,
    "parquet": _parquet,
    "pieces": _pieces,
    "frames": _frames,
    "jobs": _jobs,
    "compressed": _compressed,
}


def _rule(holds: object, rule: str) -> None:
    if not holds:
        raise BrokenRuleError(rule)


def _check_reading(reading: EnergyReading, *, closely: bool = True) -> None:
    for hours in (reading.hours, reading.nested):
        values = hours[["energy", "covered", "gap", "samples"]].to_numpy("float64")
        _rule(np.isfinite(values).all(), "energy and times are finite")
        _rule((values >= -_ROUNDING).all(), "energy and times are not negative")
        if reading.format not in _OF_INTERVALS and not any(note.what == _OVERLAP for note in reading.notes):
            _rule((values[:, 1] + values[:, 2] <= _HOUR + 1e-3).all(), "an hour has 3,600 seconds")
    _rule(0.0 <= reading.total < np.inf, "the energy is finite and not negative")
    _rule(np.isfinite([reading.longest_interval, reading.max_gap, reading.occupied]).all(), "intervals are finite")
    _rule(all(note.count >= 0 for note in reading.notes), "a note counts what there is")
    _rule(np.isfinite(reading.curve["power"].to_numpy("float64")).all(), "the curve is finite")
    if not closely:
        return
    for key in ("host", "hour", "month"):
        total = float(reading.by(key)["energy [kWh]"].sum())
        _rule(np.isclose(total, reading.total, rtol=1e-9, atol=1e-12), f"the energies by {key} sum to all")
    if reading.jobs is not None:
        total = float(reading.by("job")["energy [kWh]"].sum())
        _rule(np.isclose(total, reading.total, rtol=1e-6, atol=1e-12), "the energies by job sum to all")


_OVERLAP = "overlapping intervals"
#: Logs of intervals, which may overlap: each is counted in full.
_OF_INTERVALS = {
    "csv", "parquet", "codecarbon", "zeus", "eco2ai", "boamps", "carbontracker", "sacct", "perf-stat", "mlflow",
    "mlperf-tiny", "green-metrics-tool", "powermetrics",
}  # fmt: skip


def _check_clean(records: Records) -> None:
    """Each row of a reader is used, or counted in a note."""
    if "job" in records.frame:
        return
    absurd = tables.assumption("absurd_device_power")
    used, notes = quality.clean(records, absurd_power=absurd, file=records.file)
    dropped = sum(note.count for note in notes[len(records.notes) :] if note.what not in _KEPT)
    _rule(len(used) + dropped == len(records.frame), "rows used and rows dropped are the rows read")


def _rows(found: list[Records]) -> bool:
    """Whether the rows of readings and those in notes are the rows that were read."""
    dropped = sum(note.count for one in found for note in one.notes if note.what not in _KEPT)
    return dropped + sum(len(one.frame) for one in found) == sum(one.rows for one in found)


def _open_end(data: bytes) -> bool:
    """Whether a line end more may change what is read: the last line is cut, or a cell in quotes is open."""
    return not data.endswith(b"\n") or data.count(b'"') % 2 == 1 or data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _same(one: EnergyReading, other: EnergyReading) -> bool:
    """Whether two readings have the same energies of the same devices and hours, but for those of none."""
    tables_of = [reading.hours[["energy", "covered"]] for reading in (one, other)]
    whole = tables_of[0].index.union(tables_of[1].index)
    left, right = (table.reindex(whole, fill_value=0.0).to_numpy("float64") for table in tables_of)
    return bool(np.allclose(left, right, rtol=1e-9, atol=1e-12))
