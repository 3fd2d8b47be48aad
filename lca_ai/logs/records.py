"""What every reader returns: plain columns of one of three kinds, and a count of what was set aside."""

from __future__ import annotations

import csv
import io
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from lca_ai.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


#: power: ``time``, ``device``, ``power`` [W], linear between samples. counter: ``time``, ``device``, ``counter`` [J],
#: cumulative. interval: ``start``, ``time``, ``device``, ``energy`` [J], spread evenly over the interval.
Kind = Literal["power", "counter", "interval"]

HOUR_US = 3_600_000_000
SECOND_US = 1_000_000
#: 1990 and 2100: a stamp outside is a fault of the clock or of its unit. [µs]
EARLIEST_US, LATEST_US = 631_152_000 * SECOND_US, 4_102_444_800 * SECOND_US
#: Longest interval that one energy can be of: a leap year. [µs]
LONGEST_INTERVAL_US = 366 * 24 * HOUR_US


@dataclass(frozen=True)
class Note:
    """One thing that was dropped, filled or assumed: a short name, how many times, and how."""

    what: str
    count: int
    detail: str = ""


@dataclass
class Records:
    """A log in plain columns.

    ``frame`` has ``time`` (and ``start`` for intervals) [µs since 1970, UTC, int64], ``device`` [str] and the value
    column that :data:`Kind` names, in file order. ``rows`` counts the rows read, ``covers`` what the format measures,
    ``named`` whether the file or the user names the devices (else all rows bear one made-up name).

    ``parents`` is the tree of measured domains: device -> the device of the same log that it is a part of ("core" of a
    package, a GPU of its node). What lies within another device that was measured is shown and never added to it.
    ``device_covers`` tells what each device covers, where a log has devices that differ; else ``covers`` holds.
    ``window_s`` is the averaging window of the sensor and ``resolution`` the step of its readings [unit of the value],
    where the tool states them.
    """

    kind: Kind
    frame: pd.DataFrame
    format: str
    rows: int
    covers: tuple[str, ...] | None = None
    notes: list[Note] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    named: bool = True
    parents: dict[str, str] = field(default_factory=dict)
    device_covers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    window_s: float | None = None
    resolution: float | None = None
    file: str = ""


def read_text(path: Path) -> str:
    """Return the text of a log file: UTF-8, or UTF-16 with a byte order mark, any line ends.

    Raises
    ------
    LogError : where the file is empty or is not text
    """
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise LogError(f"cannot be read: {fault.strerror}", file=path.name) from fault
    text = _decoded(raw)
    if text.lstrip("\0\n").startswith("<?xml"):  # powermetrics ends each of its property lists with a NUL
        text = text.replace("\0", "\n")
    text = text.rstrip("\0") or text  # a power cut leaves blocks of a file that were never written
    if not text.strip():
        raise LogError("the file is empty", file=path.name)
    head = re.sub(r"(?<=[^\0])\0+(?=\n|\Z)", "", text[:4096])  # nor was the rest of a line
    if any(sign in head for sign in _BINARY):
        raise LogError("this is a binary file", file=path.name, accepted="a text log, CSV or Parquet")
    if "\\ud" in text or "\\uD" in text:
        text = _LONE_SURROGATE.sub(lambda match: match["pair"] or r"\ufffd", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator = _SEPARATOR_LINE.match(text)
    text = text if separator is None else text[separator.end() - 1 :]  # its line stays, empty
    return _NANOSECONDS.sub(r"\1.\2", text) if _NANOSECONDS.search(text, 0, 4096) else text


#: Half a character in JSON, as a string that was cut short holds it: nothing can encode it.
_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE_SURROGATE = re.compile(rf"(?P<pair>{_HIGH}{_LOW})|{_HIGH}|{_LOW}")
#: A stamp of ``date --iso-8601=ns``, whose comma is no sign between cells.
_NANOSECONDS = re.compile(r"^(\"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d),(\d{9}[+-]\d\d:\d\d)", re.MULTILINE)
#: The line before a table that tells Excel what is between its cells.
_SEPARATOR_LINE = re.compile(r"\"?sep=[,;\t]\"?\n", re.IGNORECASE)
#: Control characters that no log has, and the mark of bytes that UTF-16 cannot mean.
_BINARY = (*map(chr, range(9)), "\x0e", "\x0f", "\x7f", "\ufffd")


def _decoded(raw: bytes) -> str:
    if raw[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):  # as PowerShell writes it; half a character at the end is a file cut short
        return raw[: len(raw) // 2 * 2].decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_table(text: str, delimiter: str, *, file: str, header: bool = True) -> tuple[pd.DataFrame, list[Note]]:
    """Read delimited text as columns of text, named by the first row or by their numbers.

    A row of more cells than the first one has is an error: which cell is which is not known then.

    Raises
    ------
    LogError : naming the line
    """
    lines = text.lstrip()
    width = _cells_in(lines.split("\n", 1)[0], delimiter, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a first row of several lines: cells would be lost
            table = pd.read_csv(
                io.StringIO(lines),
                sep=delimiter,
                header=None,
                names=range(width + 1),
                index_col=False,
                dtype="str",
                skipinitialspace=True,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, ValueError) as fault:
        line = re.search(r"line (\d+), saw", str(fault))
        if not line:
            raise LogError("this is not a table of cells", file=file, value=str(fault), accepted=_CELLS) from None
        skipped = text[: len(text) - len(lines)].count("\n")
        raise LogError(_TOO_MANY_CELLS, file=file, line=int(line[1]) + skipped, accepted=_CELLS) from None
    beyond = table[table[width].notna()]
    if len(beyond):
        raise LogError(_TOO_MANY_CELLS, file=file, value=", ".join(beyond.iloc[0].fillna("")), accepted=_CELLS)
    table = table.drop(columns=width)
    notes = _swallowed(text, len(table)) if '"' in text else []
    table.columns = distinct([str(name) for name in (table.iloc[0].fillna("") if header else table.columns)])
    return table.iloc[1 if header else 0 :], notes


_TOO_MANY_CELLS = "a row has more cells than the first one"
_LONGEST_CELL = 131_072  # as in the csv module
_CELLS = "as many cells in each row; decimal points, or decimal commas between semicolons"


#: More columns than any log has: not a table.
_MOST_COLUMNS = 5_000


def rows_of(lines: Iterable[str], file: str) -> list[list[str]]:
    """The rows of a CSV with quotes, blank ones left out; whatever limit of a cell another library has set.

    Raises
    ------
    LogError : for a cell that does not end
    """
    try:
        found = [row for row in csv.reader(lines, skipinitialspace=True) if any(cell.strip() for cell in row)]
    except csv.Error as fault:
        raise LogError(f"this is not a table of cells: {fault}", file=file) from None
    if any(len(cell) > _LONGEST_CELL for row in found for cell in row):
        raise LogError("this is not a table of cells: one of them does not end", file=file)
    return found


def _cells_in(line: str, delimiter: str, file: str) -> int:
    try:
        width = len(next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []))
    except csv.Error as fault:
        raise LogError(f"the first line cannot be read: {fault}", file=file, line=1, accepted=_CELLS) from None
    if width > _MOST_COLUMNS:
        raise LogError("the first line has too many cells", file=file, line=1, value=width, accepted=_CELLS)
    return width


def _swallowed(text: str, rows: int) -> list[Note]:
    """Note the lines that a quotation mark joined to the row before."""
    missing = sum(bool(line.strip()) for line in text.split("\n")) - rows
    return [Note("line within a quoted cell", missing, "read as part of the row before")] if missing > 0 else []


def distinct(names: list[str]) -> list[str]:
    """Return column names without surrounding blanks, a repeated one with its number."""
    seen: dict[str, int] = {}
    distinct = []
    for name in map(str.strip, names):
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return distinct


def numbers(texts: pd.Series, units: dict[str, float] | None = None) -> pd.Series:
    """Read cells as numbers [in the unit whose factor is 1]; a unit in the cell is honoured, anything else gives NaN.

    >>> numbers(pd.Series(["627.40 W", "0.5 kW", "[N/A]"]), {"": 1.0, "W": 1.0, "kW": 1e3}).tolist()
    [627.4, 500.0, nan]
    """
    if pd.api.types.is_numeric_dtype(texts):
        return texts.astype("float64")
    factors = units or {"": 1.0}
    parts = (
        texts.astype("string")
        .str.strip()
        .str.extract(r"^([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z%]*)$")
    )
    return pd.to_numeric(parts[0], errors="coerce").astype("float64") * parts[1].map(factors).astype("float64")


@dataclass(frozen=True)
class Options:
    """How the caller wants a file to be read; see :class:`lca_ai.models.power.PowerLog`."""

    timezone: str | None = None
    columns: dict[str, str] | None = None
    device: str | None = None
    origin_us: int | None = None
    every_us: int | None = None


@dataclass(frozen=True)
class Format:
    """One log format: its name, what it is in words, a test on the head of the text, and its reader.

    A log that holds readings of several kinds (a counter of one device, the power of another) is read as several
    records.

    ``marks`` are words that each of its files has (``a|b``: one of them), ``signs`` others by which its tool is known,
    and ``remedy`` how to record what is missing: they tell what an unknown file nearly is.
    """

    name: str
    title: str
    matches: Callable[[str], bool]
    read: Callable[[Path, str, Options], Records | list[Records]]
    marks: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    remedy: str = ""
