"""What a place resolves to: its grid, its losses, its facility and its water, each with year, source and basis.

Nothing is assessed here: the same look-ups as those of an assessment, laid open. What no table has is listed as
missing with what would be accepted, and an old figure says how old it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import StudyError, UnknownKeyError, did_you_mean
from lca_ai.inventory import electricity
from lca_ai.inventory.mixes import STALE_YEARS
from lca_ai.inventory.place_figures import SHARE, Figure, figures
from lca_ai.models import cloud
from lca_ai.models.location import Location, location, zones
from lca_ai.models.zone_names import plain, spellings
from lca_ai.sources import Source, join


@dataclass(frozen=True)
class Place:
    """What a location resolves to; ``print(place)`` shows it, ``place["grid losses"]`` is one figure of it."""

    location: Location
    name: str
    country: str
    figures: tuple[Figure, ...]

    @property
    def zone(self) -> str:
        """Code of the grid zone."""
        return self.location.zone

    @property
    def missing(self) -> tuple[Figure, ...]:
        """What no table has, each with what would be accepted."""
        return tuple(one for one in self.figures if one.basis == "missing")

    @property
    def mix(self) -> dict[str, float]:
        """Share of each technology in the generation [kWh/kWh]; empty where no mix is known."""
        shares = (one for one in self.figures if one.what.startswith(SHARE) and isinstance(one.value, float))
        return {one.what.removeprefix(SHARE): float(one.value or 0.0) for one in shares}

    @property
    def sources(self) -> Mapping[str, Source]:
        """The sources of all the figures, by their id."""
        cited = sorted({source for one in self.figures for source in one.sources})
        return {source: tables.sources()[source] for source in cited if source in tables.sources()}

    @property
    def table(self) -> pd.DataFrame:
        """One row per figure: ``what``, ``value``, ``unit``, ``year``, ``basis``, ``source`` (ids) and ``note``."""
        rows = [
            (one.what, one.value, one.unit, one.year, one.basis, join(one.sources), one.note) for one in self.figures
        ]
        names = ["what", "value", "unit", "year", "basis", "source", "note"]
        return pd.DataFrame(rows, columns=names, dtype="object")

    def __getitem__(self, what: str) -> Figure:
        """One figure by its name.

        Raises
        ------
        UnknownKeyError : with the nearest names
        """
        by_name = {one.what: one for one in self.figures}
        if what not in by_name:
            raise UnknownKeyError("no such figure of a place", value=what, accepted=did_you_mean(what, by_name))
        return by_name[what]

    def __str__(self) -> str:
        lines, told = [f"{self.zone}: {self.name} (country {self.country})"], ""
        for one in self.figures:
            cited = f"  [{join(one.sources)}]" if one.sources else ""
            lines.append(f"  {one.what:<48} {_shown(one):>24}  {one.year or '':>4}  {one.basis:<9}{cited}".rstrip())
            lines += [f"      {one.note}"] if one.note and one.note not in told else []
            told = one.note
        return "\n".join([*lines, "sources:", *(f"  {key}: {one.title}" for key, one in self.sources.items())])


def place(where: Location | str | None = None, **given: Any) -> Place:
    """What a place resolves to: ``place("FR", year=2021)``, ``place(cloud="aws", region="eu-west-3")``.

    Parameters
    ----------
    where : a location, or any spelling of a grid zone (also as ``zone``)
    given : what :func:`lca_ai.location` takes, e.g. ``year``, ``pue``, ``proxy``, ``hourly``

    Raises
    ------
    InputError : for an unknown zone or region, a name of several zones, or an hourly series that cannot be read
    """
    if where is not None and "zone" in given:
        raise StudyError("the place is given twice", field="zone", value=given["zone"], accepted="one of the two")
    if isinstance(where, Location):
        at = where.replace(**given)
    else:
        at = location(given.pop("zone", None) if where is None else where, **given)
    row = zones().get(at.zone)
    if row is None:
        name, country = f"a zone that no table has, by proxy {at.proxy}", "unknown"
    else:
        name, country = row["name"], row["country"]
    reference = at.year or _newest_year()
    return Place(at, name, country, tuple(_aged(one, reference) for one in figures(at)))


@tables.cached
def _newest_year() -> int:
    """The newest year of which any zone has a mix or an intensity."""
    known = electricity.intensities()
    newest: int = max(year for zone in zones() for year in (*electricity.years(zone), *known.get(zone, ())))
    return newest


def _aged(one: Figure, reference: int) -> Figure:
    if one.year is None or one.value is None or reference - one.year <= STALE_YEARS:
        return one
    return replace(
        one, note="; ".join(filter(None, [one.note, f"stale: {reference - one.year} years before {reference}"]))
    )


def _shown(one: Figure) -> str:
    if one.value is None:
        return "missing"
    if isinstance(one.value, str):
        return one.value
    return f"{one.value:.2%}" if one.unit == "kWh/kWh" and one.value < 1 else f"{one.value:.4g} {one.unit}"


def search_places(words: str) -> pd.DataFrame:
    """Grid zones and cloud regions that fit all of some words, whatever their case and accents.

    Returns
    -------
    DataFrame with ``code``, ``name``, ``kind``, ``country``, ``zone`` (whose grid it is on) and ``known``.

    Raises
    ------
    UnknownKeyError : where nothing fits
    """
    asked = plain(words).split()
    rows = [row for text, row in _directory() if asked and all(word in text for word in asked)]
    if not rows:
        names = [name for _, row in _directory() for name in (row[0], row[1])]
        raise UnknownKeyError("no zone and no cloud region fits", value=words, accepted=did_you_mean(words, names))
    return pd.DataFrame(rows, columns=["code", "name", "kind", "country", "zone", "known"])


@tables.cached
def _directory() -> tuple[tuple[str, tuple[str, str, str, str, str, str]], ...]:
    """Every zone and cloud region: the plain words that fit it, and what is told of it."""
    found = []
    for code, row in zones().items():
        country = zones().get(row["country"], row)["name"]
        text = plain(" ".join([code, row["name"], row["kind"], country, *spellings(code)]))
        found.append((text, (code, row["name"], row["kind"], row["country"], code, _known_of_zone(code))))
    for row in (one for by_name in cloud.regions().values() for one in by_name.values()):
        code, where = f"{row['provider']} {row['region']}", row["place"] or row["name"]
        country = zones().get(row["country"], {}).get("name", "")
        text = plain(" ".join([code, row["name"], row["place"], row["subdivision"], row["country"], country]))
        text += " " + plain(zones().get(row["subdivision"], {}).get("name", ""))
        known = _known_of_region(row)
        found.append((text, (code, where, f"region of {row['provider']}", row["country"], row["grid_zone"], known)))
    return tuple(found)


def _span(years: list[int]) -> str:
    return f"{years[0]} to {years[-1]}" if years[0] != years[-1] else str(years[0])


def _known_of_zone(code: str) -> str:
    years, traced = electricity.years(code), sorted(electricity.intensities().get(code, {}))
    if years:
        return f"mix {_span(years)}"
    return f"climate change only, {_span(traced)}" if traced else "no figure: give a proxy or a series"


def _known_of_region(row: tables.Row) -> str:
    told = []
    for attribute in ("pue", "wue"):
        years, fleet = cloud.published_years(row["provider"], row["region"], attribute)
        told += [f"{attribute.upper()} {_span(years)}{' of the fleet' if fleet else ''}"] if years else []
    return "; ".join([_known_of_zone(row["grid_zone"]), *told])


__all__ = ["STALE_YEARS", "Figure", "Place", "place", "search_places"]
