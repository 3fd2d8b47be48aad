"""``promtool query range`` and ``promtool query instant`` as text: a series, and its samples below it or beside it.

``DCGM_FI_DEV_POWER_USAGE{gpu="0"} =>``, then ``67.2 @[1717151940]`` for each sample, the time in seconds since 1970.
Which metric measures what is in :mod:`lca_ai.logs.formats.metrics`. (``-o json`` is read as the answer of the API.)
Source: model/value.go of https://github.com/prometheus/common.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.prometheus import series_of
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_NAME = r"(?:[a-zA-Z_:][\w:.]*)?(?:\{[^\n]*\})?"
_LINE = re.compile(
    rf"^[ \t]*(?:(?P<series>{_NAME})[ \t]+=>[ \t]*)?"
    r"(?:(?P<value>[-+]?[\w.+-]+)[ \t]+@\[(?P<time>\d+(?:\.\d+)?)\])?[ \t]*$"
)
_FIRST = re.compile(rf"\s*{_NAME}[ \t]+=>[ \t]*(?:\n[ \t]*)?[-+]?[\w.+-]+[ \t]+@\[\d")


#: Beyond it a time does not fit into whole microseconds.
_MOST_US = 9e18


def _matches(head: str) -> bool:
    return bool(_FIRST.match(head))


def _read(path: Path, text: str, options: Options) -> list[Records]:
    key, strange = "", 0
    rows: list[tuple[str, str, str]] = []
    for line in text.split("\n"):
        found = _LINE.match(line)
        if found is None:
            strange += 1
        elif found["series"] is not None or found["value"]:
            key = key if found["series"] is None else found["series"]
            rows += [(key, found["time"], found["value"])] if found["value"] else []
    table = pd.DataFrame(rows, columns=["key", "time", "value"], dtype="str")
    micros = table["time"].astype("float64").to_numpy() * SECOND_US
    times = np.rint(np.where(np.abs(micros) < _MOST_US, micros, -1.0)).astype(np.int64)  # before 1970: implausible
    values = np.asarray(pd.to_numeric(table["value"], errors="coerce"), dtype=np.float64)
    series = [
        series_of(str(name), times[places], values[places]) for name, places in table.groupby("key").indices.items()
    ]
    records = to_records(series, options, file=path.name, format_name=FORMAT.name)
    if strange:
        records[0].notes.append(Note("unreadable line", strange, "neither a series nor a sample"))
    return records


FORMAT = Format(
    "promtool",
    "promtool query, as text",
    _matches,
    _read,
    marks=("=>",),
    signs=("instance", "job"),
    remedy="promtool query range -o json",
)
