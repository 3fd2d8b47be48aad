"""A long table by the value of one of its columns, for look-ups that need a few of its rows.

The table is held in columns, and a row is made when it is asked for: a first look-up reads the file and no more.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from pathlib import Path

from lca_ai import tables
from lca_ai.errors import TableError
from lca_ai.tables import Row


class Keyed(Mapping[str, tuple[Row, ...]]):
    """Rows of a table by the value of a column, in the order of the table.

    Parameters
    ----------
    columns : cells of the table by column, all of one length
    key : the column whose values are asked for
    """

    def __init__(self, columns: Mapping[str, Sequence[str]], key: str) -> None:
        self._columns = columns
        self._places: dict[str, range | list[int]] = {}
        begin = 0
        for value, run in groupby(columns[key]):
            end = begin + sum(1 for _ in run)
            known = self._places.setdefault(value, range(begin, end))
            if isinstance(known, list):
                known.extend(range(begin, end))
            elif known.start != begin:  # a value that comes again after others
                self._places[value] = [*known, *range(begin, end)]
            begin = end

    def __getitem__(self, value: str) -> tuple[Row, ...]:
        heads = tuple(self._columns)
        lines = ((cells[place] for cells in self._columns.values()) for place in self._places[value])
        return tuple(dict(zip(heads, line, strict=True)) for line in lines)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class ByAttribute(Mapping[str, dict[str, Row]]):
    """A table in long form, of an attribute each row, by its key: attribute -> row."""

    def __init__(self, rows: Mapping[str, tuple[Row, ...]]) -> None:
        self._rows = rows

    def __getitem__(self, key: str) -> dict[str, Row]:
        return {row["attribute"]: row for row in self._rows[key]}

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@tables.cached
def rows_by(package: str, table: str, key: str) -> Mapping[str, tuple[Row, ...]]:
    """The rows of a table by the value of its column ``key``, a user's own rows among them.

    Raises
    ------
    TableError : where there is no such package or table

    Examples
    --------
    >>> [row["share"] for row in rows_by("datasets/grid", "generation_mix", "zone")["BT"] if row["year"] == "2020"]
    ['1.0']
    """
    if _is_the_projects(package, table):
        return Keyed(_columns(package, table), key)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in tables.rows(package, table):
        found[row[key]].append(row)
    return {value: tuple(rows) for value, rows in found.items()}


def cells(package: str, table: str, *columns: str) -> tuple[Sequence[str], ...]:
    """Some columns of a table, each in the order of its rows, a user's own rows among them.

    Raises
    ------
    TableError : where there is no such package or table
    """
    if _is_the_projects(package, table):
        return tuple(_columns(package, table)[column] for column in columns)
    rows = tables.rows(package, table)
    return tuple([row[column] for row in rows] for column in columns)


def _is_the_projects(package: str, table: str) -> bool:
    """Whether the table is as the project has it: no row of a user's own lies over it."""
    own = tables.overlay()
    return tables.has_project(package, table) and (own is None or (package, table) not in own.rows)


@cache
def _columns(package: str, table: str) -> Mapping[str, Sequence[str]]:
    path = tables.packages()[package].folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        heads = next(lines)
        # One flat list: thousands of small ones would set the garbage collector on everything that is loaded.
        flat = list(chain.from_iterable(_whole(lines, len(heads), path)))
    return {head: flat[place :: len(heads)] for place, head in enumerate(heads)}


def _whole(lines: Iterable[list[str]], width: int, path: Path) -> Iterator[list[str]]:
    """The lines of a table, each with a cell for every column."""
    for line in lines:
        if len(line) != width:
            raise TableError("a line of another number of cells", file=path, value=line, accepted=f"{width} cells")
        yield line
