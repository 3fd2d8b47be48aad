"""What is given in place of what is known of a variable: a number, a quantity, a distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.interpretation import sampling
from lca_ai.interpretation.linear import Variable
from lca_ai.models.base import Model
from lca_ai.models.distributions import Range, distribution
from lca_ai.units import quantity

ABOVE_ZERO = frozenset({"energy", "service_life", "utilisation", "power_supply_efficiency", "throughput", "power"})


def given_distribution(given: Any, field: str) -> Any:
    """A distribution from what a user gives.

    Raises
    ------
    StudyError : for what is none
    """
    try:
        return distribution(given)
    except StudyError as fault:
        raise StudyError(fault.problem, field=f"inputs.{field}", value=fault.value, accepted=fault.accepted) from None


def with_given(one: Variable, given: Any) -> Variable:
    """A variable with a number, a quantity or a distribution in place of what is known.

    Raises
    ------
    StudyError : for a value outside what is physically possible, or another unit
    """
    if isinstance(given, Mapping | Model):
        found = sampling.in_numbers(given_distribution(given, one.key), value=one.value, unit=one.unit, field=one.key)
        centre = middle(found) if _states_centre(given_distribution(given, one.key)) else one.value
        one = replace(one, value=centre, spread=found, basis="given", sources=("study",))
    else:
        unit = one.unit or "dimensionless"
        plain = isinstance(given, int | float)
        value = float(given) if plain else float(quantity(given, expected=unit).to(unit).magnitude)
        one = replace(one, value=value, spread=None, basis="given", sources=("study",))
    if not one.low <= one.value <= one.high or (one.key in ABOVE_ZERO and one.value <= 0.0):
        least = "above 0" if one.key in ABOVE_ZERO and not one.low else f"from {one.low:g}"
        most = "" if one.high == float("inf") else f" to {one.high:g}"
        raise StudyError("not physically possible", field=f"inputs.{one.key}", value=one.value, accepted=least + most)
    return one


def _states_centre(given: Any) -> bool:
    names = [name for name in ("median", "mean", "mode") if name in type(given).model_fields]
    return not names or getattr(given, names[0]) is not None


def middle(given: Any) -> float:
    """The central point of a distribution: as stated, else its mean."""
    for name in ("median", "mode", "mean"):
        point = getattr(given, name, None)
        if point is not None:
            return float(point)
    if not _states_centre(given):
        raise StudyError(
            "the central value is not stated", value=type(given).__name__, accepted="e.g. Lognormal(2, 1.2)"
        )
    return sampling.moments(sampling.in_numbers(given, value=1.0, unit="", field="scaled"))[0]


def about(key: str, value: float) -> tuple[Range, tuple[str, ...]]:
    """A value times the range of a ratio of the table of assumptions, and its sources."""
    row = tables.assumptions()[key]
    low, high = value * float(row["low"]), value * float(row["high"])
    return Range(low=low, median=value, high=high), tuple(row["source"].split(";"))
