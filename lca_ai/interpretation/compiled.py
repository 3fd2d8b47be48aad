"""``compile``: a study as its linear model, which estimates in microseconds and takes arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lca_ai import tables as _tables
from lca_ai.errors import StudyError, did_you_mean
from lca_ai.interpretation.as_number import number_in
from lca_ai.interpretation.cases import Assembled, Subject, assembled, cases
from lca_ai.interpretation.completeness import category_index
from lca_ai.interpretation.figures import Inputs, choices_of
from lca_ai.interpretation.given import check_possible
from lca_ai.interpretation.linear import Number, Term, Variable
from lca_ai.models.scope import GoalAndScope
from lca_ai.own_tables import OwnTables

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
        return _tables.category_unit(category)

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

    def __repr__(self) -> str:
        return f"CompiledModel({self.found.cases.name!r}, inputs: {', '.join(self.inputs)})"

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
        try:
            return Estimates(self._summed(values), model.table.categories)
        except ValueError:
            shapes = ", ".join(sorted({str(np.shape(one)) for one in values if np.ndim(one)}))
            raise StudyError("arrays of shapes that do not go together", value=shapes, accepted="one shape") from None

    def _summed(self, values: list[Number]) -> Array:
        """Amounts times products: those that are numbers at once, arrays one after the other."""
        whole: Array = np.zeros(self._products.shape[1])
        varying = []
        for (_, _, amount), row in zip(self.found.model.amounts(self.terms, values), self._products, strict=True):
            if isinstance(amount, float):
                whole = whole + amount * row
            else:
                varying.append((amount, row))
        for amount, row in varying:
            whole = whole + amount[..., None] * row
        return whole


def _checked(one: Variable, value: Any) -> Number:
    """A value of an input as a float or an array of float64, within what is physically possible."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        found: Number = float(value)
        check_possible(one, float(value), float(value), one.key)
        return found
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        many = np.asarray(value, dtype="float64")
    elif hasattr(value, "magnitude") and np.ndim(value.magnitude):
        many = np.asarray(value.to(one.unit or "dimensionless").magnitude, dtype="float64")
    elif isinstance(value, list | tuple) or hasattr(value, "to_numpy"):
        many = np.array([number_in(each, one.unit, one.key) for each in value])
    else:
        return _checked(one, number_in(value, one.unit, one.key))
    if many.size:
        if not np.isfinite(many).all():
            raise StudyError(
                "this is no finite number", field=one.key, value="NaN or infinity", accepted="finite numbers"
            )
        check_possible(one, float(many.min()), float(many.max()), one.key)
    return many


def compile(  # noqa: A001 (of the package, as re.compile is)
    subject: Subject,
    scope: GoalAndScope | None = None,
    *,
    inputs: Inputs | None = None,
    choices: Iterable[str] | bool | None = None,
    tables: OwnTables | None = None,
) -> CompiledModel:
    """A study, or workloads in a scope, as their linear model.

    Parameters
    ----------
    inputs, choices, tables : as in :func:`lca_ai.compare`

    Raises
    ------
    InputError : as :func:`lca_ai.assess` does; for an unknown input
    """
    chosen = cases(subject, tables=tables)
    found = assembled(chosen, chosen.scope_of(scope), inputs=inputs, choices=choices_of(choices))
    return CompiledModel(found)
