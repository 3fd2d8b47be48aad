"""A result as the plain strings and shares that the templates print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from lca_ai import units
from lca_ai.impact.result import Result, beside, covered
from lca_ai.interpretation.checks import check_result
from lca_ai.interpretation.contribution import contributions
from lca_ai.models.scope import STAGES
from lca_ai.models.workload import Workload
from lca_ai.reports.figures import power_curve
from lca_ai.reports.reasons import why

_CLIMATE = "climate change"
_MOST_CONTRIBUTIONS = 12
_KIND_ORDER = {"missing": 0, "partial": 1, "proxy": 2, "cut-off": 3}


@dataclass(frozen=True)
class Cell:
    """One cell of the heat map: its text, its share of the row, whether there is a figure, and for only some parts."""

    text: str
    share: float
    known: bool
    partial: bool = False


@dataclass(frozen=True)
class Row:
    """One category: its total, how complete it is, and its stages."""

    category: str
    code: str
    total: str
    number: str
    unit: str
    kind: str
    covered: str
    complete: bool
    known: bool
    cells: tuple[Cell, ...]
    bars: tuple[tuple[str, float], ...]
    basis: str
    citations: tuple[int, ...]
    cited: str
    beside: str


def view(result: Result) -> dict[str, Any]:
    """Everything the templates need."""
    numbers = {name: index for index, name in enumerate(sorted(result.sources), start=1)}
    rows = _rows(result, numbers)
    scope = result.scope
    return {
        "name": result.name,
        "scope": scope,
        "functional_unit": f"{scope.functional_unit.description}",
        "reference_flow": counted(scope.functional_unit.reference_flow),
        "stages": list(scope.system_boundary),
        "headline": [row for row in rows if row.complete],
        "rows": rows,
        "workloads": [_workload(result, index) for index in range(len(result.workloads))],
        "contributions": _contributions(result, numbers),
        "assumed": [{**vars(one), "citations": _cite(one.source, numbers)} for one in result.assumed],
        "stated": result.stated,
        "stated_sources": result.stated_sources,
        "gaps": _gaps(result),
        "gap_counts": result.gaps["kind"].value_counts().to_dict(),
        "quality": result.data_quality.to_dict("records"),
        "checks": check_result(result),
        "figures": _figures(result, numbers),
        "sources": [(numbers[name], source) for name, source in sorted(result.sources.items())],
        "lock": result.lock,
    }


def counted(amount: Any) -> str:
    """A delivered quantity for reading: whole numbers with thousands separators."""
    number = float(amount.magnitude)
    shown = f"{number:,.0f}" if number == int(number) and number < 1e15 else f"{number:,.6g}"  # noqa: PLR2004 (exact in a float)
    return f"{shown} {amount.units:~}"


def _rows(result: Result, numbers: dict[str, int]) -> list[Row]:
    by_stage = result.by("life cycle stage")
    return [_row(result, category, by_stage, numbers) for category in result.totals.index]


def _row(result: Result, category: str, by_stage: pd.DataFrame, numbers: dict[str, int]) -> Row:
    from lca_ai import tables

    entry: dict[str, Any] = result.totals.loc[category].to_dict()  # type: ignore[assignment]
    known = not pd.isna(entry["amount"])
    stages = by_stage[category] if category in by_stage else pd.Series(dtype="float64")
    size = float(stages.abs().sum())
    missing = _stages_with_gaps(result, category)
    factor, shown_unit = (
        units.scaled_unit(float(entry["amount"]), str(entry["unit"])) if known else (1.0, str(entry["unit"]))
    )
    cells = tuple(
        _cell(stages, stage, size, factor, partial=stage in missing) for stage in result.scope.system_boundary
    )
    bars = tuple(
        (stage, abs(float(stages[stage])) / size)
        for stage in STAGES
        if size and stage in stages and not pd.isna(stages[stage])
    )
    mine = result.impacts[result.impacts["category"] == category]
    return Row(
        category=category,
        code=tables.categories()[category]["code"],
        total=units.humanise(float(entry["amount"]), str(entry["unit"])) if known else "no figure",
        unit=shown_unit,
        number=units.significant(float(entry["amount"]) * factor) if known else "no figure",
        kind=str(entry["kind"]),
        covered=covered(float(entry["covered_share"]), complete=bool(entry["complete"])),
        complete=bool(entry["complete"]),
        known=known,
        cells=cells,
        bars=bars,
        basis=_basis(mine),
        citations=_cite(str(entry["source"]), numbers),
        cited=ranges(_cite(str(entry["source"]), numbers)),
        beside=beside(result, category),
    )


def _stages_with_gaps(result: Result, category: str) -> set[str]:
    concerned = result.gaps["category"].isin([category, "all"]) & result.gaps["kind"].eq("missing")
    return set(result.gaps.loc[concerned, "life_cycle_stage"])


def _cell(stages: pd.Series, stage: str, size: float, factor: float, *, partial: bool) -> Cell:
    if stage not in stages or pd.isna(stages[stage]):
        return Cell("gap", 0.0, known=False)
    amount = float(stages[stage])
    return Cell(units.significant(amount * factor), abs(amount) / size if size else 0.0, known=True, partial=partial)


def _basis(rows: pd.DataFrame) -> str:
    """How the amounts behind a figure are known, with the share of each."""
    if rows.empty:
        return ""
    sums = rows.assign(size=rows["amount"].abs()).groupby("activity_basis")["size"].sum()
    whole = float(sums.sum())
    return (
        ", ".join(f"{share / whole:.0%} {name}" for name, share in sums.sort_values(ascending=False).items())
        if whole
        else ""
    )


def _cite(source: str, numbers: dict[str, int]) -> tuple[int, ...]:
    return tuple(sorted(numbers[one] for one in source.split(";") if one in numbers))


def ranges(numbers: tuple[int, ...]) -> str:
    """Reference numbers, runs of them as a range.

    >>> ranges((1, 2, 3, 7, 9, 10))
    '1–3, 7, 9–10'
    """  # noqa: RUF002 (a range)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)  # noqa: RUF001 (a range)


def _contributions(result: Result, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """The largest contributions to climate change, or nothing where it has no figure."""
    if pd.isna(result.totals["amount"][_CLIMATE]):
        return []
    table = contributions(result, _CLIMATE)
    largest = float(table["amount"].abs().max() or 1.0)
    keys = ["life_cycle_stage", "process"]
    evidence = (
        result.impacts[result.impacts["category"] == _CLIMATE]
        .groupby(keys, sort=False)[["factor_grade", "source"]]
        .first()
    )
    rows = []
    for entry in table.head(_MOST_CONTRIBUTIONS).to_dict("records"):
        found = evidence.loc[(entry["life_cycle_stage"], entry["process"])]
        activity, _, process = (
            str(entry["process"]).rpartition(": ")
            if entry["life_cycle_stage"] == "use"
            else str(entry["process"]).partition(": ")[::1]
        )
        rows.append(
            {
                "stage": entry["life_cycle_stage"],
                "process": process or activity,
                "activity": activity if process else "",
                "amount": units.humanise(float(entry["amount"]), str(entry["unit"])),
                "share": f"{entry['share']:.1%}",
                "width": 100.0 * abs(float(entry["amount"])) / largest,
                "basis": entry["activity_basis"],
                "grade": found["factor_grade"],
                "citations": _cite(str(found["source"]), numbers),
            }
        )
    return rows


def _gaps(result: Result) -> list[dict[str, Any]]:
    """Gaps with the same reason told once, for all the categories they concern."""
    keys = ["kind", "life_cycle_stage", "workload", "process", "reason"]
    grouped = result.gaps.groupby(keys, sort=False)["category"].agg(list).reset_index()
    ordered = grouped.assign(order=grouped["kind"].map(_KIND_ORDER)).sort_values("order", kind="stable")
    processes = set(result.factors["process"])
    return [
        {**_named(row), "categories": row["category"], "why": why(row["reason"], processes)}
        for row in ordered.to_dict("records")
    ]


def _named(row: Any) -> dict[str, Any]:
    return {str(key): value for key, value in row.items()}


def _figures(result: Result, numbers: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {**_named(row), "shown": f"{row['amount']:.4g}", "citations": _cite(row["source"], numbers)}
        for row in result.impacts.to_dict("records")
    ]


def _workload(result: Result, index: int) -> dict[str, Any]:
    workload, inventory = result.workloads[index], result.inventories[index]
    reading = result.readings.get(workload.name)
    supply = inventory.supply
    return {
        "name": workload.name,
        "facts": _facts(workload, result, index),
        "energy": [(use.activity, f"{units.humanise(use.total, 'kWh')}", use.basis) for use in inventory.energy],
        "mix": sorted(supply.mix.shares.items(), key=lambda pair: -pair[1]),
        "mix_label": f"{supply.mix.label} ({supply.mix.basis})",
        "curve": power_curve(reading) if reading is not None else None,
        "reading": reading,
        "hardware": _hardware(workload),
    }


def _facts(workload: Workload, result: Result, index: int) -> list[tuple[str, str]]:
    inventory = result.inventories[index]
    reading = result.readings.get(workload.name)
    output = workload.output()
    facts = [
        ("delivers", counted(output) if output is not None else "nothing by itself"),
        (
            "place",
            f"grid zone {workload.location.zone}, PUE {inventory.pue:.4g}"
            + ("" if workload.location.pue is not None else " (assumed)"),
        ),
        ("electricity at the meter", f"{inventory.meter_energy:,.6g} kWh for the whole run"),
    ]
    if reading is not None:
        log = workload.power.files[0].replace("\\", "/").rsplit("/", 1)[-1] if workload.power is not None else ""
        covered_share = reading.covered_seconds / reading.seconds if reading.seconds else 0.0
        start, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (reading.start, reading.end))
        window = f"{start} to {end} UTC, {covered_share:.1%} of it covered"
        facts.append(("measured", f"{log} ({reading.format}), {', '.join(reading.covers)}; {window}"))
    if inventory.share is not None and inventory.machine_seconds is not None:
        share = inventory.share
        life = f"{share.service_life_years:g} years x {share.utilisation:g} utilisation"
        hours = inventory.machine_seconds / 3600
        facts.append(("allocation", f"{hours:,.4g} machine-hours over {life} = {share.machines:.4g} machines"))
    return facts


def _hardware(workload: Workload) -> list[tuple[str, int]]:
    from lca_ai.inventory.facility import servers

    server, count = servers(workload.hardware)
    if server is None:
        return []
    return [(server.name, count), *((part.name or part.kind, part.count) for part in server.components)]
