"""CodeCarbon's ``emissions.csv``: one row a run or task, with the energy of the CPU, the GPUs and the memory.

A row covers ``duration`` seconds before its time stamp (local time, no zone). Only energy is taken: emissions and water
are computed anew. CodeCarbon multiplies every energy by the PUE it was given (``pue``, since 2.3): divided out, so that
the PUE of the facility counts once. Where rows of one run are snapshots of the same running total, the last one
counts. Format: https://mlco2.github.io/codecarbon/output.html (versions 2.0 to 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import LONGEST_INTERVAL_US, SECOND_US, Format, Note, Options, Records, numbers, read_table
from lca_ai.logs.times import parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

_JOULE_PER_KWH = 3.6e6
_PARTS = {"cpu_energy": "cpu", "gpu_energy": "gpu", "ram_energy": "memory"}
_NEEDED = {"timestamp", "duration", "energy_consumed"}
_TOLD = ("codecarbon_version", "cpu_model", "gpu_model", "tracking_mode")
#: Stamps are in whole seconds and written a moment late: starts of one run lie this close together. [s]
_SAME_START = 2.0
#: Ranks of one job start within this time [s], and last as long as each other but for this part.
_TOGETHER_S, _ALIKE = 10.0, 0.05


def _matches(head: str) -> bool:
    names = {name.strip() for name in head.lstrip().split("\n", 1)[0].split(",")}
    return names >= _NEEDED and ("emissions" in names or "project_name" in names)


def _read(path: Path, text: str, options: Options) -> Records:
    table, found = read_table(text, ",", file=path.name)
    missing = _NEEDED - set(table.columns)
    if missing or table.empty:
        problem = f"the column {min(missing)} is missing" if missing else "the file has a header and no row"
        raise LogError(problem, file=path.name, line=1)
    repeated = table["timestamp"].eq("timestamp")
    table = table[~repeated]
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=1)
    times = parse_times(table["timestamp"].astype("str").str.strip(), ("ISO8601",))
    values = {name: numbers(table[name]) for name in ("duration", "energy_consumed", *_PARTS) if name in table}
    pue = _without_pue(table, values)
    lasts = values["duration"].gt(0) & values["duration"].le(LONGEST_INTERVAL_US / SECOND_US)
    whole = times.notna() & lasts & values["energy_consumed"].notna()
    snapshots = _superseded(table[whole], times[whole], {name: column[whole] for name, column in values.items()})
    keep = whole & ~snapshots.reindex(table.index, fill_value=False)
    if not keep.any():
        raise LogError("no row has a time stamp, a duration and an energy", file=path.name, line=2)
    _refuse_ranks(table[keep], times[keep], values["duration"][keep], path)
    notes = [
        *found,
        Note("repeated header", int(repeated.sum()), "the tool was started again into the file"),
        Note("row without energy or time", int((~whole).sum()), "no readable timestamp, duration or energy_consumed"),
        Note("earlier snapshot of the same run", int(snapshots.sum()), "a running total; its last row counts"),
    ]
    frame = _intervals(times[keep], {name: column[keep] for name, column in values.items()}, path, options)
    parts = tuple(part for part in _PARTS.values() if (frame["device"] == part).any())
    counted = [note for note in notes if note.count]
    facts = _facts(table[keep]) | ({"pue": f"{pue}, divided out"} if pue else {})
    covers: dict[str, tuple[str, ...]] = {part: (part,) for part in parts}
    return Records("interval", frame, FORMAT.name, len(table), parts or None, counted, facts, device_covers=covers)


def _refuse_ranks(table: pd.DataFrame, times: pd.Series, duration: pd.Series, path: Path) -> None:
    """Refuse runs side by side that each measured the whole machine: ranks of one job, counted as often as there are.

    Rows of several machines look the same, so that nothing tells which it is.

    Raises
    ------
    LogError : where rows of different runs in the mode "machine" start and last together
    """
    if "run_id" not in table or "tracking_mode" not in table or "task_name" in table:
        return
    whole = table["tracking_mode"].eq("machine")
    start = (times - pd.to_timedelta(duration, unit="s"))[whole].sort_values()
    run, lasts = table["run_id"].reindex(start.index), duration.reindex(start.index)
    near = start.diff().dt.total_seconds() <= _TOGETHER_S
    alike = (lasts - lasts.shift()).abs() <= _ALIKE * lasts
    ranks = near & alike & run.ne(run.shift()) & (lasts > 2 * _TOGETHER_S)
    if ranks.any():
        raise LogError(
            "runs side by side each measured the whole machine: ranks of one job count its energy several times",
            file=path.name, field="run_id", value=f"{int(ranks.sum()) + 1} runs",
            accepted="the rows of one rank where they ran on one machine; a file for each of several machines",
        )  # fmt: skip


def _without_pue(table: pd.DataFrame, values: dict[str, pd.Series]) -> str:
    """Divide the energies by the PUE of their row; return the PUEs other than one."""
    if "pue" not in table:
        return ""
    pue = numbers(table["pue"])
    pue = pue.where(pue >= 1.0, 1.0)
    for name in {"energy_consumed", *_PARTS} & set(values):
        values[name] = values[name] / pue
    return ", ".join(f"{value:g}" for value in sorted(pue[pue > 1.0].unique()))


def _facts(table: pd.DataFrame) -> dict[str, str]:
    """Return what the rows tell of the tool and the hardware, where they all tell the same."""
    told = {name: table[name].dropna().unique() for name in _TOLD if name in table}
    return {name: str(found[0]) for name, found in told.items() if len(found) == 1}


def _superseded(table: pd.DataFrame, times: pd.Series, values: dict[str, pd.Series]) -> pd.Series:
    """Return the rows that a later row of the same run repeats: the same start, a longer duration, no less energy.

    Rows of tasks are no snapshots. A row without a run id is one of its project's, if it lasts long enough to overlap.
    """
    superseded = pd.Series(data=False, index=table.index)
    if "task_name" in table or len(table) < 2:  # noqa: PLR2004 (a row and its repetition)
        return superseded
    nothing = pd.Series("", index=table.index)
    run = table.get("run_id", nothing).fillna("")
    long_enough = run.ne("") | values["duration"].gt(_SAME_START)
    origin = pd.Timestamp("2000-01-01", tz=times.dt.tz)
    rows = pd.DataFrame(
        {
            "key": run + "\n" + table.get("project_name", nothing).fillna(""),
            "start": (times - origin).dt.total_seconds() - values["duration"],
            "duration": values["duration"],
            "energy": values["energy_consumed"],
        }
    )[long_enough].sort_values(["key", "start"], kind="stable")
    another = (rows["key"] != rows["key"].shift()) | (rows["start"].diff() > _SAME_START)
    rows = rows.assign(run=another.cumsum()).sort_values(["run", "duration"], kind="stable")
    later = rows.shift(-1)
    grows = (later["duration"] > rows["duration"]) & (later["energy"] >= rows["energy"])
    superseded[rows.index[(later["run"] == rows["run"]) & grows]] = True
    return superseded


def _intervals(times: pd.Series, values: dict[str, pd.Series], path: Path, options: Options) -> pd.DataFrame:
    end = to_utc(times, pd.Series("run", index=times.index), options.timezone, file=path.name)
    start = end - np.rint(values["duration"].to_numpy() * SECOND_US).astype("int64")
    total = values["energy_consumed"]
    parts = {part: values[name].fillna(0.0) for name, part in _PARTS.items() if name in values and values[name].any()}
    # A part without any energy was not measured; parts that do not add up to the total are not those of the total.
    if not parts or not np.allclose(sum(parts.values()), total, rtol=1e-6, atol=1e-12):
        parts = {options.device or "machine": total}
    return pd.concat(
        [
            pd.DataFrame(
                {"start": start, "time": end, "device": device, "energy": (energy * _JOULE_PER_KWH).to_numpy()}
            )
            for device, energy in parts.items()
        ],
        ignore_index=True,
    )


FORMAT = Format(
    "codecarbon",
    "CodeCarbon emissions.csv",
    _matches,
    _read,
    marks=("timestamp", "duration", "energy_consumed", "project_name|emissions"),
    signs=("run_id", "emissions_rate", "cpu_energy", "gpu_energy", "ram_energy", "codecarbon_version"),
    remedy="the emissions.csv of CodeCarbon 2.0 or later",
)
