"""Contributions: which processes make up an impact category."""

from __future__ import annotations

import pandas as pd

from lca_ai.impact.result import Result

_CLIMATE_CHANGE = "climate change"


def contributions(result: Result, category: str = _CLIMATE_CHANGE) -> pd.DataFrame:
    """The processes of a category, largest first.

    Returns
    -------
    DataFrame with ``life_cycle_stage``, ``process``, ``amount``, ``unit``, ``share`` (of the sum of what is known) and
    ``activity_basis``.

    Raises
    ------
    UnknownKeyError, MissingFactorError : where the result has no such category
    """
    total = float(result[category].magnitude)
    rows = result.impacts[result.impacts["category"] == category]
    keys = ["life_cycle_stage", "process", "unit", "activity_basis"]
    table = rows.groupby(keys, sort=False)["amount"].sum().reset_index()
    table = table.assign(share=table["amount"] / total if total else float("nan"))
    order = table["amount"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order, ["life_cycle_stage", "process", "amount", "unit", "share", "activity_basis"]].reset_index(
        drop=True
    )
