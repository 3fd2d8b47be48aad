"""Write a Frictionless data package: CSV files in long form, a source for every row, and a hash for every file.

Every importer in this folder builds its rows and hands them to :func:`write_package`, which prints what moved.
Importing the same upstream twice gives the same bytes, so a second run leaves no difference in version control.
"""

from __future__ import annotations

import atexit
import csv
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from package_diff import moves, report

ROOT = Path(__file__).resolve().parent.parent

#: Folder of the data that the importers read and compare with: the project, unless the command line names another.
BASE = ContextVar("BASE", default=ROOT)
#: Folder they write to: the same, or a folder that is thrown away when only the report is asked for.
TARGET: ContextVar[Path | None] = ContextVar("TARGET", default=None)

#: The columns of every ``sources.csv``; all but ``page`` are required.
SOURCE_COLUMNS = ("id", "title", "url", "licence", "accessed", "page")

#: The columns of every table of factors below ``emission_factors/``.
FACTOR_COLUMNS = (
    "activity",  # what one unit of which carries the impact, e.g. "coal", "cpu", "NVIDIA A100 PCIe 40GB"
    "part",  # a part of the activity ("die", "base", "heatsink"), or empty
    "life_cycle_stage",  # manufacture | transport | use | end of life
    "category",  # a category of emission_factors/method/categories.csv
    "amount",
    "unit",  # the category's unit as printed in categories.csv
    "per",  # kWh | item | mm2 | cm2 | GB | kg | kg km
    "year",
    "geography",
    "grade",  # sourced | proxy | partial
    "method_in_source",  # EF 3.1 | EF 3.0 | ILCD | IPCC AR5 | CML | inventory | unknown
    "distribution",  # lognormal | triangular | uniform | (empty: not stated)
    "low",
    "high",
    "source",  # id of a row of sources.csv; several joined by ";"
    "note",
)

_NUMBERS = {"amount", "low", "high", "share"}
_INTEGERS = {"year"}
_OPTIONAL = {
    "applies_to", "covers", "distribution", "geography", "high", "low", "note", "page", "part", "stands_in_for", "unit",
    "year",
}  # fmt: skip


@dataclass
class Package:
    """A data package being built: its folder below the project root, its licence and its tables."""

    folder: str
    title: str
    version: str
    licence: str
    licence_url: str
    notice: str
    sources: Sequence[Mapping[str, str]]
    tables: dict[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)


def base() -> Path:
    """Return the folder that holds the data packages as they are."""
    return BASE.get()


def target() -> Path:
    """Return the folder to write below."""
    return TARGET.get() or base()


def write_nothing() -> None:
    """From now on write into a folder that is thrown away at the end: only the report of what would move stays."""
    scratch = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    TARGET.set(scratch)


def write_package(package: Package) -> Path:
    """Write ``package``, print what moved in it, and return its folder."""
    tables = {"sources": package.sources, **package.tables}
    contents = {name: _csv(rows) for name, rows in tables.items()}
    print("\n".join(_moved(package.folder, contents)))
    folder = target() / package.folder
    resources = [_resource(name, rows, contents[name]) for name, rows in tables.items()]
    descriptor = {
        "name": package.folder.replace("/", "-").replace("_", "-"),
        "title": package.title,
        "version": package.version,
        "licenses": [{"name": package.licence, "path": package.licence_url}],
        "resources": resources,
    }
    for name, content in contents.items():
        write_file(folder / f"{name}.csv", content)
    write_file(folder / "datapackage.json", (json.dumps(descriptor, indent=1) + "\n").encode())
    write_file(folder / "NOTICE.md", (package.notice.strip() + "\n").encode())
    return folder


def write_file(path: Path, content: bytes) -> None:
    """Write a file, its folder with it; a file that holds the very same is left untouched."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_package(folder: str) -> Package:
    """Return the package that is in ``folder``, e.g. ``datasets/grid``: its tables as text.

    Raises
    ------
    FileNotFoundError : where there is none
    """
    place = base() / folder
    descriptor = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
    tables = {
        str(one["name"]): _rows((place / str(one["path"])).read_bytes())
        for one in descriptor["resources"]
        if str(one["path"]).endswith(".csv")
    }
    return Package(
        folder,
        descriptor["title"],
        descriptor["version"],
        descriptor["licenses"][0]["name"],
        descriptor["licenses"][0]["path"],
        (place / "NOTICE.md").read_text(encoding="utf-8"),
        tables.pop("sources"),
        {**tables},
    )


def _moved(folder: str, contents: Mapping[str, bytes]) -> list[str]:
    """Return what the new tables change in the package as it is, in lines."""
    there = base() / folder
    if not (there / "datapackage.json").is_file():
        return [f"{folder}: a new package of {len(contents)} tables"]
    lines: list[str] = []
    for name, content in contents.items():
        path = there / f"{name}.csv"
        before = path.read_bytes() if path.is_file() else b""
        if before != content:
            moved = report(f"{folder}/{name}", moves(_rows(before), _rows(content)))
            lines += moved or [f"{folder}/{name}: the same rows in another order or spelling"]
    return lines or [f"{folder}: nothing moved"]


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def _csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _resource(name: str, rows: Sequence[Mapping[str, object]], content: bytes) -> dict[str, object]:
    schema: dict[str, object] = {"fields": [_field(column) for column in rows[0]]}
    if name == "sources":
        schema["primaryKey"] = "id"
    return {
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        "schema": schema,
    }


def _field(column: str) -> dict[str, object]:
    kind = "number" if column in _NUMBERS else "integer" if column in _INTEGERS else "string"
    return {"name": column, "type": kind, "constraints": {"required": column not in _OPTIONAL}}
