"""Large files in pieces: row groups of Parquet and blocks of CSV, each read into plain arrays when its turn comes.

Only columns that mean what the fast kernel needs are read this way: a time with its unit or zone, a device, and a power
or a counter in a known unit. Any other file is read whole by its format.
"""

from __future__ import annotations

from collections.abc import Iterator
from csv import Error as CsvError
from csv import reader
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from lca_ai import units
from lca_ai.errors import LogError
from lca_ai.logs.formats import generic, recognise
from lca_ai.logs.records import Options
from lca_ai.logs.sheet import Chunk

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

#: Rows that are held at a time, and bytes of a CSV that are parsed at a time.
BATCH_ROWS = 1 << 20
BLOCK_BYTES = 1 << 25
#: Rows at the head of a file that tell the log's cadence.
HEAD_ROWS = 1 << 16
_HEAD_CHARACTERS = 20_000
#: More columns than any log has: the whole-file reader says so.
_MOST_COLUMNS = 5_000
_EPOCH_US = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}


@dataclass(frozen=True)
class Piece:
    """A piece of a file that can be read and integrated by itself, anywhere: plain data.

    ``group`` is the row group of a Parquet file; ``begin`` and ``end`` are the bytes of a CSV. ``header`` are the names
    of all columns of the file.
    """

    path: Path
    form: Literal["parquet", "csv"]
    kind: Literal["power", "counter"]
    time: str
    time_unit: str | None
    device: str | None
    value: str
    factor: float
    name: str
    rows: int
    group: int = 0
    begin: int = 0
    end: int = 0
    header: tuple[str, ...] = ()
    delimiter: str = ","


def pieces_of(path: Path, options: Options, known: dict[tuple[str, ...], Piece | None]) -> list[Piece] | None:
    """The pieces of a file; None where it is not one that can be read in pieces.

    Parameters
    ----------
    known : what columns mean, by their names, so that it is found out once for all files of a log; added to

    Raises
    ------
    LogError : where the file is a table of a log, and a column of it is not understood
    """
    with path.open("rb") as file:
        magic = file.read(4)
    return _parquet_pieces(path, options, known) if magic == b"PAR1" else _csv_pieces(path, options, known)


def chunks_of(piece: Piece) -> Iterator[Chunk]:
    """Read a piece, at most about a million readings at a time.

    Raises
    ------
    LogError : where it cannot be read
    """
    import pyarrow as pa

    try:
        for batch in _parquet_batches(piece) if piece.form == "parquet" else _csv_batches(piece):
            if batch.num_rows:
                yield _chunk(batch, piece)
    except (pa.ArrowException, OSError) as fault:
        raise LogError(f"this part cannot be read: {' '.join(str(fault).split())}", file=piece.path.name) from fault


def head_of(piece: Piece) -> Chunk | None:
    """The first readings of a piece."""
    found = next(chunks_of(replace(piece, rows=HEAD_ROWS)), None)
    if found is None or len(found.time) <= HEAD_ROWS:
        return found
    return Chunk(found.codes[:HEAD_ROWS], found.names, found.time[:HEAD_ROWS], found.value[:HEAD_ROWS])


# --- Parquet


def _parquet_pieces(path: Path, options: Options, known: dict[tuple[str, ...], Piece | None]) -> list[Piece] | None:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
        schema = file.schema_arrow
        names = tuple(schema.names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as fault:
        raise LogError(f"this Parquet file cannot be read: {' '.join(str(fault).split())}", file=path.name) from fault
    first = _described(path, names, options, known)
    if first is None or not _readable(schema, first, options):
        return None
    footer = file.metadata
    flat = footer.num_columns == len(schema.names)  # else the places of columns are not those of their parts
    place = schema.names.index(first.device) if first.device is not None and flat else None
    found = []
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        only = None if place is None else _only_device(group.column(place))
        alone = first if only is None else replace(first, device=None, name=only)
        found.append(replace(alone, group=number, rows=group.num_rows))
    return found


def _only_device(column: parquet.ColumnChunkMetaData) -> str | None:
    """The device of all readings of a row group, where its statistics tell: its column need not be read."""
    told = column.statistics
    if told is None or not (told.has_min_max and told.has_null_count) or told.null_count or told.min != told.max:
        return None
    return str(told.min).strip() or None if type(told.min) in (str, int) else None


def _readable(schema: pa.Schema, piece: Piece, options: Options) -> bool:
    """Whether the types of the columns are those that need no interpretation."""
    import pyarrow as pa

    time, value = schema.field(piece.time).type, schema.field(piece.value).type
    if pa.types.is_timestamp(time):
        known = time.tz is not None or options.timezone in {"UTC", "Etc/UTC"}
    else:
        known = pa.types.is_integer(time) and piece.time_unit in _EPOCH_US
    return known and (pa.types.is_floating(value) or pa.types.is_integer(value))


@lru_cache(maxsize=2)
def _footer(path: Path, size: int, changed_ns: int) -> parquet.FileMetaData:  # noqa: ARG001 (of this very file)
    """What the end of a file says of its row groups: read once for all of them."""
    from pyarrow import parquet

    return parquet.read_metadata(path)


def _parquet_batches(piece: Piece) -> Iterator[pa.RecordBatch]:
    from pyarrow import parquet

    columns = [name for name in (piece.time, piece.device, piece.value) if name]
    found = piece.path.stat()
    footer = _footer(piece.path, found.st_size, found.st_mtime_ns)
    file = parquet.ParquetFile(piece.path, read_dictionary=[piece.device] if piece.device else None, metadata=footer)
    if piece.rows <= 2 * BATCH_ROWS and piece.rows > HEAD_ROWS:
        table = file.read_row_group(piece.group, columns=columns, use_threads=False)
        yield from table.combine_chunks().to_batches()
        return
    size = min(BATCH_ROWS, max(piece.rows, 1))
    yield from file.iter_batches(batch_size=size, row_groups=[piece.group], columns=columns, use_threads=False)


# --- CSV


def _csv_pieces(path: Path, options: Options, known: dict[tuple[str, ...], Piece | None]) -> list[Piece] | None:
    """Blocks of a CSV with a header, each from one line's end to another's."""
    with path.open("rb") as file:
        line = file.readline(1 << 20)
        offset = file.tell()
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    headless = all(name.split(":")[0].isdecimal() for name in (options.columns or {"": ""}).values())
    if "\r" in text.rstrip("\r\n"):  # line ends of another kind
        return None
    if headless or _shown(path, text[:_HEAD_CHARACTERS], options) is not generic.CSV:
        return None
    delimiter = generic.delimiter_of(text)
    header = _header(text, delimiter)
    if not 0 < len(header) <= _MOST_COLUMNS:
        return None
    first = _described(path, header, options, known)
    size = path.stat().st_size
    if first is None or delimiter == ";" or len(set(header)) < len(header) or first.time_unit not in (None, *_EPOCH_US):
        return None
    edges = _line_ends(path, offset, size)
    whole = replace(first, form="csv", delimiter=delimiter)
    width = max(1, len(line))
    return [
        replace(whole, group=number, begin=begin, end=end, rows=max(1, (end - begin) // width))
        for number, (begin, end) in enumerate(pairwise(edges))
    ]


def _header(line: str, delimiter: str) -> tuple[str, ...]:
    """The names of columns; none where the line is no line of a table."""
    try:
        return tuple(name.strip() for name in next(reader([line.strip()], delimiter=delimiter, skipinitialspace=True)))
    except CsvError:
        return ()


def _shown(path: Path, line: str, options: Options) -> object:
    """The format that the first line of a file shows; None where it shows none."""
    try:
        return recognise(path, line, options)
    except LogError:
        return None


def _line_ends(path: Path, offset: int, size: int) -> list[int]:
    edges = [offset]
    with path.open("rb") as file:
        while edges[-1] + BLOCK_BYTES < size:
            file.seek(edges[-1] + BLOCK_BYTES)
            file.readline()
            edges.append(min(file.tell(), size))
    return edges if edges[-1] == size else [*edges, size]


def _csv_batches(piece: Piece) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import csv

    with piece.path.open("rb") as file:
        file.seek(piece.begin)
        length = piece.end - piece.begin
        content = file.read(length if piece.rows > HEAD_ROWS else min(length, HEAD_ROWS * 64))
    if len(content) < length:
        content = content[: content.rfind(b"\n") + 1]
    time: Any = pa.timestamp("us", tz="UTC") if piece.time_unit is None else pa.float64()
    types = {piece.time: time, piece.value: pa.float64()}
    if piece.device:
        types[piece.device] = pa.dictionary(pa.int32(), pa.string())
    table = csv.read_csv(
        pa.py_buffer(content),
        read_options=csv.ReadOptions(column_names=piece.header, use_threads=False, block_size=len(content) + 1),
        parse_options=csv.ParseOptions(delimiter=piece.delimiter),
        convert_options=csv.ConvertOptions(
            include_columns=list(types), column_types=types, null_values=["", "NaN", "nan", "N/A", "[N/A]"],
            strings_can_be_null=True,
        ),
    )  # fmt: skip
    yield from table.combine_chunks().to_batches()


# --- both


def _described(
    path: Path, names: tuple[str, ...], options: Options, known: dict[tuple[str, ...], Piece | None]
) -> Piece | None:
    """Which columns are the time, the device and the value, and in which units; None for another kind of table."""
    if names not in known:
        known[names] = _of_columns(path, names, options)
    found = known[names]
    return None if found is None else replace(found, path=path)


def _of_columns(path: Path, names: tuple[str, ...], options: Options) -> Piece | None:
    columns = generic.columns_of(pd.DataFrame(columns=list(names)), path, options)
    kind = generic.kind_of(columns)
    if kind == "interval":
        return None
    value, unit = columns[kind]
    if unit == "?" or (unit is None and kind == "counter"):
        return None  # the whole-file reader says what is missing
    factor = 1.0 if unit is None else float(units.quantity(f"1 {unit}").to("W" if kind == "power" else "J").magnitude)
    device = columns["device"][0] if "device" in columns else None
    time, time_unit = columns["time"]
    return Piece(
        path=path, form="parquet", kind=kind, time=time, time_unit=time_unit, device=device, value=value,
        factor=factor, name=options.device or "device", rows=0, header=names,
    )  # fmt: skip


def _chunk(batch: pa.RecordBatch, piece: Piece) -> Chunk:
    import pyarrow as pa

    time = batch.column(batch.schema.get_field_index(piece.time))
    value = batch.column(batch.schema.get_field_index(piece.value))
    if pa.types.is_timestamp(time.type):
        micros = time if time.type.unit == "us" else time.cast(pa.timestamp("us", time.type.tz), safe=False)
        stamps = _plain(micros.view(pa.int64()), -1)
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
    codes, names = _devices(batch, piece)
    return Chunk(codes, names, stamps.astype(np.int64, copy=False), power)


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


def _devices(batch: pa.RecordBatch, piece: Piece) -> tuple[np.ndarray[Any, np.dtype[Any]], list[str]]:
    """Codes of the devices, and the names that they are places of; a missing one is -1."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if piece.device is None:
        return np.zeros(batch.num_rows, np.uint8), [piece.name]
    column = batch.column(batch.schema.get_field_index(piece.device))
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    try:
        found = names = [generic.name_of(name) for name in column.dictionary.to_pylist()]
    except UnicodeDecodeError as fault:
        raise LogError("a cell is not text", file=piece.path.name, field=piece.device, value=fault.object) from None
    indices = _plain(column.indices, -1)
    if column.null_count or "" in names or len(set(names)) < len(names):
        names = [*dict.fromkeys(name for name in names if name)]
        place = {name: number for number, name in enumerate(names)}
        return np.array([*(place.get(name, -1) for name in found), -1])[indices], names
    return indices.view(f"u{indices.dtype.itemsize}"), names
