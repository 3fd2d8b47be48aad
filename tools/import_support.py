"""What the importers share: their command line, reading an upstream table, describing a source, rounding a figure."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

from packages import BASE, write_nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The day on which every source of these packages was last read.
ACCESSED = "2026-11-21"

CC_BY = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
ODBL = ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/")


_MIT_TERMS = """>
> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
> documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
> rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
> persons to whom the Software is furnished to do so, subject to the following conditions:
>
> The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
> Software.
>
> THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
> WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
> COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
> OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def importer(description: str | None) -> argparse.ArgumentParser:
    """Return the command line of an importer, to which it adds its upstream files.

    ``--diff`` reports what would move and writes nothing; ``--root`` names other data than that of the project.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--diff", action=_OnlyReport, nargs=0, help="report what would move, and write nothing")
    parser.add_argument(
        "--root", action=_OtherData, type=Path, help="folder that holds datasets/ and emission_factors/"
    )
    return parser


class _OnlyReport(argparse.Action):
    def __call__(self, *_: object) -> None:
        write_nothing()


class _OtherData(argparse.Action):
    def __call__(self, _: object, __: object, values: str | Sequence[object] | None, ___: str | None = None) -> None:
        BASE.set(Path(str(values)))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of the upstream CSV file at ``path``, every cell as text."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def source(identifier: str, title: str, url: str, licence: str, page: str = "") -> dict[str, str]:
    """Return one row of ``sources.csv``."""
    return {"id": identifier, "title": title, "url": url, "licence": licence, "accessed": ACCESSED, "page": page}


def mit_licence(project: str, *copyrights: str) -> str:
    """Return the MIT licence of a project as a notice quotes it, ``copyrights`` as the years and the holder of each."""
    return (
        f"The MIT License, of {project}:\n\n" + "".join(f"> Copyright (c) {line}\n" for line in copyrights) + _MIT_TERMS
    )


def significant(value: float, digits: int = 6) -> float:
    """Return ``value`` rounded to ``digits`` significant digits, which removes the noise of a unit conversion."""
    return float(f"{value:.{digits}g}")
