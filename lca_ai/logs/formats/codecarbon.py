"""CodeCarbon's ``emissions.csv``: one row a run or task, with the energy of the CPU, the GPUs and the memory.

A row covers ``duration`` seconds before its time stamp (local time, no zone). Only energy is taken: emissions are
computed anew. Where rows of one run are snapshots of the same running total, the last one counts.
Format: https://mlco2.github.io/codecarbon/output.html (versions 2.0 to 3).
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records, numbers, parse_times, to_utc

_JOULE_PER_KWH = 3.6e6
_PARTS = {"cpu_energy": "cpu", "gpu_energy": "gpu", "ram_energy": "memory"}
_NEEDED = {"timestamp", "duration", "energy_consumed"}


def _matches(head: str) -> bool:
    names = {name.strip() for name in head.lstrip().split("\n", 1)[0].split(",")}
    return names >= _NEEDED and ("emissions" in names or "project_name" in names)


def _read(path: Path, text: str, options: Options) -> Records:
    try:
        table = pd.read_csv(io.StringIO(text), dtype="str", skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise LogError(f"a row does not fit the header: {fault}", file=path.name) from fault
    rows = len(table)
    times = parse_times(table["timestamp"], ("ISO8601",))
    values = {name: numbers(table[name]) for name in ("duration", "energy_consumed", *_PARTS) if name in table}
    whole = times.notna() & values["duration"].gt(0) & values["energy_consumed"].notna()
    snapshots = _superseded(table, values, whole)
    keep = whole & ~snapshots
    if not keep.any():
        raise LogError("no row has a time stamp, a duration and an energy", file=path.name, line=2)
    notes = [
        Note("row without energy or time", int((~whole).sum()), "timestamp, duration or energy_consumed is empty"),
        Note("earlier snapshot of the same run", int(snapshots.sum()), "a running total; its last row counts"),
    ]
    frame = _intervals(times[keep], {name: column[keep] for name, column in values.items()}, path, options)
    covers = ("cpu", "gpu", "memory") if len(frame["device"].unique()) > 1 else None
    return Records("interval", frame, FORMAT.name, rows, covers, [note for note in notes if note.count])


def _superseded(table: pd.DataFrame, values: dict[str, pd.Series], whole: pd.Series) -> pd.Series:
    """Rows that a later row of the same run (and task) repeats with a longer duration and more energy."""
    superseded = pd.Series(data=False, index=table.index)
    if "run_id" not in table:
        return superseded
    keys = [table[name] for name in ("run_id", "task_name", "project_name", "experiment_id") if name in table]
    for _, rows in table[whole & table["run_id"].notna()].groupby(
        [key[whole & table["run_id"].notna()] for key in keys], dropna=False
    ):
        index = rows.index
        grows = (
            values["duration"][index].is_monotonic_increasing
            and values["energy_consumed"][index].is_monotonic_increasing
        )
        if (
            len(index) > 1
            and grows
            and "task_name" not in table
            and _same_start(table["timestamp"][index], values["duration"][index])
        ):
            superseded[index[:-1]] = True
    return superseded


def _same_start(stamps: pd.Series, duration: pd.Series) -> bool:
    starts = pd.to_datetime(stamps, format="ISO8601") - pd.to_timedelta(duration, unit="s")
    return bool((starts.max() - starts.min()) < pd.Timedelta(seconds=5))


def _intervals(times: pd.Series, values: dict[str, pd.Series], path: Path, options: Options) -> pd.DataFrame:
    end = to_utc(times, pd.Series("run", index=times.index), options.timezone, file=path.name)
    start = end - np.rint(values["duration"].to_numpy() * SECOND_US).astype("int64")
    parts = {device: values[name].fillna(0.0) for name, device in _PARTS.items() if name in values}
    total = values["energy_consumed"]
    if not parts or not np.allclose(sum(parts.values()), total, rtol=1e-6, atol=1e-12):
        parts = {options.device or "machine": total}
    return pd.concat(
        [
            pd.DataFrame({"start": start, "time": end, "device": device, "energy": energy.to_numpy() * _JOULE_PER_KWH})
            for device, energy in parts.items()
        ],
        ignore_index=True,
    )


FORMAT = Format("codecarbon", "CodeCarbon emissions.csv", _matches, _read)
