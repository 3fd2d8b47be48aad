"""The pieces of a large file, each read into plain arrays when its turn comes.

Cells that Arrow does not read as the columns say (a header repeated in the middle, a row cut short, times of another
form) are read by the reader of whole files: what it sets aside is noted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from csv import writer
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.chunk_names import devices_of, jobs_of
from lca_ai.logs.files import NotUnpacked
from lca_ai.logs.formats import generic
from lca_ai.logs.pieces import Piece
from lca_ai.logs.records import Options, Records
from lca_ai.logs.sheet import Chunk
from lca_ai.logs.times import to_utc

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

#: Rows that are held at a time.
BATCH_ROWS = 1 << 20
#: Bytes that are read of a CSV for each row at its head.
_ROW_BYTES = 64
_EPOCH_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}
_UTC = {"UTC", "Etc/UTC"}


def chunks_of(piece: Piece, *, jobs: bool = False) -> Iterator[Chunk]:
    """Read a piece, at most about a million readings at a time.

    Parameters
    ----------
    jobs : whether the job of each reading is wanted: none, where the file names no jobs

    Raises
    ------
    LogError : where it cannot be read
    NotUnpacked : where its file was not unpacked
    """
    import pyarrow as pa

    if not piece.here:
        raise NotUnpacked(piece.path.name)
    piece = piece if jobs else replace(piece, job=None)
    try:
        for chunk in _parquet_chunks(piece) if piece.form == "parquet" else _csv_chunks(piece):
            if len(chunk.codes) or chunk.notes:
                none = jobs and chunk.job is None
                yield replace(chunk, job=np.full(len(chunk.codes), -1, dtype=np.int64)) if none else chunk
    except (pa.ArrowException, OSError) as fault:
        raise LogError(f"this part cannot be read: {' '.join(str(fault).split())}", file=piece.path.name) from fault


def head_of(piece: Piece, rows: int) -> Chunk | None:
    """The first readings of a piece, at most so many."""
    found = next(chunks_of(replace(piece, head=rows)), None)
    return None if found is None else found.part(0, rows)


# --- Parquet


@lru_cache(maxsize=2)
def _footer(path: Path, size: int, changed_ns: int) -> parquet.FileMetaData:  # noqa: ARG001 (of this very file)
    """What the end of a file says of its row groups: read once for all of them."""
    from pyarrow import parquet

    return parquet.read_metadata(path)


def _parquet_chunks(piece: Piece) -> Iterator[Chunk]:
    for batch in _parquet_batches(piece):
        if piece.stamp == "cells":
            yield _of_records(_records(batch.to_pandas(), piece), piece)
        else:
            yield _chunk(batch, piece)


def _parquet_batches(piece: Piece) -> Iterator[pa.RecordBatch]:
    from pyarrow import parquet

    named = [name for name in (piece.device, piece.host, piece.job) if name]
    columns = [*dict.fromkeys((piece.time, piece.value, *named))]
    found = piece.path.stat()
    footer = _footer(piece.path, found.st_size, found.st_mtime_ns)
    file = parquet.ParquetFile(piece.path, read_dictionary=named or None, metadata=footer, pre_buffer=False)
    if piece.rows <= 2 * BATCH_ROWS and not piece.head:
        table = file.read_row_group(piece.group, columns=columns, use_threads=False)
        yield from table.combine_chunks().to_batches()
        return
    size = min(BATCH_ROWS, max(piece.head or piece.rows, 1))
    yield from file.iter_batches(batch_size=size, row_groups=[piece.group], columns=columns, use_threads=False)


# --- CSV


def _csv_chunks(piece: Piece) -> Iterator[Chunk]:
    import pyarrow as pa

    content = _content(piece)
    if piece.stamp != "cells":
        try:
            batches = _csv_batches(content, piece)
        except pa.ArrowInvalid:  # one cell is enough
            batches = None
        if batches is not None:
            yield from (_chunk(batch, piece) for batch in batches)
            return
    if content.strip():
        yield _of_records(_csv_records(content, piece), piece)


def _content(piece: Piece) -> bytes:
    """The bytes of a piece of a CSV, or the lines at their head."""
    with piece.path.open("rb") as file:
        file.seek(piece.begin)
        length = piece.end - piece.begin
        content = file.read(min(length, piece.head * _ROW_BYTES) if piece.head else length)
    if len(content) < length:
        content = content[: content.rfind(b"\n") + 1]
    return content


def _csv_batches(content: bytes, piece: Piece) -> list[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import csv

    zone = "UTC" if piece.stamp == "aware" else None
    time: Any = pa.float64() if piece.stamp == "number" else pa.timestamp("ns" if piece.nanos else "us", tz=zone)
    types = {piece.time: time, piece.value: pa.float64()}
    types |= {name: pa.dictionary(pa.int32(), pa.string()) for name in (piece.device, piece.host, piece.job) if name}
    table = csv.read_csv(
        pa.py_buffer(content),
        read_options=csv.ReadOptions(column_names=piece.header, use_threads=False, block_size=len(content) + 1),
        parse_options=csv.ParseOptions(delimiter=piece.delimiter),
        convert_options=csv.ConvertOptions(
            include_columns=list(types), column_types=types, null_values=["", "NaN", "nan", "N/A", "[N/A]"],
            strings_can_be_null=True,
        ),
    )  # fmt: skip
    batches: list[pa.RecordBatch] = table.combine_chunks().to_batches()
    return batches


def _csv_records(content: bytes, piece: Piece) -> Records:
    """What the reader of whole files makes of a piece of a CSV; it counts lines from the beginning of the file."""
    header = io.StringIO()
    writer(header, delimiter=piece.delimiter, lineterminator="\n").writerow(piece.header)
    text = header.getvalue() + content.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        found = generic.CSV.read(piece.path, text, _options(piece))
    except LogError as fault:
        if fault.line is None:
            raise
        with piece.path.open("rb") as file:
            line = fault.line - 1 + file.read(piece.begin).count(b"\n")
        raise LogError(
            fault.problem, file=fault.file, line=line, field=fault.field, value=fault.value, accepted=fault.accepted
        ) from None
    return found[0] if isinstance(found, list) else found


def _records(table: pd.DataFrame, piece: Piece) -> Records:
    return generic.records_of(table, piece.path, _options(piece), piece.form)


def _options(piece: Piece) -> Options:
    return Options(piece.zone, dict(piece.given) or None, None if piece.device else piece.name)


# --- both


def _of_records(records: Records, piece: Piece) -> Chunk:
    """Readings of the reader of whole files as a chunk, with its notes."""
    frame = records.frame
    codes, names = pd.factorize(frame["device"])
    chunk = Chunk(
        codes, [str(name) for name in names], frame["time"].to_numpy("int64"), frame[piece.kind].to_numpy("float64"),
        notes=tuple(note for note in records.notes if note.count),
    )  # fmt: skip
    if piece.job is None:
        return chunk
    job, jobs = pd.factorize(frame["job"])
    return replace(chunk, job=job, jobs=[str(name) for name in jobs])


def _chunk(batch: pa.RecordBatch, piece: Piece) -> Chunk:
    import pyarrow as pa

    time = batch.column(batch.schema.get_field_index(piece.time))
    value = batch.column(batch.schema.get_field_index(piece.value))
    if pa.types.is_timestamp(time.type):
        micros = time if time.type.unit == "us" else time.cast(pa.timestamp("us", time.type.tz), safe=False)
        stamps = _plain(micros.view(pa.int64()), -1)
        stamps = stamps if piece.stamp == "aware" or piece.zone in _UTC else _from_zone(stamps, batch, piece)
    else:
        plain = _plain(time.cast(pa.float64() if pa.types.is_floating(time.type) else pa.int64()), -1)
        scale = _EPOCH_US[piece.time_unit or "us"]
        plain = _within_int64(plain, scale)
        stamps = plain * int(scale) if scale >= 1 and plain.dtype == np.int64 else np.round(plain * scale)
    if piece.factor != 1.0 or value.type not in (pa.float32(), pa.float64()):
        value = value.cast(pa.float64(), safe=False)
    power = _plain(value, float("nan"))
    if piece.factor != 1.0:
        power = power * piece.factor
    codes, names, job, jobs = _named(batch, piece)
    return Chunk(codes, names, stamps.astype(np.int64, copy=False), power, job, jobs)


def _named(batch: pa.RecordBatch, piece: Piece) -> tuple[Any, list[str], Any, list[str]]:
    """Codes and names of the devices, and of the jobs if they are wanted."""
    columns = {
        name: batch.column(batch.schema.get_field_index(name)) for name in (piece.device, piece.host, piece.job) if name
    }
    try:
        job, jobs = (None, []) if piece.job is None else jobs_of(columns[piece.job])
        if piece.device is None:
            return np.zeros(batch.num_rows, np.uint8), [piece.name], job, jobs
        return *devices_of(columns[piece.device], columns.get(piece.host or "")), job, jobs
    except UnicodeDecodeError as fault:
        value = fault.object[:80]
        raise LogError("a cell is not text", file=piece.path.name, field=piece.device, value=value) from None


def _from_zone(stamps: np.ndarray[Any, np.dtype[Any]], batch: pa.RecordBatch, piece: Piece) -> Any:
    """Local times in UTC, a missing one as it is; a clock change is resolved by the rows of each device."""
    known = stamps != -1
    local = pd.Series(stamps[known].view("datetime64[us]"))
    codes = _named(batch, replace(piece, job=None))[0]
    stamps = stamps.copy()
    stamps[known] = to_utc(local, pd.Series(codes[known]), piece.zone, file=piece.path.name)
    return stamps


def _within_int64(times: np.ndarray[Any, np.dtype[Any]], scale: float) -> np.ndarray[Any, np.dtype[Any]]:
    """Times, those that are none or too far off for whole microseconds before 1970, which is implausible."""
    most = 9e18 / scale
    if not len(times) or (times.min() > -most and times.max() < most):  # not so with a NaN
        return times
    return np.where((times > -most) & (times < most), times, -1)


def _plain(column: pa.Array, missing: float) -> np.ndarray[Any, np.dtype[Any]]:
    """A column as an array, without a copy where nothing is missing."""
    full = column.fill_null(missing) if column.null_count else column
    plain: np.ndarray[Any, np.dtype[Any]] = full.to_numpy(zero_copy_only=False)
    return plain
