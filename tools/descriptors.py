"""Amend the description of a written data package: types of columns, and files that are not tables of text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold numbers or whole numbers, and which may be empty."""

    numbers: frozenset[str] = frozenset()
    integers: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


def describe_columns(folder: Path, table: str, columns: Columns) -> None:
    """State the types of the columns of ``table`` in the description of the package in ``folder``."""
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    [resource] = [one for one in descriptor["resources"] if one["name"] == table]
    for field in resource["schema"]["fields"]:
        if field["name"] in columns.numbers:
            field["type"] = "number"
        if field["name"] in columns.integers:
            field["type"] = "integer"
        if field["name"] in columns.optional:
            field["constraints"]["required"] = False
    _write(folder, descriptor)


def describe_files(folder: Path, paths: Iterable[Path], file_format: str, media_type: str) -> None:
    """Add files of the package in ``folder`` to its description, with their sizes and hashes."""
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for path in paths:
        content = path.read_bytes()
        descriptor["resources"].append(
            {
                "name": path.relative_to(folder).with_suffix("").as_posix().replace("/", "-").lower(),
                "type": "file",
                "path": path.relative_to(folder).as_posix(),
                "format": file_format,
                "mediatype": media_type,
                "bytes": len(content),
                "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
            }
        )
    _write(folder, descriptor)


def _write(folder: Path, descriptor: object) -> None:
    (folder / "datapackage.json").write_text(json.dumps(descriptor, indent=1) + "\n", encoding="utf-8")
