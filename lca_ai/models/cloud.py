"""Cloud regions by name: where they are, on which grid, and what the provider publishes of the facility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from lca_ai import tables
from lca_ai.errors import UnknownKeyError, did_you_mean

_PACKAGE = "datasets/cloud-regions-odbl"


@cache
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


@cache
def _facilities() -> Mapping[tuple[str, str, str], Mapping[int, tables.Row]]:
    found: dict[tuple[str, str, str], dict[int, tables.Row]] = defaultdict(dict)
    if tables.has(_PACKAGE, "facility"):
        for row in tables.rows(_PACKAGE, "facility"):
            found[row["provider"], row["region"], row["attribute"]][int(row["year"])] = row
    return dict(found)


def published(provider: str, name: str, attribute: str, year: int | None) -> tables.Row | None:
    """The provider's figure of a region ("pue" or "wue") for the year nearest to ``year``; None where it has none."""
    row = region(provider, name)
    by_year = _facilities().get((row["provider"], row["region"], attribute))
    if not by_year:
        return None
    return by_year[min(by_year, key=lambda one: (abs(one - (year or max(by_year))), one))]
