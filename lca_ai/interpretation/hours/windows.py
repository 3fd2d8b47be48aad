"""Windows of hours in arrays: means by prefix sums, load curves by correlation, chunks by dynamic programming.

Pure functions. A value belongs to an hour (or to a shorter step of equal length): an intensity, a price. Lower is
better. Hours whose value is not known are named by a mask; a NaN without a mask is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from lca_ai.errors import InputError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
#: Decisions of the dynamic programme that are kept at most; two bytes each.
_MOST_DECISIONS = 250_000_000
#: Loads that differ by less, relative to the largest, are one flat load: rounding of energies per hour.
_FLAT = 1e-12
_DIGITS = 9


def window_means(values: ArrayLike, length: float, *, missing: ArrayLike | None = None) -> Array:
    """Mean of every window of ``length`` hours: the last hour counts by its share where the length is not whole.

    Parameters
    ----------
    values : shape (..., hours)
    length : of the window, more than zero [h]
    missing : hours without a value, shape (..., hours) or (hours,)

    Returns
    -------
    Shape (..., starts), a window for each hour that it can start at; NaN where it touches an hour without a value.

    Raises
    ------
    InputError : for a NaN that no mask names, and a length of zero or longer than the values

    Notes
    -----
    Differences of prefix sums: one addition per hour, whatever the length.

    >>> window_means([4.0, 2.0, 0.0, 6.0], 2.0).tolist(), window_means([4.0, 2.0, 0.0, 6.0], 1.5).round(3).tolist()
    ([3.0, 1.0, 3.0], [3.333, 1.333, 2.0])
    """
    hours, gaps = _known(values, missing)
    whole, part, span = _spanned(length, hours.shape[-1])
    starts = hours.shape[-1] - span + 1
    sums = np.empty((*hours.shape[:-1], hours.shape[-1] + 1))
    sums[..., 0] = 0.0
    np.cumsum(hours, axis=-1, out=sums[..., 1:])
    found: Array = sums[..., whole : whole + starts] - sums[..., :starts]
    if part:
        found += part * hours[..., whole : whole + starts]
    found /= length
    return _without(found, gaps, span)


def window_sums(values: ArrayLike, load: ArrayLike, *, missing: ArrayLike | None = None) -> Array:
    """Sum of values x load for a load curve that starts at every hour: by prefix sums where it is flat.

    Parameters
    ----------
    values : shape (..., hours)
    load : energy in each hour of the run, shape (span,); the first and the last hour may be partial ones
    missing : as of :func:`window_means`

    Returns
    -------
    Shape (..., hours - span + 1); NaN where the run touches an hour without a value.

    Raises
    ------
    InputError : as :func:`window_means`

    >>> window_sums([4.0, 2.0, 0.0, 6.0], [1.0, 3.0]).tolist()
    [10.0, 2.0, 18.0]
    """
    hours, gaps = _known(values, missing)
    weights = np.asarray(load, dtype="float64")
    span = len(weights)
    _spanned(float(span), hours.shape[-1])
    starts, middle = hours.shape[-1] - span + 1, weights[1:-1]
    if len(middle) and np.ptp(middle) <= _FLAT * float(np.abs(middle).max()):
        found = window_means(hours[..., 1:-1], len(middle)) * float(middle.sum())
        found += weights[0] * hours[..., :starts] + weights[-1] * hours[..., span - 1 :]
    else:
        found = sliding_window_view(hours, span, axis=-1) @ weights
    return _without(found, gaps, span)


def best_windows(
    values: ArrayLike, length: float, *, first: int = 0, last: int | None = None, missing: ArrayLike | None = None
) -> tuple[Places, Array]:
    """The window of the lowest mean in each row, the earliest one of equals.

    Parameters
    ----------
    values, length, missing : as of :func:`window_means`
    first, last : the first hour that a window may start at, and the one before which it ends

    Returns
    -------
    The hour that it starts at, and its mean; -1 and NaN in a row whose windows all touch an hour without a value.

    Raises
    ------
    InputError : as :func:`window_means`

    >>> [one.tolist() for one in best_windows([[4.0, 2.0, 0.0, 6.0], [1.0, 1.0, 9.0, 9.0]], 2.0)]
    [[1, 0], [1.0, 1.0]]
    """
    hours = np.asarray(values, dtype="float64")[..., first:last]
    gaps = None if missing is None else np.asarray(missing)[..., first:last]
    means = window_means(hours, length, missing=gaps)
    ranked = means if gaps is None else np.where(np.isnan(means), inf, means)
    place = ranked.argmin(axis=-1)
    lowest = np.take_along_axis(means, place[..., None], axis=-1)[..., 0]
    return np.where(np.isnan(lowest), -1, place + first), lowest


def cheapest_hours(values: ArrayLike, count: int, *, missing: ArrayLike | None = None) -> Places | None:
    """The ``count`` hours of the lowest values, in the order of time; None where fewer have a value.

    >>> cheapest_hours([4.0, 2.0, 0.0, 6.0, 1.0], 3).tolist()
    [1, 2, 4]
    """
    hours, gaps = _known(values, missing)
    ranked = hours if gaps is None else np.where(gaps, inf, hours)
    if count > len(ranked) or count > np.isfinite(ranked).sum():
        return None
    return np.sort(np.argpartition(ranked, count - 1)[:count])


@dataclass(frozen=True)
class Chunks:
    """What an interrupted run asks for.

    Attributes
    ----------
    least, least_last : steps of the shortest chunk, and of the last one, whose last step may be a partial one
    resume : energy of each resumption, drawn in the first step of the chunk that resumes
    """

    least: int = 1
    least_last: int = 1
    resume: float = 0.0


def cheapest_chunks(
    values: ArrayLike, load: ArrayLike, *, chunks: Chunks | None = None, missing: ArrayLike | None = None
) -> Places | None:
    """The steps in which an interruptible run costs least, exactly: its work in order, in chunks, with resumptions.

    Parameters
    ----------
    values : shape (steps,)
    load : energy of each step of the work, in its order, shape (work,)
    chunks : the shortest chunk and the energy of a resumption; single steps at no cost where not given
    missing : steps without a value, in which nothing runs

    Returns
    -------
    The step of each step of the work, ascending, shape (work,); None where the work has no room.

    Raises
    ------
    InputError : for a NaN that no mask names, or more decisions than fit in memory

    Notes
    -----
    Dynamic programming forward in time over two states by work done (as vectors): paused, and running for at least the
    shortest chunk. A chunk opens after a step of pause with its shortest length at once, then grows step by step.

    >>> cheapest_chunks([4.0, 0.0, 3.0, 9.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], chunks=Chunks(2, 2)).tolist()
    [1, 2, 4, 5]
    """
    asked = chunks or Chunks()
    cost, gaps = _known(values, missing)
    energy = np.asarray(load, dtype="float64")
    if len(energy) > len(cost) or max(asked.least, asked.least_last) > len(energy):
        return None
    if asked.least == asked.least_last == 1 and asked.resume == 0.0 and np.ptp(energy) <= _FLAT * energy.max():
        return cheapest_hours(cost, len(energy), missing=gaps)
    if len(cost) * (len(energy) + 1) > _MOST_DECISIONS:
        size = f"{len(cost)} steps x {len(energy)} of work"
        wanted = "a longer step, an earlier deadline or a load that is not interruptible"
        raise InputError("too many steps to search", value=size, accepted=wanted)
    decided = _decide(cost, energy, np.zeros(len(cost), dtype=bool) if gaps is None else gaps, asked)
    return None if decided is None else _traced(*decided, least=asked.least)


def _decide(cost: Array, energy: Array, gaps: Mask, asked: Chunks) -> tuple[Mask, Mask] | None:
    """Whether a state came from a longer chunk, and whether a pause began, by step and work done; None without room."""
    work, least = len(energy), asked.least
    opening = np.ascontiguousarray(sliding_window_view(energy, least))
    most_before = work - max(least, asked.least_last)  # work done before a chunk that is long enough to be the last
    kept = least + 2
    paused = np.full((kept, work + 1), inf)  # the least cost by work done, after each of the last steps
    paused[0, 0] = 0.0
    running, grown, fresh = (np.full(work + 1, inf) for _ in range(3))
    longer, begun = np.zeros((len(cost), work + 1), dtype=bool), np.zeros((len(cost), work + 1), dtype=bool)
    unknown = np.concatenate([[0], np.cumsum(gaps)])
    for step in range(len(cost)):
        first = step + 1 - least
        fresh[:] = inf
        if first >= 0 and unknown[step + 1] == unknown[first]:
            done = opening @ cost[first : step + 1]
            if first > 0:
                done[1:] += paused[(first - 1) % kept, 1 : work - least + 1] + asked.resume * cost[first]
            else:
                done[1:] = inf
            fresh[least : least + most_before + 1] = done[: most_before + 1]
        if gaps[step]:
            grown[:] = inf
        else:
            np.add(running[:-1], energy * cost[step], out=grown[1:])
        np.less_equal(grown, fresh, out=longer[step])
        np.minimum(grown, fresh, out=running)
        before, after = paused[step % kept], paused[(step + 1) % kept]
        np.less(running, before, out=begun[step])
        np.minimum(running, before, out=after)
    return (longer, begun) if isfinite(float(paused[len(cost) % kept, work])) else None


def _traced(longer: Mask, begun: Mask, *, least: int) -> Places:
    """The steps of the work, from the last decision back to the first."""
    step, done = len(begun), begun.shape[1] - 1
    places = np.empty(done, dtype=np.intp)
    while done:
        while not begun[step - 1, done]:
            step -= 1
        while longer[step - 1, done]:
            step, done = step - 1, done - 1
            places[done] = step
        step, done = step - least, done - least
        places[done : done + least] = np.arange(step, step + least)
        step -= 1  # the step of pause before the chunk
    return places


def _known(values: ArrayLike, missing: ArrayLike | None) -> tuple[Array, Mask | None]:
    """Values with zero where none is known, and the mask of these.

    Raises
    ------
    InputError : for a value that is not finite and that no mask names, with its hour
    """
    hours = np.asarray(values, dtype="float64")
    gaps = None if missing is None else np.broadcast_to(np.asarray(missing, dtype=bool), hours.shape)
    if gaps is not None:
        hours = np.where(gaps, 0.0, hours)
    if not np.isfinite(hours.sum()):  # one pass; the place is looked for only where there is one
        broken = np.argwhere(~np.isfinite(hours))
        if len(broken):
            place = ", ".join(map(str, broken[0]))
            wanted = "a finite value in every hour, or missing: the hours that have none"
            raise InputError(
                f"hour {broken[0][-1]} has no value", field=f"values[{place}]", value=float("nan"), accepted=wanted
            )
    return hours, gaps


def _spanned(length: float, hours: int) -> tuple[int, float, int]:
    """Whole hours of a window, the share of its last one, and the hours that it touches."""
    if not (isfinite(length) and length > 0):
        raise InputError("a window has a length of more than zero", field="length", value=length, accepted="e.g. 24.0")
    length = round(length, _DIGITS)
    whole, span = int(length), ceil(length)
    if span > hours:
        wanted = f"at most {hours} h, or a longer series"
        raise InputError("the window is longer than the series", field="length", value=length, accepted=wanted)
    return whole, length - whole, span


def _without(found: Array, gaps: Mask | None, span: int) -> Array:
    """The sums, NaN where a window touches an hour without a value."""
    if gaps is not None and gaps.any():
        counted = np.concatenate([np.zeros((*gaps.shape[:-1], 1), dtype=np.intp), np.cumsum(gaps, axis=-1)], axis=-1)
        found[counted[..., span:] > counted[..., :-span]] = np.nan
    return found


__all__ = [
    "Chunks",
    "best_windows",
    "cheapest_chunks",
    "cheapest_hours",
    "window_means",
    "window_sums",
]
