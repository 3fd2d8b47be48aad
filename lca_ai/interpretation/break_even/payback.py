"""When what a machine takes to make is paid back by what it saves in use: pure functions of numbers or draws.

With ``E`` the impacts of the new machine, ``s`` what its use saves in the first year and ``r`` the yearly change of the
grid, the balance after ``t`` years is ``s ((1 + r)^t - 1) / ln(1 + r) - E``, or ``s t - E`` where the grid stays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Number = float | Array
#: Beyond so many years a balance that falls short is taken for one that never is paid back. [year]
FAR = 1000.0
_STEPS = 60
_HIGHEST = 700.0  # power of e that a float still holds: a grid that doubles yearly has outgrown any machine by then


@dataclass(frozen=True)
class Balance:
    """What buying a machine costs and saves, in one category; numbers, or draws of the same shape.

    Attributes
    ----------
    new : impacts of making, moving and discarding what is bought
    electricity, water : what the use saves in the first year, by the electricity and by the water on site [1/year]
    rate : yearly change of the impacts of electricity, above -1; 0 where the grid stays [1/year]
    kept : what is charged to the machine that is kept, until ``remaining`` years have passed [1/year]
    """

    new: Number
    electricity: Number
    water: Number = 0.0
    rate: Number = 0.0
    kept: Number = 0.0
    remaining: Number = 0.0

    def after(self, years: Number) -> Number:
        """The balance after some years: above 0 where it is paid back."""
        charged: Number = self.kept * np.minimum(years, self.remaining)
        return self.electricity * first_years(years, self.rate) + self.water * years + charged - self.new


def first_years(years: Number, rate: Number) -> Number:
    """How many first years' worth of use some years have, where each year's is ``1 + rate`` times the last. [year]

    >>> float(first_years(10.0, 0.0)), round(float(first_years(10.0, -0.04)), 3)
    (10.0, 8.21)
    """
    growth = np.log1p(np.asarray(rate, dtype="float64"))
    still = np.abs(growth) < 1e-12  # noqa: PLR2004 (where the limit is exact and the formula is not)
    safe = np.where(still, 1.0, growth)
    powers = np.minimum(np.where(still, 0.0, growth) * years, _HIGHEST)
    found: Array = np.where(still, years, np.expm1(powers) / safe)
    return found


def payback(balance: Balance) -> Array:
    """Years until the balance is 0; infinity where it never is. [year]

    In closed form where the grid stays; by bisection where it changes, and then never means not in 1,000 years.
    """
    if np.any(np.asarray(balance.rate) != 0.0):
        return _bisected(balance)
    saved = np.asarray(balance.electricity + balance.water, dtype="float64")
    with_kept = saved + balance.kept
    fast = _over(np.asarray(balance.new, dtype="float64"), with_kept)
    slow = _over(np.asarray(balance.new - balance.kept * balance.remaining, dtype="float64"), saved)
    found: Array = np.where(fast <= balance.remaining, fast, slow)
    return found


def _over(new: Array, saved: Array) -> Array:
    found: Array = np.where(saved > 0.0, np.maximum(new / np.where(saved > 0.0, saved, 1.0), 0.0), np.inf)
    return found


def _bisected(balance: Balance) -> Array:
    shape = np.broadcast_shapes(*(np.shape(one) for one in vars(balance).values()))
    low, high = np.zeros(shape), np.full(shape, FAR)
    paid = np.asarray(balance.after(FAR)) >= 0.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        enough = np.asarray(balance.after(middle)) >= 0.0
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    found: Array = np.where(paid, high, np.inf)
    return found


def at_share(draws: Array, shares: Sequence[float]) -> list[float]:
    """The least draw that a share of all draws does not exceed; infinity where it lies among those that never are."""
    ordered = np.sort(draws)
    places = [max(math.ceil(share * len(ordered) - 1e-9), 1) - 1 for share in shares]
    return [float(ordered[place]) for place in places]
