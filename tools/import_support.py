"""What the importers share: reading an upstream table, describing a source, rounding a figure."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: The day on which every source of these packages was last read.
ACCESSED = "2026-11-21"

CC_BY = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
ODBL = ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of the upstream CSV file at ``path``, every cell as text."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def source(identifier: str, title: str, url: str, licence: str, page: str = "") -> dict[str, str]:
    """Return one row of ``sources.csv``."""
    return {"id": identifier, "title": title, "url": url, "licence": licence, "accessed": ACCESSED, "page": page}


def significant(value: float, digits: int = 6) -> float:
    """Return ``value`` rounded to ``digits`` significant digits, which removes the noise of a unit conversion."""
    return float(f"{value:.{digits}g}")
