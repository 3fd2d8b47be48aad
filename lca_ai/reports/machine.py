"""Machines as the command line prints them: one with its parts and impacts, or a list of those that fit some words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from lca_ai.impact.result import records
from lca_ai.interpretation.checks import FOSSILS_WITHIN, fossils_beyond_primary
from lca_ai.inventory.embodied import host_of
from lca_ai.inventory.facility import servers
from lca_ai.inventory.instance_lookup import published_hosts
from lca_ai.inventory.machines import alternative_footprints, embodied_impacts
from lca_ai.inventory.system import Gap
from lca_ai.models import catalogue

_LARGE, _WHOLE = 1000.0, 100.0
_FOSSIL, _PRIMARY = "resource use, fossils", "primary energy"


def machine_data(name: str, footprint: Sequence[str] = ()) -> dict[str, Any]:
    """A machine of the catalogue as plain data: its composition, and the impacts of the share of it that is used.

    Raises
    ------
    UnknownKeyError : for a name that the catalogue does not have, or a footprint that does not fit
    """
    server, _ = servers(catalogue.hardware(name, footprint=footprint))
    if server is None:
        raise AssertionError("the catalogue holds machines")
    impacts, gaps = embodied_impacts(server)
    embodied = {
        stage: {category: one | {"amount": server.share * one["amount"]} for category, one in categories.items()}
        for stage, categories in impacts.items()
    }
    pairs = {
        stage: (one[_FOSSIL]["amount"], one[_PRIMARY]["amount"])
        for stage, one in embodied.items()
        if {_FOSSIL, _PRIMARY} <= set(one)
    }
    beyond = fossils_beyond_primary(pairs)
    return {
        "key": server.key,
        **server.model_dump(mode="json", exclude_none=True),
        "embodied_of": f"{server.share:.4g} of the machine" if server.share < 1 else "the whole machine",
        "embodied": embodied,
        "gaps": _told(gaps),
        "notes": [f"{FOSSILS_WITHIN}: {beyond}"] if beyond else [],
        "alternatives": [*records(alternative_footprints(server)), *published_hosts(server)],
    }


def _told(gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """Gaps, one for all categories of a part."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for gap in gaps:
        found.setdefault((gap.stage, gap.process, gap.reason), []).append(gap.category)
    return [
        {"stage": stage, "process": process, "reason": reason, "categories": categories}
        for (stage, process, reason), categories in found.items()
    ]


def machine_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The lines that show a machine, from :func:`machine_data`."""
    yield found["name"]
    yield from _share_lines(found["share"], found["share_note"])
    for part in found["components"]:
        yield f"  {part['count']} x {part['name'] or part['kind']}"
    for stage, categories in found["embodied"].items():
        for category, figure in categories.items():
            missing = [one for one in figure["not_covered"] if one != host_of(found["name"])]
            yield f"  {stage}: {category} {_bounded(figure['amount'], figure['unit'], missing)}"
    for gap in found["gaps"]:
        yield f"  gap: {gap['stage']}, {gap['process']}: {gap['reason']}"
    for note in found["notes"]:
        yield f"  note: {note}"
    for one in found["alternatives"]:
        times = f" x {one['units']}" if one["units"] > 1 else ""
        chosen = f"--footprint {one['key']}" if one["selectable"] else "to read only"
        stages = one["life_cycle_stage"].replace(";", " and ")
        amount = f"{one['amount']:.4g} {one['unit']}{times}"
        yield f"  published: {stages}: {one['category']} {amount}, {one['covers']} [{one['source']}; {chosen}]"


def _share_lines(share: float, note: str) -> Iterator[str]:
    if share < 1:
        yield f"  share {share:.4g} of the machine below: the parts are those of all of it, the impacts of the share"
    if note:
        yield f"  ({note})"


def search_lines(table: pd.DataFrame) -> Iterator[str]:
    """The lines that show a list of machines, from :func:`lca_ai.inventory.instance_lookup.search_machines`."""
    for row in table.to_dict("records"):
        facts = [str(row[name]) for name in ("rated_power", "die_area", "memory") if row[name]]
        missing = [one for one in row["not_covered"].split("; ") if one]
        yield f"{row['key']:<26} {row['name']:<34} {', '.join([*facts, _making(row, missing)])}"


def _making(row: Mapping[Any, Any], missing: Sequence[str]) -> str:
    made = row["manufacture [kg CO2e]"]
    if math.isnan(made):
        return "making: a gap"
    shown = f"{made:,.0f}" if made >= _WHOLE else f"{made:.3g}"
    if not missing:
        return f"{shown} kg CO2e to make"
    *others, last = sorted({one.rpartition(": ")[2].partition(" of ")[0] for one in missing})
    without = f"{', '.join(others)} and {last}" if others else last
    return f"at least {shown} kg CO2e to make, without the {without}"


def _bounded(amount: float, unit: str, missing: Sequence[str]) -> str:
    """An amount, as a lower bound where parts are missing from it."""
    shown = f"{_number(amount)} {unit}"
    return f"at least {shown} (without: {'; '.join(map(_part, missing))})" if missing else shown


def _part(process: str) -> str:
    """A part as it is said: ``NVIDIA B200: die`` is the die of it."""
    whole, _, part = process.rpartition(": ")
    return f"{part} of {whole}" if whole else part


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if abs(amount) >= _LARGE else f"{amount:.4g}"
