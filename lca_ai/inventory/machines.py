"""Machines of the catalogue as a user looks them up: what making, moving and ending one of them takes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.inventory.bill import MANUFACTURE
from lca_ai.inventory.embodied import bill_of
from lca_ai.inventory.system import Gap
from lca_ai.models import catalogue
from lca_ai.models.footprints import naming, offered
from lca_ai.models.hardware import Server


def embodied_impacts(server: Server) -> tuple[dict[str, dict[str, dict[str, Any]]], list[Gap]]:
    """Impacts of making, moving and ending one machine: stage -> category -> amount, unit, grade; and what is missing.

    A category in which some part has no figure says so in ``not_covered``.
    """
    bill = bill_of(server)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for stage, inputs in bill.inputs.items():
        found[stage] = {}
        for category in tables.categories():
            parts = [
                (name, amount, factor)
                for name, amount in inputs.items()
                for factor in bill.processes[name].factors
                if factor.category == category
            ]
            if parts:
                covered = {name for name, _, _ in parts}
                found[stage][category] = {
                    "amount": sum(amount * factor.amount for _, amount, factor in parts),
                    "unit": tables.category_unit(category),
                    "grade": sorted({factor.grade for _, _, factor in parts}),
                    "source": sorted({source for _, _, factor in parts for source in factor.sources}),
                    "not_covered": sorted(
                        name for name in set(inputs) - covered if category not in bill.processes[name].elsewhere
                    ),
                }
    return found, bill.gaps


def alternative_footprints(server: Server) -> pd.DataFrame:
    """Published footprints of a machine and of its parts, to choose from by their key or to read beside our figures.

    Returns
    -------
    DataFrame with ``key``, ``covers`` (in words), ``life_cycle_stage``, ``category``, ``amount``, ``unit``, ``low``,
    ``high``, ``source``; then ``units`` (how often it is taken for the machine), ``selectable`` (whether
    ``footprint=key`` fits the machine), ``grade`` and ``note``. ``amount`` is that of one; missing numbers are NaN.
    """
    fits = {one.footprint.key: one.units for one in offered(server)}
    rows = [
        (
            one.key, one.scope, row["life_cycle_stage"], row["category"], float(row["amount"]), row["unit"],
            float(row["low"] or "nan"), float(row["high"] or "nan"), row["source"], fits.get(one.key, 0),
            one.key in fits, "proxy" if server.key in one.stand_ins else row["grade"], row["note"],
        )
        for one in naming(server)
        for row in one.rows
    ]  # fmt: skip
    names = [
        "key", "covers", "life_cycle_stage", "category", "amount", "unit", "low", "high", "source", "units",
        "selectable", "grade", "note",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def search_hardware(words: str) -> pd.DataFrame:
    """Machines and cards that fit some words, with their specifications and the climate change of making one.

    Returns
    -------
    DataFrame with ``key``, ``name``, ``rated_power``, ``die_area``, ``memory``, ``manufacture [kg CO2e]`` and
    ``not_covered`` (parts that no figure covers).

    Raises
    ------
    UnknownKeyError : where nothing fits
    """
    rows = [_described(key) for key in catalogue.search(words)]
    names = ["key", "name", "rated_power", "die_area", "memory", "manufacture [kg CO2e]", "not_covered"]
    return pd.DataFrame(rows, columns=names)


def _described(key: str) -> tuple[str, str, str, str, str, float, str]:
    machine = catalogue.hardware(key)
    if not isinstance(machine, Server):
        raise TypeError("the catalogue holds single machines")
    impacts, gaps = embodied_impacts(machine)
    made = impacts[MANUFACTURE].get("climate change", {}).get("amount", float("nan"))
    card = machine.components[0] if len(machine.components) == 1 else None
    figures = [catalogue.value(key, name) for name in ("rated_power", "die_area", "memory_size", "memory_type")]
    power, die, size, kind = (pair[0] if pair is not None else "" for pair in figures)
    if card is None and machine.max_power is not None:
        power = f"{machine.max_power:~g}"
    missing = "; ".join(sorted({gap.process for gap in gaps if gap.stage == MANUFACTURE}))
    return key, machine.name, power, die, f"{size} {kind}".strip(), float(made), missing
