"""Long delimited text, fast: only the needed columns as cells, and time stamps of fixed width as digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import Note
from lca_ai.logs.times import parse_times

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Micros = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_BLOCK_BYTES = 1 << 23
#: More columns than any log has: not a table.
_MOST_COLUMNS = 5_000


@dataclass(frozen=True)
class Column:
    """The cells of one column: the distinct texts, and for each row the place of its text among them."""

    texts: pd.Series
    places: NDArray[np.int64]

    def mapped(self, value_of: Callable[[pd.Series], pd.Series]) -> NDArray[np.float64]:
        """Return the value of each row, each distinct text read once."""
        return np.asarray(value_of(self.texts), dtype=np.float64)[self.places]

    def rows(self) -> pd.Series:
        """Return the text of each row."""
        return self.texts.take(self.places).reset_index(drop=True)


@dataclass(frozen=True)
class Cells:
    """The needed columns of a delimited text, and the rows that had another number of cells."""

    columns: dict[int, Column]
    stamps: list[Any]
    rows: int
    short: int
    long: int

    def notes(self) -> list[Note]:
        """Return what was set aside for its number of cells."""
        return [
            Note("row cut short", self.short, "fewer cells than the first row"),
            Note("row with cells too many", self.long, "which cell is the power is not known"),
        ]


def read_cells(text: str, width: int, *, time: int, others: Sequence[int], file: str) -> Cells:
    """Read the needed columns of rows of ``width`` cells between commas; no cell is quoted.

    Parameters
    ----------
    time, others : places of the column of time stamps and of the other needed columns, from 0

    Raises
    ------
    LogError : where a row is no row of cells at all
    """
    import pyarrow as pa

    if width > _MOST_COLUMNS:
        raise LogError("the first line has too many cells", file=file, line=1, value=width)
    counts = {"short": 0, "long": 0, "padded": 0}
    try:
        table = _table(text, width, time, others, counts)
    except pa.ArrowInvalid as fault:
        raise LogError("this is not a table of cells", file=file, value=str(fault)) from None
    if counts["padded"]:  # a spreadsheet ends each row with commas
        lines = (line.split(",") for line in text.split("\n"))
        trimmed = "\n".join(",".join(cells[:width] if not "".join(cells[width:]).strip() else cells) for cells in lines)
        return read_cells(trimmed, width, time=time, others=others, file=file)
    columns = {place: _column(table[str(place)]) for place in others}
    return Cells(columns, table[str(time)].chunks, table.num_rows, counts["short"], counts["long"])


def _table(text: str, width: int, time: int, others: Sequence[int], counts: dict[str, int]) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    def odd(row: Any) -> str:
        cells = row.text.split(",")
        if "".join(cells).strip():
            kind = "short" if len(cells) < width else "long" if "".join(cells[width:]).strip() else "padded"
            counts[kind] += 1
        return "skip"

    raw = text.encode("utf-8", errors="replace")
    types = {str(place): pa.dictionary(pa.int32(), pa.string()) for place in others} | {str(time): pa.string()}
    if not re.search(rb"[^ \t,\n]", raw):
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    return csv.read_csv(
        pa.py_buffer(raw),
        read_options=csv.ReadOptions(
            column_names=[str(place) for place in range(width)],
            block_size=max(_BLOCK_BYTES, min(len(raw) + 1, 2**31 - 1) if _has_long_line(raw) else 0),
        ),
        parse_options=csv.ParseOptions(quote_char=False, invalid_row_handler=odd),
        convert_options=csv.ConvertOptions(
            column_types=types, include_columns=list(types), strings_can_be_null=False, check_utf8=False
        ),
    )


def _has_long_line(raw: bytes) -> bool:
    """Tell whether a line may span a whole block, which the reader refuses."""
    half = _BLOCK_BYTES // 2
    return any(raw.find(b"\n", start, start + half) < 0 for start in range(0, len(raw) - half, half))


def _column(chunks: Any) -> Column:
    joined = chunks.unify_dictionaries().combine_chunks()
    if not len(joined):
        return Column(pd.Series([], dtype="str"), np.zeros(0, np.int64))
    parts = joined.chunks if hasattr(joined, "chunks") else [joined]
    texts = pd.Series(parts[0].dictionary.to_pandas(), dtype="str")
    return Column(texts, np.concatenate([part.indices.to_numpy() for part in parts]).astype(np.int64))


def read_stamps(chunks: Sequence[Any], formats: tuple[str, ...]) -> pd.Series:
    """Return the time stamps of a column, naive or aware; NaT where a cell is none.

    Cells of the usual layout are read as digits. Only the others are parsed by ``formats``; among naive stamps, one
    with an offset is none.
    """
    read = [_digits(chunk) for chunk in chunks]
    micros = np.concatenate([np.zeros(0, np.int64), *(part for part, _ in read)])
    known = np.concatenate([np.zeros(0, bool), *(part for _, part in read)])
    stamps = pd.Series(micros.astype("datetime64[us]"))
    if known.all():
        return stamps
    rest = np.flatnonzero(~known)
    texts = _texts(chunks).take(rest).str.strip()
    parsed = parse_times(texts, formats)
    if not known.any():
        return parsed.reset_index(drop=True)
    stamps[~known] = pd.NaT if parsed.dt.tz is not None else parsed.to_numpy("datetime64[us]")
    return stamps


def texts_of(chunks: Sequence[Any], rows: Flags) -> pd.Series:
    """Return the cells of the time column in some of the rows."""
    return _texts(chunks).take(np.flatnonzero(rows)) if rows.any() else pd.Series([], dtype="str")


def _texts(chunks: Sequence[Any]) -> pd.Series:
    import pyarrow as pa

    return pd.Series(pa.chunked_array(chunks, pa.string()).to_pandas(), dtype="str")


#: Places of the digits and of the signs between them in ``YYYY/MM/DD HH:MM:SS``; a fraction may follow.
_LENGTH = 19
_SIGNS = {4: b"/-", 7: b"/-", 10: b" T", 13: b":", 16: b":"}
_FRACTION_MOST = 6


def _digits(chunk: Any) -> tuple[Micros, Flags]:
    """Return stamps laid out as the first one is [µs since 1970, in the log's own zone], and which rows are such.

    >>> import pyarrow as pa
    >>> micros, known = _digits(pa.array(["2024/05/31 10:39:13.123", "2024/02/30 10:39:13.123", "no"]))
    >>> int(micros[0]), known.tolist()
    (1717151953123000, [True, False, False])
    """
    count = len(chunk)
    ends = np.frombuffer(chunk.buffers()[1], np.int32, count=count + 1, offset=4 * chunk.offset) if count else None
    if ends is None or chunk.null_count or ends[-1] == ends[0]:
        return np.zeros(count, np.int64), np.zeros(count, bool)
    data = np.frombuffer(chunk.buffers()[2], np.uint8)
    first = bytes(data[ends[0] : ends[1]])
    lead = len(first) - len(first.lstrip(b" "))
    size = len(first)
    same = np.diff(ends) == size
    if not _LENGTH <= size - lead <= _LENGTH + 1 + _FRACTION_MOST:
        return np.zeros(count, np.int64), np.zeros(count, bool)
    if same.all():
        rows = data[ends[0] : ends[-1]].reshape(count, size)
    else:
        rows = data[ends[:-1][same][:, None] + np.arange(size)]
    found, valid = _clock(np.ascontiguousarray(rows[:, lead:].T))
    micros, known = np.zeros(count, np.int64), np.zeros(count, bool)
    micros[same], known[same] = found, valid
    known &= _blank(data, ends, lead, same, count)
    return micros, known


def _blank(data: NDArray[np.uint8], ends: NDArray[np.int32], lead: int, same: Flags, count: int) -> Flags:
    """Tell which rows begin with ``lead`` blanks."""
    blank = np.ones(count, bool)
    starts = ends[:-1][same]
    for place in range(lead):
        blank[same] &= data[starts + place] == ord(" ")
    return blank


def _clock(signs: NDArray[np.uint8]) -> tuple[Micros, Flags]:
    """Return the stamps of signs laid out by place and row, and which are stamps."""
    digits = signs - np.uint8(ord("0"))
    valid = np.ones(signs.shape[1], bool)
    for place in range(len(signs)):
        if place in _SIGNS:
            valid &= (signs[place] == _SIGNS[place][0]) | (signs[place] == _SIGNS[place][-1])
        elif place == _LENGTH:
            valid &= signs[place] == ord(".")
        else:
            valid &= digits[place] <= 9  # noqa: PLR2004 (a digit)
    if len(signs) == _LENGTH + 1:  # a point and no fraction
        valid[:] = False

    def number(*places: int) -> Micros:
        value = np.zeros(signs.shape[1], np.int64)
        for place in places:
            value = value * 10 + digits[place]
        return value

    hour, minute, second = number(11, 12), number(14, 15), number(17, 18)
    valid &= (hour < 24) & (minute < 60) & (second < 60)  # noqa: PLR2004 (a clock)
    decimals = len(signs) - _LENGTH - 1
    part = number(*range(_LENGTH + 1, len(signs))) * 10 ** (_FRACTION_MOST - decimals) if decimals > 0 else 0
    day, exists = _days(number(0, 1, 2, 3), number(5, 6), number(8, 9))
    seconds = ((day * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1_000_000 + part, valid & exists


def _days(year: Micros, month: Micros, day: Micros) -> tuple[Micros, Flags]:
    """Return days since 1970 and which are days of the calendar; a run of rows of one day is looked up once."""
    key = (year * 100 + month) * 100 + day
    starts = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1])
    lengths = np.diff(np.concatenate([starts, [len(key)]]))
    months = (year[starts] - 1970) * 12 + month[starts] - 1
    found = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day[starts] - 1
    back = found.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    exists = (back == months) & (month[starts] >= 1) & (month[starts] <= 12) & (day[starts] >= 1)  # noqa: PLR2004
    return np.repeat(found, lengths), np.repeat(exists, lengths)
