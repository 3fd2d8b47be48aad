"""How a table of ``sacct`` is laid out: cells between signs, or columns of a fixed width.

The sign is a bar (``-p``, ``-P``), or another one (``--delimiter``, a table that was saved again as CSV). The columns
of a fixed width, as sacct prints them by default, are told by the line of dashes under their names. In them what is too
long is cut and ends in ``+``: such a cell is known only as far as it is whole. Source:
https://slurm.schedmd.com/sacct.html (``--delimiter``, ``--format``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from lca_ai.logs.formats.sacct_fields import FIELDS
from lca_ai.logs.records import Note, read_table

_IDS = {"jobid", "jobidraw"}
_ENERGIES = {"consumedenergy", "consumedenergyraw", "alloctres", "tresusageintot"}
_BAR, _OTHERS = "|", (",", ";", "\t")
#: Lines of a shell before the table.
_BEFORE_HEADER = 10
_DASHES = re.compile(r"[ \t]*-{2,}(?:[ \t]+-{2,})*[ \t]*")
_STEPS = ("batch", "extern", "interactive")


@dataclass(frozen=True)
class Layout:
    """The number of the header's line, and the sign between cells; none in columns of a fixed width."""

    line: int
    delimiter: str | None


def layout_of(lines: list[str]) -> Layout | None:
    """Return how a table with a header is laid out, None where there is no header of sacct."""
    for number, (line, below) in enumerate(pairwise([*lines[:_BEFORE_HEADER], ""])):
        if set(_names(line, _BAR)) & _IDS and _BAR in line:
            return Layout(number, _BAR)
        for sign in _OTHERS:
            names = set(_names(line, sign))
            if names & _IDS and "start" in names and names & _ENERGIES:
                return Layout(number, sign)
        if set(line.lower().split()) & _IDS and _DASHES.fullmatch(below):
            return Layout(number, None)
    return None


def _names(line: str, sign: str) -> list[str]:
    return [name.strip(' "').lower() for name in line.split(sign)]


def read_cells(text: str, layout: Layout | None, file: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return the cells of a table as text, by the names of its header, or by their numbers where it has none.

    Raises
    ------
    LogError : for a row with more cells than the header
    """
    if layout is None:
        return read_table(text.replace('"', ""), _BAR, file=file, header=False)
    lines = text.split("\n")[layout.line :]
    if layout.delimiter is None:
        return _of_widths(lines), []
    body = "\n".join(lines)
    return read_table(body.replace('"', "") if layout.delimiter == _BAR else body, layout.delimiter, file=file)


def _of_widths(lines: list[str]) -> pd.DataFrame:
    """Return the cells of columns as wide as the dashes under their names."""
    spans = [match.span() for match in re.finditer("-+", lines[1])]
    edges = [(start, None if number == len(spans) - 1 else end) for number, (start, end) in enumerate(spans)]
    names = lines[0].split()
    titles = [_title(name) for name in names]
    rows = [line for line in lines[2:] if line.strip() and not _DASHES.fullmatch(line) and line.split() != names]
    cells = [[line[start:end].strip() for start, end in edges] for line in rows]
    table = pd.DataFrame(cells, columns=_as_many(titles, len(spans)), dtype="str")
    for name in table.columns:
        table[name] = table[name].map(_whole_id if name.lower() in _IDS else _whole)
    return table


def _title(name: str) -> str:
    """Return a field whose name was cut, e.g. ConsumedEnergy of ConsumedEn+."""
    start = name.removesuffix("+").lower()
    return next((field for field in FIELDS if field.lower().startswith(start)), name) if name.endswith("+") else name


def _as_many(names: list[str], count: int) -> list[str]:
    return [*names, *(f"column {number}" for number in range(len(names), count))][:count]


def _whole_id(cell: str) -> str:
    """Return the id of a step whose name was cut, e.g. 7.batch of 7.ba+."""
    head, dot, step = cell.removesuffix("+").rpartition(".")
    named = next((name for name in _STEPS if step and name.startswith(step)), None)
    return f"{head}.{named}" if cell.endswith("+") and dot and named else cell


def _whole(cell: str) -> str:
    """Return what is whole of a cell that was cut: of resources all but the last, of a name all that is there."""
    return cell[:-1].rpartition(",")[0] if cell.endswith("+") and "=" in cell else cell
