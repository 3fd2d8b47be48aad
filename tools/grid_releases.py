"""The releases of Ember's figures in ``datasets/grid``: Ember revises the past, and old figures stay addressable.

The tables of the package are those of the latest release. For each older one, the years of zones that differ from the
release after it are kept in ``releases/<release>/<table>.parquet``; a year of a zone that the older release does not
have is one row without a figure and a source. Importing any release, new or old, leaves the others as they are.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
from import_support import source as described
from packages import target, write_file
from pyarrow import parquet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Row = dict[str, str]
ZoneYears = dict[tuple[str, int], list[Row]]

#: Table -> the column of its figure, and the source of its rows in the latest release.
TABLES = {"generation_mix": ("share", "owid-ember-mix"), "published_intensity": ("amount", "owid-ember-intensity")}


@dataclass(frozen=True)
class Release:
    """One release: year and month, the day it was read, and the rows of each table by zone and year."""

    name: str
    accessed: str
    tables: Mapping[str, ZoneYears]

    @property
    def published(self) -> str:
        """Month and year in words, e.g. "April 2026"."""
        return f"{date.fromisoformat(f'{self.name}-01'):%B %Y}"


def name(text: str) -> str:
    """Return the name of a release as the command line has it.

    Raises
    ------
    ValueError : where it is not a year and a month
    """
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise ValueError(text)
    return text


def of_rows(release: str, accessed: str, tables: Mapping[str, Iterable[Mapping[str, object]]]) -> Release:
    """Return a release from the rows of its tables."""
    return Release(release, accessed, {table: _by_zone_year(map(_as_text, rows)) for table, rows in tables.items()})


def read(folder: Path) -> dict[str, Release]:
    """Return every release that the package in ``folder`` has, by its name; none where it has no such table."""
    if not (folder / "releases.csv").is_file():
        return {}
    listed = _read_csv(folder / "releases.csv")
    accessed = {row["release"]: row["accessed"] for row in listed}
    latest, *older = sorted(accessed, reverse=True)
    tables = {table: _current(folder, table) for table in TABLES}
    found = {latest: Release(latest, accessed[latest], tables)}
    for one in older:
        tables = {table: _over(tables[table], _differences(folder / path(one, table)), table, one) for table in TABLES}
        found[one] = Release(one, accessed[one], tables)
    return found


def write(releases: Mapping[str, Release]) -> list[Path]:
    """Write what the older releases have instead, and return the files, the oldest release first.

    A file that says the same already is left as it is: Parquet names the version of its writer.
    """
    folder = target() / "datasets/grid"
    written = []
    for older, newer in pairwise(sorted(releases)):
        for table in TABLES:
            there = folder / path(older, table)
            content = _table(differences(releases[older], releases[newer], table), table, older)
            if not there.is_file() or not parquet.read_table(there).equals(content):
                sink = pa.BufferOutputStream()
                parquet.write_table(content, sink, compression="zstd", compression_level=19)
                write_file(there, bytes(sink.getvalue()))
            written.append(there)
    return written


def differences(older: Release, newer: Release, table: str) -> ZoneYears:
    """Return the years of zones of ``older`` that are not the same in ``newer``; an empty list where it has none."""
    was, is_now = older.tables[table], newer.tables[table]
    return {
        key: was.get(key, []) for key in sorted({*was, *is_now}) if _figures(was.get(key)) != _figures(is_now.get(key))
    }


def rows(releases: Mapping[str, Release]) -> list[dict[str, object]]:
    """Return the table of the releases, the oldest first."""
    ordered = sorted(releases)
    found: list[dict[str, object]] = []
    for one, newer in zip(ordered, [*ordered[1:], None], strict=True):
        for table, (_, source) in TABLES.items():
            count = len(releases[one].tables[table])
            note = f"{count} years of zones"
            if newer is not None:
                moved = len(differences(releases[one], releases[newer], table))
                note = f"{moved} years of zones that differ from {newer}, of {count}"
            found.append(
                {
                    "release": one,
                    "table": table,
                    "path": path(one, table) if newer else f"{table}.csv",
                    "source": source_of(source, one) if newer else source,
                    "accessed": releases[one].accessed,
                    "current": "no" if newer else "yes",
                    "note": note,
                }
            )
    return found


def sources(release: Release, *, current: bool) -> list[dict[str, str]]:
    """Return the sources of a release: its mix and its intensity. An older one has its name in their ids."""
    ember = f"Ember, Yearly Electricity Data ({release.name[:4]})"
    rows = [
        described(
            "owid-ember-mix",
            f"{ember}, and Energy Institute, Statistical Review of World Energy; "
            f"processed by Our World in Data, energy-data, {release.published} release",
            "https://github.com/owid/energy-data",
            "CC-BY-4.0",
            "columns *_electricity",
        ),
        described(
            "owid-ember-intensity",
            f"{ember}; processed by Our World in Data, "
            f"carbon intensity of electricity generation, {release.published} release",
            "https://ourworldindata.org/grapher/carbon-intensity-electricity",
            "CC-BY-4.0",
        ),
    ]
    if not current:
        rows = [row | {"id": source_of(row["id"], release.name)} for row in rows]
    return [row | {"accessed": release.accessed} for row in rows]


def path(release: str, table: str) -> str:
    """Return where the differences of an older release are, from the folder of the package."""
    return f"releases/{release}/{table}.parquet"


def source_of(source: str, release: str) -> str:
    """Return the id of the source of an older release."""
    return f"{source}-{release}"


def _current(folder: Path, table: str) -> ZoneYears:
    source = TABLES[table][1]
    return _by_zone_year(row for row in _read_csv(folder / f"{table}.csv") if row["source"] == source)


def _over(newer: ZoneYears, differing: ZoneYears, table: str, release: str) -> ZoneYears:
    """Return the rows of an older release, with its own source."""
    source = source_of(TABLES[table][1], release)
    whole = {key: many for key, many in (newer | differing).items() if many}
    return {key: [{**row, "source": source} for row in many] for key, many in sorted(whole.items())}


def _differences(path: Path) -> ZoneYears:
    written = ({name: _cell(value) for name, value in row.items()} for row in parquet.read_table(path).to_pylist())
    return {key: [row for row in many if row["source"]] for key, many in _by_zone_year(written).items()}


def _table(differing: ZoneYears, table: str, release: str) -> pa.Table:
    """Return differences as they are written: numbers for the year and the figure, text for the others."""
    figure, source = TABLES[table]
    kinds = {"year": (int, pa.int32()), figure: (float, pa.float64())}
    columns = next((list(row) for many in differing.values() for row in many), ["zone", "year", figure, "source"])
    written: list[dict[str, str | None]] = []
    for (zone, year), many in differing.items():
        cited = source_of(source, release)
        written += [{**row, "source": cited} for row in many] or [
            {**dict.fromkeys(columns), "zone": zone, "year": str(year)}
        ]
    arrays = {}
    for column in columns:
        convert, kind = kinds.get(column, (str, pa.string()))
        cells = [row[column] for row in written]
        arrays[column] = pa.array([None if cell is None else convert(cell) for cell in cells], kind)
    return pa.table(arrays)


def _figures(many: Sequence[Row] | None) -> list[Row]:
    return [{name: text for name, text in row.items() if name != "source"} for row in many or ()]


def _by_zone_year(many: Iterable[Row]) -> ZoneYears:
    ordered = sorted(many, key=_zone_year)
    return {key: list(rows) for key, rows in groupby(ordered, _zone_year)}


def _zone_year(row: Row) -> tuple[str, int]:
    return row["zone"], int(row["year"])


def _as_text(row: Mapping[str, object]) -> Row:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _read_csv(path: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
