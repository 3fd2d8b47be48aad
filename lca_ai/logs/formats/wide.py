"""Tables with a column for each device: ``{"power": "GPU 0+GPU 1:W"}`` names them all, and each is a device.

Energy meters of several channels, spreadsheets and panels of a dashboard are laid out so. The columns that are named
are added: what is a sum of others is the user's to leave out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.roles import unit_in

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from lca_ai.logs.records import Options

_VALUES = ("power", "counter", "energy")
_SIGN = "+"


def parts_of(spelled: str, names: Collection[str]) -> list[str]:
    """Return the columns that ``A+B:W`` names, in their order; none where it names one column."""
    name = spelled.partition(":")[0]
    if _SIGN not in name or name in names:
        return []
    return [part.strip() for part in name.split(_SIGN)]


def role_of(names: Collection[str], options: Options) -> str | None:
    """Return the role that the user gives to several columns, or none."""
    given = options.columns or {}
    return next((role for role in _VALUES if parts_of(str(given.get(role, "")), names)), None)


def unfolded(table: pd.DataFrame, path: Path, options: Options) -> tuple[pd.DataFrame, Options]:
    """Return a row for each cell of the columns that are named together, with the device that its column names.

    A table of other columns is returned as it is.

    Raises
    ------
    LogError : where there is no such column, or one is named twice
    """
    role = role_of(table.columns, options)
    if role is None or options.columns is None:
        return table, options
    spelled = str(options.columns[role])
    places = [_named(part, table, path) for part in parts_of(spelled, table.columns)]
    if len(set(places)) < len(places):
        raise LogError("a column is named twice", file=path.name, field="columns", value=spelled)
    given = {name: str(value).partition(":")[0] for name, value in options.columns.items() if name != role}
    kept = [_named(name, table, path) for name in dict.fromkeys(given.values())]
    parts = []
    for name in places:
        part = table[kept].copy()
        part[role], part[_DEVICE] = table[name], name.strip()
        parts.append(part)
    long = pd.concat(parts, ignore_index=True)
    if "device" in given:
        long[_DEVICE] = long[_named(given["device"], table, path)].astype("str").str.strip() + "/" + long[_DEVICE]
    unit = spelled.partition(":")[2] or _common_unit(places, role, path)
    columns = options.columns | {role: f"{role}:{unit}" if unit else role, "device": _DEVICE}
    return long, replace(options, columns=columns)


#: Stands for the device in a table that had none.
_DEVICE = "device of the column"


def _common_unit(names: list[str], role: str, path: Path) -> str | None:
    found = {name: unit_in(name, role) for name in names}
    if len(set(found.values())) > 1:
        told = ", ".join(f"{name}: {unit or 'none'}" for name, unit in found.items())
        remedy = f"columns={{'{role}': '{_SIGN.join(names)}:UNIT'}}, or a unit in all their names"
        raise LogError("the columns tell different units", file=path.name, value=told, accepted=remedy)
    return next(iter(found.values()))


def _named(name: str, table: pd.DataFrame, path: Path) -> str:
    if name not in table.columns and name.isdecimal() and int(name) < table.shape[1]:
        return str(table.columns[int(name)])
    if name not in table.columns:
        some = ", ".join(map(str, table.columns[:12]))
        raise LogError("no such column", file=path.name, field="columns", value=name, accepted=some)
    return name
