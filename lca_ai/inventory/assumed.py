"""Values that a study did not give and that a stated assumption fills, each shown in the result."""

from __future__ import annotations

from lca_ai import tables
from lca_ai.inventory.system import Assumed


def not_given(key: str, subject: str) -> tuple[float, Assumed]:
    """The value of an assumption in place of one that the study does not give, and how the result says so."""
    row = tables.assumptions()[key]
    shown = f"{row['value']} {row['unit']}".strip()
    spread = f"; range {row['low']} to {row['high']}" if row["low"] and row["high"] else ""
    return float(row["value"]), Assumed(subject, shown, f"not given{spread}", row["source"])


def modelled_by(key: str, subject: str) -> Assumed:
    """How the result says that a stated assumption is part of a model."""
    row = tables.assumptions()[key]
    note = f": {row['note']}" if row["note"] else ""
    return Assumed(subject, f"{row['value']} {row['unit']}".strip(), f"{key.replace('_', ' ')}{note}", row["source"])
