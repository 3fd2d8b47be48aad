"""``assess``: a study through all floors, from its logs to characterised impacts with their gaps and sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd

from lca_ai import provenance
from lca_ai.errors import InputError, StudyError
from lca_ai.impact.engine import solve
from lca_ai.impact.measured import metered_energy
from lca_ai.impact.result import Result, totals
from lca_ai.impact.tabulate import (
    cited_sources,
    climate,
    factors_table,
    flows_table,
    gaps_table,
    impacts_table,
    incomplete,
    methods_table,
)
from lca_ai.inventory.assemble import Inventory, add_workload, covered_shares
from lca_ai.inventory.facility import Metered
from lca_ai.inventory.hourly import HourlySeries, read_hourly
from lca_ai.inventory.system import ProductSystem
from lca_ai.logs import frames
from lca_ai.logs.reading import EnergyReading
from lca_ai.models.scope import GoalAndScope
from lca_ai.models.study import Study
from lca_ai.models.workload import Workload
from lca_ai.own_tables import OwnTables, changes, using
from lca_ai.sources import join


def assess(
    subject: Study | Workload | Sequence[Workload],
    scope: GoalAndScope | None = None,
    *,
    tables: OwnTables | None = None,
) -> Result:
    """Impacts of a study, or of workloads in a scope, per reference flow.

    Parameters
    ----------
    subject : a study, a workload, or several workloads that share the scope
    scope : goal and scope, where ``subject`` is not a study
    tables : a user's own tables, a folder or one CSV file, whose rows come before the project's of the same key; in
        place of those that the study names

    Raises
    ------
    InputError : where a log, a model or a factor does not hold; the message says what would be accepted
    TableError : for own tables that break a rule of the project's, naming the row
    """
    if tables is None and isinstance(subject, Study):
        tables = subject.own_tables()
    with using(tables):
        return _assess(subject, scope)


def _assess(subject: Study | Workload | Sequence[Workload], scope: GoalAndScope | None) -> Result:
    study = subject if isinstance(subject, Study) else None
    workloads = _workloads(subject)
    scope = study.goal_and_scope if study is not None else scope
    if scope is None:
        raise StudyError("the scope is missing", field="scope", accepted="assess(workload, GoalAndScope(...))")
    _names_differ(workloads)
    _one_kind_of_grid(workloads)
    share = reference_share(workloads, scope)
    system = ProductSystem()
    inventories: list[Inventory] = []
    readings: dict[str, EnergyReading] = {}
    quality: list[dict[str, Any]] = [{"workload": "all", **vars(one)} for one in changes()]
    for workload in workloads:
        try:
            metered, reading, notes = metered_energy(system, workload)
            series = _series(workload)
            inventories.append(_inventory(system, workload, metered, reading, scope, series))
        except InputError as fault:
            raise fault.within(f"workload {workload.name}") from None
        quality += [*notes, *_of_series(workload, series)]
        if reading is not None:
            readings[workload.name] = reading
    solved = solve(system)
    impacts = impacts_table(system, solved, share)
    gaps = gaps_table(system)
    cited = join([*impacts["source"], *(one.source for one in system.assumed)]).split(";")
    name = study.name if study is not None else ", ".join(one.name for one in workloads)
    return Result(
        name=name,
        scope=scope,
        workloads=workloads,
        impacts=impacts,
        totals=totals(impacts, covered=covered_shares(system, climate(solved)), incomplete=incomplete(gaps)),
        gaps=gaps,
        data_quality=pd.DataFrame(quality, columns=["workload", "what", "count", "detail"]),
        assumed=tuple(system.assumed),
        stated=study.assumptions if study is not None else (),
        stated_sources=study.sources if study is not None else (),
        sources=cited_sources([one for one in cited if one], name),
        methods=methods_table(system, impacts),
        factors=factors_table(system),
        flows=flows_table(system, share),
        inventories=tuple(inventories),
        readings=readings,
        lock=provenance.lock(_files(workloads), _held(workloads)),
        reference_share=share,
    )


def _names_differ(workloads: Sequence[Workload]) -> None:
    names = [one.name for one in workloads]
    if not names or len(set(names)) < len(names):
        raise StudyError(
            "workloads need names that differ", field="name", value=", ".join(names), accepted="one name each"
        )


def _one_kind_of_grid(workloads: Sequence[Workload]) -> None:
    """Location-based, market-based and marginal figures answer different questions, so a result holds one kind."""
    kinds = {one.location.grid_kind for one in workloads}
    if len(kinds) > 1:
        raise StudyError(
            "workloads with different kinds of grid figures",
            field="location.grid_kind",
            value=", ".join(sorted(kinds)),
            accepted="one kind in a study; assess the study once for each kind",
        )


def _workloads(subject: Study | Workload | Sequence[Workload]) -> tuple[Workload, ...]:
    if isinstance(subject, Study):
        return tuple(subject.workloads)
    return (subject,) if isinstance(subject, Workload) else tuple(subject)


def reference_share(workloads: Sequence[Workload], scope: GoalAndScope) -> float:
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


def _series(workload: Workload) -> HourlySeries | None:
    path = workload.location.hourly_path()
    return read_hourly(path) if path is not None else None


def _of_series(workload: Workload, series: HourlySeries | None) -> list[dict[str, Any]]:
    """What was averaged or left out of an hourly series, as rows of the data quality."""
    notes = () if series is None else series.notes
    return [{"workload": workload.name, "what": "hourly series", "count": 1, "detail": note} for note in notes]


def _inventory(  # noqa: PLR0913 (what a workload needs from outside)
    system: ProductSystem,
    workload: Workload,
    metered: Metered,
    reading: EnergyReading | None,
    scope: GoalAndScope,
    series: HourlySeries | None,
) -> Inventory:
    start = reading.start if reading is not None else workload.runtime.start if workload.runtime is not None else None
    return add_workload(
        system,
        workload,
        metered,
        scope,
        run_year=start.astimezone(UTC).year if start is not None else workload.location.year,
        series=series,
    )


def _held(workloads: Sequence[Workload]) -> dict[str, str]:
    """Tables that stand in place of log files, by their workload, with their hash."""
    given = {one.name: one.power.table for one in workloads if one.power is not None and one.power.table is not None}
    return {f"table of {name}": frames.digest(table) for name, table in given.items()}


def _files(workloads: Sequence[Workload]) -> dict[str, Path]:
    """Log files and hourly series by name; a shared one is there once, two of one name are told apart."""
    found: list[tuple[str, Path]] = []
    for one in workloads:
        if one.power is not None:
            found += [(path.name, path) for path in one.power.paths()]
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
