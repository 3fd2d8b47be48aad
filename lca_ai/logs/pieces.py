"""Large files in pieces: row groups of Parquet and blocks of CSV, each of which can be read and integrated by itself.

A table is read in pieces where its columns are those of a log: a time, and a power or a counter in a known unit. Any
other file is read whole by its format.
"""

from __future__ import annotations

import re
from csv import Error as CsvError
from csv import reader
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from lca_ai import units
from lca_ai.errors import LogError
from lca_ai.logs.formats import generic, recognise, wide
from lca_ai.logs.records import Options
from lca_ai.logs.times import to_utc

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

#: Bytes of a CSV that are parsed at a time.
BLOCK_BYTES = 1 << 25
_HEAD_CHARACTERS = 20_000
#: More columns than any log has: the whole-file reader says so.
_MOST_COLUMNS = 5_000
_NAMING = ("device", "host", "job", "rank")
_EPOCHS = ("s", "ms", "us", "ns")
#: A time as Arrow reads it, without a look at its cells by our own means.
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.(?P<fraction>\d{1,9}))?)?(?P<offset>Z|[+-]\d{2}(?::?\d{2})?)?"
)
_MICROS = 6


@dataclass(frozen=True)
class Piece:
    """A piece of a file that can be read and integrated by itself, anywhere: plain data.

    ``group`` is the row group of a Parquet file; ``begin`` and ``end`` are the bytes of a CSV. ``header`` are the names
    of all columns of the file; ``host`` and ``job`` are those that name the computer and the job of a row, if there are
    such; ``ranked`` is a log whose devices are named by the ranks that read them. ``stamp`` tells how times are
    written: with an offset ("aware"), without one ("naive", in ``zone``), as numbers since 1970 (in ``time_unit``), or
    in a way ("cells") that the reader of whole files understands, for which the roles that a user gave to columns are
    ``given``. ``names`` are the first and the last of the names of its devices, where the file tells them. Of a piece
    with a ``head`` so many rows are read. Where parts are kept, ``key`` tells its file, in this version, from any
    other; a piece whose file is compressed, and was not unpacked because its part is kept, is not ``here``.
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
    host: str | None = None
    job: str | None = None
    ranked: bool = False
    stamp: Literal["aware", "naive", "number", "cells"] = "aware"
    nanos: bool = False
    zone: str | None = None
    given: tuple[tuple[str, str], ...] = ()
    names: tuple[str, str] | None = None
    head: int = 0
    key: str = ""
    here: bool = True


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
    if first is None:
        return None
    first = replace(first, stamp=_stamp(schema, first))
    if first.stamp == "naive" and first.zone is None:
        _refuse_naive(path, file, first)
    footer = file.metadata
    flat = footer.num_columns == len(schema.names)  # else the places of columns are not those of their parts
    alone = flat and first.device is not None and first.host is None
    place = schema.names.index(first.device) if alone else None
    found = []
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        told = None if place is None else _names_in(group.column(place))
        one = told is not None and told[0] == told[1]
        own = replace(first, device=None, name=told[0]) if told and one else replace(first, names=told)
        found.append(replace(own, group=number, rows=group.num_rows))
    return found


def _names_in(column: parquet.ColumnChunkMetaData) -> tuple[str, str] | None:
    """The first and the last name of a device in a row group, where its statistics tell.

    Where they are one, its column need not be read.
    """
    told = column.statistics
    if told is None or not (told.has_min_max and told.has_null_count) or told.null_count:
        return None
    if not {type(told.min), type(told.max)} <= {str, int}:
        return None
    names = str(told.min).strip(), str(told.max).strip()
    return names if all(names) else None


def _stamp(schema: pa.Schema, piece: Piece) -> Literal["aware", "naive", "number", "cells"]:
    """How the times of a file are written; "cells" where any column is of a type that needs interpretation."""
    import pyarrow as pa

    time, value = schema.field(piece.time).type, schema.field(piece.value).type
    if not (pa.types.is_floating(value) or pa.types.is_integer(value)):
        return "cells"
    if pa.types.is_timestamp(time):
        return "aware" if time.tz is not None else "naive"
    return "number" if pa.types.is_integer(time) and piece.time_unit in _EPOCHS else "cells"


def _refuse_naive(path: Path, file: parquet.ParquetFile, piece: Piece) -> None:
    """Refuse times without a zone where none is given, as the reader of whole files does."""
    for batch in file.iter_batches(batch_size=1, columns=[piece.time]):
        _without_zone(batch.column(0).to_pandas().dropna(), path)


def _without_zone(stamps: pd.Series, path: Path) -> None:
    if len(stamps):
        to_utc(stamps, pd.Series("", index=stamps.index), None, file=path.name)


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
    headless = all(name.split(":")[0].replace("+", "").isdecimal() for name in (options.columns or {"": ""}).values())
    other_ends = "\r" in text.rstrip("\r\n")
    if headless or other_ends or _shown(path, text[:_HEAD_CHARACTERS], options) is not generic.CSV:
        return None
    delimiter = generic.delimiter_of(text)
    header = _header(text, delimiter)
    if not 0 < len(header) <= _MOST_COLUMNS:
        return None
    first = _described(path, header, options, known)
    size = path.stat().st_size
    if first is None or delimiter == ";" or len(set(header)) < len(header):
        return None
    edges = _line_ends(path, offset, size)
    whole = _with_stamp(replace(first, form="csv", delimiter=delimiter), offset)
    if whole is None:
        return None
    width = max(1, len(line))
    return [
        replace(whole, group=number, begin=begin, end=end, rows=max(1, (end - begin) // width))
        for number, (begin, end) in enumerate(pairwise(edges))
    ]


def _with_stamp(piece: Piece, offset: int) -> Piece | None:
    """A piece of a CSV, with how its times are written, as its first row shows; none where it has too many cells.

    Raises
    ------
    LogError : for times without a zone where none is given
    """
    with piece.path.open("rb") as file:
        file.seek(offset)
        row = _header(file.readline(1 << 20).decode("utf-8", errors="replace"), piece.delimiter)
    if len(row) > len(piece.header):
        return None  # a comma within its stamp, or a row that the whole-file reader refuses
    cell = row[piece.header.index(piece.time)] if len(row) == len(piece.header) else ""
    if piece.time_unit is not None:
        dated = bool(re.match(r"\d{4}[-/]", cell))  # "time (s)" may head dates too
        return replace(piece, stamp="number" if piece.time_unit in _EPOCHS and not dated else "cells")
    found = _ISO.fullmatch(cell)
    if found is None:
        return replace(piece, stamp="cells")
    nanos = len(found["fraction"] or "") > _MICROS
    if found["offset"] is None and piece.zone is None:
        _without_zone(pd.to_datetime(pd.Series([cell]), format="ISO8601", errors="coerce").dropna(), piece.path)
    return replace(piece, stamp="aware" if found["offset"] else "naive", nanos=nanos)


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
    if wide.role_of(names, options) is not None:
        return None  # a row of it is one of each device
    columns = generic.columns_of(pd.DataFrame(columns=list(names)), path, options)
    kind = generic.kind_of(columns)
    if kind == "interval":
        return None
    value, unit = columns[kind]
    if unit == "?" or (unit is None and kind == "counter"):
        return None  # the whole-file reader says what is missing
    factor = 1.0 if unit is None else float(units.quantity(f"1 {unit}").to("W" if kind == "power" else "J").magnitude)
    device, host, job, rank = (columns[role][0] if role in columns else None for role in _NAMING)
    time, time_unit = columns["time"]
    return Piece(
        path=path, form="parquet", kind=kind, time=time, time_unit=time_unit, device=device, value=value,
        factor=factor, name=options.device or "device", rows=0, header=names, host=host if device else None, job=job,
        ranked=device is not None and device == rank, zone=options.timezone,
        given=tuple(sorted((options.columns or {}).items())),
    )  # fmt: skip
