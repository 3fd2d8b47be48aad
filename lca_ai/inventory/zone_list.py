"""Lists of places to assess a workload in: grid zones with a mix, and the regions of cloud providers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lca_ai import tables
from lca_ai.errors import MissingFactorError, StudyError, UnknownKeyError, did_you_mean
from lca_ai.inventory.mixes import intensities, years
from lca_ai.models import cloud, zone_names
from lca_ai.models.base import build
from lca_ai.models.location import Location

ALL, COUNTRIES = "all", "countries"
_COUNTRY, _AGGREGATE = "country", "aggregate"


def zones(which: str = ALL, *, year: int | None = None, with_mix: bool = True) -> tuple[str, ...]:
    """Codes of grid zones, in alphabetical order, e.g. to assess one workload in each of them.

    Parameters
    ----------
    which : "all" (countries and the zones within them), "countries", or a country in any spelling for the zones within
        it (states, provinces, balancing areas) without itself. Sums over countries (the EU, the world) are never among
        them. Zones overlap (a country and its states, states and balancing areas): places to choose from, not to add up
    year : only those with figures of this year
    with_mix : only those with a generation mix, which all categories need; False for those with climate change only too

    Raises
    ------
    UnknownKeyError : for no such list or country, with the nearest names
    StudyError : for a zone within a country
    MissingFactorError : where no zone is left, with the years that are there

    Examples
    --------
    >>> zones("CA")[:3], len(zones("countries"))
    (('CA-AB', 'CA-BC', 'CA-MB'), 213)
    >>> zones("United States", year=2022)[:2]
    ('US-AK', 'US-AL')
    """
    known = zone_names.zones()
    asked = _asked(which)
    published = _published(with_mix)
    places = [code for code in sorted(published) if _belongs(known[code], asked)]
    found = tuple(code for code in places if year is None or year in published[code])
    if not found:
        raise MissingFactorError(
            _none_of(which, with_mix), field="zones", value=year, accepted=_otherwise(asked, places, published)
        )
    return found


def cloud_regions(provider: str = ALL, *, year: int | None = None) -> tuple[Location, ...]:
    """The regions of a cloud provider as places, by provider and name, with the PUE and WUE that it publishes.

    Parameters
    ----------
    provider : "aws", "azure", "gcp", "oracle", "ovhcloud" or "scaleway"; "all" for all of them
    year : of the grid mix of each place, as of :class:`~lca_ai.models.location.Location`

    Raises
    ------
    UnknownKeyError : for an unknown provider, with those that are known

    Examples
    --------
    >>> paris = next(place for place in cloud_regions("aws") if place.region == "eu-west-3")
    >>> paris.zone, len(cloud_regions("all"))
    ('FR', 212)
    """
    known = cloud.regions()
    key = provider.strip().casefold()
    if key not in {ALL, *known}:
        names = ", ".join((ALL, *sorted(known)))
        raise UnknownKeyError("unknown cloud provider", field="cloud", value=provider, accepted=names)
    providers = sorted(known) if key == ALL else [key]
    given = {} if year is None else {"year": year}
    places = [{"cloud": one, "region": name} for one in providers for name in sorted(known[one])]
    return tuple(build(Location, place | given) for place in places)


def _asked(which: str) -> str:
    """The list or the country that is meant.

    Raises
    ------
    UnknownKeyError, StudyError : as of :func:`zones`
    """
    plain = str(which).strip().casefold()
    if plain in {ALL, COUNTRIES}:
        return plain
    try:
        code = zone_names.zone_code(str(which))
    except UnknownKeyError as fault:
        near = did_you_mean(str(which), (ALL, COUNTRIES))
        hint = near if near.startswith("did") else f'"{ALL}", "{COUNTRIES}" or a country: {fault.accepted}'
        raise UnknownKeyError("no such list of grid zones", field="zones", value=which, accepted=hint) from None
    row = zone_names.zones()[code]
    if row["kind"] == _AGGREGATE:
        raise StudyError("a sum over countries", field="zones", value=which, accepted=f'"{ALL}", "{COUNTRIES}"')
    if row["kind"] != _COUNTRY:
        within = f'"{row["country"]}" for all zones of its country; "{code}" alone is a zone already'
        raise StudyError("a zone within a country", field="zones", value=which, accepted=within)
    return code


def _belongs(row: tables.Row, asked: str) -> bool:
    if asked == ALL:
        return row["kind"] != _AGGREGATE
    if asked == COUNTRIES:
        return row["kind"] == _COUNTRY
    return row["country"] == asked and row["kind"] not in {_COUNTRY, _AGGREGATE}


@tables.cached
def _published(with_mix: bool) -> Mapping[str, Collection[int]]:  # noqa: FBT001 (a key of the kept values)
    """Years with figures of each zone that has any."""
    of_mixes = {code: frozenset(years(code)) for code in zone_names.zones()}
    found = of_mixes if with_mix else {code: of | set(intensities().get(code, ())) for code, of in of_mixes.items()}
    return {code: of for code, of in found.items() if of}


def _none_of(which: str, with_mix: bool) -> str:  # noqa: FBT001 (as above)
    return f"no grid zone of {which} with {'a generation mix' if with_mix else 'figures'}"


def _otherwise(asked: str, places: Collection[str], published: Mapping[str, Collection[int]]) -> str:
    """What there is instead: other years, zones with climate change only, or the country itself."""
    if places:
        there = sorted({year for code in places for year in published[code]})
        return f"{there[0]} to {there[-1]}"
    further = sum(_belongs(row, asked) for row in zone_names.zones().values())
    alone = f"with_mix=False ({further} with climate change only)" if further else ""
    return " or ".join(filter(None, (f'the country itself, "{asked}", as one zone', alone)))
