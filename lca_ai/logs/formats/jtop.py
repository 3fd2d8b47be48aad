"""jetson_stats (``jtop``) on a Jetson: the CSV of its statistics, a row a reading, with the power of each rail in mW.

``Power TOT`` is the module (its input rail, or the sum of its rails where it has no meter of the input); the rails lie
within it. ``time`` is local, without a zone. The keys are those of ``jtop.stats`` (jetson_stats 4) written with
``csv.DictWriter``, as the tool's logger example does: https://rnext.it/jetson_stats/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import any_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_RAIL = re.compile(r"Power[ _](?P<rail>\S+)")
_WHOLE = "TOT"
_WATT_PER_MW = 1e-3


def _matches(head: str) -> bool:
    names = {name.strip(' "') for name in head.lstrip().split("\n", 1)[0].split(",")}
    return "time" in names and f"Power {_WHOLE}" in names and bool(names & {"nvp model", "jetson_clocks", "uptime"})


def _read(path: Path, text: str, options: Options) -> Records:
    table, notes = read_table(text, ",", file=path.name)
    repeated = table["time"].eq("time")
    table = table[~repeated]
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=2)
    host = f"{options.device}/" if options.device else ""
    rails = {str(name): found["rail"] for name in table.columns if (found := _RAIL.fullmatch(str(name)))}
    times, unreadable = any_times(table["time"], pd.Series("jtop", index=table.index), options, path)
    rows = table.loc[times.index]
    parts = [
        pd.DataFrame({"time": times, "device": host + rail, "power": numbers(rows[name]) * _WATT_PER_MW})
        for name, rail in rails.items()
    ]
    again = Note("repeated header", int(repeated.sum()), "the tool was started again into the file")
    whole = host + _WHOLE
    return Records(
        "power",
        pd.concat(parts, ignore_index=True),
        FORMAT.name,
        len(table),
        ("node",),
        [note for note in (*notes, *unreadable, again) if note.count],
        parents={host + rail: whole for rail in rails.values() if rail != _WHOLE},
        resolution=_WATT_PER_MW,
    )


FORMAT = Format(
    "jtop",
    "jetson_stats (jtop) CSV",
    _matches,
    _read,
    marks=("time", "Power TOT"),
    signs=("jetson_clocks", "nvp model", "Temp CPU", "uptime"),
    remedy="the statistics of jtop with their time and Power TOT",
)
