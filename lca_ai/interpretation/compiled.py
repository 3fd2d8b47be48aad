"""``compile``: a study as its linear model, which estimates in microseconds and takes arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.errors import StudyError, did_you_mean
from lca_ai.interpretation.cases import Assembled, Subject, assembled, cases
from lca_ai.interpretation.completeness import category_index
from lca_ai.interpretation.figures import Inputs, choices_of
from lca_ai.interpretation.given import ABOVE_ZERO
from lca_ai.interpretation.linear import Number, Term, Variable
from lca_ai.models.scope import GoalAndScope
from lca_ai.units import quantity

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """Impacts per reference flow, shape (..., categories), each in its own unit; NaN where there is no figure."""

    amounts: Array
    categories: tuple[str, ...]

    def __getitem__(self, category: str) -> Any:
        """A category: a number, or an array of them, in the unit of the category.

        Raises
        ------
        UnknownKeyError : where the method has no such category
        """
        found = self.amounts[..., category_index(self.categories, category)]
        return float(found) if found.ndim == 0 else found

    def unit(self, category: str) -> str:
        """The unit of a category."""
        return tables.category_unit(category)

    def to_dict(self) -> dict[str, Any]:
        """Category -> number or array."""
        return {category: self[category] for category in self.categories}

    def to_frame(self) -> pd.DataFrame:
        """One row per estimate, one column per category."""
        import pandas as pd

        return pd.DataFrame(np.atleast_2d(self.amounts), columns=list(self.categories))


@dataclass(frozen=True)
class CompiledModel:
    """A study, compiled: call it with any of its inputs, numbers or arrays, in the units of :attr:`inputs`.

    Examples
    --------
    ``compiled(pue=1.2, service_life=5)["climate change"]``; ``compiled(energy=np.linspace(1, 100, 10_000))``
    """

    found: Assembled

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms of the study."""
        return self.found.items[0].terms

    @cached_property
    def _by_key(self) -> dict[str, list[int]]:
        keys: dict[str, list[int]] = {}
        for index, one in enumerate(self.found.model.variables):
            for name in dict.fromkeys((one.key, one.name)):
                keys.setdefault(name, []).append(index)
        return keys

    @property
    def inputs(self) -> Mapping[str, Variable]:
        """Every input by its key (by its name where several variables share a key), with its value and unit."""
        variables = self.found.model.variables
        return {(one.key if len(self._by_key[one.key]) == 1 else one.name): one for one in variables}

    @cached_property
    def _products(self) -> Array:
        """Impacts of a unit of every product that the study takes, shape (products, categories)."""
        model = self.found.model
        found = model.table.central[[product for _, product, _ in model.amounts(self.terms, model.central)]]
        known = np.zeros(found.shape[1], dtype=bool)
        for _, product, _ in model.amounts(self.terms, model.central):
            known |= np.array([rows.exchanges[[product]].nnz > 0 for rows in model.table.rows])
        return np.where(known, found, np.nan)

    def __call__(self, given: Mapping[str, Any] | None = None, /, **inputs: Any) -> Estimates:
        """Impacts per reference flow, with some inputs in place of the study's own.

        Parameters
        ----------
        given : inputs by name, where a name is no identifier
        inputs : numbers or arrays in the unit of the input, or quantities; arrays are broadcast to one shape

        Raises
        ------
        StudyError : for an unknown input, or a value that is not physically possible
        """
        model = self.found.model
        values: list[Number] = list(model.central)
        for name, value in ({**given, **inputs} if given else inputs).items():
            if name not in self._by_key:
                accepted = f"{did_you_mean(name, self._by_key)}; inputs are {', '.join(self.inputs)}"
                raise StudyError("no such input", field=name, accepted=accepted)
            for index in self._by_key[name]:
                values[index] = _checked(model.variables[index], value)
        whole: Array = np.zeros(len(model.table.categories))
        varying = []
        for (_, _, amount), row in zip(model.amounts(self.terms, values), self._products, strict=True):
            if isinstance(amount, float):
                whole = whole + amount * row
            else:
                varying.append((amount, row))
        for amount, row in varying:
            whole = whole + amount[..., None] * row
        return Estimates(whole, model.table.categories)


def _checked(one: Variable, value: Any) -> Number:
    """A value of an input as a float or an array of float64, within what is physically possible."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        found: Number = float(value)
        good = one.low <= found <= one.high and (found > 0.0 or one.key not in ABOVE_ZERO)
    else:
        if isinstance(value, str) or hasattr(value, "magnitude"):
            unit = one.unit or "dimensionless"
            value = quantity(value, expected=unit).to(unit).magnitude
        found = np.asarray(value, dtype="float64")
        least, most = (float(found.min()), float(found.max())) if found.size else (one.value, one.value)
        good = one.low <= least and most <= one.high and (least > 0.0 or one.key not in ABOVE_ZERO)
        found = found if found.ndim else float(found)
    if not good:
        least_told = "above 0" if one.key in ABOVE_ZERO and not one.low else f"from {one.low:g}"
        most_told = "" if one.high == float("inf") else f" to {one.high:g}"
        told = f"{np.min(found):g} to {np.max(found):g}" if np.ndim(found) else found
        raise StudyError("not physically possible", field=one.key, value=told, accepted=least_told + most_told)
    return found


def compile(  # noqa: A001 (of the package, as re.compile is)
    subject: Subject,
    scope: GoalAndScope | None = None,
    *,
    inputs: Inputs | None = None,
    choices: Iterable[str] | bool | None = None,
) -> CompiledModel:
    """A study, or workloads in a scope, as their linear model.

    Parameters
    ----------
    inputs, choices : as in :func:`lca_ai.compare`

    Raises
    ------
    InputError : as :func:`lca_ai.assess` does; for an unknown input
    """
    chosen = cases(subject)
    found = assembled(chosen, chosen.scope_of(scope), inputs=inputs, choices=choices_of(choices))
    return CompiledModel(found)
