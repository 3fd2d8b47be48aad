"""From solved demands to the tables of a result: impacts, gaps, methods, factors and the sources they cite."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lca_ai import tables
from lca_ai.errors import TableError
from lca_ai.impact.engine import Contributions
from lca_ai.impact.result import GAP_COLUMNS, IMPACT_COLUMNS
from lca_ai.inventory.assemble import category_gaps
from lca_ai.inventory.electricity import worst
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE, ElementaryFlow, ProductSystem
from lca_ai.sources import Source, join


def impacts_table(system: ProductSystem, contributions: Contributions, share: float) -> pd.DataFrame:
    """One row per workload, stage, process and category in which the process has a figure."""
    known = np.array(
        [
            [category in system.processes[name].categories for name in contributions.processes]
            for category in contributions.categories
        ]
    )
    rows = []
    for index, demand in enumerate(system.demands):
        leaves = system.leaves(demand.process)
        touched = np.array([name in leaves for name in contributions.processes])
        for category_index, process_index in np.argwhere(known & touched[None, :]):
            category, process = contributions.categories[category_index], contributions.processes[process_index]
            amount = contributions.amounts[index, category_index, process_index] * share
            grade, cited = _evidence(system, process, category)
            source = join([*cited, *demand.sources])
            label = _label(demand.activity, process)
            rows.append(
                (
                    demand.workload,
                    demand.stage,
                    label,
                    category,
                    float(amount),
                    tables.category_unit(category),
                    demand.basis,
                    grade,
                    source,
                )
            )
    return pd.DataFrame(rows, columns=list(IMPACT_COLUMNS))


def _label(activity: str, process: str) -> str:
    return process if process == activity else f"{activity}: {process}"


def climate(solved: Contributions) -> list[dict[str, float]]:
    """Per demand, climate change by process."""
    index = solved.categories.index("climate change")
    return [dict(zip(solved.processes, map(float, amounts[index]), strict=True)) for amounts in solved.amounts]


def _evidence(system: ProductSystem, process: str, category: str) -> tuple[str, list[str]]:
    found = system.processes[process].factors_in(category)
    cited = [source for one in found for source in one.sources]
    if category == WATER_USE and any(one.category == WATER_CONSUMPTION for one in found):
        cited += [
            row["source"]
            for row in tables.rows("emission_factors/method", "characterisation")
            if row["category"] == WATER_USE
        ]
    return worst({one.grade for one in found}), cited


def gaps_table(system: ProductSystem) -> pd.DataFrame:
    """Every gap of the inventory and of its factors, once each."""
    rows = [
        (one.workload, one.stage, one.process, one.category, one.kind, one.reason)
        for one in (*system.gaps, *category_gaps(system))
    ]
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS)).drop_duplicates(ignore_index=True)


def incomplete(gaps: pd.DataFrame) -> set[str]:
    """Categories in which something inside the boundary is missing."""
    missing = set(gaps.loc[gaps["kind"] == "missing", "category"])
    return set(tables.categories()) if "all" in missing else missing


def methods_table(system: ProductSystem, impacts: pd.DataFrame) -> pd.DataFrame:
    """Share of each category's result by the impact assessment method of its sources."""
    method = {
        (process.name, factor.category): factor.method_in_source
        for process in system.processes.values()
        for factor in process.factors
    }
    method |= {(name, WATER_USE): "EF 3.1" for (name, category) in list(method) if category == WATER_CONSUMPTION}
    names = {_label(demand.activity, name): name for demand in system.demands for name in system.leaves(demand.process)}
    found = [
        method.get((names[label], category), "unknown")
        for label, category in zip(impacts["process"], impacts["category"], strict=True)
    ]
    table = impacts.assign(method_in_source=found, size=impacts["amount"].abs())
    sums = table.groupby(["category", "method_in_source"], sort=False)["size"].sum().reset_index()
    whole = sums.groupby("category")["size"].transform("sum")
    return sums.assign(share=(sums["size"] / whole.where(whole > 0)).fillna(0.0))[
        ["category", "method_in_source", "share"]
    ]


def factors_table(system: ProductSystem) -> pd.DataFrame:
    """Every factor of every process that a demand reaches, and the inputs of the processes that join them."""
    reached = {name for demand in system.demands for name in system.leaves(demand.process)}
    rows = [
        (
            name,
            one.category,
            one.amount,
            one.unit,
            one.per,
            one.low,
            one.high,
            one.grade,
            one.method_in_source,
            join(one.sources),
        )
        for name in sorted(reached)
        for one in system.processes[name].factors
    ]
    rows += [
        (name, f"{flow}, {compartment}", amount, unit, system.processes[name].unit, None, None, "flow", "", cited)
        for name in sorted(reached)
        for (flow, compartment, unit), (amount, cited) in _summed(system.processes[name].flows).items()
    ]
    rows += [
        (
            name,
            source,
            amount,
            system.processes[source].unit,
            process.unit,
            None,
            None,
            "input",
            "",
            join(process.sources),
        )
        for name, process in sorted(system.processes.items())
        for source, amount in sorted(process.inputs.items())
    ]
    names = ["process", "flow", "amount", "unit", "per", "low", "high", "factor_grade", "method_in_source", "source"]
    return pd.DataFrame(rows, columns=names).astype({"low": "float64", "high": "float64"})


def cited_sources(ids: list[str], study: str) -> dict[str, Source]:
    """The sources of some ids; "study" stands for the study itself.

    Raises
    ------
    TableError : for an id that no table has
    """
    known = tables.sources()
    found = {}
    for one in ids:
        if one == "study":
            found[one] = Source("study", f"figures given by the study itself: {study}", "", "as the study", "")
        elif one in known:
            found[one] = known[one]
        else:
            raise TableError("a figure cites a source that no table has", value=one)
    return found


def _summed(flows: Iterable[ElementaryFlow]) -> dict[tuple[str, str, str], tuple[float, str]]:
    """Flows by flow, compartment and unit: the sum of the process and its supply, and the sources."""
    found: dict[tuple[str, str, str], tuple[float, str]] = {}
    for one in flows:
        key = (one.flow, one.compartment, one.unit)
        amount, cited = found.get(key, (0.0, ""))
        found[key] = amount + one.amount, join([cited, *one.sources])
    return found


def flows_table(system: ProductSystem, share: float) -> pd.DataFrame:
    """Elementary flows per reference flow, by workload and life cycle stage: g = B A^-1 f of the flows that are known.

    Only processes with an inventory have any; what others' scores stand for is not in here.
    """
    rows = [
        (demand.workload, demand.stage, flow, compartment, demand.amount * amount * per_unit * share, unit)
        for demand in system.demands
        for name, amount in system.leaves(demand.process).items()
        for (flow, compartment, unit), (per_unit, _) in _summed(system.processes[name].flows).items()
    ]
    columns = ["workload", "life_cycle_stage", "flow", "compartment", "amount", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    keys = [name for name in columns if name != "amount"]
    return table.groupby(keys, sort=False)[["amount"]].sum().reset_index()[columns]
