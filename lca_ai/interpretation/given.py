"""What is given in place of what is known of a variable: a number, a quantity, a distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.interpretation import sampling
from lca_ai.interpretation.as_number import number_in
from lca_ai.interpretation.linear import Variable
from lca_ai.models.base import Model
from lca_ai.models.distributions import Range, distribution

ABOVE_ZERO = frozenset({"energy", "service_life", "utilisation", "power_supply_efficiency", "throughput", "power"})


#: In place of a value: the figure is held at its own central one.
CENTRAL = "central"


def given_distribution(given: Any, field: str) -> Any:
    """A distribution from what a user gives.

    Raises
    ------
    StudyError : for what is none
    """
    try:
        return distribution(given)
    except StudyError as fault:
        raise StudyError(fault.problem, field=field, value=fault.value, accepted=fault.accepted) from None


def with_given(one: Variable, given: Any, *, field: str, keep: bool = False) -> Variable:
    """A variable with a number, a quantity or a distribution in place of what is known; "central" holds it.

    Parameters
    ----------
    field : where it is given
    keep : whether its value stays, as where a study tells how far its own figure may be off

    Raises
    ------
    StudyError : for a value outside what is physically possible, another unit, or an own value that is no draw
    """
    if given == CENTRAL:
        return replace(one, spread=None)
    if isinstance(given, Mapping | Model):
        stated = given_distribution(given, field)
        found = sampling.in_numbers(stated, value=one.value, unit=one.unit, field=field)
        centre = one.value
        if not keep and (_middle_stated(stated) or not _holds(found, centre)):
            centre = middle(found)
        if keep and not _holds(found, centre):
            raise StudyError(
                "the figure itself is outside of its distribution", field=field, value=one.value,
                accepted="a distribution around it, or another figure",
            )  # fmt: skip
        one = replace(one, value=centre, spread=found, basis="given", sources=("study",))
    else:
        one = replace(one, value=number_in(given, one.unit, field), spread=None, basis="given", sources=("study",))
    check_possible(one, one.value, one.value, field)
    return one


def check_possible(one: Variable, least: float, most: float, field: str) -> None:
    """Refuse values that cannot be.

    Raises
    ------
    StudyError : with the range that can
    """
    if one.low <= least and most <= one.high and (least > 0.0 or one.key not in ABOVE_ZERO):
        return
    lower = "above 0" if one.key in ABOVE_ZERO and not one.low else f"from {one.low:g}"
    upper = "" if one.high == float("inf") else f" to {one.high:g}"
    told = least if least == most else f"{least:g} to {most:g}"
    raise StudyError("not physically possible", field=field, value=told, accepted=lower + upper)


def _holds(found: Any, value: float) -> bool:
    """Whether a value lies within the ends of a distribution that has ends."""
    low, high = getattr(found, "low", None), getattr(found, "high", None)
    return low is None or high is None or float(low) <= value <= float(high)


def _middle_stated(given: Any) -> bool:
    return any(getattr(given, name, None) is not None for name in ("median", "mean", "mode"))


def _states_centre(given: Any) -> bool:
    names = [name for name in ("median", "mean", "mode") if name in type(given).model_fields]
    return not names or getattr(given, names[0]) is not None


def is_relative(given: Any) -> bool:
    """Whether a distribution tells a spread alone, as a share of whatever figure it is of."""
    names = [name for name in type(given).model_fields if name not in {"type", "gsd", "weights"}]
    points = [getattr(given, name) for name in names]
    return all(one is None or (isinstance(one, str) and one.strip().endswith("%")) for one in points)


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
