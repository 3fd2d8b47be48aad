"""When the time between two readings of a power is a gap: one rule for who measures and for who reads the log."""

from __future__ import annotations

from lca_ai import tables

#: A busy machine delays a reading for as long, whatever the interval is. [s]
_SHORTEST_S = 1.0


def longest_s(every_s: float) -> float:
    """Longest time between two readings of a power over which it is integrated, by the interval of readings. [s]"""
    return max(tables.assumption("max_gap_intervals") * every_s, _SHORTEST_S)
