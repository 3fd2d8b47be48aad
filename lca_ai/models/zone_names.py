"""Grid zones and their names: any spelling to the one code, and no name of two zones to either of them silently."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from lca_ai import tables
from lca_ai.errors import StudyError, UnknownKeyError
from lca_ai.models import cloud

#: Packages of grid zones, in the order of precedence; the last one knows climate change only.
ZONE_PACKAGES = ("datasets/grid", "datasets/grid-odbl", "datasets/grid-intensity-odbl")

#: Names less alike than this are no suggestion: "paris" is not Pakistan. [ratio of difflib]
_ALIKE = 0.75
_HOW_TO_LIST = 'a grid zone; list them by words with "lca-ai location --search" (a country, a state, a city)'


@tables.cached
def zones() -> dict[str, tables.Row]:
    """Every grid zone, by its code."""
    found: dict[str, tables.Row] = {}
    for package in ZONE_PACKAGES:
        if tables.has(package, "zones"):
            found |= {row["zone"]: row for row in tables.rows(package, "zones") if row["zone"] not in found}
    return found


def plain(name: str) -> str:
    """A name without case, accents, punctuation and a leading or trailing "the"; "St." is Saint and "&" is and.

    A name of single letters is one word: "U.S.A." is "USA".

    >>> plain("Côte d'Ivoire"), plain("us_miso"), plain("Bahamas, The"), plain("U.K.")
    ('cote divoire', 'us miso', 'bahamas', 'uk')
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    bare = re.sub("['\u2019\u02bc`]", "", bare.casefold()).replace("&", " and ")  # one apostrophe is as good as another
    words = ["saint" if word == "st" else word for word in re.findall(r"\w+", bare.replace("_", " "))]
    words = words[1:] if words[:1] == ["the"] else words
    words = ["".join(words)] if len(words) > 1 and all(re.fullmatch("[a-z]", word) for word in words) else words
    return " ".join(words[:-1] if words[-1:] == ["the"] else words)


@tables.cached
def _by_code() -> Mapping[str, str]:
    """Zone by its plain code, then by its country's ISO 3166-1 alpha-3 code."""
    countries = {plain(row["iso3"]): code for code, row in zones().items() if row["kind"] in {"country", "aggregate"}}
    return countries | {plain(code): code for code in zones()}


@tables.cached
def _by_name() -> Mapping[str, frozenset[str]]:
    """All the zones that bear a plain name."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, aliases in _spellings().items():
        for alias in aliases:
            found[plain(alias)].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


def shared_names() -> Mapping[str, frozenset[str]]:
    """The plain names that several zones bear, which :func:`zone_code` refuses."""
    return {name: codes for name, codes in _by_name().items() if len(codes) > 1 and name not in _by_code()}


def zone_code(name: str) -> str:
    """The canonical code of a grid zone, from its code or any other spelling, whatever its case and accents.

    A code comes before a name, and two letters alone are a country by ISO 3166-1, in either case: "CA" and "ca" are
    Canada, "GA" is Gabon, "DE" is Germany and "IN" is India; the states are "US-CA", "US-GA", "US-DE" and "US-IN".

    Raises
    ------
    StudyError : for a name of several zones, with each of them
    UnknownKeyError : with the nearest spellings
    """
    key = plain(name)
    if key in _by_code():
        return _by_code()[key]
    found = _by_name().get(key, frozenset())
    if len(found) > 1:
        raise StudyError("several zones have this name", field="zone", value=name, accepted=_candidates(found))
    if not found:
        raise UnknownKeyError("unknown grid zone", field="zone", value=name, accepted=_nearest(name))
    return next(iter(found))


def spellings(code: str) -> list[str]:
    """The names and other codes of a zone that are its alone or that it shares, as the tables write them."""
    return list(_spellings().get(code, ()))


@tables.cached
def _spellings() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for package in ZONE_PACKAGES:
        for row in tables.rows(package, "zone_aliases") if tables.has(package, "zone_aliases") else ():
            found[row["zone"]].append(row["alias"])
    return dict(found)


def _candidates(codes: frozenset[str]) -> str:
    rows = [zones()[code] for code in sorted(codes)]
    return " or ".join(f"{row['zone']} ({row['kind']}: {row['name']})" for row in rows)


def _nearest(name: str) -> str:
    """What may be meant by a name that no zone bears: a cloud region, a state by its letters, or the nearest names."""
    key = plain(name)
    places = [row for by_name in cloud.regions().values() for row in by_name.values() if plain(row["region"]) == key]
    if places:
        named = " or ".join(f"cloud {row['provider']} with region {row['region']}" for row in places)
        return f"{named} (in the zone {places[0]['grid_zone']})"
    parts = [
        code for code, row in zones().items() if key and (plain(code).split()[1:] == [key] or plain(row["name"]) == key)
    ]
    if parts:
        return " or ".join(f"{code} ({zones()[code]['name']})" for code in parts)
    within = _around(name)
    if within:
        return f"{within} ({zones()[within]['kind']}: {zones()[within]['name']}), which it is in"
    told = {plain(alias): alias for aliases in _spellings().values() for alias in aliases}
    told = {key: alias for key, alias in told.items() if key not in _by_code()} | {
        plain(code): code for code in zones()
    }
    near = [told[one] for one in difflib.get_close_matches(key, told, n=3, cutoff=_ALIKE)]
    if not near:
        return _HOW_TO_LIST
    return f"did you mean {' or '.join(filter(None, [', '.join(near[:-1]), near[-1]]))}?"


def _around(name: str) -> str:
    """The zone that the code of a part of it begins with: DE of DE-LU, US-HI of US-HI-OA; empty where none does."""
    if not re.fullmatch(r"[A-Za-z]{2}([-_][A-Za-z0-9]+)+", name.strip()):
        return ""
    parts = re.split("[-_]", name.strip().upper())
    outer = ("-".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return next((code for code in outer if code in zones()), "")
