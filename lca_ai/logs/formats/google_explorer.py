"""Google Cloud Metrics Explorer: the CSV that it downloads, a column for each time series.

The first line is ``TimeSeries ID``, those below name a label each (``instance_name``, ``gpu`` ...), and then come the
readings, their times as the browser writes them: ``Fri May 31 2024 10:00:00 GMT+0200 (Central European Summer Time)``.
The file does not tell which metric it holds: the user says that it is a power, and which labels name its devices
(``columns={"power": "value:W", "device": "gpu", "host": "instance_name"}``).
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.metrics import Series
from lca_ai.logs.records import Format, Note, Options, Records, numbers, rows_of

if TYPE_CHECKING:
    from pathlib import Path

_STAMP = r"\w{3} (\w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})(?: \(.*\))?"
_FIRST = re.compile(r"\W*TimeSeries ID\"?,", re.IGNORECASE)
_ACCEPTED = (
    "columns={'power': 'value:W', 'device': LABEL, 'host': LABEL} (--columns power=value:W,device=gpu) where it is a "
    "power; or the JSON of projects.timeSeries.list, which tells its metric"
)


def _matches(head: str) -> bool:
    return bool(_FIRST.match(head))


def _read(path: Path, text: str, options: Options) -> list[Records]:
    rows = rows_of(io.StringIO(text), path.name)
    if options.columns is None:
        raise LogError("the file does not tell which metric it holds", file=path.name, line=1, accepted=_ACCEPTED)
    first = pd.Series([row[0] for row in rows], dtype="str")
    parts = first.str.extract(rf"^\W*{_STAMP}\W*$")
    stamps = pd.to_datetime(parts[0] + " " + parts[1], format="%b %d %Y %H:%M:%S %z", errors="coerce", utc=True)
    timed = stamps.notna()
    if not timed.any():
        accepted = "Fri May 31 2024 10:00:00 GMT+0200 (Central European Summer Time)"
        raise LogError(
            "no row has a time stamp", file=path.name, value=text.strip().rsplit("\n", 1)[-1], accepted=accepted
        )
    heads = {row[0].strip(): row for row, is_reading in zip(rows, timed, strict=True) if not is_reading}
    times = np.asarray(stamps[timed].dt.tz_localize(None).astype("datetime64[us]").astype("int64"), dtype=np.int64)
    width = len(rows[0])
    read = [row for row, is_reading in zip(rows, timed, strict=True) if is_reading]
    cells = pd.DataFrame([(row + [""] * width)[:width] for row in read], columns=range(width))
    series = []
    for place in range(1, width):
        labels = {name: row[place].strip() for name, row in heads.items() if place < len(row)}
        readings = np.asarray(numbers(cells[place].astype("str")), dtype=np.float64)
        there = ~np.isnan(readings)
        series.append(Series("", labels, times[there], readings[there]))
    found = to_records(series, options, file=path.name, format_name=FORMAT.name)
    odd = sum(len(row) != width for row in read)
    lost = len(first) - int(timed.sum()) - len(heads)
    notes = [
        Note("unreadable line", lost, "neither a label nor a reading"),
        Note("row of another length", odd, "its cells are those of the first time series"),
    ]
    found[0].notes += [note for note in notes if note.count]
    return found


FORMAT = Format(
    "google-explorer",
    "Google Cloud Metrics Explorer CSV",
    _matches,
    _read,
    marks=("TimeSeries ID",),
    signs=("project_id", "instance_name", "GMT+"),
    remedy="the CSV of Metrics Explorer with --columns power=value:W, or the JSON of projects.timeSeries.list",
)
