"""Any CSV or Parquet with named columns: a time, a device, and a power, a cumulative counter or an energy.

Columns are found by name (``time``, ``device``, ``power``, ``counter``, ``energy`` and common variants with their unit)
or given: ``{"time": "ts:s", "power": "6:mW"}`` means the column ``ts`` in seconds since 1970 and the seventh in mW.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd

from lca_ai import units
from lca_ai.errors import InputError, LogError
from lca_ai.logs.records import SECOND_US, Format, Kind, Note, Options, Records, numbers, parse_times, to_utc

_EPOCH = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}
_ROLES = ("time", "device", "power", "counter", "energy", "duration")
_CANONICAL = {"power": "W", "counter": "J", "energy": "J", "duration": "s"}
_NAMES = {
    "time": r"time|timestamp|time_?stamp|datetime|date|ts",
    "device": r"device|device_id|gpu|gpu_uuid|uuid|host|node|name",
    "power": r"power|power_draw|watts?|power_usage",
    "counter": r"energy_counter|counter|cumulative_energy|total_energy",
    "energy": r"energy|energy_consumed",
    "duration": r"duration|interval",
}
_UNIT_SUFFIX = (
    r"(?:\s*[\[(](?P<unit>[^\])]+)[\])]|_(?P<suffix>w|kw|watts?|j|kj|mj|wh|kwh|joules?|s|seconds?|ms|us|ns))?"
)
_SUFFIXES = {
    "w": "W",
    "kw": "kW",
    "watt": "W",
    "watts": "W",
    "j": "J",
    "kj": "kJ",
    "wh": "Wh",
    "kwh": "kWh",
    "joule": "J",
    "joules": "J",
    "s": "s",
    "second": "s",
    "seconds": "s",
    "ms": "ms",
    "us": "us",
    "ns": "ns",
}
_TIMES = ("ISO8601", "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S.%f")


def _matches(head: str) -> bool:
    names = _header(head)
    found = {role for name in names for role in [_role(name)[0]] if role}
    return "time" in found and bool(found & {"power", "counter", "energy"})


def _header(head: str) -> list[str]:
    line = head.lstrip().split("\n", 1)[0]
    return next(csv.reader([line], delimiter=_delimiter(head), skipinitialspace=True), [])


def _delimiter(head: str) -> str:
    line = head.lstrip().split("\n", 1)[0]
    return max((";", "\t", ","), key=line.count)


def _role(name: str) -> tuple[str | None, str | None]:
    """The role and the unit of a column, by its name."""
    for role, pattern in _NAMES.items():
        match = re.fullmatch(rf"(?:{pattern}){_UNIT_SUFFIX}", name.strip(), re.IGNORECASE)
        if match:
            suffix = (match["suffix"] or "").lower()
            if suffix == "mj":  # millijoule or megajoule: never a guess
                return None, None
            return role, match["unit"] or _SUFFIXES.get(suffix)
    return None, None


def _read_csv(path: Path, text: str, options: Options) -> Records:
    delimiter = _delimiter(text[:20_000])
    by_index = bool(options.columns) and all(
        value.split(":")[0].isdigit() for value in (options.columns or {}).values()
    )
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            dtype="str",
            skipinitialspace=True,
            header=None if by_index else 0,
            on_bad_lines="error",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as fault:
        line = re.search(r"line (\d+)", str(fault))
        raise LogError(
            "a row has more cells than the first one", file=path.name, line=int(line[1]) if line else None
        ) from fault
    if delimiter == ";":
        table = table.apply(lambda column: column.str.replace(r"^(-?\d+),(\d+)(.*)$", r"\1.\2\3", regex=True))
    table.columns = [str(name) for name in table.columns]
    return _records(table, path, options, CSV.name)


def _read_parquet(path: Path, text: str, options: Options) -> Records:  # noqa: ARG001 (one signature for all readers)
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path).to_pandas()
    except (pyarrow.ArrowException, OSError) as fault:
        raise LogError(f"this Parquet file cannot be read: {fault}", file=path.name) from fault
    if table.index.name:
        table = table.reset_index()
    return _records(table, path, options, PARQUET.name)


def _records(table: pd.DataFrame, path: Path, options: Options, format_name: str) -> Records:
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=2)
    columns = _given(table, options.columns, path) if options.columns else _found(table, path)
    kind = _kind(columns)
    stamps, bad = _times(table[columns["time"][0]], columns["time"][1], path)
    kept = table[~bad]
    device = (
        kept[columns["device"][0]].astype("str").str.strip()
        if "device" in columns
        else pd.Series(options.device or "device", index=kept.index)
    )
    frame = pd.DataFrame({"device": device})
    frame.insert(
        0, "time", stamps if stamps.dtype == np.int64 else to_utc(stamps, device, options.timezone, file=path.name)
    )
    frame[_value_column(kind)] = _values(kept, *columns[_value_role(kind)], role=_value_role(kind), path=path)
    notes = [Note("unreadable time", int(bad.sum()), "the cell is not a time stamp")] if bad.any() else []
    if kind == "interval" and "duration" in columns:
        length = _values(kept, *columns["duration"], role="duration", path=path)
        frame["start"] = frame["time"] - (length * SECOND_US).round().fillna(0).astype("int64")
    elif kind == "interval":
        frame, note = _since_previous(frame, path)
        notes.append(note)
    return Records(kind, frame.reset_index(drop=True), format_name, len(table), None, notes)


def _since_previous(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, Note]:
    """Intervals that each start at the stamp before; the first of a device gets the device's median length."""
    frame = frame.sort_values(["device", "time"], kind="stable")
    length = frame.groupby("device", sort=False)["time"].diff()
    median = length.groupby(frame["device"]).transform("median")
    if median.isna().any():
        device = str(frame["device"][median.isna()].iloc[0])
        raise LogError(
            "a single energy of a device without the length of its interval",
            file=path.name,
            value=device,
            accepted="a column duration [s]",
        )
    firsts = int(length.isna().sum())
    frame = frame.assign(start=frame["time"] - length.fillna(median).round().astype("int64"))
    return frame, Note("interval length assumed", firsts, "first interval of a device: its median length")


def _kind(columns: dict[str, tuple[str, str | None]]) -> Kind:
    if "counter" in columns:
        return "counter"
    if "power" in columns:
        return "power"
    return "interval"


def _value_role(kind: Kind) -> str:
    return "energy" if kind == "interval" else kind


_value_column = _value_role


def _found(table: pd.DataFrame, path: Path) -> dict[str, tuple[str, str | None]]:
    columns: dict[str, tuple[str, str | None]] = {}
    for name in table.columns:
        role, spelled = _role(str(name))
        if role and role not in columns:
            columns[role] = (name, spelled)
    if "time" not in columns or not set(columns) & {"power", "counter", "energy"}:
        raise LogError(
            "no column of a time and of a power or an energy",
            file=path.name,
            line=1,
            value=", ".join(map(str, table.columns)),
            accepted="columns named time, device and power, or columns=...",
        )
    return columns


def _given(table: pd.DataFrame, mapping: dict[str, str], path: Path) -> dict[str, tuple[str, str | None]]:
    columns: dict[str, tuple[str, str | None]] = {}
    for role, spelled in mapping.items():
        name, _, unit = str(spelled).partition(":")
        if role not in _ROLES:
            raise LogError("unknown role of a column", field="columns", value=role, accepted=", ".join(_ROLES))
        if name not in table.columns and name.isdigit() and int(name) < table.shape[1]:
            name = table.columns[int(name)]
        if name not in table.columns:
            raise LogError(
                "no such column",
                file=path.name,
                field="columns",
                value=name,
                accepted=", ".join(map(str, table.columns[:12])),
            )
        columns[role] = (name, unit or None)
    if "time" not in columns:
        raise LogError("the time column is not named", field="columns", accepted="e.g. time=0,power=6")
    return columns


def _times(column: pd.Series, unit: str | None, path: Path) -> tuple[pd.Series, pd.Series]:
    """Readable stamps (naive or aware, or int64 µs for numbers since 1970) and the mask of unreadable ones."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column[column.notna()], column.isna()
    if pd.api.types.is_numeric_dtype(column) or unit in _EPOCH:
        if unit not in _EPOCH:
            raise LogError(
                "a time that is a number needs its unit",
                file=path.name,
                value=column.iloc[0],
                accepted="e.g. columns={'time': 'ts:s'} (s, ms, us or ns since 1970, UTC)",
            )
        values = pd.to_numeric(column, errors="coerce")
        return (values[values.notna()] * _EPOCH[unit]).round().astype("int64"), values.isna()
    stamps = parse_times(column.astype("str").str.strip(), _TIMES)
    if stamps.isna().all():
        raise LogError(
            "no cell of the time column is a time stamp",
            file=path.name,
            line=2,
            value=column.iloc[0],
            accepted="ISO 8601, e.g. 2024-05-31T10:39:13",
        )
    return stamps[stamps.notna()], stamps.isna()


def _values(table: pd.DataFrame, name: str, unit: str | None, *, role: str, path: Path) -> pd.Series:
    canonical = _CANONICAL[role]
    if unit is None and role in {"counter", "energy"}:
        raise LogError(
            f"the unit of the column {name} is not known",
            file=path.name,
            field=name,
            accepted=f"a name such as '{role} [J]', or columns={{'{role}': '{name}:kWh'}}",
        )
    try:
        factor = units.registry().Quantity(1.0, units.unit(unit or canonical)).to(canonical).magnitude
        cells = {
            spelled: units.registry().Quantity(1.0, units.unit(spelled)).to(canonical).magnitude
            for spelled in ("W", "mW", "kW")
            if role == "power"
        }
    except InputError as fault:
        raise fault.at(file=path.name, field=name) from None
    except Exception as fault:
        if type(fault).__module__.startswith("pint"):
            raise LogError(
                f"the unit is not one of {role}", file=path.name, field=name, value=unit, accepted=canonical
            ) from fault
        raise
    column = table[name]
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64") * factor
    return numbers(column, {"": factor, **cells})


CSV = Format(
    "csv", "a CSV with columns time, device and power (or counter, or energy and duration)", _matches, _read_csv
)
PARQUET = Format("parquet", "a Parquet file with such columns", lambda head: head.startswith("PAR1"), _read_parquet)
