"""Own tables as files: which there may be, what columns they have, and how they are read."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lca_ai import tables
from lca_ai.errors import TableError, did_you_mean
from lca_ai.table_checks import FACTOR_KEY, UNIQUE, Table, schema_of

FACTOR_FILES = ("technologies", "factors", "cards", "parametric", "transport")
#: What an empty cell of a key stands for, and columns that own tables may have beside those of the project's.
LEFT_OUT = {"kind": "average"}
_FURTHER: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "generation_mix": {"kind": {"name": "kind", "type": "string"}},
}


@dataclass(frozen=True)
class Kind:
    """A table that may be overlaid.

    Attributes
    ----------
    homes : packages that have the table; the first one takes rows of new keys
    key : columns whose values together name what is replaced as a whole
    noun, of : how the replaced rows are counted, e.g. "factor", "coal"
    """

    homes: tuple[str, ...]
    key: tuple[str, ...]
    noun: str
    of: str


_GRIDS = ("datasets/grid", "datasets/grid-odbl", "datasets/grid-intensity-odbl")
_FACTORS = tuple(dict.fromkeys(package for package, _ in tables.FACTOR_TABLES))

#: Every table that may be overlaid, by its name. The method's own tables are not among them: they are what it is.
KINDS: Mapping[str, Kind] = {
    **{name: Kind(_FACTORS, FACTOR_KEY, "factor", "{activity}") for name in FACTOR_FILES},
    "generation_mix": Kind(_GRIDS[:2], ("zone", "year", "kind"), "share", "the {kind} mix of {zone} {year}"),
    "losses": Kind(_GRIDS[:1], ("zone", "year"), "figure", "the grid losses of {zone} {year}"),
    "zones": Kind(_GRIDS, ("zone",), "row", "the zone {zone}"),
    "zone_aliases": Kind(_GRIDS, ("alias",), "name", "the zone {zone}"),
    "published_intensity": Kind(_GRIDS[:1], ("zone", "year"), "figure", "the published intensity of {zone} {year}"),
    "intensity": Kind(_GRIDS[2:], ("zone", "year"), "figure", "the published intensity of {zone} {year}"),
    "pue": Kind(("datasets/facility",), ("provider", "geography", "year"), "figure", "the PUE of {provider} {year}"),
    "wue": Kind(("datasets/facility",), ("provider", "geography", "year"), "figure", "the WUE of {provider} {year}"),
    "facility": Kind(
        ("datasets/cloud-regions", "datasets/cloud-regions-odbl"),
        ("provider", "region", "attribute", "year"),
        "figure",
        "the {attribute} of {provider} {region} {year}",
    ),
    "regions": Kind(("datasets/cloud-regions-odbl",), ("provider", "region"), "row", "the region {provider} {region}"),
    "items": Kind(("datasets/hardware",), ("item", "attribute"), "figure", "{item}"),
    "cpus": Kind(("datasets/hardware",), ("item", "attribute"), "figure", "{item}"),
    "servers": Kind(("datasets/hardware",), ("server",), "component", "{server}"),
    "aliases": Kind(("datasets/hardware",), ("alias",), "name", "{item}"),
    "cloud_instances": Kind(("datasets/hardware",), ("instance", "attribute"), "figure", "{instance}"),
    "instances": Kind(("datasets/hardware-ccf",), ("instance", "attribute"), "figure", "{instance}"),
    "assumptions": Kind(("datasets/assumptions",), ("key",), "value", "the assumption {key}"),
    "grades": Kind(("datasets/assumptions",), ("grade", "scope", "category"), "spread", "{scope}, {grade}"),
}


@dataclass(frozen=True)
class OwnFile:
    """An own file as it was read: its table, the sha256 of it, and its name in the result (no path of a machine)."""

    table: Table
    digest: str
    shown: str


def columns(name: str) -> list[str]:
    """Columns of a table that may be overlaid, or of ``sources``; those that may be left out stand last.

    Raises
    ------
    TableError : for a table that may not
    """
    schema = _schema(name)
    required = [column for column in schema if _required(name, column)]
    return [*required, *(column for column in schema if column not in required)]


def _schema(name: str) -> dict[str, Mapping[str, Any]]:
    """Columns of the table as the project describes them; those of the key and the source are never empty."""
    if name != "sources" and name not in KINDS:
        near = did_you_mean(name, [*KINDS, "sources"])
        raise TableError("no table of this name", value=name, accepted=f"{near}; {', '.join([*KINDS, 'sources'])}")
    homes = KINDS[name].homes if name in KINDS else tuple(tables.packages())
    resources = (one for home in homes if home in tables.packages() for one in tables.packages()[home].resources())
    found = next((schema_of(one) for one in resources if one["name"] == name), None)
    if found is None:
        raise TableError("this installation has no such table", value=name, accepted="one of an installed package")
    never_empty = {*(KINDS[name].key if name in KINDS else ()), *UNIQUE.get(name, ())} - {"part", "kind"}
    stricter: dict[str, Mapping[str, Any]] = {
        column: {**entry, "constraints": {"required": True}} if column in never_empty else entry
        for column, entry in found.items()
    }
    return {**stricter, **_FURTHER.get(name, {})}


def _required(name: str, column: str) -> bool:
    return column == "unit" or bool(_schema(name)[column].get("constraints", {}).get("required"))


def read_files(path: Path) -> list[OwnFile]:
    """The tables of a folder, or one table with the ``sources.csv`` beside it, as text, not yet checked.

    Raises
    ------
    TableError : for a file that is no table of the project's names and columns
    """
    if path.is_dir():
        found = sorted(one for one in path.iterdir() if one.suffix.lower() == ".csv")
        nested = sorted(path.glob("*/*.csv"))
        if nested:
            raise TableError("a table in a folder of its own", file=nested[0], accepted=f"tables directly in {path}")
    elif path.is_file():
        beside = path.parent / "sources.csv"
        found = [path, beside] if beside.is_file() and beside != path else [path]
    else:
        raise TableError("no such folder or file", file=path, accepted="a folder of CSV files, or one CSV file")
    if not found:
        raise TableError("no table in this folder", file=path, accepted=", ".join(f"{name}.csv" for name in KINDS))
    folder = path if path.is_dir() else path.parent
    return [_read_file(file, f"{folder.resolve().name}/{file.name}") for file in found]


def _read_file(file: Path, shown: str) -> OwnFile:
    try:
        schema = _schema(file.stem)
    except TableError as fault:
        raise fault.at(file=file) from None
    content = file.read_bytes()
    try:
        lines = list(_lines(content.decode("utf-8-sig"), file))
    except UnicodeDecodeError:
        raise TableError("not a text in UTF-8", file=file, accepted="CSV UTF-8") from None
    if not lines:
        raise TableError("an empty file", file=file, line=1, accepted=",".join(columns(file.stem)))
    _, heads = lines[0]
    _check_heads(heads, file)
    rows = []
    for line, cells in lines[1:]:
        if len(cells) != len(heads):
            raise TableError(
                "not as many cells as columns", file=file, line=line, value=len(cells), accepted=f"{len(heads)} cells"
            )
        given = dict(zip(heads, cells, strict=True))
        further = _FURTHER.get(file.stem, {}).keys() - given.keys()
        if "kind" in _FURTHER.get(file.stem, {}) and given.get("kind") == "":
            given["kind"] = LEFT_OUT["kind"]
        rows.append((line, {column: given.get(column, "") for column in schema if column not in further}))
    return OwnFile(Table(file.stem, str(file), schema, tuple(rows)), hashlib.sha256(content).hexdigest(), shown)


def _lines(text: str, file: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line each starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield start, stripped
            start = reader.line_num + 1
    except csv.Error as fault:
        raise TableError("not a CSV file", file=file, line=reader.line_num, value=str(fault)) from None


def _check_heads(heads: list[str], file: Path) -> None:
    accepted = columns(file.stem)
    if len(heads) == 1 and any(mark in heads[0] for mark in ";\t"):
        raise TableError("the columns are not separated by commas", file=file, line=1, value=heads[0], accepted=",")
    for name, count in Counter(heads).items():
        if name not in accepted:
            raise TableError("unknown column", file=file, line=1, field=name, accepted=did_you_mean(name, accepted))
        if count > 1:
            raise TableError("a column is there twice", file=file, line=1, field=name)
    for name in accepted:
        if name not in heads and _required(file.stem, name):
            raise TableError("a column is missing", file=file, line=1, field=name, accepted=", ".join(accepted))
