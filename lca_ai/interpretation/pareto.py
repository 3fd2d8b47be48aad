"""Orders among cases: which no other one beats in several categories, which is lower than which in one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lca_ai.errors import StudyError
from lca_ai.interpretation.completeness import category_index

if TYPE_CHECKING:
    from lca_ai.interpretation.compare import Comparison

Array = NDArray[np.float64]
_MOST_ON_A_FRONT, _MOST_TOLD = 256, 8


def pareto(found: Comparison, categories: Sequence[str]) -> pd.DataFrame:
    """The cases that no other one beats in all of some categories.

    Returns
    -------
    One row per case: its keys, the central amount in each category, ``on_front`` (by the central amounts),
    ``dominated_by`` (the cases that are no worse in any and better in one), ``share_of_draws`` in which it is on the
    front (of up to 256 cases; else not known), and ``reason``: where a category is not ranked because a case is
    incomplete in it, why; there is no front then.

    Raises
    ------
    StudyError : for fewer than two categories, or one that the method does not have
    """
    wanted = list(dict.fromkeys(categories))
    places = [category_index(found.categories, one) for one in wanted]
    if len(wanted) < 2:  # noqa: PLR2004 (a front has two sides)
        raise StudyError("a Pareto set needs two categories or more", field="categories", value=", ".join(wanted),
                         accepted="e.g. climate change and resource use, minerals and metals")  # fmt: skip
    reason = "; ".join(filter(None, (found.completeness.reasons()[place] for place in places)))
    central = np.stack([found.samples.model.estimate(terms) for terms in found.samples.cases])[:, places]
    beats = _beats(central)
    names = [" ".join(key) for key in found.keys]
    rows = [
        (*key, *central[index], None if reason else not beats[:, index].any(),
         "" if reason else ", ".join(names[other] for other in np.flatnonzero(beats[:, index])[:_MOST_TOLD]))
        for index, key in enumerate(found.keys)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=[*found.axes, *wanted, "on_front", "dominated_by"])
    share = np.full(len(table), np.nan) if reason else _share_on_front(found, places)
    return table.astype({"on_front": "boolean"}).assign(share_of_draws=share, reason=reason)


def _beats(amounts: Array) -> NDArray[np.bool_]:
    """Whether a case is no worse than another in any category and better in one, shape (cases, cases)."""
    no_worse: Any = (amounts[:, None, :] <= amounts[None, :, :]).all(axis=2)
    better: Any = (amounts[:, None, :] < amounts[None, :, :]).any(axis=2)
    found: NDArray[np.bool_] = no_worse & better
    return found


def _share_on_front(found: Comparison, places: Sequence[int]) -> Array:
    count = len(found.keys)
    if count > _MOST_ON_A_FRONT:
        return np.full(count, np.nan)
    drawn = np.stack([found.samples.of_category(place) for place in places])
    on_front = np.empty(count)
    for index in range(count):
        own = drawn[:, index, None, :]
        beaten: Any = ((drawn <= own).all(axis=0) & (drawn < own).any(axis=0)).any(axis=0)
        on_front[index] = 1.0 - float(beaten.mean())
    return on_front


def dominance(found: Comparison, category: str) -> pd.DataFrame:
    """In which share of the draws the case of the row is lower than the case of the column, in one category.

    Raises
    ------
    StudyError : where the category is not ranked
    """
    place = category_index(found.categories, category)
    reason = found.completeness.reasons()[place]
    if reason:
        raise StudyError(reason, field="category", value=category)
    drawn = found.samples.of_category(place)
    names = [" ".join(key) for key in found.keys]
    lower = np.full((len(names),) * 2, 0.5)
    for one, other in itertools.combinations(range(len(names)), 2):
        lower[one, other] = (drawn[one] < drawn[other]).mean() + 0.5 * (drawn[one] == drawn[other]).mean()
        lower[other, one] = 1.0 - lower[one, other]
    return pd.DataFrame(lower, index=names, columns=names)
