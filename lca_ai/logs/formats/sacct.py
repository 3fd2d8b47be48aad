"""Slurm's ``sacct``: the energy of each job, from its table or ``--json``.

A job's energy is that of its allocation: ``ConsumedEnergyRaw`` [J], else ``ConsumedEnergy`` (K, M, G are powers of a
thousand), else ``energy=`` of its TRES. Only where the allocation has none do steps count, as slurmctld itself does:
the ``extern`` step, which lasts as long as the job on all its nodes; else the larger of the batch step and of the other
steps together, which ran at the same time on the same nodes. An energy of 0 means that no energy plugin is configured:
unknown. What is measured (node, CPUs, GPUs) depends on ``AcctGatherEnergyType``, which sacct does not tell; and "only
in the case of an exclusive job allocation does this value reflect the job's real energy consumption"
(https://slurm.schedmd.com/sacct.html). A requeued job has one energy for each of its runs. How a table may be laid out:
see :mod:`lca_ai.logs.formats.sacct_table`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.sacct_fields import (
    FIELDS,
    energies,
    gpus,
    headless_columns,
    is_headless,
    nodes,
    split_ids,
)
from lca_ai.logs.formats.sacct_table import layout_of, read_cells
from lca_ai.logs.formats.stamps import utc_times
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_FEW_JOBS = 20
_HIGHEST = 1e300
_WHERE = ["job", "run", "nodes_list"]
_NOT_YET = {"", "unknown", "none", "n/a", "nan", "invalid"}


def _matches(head: str) -> bool:
    text = head.lstrip()
    if text.startswith("{"):
        return '"jobs"' in head and '"association"' in head and '"time"' in head and '"steps"' in head
    lines = text.split("\n")[:50]
    return layout_of(lines) is not None or is_headless(lines)


def _read(path: Path, text: str, options: Options) -> Records:
    as_json = text.lstrip().startswith("{")
    table, notes = _from_json(path, text) if as_json else _from_table(path, text, options)
    ids = split_ids(table["JobID"])
    known = ids["job"].notna()
    cut = ~known & table["JobID"].astype("str").str.endswith("+")
    notes.append(Note("unreadable line", int((~known & ~cut).sum()), "no job id"))
    notes.append(Note("job id cut short", int(cut.sum()), "by the width of its column: sacct -P tells all of it"))
    table = pd.concat([table[known], ids[known]], axis=1)
    if table.empty:
        raise LogError("no row has a job id", file=path.name, line=1)
    jobs = _jobs(table)
    waiting = jobs["Start"].str.lower().isin(_NOT_YET)
    running = ~waiting & jobs["End"].str.lower().isin(_NOT_YET)
    ended = jobs[~waiting & ~running]
    if ended.empty:
        raise LogError(
            "no job has ended", file=path.name, value=f"{len(jobs)} jobs", accepted="sacct of jobs that ended"
        )
    start, bad_start = utc_times(ended["Start"], ended["job"], options, path)
    end, bad_end = utc_times(ended.loc[start.index, "End"], ended.loc[start.index, "job"], options, path)
    ended = ended.loc[end.index]
    frame = pd.DataFrame(
        {"start": start[end.index], "time": end, "device": ended["job"].astype("object"), "energy": ended["energy"]}
    )
    frame["job"] = frame["device"]
    notes += [
        *bad_start,
        *bad_end,
        Note("job that has not ended", int(running.sum()), "its energy so far is not told"),
        Note("job that did not run", int(waiting.sum()), "it has no start"),
    ]
    facts = _facts(ended, len(table) - len(jobs))
    found = [note for note in notes if note.count]
    return Records("interval", frame.reset_index(drop=True), FORMAT.name, len(table), None, found, facts)


def _jobs(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each run of each job, with the energy that counts for it [J]."""
    whole = table["step"].eq("")
    runs = table.assign(run=whole.groupby(table["job"], sort=False).cumsum().clip(lower=1))
    keys = ["job", "run"]
    kinds = {
        "allocation": whole,
        "extern": runs["step"].eq("extern"),
        "batch": runs["step"].eq("batch"),
        "steps": ~whole & ~runs["step"].isin(["extern", "batch", "interactive"]),
    }
    # a job of salloc has an interactive step in the place of a batch step
    kinds["batch"] |= runs["step"].eq("interactive")
    energy = pd.DataFrame({kind: runs["energy"].where(rows) for kind, rows in kinds.items()})
    energy["steps"] = energy["steps"].where(~_overlapped(runs, energy["steps"]))
    totals = energy.groupby([runs["job"], runs["run"]], sort=False).sum(min_count=1)
    counted = totals["allocation"].fillna(totals["extern"]).fillna(totals[["batch", "steps"]].max(axis=1))
    first = runs.assign(is_step=~whole).sort_values("is_step", kind="stable").drop_duplicates(keys).sort_index()
    jobs = first.drop(columns="energy").join(counted.rename("energy"), on=keys).reset_index(drop=True)
    jobs["from_steps"] = jobs.join(totals["allocation"], on=keys)["allocation"].isna() & jobs["energy"].notna()
    # where only steps are listed, the job is known from its first step to its last
    alone = runs[runs.set_index(keys).index.isin(jobs[jobs["is_step"]].set_index(keys).index)]
    for edge, ascending in (("Start", True), ("End", False)):
        ordered = alone.sort_values(edge, ascending=ascending, kind="stable").drop_duplicates(keys)
        found = ordered.set_index(keys)[edge]
        jobs[edge] = jobs[edge].where(~jobs["is_step"], jobs.join(found.rename("edge"), on=keys)["edge"])
    return jobs


def _overlapped(runs: pd.DataFrame, energy: pd.Series) -> pd.Series:
    """Return the steps that ran on the nodes of a larger one while it ran: their nodes' energy is told already."""
    # zones do not matter here: the steps of one run are compared with each other
    at, until = (pd.to_datetime(runs[name], format="ISO8601", errors="coerce", utc=True) for name in ("Start", "End"))
    rows = runs.assign(energy=energy, at=at, until=until.astype("datetime64[us, UTC]").astype("int64"))
    rows = rows[energy.notna() & at.notna() & until.notna()]
    rows = rows.sort_values([*_WHERE, "at"], kind="stable")
    elsewhere = rows[_WHERE].ne(rows[_WHERE].shift()).any(axis=1)
    latest = rows["until"].groupby(elsewhere.cumsum()).cummax().shift()
    later = rows["at"].astype("datetime64[us, UTC]").astype("int64") >= latest
    largest = rows.groupby((elsewhere | later).cumsum(), sort=False)["energy"].transform("idxmax")
    return pd.Series(rows.index != largest.to_numpy(), index=rows.index).reindex(runs.index, fill_value=False)


def _facts(jobs: pd.DataFrame, steps: int) -> dict[str, str]:
    facts = {"jobs": str(len(jobs)), "steps": str(steps)}
    for name in ("nodes", "gpus"):
        told = jobs[jobs[name].notna()]
        if len(told) and len(jobs) <= _FEW_JOBS:
            facts[name] = ", ".join(f"{job}: {count:g}" for job, count in zip(told["job"], told[name], strict=True))
        elif len(told):
            facts[name] = f"{told[name].min():g} to {told[name].max():g}"
    unknown = int(jobs["energy"].isna().sum())
    if unknown:
        facts["jobs without energy"] = f"{unknown} (0 or empty: no energy plugin, so unknown and not zero)"
    if jobs["from_steps"].any():
        facts["energy from steps"] = f"{int(jobs['from_steps'].sum())} jobs"
    return facts


def _from_table(path: Path, text: str, options: Options) -> tuple[pd.DataFrame, list[Note]]:
    lines = text.lstrip("\n")
    layout = layout_of(lines.split("\n"))
    table, notes = read_cells(lines, layout, path.name)
    if options.columns is not None:
        table = _as_given(table, options.columns, path)
    elif layout is None:
        table = table.rename(columns=headless_columns(table, path))
    spelled = {name.lower(): name for name in FIELDS}
    table = table.rename(columns=lambda name: spelled.get(str(name).strip().lower(), str(name)))
    table = table.loc[:, ~table.columns.duplicated()]
    if "JobID" not in table and "JobIDRaw" in table:
        table["JobID"] = table["JobIDRaw"]
    missing = {"JobID", "Start", "End"} - set(table.columns)
    if missing or table.empty:
        raise LogError(
            f"the field {min(missing)} is missing" if missing else "the table has a header and no row",
            file=path.name,
            line=1,
            value=", ".join(map(str, table.columns)),
            accepted="sacct -P --format=JobID,Start,End,State,ConsumedEnergyRaw,AllocTRES,NNodes",
        )
    repeated = table["JobID"].eq("JobID")
    table = table[~repeated].apply(lambda column: column.fillna("").str.strip())
    for edge in ("Start", "End"):  # SLURM_TIME_FORMAT=%s
        seconds = table[edge].str.fullmatch(r"\d{10}")
        table[edge] = table[edge].mask(seconds, table[edge].where(seconds).map(lambda cell: _iso(float(cell))))
    notes.append(Note("repeated header", int(repeated.sum()), "sacct was called again into the file"))
    if not {"ConsumedEnergyRaw", "ConsumedEnergy", "AllocTRES", "TRESUsageInTot"} & set(table.columns):
        raise LogError(
            "no field of an energy",
            file=path.name,
            line=1,
            value=", ".join(map(str, table.columns)),
            accepted="--format=...,ConsumedEnergyRaw or AllocTRES",
        )
    return table.assign(
        energy=energies(table), nodes=nodes(table), gpus=gpus(table), nodes_list=table.get("NodeList", "")
    ), notes


def _as_given(table: pd.DataFrame, columns: dict[str, str], path: Path) -> pd.DataFrame:
    """Name the columns of a table without header by their number: ``{"JobID": "0", "Start": "9", ...}``."""
    found = {}
    for field, number in columns.items():
        if not str(number).isdecimal() or int(number) >= table.shape[1]:
            raise LogError(
                "no such column", file=path.name, field="columns", value=number, accepted=f"0 to {table.shape[1] - 1}"
            )
        found[table.columns[int(number)]] = field
    others = [name for name in table.columns if name in columns and name not in found]
    return table.drop(columns=others).rename(columns=found)


def _from_json(path: Path, text: str) -> tuple[pd.DataFrame, list[Note]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise LogError(f"this is not whole JSON: {fault}", file=path.name) from None
    jobs = found.get("jobs") if isinstance(found, dict) else None
    if not isinstance(jobs, list) or not jobs:
        raise LogError("the file has no jobs", file=path.name, field="jobs")
    rows = [row for job in jobs if isinstance(job, dict) for row in _rows_of(job)]
    table = pd.DataFrame(
        rows, columns=["JobID", "Start", "End", "ConsumedEnergyRaw", "AllocTRES", "NNodes", "NodeList"]
    )
    table = table.astype("object").where(table.notna(), "").astype("str")
    return table.assign(energy=energies(table), nodes=nodes(table), gpus=gpus(table), nodes_list=table["NodeList"]), []


def _rows_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a job of ``sacct --json`` and its steps as rows of the table."""
    array = _dict(job.get("array"))
    task = _number(array.get("task_id"))
    number = job.get("job_id")
    name = f"{array.get('job_id')}_{task:g}" if array.get("job_id") and task is not None else f"{number}"
    rows = [_row(name, job, job.get("nodes"), job.get("allocation_nodes"))]
    steps = job.get("steps")
    for step in filter(lambda one: isinstance(one, dict), steps if isinstance(steps, list) else []):
        identity = _dict(step.get("step")).get("id")
        suffix = identity.get("step_id") if isinstance(identity, dict) else str(identity).partition(".")[2]
        where = _dict(step.get("nodes"))
        row = _row(f"{name}.{suffix}", step, where.get("range"), where.get("count"))
        consumed = _number(_dict(_dict(step.get("statistics")).get("energy")).get("consumed"))
        rows.append(row | {"ConsumedEnergyRaw": "" if consumed is None else f"{consumed:.17g}"})
    return rows


def _row(name: str, one: dict[str, Any], where: object, count: object) -> dict[str, Any]:
    times, tres = _dict(one.get("time")), _dict(one.get("tres")).get("allocated")
    found = [kind for kind in tres if isinstance(kind, dict)] if isinstance(tres, list) else []
    return {
        "JobID": name,
        "Start": _iso(times.get("start")),
        "End": _iso(times.get("end")),
        "AllocTRES": ",".join(_tres(kind) for kind in found),
        "NNodes": count,
        "NodeList": where,
    }


def _tres(kind: dict[str, Any]) -> str:
    name = f"{kind.get('type')}/{kind.get('name')}" if kind.get("name") else f"{kind.get('type')}"
    return f"{name}={kind.get('count')}"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    """Return a number of ``sacct --json``, plain or as ``{"set": true, "infinite": false, "number": 5}``."""
    if isinstance(value, dict):
        value = value.get("number") if value.get("set") and not value.get("infinite") else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _HIGHEST else None


def _iso(value: object) -> str:
    seconds = _number(value)
    latest = 4_102_444_800  # 2100
    if seconds is None or not 0 < seconds < latest:
        return ""
    return f"{np.datetime64(round(seconds * SECOND_US), 'us')}Z"


FORMAT = Format(
    "sacct",
    "a Slurm sacct table or sacct --json",
    _matches,
    _read,
    marks=("JobID|JobIDRaw", "Start", "End", "ConsumedEnergyRaw|ConsumedEnergy|AllocTRES"),
    signs=("JobName", "Partition", "AllocCPUS", "ExitCode", "NNodes"),
    remedy="record with sacct -P --format=JobID,Start,End,State,ConsumedEnergyRaw,AllocTRES,NNodes",
)
