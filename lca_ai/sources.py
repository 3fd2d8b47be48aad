"""Where a figure comes from, and how sure of it one can be: :class:`Source` and :class:`Factor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One row of a package's ``sources.csv``.

    ``id`` is unique over all packages; ``licence`` is the licence under which the figure may be passed on.
    """

    id: str
    title: str
    url: str
    licence: str
    accessed: str
    page: str = ""
    package: str = ""


@dataclass(frozen=True)
class Factor:
    """An amount of an impact (or a flow) per unit of an activity, with everything needed to defend it.

    Attributes
    ----------
    activity, part : what carries the impact
    stage : life cycle stage
    category : impact category, or elementary flow that the method characterises
    amount : in ``unit`` per ``per``
    grade : "sourced", "proxy" (stands in for something else) or "partial" (leaves something out)
    method_in_source : impact assessment method of the source, e.g. "EF 3.1", "ILCD", "unknown"
    low, high : published or stated range, or None
    sources : ids of rows of ``sources.csv``
    of_flows : whether the amount is that of elementary flows, which the engine characterises in its place
    """

    activity: str
    part: str
    stage: str
    category: str
    amount: float
    unit: str
    per: str
    grade: str
    method_in_source: str
    low: float | None
    high: float | None
    sources: tuple[str, ...]
    year: str = ""
    geography: str = ""
    note: str = ""
    of_flows: bool = False


def join(ids: object) -> str:
    """Source ids as they stand in a table: sorted, once each, joined by ``;``.

    >>> join(["b", "a;b"])
    'a;b'
    """
    names = {one for text in ids for one in str(text).split(";") if one}  # type: ignore[attr-defined]
    return ";".join(sorted(names))
