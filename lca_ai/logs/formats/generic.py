"""Any CSV or Parquet with named columns: a time, a device, and a power, a cumulative counter or an energy.

Which column is what: see :mod:`lca_ai.logs.formats.roles`. A column of jobs goes with the readings as ``job``.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai import units
from lca_ai.errors import InputError, LogError
from lca_ai.logs import origin
from lca_ai.logs.formats import wide
from lca_ai.logs.formats.roles import CANONICAL, Columns, columns_of, kind_of, roles_of
from lca_ai.logs.records import (
    EARLIEST_US,
    LATEST_US,
    LONGEST_INTERVAL_US,
    SECOND_US,
    Format,
    Kind,
    Note,
    Options,
    Records,
    numbers,
    read_table,
)
from lca_ai.logs.times import parse_times, to_utc, unreadable_times

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CSV", "PARQUET", "columns_of", "delimiter_of", "header_of", "kind_of", "name_of", "records_of", "roles_of"]

_EPOCH = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}
_LEAST_STEPS = 10
_TIMES = (
    "ISO8601",
    "%Y/%m/%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S.%f",
    "%Y-%m-%d_%H:%M:%S",
)
_HEAD = 20_000
_MOST_SHARED_STAMPS = 0.2
RANKS = "each rank reads a device of its own; else give columns={'device': ...}"
#: A cell that names no job.
NO_JOB = r"(?i:|none|null|nan|n/a|\[.*\]|-|idle|<na>)"


def _matches(head: str) -> bool:
    found = roles_of(header_of(head))
    return "time" in found and bool({"power", "counter", "energy"} & set(found))


def header_of(head: str) -> list[str]:
    """Return the cells of the first line."""
    line = head.lstrip().split("\n", 1)[0]
    return next(csv.reader([line], delimiter=delimiter_of(head), skipinitialspace=True), [])


def delimiter_of(head: str) -> str:
    """Return the sign between the cells of the first line."""
    line = head.lstrip().split("\n", 1)[0]
    return max((";", "\t", ","), key=line.count)


def _read_csv(path: Path, text: str, options: Options) -> Records:
    delimiter = delimiter_of(text[:_HEAD])
    given = [value.split(":")[0] for value in (options.columns or {}).values()]
    headless = bool(given) and all(name.replace("+", "").isdigit() for name in given)
    table, notes = read_table(text, delimiter, file=path.name, header=not headless)
    if delimiter == ";":
        table = table.apply(lambda column: column.str.replace(r"^(-?\d+),(\d+)(.*)$", r"\1.\2\3", regex=True))
    records = records_of(table, path, options, CSV.name)
    records.notes = notes + records.notes
    return records


def _read_parquet(path: Path, text: str, options: Options) -> Records:  # noqa: ARG001 (one signature for all readers)
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path).read().to_pandas()
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as fault:
        problem = f"this Parquet file cannot be read: {' '.join(str(fault).split())}"
        raise LogError(problem, file=path.name) from fault
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table.columns = [str(name) for name in table.columns]
    return records_of(table, path, options, PARQUET.name)


def records_of(table: pd.DataFrame, path: Path, options: Options, format_name: str) -> Records:
    """Return the readings of a table with named columns.

    Raises
    ------
    LogError : where a column is missing, or its cells are not what its name says
    """
    table, options = wide.unfolded(table, path, options)
    columns = columns_of(table, path, options)
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=2)
    table = _as_texts(table, columns, path)
    kind = kind_of(columns)
    role = _value_role(kind)
    stamps, bad, assumed = _times(table[columns["time"][0]], columns["time"][1], path, options)
    kept = table[~bad]
    device = _devices(kept, columns, options)
    time = stamps.to_numpy() if stamps.dtype == np.int64 else to_utc(stamps, device, options.timezone, file=path.name)
    frame = pd.DataFrame({"time": time, "device": device, role: _values(kept, *columns[role], role=role, path=path)})
    if "job" in columns:
        frame["job"] = _jobs(kept[columns["job"][0]])
    notes = [*assumed, *([unreadable_times(table[columns["time"][0]][bad], stamps)] if bad.any() else [])]
    if "rank" in columns and columns["rank"] == columns.get("device"):
        notes.append(Note("device named by its rank", frame["device"].nunique(), RANKS))
    if kind == "interval" and "duration" in columns:
        length = _values(kept, *columns["duration"], role="duration", path=path)
        longest = 2 * LONGEST_INTERVAL_US / SECOND_US  # longer ones are set aside as too long anyway
        micros = (length.clip(0.0, longest).fillna(0.0) * SECOND_US).round().astype("int64")
        frame["start"] = frame["time"] - micros
    elif kind == "interval":
        _refuse_running_total(frame, path)
        frame, found = _since_previous(frame, path)
        notes += found
    named = "device" in columns or options.device is not None
    return Records(kind, frame.reset_index(drop=True), format_name, len(table), None, notes, named=named)


def _as_texts(table: pd.DataFrame, columns: Columns, path: Path) -> pd.DataFrame:
    """Return the table, cells of bytes read as the texts that they are.

    Raises
    ------
    LogError : where a cell is no text
    """
    for name in {name for name, _ in columns.values() if table[name].dtype == object}:
        try:
            texts = [cell.decode() if isinstance(cell, bytes) else cell for cell in table[name]]
        except UnicodeDecodeError as fault:
            raise LogError("a cell is not text", file=path.name, field=name, value=fault.object) from None
        table = table.assign(**{name: pd.Series(texts, index=table.index, dtype=object)})
    return table


def _devices(table: pd.DataFrame, columns: Columns, options: Options) -> pd.Series:
    if "device" not in columns:
        return pd.Series(options.device or "device", index=table.index, dtype="str")
    device = _names(table[columns["device"][0]])
    if "host" not in columns:
        return device
    host = _names(table[columns["host"][0]]).fillna("")
    return (host + "/" + device).where(host.ne(""), device)


def _names(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(cells):
        return cells.astype("object").map(name_of, na_action="ignore").astype("str").mask(cells.isna())
    return cells.astype("str").str.strip().mask(cells.isna())


def name_of(cell: object) -> str:
    """Return the name that a cell holds, "" where it holds none; an index that lies beside empty cells is a float.

    >>> name_of(3.0), name_of("a "), name_of(b"a"), name_of(float("nan"))
    ('3', 'a', 'a', '')
    """
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else "" if cell != cell else str(cell)  # noqa: PLR0124 (a NaN)
    return (cell.decode() if isinstance(cell, bytes) else str(cell)).strip()


def _jobs(cells: pd.Series) -> pd.Series:
    """Return the job of each row, none where the cell names none; whole numbers that lie beside empty cells as such."""
    names = _names(cells)
    return names.mask(names.str.fullmatch(NO_JOB).fillna(value=True).astype(bool))


def _refuse_running_total(frame: pd.DataFrame, path: Path) -> None:
    """Energies that only ever grow, from row to row of every device, are a running total and not energies."""
    step = frame.sort_values(["device", "time"], kind="stable").groupby("device", sort=False)["energy"].diff().dropna()
    if len(step) >= _LEAST_STEPS and (step > 0).all():
        raise LogError(
            "the energy grows from every row to the next, as a running total does",
            file=path.name,
            accepted="columns={'counter': ...} for a running total, or a column duration [s] for energies",
        )


def _since_previous(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, list[Note]]:
    """Start each interval at the stamp before; the first of a device gets the device's median length."""
    rows = len(frame)
    frame = frame.sort_values(["device", "time"], kind="stable").drop_duplicates()
    length = frame.groupby("device", sort=False)["time"].diff()
    if (length == 0).mean() > _MOST_SHARED_STAMPS:
        raise LogError(
            "many energies of one device share a time stamp",
            file=path.name,
            value=int((length == 0).sum()),
            accepted="a column of the device, or a column duration [s]",
        )
    median = length.groupby(frame["device"]).transform("median")
    if median.isna().any():
        device = str(frame["device"][median.isna()].iloc[0])
        problem = "a single energy of a device without the length of its interval"
        raise LogError(problem, file=path.name, value=device, accepted="a column duration [s]")
    firsts = int(length.isna().sum())
    frame = frame.assign(start=frame["time"] - length.fillna(median).round().astype("int64"))
    notes = [
        Note("interval length assumed", firsts, "first interval of a device: its median length"),
        Note("duplicate", rows - len(frame), "same device, time and energy"),
    ]
    return frame, [note for note in notes if note.count]


def _value_role(kind: Kind) -> str:
    return "energy" if kind == "interval" else kind


def _times(
    column: pd.Series, unit: str | None, path: Path, options: Options
) -> tuple[pd.Series, pd.Series, list[Note]]:
    """Return readable stamps (naive, aware, or int64 µs for numbers), the mask of unreadable ones, what was assumed."""
    if pd.api.types.is_datetime64_any_dtype(column):
        _check_any(column.notna(), column, path)
        return column[column.notna()], column.isna(), []
    if pd.api.types.is_numeric_dtype(column):
        return _counted(column, unit, path, options)
    texts = column.astype("str").str.strip()
    if unit in _EPOCH and pd.to_numeric(texts, errors="coerce").notna().any():  # "time (s)" may head dates too
        return _counted(column, unit, path, options)
    stamps = parse_times(texts, _TIMES)
    if stamps.isna().all() and pd.to_numeric(texts, errors="coerce").notna().any():
        return _counted(column, None, path, options)
    _check_any(stamps.notna(), column, path)
    return stamps[stamps.notna()], stamps.isna(), []


def _check_any(readable: pd.Series, column: pd.Series, path: Path) -> None:
    if not readable.any():
        raise LogError(
            "no cell of the time column is a time stamp",
            file=path.name,
            line=2,
            value=column.iloc[0],
            accepted="ISO 8601, e.g. 2024-05-31T10:39:13",
        )


def _counted(
    column: pd.Series, unit: str | None, path: Path, options: Options
) -> tuple[pd.Series, pd.Series, list[Note]]:
    """Return numbers since 1970, or since the origin that the user gives, as int64 µs, and the mask of the others.

    Numbers that are a time since 1970 in any unit are never taken for elapsed ones.
    """
    plain = pd.to_numeric(column, errors="coerce").astype("float64")
    likely = next((one for one, f in _EPOCH.items() if (plain * f).between(EARLIEST_US, LATEST_US).any()), "s")
    units_known = f"columns={{'time': '{column.name}:{likely}'}} (s, ms, us or ns since 1970, UTC)"
    if unit not in _EPOCH:
        problem = "a time that is a number needs its unit"
        raise LogError(problem, file=path.name, value=column.iloc[0], accepted=units_known)
    values = plain * _EPOCH[unit]
    readable = values.between(EARLIEST_US, LATEST_US)
    if readable.any():
        return values[readable].round().astype("int64"), ~readable, []
    problem = f"no time is between 1990 and 2100, read in {unit} since 1970"
    missing = LogError(problem, file=path.name, value=column.iloc[0], accepted=units_known)
    elapsed = values.between(0.0, EARLIEST_US, inclusive="left")
    dated = any((plain * factor).between(EARLIEST_US, LATEST_US).any() for factor in _EPOCH.values())
    if dated or not elapsed.any():
        raise missing
    since = (values[elapsed] - values[elapsed].min()) / SECOND_US
    times, note = origin.by_elapsed(since, options, path, missing=missing)
    return times, ~elapsed, [note]


def _values(table: pd.DataFrame, name: str, unit: str | None, *, role: str, path: Path) -> pd.Series:
    """Return a column in the unit of its role: W, J or s."""
    column = table[name]
    if role == "duration" and pd.api.types.is_timedelta64_dtype(column):
        return pd.Series(column.dt.total_seconds())
    if unit is None and role in {"counter", "energy"}:
        remedy = f"a name such as '{role} [J]', or columns={{'{role}': '{name}:kWh'}}"
        raise LogError(f"the unit of the column {name} is not known", file=path.name, field=name, accepted=remedy)
    if unit == "?":
        remedy = f"a name such as '{role} [mW]' or '{role} [MW]', or columns={{'{role}': '{name}:mW'}}"
        raise LogError("milli or mega? the name does not tell", file=path.name, field=name, accepted=remedy)
    canonical = CANONICAL[role]
    factor = _factor(unit or canonical, role, path, name)
    cells = {spelled: _factor(spelled, role, path, name) for spelled in ("W", "mW", "kW")} if role == "power" else {}
    if pd.api.types.is_bool_dtype(column):
        raise LogError(f"the column of the {role} holds no numbers", file=path.name, field=name, value=column.iloc[0])
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64") * factor
    return numbers(column, {"": factor, **cells})


def _factor(spelled: str, role: str, path: Path, name: str) -> float:
    """Return one of a unit in the unit of its role."""
    try:
        unit = units.unit(spelled)
    except InputError as fault:
        raise fault.at(file=path.name, field=name) from None
    expected = units.unit(CANONICAL[role])
    if unit.dimensionality != expected.dimensionality:
        problem = f"the unit is not one of {role}"
        raise LogError(problem, file=path.name, field=name, value=spelled, accepted=CANONICAL[role])
    return float(units.registry().Quantity(1.0, unit).to(expected).magnitude)


CSV = Format(
    "csv", "a CSV with columns time, device and power (or counter, or energy and duration)", _matches, _read_csv
)
PARQUET = Format("parquet", "a Parquet file with such columns", lambda head: head.startswith("PAR1"), _read_parquet)
