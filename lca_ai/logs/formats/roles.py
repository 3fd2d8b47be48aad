"""Which column of a table has which role: a time, a device, its host, a job, and a power, a counter or an energy.

Columns are found by name (``time``, ``device``, ``power``, ``counter``, ``energy`` and common variants with their unit)
or given: ``{"time": "ts:s", "power": "6:mW"}`` means the column ``ts`` in seconds since 1970 and the seventh in mW.
Where what is given lacks a time or a value (``{"time": "ts:s"}`` tells a unit), the others are found by name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lca_ai import units
from lca_ai.errors import InputError, LogError, shorten
from lca_ai.logs.records import Kind, Options

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

_NAMES = {
    "time": r"time|timestamp|time_?stamp|datetime|date|ts",
    "device": r"device|device_id|gpu|gpu_uuid|uuid|gpu_id|gpu_index|name",
    "power": r"power|power_draw|watts?|power_usage",
    "counter": r"energy_counter|counter|cumulative_energy|total_energy",
    "energy": r"energy|energy_consumed",
    "duration": r"duration|interval",
    "host": r"host|hostname|host_?name|node|node_?name|nodelist",
    "rank": r"rank|global_rank|local_rank",
    "job": r"job|job_?id|slurm_?job_?id|job_?id_?raw|pbs_?job_?id",
}
#: Names of devices that no other host has too.
_UNIQUE = re.compile(r"uuid|gpu_uuid|serial", re.IGNORECASE)
#: Units that may end a name, in lower case: the last three are never guessed between milli and mega.
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
    "mw": None,
    "mj": None,
    "mwh": None,
}
_UNIT_SUFFIX = rf"(?:\s*[\[(](?P<unit>[^\])]+)[\])]|_(?P<suffix>{'|'.join(_SUFFIXES)}))?"
_COLUMN = {role: re.compile(rf"(?:{names}){_UNIT_SUFFIX}", re.IGNORECASE) for role, names in _NAMES.items()}

_TIME_UNITS = {"s", "ms", "us", "ns"}
#: The unit that each role is held in.
CANONICAL = {"power": "W", "counter": "J", "energy": "J", "duration": "s"}

#: Role -> name of the column and its unit, if the name tells.
Columns = dict[str, tuple[str, str | None]]


def roles_of(names: list[str]) -> dict[str, str]:
    """Return the roles that columns have by their names: role -> the first such column."""
    found: dict[str, str] = {}
    for name in names:
        role = _role(name)[0]
        if role:
            found.setdefault(role, name)
    return found


def _role(name: str) -> tuple[str | None, str | None]:
    """Tell the role and the unit of a column by its name; a unit that may be milli or mega is "?"."""
    for role, pattern in _COLUMN.items():
        match = pattern.fullmatch(name.strip())
        if match and match["suffix"]:
            return role, _SUFFIXES[match["suffix"].lower()] or "?"
        if match:
            return role, match["unit"]
    return None, None


def unit_in(name: str, role: str) -> str | None:
    """Return the unit that ends the name of a column, ``GPU power (mW)``: "?" if milli or mega, none if it tells none.

    A unit in brackets is returned whatever it measures, so that a current is not taken for a power.
    """
    match = re.search(rf"{_UNIT_SUFFIX}$", name.strip(), re.IGNORECASE)
    if match is None or not match[0]:
        return None
    spelled = match["unit"] or _SUFFIXES[match["suffix"].lower()]
    if role == "time":
        return spelled if spelled in _TIME_UNITS else None
    if spelled is None:
        return "?" if role in CANONICAL else None
    return spelled if _measures(spelled, None if match["unit"] else role) else None


def _measures(spelled: str, role: str | None) -> bool:
    """Tell whether a text is a unit of a role, or of anything."""
    try:
        unit = units.unit(spelled)
    except InputError:
        return False
    return role is None or (role in CANONICAL and unit.dimensionality == units.unit(CANONICAL[role]).dimensionality)


def kind_of(columns: Columns) -> Kind:
    """Return what the columns measure: a counter comes before power, and power before energies."""
    if "counter" in columns:
        return "counter"
    if "power" in columns:
        return "power"
    return "interval"


def columns_of(table: pd.DataFrame, path: Path, options: Options) -> Columns:
    """Return which column has which role: as the user says, else by their names.

    A device that its column does not name for all hosts (an index, "GPU 0") has its ``host`` beside it; where no column
    names a device, the ``rank`` is one, else the host.

    Raises
    ------
    LogError : where a time and a power or an energy are not found, or two columns have the name of one of them
    """
    columns = _given(table, options.columns, path) if options.columns else _found(table, path)
    repeated = set(table.columns[table.columns.duplicated()])
    twice = next((name for name, _ in columns.values() if name in repeated), None)
    if twice is not None:  # of a Parquet file: in a CSV, the second one has a number behind its name
        raise LogError("two columns have one name", file=path.name, value=twice, accepted="a name for each column")
    if "device" not in columns:
        if "rank" in columns:
            columns["device"] = columns["rank"]
        elif "host" in columns:
            columns["device"] = columns.pop("host")
    elif "host" in columns and not options.columns and _UNIQUE.fullmatch(columns["device"][0].strip()):
        columns.pop("host")
    return columns


def named_in(names: list[str], path: Path, options: Options) -> Columns:
    """Return the roles of the columns of a file by its header; none where it is not a table of a log."""
    import pandas as pd

    try:
        return columns_of(pd.DataFrame(columns=names), path, options)
    except LogError:
        return {}


def _by_name(names: Iterable[str]) -> Columns:
    columns: Columns = {}
    for name in names:
        role, spelled = _role(name)
        if role and role not in columns:
            columns[role] = (name, spelled)
    return columns


def _found(table: pd.DataFrame, path: Path) -> Columns:
    columns = _by_name(table.columns)
    if "time" not in columns or not set(columns) & {"power", "counter", "energy"}:
        raise LogError(
            "no column of a time and of a power or an energy",
            file=path.name,
            line=1,
            value=", ".join(table.columns),
            accepted="columns named time, device and power, or columns=...",
        )
    return columns


def _split(spelled: str, names: list[str]) -> tuple[str, str]:
    """Return the name of a column and its unit; a name may have colons of its own.

    >>> _split("Power:dram:W", ["Power:dram"]), _split("Power:dram", ["Power:dram"]), _split("p:mW", ["p"])
    (('Power:dram', 'W'), ('Power:dram', ''), ('p', 'mW'))
    """
    if spelled in names:
        return spelled, ""
    name, _, unit = spelled.rpartition(":")
    if name in names:
        return name, unit
    name, _, unit = spelled.partition(":")
    return name, unit


def _given(table: pd.DataFrame, mapping: dict[str, str], path: Path) -> Columns:
    columns: Columns = {}
    for role, spelled in mapping.items():
        name, unit = _split(str(spelled), list(table.columns))
        if role not in _NAMES:
            raise LogError("unknown role of a column", field="columns", value=role, accepted=", ".join(_NAMES))
        if name not in table.columns and name.isdecimal() and int(name) < table.shape[1]:
            name = table.columns[int(name)]
        if name not in table.columns:
            some = shorten(", ".join(table.columns[:12]), width=300)
            raise LogError("no such column", file=path.name, field="columns", value=name, accepted=some)
        columns[role] = (name, unit or unit_in(name, role))
    if "time" not in columns or not set(columns) & {"power", "counter", "energy"}:
        taken = {name for name, _ in columns.values()}
        columns = _by_name(name for name in table.columns if name not in taken) | columns
    if "time" not in columns or not set(columns) & {"power", "counter", "energy"}:
        missing = "power" if "time" in columns else "time"
        raise LogError(f"the {missing} column is not named", field="columns", accepted="e.g. time=0,power=6")
    return columns
