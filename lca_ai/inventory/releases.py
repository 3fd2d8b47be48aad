"""The releases of the published grid figures: the current one as it is, and older ones that stay addressable.

Ember revises the past with each release. ``datasets/grid`` has the tables of the current release; of an older one it
has the years of zones that differ from those of the release after it (``releases/<release>/<table>.parquet``). An older
release is what the current tables become when these differences are laid over them, the newest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from lca_ai import tables
from lca_ai.errors import UnknownKeyError

#: The data package whose figures are published in releases.
PACKAGE = "datasets/grid"
_MIX, _PUBLISHED = "generation_mix", "published_intensity"

#: Rows of a table by zone and year, in the order of the table.
ZoneYears = Mapping[str, Mapping[int, tuple[tables.Row, ...]]]


def known() -> tuple[str, ...]:
    """The releases that can be asked for, by year and month, the current one first, e.g. ``("2026-04", "2025-07")``."""
    return tuple(sorted({release for release, _ in _listed()}, reverse=True))


def current() -> str:
    """The release of the figures that are used where none is asked for."""
    return known()[0]


def mix_rows(release: str | None = None) -> ZoneYears:
    """Rows of ``datasets/grid/generation_mix`` by zone and year, as published in one release.

    Parameters
    ----------
    release : a release of :func:`known`; the current one where not given

    Raises
    ------
    UnknownKeyError : for a release that the data does not have, with those it has

    Examples
    --------
    >>> sorted(mix_rows("2026-04")["FR"])[0]
    2015
    """
    return _rows(_MIX, _checked(release))


def published_rows(release: str | None = None) -> ZoneYears:
    """Rows of ``datasets/grid/published_intensity`` [g CO2e/kWh] by zone and year, as published in one release.

    Raises
    ------
    UnknownKeyError : for a release that the data does not have, with those it has
    """
    return _rows(_PUBLISHED, _checked(release))


def _checked(release: str | None) -> str:
    if release is None:
        return current()
    if release not in known():
        known_ones = ", ".join(known())
        raise UnknownKeyError("no such release of the grid", field="grid_release", value=release, accepted=known_ones)
    return release


@tables.cached
def _rows(table: str, release: str) -> ZoneYears:
    found = by_zone_and_year(tables.rows(PACKAGE, table))
    older = known()[1 : known().index(release) + 1]
    for one in older:
        for zone, years in _differences(tables.data_root() / PACKAGE / _listed()[one, table]["path"]).items():
            found[zone] = {**found.get(zone, {}), **years}
    for zone, years in by_zone_and_year(tables.own_rows(table)).items():  # they come before those of any release
        found[zone] = {**found.get(zone, {}), **{year: _with(own, found, zone, year) for year, own in years.items()}}
    if not older:
        return found
    ids = {row["source"] for (_, listed), row in _listed().items() if listed == table}
    cited = _listed()[release, table]["source"]
    return {
        zone: {year: tuple(_citing(row, ids, cited) for row in rows) for year, rows in years.items() if rows}
        for zone, years in found.items()
    }


def _with(own: tuple[tables.Row, ...], found: ZoneYears, zone: str, year: int) -> tuple[tables.Row, ...]:
    """A user's own rows, beside those of the kinds of mix that they are not of."""
    kinds = {row.get("kind") or "average" for row in own}
    others = found.get(zone, {}).get(year, ())
    return (*own, *(row for row in others if (row.get("kind") or "average") not in kinds))


def _citing(row: tables.Row, releases: set[str], cited: str) -> tables.Row:
    """A row that is the same in several releases, as one of the release that was asked for."""
    return {**row, "source": cited} if row["source"] in releases else row


def by_zone_and_year(rows: Iterable[tables.Row]) -> dict[str, dict[int, tuple[tables.Row, ...]]]:
    """Rows of a table by their zone and year, in their order."""
    found: dict[str, list[tables.Row]] = defaultdict(list)
    for row in rows:
        found[row["zone"]].append(row)
    return {zone: by_year(many) for zone, many in found.items()}


def by_year(rows: Iterable[tables.Row]) -> dict[int, tuple[tables.Row, ...]]:
    """Rows of one zone by their year, in their order."""
    found: dict[int, list[tables.Row]] = defaultdict(list)
    for row in rows:
        found[int(row["year"])].append(row)
    return {year: tuple(many) for year, many in found.items()}


@tables.cached
def _listed() -> Mapping[tuple[str, str], tables.Row]:
    return {(row["release"], row["table"]): row for row in tables.rows(PACKAGE, "releases")}


@cache
def _differences(path: Path) -> Mapping[str, Mapping[int, tuple[tables.Row, ...]]]:
    """What an older release has instead; no rows for a year of a zone that it does not have at all."""
    from pyarrow import parquet

    columns = parquet.read_table(path).to_pydict()
    written = [dict(zip(columns, map(_text, values), strict=True)) for values in zip(*columns.values(), strict=True)]
    return {
        zone: {year: tuple(row for row in rows if row["source"]) for year, rows in years.items()}
        for zone, years in by_zone_and_year(written).items()
    }


def _text(value: object) -> str:
    """A cell as the tables of text have it."""
    return "" if value is None else str(value)
