"""A user's own tables: read, checked by the rules of the project's, and laid over them row by row.

A folder holds CSV files named and built as the tables of the project (``technologies.csv``, ``generation_mix.csv`` ...)
and a ``sources.csv`` for what they cite; a single file takes the ``sources.csv`` beside it. A row takes the place of
the project's rows of the same key; rows of new keys are added. Every row that is replaced or added is counted.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from lca_ai import tables
from lca_ai.errors import TableError
from lca_ai.own_files import FACTOR_FILES, KINDS, LEFT_OUT, OwnFile, columns, read_files
from lca_ai.sources import Source
from lca_ai.table_checks import (
    FACTOR_KEY,
    UNIQUE,
    Table,
    kinds_of,
    known_of,
    names_of,
    repeated,
    row_errors,
    shares_off,
    sources_that_differ,
)
from lca_ai.table_rules import Known

#: Where own tables are: a folder, one file, or tables that are read already.
OwnTables: TypeAlias = str | os.PathLike[str] | tables.Overlay

_INVENTORY = ("emission_factors/electricity-inventory", "categories")


@contextmanager
def using(own: OwnTables | None) -> Iterator[None]:
    """Look up in a user's own tables before the project's; with None, as it was.

    Raises
    ------
    TableError : naming the file, the line, the field, the value and what is accepted
    """
    found = own if own is None or isinstance(own, tables.Overlay) else read(own)
    with tables.using(found):
        yield


def changes() -> tuple[tables.Change, ...]:
    """What the own tables in use replaced and added; nothing where there are none."""
    own = tables.overlay()
    return own.changes if own is not None else ()


def read(path: str | os.PathLike[str]) -> tables.Overlay:
    """Own tables, checked, ready to be laid over the project's.

    Parameters
    ----------
    path : folder of CSV files, or one CSV file

    Raises
    ------
    TableError : naming the file, the line, the field, the value and what is accepted
    """
    files = read_files(Path(path))
    for error in _errors(files):
        raise error
    merged: dict[tuple[str, str], tuple[tables.Row, ...]] = {}
    changed: list[tables.Change] = []
    for family in _families(files):
        rows, counted = _merge(family)
        merged |= rows
        changed += counted
    return tables.Overlay(
        rows=merged,
        own={one.table.name: tuple(row for _, row in one.table.lines) for one in files},
        sources={one.id: one for one in _sources(files)},
        digests={one.table.name: one.digest for one in files},
        changes=tuple(changed),
    )


def check(path: str | os.PathLike[str]) -> list[str]:
    """Problems of own tables, one sentence each; none where all holds.

    Raises
    ------
    TableError : where a file cannot be read as a table at all
    """
    return [str(error) for error in _errors(read_files(Path(path)))]


def _errors(files: list[OwnFile]) -> Iterator[TableError]:
    """What is wrong with own tables, by the rules of the project's."""
    known = _known(files)
    own = [one.table for one in files]
    for table in own:
        yield from row_errors(table, known)
    yield from repeated([table for table in own if table.name in FACTOR_FILES], FACTOR_KEY)
    for table in own:
        yield from repeated([table], UNIQUE.get(table.name, ()))
        yield from shares_off(table)
    yield from sources_that_differ([*_project_sources(), *(table for table in own if table.name == "sources")])


def _project_sources() -> list[Table]:
    return [
        Table(
            "sources", f"{package}/sources.csv", {}, tuple(enumerate(tables.project_rows(package, "sources"), start=2))
        )
        for package in tables.packages()
    ]


def _known(files: list[OwnFile]) -> Known:
    """What own rows may refer to: what the project has, and own sources, zones, technologies and hardware."""
    own = {one.table.name: [row for _, row in one.table.lines] for one in files}
    names = {
        "sources", "categories", "zones", "generation_mix", "assumptions",
        *(name for name in KINDS if name in FACTOR_FILES),
        *(("items", "cpus", "servers", "cloud_instances", "instances") if own.keys() & _HARDWARE else ()),
    }  # fmt: skip
    content = [
        (str(one["name"]), tables.project_rows(name, str(one["name"])))
        for name, package in tables.packages().items()
        for one in package.resources()
        if one["name"] in names and str(one["path"]).endswith(".csv")
    ]
    content += [(name, tuple(own[name])) for name in ("sources", "zones", *FACTOR_FILES) if name in own]
    known = known_of(content)
    kinds = kinds_of([*own.get("items", ()), *own.get("cpus", ())])
    return replace(
        known,
        kinds={**kinds, **known.kinds},
        names={*known.names, *names_of(own)},
        generating=_generating(own),
        activities=_activities(own.get("items", ())),
    )


def _generating(own: Mapping[str, list[tables.Row]]) -> set[str]:
    """Technologies whose factors a mix calls for, or that the project has factors for."""
    shares = (*_of_project("generation_mix"), *own.get("generation_mix", ()))
    return {row["technology"] for row in shares} | {row["activity"] for row in _of_project("technologies")}


def _activities(items: Iterable[tables.Row]) -> dict[str, set[str] | None]:
    """Activities that have factors in the project, with their parts, and what own items call for.

    A card that was measured part by part takes all of its parts.
    """
    found: dict[str, set[str] | None] = {}
    for row in (row for name in FACTOR_FILES if name != "technologies" for row in _of_project(name)):
        parts = found.setdefault(row["activity"], set())
        if parts is not None:
            parts.add(row["part"])
    for row in (*_of_project("items"), *items):
        parts = found.get(_CARD)
        if row["attribute"] == "card_lca":
            found[row["item"]] = None
        elif row["attribute"] == "memory_type" and parts is not None:
            parts.add(f"memory {row['value']}")
    return found


def _of_project(table: str) -> Iterator[tables.Row]:
    for package in tables.packages():
        yield from tables.project_rows(package, table) if tables.has_project(package, table) else ()


#: The activity of cards that were not measured part by part.
_CARD = "accelerator"
_HARDWARE = frozenset({"items", "cpus", "servers", "aliases", "cloud_instances", "instances"})


def _families(files: list[OwnFile]) -> list[list[OwnFile]]:
    """Files whose rows share their keys: those of factors together, each of the others alone."""
    of_factors = [one for one in files if one.table.name in FACTOR_FILES]
    others = [[one] for one in files if one.table.name in KINDS and one.table.name not in FACTOR_FILES]
    return ([of_factors] if of_factors else []) + others


def _homes(name: str) -> list[tuple[str, str]]:
    """The project's tables that rows of an own table may replace, that which takes new rows first."""
    if name in FACTOR_FILES:
        return sorted(tables.FACTOR_TABLES, key=lambda home: home[1] != name)
    return [(package, name) for package in KINDS[name].homes]


def _merge(family: list[OwnFile]) -> tuple[dict[tuple[str, str], tuple[tables.Row, ...]], list[tables.Change]]:
    """The project's tables with own rows in them, and what was replaced and added."""
    key = KINDS[family[0].table.name].key
    own: dict[tuple[str, ...], list[tables.Row]] = defaultdict(list)
    file_of: dict[tuple[str, ...], OwnFile] = {}
    for one in family:
        for _, row in one.table.lines:
            values = _values(row, key)
            own[values].append(row)
            file_of[values] = one
    merged: dict[tuple[str, str], list[tables.Row]] = {}
    replaced: Counter[tuple[str, ...]] = Counter()
    for home in _homes(family[0].table.name):
        merged[home] = []
        for row in tables.project_rows(*home) if tables.has_project(*home) else ():
            values = _values(row, key)
            if values not in own:
                merged[home].append(row)
                continue
            replaced[values] += 1
            if replaced[values] == 1:  # where the project's first one stood, so that nothing else changes its place
                merged[home] += own[values]
    for values in [one for one in own if one not in replaced]:
        merged[_homes(file_of[values].table.name)[0]] += own[values]
    if key == FACTOR_KEY:
        merged[_INVENTORY] = list(_inventory_without(own, replaced))
    rows = {home: tuple(many) for home, many in merged.items() if many or tables.has_project(*home)}
    return rows, _changes(own, file_of, replaced)


def _values(row: tables.Row, key: tuple[str, ...]) -> tuple[str, ...]:
    cells = {**LEFT_OUT, **{column: value for column, value in row.items() if value}}
    return tuple(cells[column].casefold() if column == "alias" else cells.get(column, "") for column in key)


def _inventory_without(own: Iterable[tuple[str, ...]], replaced: Counter[tuple[str, ...]]) -> Iterator[tables.Row]:
    """The categories that elementary flows of a technology are the source of, without those of an own factor."""
    given = {(values[0], values[3]): values for values in own}
    for row in tables.project_rows(*_INVENTORY) if tables.has_project(*_INVENTORY) else ():
        values = given.get((row["activity"], row["category"]))
        if values is None:
            yield row
        else:
            replaced[values] += 1


def _changes(
    own: Mapping[tuple[str, ...], list[tables.Row]],
    file_of: Mapping[tuple[str, ...], OwnFile],
    replaced: Mapping[tuple[str, ...], int],
) -> list[tables.Change]:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for values, rows in own.items():
        file = file_of[values]
        kind = KINDS[file.table.name]
        before = replaced.get(values, 0)
        done = "replaced" if before else "added"
        of = kind.of.format(**{**rows[0], **dict(zip(kind.key, values, strict=True))})
        counts[kind.noun, of, done, file.shown] += before or len(rows)
    return [
        tables.Change(f"{noun}s of {of} {done}", count, f"{count} {noun}{'s' * (count > 1)} of {of} {done} by {shown}")
        for (noun, of, done, shown), count in counts.items()
    ]


def _sources(files: list[OwnFile]) -> Iterator[Source]:
    for one in files:
        for _, row in one.table.lines if one.table.name == "sources" else ():
            package = one.shown.rpartition("/")[0]
            yield Source(row["id"], row["title"], row["url"], row["licence"], row["accessed"], row["page"], package)


__all__ = ["KINDS", "OwnTables", "changes", "check", "columns", "read", "using"]
