"""What every reader returns: plain columns of one of three kinds, and a count of what was set aside."""

from __future__ import annotations

import csv
import io
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lca_ai.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

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


class AmbiguousTimeError(LogError):
    """A local time that happens twice, where the rows that are there do not tell which is meant."""


def to_utc(local: pd.Series, device: pd.Series, zone: str | None, *, file: str) -> NDArray[np.int64]:
    """Return time stamps as µs since 1970 UTC.

    Parameters
    ----------
    local : Series of naive or aware time stamps, without NaT
    device : Series of the same length: whose stamp it is (a clock change is resolved per device)
    zone : IANA time zone of naive stamps

    Raises
    ------
    LogError : for naive stamps without a zone, for local times that do not exist
    AmbiguousTimeError : for local times that happen twice, and that the order of the rows does not resolve
    """
    if local.dt.tz is not None:
        return _micros(local)
    if local.empty:  # no stamp was readable, and that is said where the rows are counted
        return np.zeros(0, dtype=np.int64)
    if zone is None:
        raise LogError(
            "the time stamps have no zone",
            file=file,
            value=str(local.iloc[0]),
            accepted="timezone=..., e.g. Europe/Paris or UTC",
        )
    early, late = (_localised(local, zone, first=first, file=file) for first in (True, False))
    twice = early != late
    if not twice.any():
        return early
    return np.where(_second_pass(local, device, late - early, zone, file), late, early)


#: Further out, time zones are not defined.
_ZONES_FROM, _ZONES_TO = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")


def _localised(local: pd.Series, zone: str, *, first: bool, file: str) -> NDArray[np.int64]:
    """Return naive stamps of a zone in UTC; an ambiguous one is its ``first`` pass or its second."""
    sane = local.where(local.between(_ZONES_FROM, _ZONES_TO), _ZONES_FROM)  # the cleaning sets those aside
    found = sane.dt.tz_localize(zone, ambiguous=np.full(len(local), first), nonexistent="NaT")
    missing = np.flatnonzero(found.isna().to_numpy())
    if len(missing):
        value = str(local.iloc[int(missing[0])])
        raise LogError(f"this local time does not exist in {zone} (clock change)", file=file, value=value)
    return _micros(found)


def _second_pass(
    local: pd.Series, device: pd.Series, shift: NDArray[np.int64], zone: str, file: str
) -> NDArray[np.bool_]:
    """Return for each row whether its ambiguous local time is the second one (after the clock went back).

    Parameters
    ----------
    shift : by how much the clock goes back where the local time is ambiguous, else 0 [µs]
    """
    naive = _micros(local)
    second = np.zeros(len(local), bool)
    rows = np.arange(len(local))
    nights = pd.DataFrame({"row": rows, "device": device.to_numpy(), "night": naive // _DAY_US})[shift != 0]
    of_device = pd.Series(rows).groupby(device.to_numpy(), sort=False).indices
    for (name, _), night in nights.groupby(["device", "night"], sort=False):
        inside, index = night["row"].to_numpy(), np.asarray(of_device[name])
        passes = _passes(naive[inside], int(shift[inside[0]]))
        if passes is None:
            passes = _single_pass(naive, index, inside, int(shift[inside[0]]))
        if passes is None:
            raise AmbiguousTimeError(
                f"this local time happens twice in {zone} (clock change) and the rows do not tell which is meant",
                file=file,
                value=str(local.iloc[int(inside[0])]),
                accepted="time stamps with an offset",
            )
        second[inside] = passes
    return second


_DAY_US = 24 * HOUR_US


def _passes(naive: NDArray[np.int64], shift: int) -> NDArray[np.bool_] | None:
    """Return which rows of an ambiguous hour come after its one jump back, if it has one that is the clock's."""
    steps = np.diff(naive)
    jumps = np.flatnonzero(steps < 0)
    if len(jumps) != 1:
        return None
    back = int(-steps[jumps[0]])
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    if shift - back > max(shift / 2, 2 * usual):  # a row out of order, not the clock
        return None
    return np.asarray(np.arange(len(naive)) > jumps[0])


def _single_pass(
    naive: NDArray[np.int64], index: NDArray[np.intp], inside: NDArray[np.int64], shift: int
) -> NDArray[np.bool_] | None:
    """Return the pass that the rows before or after tell, where the rows run through the hour once."""
    if (np.diff(naive[inside]) < 0).any():
        return None
    before, after = index[index < inside[0]], index[index > inside[-1]]
    joins_before = bool(len(before)) and 0 <= naive[inside[0]] - naive[before[-1]] < shift
    joins_after = bool(len(after)) and 0 <= naive[after[0]] - naive[inside[-1]] < shift
    return None if joins_before == joins_after else np.full(len(inside), joins_after)


def _micros(stamps: pd.Series) -> NDArray[np.int64]:
    utc = stamps.dt.tz_convert("UTC").dt.tz_localize(None) if stamps.dt.tz is not None else stamps
    return np.asarray(utc.astype("datetime64[us]").astype("int64"), dtype=np.int64)


def parse_times(texts: pd.Series, formats: tuple[str, ...]) -> pd.Series:
    """Read texts as time stamps by the first of ``formats`` that reads most of them; NaT where none does."""
    best: pd.Series | None = None
    for pattern in formats:
        found = _parse(texts, pattern)
        if best is None or found.notna().sum() > best.notna().sum():
            best = found
        if best.notna().all():
            break
    if best is None:
        raise AssertionError("no format given")
    return best


#: A time that ends in Z or in an offset of hours, and perhaps minutes.
_OFFSET = r"(?:Z|\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*[+-]\d{2}(?::?\d{2})?)\s*$"

_NAIVE = r"\s*[\d-]+(?:[T ][\d:.,]+)?\s*"


def _parse(texts: pd.Series, pattern: str) -> pd.Series:
    if pattern != "ISO8601":
        return pd.to_datetime(texts, format=pattern, errors="coerce", utc="%z" in pattern)  # offsets change in summer
    aware = texts.str.contains(_OFFSET, regex=True, na=False)
    most = bool(aware.mean() > 0.5)  # noqa: PLR2004 (most)
    dated = texts.str.contains(r"^\s*\d{4}(?:-\d|\d{4}T)", regex=True, na=False)  # 20241027 and 2024 are rather numbers
    chosen = texts.where(dated & (aware == most))
    try:
        return pd.to_datetime(chosen, format="ISO8601", errors="coerce", utc=most)
    except ValueError:  # offsets of another shape, such as +0:00, among naive times
        return pd.to_datetime(chosen.where(chosen.str.fullmatch(_NAIVE)), format="ISO8601", errors="coerce")


def unreadable_times(cells: pd.Series, stamps: pd.Series) -> Note:
    """Note the cells that gave no time stamp, and where they mix times with an offset and times without one.

    Parameters
    ----------
    cells : the cells without a time stamp
    stamps : the time stamps of the other cells
    """
    texts = cells.astype("str").str.strip()
    dated = texts[texts.str.contains(r"^\d{4}-\d", regex=True, na=False)]
    mixed = int(pd.to_datetime(dated, format="ISO8601", errors="coerce", utc=True).notna().sum())
    if not mixed or not pd.api.types.is_datetime64_any_dtype(stamps):
        return Note("unreadable time", len(cells), "the cell is not a time stamp")
    kinds = ("without", "with") if stamps.dt.tz is not None else ("with", "without")
    detail = f"{mixed} {kinds[0]} an offset among times {kinds[1]} one: set aside, as nothing tells their zone together"
    return Note("unreadable time", len(cells), detail)


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
