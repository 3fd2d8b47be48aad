"""Machines of the catalogue as a user looks them up: what making, moving and ending one of them takes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lca_ai import tables
from lca_ai.errors import InputError
from lca_ai.inventory.bill import MANUFACTURE, Bill
from lca_ai.inventory.embodied import bill_of, host_of
from lca_ai.inventory.system import Gap
from lca_ai.models import catalogue, hardware_search
from lca_ai.models.footprints import naming, offered
from lca_ai.models.hardware import AnyComponent, Cluster, Component, Hardware, Server, alone
from lca_ai.sources import Factor, join

_OFFICIAL = "EF 3.1"


@dataclass(frozen=True)
class Figure:
    """What is known of one part of a machine in a life cycle stage and a category; no factors where nothing is."""

    stage: str
    part: str
    category: str
    amount: float
    factors: tuple[Factor, ...]


def embodied_impacts(server: Server) -> tuple[dict[str, dict[str, dict[str, Any]]], list[Gap]]:
    """Impacts of making, moving and ending one whole machine, whatever share of it is used; and what is missing.

    Returns
    -------
    stage -> category -> ``amount``, ``unit``, ``grade``, ``source``, ``complete`` and ``not_covered`` (parts without a
    figure, so that the amount is a lower bound); then the gaps. A category without any figure is not there.
    """
    bill = bill_of(server)
    found: dict[str, dict[str, dict[str, Any]]] = {stage: {} for stage in bill.inputs}
    by_total: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for one in _figures(bill):
        by_total[one.stage, one.category].append(one)
    for (stage, category), parts in by_total.items():
        known = [one for one in parts if one.factors]
        if known:
            missing = sorted({one.part for one in parts if not one.factors})
            factors = [factor for one in known for factor in one.factors]
            found[stage][category] = {
                "amount": sum(one.amount for one in known),
                "unit": tables.category_unit(category),
                "grade": sorted({factor.grade for factor in factors}),
                "source": sorted({source for factor in factors for source in factor.sources}),
                "complete": not missing,
                "not_covered": missing,
            }
    return found, bill.gaps


def embodied(hardware: str | Hardware | AnyComponent) -> pd.DataFrame:
    """Impacts of making, moving and ending hardware, part by part, without a study.

    Parameters
    ----------
    hardware : a name of the catalogue, a machine, several of them, or one component on its own

    Returns
    -------
    DataFrame with ``part``, ``life_cycle_stage``, ``category``, ``amount`` (of all the hardware: the used share of each
    machine, times their number), ``unit``, ``complete``, ``grade`` and ``source``. A part without a figure has a row
    too: its amount is NaN and ``complete`` is False, so that a sum over its category is a lower bound. An indicator
    that is no category of the method, and that no part has a figure in, is left out.

    Raises
    ------
    InputError : for what is no hardware
    UnknownKeyError : for a name that the catalogue does not have

    Examples
    --------
    >>> table = embodied("a100-pcie-40gb")
    >>> made = table[(table["category"] == "climate change") & (table["life_cycle_stage"] == "manufacture")]
    >>> round(float(made["amount"].sum()), 1), sorted(made.loc[~made["complete"], "part"])
    (120.5, ['host of NVIDIA A100 PCIe 40GB'])
    """
    server, count = _machines(hardware)
    times = server.share * count
    figures = list(_figures(bill_of(server)))
    known = {one.category for one in figures if one.factors}
    shown = known | {name for name, row in tables.categories().items() if row["kind"] == _OFFICIAL}
    rows = [
        (
            one.part, one.stage, one.category, times * one.amount, tables.category_unit(one.category),
            bool(one.factors), ";".join(sorted({factor.grade for factor in one.factors})),
            join(sorted({source for factor in one.factors for source in factor.sources})),
        )
        for one in figures
        if one.category in shown
    ]  # fmt: skip
    names = ["part", "life_cycle_stage", "category", "amount", "unit", "complete", "grade", "source"]
    return pd.DataFrame(rows, columns=names)


def _machines(hardware: object) -> tuple[Server, int]:
    """A machine and how many of it, from any way to say it."""
    given = catalogue.hardware(hardware) if isinstance(hardware, str) else hardware
    if isinstance(given, Cluster):
        return given.server, given.count
    if isinstance(given, Server):
        return given, 1
    if isinstance(given, Component):
        return alone(given), 1  # type: ignore[arg-type] # every component but the base is one of the union
    accepted = "a name, or an lca.Server, lca.Cluster or component such as lca.Accelerator"
    kind = type(hardware).__name__
    raise InputError(f"this is no hardware, but {kind}", field="hardware", value=hardware, accepted=accepted)


def _figures(bill: Bill) -> Iterator[Figure]:
    """Every part of a machine, by stage and category; those without a figure too, but for what others account for."""
    for stage, inputs in bill.inputs.items():
        for category in tables.categories():
            for name, amount in inputs.items():
                process = bill.processes[name]
                factors = tuple(factor for factor in process.factors if factor.category == category)
                if factors:
                    yield Figure(stage, name, category, amount * sum(factor.amount for factor in factors), factors)
                elif category not in process.elsewhere:
                    yield Figure(stage, name, category, math.nan, ())
            for gap in bill.gaps:
                if gap.stage == stage and gap.kind == "missing" and gap.category in {"all", category}:
                    yield Figure(stage, gap.process, category, math.nan, ())


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
    DataFrame with ``key``, ``name``, ``rated_power``, ``die_area``, ``memory``, ``manufacture [kg CO2e]``, ``complete``
    and ``not_covered`` (parts that no figure covers, so that the figure is a lower bound). The machine that a card sits
    in is no part of the card.

    Raises
    ------
    InputError : for no words
    UnknownKeyError : where nothing fits
    """
    found = hardware_search.machines(words)
    if not found:
        raise hardware_search.nothing(words)
    return pd.DataFrame([_described(key) for key in found], columns=list(FOUND))


#: Columns of a list of machines.
FOUND = (
    "key", "name", "rated_power", "die_area", "memory", "manufacture [kg CO2e]", "complete", "not_covered",
)  # fmt: skip


def made(server: Server) -> tuple[float, list[str]]:
    """Climate change of making one whole machine [kg CO2e], NaN if not known, and the parts of it without a figure."""
    impacts, gaps = embodied_impacts(server)
    figure = impacts[MANUFACTURE].get("climate change")
    missing = figure["not_covered"] if figure else sorted({gap.process for gap in gaps if gap.stage == MANUFACTURE})
    host = host_of(server.name)
    return float(figure["amount"]) if figure else math.nan, [one for one in missing if one != host]


def _described(key: str) -> tuple[str, str, str, str, str, float, bool, str]:
    machine = catalogue.hardware(key)
    if not isinstance(machine, Server):
        raise TypeError("the catalogue holds single machines")
    amount, missing = made(machine)
    card = machine.components[0] if len(machine.components) == 1 else None
    figures = [catalogue.value(key, name) for name in ("rated_power", "die_area", "memory_size", "memory_type")]
    power, die, size, kind = (pair[0] if pair is not None else "" for pair in figures)
    if card is None and machine.max_power is not None:
        power = f"{machine.max_power:~g}"
    return key, machine.name, power, die, f"{size} {kind}".strip(), amount, not missing, "; ".join(missing)
