"""The data packages of the project: found, read, checked, and looked up with an error that helps.

A package is a folder with a ``datapackage.json`` (Frictionless), CSV files in long form and a ``sources.csv``. Tables
are read on first use and kept; nothing is read at import.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lca_ai.errors import MissingFactorError, TableError, UnknownKeyError, did_you_mean
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
    raise TableError("the data folders are missing from this installation", value=str(here), accepted="reinstall lca-ai")


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
    found = {}
    for description in sorted(path for folder in _FOLDERS for path in (data_root() / folder).glob("*/datapackage.json")):
        name = description.parent.relative_to(data_root()).as_posix()
        found[name] = Package(name, description.parent, json.loads(description.read_text(encoding="utf-8")))
    return MappingProxyType(found)


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
    with (known[package].folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def has(package: str, table: str) -> bool:
    """Whether the package is installed and has the table."""
    return package in packages() and (packages()[package].folder / f"{table}.csv").is_file()


def digest(package: str, path: str) -> str:
    """The sha256 of a file of a package as it is on disk."""
    return hashlib.sha256((packages()[package].folder / path).read_bytes()).hexdigest()


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
    ("emission_factors/accelerators", "cards"),
    ("emission_factors/accelerators", "parametric"),
    ("emission_factors/accelerators", "transport"),
)


@cache
def _factors() -> Mapping[str, tuple[Factor, ...]]:
    found: dict[str, list[Factor]] = defaultdict(list)
    for package, table in FACTOR_TABLES:
        for row in rows(package, table):
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
        raise MissingFactorError("no factor for this activity", value=asked, accepted=did_you_mean(activity, _factors()))
    return found


def lock() -> dict[str, dict[str, str]]:
    """Version and sha256 of every table of every package."""
    return {
        f"{name}/{resource['name']}": {"version": package.version, "sha256": digest(name, str(resource["path"]))}
        for name, package in packages().items()
        for resource in package.resources()
    }
