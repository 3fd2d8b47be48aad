"""Draws: scrambled Sobol points through the inverse distributions, and the moments of the distributions.

Every uncertain figure has one row of standard normal scores; whatever uses the figure uses that row, so that
differences between cases are paired. Scores that are correlated share a part of a common one (a Gaussian copula).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import qmc

from lca_ai.errors import StudyError, did_you_mean
from lca_ai.interpretation.as_number import number_in
from lca_ai.models.distributions import (
    Choice,
    Distribution,
    Empirical,
    Lognormal,
    Normal,
    Pert,
    Range,
    Triangular,
    Uniform,
)

Array = NDArray[np.float64]
_EDGE = 2.0**-40
#: More would not fit into the memory of most machines, and tell nothing new.
MOST_SAMPLES = 2**20
_PERT_PEAK = 4.0  # weight of the mode (Malcolm et al. 1959)


def check_samples(samples: int) -> int:
    """The exponent of a number of samples.

    Raises
    ------
    StudyError : for one that is no power of two, with the nearest ones
    """
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 2 or samples & (samples - 1):  # noqa: PLR2004
        below = 1 << max(int(samples).bit_length() - 1, 1) if isinstance(samples, int) and samples > 1 else 2
        raise StudyError(
            "Sobol points are balanced only in powers of two",
            field="samples",
            value=samples,
            accepted=f"{below} or {2 * below}",
        )
    if samples > MOST_SAMPLES:
        raise StudyError("too many draws", field="samples", value=samples, accepted=f"at most {MOST_SAMPLES}")
    return samples.bit_length() - 1


def check_seed(seed: int) -> None:
    """Refuse what is no seed.

    Raises
    ------
    StudyError : for what is no whole number from 0
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise StudyError("this is no seed", field="seed", value=seed, accepted="a whole number from 0")


def scores(names: Sequence[str], samples: int, seed: int, *, correlated: Mapping[str, float] | None = None) -> Array:
    """Standard normal scores of each name, shape (names, samples).

    Parameters
    ----------
    samples : a power of two
    correlated : pattern of names (``factors of *``) -> correlation of the scores of those it fits, above 0 up to 1

    Raises
    ------
    StudyError : for a number that is no power of two, a correlation outside its range, a pattern that fits fewer than
        two names, or a name that two patterns fit
    """
    exponent = check_samples(samples)
    check_seed(seed)
    groups = correlation_groups(names, correlated or {})
    dimensions = len(names) + len(groups)
    if dimensions == 0:
        return np.zeros((0, samples))
    if dimensions > qmc.Sobol.MAXDIM:
        raise StudyError("more uncertain figures than a Sobol sequence has dimensions", value=dimensions)
    points = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random_base2(exponent)
    found: Array = special.ndtri(np.clip(points.T, _EDGE, 1.0 - _EDGE))
    own, common = found[: len(names)], found[len(names) :]
    for index, (members, correlation) in enumerate(groups):
        own[members] = np.sqrt(correlation) * common[index] + np.sqrt(1.0 - correlation) * own[members]
    return np.ascontiguousarray(own)


def correlation_groups(names: Sequence[str], correlated: Mapping[str, float]) -> list[tuple[list[int], float]]:
    """Indices of the names that each pattern fits, with their correlation.

    Raises
    ------
    StudyError : see :func:`scores`
    """
    if not isinstance(correlated, Mapping):
        told = "{'factors of *': 0.5}"
        raise StudyError("this is no mapping", field="correlated", value=type(correlated).__name__, accepted=told)
    taken: dict[int, str] = {}
    groups = []
    for pattern, correlation in correlated.items():
        if not isinstance(correlation, int | float) or not 0.0 < correlation <= 1.0:
            raise StudyError(
                "a correlation is above 0 and at most 1",
                field=f"correlated.{pattern}",
                value=correlation,
                accepted="e.g. 0.5; leave out what is independent",
            )
        members = [index for index, name in enumerate(names) if fnmatchcase(name.casefold(), pattern.casefold())]
        if len(members) < 2:  # noqa: PLR2004 (a pair)
            raise StudyError(
                f"fewer than two uncertain figures fit {pattern!r}",
                field="correlated",
                value=pattern,
                accepted=did_you_mean(pattern, names),
            )
        for index in members:
            if taken.setdefault(index, pattern) != pattern:
                raise StudyError(
                    "two correlations fit one figure",
                    field="correlated",
                    value=names[index],
                    accepted=f"{taken[index]!r} or {pattern!r}, not both",
                )
        groups.append((members, float(correlation)))
    return groups


def in_numbers(given: Distribution, *, value: float, unit: str, field: str) -> Distribution:
    """A distribution with numbers in ``unit`` only, its central point filled by the figure's own ``value``.

    Raises
    ------
    StudyError : for a quantity of another unit, a share of a figure that is 0, or a range that does not ascend
    """

    def number(point: Any) -> float:
        if point is None:
            return value
        if isinstance(point, str) and point.strip().endswith("%"):
            return abs(value) * number_in(point.strip().removesuffix("%"), "", field) / 100.0
        return number_in(point, unit, field)

    names = [name for name in type(given).model_fields if name != "type"]
    data: dict[str, Any] = {}
    for name in names:
        held = getattr(given, name)
        if name in {"gsd", "weights"}:
            data[name] = held
        else:
            data[name] = tuple(map(number, held)) if isinstance(held, tuple) else number(held)
    try:
        return type(given)(**data)
    except StudyError as fault:
        raise StudyError(fault.problem, field=field, value=fault.value, accepted=fault.accepted) from None


def values(given: Distribution, scores: Array) -> Array:  # noqa: PLR0911 (one per kind)
    """Values of a distribution (numbers only) at standard normal scores."""
    match given:
        case Lognormal():
            skewed: Array = _f(given.median) * np.exp(np.log(given.gsd) * scores)
            return skewed
        case Normal():
            return _f(given.mean) + _f(given.sd) * scores
        case Range():
            return ranged(given, shoulders(scores))
    uniform: Array = special.ndtr(scores)
    match given:
        case Uniform():
            flat: Array = _f(given.low) + (_f(given.high) - _f(given.low)) * uniform
            return flat
        case Triangular():
            low, mode, high = _f(given.low), _f(given.mode), _f(given.high)
            rising = uniform * (high - low) < mode - low
            up = low + np.sqrt(uniform * (high - low) * (mode - low))
            down = high - np.sqrt((1.0 - uniform) * (high - low) * (high - mode))
            return np.where(rising, up, down)
        case Pert():
            low, high = _f(given.low), _f(given.high)
            first, second = _pert_shape(given)
            bell: Array = special.betaincinv(first, second, uniform)
            return low + (high - low) * bell
        case Choice():
            numbers = np.array([_f(one) for one in given.values])
            return numbers[picked(given.weights, len(numbers), uniform)]
        case Empirical():
            numbers = np.array(sorted(given.values))
            return numbers[picked(None, len(numbers), uniform)]
    raise AssertionError("a distribution of no known kind")


def picked(weights: Sequence[float] | None, number: int, uniform: Array) -> NDArray[np.intp]:
    """Which of ``number`` options each uniform point falls on, by their weights."""
    shares = np.full(number, 1.0 / number) if weights is None else np.array(weights) / sum(weights)
    return np.minimum(np.searchsorted(np.cumsum(shares), uniform, side="right"), number - 1)


def shoulders(scores: Array) -> Array:
    """How far a draw is from the median of a :class:`Range` towards its end, -1 (low) to 1 (high)."""
    half = special.ndtr(-np.abs(scores))
    return np.copysign(1.0 - np.sqrt(2.0 * half), scores)


def ranged(given: Range, shoulder: Array) -> Array:
    """Values of a range at the shoulders of :func:`shoulders`."""
    low, median, high = _f(given.low), _f(given.median), _f(given.high)
    if low > 0.0:
        ends = np.where(shoulder < 0.0, np.log(median / low), np.log(high / median))
        return median * np.exp(ends * shoulder)
    return median + np.where(shoulder < 0.0, median - low, high - median) * shoulder


def moments(given: Distribution) -> tuple[float, float]:  # noqa: PLR0911 (one per kind)
    """The mean and the mean of the square of a distribution (numbers only), in closed form."""
    match given:
        case Lognormal():
            sigma = np.log(given.gsd)
            return _f(given.median) * float(np.exp(sigma**2 / 2)), _f(given.median) ** 2 * float(np.exp(2 * sigma**2))
        case Normal():
            return _f(given.mean), _f(given.mean) ** 2 + _f(given.sd) ** 2
        case Uniform():
            low, high = _f(given.low), _f(given.high)
            return (low + high) / 2.0, (low**2 + low * high + high**2) / 3.0
        case Triangular():
            low, mode, high = _f(given.low), _f(given.mode), _f(given.high)
            mean = (low + mode + high) / 3.0
            spread = low**2 + mode**2 + high**2 - low * mode - low * high - mode * high
            return mean, mean**2 + spread / 18.0
        case Pert():
            first, second = _pert_shape(given)
            width, mean = _f(given.high) - _f(given.low), first / (first + second)
            variance = first * second / ((first + second) ** 2 * (first + second + 1.0))
            centre = _f(given.low) + width * mean
            return centre, centre**2 + width**2 * variance
        case Choice():
            numbers = np.array([_f(one) for one in given.values])
            shares = np.ones(len(numbers)) if given.weights is None else np.array(given.weights)
            return float(numbers @ shares / shares.sum()), float(numbers**2 @ shares / shares.sum())
        case Empirical():
            numbers = np.array(given.values)
            return float(numbers.mean()), float((numbers**2).mean())
        case Range():
            low, median, high = _f(given.low), _f(given.median), _f(given.high)
            if low > 0.0:
                down, up = np.log(low / median), np.log(high / median)
                first = float(_side(down) + _side(up)) / 2.0
                return median * first, median**2 * float(_side(2 * down) + _side(2 * up)) / 2.0
            below, above = low - median, high - median
            mean = median + (below + above) / 6.0
            square = median**2 + median * (below + above) / 3.0 + (below**2 + above**2) / 12.0
            return mean, square
    raise AssertionError("a distribution of no known kind")


def _side(power: float) -> float:
    """Mean of ``exp(power t)`` where t falls straight from 0 to 1: 2 (exp(a) - 1 - a) / a^2."""
    if abs(power) < 1e-4:  # noqa: PLR2004 (where the series is exact and the formula is not)
        return 1.0 + power / 3.0 + power**2 / 12.0
    return float(2.0 * (np.expm1(power) - power) / power**2)


def _pert_shape(given: Pert) -> tuple[float, float]:
    low, mode, high = _f(given.low), _f(given.mode), _f(given.high)
    width = high - low
    return 1.0 + _PERT_PEAK * (mode - low) / width, 1.0 + _PERT_PEAK * (high - mode) / width


def _f(point: object) -> float:
    return float(point)  # type: ignore[arg-type] # numbers only: see in_numbers
