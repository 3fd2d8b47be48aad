"""A budget of impacts: which category it is of, in the unit of the category."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lca_ai import tables, units
from lca_ai.errors import StudyError, UnitError
from lca_ai.interpretation.completeness import category_index
from lca_ai.units import quantity


def budgets_of(within: Any) -> dict[str, float]:
    """Category -> budget in the unit of the category.

    Parameters
    ----------
    within : a quantity, whose category its unit tells; or category -> quantity

    Raises
    ------
    UnitError : for a unit of no category, of several, or of another one
    UnknownKeyError : where the method has no such category
    StudyError : for a budget that is not positive, or none
    """
    pairs = list(within.items()) if isinstance(within, Mapping) and set(within) != {"value", "unit"} else [("", within)]
    if not pairs:
        raise StudyError("no budget", field="within", accepted="e.g. '1 tonne CO2e'")
    found = {}
    for name, given in pairs:
        budget = quantity(given, expected="kg CO2e")
        category = str(name) or category_of(given)
        category_index(list(tables.categories()), category)
        unit = units.unit(tables.category_unit(category))
        if budget.dimensionality != unit.dimensionality:
            raise UnitError("the unit is not that of the category", field=f"within.{category}", value=str(given),
                            accepted=f"e.g. '3 {tables.category_unit(category)}'")  # fmt: skip
        amount = float(budget.to(unit).magnitude)
        if not 0.0 < amount < math.inf:
            raise StudyError("a budget is above 0 and finite", field=f"within.{category}", value=str(given))
        found[category] = amount
    return found


def category_of(given: Any) -> str:
    """The one category whose unit has the dimension of a budget.

    Raises
    ------
    UnitError : for a unit of no category, or of several
    """
    budget = quantity(given, expected="kg CO2e")
    by_unit = {one: tables.category_unit(one) for one in tables.categories()}
    fitting = [one for one, unit in by_unit.items() if units.unit(unit).dimensionality == budget.dimensionality]
    stem = fitting[0].partition(" (")[0] if fitting else ""
    if len(fitting) == 1 and stem in (fitting[0], ""):
        return fitting[0]
    fitting += [one for one in (stem,) if one in by_unit and one not in fitting]
    if fitting:
        raise UnitError("the unit is of several categories", field="within", value=str(given),
                        accepted=f"{{category: budget}} with one of {'; '.join(fitting)}")  # fmt: skip
    every = "; ".join(f"{one} [{unit}]" for one, unit in by_unit.items())
    raise UnitError("the unit is of no impact category", field="within", value=str(given), accepted=every)
