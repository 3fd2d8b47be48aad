"""What a user gives as a number: a number, or a quantity in a unit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lca_ai import units
from lca_ai.errors import StudyError


def number_in(given: Any, unit: str, field: str) -> float:
    """A number, or a quantity in ``unit``.

    Raises
    ------
    StudyError : for another dimension, what is no number, or one that is not finite
    """
    told = f"a number{f' [{unit}]' if unit else ''}, e.g. 1.2" + (f" or '1.2 {unit}'" if unit else "")
    if given is None or isinstance(given, bool):
        raise StudyError("this is no number", field=field, value=given, accepted=told)
    if isinstance(given, int | float | np.integer | np.floating):
        found = float(given)
    else:
        try:
            found = float(given)
        except (TypeError, ValueError):
            quantified = units.quantity(given, expected=unit or "1.2")
            if quantified.dimensionality != units.unit(unit or "dimensionless").dimensionality:
                raise StudyError("a unit of another dimension", field=field, value=str(given), accepted=told) from None
            found = float(quantified.to(unit or "dimensionless").magnitude)
    if not math.isfinite(found):
        raise StudyError("this is no finite number", field=field, value=given, accepted=told)
    return found
