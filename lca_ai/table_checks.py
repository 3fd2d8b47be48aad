"""Check the data packages of the project: files, hashes, and every row by the rules of :mod:`lca_ai.table_rules`."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lca_ai import tables
from lca_ai.errors import TableError
from lca_ai.table_rules import Known, faults, number

_SHARES_OFF = 0.01
#: Tables in which a key stands once -> its columns; factors have one over all their tables.
UNIQUE = {
    "generation_mix": ("zone", "year", "kind", "technology"),
    "losses": ("zone", "year"),
    "published_intensity": ("zone", "year"),
    "intensity": ("zone", "year"),
    "zones": ("zone",),
    "items": ("item", "attribute"),
    "cpus": ("item", "attribute"),
    "cloud_instances": ("instance", "attribute"),
    "assumptions": ("key",),
    "grades": ("grade", "scope", "category"),
    "pue": ("provider", "geography", "year"),
    "wue": ("provider", "geography", "year"),
    "regions": ("provider", "region"),
    "sources": ("id",),
}
FACTOR_KEY = ("activity", "part", "life_cycle_stage", "category")


@dataclass(frozen=True)
class Table:
    """A table to check: its name, how its file is named in a message, its schema, and its rows by their lines."""

    name: str
    file: str
    schema: Mapping[str, Mapping[str, Any]]
    lines: tuple[tuple[int, tables.Row], ...]

    @property
    def is_of_factors(self) -> bool:
        """Whether it is one of those whose factors are looked up."""
        package, _, name = self.file.removesuffix(".csv").rpartition("/")
        return (package, name) in tables.FACTOR_TABLES

    def error(self, line: int | None, problem: str, **place: Any) -> TableError:
        """A problem of the table as an error."""
        return TableError(problem, file=self.file, line=line, **place)


def check(root: Path | None = None) -> list[str]:
    """Problems of the data packages, one sentence each, with file, line, field and value; none where all holds.

    Hashes, sources, units, categories, numbers, references and physical bounds of every row; duplicates; sums of the
    mixes.

    Parameters
    ----------
    root : folder that holds ``datasets/`` and ``emission_factors/``; that of the installation where not given
    """
    packages = tables.packages_in(root or tables.data_root())
    found = [problem for package in packages.values() for problem in _broken_files(package)]
    content = [table for package in packages.values() for table in _tables(package)]
    known = known_of((table.name, (row for _, row in table.lines)) for table in content)
    errors = [error for table in content for error in row_errors(table, known)]
    errors += sources_that_differ([table for table in content if table.name == "sources"])
    errors += repeated([table for table in content if table.is_of_factors], FACTOR_KEY)
    for table in content:
        errors += repeated([table], UNIQUE.get(table.name, ()))
        errors += shares_off(table)
    return [*found, *map(str, errors)]


def _tables(package: tables.Package) -> Iterator[Table]:
    for one in package.resources():
        file = package.folder / str(one["path"])
        if file.suffix == ".csv" and file.is_file():
            lines = tuple(enumerate(tables.read(file), start=2))
            yield Table(file.stem, f"{package.name}/{file.name}", schema_of(one), lines)


def schema_of(resource: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The columns of a table, as the description of its package has them."""
    return {str(column["name"]): column for column in resource.get("schema", {}).get("fields", ())}


def known_of(content: Iterable[tuple[str, Iterable[tables.Row]]]) -> Known:
    """What the rows of some tables may refer to: everything that these tables name."""
    rows: dict[str, list[tables.Row]] = defaultdict(list)
    for name, many in content:
        rows[name] += many
    attributes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in ("items", "cpus", "cloud_instances", "instances"):
        for row in rows[name]:
            attributes[name, row["attribute"]].add(row["unit"])
    names = dict.fromkeys(table for _, table in tables.FACTOR_TABLES)
    of_factors = [row for name in names for row in rows[name]]
    assumed = {row["key"]: number(row["value"]) for row in rows["assumptions"]}
    grid, over = assumed.get("grid_intensity_high"), assumed.get("technology_intensity_over_grid")
    return Known(
        sources={row["id"] for row in rows["sources"]},
        categories={row["category"]: row["unit"] for row in rows["categories"] if row.get("code")},
        technologies={row["technology"] for row in rows["generation_mix"]}
        | {row["activity"] for row in rows["technologies"]},
        zones={row["zone"] for row in rows["zones"]},
        kinds=kinds_of((*rows["items"], *rows["cpus"])),
        names=names_of(rows),
        attributes={key: frozenset(found) for key, found in attributes.items()},
        per={(row["activity"], row["part"]): row["per"] for row in reversed(of_factors)},
        assumptions={row["key"]: row["unit"] for row in rows["assumptions"]},
        energy_floor=assumed.get("primary_energy_floor") or 0.0,
        climate_ceiling=grid * over / 1000.0 if grid is not None and over is not None else math.inf,  # g to kg
    )


def kinds_of(rows: Iterable[tables.Row]) -> dict[str, str]:
    """Kind of every catalogue item."""
    return {row["item"]: row["kind"] for row in rows}


def names_of(rows: Mapping[str, Iterable[tables.Row]]) -> set[str]:
    """What an alias of hardware may stand for."""
    keys = {"items": "item", "cpus": "item", "servers": "server", "cloud_instances": "instance"}
    return {row[key] for table, key in keys.items() for row in rows.get(table, ())}


def row_errors(table: Table, known: Known) -> Iterator[TableError]:
    """What the rows of a table say that cannot be."""
    for line, row in table.lines:
        for one in faults(table.name, row, known, schema=table.schema):
            yield table.error(line, one.problem, field=one.field, value=one.value, accepted=one.accepted)


def repeated(same: Iterable[Table], key: tuple[str, ...]) -> Iterator[TableError]:
    """Rows of a key that another row of these tables has already."""
    seen: dict[tuple[str, ...], str] = {}
    for table in same if key else ():
        for line, row in table.lines:
            values = tuple(row.get(column, "") for column in key)
            place = f"{table.file}, line {line}"
            if seen.setdefault(values, place) != place:
                named = ", ".join(filter(None, values))
                yield table.error(line, f"{named} is there already, in {seen[values]}", field=key[0])


def shares_off(table: Table) -> Iterator[TableError]:
    """Mixes whose shares do not sum to one."""
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    first: dict[tuple[str, ...], int] = {}
    for line, row in table.lines if table.name == "generation_mix" else ():
        mix = (row["zone"], row["year"], row.get("kind", ""))
        first.setdefault(mix, line)
        sums[mix] += number(row["share"]) or 0.0
    for (zone, year, kind), total in sums.items():
        if not abs(total - 1.0) <= _SHARES_OFF:
            problem = f"the shares of {zone} in {year} do not sum to 1"
            yield table.error(
                first[zone, year, kind], problem, field="share", value=f"{total:.4g}", accepted="0.99 to 1.01 in all"
            )


def _broken_files(package: tables.Package) -> list[str]:
    """Files that are missing, not described, or not as described."""
    described = {str(one["path"]): str(one.get("hash", "")).removeprefix("sha256:") for one in package.resources()}
    found = [
        f"{package.name}/{path.name}: not in the description"
        for path in package.folder.glob("*.csv")
        if path.name not in described
    ]
    for path, expected in described.items():
        if not (package.folder / path).is_file():
            found.append(f"{package.name}/{path}: no such file")
        elif tables.file_digest(package.folder / path) != expected:
            found.append(f"{package.name}/{path}: its hash is not that of the description")
    return found


def sources_that_differ(content: Iterable[Table]) -> Iterator[TableError]:
    """Sources of one id in two packages that are not the same document."""
    first: dict[str, tuple[str, str]] = {}
    for table in content:
        for line, row in table.lines:
            place, url = first.setdefault(row["id"], (table.file, row["url"]))
            if row["url"] != url:
                problem = f"the url of {row['id']} is not that in {place}"
                yield table.error(line, problem, field="url", value=row["url"], accepted=url)
