"""The CSV of a Grafana panel (Inspect > Data > Series joined by time): a time, and a column for each series.

A column is named by its series, ``DCGM_FI_DEV_POWER_USAGE{gpu="0"}`` or ``{__name__="...", gpu="0"}``, so that the
metric tells what it measures (:mod:`lca_ai.logs.formats.metrics`); where all series are of one metric, Grafana leaves
its name out (``{gpu="0"}``), and the user says what it is: ``columns={"power": "value:W"}``. Panels with names of their
own are tables with a column for each device. The time is in ms since 1970, or as the panel shows it. Cells that Grafana
has formatted (``67.2 W``) are in the unit of the panel, which may differ from that of the metric: they are refused.
Reference: https://grafana.com/docs/grafana/latest/panels-visualizations/panel-inspector/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.generic import delimiter_of, header_of
from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.prometheus import series_of
from lca_ai.logs.formats.stamps import any_times
from lca_ai.logs.records import Format, Options, Records, read_table

if TYPE_CHECKING:
    from pathlib import Path

_SERIES = re.compile(r"[a-zA-Z_:]?[\w:.]*\{(?:[^{}]*=\s*\"[^\n]*\")?\s*\}")
_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|NaN|Inf)"
_EMPTY = r"(?i:|null|undefined|nan)"


def _matches(head: str) -> bool:
    names = header_of(head)
    return len(names) > 1 and names[0].strip() == "Time" and any(_SERIES.fullmatch(name.strip()) for name in names[1:])


def _read(path: Path, text: str, options: Options) -> list[Records]:
    table, notes = read_table(text, delimiter_of(text[:20_000]), file=path.name)
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=2)
    times, unreadable = any_times(table["Time"], pd.Series("panel", index=table.index), options, path)
    kept = table.loc[times.index]
    stamps = times.to_numpy(np.int64)
    series = []
    for name in (str(one) for one in table.columns if _SERIES.fullmatch(str(one).strip())):
        cells = kept[name].fillna("").str.strip()
        _refuse_formatted(cells, name, path)
        values = np.asarray(pd.to_numeric(cells, errors="coerce"), dtype=np.float64)
        there = cells.ne("").to_numpy()
        series.append(series_of(name.strip(), stamps[there], values[there]))
    records = to_records(series, options, file=path.name, format_name=FORMAT.name)
    records[0].notes += [note for note in (*notes, *unreadable) if note.count]
    return records


def _refuse_formatted(cells: pd.Series, name: str, path: Path) -> None:
    """Refuse cells with a unit: that of the panel, which may not be that of the metric."""
    formatted = cells[~cells.str.fullmatch(_NUMBER) & ~cells.str.fullmatch(_EMPTY)]
    if len(formatted):
        raise LogError(
            "the cells are formatted by the panel, so that their unit is not known to be that of the metric",
            file=path.name, field=name, value=str(formatted.iloc[0]),
            accepted="the CSV without 'Formatted data' (Inspect > Data > Data options)",
        )  # fmt: skip


FORMAT = Format(
    "grafana",
    "the CSV of a Grafana panel whose columns are series of Prometheus",
    _matches,
    _read,
    marks=("Time",),
    signs=("instance", "job", "__name__"),
    remedy="Inspect > Data > Series joined by time, Download CSV",
)
