"""What moved between two versions of a table: rows added, removed and changed, the largest relative change first.

Pure functions on rows of text. A row is found again by its key: the columns that say what a figure is about. The
columns that hold the figure itself, its range, its source or a remark are compared.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, str]
    Key = tuple[str, ...]

#: Columns that hold a figure, its quality or a remark, and so are no part of the key; the first column always is.
COMPARED = frozenset(
    {
        "accessed", "amount", "capacity", "count", "current", "distribution", "factor", "geometric_standard_deviation",
        "grade", "high", "hours", "latitude", "licence", "longitude", "low", "method_in_source", "missing_hours",
        "model", "name", "note", "page", "path", "renewable_share", "robustness", "share", "source", "title", "url",
        "value",
    }
)  # fmt: skip

#: Tables whose first column alone is the key: a source, another spelling.
NAMED_BY_FIRST = frozenset({"id", "alias"})


@dataclass(frozen=True)
class Change:
    """One cell that moved: the key of its row, its column, and what it was and is."""

    key: Key
    column: str
    old: str
    new: str

    @property
    def relative(self) -> float | None:
        """Change relative to the old number; infinite from zero; None where one of the two is no number."""
        before, after = _number(self.old), _number(self.new)
        if before is None or after is None:
            return None
        if before == 0:
            return math.inf if after else 0.0
        return (after - before) / abs(before)

    def __str__(self) -> str:
        relative = self.relative
        moved = "" if relative is None else " (from zero)" if math.isinf(relative) else f" ({relative:+.3%})"
        return f"{_spelled(self.key)}: {self.column} {self.old or '(empty)'} -> {self.new or '(empty)'}{moved}"


@dataclass(frozen=True)
class Moves:
    """What moved in one table. Changes of numbers come first, the largest relative one first of all."""

    added: tuple[Key, ...] = ()
    removed: tuple[Key, ...] = ()
    changes: tuple[Change, ...] = ()
    columns: tuple[str, ...] = ()
    """Columns that only one of the two versions has, with a sign."""

    @property
    def changed_rows(self) -> int:
        """How many rows that both versions have are not the same."""
        return len({change.key for change in self.changes})

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changes or self.columns)


def moves(old: Sequence[Row], new: Sequence[Row]) -> Moves:
    """Return what moved from the rows ``old`` to the rows ``new``.

    Rows of one key, such as two memory modules of one server, are told apart by their order.
    """
    before, after = list(old[0]) if old else [], list(new[0]) if new else []
    shared = [column for column in before if column in after] if before and after else before or after
    keys = key_columns(shared)
    known, given = _by_key(old, keys), _by_key(new, keys)
    changes = [
        Change(key, column, known[key][column], row[column])
        for key, row in given.items()
        if key in known
        for column in shared
        if known[key][column] != row[column]
    ]
    only = [f"-{column}" for column in before if column not in shared]
    only += [f"+{column}" for column in after if column not in shared]
    return Moves(
        added=tuple(key for key in given if key not in known),
        removed=tuple(key for key in known if key not in given),
        changes=tuple(sorted(changes, key=_largest_first)),
        columns=tuple(only),
    )


def key_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns that say what a row of these columns is about."""
    first = list(columns[:1])
    if NAMED_BY_FIRST & set(first):
        return first
    return first + [column for column in columns[1:] if column not in COMPARED]


def report(table: str, moved: Moves, *, most: int = 20) -> list[str]:
    """Return what moved in ``table`` for reading: a line of counts, then at most ``most`` lines of each kind."""
    if not moved:
        return []
    counts = (
        f"{len(moved.added)} rows added, {len(moved.removed)} removed, {moved.changed_rows} changed"
        + (f"; columns {', '.join(moved.columns)}" if moved.columns else "")
    )  # fmt: skip
    lines = [f"{table}: {counts}"]
    lines += _first(moved.changes, "", most)
    lines += _first((_spelled(key) for key in moved.removed), "removed ", most)
    lines += _first((_spelled(key) for key in moved.added), "added ", most)
    return lines


def _first(many: Iterable[object], what: str, most: int) -> list[str]:
    lines = [f"  {what}{one}" for one in many]
    left = len(lines) - most
    return lines if left <= 0 else [*lines[:most], f"  ... and {left} more {what}".rstrip()]


def _by_key(rows: Sequence[Row], keys: Sequence[str]) -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    seen: Counter[Key] = Counter()
    for row in rows:
        key = tuple(row[column] for column in keys)
        seen[key] += 1
        found[key if seen[key] == 1 else (*key, f"no. {seen[key]}")] = row
    return found


def _largest_first(change: Change) -> tuple[float, Key, str]:
    relative = change.relative
    return (math.inf if relative is None else -abs(relative), change.key, change.column)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _spelled(key: Key) -> str:
    return " ".join(part for part in key if part)
