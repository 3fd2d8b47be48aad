"""What every reader returns: plain columns of one of three kinds, and a count of what was set aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.errors import LogError

#: power: ``time``, ``device``, ``power`` [W], linear between samples. counter: ``time``, ``device``, ``counter`` [J],
#: cumulative. interval: ``start``, ``time``, ``device``, ``energy`` [J], spread evenly over the interval.
Kind = Literal["power", "counter", "interval"]

HOUR_US = 3_600_000_000
SECOND_US = 1_000_000


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
    column that :data:`Kind` names, in file order. ``rows`` counts the rows read, ``covers`` what the format measures.
    """

    kind: Kind
    frame: pd.DataFrame
    format: str
    rows: int
    covers: tuple[str, ...] | None = None
    notes: list[Note] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def read_text(path: Path) -> str:
    """The text of a log file: UTF-8 or UTF-16 with a byte order mark, any line ends.

    Raises
    ------
    LogError : where the file is empty or is not text
    """
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise LogError(f"cannot be read: {fault.strerror}", file=path.name) from fault
    if not raw.strip():
        raise LogError("the file is empty", file=path.name)
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
        if sum(byte < 9 for byte in raw[:4096]) or "\x7fELF" in text[:8]:  # noqa: PLR2004 (control characters)
            raise LogError("this is a binary file", file=path.name, accepted="a text log, CSV or Parquet") from None
    if "\x00" in text[:4096]:
        raise LogError("this is a binary file", file=path.name, accepted="a text log, CSV or Parquet")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def to_utc(local: pd.Series, device: pd.Series, zone: str | None, *, file: str) -> NDArray[np.int64]:
    """Time stamps as µs since 1970 UTC.

    Parameters
    ----------
    local : Series of naive or aware time stamps, without NaT
    device : Series of the same length: whose stamp it is (a clock change is resolved per device)
    zone : IANA time zone of naive stamps

    Raises
    ------
    LogError : for naive stamps without a zone, for local times that do not exist, and for ambiguous ones that the
        order of the rows does not resolve
    """
    if local.dt.tz is not None:
        return _micros(local)
    if zone is None:
        raise LogError(
            "the time stamps have no zone",
            file=file,
            value=str(local.iloc[0]),
            accepted="timezone=..., e.g. Europe/Paris or UTC",
        )
    first = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), bool), nonexistent="NaT")
    missing = first.isna()
    if missing.any():
        row = int(np.flatnonzero(missing.to_numpy())[0])
        raise LogError(
            f"this local time does not exist in {zone} (clock change)", file=file, value=str(local.iloc[row])
        )
    second = local.dt.tz_localize(zone, ambiguous=np.zeros(len(local), bool), nonexistent="NaT")
    early, late = _micros(first), _micros(second)
    twice = early != late
    if not twice.any():
        return early
    return np.where(_second_pass(local, device, twice, zone, file), late, early)


def _second_pass(
    local: pd.Series, device: pd.Series, twice: NDArray[np.bool_], zone: str, file: str
) -> NDArray[np.bool_]:
    """For each row, whether its ambiguous local time is the second one (after the clock went back)."""
    naive = _micros(local)
    second = np.zeros(len(local), bool)
    for rows in pd.Series(np.arange(len(local))).groupby(device.to_numpy(), sort=False):
        index = rows[1].to_numpy()
        inside = index[twice[index]]
        if not len(inside):
            continue
        jumps = np.flatnonzero(np.diff(naive[inside]) < 0)
        if len(jumps) == 1:
            second[inside[jumps[0] + 1 :]] = True
        elif len(jumps) > 1 or not _continues(naive, index, inside, second):
            raise LogError(
                f"this local time happens twice in {zone} (clock change) and the rows do not tell which is meant",
                file=file,
                value=str(local.iloc[inside[0]]),
                accepted="time stamps with an offset",
            )
    return second


def _continues(
    naive: NDArray[np.int64], index: NDArray[np.int64], inside: NDArray[np.int64], second: NDArray[np.bool_]
) -> bool:
    """Whether the rows before or after a single pass tell which pass it is; marks it in ``second``."""
    before = index[index < inside[0]]
    after = index[index > inside[-1]]
    joins_before = bool(len(before)) and 0 <= naive[inside[0]] - naive[before[-1]] < HOUR_US
    joins_after = bool(len(after)) and 0 <= naive[after[0]] - naive[inside[-1]] < HOUR_US
    if joins_before == joins_after:
        return False
    second[inside] = joins_after
    return True


def _micros(stamps: pd.Series) -> NDArray[np.int64]:
    utc = stamps.dt.tz_convert("UTC").dt.tz_localize(None) if stamps.dt.tz is not None else stamps
    return utc.astype("datetime64[us]").astype("int64").to_numpy()


def parse_times(texts: pd.Series, formats: tuple[str, ...]) -> pd.Series:
    """Texts as time stamps by the first of ``formats`` that reads most of them; NaT where none does."""
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


def _parse(texts: pd.Series, pattern: str) -> pd.Series:
    if pattern != "ISO8601":
        return pd.to_datetime(texts, format=pattern, errors="coerce")
    aware = texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})\s*$", regex=True, na=False)
    return pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=bool(aware.mean() > 0.5))  # noqa: PLR2004 (most)


def numbers(texts: pd.Series, units: dict[str, float] | None = None) -> pd.Series:
    """Cells as numbers [in the unit whose factor is 1]; a unit in the cell is honoured, anything else gives NaN.

    >>> numbers(pd.Series(["627.40 W", "0.5 kW", "[N/A]"]), {"": 1.0, "W": 1.0, "kW": 1e3}).tolist()
    [627.4, 500.0, nan]
    """
    if pd.api.types.is_numeric_dtype(texts):
        return texts.astype("float64")
    factors = units or {"": 1.0}
    parts = (
        texts.astype("string").str.strip().str.extract(r"^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z%]*)$")
    )
    return pd.to_numeric(parts[0], errors="coerce").astype("float64") * parts[1].map(factors).astype("float64")


@dataclass(frozen=True)
class Options:
    """How the caller wants a file to be read; see :class:`lca_ai.models.power.PowerLog`."""

    timezone: str | None = None
    columns: dict[str, str] | None = None
    device: str | None = None


@dataclass(frozen=True)
class Format:
    """One log format: its name, what it is in words, a test on the head of the text, and its reader."""

    name: str
    title: str
    matches: Callable[[str], bool]
    read: Callable[[Path, str, Options], Records]
