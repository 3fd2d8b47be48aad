"""``assess``: a study through all floors, from its logs to characterised impacts with their gaps and sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lca_ai import provenance, tables
from lca_ai.errors import InputError, StudyError, TableError
from lca_ai.impact.engine import Contributions, solve
from lca_ai.impact.result import GAP_COLUMNS, IMPACT_COLUMNS, Result, totals
from lca_ai.inventory import facility
from lca_ai.inventory.assemble import Inventory, add_workload, category_gaps, covered_shares
from lca_ai.inventory.electricity import worst
from lca_ai.inventory.facility import Metered
from lca_ai.inventory.hourly import read_hourly
from lca_ai.inventory.system import WATER_CONSUMPTION, WATER_USE, Gap, ProductSystem
from lca_ai.logs.energy import EnergyReading, read_energy
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.study import Study
from lca_ai.models.workload import Workload
from lca_ai.sources import Source, join

_WATER = {WATER_USE, WATER_CONSUMPTION}


def assess(subject: Study | Workload | Sequence[Workload], scope: GoalAndScope | None = None) -> Result:
    """Impacts of a study, or of workloads in a scope, per reference flow.

    Parameters
    ----------
    subject : a study, a workload, or several workloads that share the scope
    scope : goal and scope, where ``subject`` is not a study

    Raises
    ------
    InputError : where a log, a model or a factor does not hold; the message says what would be accepted
    """
    study = subject if isinstance(subject, Study) else None
    workloads = _workloads(subject)
    scope = study.goal_and_scope if study is not None else scope
    if scope is None:
        raise StudyError("the scope is missing", field="scope", accepted="assess(workload, GoalAndScope(...))")
    _names_differ(workloads)
    share = _reference_share(workloads, scope)
    system = ProductSystem()
    inventories: list[Inventory] = []
    readings: dict[str, EnergyReading] = {}
    quality: list[dict[str, Any]] = []
    for workload in workloads:
        try:
            metered, reading, notes = _metered(system, workload)
            inventories.append(_inventory(system, workload, metered, reading, scope))
        except InputError as fault:
            raise (fault if fault.field or fault.file else fault.at(field=f"workload {workload.name}")) from None
        quality += notes
        if reading is not None:
            readings[workload.name] = reading
    solved = solve(system)
    impacts = _impacts(system, solved, share)
    gaps = _gaps(system)
    cited = join([*impacts["source"], *(one.source for one in system.assumed)]).split(";")
    name = study.name if study is not None else ", ".join(one.name for one in workloads)
    return Result(
        name=name,
        scope=scope,
        workloads=workloads,
        impacts=impacts,
        totals=totals(impacts, covered=covered_shares(system, _climate(solved)), incomplete=_incomplete(gaps)),
        gaps=gaps,
        data_quality=pd.DataFrame(quality, columns=["workload", "what", "count", "detail"]),
        assumed=tuple(system.assumed),
        stated=study.assumptions if study is not None else (),
        stated_sources=study.sources if study is not None else (),
        sources=_sources([one for one in cited if one], name),
        methods=_methods(system, impacts),
        factors=_factors(system),
        inventories=tuple(inventories),
        readings=readings,
        lock=provenance.lock(_files(workloads)),
        reference_share=share,
    )


def _names_differ(workloads: Sequence[Workload]) -> None:
    names = [one.name for one in workloads]
    if not names or len(set(names)) < len(names):
        raise StudyError(
            "workloads need names that differ", field="name", value=", ".join(names), accepted="one name each"
        )


def _workloads(subject: Study | Workload | Sequence[Workload]) -> tuple[Workload, ...]:
    if isinstance(subject, Study):
        return tuple(subject.workloads)
    return (subject,) if isinstance(subject, Workload) else tuple(subject)


def _reference_share(workloads: Sequence[Workload], scope: GoalAndScope) -> float:
    """Reference flow over all that the workloads deliver."""
    reference = scope.functional_unit.reference_flow
    outputs = [workload.output() for workload in workloads]
    undecided = [one for one in workloads if one.type == "training" and one.produces is None]  # type: ignore[attr-defined]
    if len(undecided) > 1:
        raise StudyError(
            "several training runs, and it is not said which one delivers the model",
            field="produces",
            value=", ".join(one.name for one in undecided),
            accepted="produces: 1 model on one of them and produces: nothing on the others",
        )
    fitting = [output for output in outputs if output is not None and output.dimensionality == reference.dimensionality]
    if not fitting:
        made = ", ".join(f"{output:~g}" for output in outputs if output is not None) or "nothing"
        raise StudyError(
            "no workload delivers the unit of the reference flow",
            field="functional_unit.reference_flow",
            value=f"{reference:~g}",
            accepted=f"a unit that is delivered: {made}",
        )
    return float((reference / sum(fitting[1:], fitting[0])).to("").magnitude)


def _metered(system: ProductSystem, workload: Workload) -> tuple[Metered, EnergyReading | None, list[dict[str, Any]]]:
    """The energy of a workload: measured, given, or modelled from its rated power."""
    given_seconds = facility.machine_seconds(workload.runtime, workload.hardware)
    start = workload.runtime.start if workload.runtime is not None else None
    if workload.power is not None:
        reading = read_energy(workload.power)
        if not reading.covers:
            raise StudyError(
                "it is not said what the log covers", field="power.covers", accepted="e.g. [gpu] or [node]"
            )
        hours = reading.hours["energy"].groupby(level="hour").sum()
        _, count = facility.servers(workload.hardware)
        seconds = given_seconds if given_seconds is not None else reading.seconds * count
        return (
            Metered(hours, frozenset(reading.covers), "measured", seconds),
            reading,
            _quality(system, workload, reading),
        )
    if workload.energy is not None:
        kwh = float(workload.energy.to("kWh").magnitude)
        hours = facility.evenly(kwh, start, _wall_seconds(workload, given_seconds))
        return Metered(hours, frozenset(workload.covers), workload.energy_basis, given_seconds), None, []
    server, _ = facility.servers(workload.hardware)
    if server is None or given_seconds is None or workload.runtime is None:
        raise AssertionError("the model refuses a workload without any energy")
    kwh = facility.rated_energy(server, given_seconds, workload.runtime)
    note = {
        "workload": workload.name,
        "what": "no measurement",
        "count": 1,
        "detail": f"energy modelled: rated power x utilisation {workload.runtime.utilisation:g}",
    }
    return (
        Metered(
            facility.evenly(kwh, start, _wall_seconds(workload, given_seconds)),
            frozenset({"gpu"}),
            "modelled",
            given_seconds,
        ),
        None,
        [note],
    )


def _wall_seconds(workload: Workload, machine_seconds: float | None) -> float | None:
    if workload.runtime is None or machine_seconds is None:
        return None
    if workload.runtime.duration is not None:
        return float(workload.runtime.duration.to("second").magnitude)
    _, count = facility.servers(workload.hardware)
    return machine_seconds / count


def _quality(system: ProductSystem, workload: Workload, reading: EnergyReading) -> list[dict[str, Any]]:
    """What was set aside in a log, how much of the window is covered, and what lies outside it."""
    rows = [
        {"workload": workload.name, "what": note.what, "count": note.count, "detail": note.detail}
        for note in reading.notes
    ]
    covered = reading.covered_seconds / reading.seconds if reading.seconds else 0.0
    rows.append(
        {
            "workload": workload.name,
            "what": "readings",
            "count": reading.samples,
            "detail": f"{reading.format}; longest interval {reading.longest_interval:g} s",
        }
    )
    rows.append(
        {
            "workload": workload.name,
            "what": "coverage",
            "count": round(reading.covered_seconds),
            "detail": f"{covered:.2%} of {reading.seconds:,.1f} s",
        }
    )
    rows += [
        {"workload": workload.name, "what": key, "count": 1, "detail": value} for key, value in reading.facts.items()
    ]
    if reading.outside > 0:
        rows.append(
            {
                "workload": workload.name,
                "what": "outside the window",
                "count": 1,
                "detail": f"{reading.outside * 3.6e6:,.0f} J of the log are outside the stated window and not counted",
            }
        )
    if reading.gap_seconds > 0:
        wide = f"intervals over {reading.max_gap:g} s"
        reason = f"{reading.gap_seconds:,.1f} s per device have no reading ({wide}): nothing is invented there"
        system.gaps.append(Gap(workload.name, "use", "measured electricity", "all", "partial", reason))
        rows.append({"workload": workload.name, "what": "gaps", "count": round(reading.gap_seconds), "detail": reason})
    return rows


def _inventory(
    system: ProductSystem, workload: Workload, metered: Metered, reading: EnergyReading | None, scope: GoalAndScope
) -> Inventory:
    start = reading.start if reading is not None else workload.runtime.start if workload.runtime is not None else None
    path = workload.location.hourly_path()
    series = read_hourly(path) if path is not None else None
    return add_workload(
        system,
        workload,
        metered,
        scope,
        run_year=start.astimezone(UTC).year if start is not None else workload.location.year,
        series=series,
    )


def _impacts(system: ProductSystem, contributions: Contributions, share: float) -> pd.DataFrame:
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


def _climate(solved: Contributions) -> list[dict[str, float]]:
    """Per demand, climate change by process."""
    index = solved.categories.index("climate change")
    return [dict(zip(solved.processes, map(float, amounts[index]), strict=True)) for amounts in solved.amounts]


def _evidence(system: ProductSystem, process: str, category: str) -> tuple[str, list[str]]:
    wanted = (
        WATER_CONSUMPTION
        if category in _WATER and category not in {one.category for one in system.processes[process].factors}
        else category
    )
    found = [one for one in system.processes[process].factors if one.category == wanted]
    cited = [source for one in found for source in one.sources]
    if category == WATER_USE and wanted == WATER_CONSUMPTION:
        cited += [
            row["source"]
            for row in tables.rows("emission_factors/method", "characterisation")
            if row["category"] == WATER_USE
        ]
    return worst({one.grade for one in found}), cited


def _gaps(system: ProductSystem) -> pd.DataFrame:
    rows = [
        (one.workload, one.stage, one.process, one.category, one.kind, one.reason)
        for one in (*system.gaps, *category_gaps(system))
    ]
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS)).drop_duplicates(ignore_index=True)


def _incomplete(gaps: pd.DataFrame) -> set[str]:
    """Categories in which something inside the boundary is missing."""
    missing = set(gaps.loc[gaps["kind"] == "missing", "category"])
    return set(tables.categories()) if "all" in missing else missing


def _methods(system: ProductSystem, impacts: pd.DataFrame) -> pd.DataFrame:
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


def _factors(system: ProductSystem) -> pd.DataFrame:
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


def _sources(ids: list[str], study: str) -> dict[str, Source]:
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


def _files(workloads: Sequence[Workload]) -> dict[str, Path]:
    """Log files and hourly series by name; a shared one is there once, two of one name are told apart."""
    found: list[tuple[str, Path]] = []
    for one in workloads:
        if one.power is not None:
            found += [(Path(name).name, path) for name, path in zip(one.power.files, one.power.paths(), strict=True)]
        path = one.location.hourly_path()
        if path is not None:
            found.append((path.name, path))
    files: dict[str, Path] = {}
    for name, path in found:
        free = (
            name if files.get(name, path) == path else f"{name} ({sum(other.startswith(name) for other in files) + 1})"
        )
        files[free] = path
    return files
