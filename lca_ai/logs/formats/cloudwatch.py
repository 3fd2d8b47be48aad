"""Amazon CloudWatch: GPU power of the CloudWatch agent, as JSON of the command line or CSV of the console.

``aws cloudwatch get-metric-statistics`` gives ``Label`` and ``Datapoints`` (``Timestamp``, ``Average``, ``Unit``);
``get-metric-data`` gives ``MetricDataResults`` (``Label``, ``Timestamps``, ``Values``). A value is the mean over the
period that begins at its stamp; the answers do not tell the period: it is the shortest step between data points. The
CSV of the console has a row for each attribute (``Label``, ``Period``, ``Statistic`` ...) above its readings.
Reference: https://docs.aws.amazon.com/cli/latest/reference/cloudwatch/get-metric-statistics.html, get-metric-data.html;
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-NVIDIA-GPU.html.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.metrics import Series
from lca_ai.logs.records import LONGEST_INTERVAL_US, SECOND_US, Format, Note, Options, Records, numbers, rows_of
from lca_ai.logs.times import parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_NAME = re.compile(r"nvidia_smi_power_draw")
_JSON = re.compile(r'"(?:Datapoints|MetricDataResults)"\s*:')
_OTHER_STATISTIC = re.compile(r"\b(?:Maximum|Minimum|Sum|SampleCount|p\d{2,3}(?:\.\d+)?)(?![\w.])")
_STAMP = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d")
_TIMES = ("ISO8601", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
_HEAD_ROWS = {"period", "statistic", "label"}
_AVERAGE = "--statistics Average (get-metric-statistics), or Stat Average (get-metric-data)"


def _matches(head: str) -> bool:
    text = head.lstrip()
    if text[:1] == "{":
        return bool(_JSON.search(text)) and ('"Timestamp"' in text or '"Timestamps"' in text)
    first = {line.split(",", 1)[0].strip(' "').lower() for line in text.split("\n")[:40]}
    return first >= _HEAD_ROWS


def _read(path: Path, text: str, options: Options) -> list[Records]:
    named = _of_json(text, path) if text.lstrip()[:1] == "{" else _of_csv(text, path)
    series, assumed = [], 0
    for each in named:
        one, step = _series(each, options, path)
        series.append(one)
        assumed += len(one.times) if each[3] is None else 0
        if step is None and len(one.times):
            accepted = "the data points of two periods or more"
            raise LogError("nothing tells how long the period of a data point is", file=path.name, accepted=accepted)
    found = to_records(series, options, file=path.name, format_name=FORMAT.name)
    if assumed:
        detail = "the shortest step between data points, for the period that the answer does not tell"
        found[0].notes.append(Note("interval length assumed", assumed, detail))
    return found


#: Name of the metric, its labels, its cells (``time``, ``value``), its period [s] if it is told.
_Named = tuple[str, dict[str, str], pd.DataFrame, float | None]


def _of_json(text: str, path: Path) -> list[_Named]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as fault:
        line = getattr(fault, "lineno", None)
        raise LogError("the JSON is cut short or broken", file=path.name, line=line) from None
    try:
        if "Datapoints" in document:
            return [_of_statistics(document, path)]
        return [_of_data(one, path) for one in document["MetricDataResults"]]
    except LogError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError):
        raise LogError("this is not the answer of CloudWatch", file=path.name, accepted="get-metric-data") from None


def _of_statistics(document: dict[str, Any], path: Path) -> _Named:
    points = pd.DataFrame(document["Datapoints"])
    if points.empty:
        raise LogError("the answer has no data point", file=path.name)
    if "Average" not in points:
        there = ", ".join(str(name) for name in points.columns)
        raise LogError("the data points have no mean", file=path.name, value=there, accepted=_AVERAGE)
    label = str(document.get("Label", ""))
    return _name(label), {}, points.rename(columns={"Timestamp": "time", "Average": "value"})[["time", "value"]], None


def _of_data(one: dict[str, Any], path: Path) -> _Named:
    label = str(one.get("Label", one.get("Id", "")))
    if _OTHER_STATISTIC.search(label):
        raise LogError("the data points are no means", file=path.name, value=label, accepted=_AVERAGE)
    cells = pd.DataFrame({"time": one["Timestamps"], "value": one["Values"]})
    rest = " ".join(_NAME.sub("", label).split())
    return _name(label), {"series": rest or str(one.get("Id", ""))}, cells, None


def _name(label: str) -> str:
    """Return the name of the metric in a label such as ``i-0ab 0 nvidia_smi_power_draw``."""
    found = _NAME.search(label)
    return found[0] if found else label


def _of_csv(text: str, path: Path) -> list[_Named]:
    rows = rows_of(io.StringIO(text), path.name)
    data = [row for row in rows if _STAMP.match(row[0].strip())]
    heads = {row[0].strip().lower(): row for row in rows if not _STAMP.match(row[0].strip())}
    if not data:
        raise LogError("the file has a header and no row", file=path.name)
    named = []
    for column in range(1, max(len(row) for row in data)):
        head = {name: row[column].strip() for name, row in heads.items() if len(row) > column}
        if head.get("statistic", "").lower() not in {"average", "avg"}:
            value = head.get("statistic")
            raise LogError(
                "the data points are no means", file=path.name, field="Statistic", value=value, accepted="Average"
            )
        period = pd.to_numeric(head.get("period", ""), errors="coerce")
        cells = pd.DataFrame(
            {
                "time": [row[0].strip() for row in data],
                "value": [row[column] if len(row) > column else "" for row in data],
            }
        )
        label = " ".join(filter(None, (head.get("metric name"), head.get("full label"), head.get("label"))))
        labels = {
            "series": head.get("label", ""),
            "InstanceId": head.get("instanceid", ""),
            "index": head.get("index", ""),
        }
        named.append((_name(label), labels, cells, float(period) if period > 0 else None))
    return named


def _series(named: _Named, options: Options, path: Path) -> tuple[Series, float | None]:
    """Return a series of means over periods, and the length of the period [s]."""
    name, labels, cells, period = named
    starts = _times(cells["time"], options, path)
    if period is None:
        steps = np.diff(np.unique(starts))
        period = float(steps.min()) / SECOND_US if len(steps) else None
    longest = 2 * LONGEST_INTERVAL_US / SECOND_US  # longer ones are set aside as too long anyway
    ends = starts + round(min(period or 0.0, longest) * SECOND_US)
    values = np.asarray(numbers(cells["value"]), dtype=np.float64)
    return Series(name, labels, ends, values, starts=starts, kind="power"), period


def _times(cells: pd.Series, options: Options, path: Path) -> NDArray[np.int64]:
    if pd.api.types.is_numeric_dtype(cells):  # version 1 of the command line
        return np.asarray(np.rint(cells.to_numpy("float64") * SECOND_US), dtype=np.int64)
    stamps = parse_times(cells.astype("str").str.strip(), _TIMES)
    if stamps.isna().any():
        value = shorten(str(cells[stamps.isna()].iloc[0]))
        raise LogError("this is not a time stamp", file=path.name, value=value, accepted="2024-05-31T10:00:00Z")
    return to_utc(stamps, pd.Series("", index=stamps.index), options.timezone, file=path.name)


FORMAT = Format(
    "cloudwatch",
    "Amazon CloudWatch GPU power (JSON of the command line, CSV of the console)",
    _matches,
    _read,
    marks=("Datapoints|MetricDataResults|Statistic", "Timestamp|Timestamps|Period"),
    signs=("Label", "nvidia_smi_power_draw", "nvidia_smi_utilization_gpu", "StatusCode"),
    remedy="save the answer of get-metric-data or get-metric-statistics",
)
