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
    AS_PRINTED,
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
         _percent(row["difference_same_year"]), row["reason"], row["unexplained"], _cited(row["reason_source"]))
        for row in grid
        if _far(row)
    ]  # fmt: skip
    heads = ("zone", "against", "difference", "its year", "with our mix of that year", "reason", "unexplained",
             "sources")  # fmt: skip
    return table(heads, rows)


def _spread(table: Table) -> str:
    _, _, spreads = _checked()
    rows = [
        (row["name"], f"{title} ({row[f'{kind}methods']})", *_edge(row, f"{kind}low"), *_edge(row, f"{kind}high"),
         _verdict(row, kind))
        for row in spreads
        for kind, title in (("", "all"), ("independent_", "sharing no data with lca_ai"))
    ]  # fmt: skip
    heads = ("item", "methods", "lowest", "lca_ai, same stages", "highest", "lca_ai, same stages ", "lca_ai is")
    outside: dict[str, list[str]] = {}
    for row in spreads:
        if not (row["inside"] and row["independent_inside"]):
            outside.setdefault(f"{row['reason']} ({_cited(row['reason_source'])}).", []).append(row["name"])
    why = "\n".join(f"- {', '.join(names)}: {reason}" for reason, names in outside.items())
    return f"kg CO2e.\n\n{table(heads, rows)}\nWhere ours is outside, and why:\n\n{why}\n"


def _edge(row: Record, edge: str) -> tuple[str, str]:
    """Return the method at an edge of the spread with its figure and what it shares, and ours over its stages."""
    shares = "" if row[f"{edge}_shared"] == "nothing" else f"; shares {row[f'{edge}_shared']}"
    stages = row[f"{edge}_stages"].replace(";", ", ")
    return f"{row[edge]:,.1f} ({row[f'{edge}_method']}{shares})", f"{row[f'{edge}_ours']:,.1f} ({stages})"


def _verdict(row: Record, kind: str) -> str:
    low, high = (row[f"{kind}{edge}_ours"] / row[f"{kind}{edge}"] - 1.0 for edge in ("low", "high"))
    if not row[f"{kind}inside"]:
        return "**below all**" if low < 0 else "**above all**"
    if low < AS_PRINTED or high > -AS_PRINTED:
        edge = "low" if low < AS_PRINTED else "high"
        shared = row[f"{kind}{edge}_shared"] != "nothing"
        return f"equal to the {edge}est" + (", which shares its data" if shared else "")
    return "inside"


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
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for row in far:
        key = (row["compared_with"], row["reason"], row["unexplained"], row["reason_source"])
        grouped.setdefault(key, []).append(f"{row['name']} {_percent(row['difference'])}")
    rows = [
        (name, ", ".join(items), reason, left, _cited(cited)) for (name, reason, left, cited), items in grouped.items()
    ]
    return table(("method", "differences above 15 %", "reason", "unexplained", "sources"), rows)


def _sources(table: Table) -> str:
    known = tables.sources()
    rows = [(f"`{one}`", f"[{known[one].title}]({known[one].url})", known[one].licence) for one in sorted(set(_ids()))]
    return table(("source", "what it is", "licence"), rows)


def _ids() -> Iterator[str]:
    for row in (row for frame in _checked() for row in frame):
        for key in ("source", "reason_source"):
            yield from filter(None, str(row.get(key, "")).split(";"))
