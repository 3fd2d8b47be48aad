"""Cloud regions by name: where they are, on which grid, and what the provider publishes of the facility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lca_ai import tables
from lca_ai.errors import UnknownKeyError, did_you_mean

_PACKAGE = "datasets/cloud-regions-odbl"
_FACILITY_PACKAGES = ("datasets/cloud-regions", _PACKAGE)
_SCOPES = ("region", "campus", "shared", "fleet")


@dataclass(frozen=True)
class Published:
    """A figure that a provider publishes of a region, with its year, what it is of, and its sources."""

    amount: float
    year: int
    reason: str
    sources: tuple[str, ...]


@tables.cached
def regions() -> Mapping[str, Mapping[str, tables.Row]]:
    """Every cloud region: provider -> region -> row; empty where the package is not installed."""
    found: dict[str, dict[str, tables.Row]] = defaultdict(dict)
    if tables.has(_PACKAGE, "regions"):
        for row in tables.rows(_PACKAGE, "regions"):
            found[row["provider"]][row["region"]] = row
    return dict(found)


def region(provider: str, name: str) -> tables.Row:
    """A region of a provider.

    Raises
    ------
    UnknownKeyError : with the nearest names
    """
    known = regions()
    key = provider.strip().casefold()
    if key not in known:
        raise UnknownKeyError(
            "unknown cloud provider", field="cloud", value=provider, accepted=", ".join(sorted(known))
        )
    by_name = {one.casefold(): row for one, row in known[key].items()}
    found = by_name.get(name.strip().casefold())
    if found is None:
        raise UnknownKeyError(
            f"unknown region of {key}", field="region", value=name, accepted=did_you_mean(name, known[key])
        )
    return found


@tables.cached
def _facilities() -> Mapping[tuple[str, str, str], Mapping[int, list[tables.Row]]]:
    found: dict[tuple[str, str, str], dict[int, list[tables.Row]]] = defaultdict(lambda: defaultdict(list))
    for package in _FACILITY_PACKAGES:
        if tables.has(package, "facility"):
            for row in tables.rows(package, "facility"):
                found[row["provider"], row["region"], row["attribute"]][int(row["year"])].append(row)
    return {key: dict(years) for key, years in found.items()}


def published_years(provider: str, name: str, attribute: str) -> tuple[list[int], bool]:
    """Years of which a figure of a region ("pue" or "wue") is published, and whether it is of the whole fleet only."""
    place = region(provider, name)
    own = _facilities().get((place["provider"], place["region"], attribute))
    return sorted(own or _facilities().get((place["provider"], "fleet", attribute)) or ()), not own


def published(provider: str, name: str, attribute: str, year: int | None) -> Published | None:
    """The provider's figure of a region ("pue" or "wue") for the year nearest to ``year``; None where it has none.

    A figure of the region itself comes before those of its campuses (their mean) and one shared with other regions.
    """
    place = region(provider, name)
    known = _facilities()
    own = known.get((place["provider"], place["region"], attribute))
    by_year = own or known.get((place["provider"], "fleet", attribute))
    if not by_year:
        return None
    nearest = tables.nearest_year(by_year, year)
    scope = min((row["scope"] for row in by_year[nearest]), key=_SCOPES.index)
    rows = [row for row in by_year[nearest] if row["scope"] == scope]
    amount = sum(float(row["amount"]) for row in rows) / len(rows)
    of = {
        "region": "the region",
        "campus": f"{len(rows)} campuses, their mean",
        "shared": "an area of several regions",
        "fleet": "the provider's whole fleet",
    }
    notes = {row["note"] for row in rows if row["note"]}
    reason = f"published for {of.get(scope, scope)} in {nearest}" + "".join(f"; {note}" for note in sorted(notes))
    return Published(amount, nearest, reason, tuple(sorted({one for row in rows for one in row["source"].split(";")})))
