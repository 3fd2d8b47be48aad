"""The data packages of the project: found, read, and looked up with an error that helps.

A package is a folder with a ``datapackage.json`` (Frictionless), CSV files in long form and a ``sources.csv``. Tables
are read on first use and kept; nothing is read at import. A user's own tables lie over them while :func:`using` holds
an :class:`Overlay`: a context variable, so that nothing of one assessment is seen by another.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from lca_ai.errors import MissingFactorError, TableError, UnknownKeyError, did_you_mean
from lca_ai.sources import Factor, Source

_FOLDERS = ("datasets", "emission_factors")

Row = Mapping[str, str]
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Change:
    """Rows of the project that a user's own table replaced, or added: what, how many, and by which file."""

    what: str
    count: int
    detail: str


@dataclass(frozen=True, eq=False)
class Overlay:
    """A user's own tables over those of the project; see :mod:`lca_ai.own_tables`, which reads and checks them.

    Attributes
    ----------
    rows : package and table -> all its rows, those of the user in place of the project's of the same key
    own : table -> the user's rows alone
    sources : the user's sources by their id
    digests : own table -> sha256 of its file
    changes : what was replaced and added
    """

    rows: Mapping[tuple[str, str], tuple[Row, ...]]
    own: Mapping[str, tuple[Row, ...]]
    sources: Mapping[str, Source]
    digests: Mapping[str, str]
    changes: tuple[Change, ...]
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def keep(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """The value of a pure look-up, computed once over these tables."""
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in self._kept:
            self._kept[key] = function(*args, **kwargs)
        found: _T = self._kept[key]
        return found


_OVERLAY: ContextVar[Overlay | None] = ContextVar("lca_ai_tables", default=None)


def overlay() -> Overlay | None:
    """The user's own tables that lie over the project's here and now; None without any."""
    return _OVERLAY.get()


def own_rows(table: str) -> tuple[Row, ...]:
    """The rows of a user's own table alone; none where there is no such table."""
    own = _OVERLAY.get()
    return own.own.get(table, ()) if own is not None else ()


@contextmanager
def using(tables: Overlay | None) -> Iterator[None]:
    """Look up in ``tables`` before the project's own; with None, as it was."""
    token = _OVERLAY.set(tables if tables is not None else _OVERLAY.get())
    try:
        yield
    finally:
        _OVERLAY.reset(token)


def cached(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Keep the values of a look-up, apart for the project's tables and for each overlay of a user's own.

    Everything that depends on :func:`rows` is kept by this and never by ``functools.cache``, which would give the
    figures of one user's tables to the next assessment.
    """
    kept = cache(function)

    @wraps(function)
    def look_up(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        own = _OVERLAY.get()
        if own is not None:
            return own.keep(function, *args, **kwargs)
        return kept(*args, **kwargs)  # type: ignore[arg-type] # arguments of a cached function are hashable

    return look_up


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
    return MappingProxyType(packages_in(data_root()))


def packages_in(root: Path) -> dict[str, Package]:
    """Every data package below a folder, by its name."""
    found = {}
    for description in sorted(path for folder in _FOLDERS for path in (root / folder).glob("*/datapackage.json")):
        name = description.parent.relative_to(root).as_posix()
        found[name] = Package(name, description.parent, json.loads(description.read_text(encoding="utf-8")))
    return found


def rows(package: str, table: str) -> tuple[Row, ...]:
    """All rows of a table, as text, a user's own rows among them.

    Raises
    ------
    TableError : where there is no such package or table
    """
    own = _OVERLAY.get()
    found = own.rows.get((package, table)) if own is not None else None
    return found if found is not None else project_rows(package, table)


@cache
def project_rows(package: str, table: str) -> tuple[Row, ...]:
    """All rows of a table as the project has it.

    Raises
    ------
    TableError : where there is no such package or table
    """
    known = packages()
    if package not in known or not (known[package].folder / f"{table}.csv").is_file():
        raise TableError("no such table", value=f"{package}/{table}", accepted=did_you_mean(package, known))
    return read(known[package].folder / f"{table}.csv")


def read(path: Path) -> tuple[Row, ...]:
    """The rows of a CSV file of a package, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        heads = next(lines, [])
        return tuple(dict(zip(heads, line, strict=False)) for line in lines if line)


def has(package: str, table: str) -> bool:
    """Whether the package is installed and has the table, or a user's own rows stand for it."""
    own = _OVERLAY.get()
    return (own is not None and (package, table) in own.rows) or has_project(package, table)


def has_project(package: str, table: str) -> bool:
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


@cached
def sources() -> Mapping[str, Source]:
    """Every source by its id, a user's own among them."""
    found: dict[str, Source] = {}
    for package in packages():
        for row in rows(package, "sources"):
            found[row["id"]] = Source(
                row["id"], row["title"], row["url"], row["licence"], row["accessed"], row.get("page") or "", package
            )
    own = _OVERLAY.get()
    return MappingProxyType(found | dict(own.sources) if own is not None else found)


@cached
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


@cached
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


@cached
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
    """Version and sha256 of every table of every package, and of a user's own tables as ``own/NAME``."""
    own = _OVERLAY.get()
    digests = own.digests if own is not None else {}
    mine = {f"own/{name}": {"version": f"sha256 {sha[:12]}", "sha256": sha} for name, sha in digests.items()}
    return mine | {
        f"{name}/{resource['name']}": {
            "version": package.version,
            "sha256": digest(name, str(resource["path"])),
        }
        for name, package in packages().items()
        for resource in package.resources()
    }
