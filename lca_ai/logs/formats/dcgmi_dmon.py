"""``dcgmi dmon -e 155,156``: the power (155, in W) and the total energy (156, in mJ) of each GPU, one row at a time.

The energy is a counter since the driver was loaded and is read rather than the power. The tool writes no time: put one
before each line with ``| ts '%Y-%m-%dT%H:%M:%.S'``. A row of a MIG slice (``GPU-I``, ``GPU-CI``) bears the power of its
whole GPU (https://github.com/NVIDIA/dcgm-exporter/issues/257) and is set aside. Layout: NVIDIA/DCGM,
``dcgmi/DeviceMonitor.cpp``; fields: https://docs.nvidia.com/datacenter/dcgm/latest/dcgm-api/dcgm-api-field-ids.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.formats.scrolling import PREFIX, read_tables, times_of
from lca_ai.logs.records import Format, Kind, Note, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = r"#\s*Entity(?=[\s,]|$)"
_FIRST = re.compile(rf"(?:{PREFIX})?{_HEADER}", re.MULTILINE)
_RECORD = "dcgmi dmon -e 155,156 -d 1000 | ts '%Y-%m-%dT%H:%M:%.S' (the power and the total energy, each with its time)"
_SLICES = ("GPU-I", "GPU-CI")
_JOULE_PER_MJ = 1e-3
#: From here on, a number stands for a value that is blank, not found, not supported or not permitted (dcgm_fields.h).
_BLANK_W, _BLANK_MJ = 2.0**47, float(0x7FFFFFFFFFFFFFF0)
_RESOLUTION = 0.001


def _matches(head: str) -> bool:
    return bool(_FIRST.match(head.lstrip()) or re.match(r".*\n\s*" + _FIRST.pattern, head.lstrip()))


def _read(path: Path, text: str, options: Options) -> list[Records]:
    tables, notes = read_tables(text, header=_HEADER, units=r"ID\b", words=2)
    if not any({"power", "totec"} & set(table.names) for table in tables):
        problem, value = "the log has no column of the power or the energy", text.lstrip().split("\n", 1)[0]
        raise LogError(problem, file=path.name, line=1, value=value, accepted=_RECORD)
    columns = ["kind", "entity", "power", "totec"]
    rows = pd.concat([table.rows.reindex(columns=columns) for table in tables]).sort_index()
    if rows.empty:
        raise LogError("the log has a header and no row", file=path.name, line=1, accepted=_RECORD)
    own = _without_slices(rows, notes, path)
    stamps = pd.concat([table.stamps for table in tables]).sort_index()[own.index]
    readings = own["kind"] + " " + own["entity"] + ": " + _shown(own)
    device = own["kind"] + "-" + own["entity"]
    times, more = times_of(stamps, device, options, path, readings=readings, accepted=_RECORD)
    kept = own.loc[times.index]
    frame = pd.DataFrame(
        {
            "time": times,
            "device": device[times.index],
            "power": numbers(kept["power"]).where(lambda watts: watts < _BLANK_W),
            "counter": numbers(kept["totec"]).where(lambda counted: counted < _BLANK_MJ) * _JOULE_PER_MJ,
        }
    )
    return _by_kind(frame, len(rows), [*notes, *more])


def _without_slices(rows: pd.DataFrame, notes: list[Note], path: Path) -> pd.DataFrame:
    """Return the rows of whole GPUs; where there are none, those of the only slice, which read the same."""
    slices = rows["kind"].isin(_SLICES)
    if not slices.any():
        return rows
    if not slices.all():
        detail = "it bears the power of its whole GPU, which is counted once"
        notes.append(Note("row of a MIG slice", int(slices.sum()), detail))
        return rows[~slices]
    if len(rows[["kind", "entity"]].drop_duplicates()) > 1:
        raise LogError(
            "the rows are of MIG slices, which each bear the power of their whole GPU, and nothing tells which GPU",
            file=path.name,
            value=", ".join((rows["kind"] + " " + rows["entity"]).unique()[:6]),
            accepted="dcgmi dmon -i 0,1,... (the GPUs)",
        )
    return rows


def _shown(rows: pd.DataFrame) -> pd.Series:
    cells = rows[["power", "totec"]].astype("object").where(rows[["power", "totec"]].notna(), "N/A")
    return cells["power"] + " W, " + cells["totec"] + " mJ"


def _by_kind(frame: pd.DataFrame, rows: int, notes: list[Note]) -> list[Records]:
    """Return the counters of the GPUs that have one, and the power of the others."""
    counts = frame.groupby("device")[["power", "counter"]].count()
    counted = frame["device"].isin(counts.index[counts["counter"] >= np.minimum(2, counts["power"].clip(lower=1))])
    found: list[Records] = []
    kinds: dict[Kind, pd.DataFrame] = {"counter": frame[counted], "power": frame[~counted]}
    for kind, own in kinds.items():
        if len(own):
            found.append(
                Records(
                    kind,
                    own[["time", "device", kind]].reset_index(drop=True),
                    FORMAT.name,
                    len(own),
                    ("gpu",),
                    facts={f"field read of {shorten(', '.join(sorted(own['device'].unique())))}": _FIELDS[kind]},
                    resolution=_RESOLUTION,
                )
            )
    found[0].rows += rows - len(frame)
    found[0].notes += notes
    return found


_FIELDS = {"counter": "field 156, total energy", "power": "field 155, power"}

FORMAT = Format(
    "dcgmi-dmon",
    "dcgmi dmon",
    _matches,
    _read,
    marks=("#Entity", "POWER|TOTEC"),
    signs=("GPUTL", "SMACT", "TMPTR"),
    remedy="record with dcgmi dmon -e 155,156 | ts '%Y-%m-%dT%H:%M:%.S'",
)
