"""Files of a comparison and of a simulation: the page, the rows, and everything needed to recompute them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lca_ai.errors import InputError
from lca_ai.reports.build import report, written

if TYPE_CHECKING:
    import pandas as pd

    from lca_ai.interpretation.compare import Comparison
    from lca_ai.interpretation.uncertainty import MonteCarlo


def write_comparison(found: Comparison, folder: str | Path) -> list[Path]:
    """Write ``compare.html``, ``compare.csv``, ``details.csv`` and ``result.json`` into a folder; return their paths.

    Raises
    ------
    InputError : where the folder cannot be written
    """
    out = Path(folder)
    return [
        report(found).write(out / "compare.html"),
        _csv(out / "compare.csv", found.table),
        _csv(out / "details.csv", found.details),
        _json(out / "result.json", found.to_dict()),
    ]


def write_simulation(found: MonteCarlo, folder: str | Path) -> list[Path]:
    """Write ``uncertainty.csv``, ``contributions.csv``, ``inputs.csv`` and ``result.json`` into a folder.

    Raises
    ------
    InputError : where the folder cannot be written
    """
    out = Path(folder)
    return [
        _csv(out / "uncertainty.csv", found.totals.reset_index()),
        _csv(out / "contributions.csv", found.contributions),
        _csv(out / "inputs.csv", found.inputs),
        _json(out / "result.json", found.to_dict()),
    ]


def write_tables(folder: str | Path, name: str, data: dict[str, Any], frames: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write a result as JSON, and its tables as CSV, into a folder.

    Parameters
    ----------
    name : of the JSON file
    frames : name without its suffix -> table

    Raises
    ------
    InputError : where the folder cannot be written
    """
    out = Path(folder)
    return [_json(out / name, data), *(_csv(out / f"{one}.csv", table) for one, table in frames.items())]


def told(summary: str, paths: Iterable[Path]) -> str:
    """What a command prints: the summary, and the files that were written."""
    return "\n".join([summary, *(f"wrote {path}" for path in paths)])


def _csv(file: Path, table: pd.DataFrame) -> Path:
    return written(file, table.to_csv(index=False, lineterminator="\n"))


def _json(file: Path, data: dict[str, Any]) -> Path:
    try:
        return written(file, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    except ValueError as fault:
        raise InputError("a number of the result is not finite", file=file, value=str(fault)) from fault
