"""Write a Frictionless data package: CSV files in long form, a source for every row, and a hash for every file.

Every importer in this folder builds its rows and hands them to :func:`write_package`. Importing the same upstream
twice gives the same bytes, so a second run leaves no difference in version control.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

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
_OPTIONAL = {"part", "year", "distribution", "low", "high", "note", "page", "geography", "unit"}


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


def write_package(package: Package) -> Path:
    """Write ``package`` to disk and return its folder."""
    folder = ROOT / package.folder
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"sources": package.sources, **package.tables}
    resources = []
    for name, rows in tables.items():
        content = _csv(rows)
        (folder / f"{name}.csv").write_bytes(content)
        resources.append(_resource(name, rows, content))
    descriptor = {
        "name": package.folder.replace("/", "-").replace("_", "-"),
        "title": package.title,
        "version": package.version,
        "licenses": [{"name": package.licence, "path": package.licence_url}],
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor, indent=1) + "\n", encoding="utf-8")
    (folder / "NOTICE.md").write_text(package.notice.strip() + "\n", encoding="utf-8")
    return folder


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
