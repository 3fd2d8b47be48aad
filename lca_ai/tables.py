"""The data packages of the project: found, read, checked, and looked up with an error that helps.

A package is a folder with a ``datapackage.json`` (Frictionless), CSV files in long form and a ``sources.csv``. Tables
are read on first use and kept; nothing is read at import.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lca_ai import units
from lca_ai.errors import MissingFactorError, TableError, UnitError, UnknownKeyError, did_you_mean
from lca_ai.sources import Factor, Source

_FOLDERS = ("datasets", "emission_factors")

Row = Mapping[str, str]


@cache
def data_root() -> Path:
    """The folder that holds ``datasets/`` and ``emission_factors/``: inside the package, else beside it.

    Raises
    ------
    TableError : where neither place has them
    """
    here = Path(__file__).resolve().parent
    for root in (here, here.parent):
        if all((root / folder).is_dir() for folder in _FOLDERS):
            return root
    raise TableError(
        "the data folders are missing from this installation", value=str(here), accepted="reinstall lca-ai"
    )


@dataclass(frozen=True)
class Package:
    """A data package: its name below the data root, its description and its folder."""

    name: str
    folder: Path
    descriptor: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Version of the package."""
        return str(self.descriptor["version"])

    @property
    def licence(self) -> str:
        """Licence of the package."""
        return str(self.descriptor["licenses"][0]["name"])

    def resources(self) -> list[Mapping[str, Any]]:
        """The tables, as the description lists them."""
        return list(self.descriptor["resources"])


@cache
def packages() -> Mapping[str, Package]:
    """Every data package by its name, e.g. ``datasets/grid``."""
    return MappingProxyType(_packages_in(data_root()))


def _packages_in(root: Path) -> dict[str, Package]:
    found = {}
    for description in sorted(path for folder in _FOLDERS for path in (root / folder).glob("*/datapackage.json")):
        name = description.parent.relative_to(root).as_posix()
        found[name] = Package(name, description.parent, json.loads(description.read_text(encoding="utf-8")))
    return found


@cache
def rows(package: str, table: str) -> tuple[Row, ...]:
    """All rows of a table, as text.

    Raises
    ------
    TableError : where there is no such package or table
    """
    known = packages()
    if package not in known or not (known[package].folder / f"{table}.csv").is_file():
        raise TableError("no such table", value=f"{package}/{table}", accepted=did_you_mean(package, known))
    return _read(known[package].folder / f"{table}.csv")


def _read(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def has(package: str, table: str) -> bool:
    """Whether the package is installed and has the table."""
    return package in packages() and (packages()[package].folder / f"{table}.csv").is_file()


def file_digest(path: Path) -> str:
    """The sha256 of a file as it is on disk, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(package: str, path: str) -> str:
    """The sha256 of a file of a package."""
    return file_digest(packages()[package].folder / path)


def nearest_year(published: Iterable[int], year: int | None) -> int:
    """The published year nearest to ``year``, the earlier one of two; the latest where no year is asked."""
    known = sorted(published)
    return min(known, key=lambda one: abs(one - year)) if year is not None else known[-1]


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its id."""
    found: dict[str, Source] = {}
    for package in packages():
        for row in rows(package, "sources"):
            found[row["id"]] = Source(
                row["id"], row["title"], row["url"], row["licence"], row["accessed"], row.get("page") or "", package
            )
    return MappingProxyType(found)


@cache
def assumptions() -> Mapping[str, Row]:
    """The project's stated assumptions by their key."""
    return MappingProxyType({row["key"]: row for row in rows("datasets/assumptions", "assumptions")})


def assumption(key: str) -> float:
    """The value of one stated assumption, in the unit its row says.

    Raises
    ------
    UnknownKeyError : where no row has the key
    """
    known = assumptions()
    if key not in known:
        raise UnknownKeyError("no such assumption", value=key, accepted=did_you_mean(key, known))
    return float(known[key]["value"])


@cache
def categories() -> Mapping[str, Row]:
    """The impact categories and indicators, by name, in the order of the method."""
    return MappingProxyType({row["category"]: row for row in rows("emission_factors/method", "categories")})


def category_unit(category: str) -> str:
    """The unit of an impact category, as printed.

    Raises
    ------
    UnknownKeyError : where the method has no such category
    """
    if category not in categories():
        raise UnknownKeyError("no such impact category", value=category, accepted=did_you_mean(category, categories()))
    return categories()[category]["unit"]


def factor(row: Row) -> Factor:
    """A row of a factor table as a :class:`Factor`."""
    return Factor(
        activity=row["activity"],
        part=row["part"],
        stage=row["life_cycle_stage"],
        category=row["category"],
        amount=float(row["amount"]),
        unit=row["unit"],
        per=row["per"],
        grade=row["grade"],
        method_in_source=row["method_in_source"],
        low=float(row["low"]) if row["low"] else None,
        high=float(row["high"]) if row["high"] else None,
        sources=tuple(row["source"].split(";")),
        year=row["year"],
        geography=row["geography"],
        note=row["note"],
    )


#: The factor tables, in the order in which they are searched. Vendor footprints are alternatives and not among them.
FACTOR_TABLES = (
    ("emission_factors/electricity", "technologies"),
    ("emission_factors/electricity-odbl", "technologies"),
    ("emission_factors/components", "factors"),
    ("emission_factors/components-by-sa", "factors"),
    ("emission_factors/accelerators", "cards"),
    ("emission_factors/accelerators", "parametric"),
    ("emission_factors/accelerators", "transport"),
)


@cache
def _factors() -> Mapping[str, tuple[Factor, ...]]:
    found: dict[str, list[Factor]] = defaultdict(list)
    for package, table in FACTOR_TABLES:
        for row in rows(package, table) if has(package, table) else ():  # a share-alike package may be left out
            found[row["activity"]].append(factor(row))
    return MappingProxyType({activity: tuple(many) for activity, many in found.items()})


def activities() -> list[str]:
    """Every activity that some table has factors for."""
    return sorted(_factors())


def factors(activity: str, part: str | None = None, *, stage: str | None = None) -> tuple[Factor, ...]:
    """The factors of an activity, or of one part of it, or of one life cycle stage.

    Raises
    ------
    MissingFactorError : where no table has any
    """
    found = tuple(
        one
        for one in _factors().get(activity, ())
        if (part is None or one.part == part) and (stage is None or one.stage == stage)
    )
    if not found:
        asked = activity if part is None else f"{activity}, {part}"
        raise MissingFactorError(
            "no factor for this activity", value=asked, accepted=did_you_mean(activity, _factors())
        )
    return found


def lock() -> dict[str, dict[str, str]]:
    """Version and sha256 of every table of every package."""
    return {
        f"{name}/{resource['name']}": {
            "version": package.version,
            "sha256": digest(name, str(resource["path"])),
        }
        for name, package in packages().items()
        for resource in package.resources()
    }


#: What stands in the unit column and is no physical unit: a text, height units of a rack, a share of the output.
_LABELS = frozenset({"1", "text", "U", "kg/U", "% of output"})
_SHARES_OFF = 0.01
_NUMBERS = ("amount", "share", "factor", "low", "high")


def check(root: Path | None = None) -> list[str]:
    """Problems of the data packages, one sentence each, with package, table and line; none where all holds.

    Hashes, sources, units, categories and numbers of every table; duplicates of the factor tables; sums of the mixes.

    Parameters
    ----------
    root : folder that holds ``datasets/`` and ``emission_factors/``; that of the installation where not given
    """
    known = _packages_in(root or data_root())
    found = [problem for package in known.values() for problem in _broken_files(package)]
    content = {
        f"{name}/{Path(str(one['path'])).stem}": _read(package.folder / str(one["path"]))
        for name, package in known.items()
        for one in package.resources()
        if str(one["path"]).endswith(".csv") and (package.folder / str(one["path"])).is_file()
    }
    ids = {row["id"] for name, many in content.items() if name.endswith("/sources") for row in many}
    units_of = {row["category"]: row["unit"] for row in content.get("emission_factors/method/categories", ())}
    for name, many in content.items():
        for line, row in enumerate(many, start=2):
            found += [f"{name}, line {line}: {problem}" for problem in _broken_row(row, ids, units_of)]
    return [*found, *_sources_that_differ(content), *_repeated_factors(content), *_shares_off(content)]


def _broken_files(package: Package) -> list[str]:
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
        elif file_digest(package.folder / path) != expected:
            found.append(f"{package.name}/{path}: its hash is not that of the description")
    return found


def _broken_row(row: Row, ids: set[str], units_of: Mapping[str, str]) -> list[str]:
    """What a row says that cannot be: its source, unit, category and numbers."""
    found = []
    if "source" in row:
        cited = [one for one in (row["source"] or "").split(";") if one]
        found += [] if cited else ["no source"]
        found += [f"unknown source {one!r}" for one in cited if one not in ids]
    found += [
        f"unknown unit {row[key]!r}"
        for key in ("unit", "per", "capacity_unit")
        if row.get(key) and not _is_unit(row[key])
    ]
    if "category" in row and row["category"] not in units_of:
        found.append(f"unknown category {row['category']!r}")
    elif "activity" in row and not _same_unit(row["unit"], units_of[row["category"]]):
        found.append(f"the unit {row['unit']!r} is not that of {row['category']}, {units_of[row['category']]!r}")
    return found + [
        f"{key} is not a number: {row[key]!r}" for key in _NUMBERS if row.get(key) and not _is_number(row[key])
    ]


@cache
def _is_unit(text: str) -> bool:
    try:
        units.unit(text)
    except UnitError:
        return text in _LABELS
    return True


@cache
def _same_unit(text: str, expected: str) -> bool:
    """Whether two spellings mean the same unit, its size included."""
    try:
        one, other = units.unit(text), units.unit(expected)
    except UnitError:
        return False
    same: bool = one.dimensionality == other.dimensionality and math.isclose(
        (1 * one).to(other).magnitude, 1.0, rel_tol=1e-12
    )
    return same


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _sources_that_differ(content: Mapping[str, tuple[Row, ...]]) -> list[str]:
    """Sources of one id in two packages that are not the same document."""
    first: dict[str, tuple[str, Row]] = {}
    found = []
    for name, many in content.items():
        for row in many if name.endswith("/sources") else ():
            place, known = first.setdefault(row["id"], (name, row))
            if row["url"] != known["url"]:
                found.append(f"{name}: the url of {row['id']} is not that in {place}")
    return found


def _repeated_factors(content: Mapping[str, tuple[Row, ...]]) -> list[str]:
    seen: dict[tuple[str, ...], str] = {}
    found = []
    for name in (f"{package}/{table}" for package, table in FACTOR_TABLES):
        for line, row in enumerate(content.get(name, ()), start=2):
            key = tuple(row[column] for column in ("activity", "part", "life_cycle_stage", "category"))
            place = f"{name}, line {line}"
            if seen.setdefault(key, place) != place:
                found.append(f"{place}: {', '.join(filter(None, key))} is there already, in {seen[key]}")
    return found


def _shares_off(content: Mapping[str, tuple[Row, ...]]) -> list[str]:
    """Mixes whose shares do not sum to one."""
    found = []
    for name, many in content.items():
        sums: dict[tuple[str, str], float] = defaultdict(float)
        for row in many if name.endswith("/generation_mix") else ():
            sums[row["zone"], row["year"]] += float(row["share"]) if _is_number(row["share"]) else math.nan
        off = {key: total for key, total in sums.items() if not abs(total - 1.0) <= _SHARES_OFF}
        found += [f"{name}: the shares of {zone} in {year} sum to {total:.4g}" for (zone, year), total in off.items()]
    return found
