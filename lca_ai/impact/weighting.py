"""Normalisation, weighting and planetary boundaries: optional steps beside the results of the categories.

ISO 14044 has them as optional elements (4.4.3): the results of the categories are never replaced. What a category has
no figure of stays missing: a single score names the categories it lacks and the weight that it covers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from lca_ai import tables, units
from lca_ai.errors import InputError, MissingFactorError, TableError, UnitError, UnknownKeyError, did_you_mean

_PACKAGE, _FACTORS, _BOUNDARIES = "emission_factors/method", "normalisation_weighting", "planetary_boundaries"

#: What stands beside every result of this module.
STATEMENT = (
    "Normalisation and weighting are optional steps that rest on choices of value (ISO 14044, 4.4.3). Weighting shall "
    "not be used in comparative assertions intended to be disclosed to the public (ISO 14044, 4.4.5). The results of "
    "the categories stand beside and are not replaced."
)
_EQUAL_SHARE = " A share of a planetary boundary is taken as equal for each person of the world of {year:,} people."

#: Results by category: floats in the units of the categories, quantities, or the totals of a result.
Amounts: TypeAlias = "Mapping[str, Any] | pd.Series[Any] | pd.DataFrame"


@dataclass(frozen=True, eq=False)
class Normalised:
    """Results of the categories against a reference.

    Attributes
    ----------
    table : one row per category of the reference, NaN where there is no figure; see the function that made it
    missing : categories of the reference without a figure
    incomplete : categories of which a part of the product system has no figure
    statement : what ISO 14044 says of it, to be printed beside
    """

    table: pd.DataFrame
    missing: tuple[str, ...]
    incomplete: tuple[str, ...]
    statement: str = STATEMENT


@dataclass(frozen=True, eq=False)
class Weighted(Normalised):
    """A single score, with what it leaves out.

    Attributes
    ----------
    score : sum of the points of the categories that have a figure [point]
    weight_covered : share of the weights that these categories have; 1 where none is missing
    weight_whole : share of the weights of those of them whose figure is of the whole product system
    """

    score: float = float("nan")
    weight_covered: float = 0.0
    weight_whole: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every category of the method has a whole figure."""
        return not self.missing and not self.incomplete

    def __str__(self) -> str:
        of = f"of categories with {self.weight_covered:.1%} of the weight"
        of += f", {self.weight_whole:.1%} with a whole figure" if self.incomplete else ""
        lines = [f"single score {units.significant(self.score)} points, {of}"]
        if self.missing:
            lines.append("without: " + "; ".join(self.missing))
        if self.incomplete:
            lines.append("in part only: " + "; ".join(self.incomplete))
        return "\n".join([*lines, self.statement])


def normalised(amounts: Amounts, *, incomplete: Collection[str] = ()) -> Normalised:
    """Results of the categories in years of an average person of the world (2010).

    Parameters
    ----------
    amounts : category -> amount, as a float in the unit of the category or as a quantity; or the ``totals`` of a result
    incomplete : categories of which a part of the system has no figure; the ``totals`` say so themselves

    Returns
    -------
    Normalised, whose table has ``category``, ``amount``, ``unit``, ``normalisation_factor`` [unit/(person year)],
    ``person_years``, ``complete``, ``source`` and ``note``. Indicators that the method does not normalise (primary
    energy, water consumption) are left out.

    Raises
    ------
    UnknownKeyError : for a category that the method has not
    UnitError : for a quantity or a unit that is not of its category

    References
    ----------
    Andreasi Bassi et al. 2023, JRC130796, doi:10.2760/798894.

    Examples
    --------
    >>> found = normalised({"climate change": 15106.16}).table.dropna(subset="amount")
    >>> found[["category", "person_years"]].to_dict("records")
    [{'category': 'climate change', 'person_years': 2.0}]
    """
    given, partial = _given(amounts, incomplete)
    table = _beside(given, partial, _factors("normalisation"), "normalisation_factor")
    table.insert(4, "person_years", table["amount"] / table["normalisation_factor"])
    return Normalised(table, *_lacking(table))


def weighted(amounts: Amounts, *, incomplete: Collection[str] = ()) -> Weighted:
    """The single score of the Environmental Footprint: normalised results by their weights, and what it leaves out.

    Parameters
    ----------
    amounts, incomplete : as of :func:`normalised`

    Returns
    -------
    Weighted, whose table has the columns of :func:`normalised` and ``weight``, ``points`` and ``robustness`` of the
    category's model (I recommended, II in need of some improvement, III to be used with caution). The weights are those
    with robustness in them.

    Raises
    ------
    MissingFactorError : where no category that is weighted has a figure
    UnknownKeyError, UnitError : as of :func:`normalised`

    References
    ----------
    Sala, Cerutti, Pant 2018, JRC106545, doi:10.2760/945290; Recommendation (EU) 2021/2279.
    """
    found = normalised(amounts, incomplete=incomplete)
    table, of = found.table, _factors("weighting")
    table["weight"] = [float(of[name]["amount"]) for name in table["category"]]
    table["points"] = table["person_years"] * table["weight"]
    table["robustness"] = [tables.categories()[name]["robustness"] for name in table["category"]]
    cited = zip(table["source"], (of[name]["source"] for name in table["category"]), strict=True)
    table["source"] = [f"{one};{other}" for one, other in cited]
    has, has_whole = table["points"].notna(), table["complete"]
    if not has.any():
        raise MissingFactorError("no weighted category has a figure", accepted="results of at least one category")
    covered, whole = (float(table.loc[which, "weight"].sum() / table["weight"].sum()) for which in (has, has_whole))
    score = float(table["points"].sum())
    return Weighted(table, found.missing, found.incomplete, score=score, weight_covered=covered, weight_whole=whole)


def weights(categories: Iterable[str]) -> npt.NDArray[np.float64]:
    """Points per unit of each category, so that samples are weighted at once: ``samples @ weights(categories)``.

    Parameters
    ----------
    categories : k of them, in the order of the columns of the samples

    Returns
    -------
    Array of k [point per unit of the category].

    Raises
    ------
    UnknownKeyError : for a category that the method has not
    MissingFactorError : for an indicator without a weight; leave its column out
    """
    return np.array([_points_per_unit(name) for name in categories], dtype=np.float64)


def planetary_shares(amounts: Amounts, *, incomplete: Collection[str] = ()) -> Normalised:
    """Results of the categories as shares of what the whole world may cause in a year within planetary boundaries.

    Parameters
    ----------
    amounts, incomplete : as of :func:`normalised`

    Returns
    -------
    Normalised, whose table has ``category``, ``amount``, ``unit``, ``boundary`` [unit/year, of the world], ``share`` of
    it, ``person_years`` (years of the equal share of one person, by the population of 2010), ``complete``, ``source``
    and ``note``. Where the published boundary does not go with EF 3.1, boundary and share are NaN and the note says
    why.

    Raises
    ------
    UnknownKeyError, UnitError : as of :func:`normalised`

    References
    ----------
    Sala et al. 2020, J. Environ. Manage. 269:110686, table 3, doi:10.1016/j.jenvman.2020.110686.
    """
    given, partial = _given(amounts, incomplete)
    of = _boundaries()
    table = _beside(given, partial, of, "boundary")
    people = np.array([float(of[name]["population"]) for name in table["category"]])
    table.insert(4, "share", table["amount"] / table["boundary"])
    table.insert(5, "person_years", table["share"] * people)
    return Normalised(table, *_lacking(table), STATEMENT + _EQUAL_SHARE.format(year=int(people.max())))


def _given(amounts: Amounts, incomplete: Collection[str]) -> tuple[dict[str, float], frozenset[str]]:
    """Amounts in the units of their categories, and those that are of a part of the system only."""
    for name in incomplete:
        tables.category_unit(name)
    if isinstance(amounts, pd.Series | pd.DataFrame) and not amounts.index.is_unique:
        twice = str(amounts.index[amounts.index.duplicated()][0])
        raise InputError("a category is there twice", value=twice, accepted="one total per category")
    if isinstance(amounts, pd.DataFrame):
        return _totals(amounts, incomplete)
    return {str(name): _amount(str(name), value) for name, value in amounts.items()}, frozenset(incomplete)


def _totals(totals: pd.DataFrame, incomplete: Collection[str]) -> tuple[dict[str, float], frozenset[str]]:
    if not {"amount", "unit"} <= set(totals.columns):
        wanted = "totals of a result: categories by row, with the columns amount and unit"
        raise InputError("a table without amounts and units", value=list(totals.columns), accepted=wanted)
    rows = zip(map(str, totals.index), totals["amount"], totals["unit"], strict=True)
    given = {name: _amount(name, (float(amount), str(unit))) for name, amount, unit in rows}
    partial = [str(name) for name in totals.index[~totals["complete"].astype(bool)]] if "complete" in totals else []
    return given, frozenset({*incomplete, *partial})


def _amount(category: str, value: Any) -> float:
    """An amount in the unit of its category; NaN where there is none."""
    expected = tables.category_unit(category)
    if value is None or value is pd.NA:
        return float("nan")
    if isinstance(value, tuple):  # a cell of a table and the unit beside it
        value = value[0] if value[1] == expected else units.registry().Quantity(value[0], units.unit(value[1]))
    if not hasattr(value, "magnitude"):
        return _number(category, value, expected)
    if value.dimensionality != units.unit(expected).dimensionality:
        raise UnitError(
            "the unit is not that of the category", field=category, value=str(value), accepted=f"e.g. '3 {expected}'"
        )
    return float(value.to(units.unit(expected)).magnitude)


def _number(category: str, value: Any, expected: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError("not a number", field=category, value=value, accepted=f"an amount in {expected}") from None


def _beside(given: Mapping[str, float], partial: frozenset[str], of: Mapping[str, tables.Row], name: str) -> Any:
    """The table of amounts beside the factor of each category of a reference, in the order of the method."""
    rows = [
        {
            "category": category,
            "amount": given.get(category, float("nan")),
            "unit": tables.category_unit(category),
            name: float(of[category]["amount"]) if of[category].get("comparable") != "no" else float("nan"),
            "complete": not np.isnan(given.get(category, float("nan"))) and category not in partial,
            "source": of[category]["source"],
            "note": of[category]["note"],
        }
        for category in tables.categories()
        if category in of
    ]
    return pd.DataFrame(rows)


def _lacking(table: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Categories without a figure, and those with a part of it."""
    missing = table["amount"].isna()
    partial = ~missing & ~table["complete"]
    return tuple(table.loc[missing, "category"]), tuple(table.loc[partial, "category"])


@tables.cached
def _points_per_unit(category: str) -> float:
    tables.category_unit(category)
    of = _factors("weighting")
    if category not in of:
        raise MissingFactorError("this indicator is not weighted", value=category, accepted=did_you_mean(category, of))
    return float(of[category]["amount"]) / float(_factors("normalisation")[category]["amount"])


@tables.cached
def _factors(quantity: str) -> Mapping[str, tables.Row]:
    """The normalisation factors or the weights by category, each in the unit of its category."""
    found = {row["category"]: row for row in tables.rows(_PACKAGE, _FACTORS) if row["quantity"] == quantity}
    if not found:
        known = {row["quantity"] for row in tables.rows(_PACKAGE, _FACTORS)}
        raise UnknownKeyError("no such set of factors", value=quantity, accepted=did_you_mean(quantity, known))
    if quantity == "normalisation":
        for row in found.values():
            _check_unit(row, "/(person year)", _FACTORS)
    return MappingProxyType(found)


@tables.cached
def _boundaries() -> Mapping[str, tables.Row]:
    found = {row["category"]: row for row in tables.rows(_PACKAGE, _BOUNDARIES)}
    for row in found.values():
        if row["comparable"] != "no":
            _check_unit(row, "/year", _BOUNDARIES)
    return MappingProxyType(found)


def _check_unit(row: tables.Row, per: str, table: str) -> None:
    """Refuse a factor in a unit that is not that of its category, its size included."""
    expected = tables.category_unit(row["category"]) + per
    own, wanted = units.unit(row["unit"]), units.unit(expected)
    if own.dimensionality != wanted.dimensionality or not np.isclose((1 * own).to(wanted).magnitude, 1.0, rtol=1e-12):
        place = f"{_PACKAGE}/{table}"
        raise TableError("not the unit of the category", file=place, field="unit", value=row["unit"], accepted=expected)
