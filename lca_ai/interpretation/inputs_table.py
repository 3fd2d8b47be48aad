"""The figures of a set of cases as a table, and what is to be known of how they were drawn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lca_ai.interpretation.cases import Assembled
from lca_ai.interpretation.linear import Draws


def inputs_table(found: Assembled, draws: Draws) -> pd.DataFrame:
    """Every figure of a model: what it is, how far it may be off, and where that comes from."""
    rows: list[tuple[Any, ...]] = [
        (one.name, "choice" if one.choice else "data", one.value, one.unit, _told(one.spread), one.basis,
         ";".join(one.sources))
        for one in found.model.variables
    ]  # fmt: skip
    rows += [
        (one.name, "choice" if one.choice else "data", None, "", one.spread, "published", ";".join(one.sources))
        for one in found.model.table.latents
    ]
    rows += [(name, "data", None, "", "", "given", "study") for name in found.model.table.without_spread]
    columns = ["name", "kind", "value", "unit", "spread", "basis", "source"]
    table = pd.DataFrame(rows, columns=columns).astype({"value": "float64"})
    return table.assign(clipped=[draws.clipped.get(name, 0) for name in table["name"]])


def _told(spread: Any) -> str:
    if spread is None:
        return ""
    data = spread.model_dump()
    return f"{data.pop('type')}({', '.join(f'{name} {_short(value)}' for name, value in data.items())})"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def quality_table(found: Assembled, draws: Draws) -> pd.DataFrame:
    """What was read, chosen, clipped, or taken as it is."""
    rows = [dict(note) for one in found.meterings for note in one.notes]
    notes = [("cases", note) for note in dict.fromkeys([*found.cases.notes, *found.builder.notes])]
    if found.cases.places:
        notes.append(
            ("energy", "the energy of the equipment is the same in every place: nothing of it is modelled anew")
        )
    notes += [
        ("draws", f"{count} of {draws.samples} draws of {name} were beyond what is physically possible and set to it")
        for name, count in draws.clipped.items()
    ]
    still = [one.name for one in found.model.variables if one.spread is None]
    if still:
        notes.append(("no spread", f"taken as they are: {', '.join(still)}"))
    rows += [{"workload": "all", "what": what, "count": 1, "detail": detail} for what, detail in notes]
    return pd.DataFrame(rows, columns=["workload", "what", "count", "detail"])
