"""Files of a comparison and of a simulation: the page, the rows, and everything needed to recompute them."""

from __future__ import annotations

import json
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


def _csv(file: Path, table: pd.DataFrame) -> Path:
    return written(file, table.to_csv(index=False, lineterminator="\n"))


def _json(file: Path, data: dict[str, Any]) -> Path:
    try:
        return written(file, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    except ValueError as fault:
        raise InputError("a number of the result is not finite", file=file, value=str(fault)) from fault
