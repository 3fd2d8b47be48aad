"""eco2AI's ``emission.csv``: one row a run or training epoch, with its energy.

A row covers ``duration(s)`` seconds from ``start_time`` (local, no zone). The energy is of CPU, GPUs and memory and was
multiplied by the PUE given to the tracker (1 by default), which the file does not tell. Emissions are computed anew.
Format: https://github.com/sb-ai-lab/Eco2AI (``Tracker._construct_attributes_dict``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import lengths, utc_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_JOULE_PER_KWH = 3.6e6
_ENERGY = ("power_consumption(kWh)", "power_consumption(kWTh)")
_PARTS = {"CPU_consumption(kWh)": "cpu", "GPU_consumption(kWh)": "gpu", "RAM_consumption(kWh)": "memory"}
_NO_GPU = re.compile(r"\b0 device|^\s*(?:N/A|nan|)\s*$", re.IGNORECASE)


def _matches(head: str) -> bool:
    names = {name.strip() for name in head.lstrip().split("\n", 1)[0].split(",")}
    return names >= {"start_time", "duration(s)"} and bool(names & set(_ENERGY))


def _read(path: Path, text: str, options: Options) -> Records:
    table, notes = read_table(text, ",", file=path.name)
    missing = [name for name in ("start_time", "duration(s)", _ENERGY[0]) if name not in table]
    if missing and not (missing == [_ENERGY[0]] and _ENERGY[1] in table):  # a quotation mark joined cells of the header
        shown = ", ".join(table.columns)
        raise LogError("the header has no such column", file=path.name, line=1, field=missing[0], value=shown)
    repeated = table["start_time"].eq("start_time")
    table = table[~repeated]
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=1)
    start, unreadable = utc_times(table["start_time"], table["duration(s)"], options, path)
    rows = table.loc[start.index]
    time = start + lengths(numbers(rows["duration(s)"]))
    parts = _parts(rows, options)
    frame = pd.concat(
        [
            pd.DataFrame({"start": start, "time": time, "device": device, "energy": energy * _JOULE_PER_KWH})
            for device, energy in parts.items()
        ],
        ignore_index=True,
    )
    notes += [*unreadable, Note("repeated header", int(repeated.sum()), "the tool was started again into the file")]
    covers: dict[str, tuple[str, ...]] = {device: (device,) for device in parts} if len(parts) > 1 else {}
    gpus = "GPU_name" in rows and not rows["GPU_name"].fillna("").str.contains(_NO_GPU).all()
    return Records(
        "interval",
        frame,
        FORMAT.name,
        len(table),
        tuple(parts) if covers else ("cpu", *(["gpu"] if gpus else []), "memory"),
        [note for note in notes if note.count],
        {"pue": "included by eco2AI, 1 unless it was given to the tracker"},
        device_covers=covers,
    )


def _parts(rows: pd.DataFrame, options: Options) -> dict[str, pd.Series]:
    """Return the energy of each component [kWh] where every row tells it and it makes up the total; else the total."""
    total = numbers(rows[next(name for name in _ENERGY if name in rows)])
    parts = {device: numbers(rows[name]) for name, device in _PARTS.items() if name in rows}
    found = {device: energy for device, energy in parts.items() if energy.gt(0).any()}
    if len(found) > 1 and np.allclose(sum(found.values()), total, rtol=1e-6, atol=1e-12):
        return found
    return {options.device or "machine": total}


FORMAT = Format(
    "eco2ai",
    "an eco2AI emission.csv",
    _matches,
    _read,
    marks=("start_time", "duration(s)", "power_consumption(kWh)|power_consumption(kWTh)"),
    signs=("CO2_emissions(kg)", "experiment_description", "GPU_name", "region/country"),
    remedy="",
)
