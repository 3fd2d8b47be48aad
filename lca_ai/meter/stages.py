"""The energy of stages: each with what lies within it, and each for itself, so that their own energies add up."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lca_ai.meter.ledger import counted
from lca_ai.meter.recording import Edge

if TYPE_CHECKING:
    import pandas as pd

_JOULE_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Span:
    """A stage: its path, its edges (None: it goes on), and the place of the span around it (None: of the window)."""

    path: str
    start: Edge
    end: Edge | None
    around: int | None


def table(
    spans: Sequence[Span], now: Edge, marks: Callable[[Sequence[Edge]], list[dict[str, float]]],
    parents: Mapping[str, str],
) -> pd.DataFrame:  # fmt: skip
    """Energy of each span.

    Parameters
    ----------
    spans : the window, and its stages in the order in which they began
    now : the end of those that have none
    marks : energy of each sensor at edges [J]
    parents : sensor -> the one it lies within

    Returns
    -------
    DataFrame with ``path``, ``start``, ``end``, ``seconds``, ``energy [kWh]`` and ``own energy [kWh]``.
    """
    import pandas as pd

    ends = [one.end or now for one in spans]
    joules = totals(marks([edge for one, end in zip(spans, ends, strict=True) for edge in (one.start, end)]), parents)
    numbers = [(one.start.number, end.number) for one, end in zip(spans, ends, strict=True)]
    own = own_energies(numbers, [one.around for one in spans], joules)
    return pd.DataFrame(
        {
            "path": [one.path for one in spans],
            "start": pd.to_datetime([one.start.utc for one in spans], unit="s", utc=True),
            "end": pd.to_datetime([one.end.utc if one.end else math.nan for one in spans], unit="s", utc=True),
            "seconds": [end.moment - one.start.moment for one, end in zip(spans, ends, strict=True)],
            "energy [kWh]": [(joules[at + 1] - joules[at]) / _JOULE_PER_KWH for at in range(0, len(joules), 2)],
            "own energy [kWh]": [one / _JOULE_PER_KWH for one in own],
        }
    )


def totals(marks: Sequence[Mapping[str, float]], parents: Mapping[str, str]) -> list[float]:
    """Energy of all sensors that count, at each edge [J]; NaN where it is not known. One adds from when it appeared.

    >>> totals([{"node": 1.0, "GPU": 0.5}, {"node": 4.0, "GPU": 2.5}, {}], {"GPU": "node"})
    [1.0, 4.0, nan]
    """
    names = counted({name for mark in marks for name, joules in mark.items() if not math.isnan(joules)}, parents)
    if not names:
        return [math.nan] * len(marks)
    return [math.fsum(_known(mark.get(name)) for name in names) for mark in marks]


def _known(joules: float | None) -> float:
    """Energy of a sensor that an edge tells: none before its first reading; NaN where the edge tells nothing of it."""
    if joules is None:
        return math.nan
    return 0.0 if math.isnan(joules) else joules


def own_energies(
    spans: Sequence[tuple[int, int]], around: Sequence[int | None], joules: Sequence[float]
) -> list[float]:
    """Energy of each span without the spans within it [J].

    Between two neighbouring edges the energy is that of the innermost spans, in equal parts where several run at once.

    Parameters
    ----------
    spans : numbers of the first and the last edge of each; edges are numbered in the order of time
    around : the place of the span that each lies within; None for the window's own
    joules : energy at the start and the end of each, one after the other [J]

    Examples
    --------
    >>> own_energies([(0, 5), (1, 4), (2, 3)], [None, 0, 1], [0.0, 100.0, 20.0, 80.0, 30.0, 40.0])
    [40.0, 50.0, 10.0]
    """
    numbers = [number for span in spans for number in span]
    parts: list[list[float]] = [[] for _ in spans]
    running: dict[int, int] = {}  # span -> how many spans within it are running
    last = joules[0]
    for edge in sorted(range(len(numbers)), key=lambda one: (numbers[one], one % 2, one)):
        span, ends = divmod(edge, 2)
        inner = [one for one, within in running.items() if not within]
        for one in inner:
            parts[one].append((joules[edge] - last) / len(inner))
        last = joules[edge]
        if ends:
            running.pop(span)
        else:
            running[span] = 0
        outer = around[span]
        if outer in running:
            running[outer] += -1 if ends else 1
    return [math.fsum(one) for one in parts]
