"""The generated parts of ``docs/comparison.md``: this project's figures beside those of others.

A page in which a difference above 15 % has no reason is not written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Protocol

from import_support import significant

from lca_ai import tables
from lca_ai.interpretation.against_others import (
    FAR,
    grid_against_others,
    hardware_against_others,
    missing_reasons,
    spread,
)

OTHERS = ("Ember", "Electricity Maps", "CodeCarbon", "EcoLogits", "BoaviztAPI")
Record = dict[str, Any]


class Table(Protocol):
    """What writes a Markdown table."""

    def __call__(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
        """Write the table with its head."""
        ...


def parts(table: Table) -> dict[str, Callable[[], str]]:
    """Return the generated parts of the page by their names."""
    return {
        "comparison grid": lambda: _grid(table),
        "comparison grid reasons": lambda: _grid_reasons(table),
        "comparison spread": lambda: _spread(table),
        "comparison hardware": lambda: _hardware(table),
        "comparison hardware reasons": lambda: _hardware_reasons(table),
        "comparison sources": lambda: _sources(table),
    }


@cache
def _checked() -> tuple[list[Record], list[Record], list[Record]]:
    """Grids, items and spreads.

    Raises
    ------
    ValueError : where a difference above 15 % has no reason
    """
    grid, hardware = grid_against_others(), hardware_against_others()
    spreads = spread(hardware)
    missing = missing_reasons(grid, hardware, spreads)
    if missing:
        raise ValueError("the page of comparisons lacks reasons: " + "; ".join(missing))
    return tuple(frame.to_dict("records") for frame in (grid, hardware, spreads))  # type: ignore[return-value]


def _far(row: Record) -> bool:
    return abs(row["difference"]) > FAR


def _percent(value: float) -> str:
    return "no mix" if math.isnan(value) else f"{100 * value:+.0f} %".replace("-", "\N{MINUS SIGN}")


def _marked(row: Record) -> str:
    shown = _percent(row["difference"])
    return f"**{shown}**" if _far(row) else shown


def _cited(cell: str) -> str:
    return ", ".join(f"`{one}`" for one in cell.split(";"))


def _grid(table: Table) -> str:
    grid, _, _ = _checked()
    rows: list[list[object]] = []
    for zone in dict.fromkeys(row["zone"] for row in grid):
        found = {row["compared_with"]: row for row in grid if row["zone"] == zone}
        first = next(iter(found.values()))
        rows.append([f"{first['name']} (`{zone}`)", f"{first['ours']:.0f}", f"{first['at_meter']:.0f}"])
        rows[-1] += [_other(found[name], first["our_year"]) if name in found else "no figure" for name in OTHERS]
    year = grid[0]["our_year"]
    heads = ["zone", f"lca_ai {year}, generated", f"lca_ai {year}, at the meter", *OTHERS]
    return f"g CO2e/kWh; in brackets how far ours (per kWh generated) is from it.\n\n{table(heads, rows)}"


def _other(row: Record, our_year: int) -> str:
    year = "" if row["year"] == our_year else f", of {row['year']}"
    return f"{row['amount']:.0f} ({_marked(row)}{year})"


def _grid_reasons(table: Table) -> str:
    grid, _, _ = _checked()
    rows = [
        (row["name"], row["compared_with"], _percent(row["difference"]), row["year"],
         _percent(row["difference_same_year"]), row["reason"], _cited(row["reason_source"]))
        for row in grid
        if _far(row)
    ]  # fmt: skip
    heads = ("zone", "against", "difference", "its year", "with our mix of that year", "reason", "sources")
    return table(heads, rows)


def _spread(table: Table) -> str:
    _, _, spreads = _checked()
    rows = [
        (row["name"], f"{row['ours']:,.0f}", f"{row['with_end_of_life']:,.0f}", _range(row, ""),
         _range(row, "independent_"))
        for row in spreads
    ]  # fmt: skip
    heads = ("item", "lca_ai, manufacture", "with the end of life", "whole-product methods",
             "those that share no data with lca_ai")  # fmt: skip
    outside: dict[str, list[str]] = {}
    for row in spreads:
        if not (row["inside"] and row["independent_inside"]):
            outside.setdefault(f"{row['reason']} ({_cited(row['reason_source'])}).", []).append(row["name"])
    why = "\n".join(f"- {', '.join(names)}: {reason}" for reason, names in outside.items())
    return f"kg CO2e.\n\n{table(heads, rows)}\nWhere ours is outside, and why:\n\n{why}\n"


def _range(row: Record, kind: str) -> str:
    count, low, high = (row[f"{kind}{name}"] for name in ("methods", "low", "high"))
    between = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    return f"{between} ({count}): ours is {'inside' if row[f'{kind}inside'] else '**outside**'}"


def _hardware(table: Table) -> str:
    _, hardware, _ = _checked()
    rows = [
        (row["name"], row["compared_with"], row["scope"], row["standing"], row["shared"],
         row["stages"].replace(";", ", "), f"{significant(row['amount'], 4):,g}",
         f"{row['ours']:,.0f}", _marked(row), _cited(row["source"]), row["note"])
        for row in hardware
    ]  # fmt: skip
    heads = ("item", "method", "scope", "standing", "shared with lca_ai", "stages", "kg CO2e", "lca_ai", "difference",
             "sources", "note")  # fmt: skip
    return table(heads, rows)


def _hardware_reasons(table: Table) -> str:
    _, hardware, _ = _checked()
    far = [row for row in hardware if _far(row)]
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for row in far:
        key = (row["compared_with"], row["reason"], row["reason_source"])
        grouped.setdefault(key, []).append(f"{row['name']} {_percent(row['difference'])}")
    rows = [(name, ", ".join(items), reason, _cited(cited)) for (name, reason, cited), items in grouped.items()]
    return table(("method", "differences above 15 %", "reason", "sources"), rows)


def _sources(table: Table) -> str:
    known = tables.sources()
    rows = [(f"`{one}`", f"[{known[one].title}]({known[one].url})", known[one].licence) for one in sorted(set(_ids()))]
    return table(("source", "what it is", "licence"), rows)


def _ids() -> Iterator[str]:
    for row in (row for frame in _checked() for row in frame):
        for key in ("source", "reason_source"):
            yield from filter(None, str(row.get(key, "")).split(";"))
