"""Google Cloud Monitoring: the time series of ``projects.timeSeries.list``, as JSON.

A series has ``metric`` (``type`` and ``labels``), ``resource``, ``metricKind`` (GAUGE, CUMULATIVE, DELTA) and
``points`` of an ``interval`` and a ``value``. GPU power comes from the DCGM receiver of the Ops Agent
(``workload.googleapis.com/gpu.dcgm.energy_consumption``, cumulative) and, of GKE and Vertex AI, as
``prometheus.googleapis.com/DCGM_FI_DEV_POWER_USAGE/gauge``; the GPU metrics below ``agent.googleapis.com/gpu`` are of
use and memory only. Several answers (pages) may follow each other. Which metric measures what is in
:mod:`lca_ai.logs.formats.metrics`.
Reference: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TimeSeries,
https://cloud.google.com/monitoring/api/metrics_opsagent,
https://cloud.google.com/kubernetes-engine/docs/how-to/dcgm-metrics.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.metrics import Series
from lca_ai.logs.formats.prometheus import documents
from lca_ai.logs.records import Format, Kind, Options, Records, numbers
from lca_ai.logs.times import parse_times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_SERIES = re.compile(r'"metric"\s*:\s*\{(?:[^{}]|\{[^{}]*\})*"type"\s*:\s*"')
_PROMETHEUS = re.compile(r"prometheus\.googleapis\.com/(.+)/\w+")
#: An energy counter that was aligned to its rate is a gauge of power.
_KINDS: dict[str, Kind] = {"GAUGE": "power", "CUMULATIVE": "counter", "DELTA": "interval"}
_REMEDY = "the JSON of projects.timeSeries.list"


def _matches(head: str) -> bool:
    text = head.lstrip()
    return text[:1] in ("{", "[") and bool(_SERIES.search(text)) and '"points"' in text and '"interval"' in text


def _read(path: Path, text: str, options: Options) -> list[Records]:
    series = [_series(one, path) for document in documents(text, path) for one in _listed(document)]
    return to_records([one for one in series if len(one.times)], options, file=path.name, format_name=FORMAT.name)


def _listed(document: Any) -> Iterator[Any]:
    found = document.get("timeSeries", [document]) if isinstance(document, dict) else document
    yield from found if isinstance(found, list) else [found]


def _series(one: Any, path: Path) -> Series:
    try:
        metric, resource = one["metric"], one.get("resource", {})
        name = _PROMETHEUS.sub(r"\1", metric["type"])
        labels = {
            str(key): str(value) for place in (resource, metric) for key, value in place.get("labels", {}).items()
        }
        intervals = [point["interval"] for point in one["points"]]
        values = [next(iter(point["value"].values())) for point in one["points"]]
        ends = [interval["endTime"] for interval in intervals]
        starts = [interval.get("startTime", interval["endTime"]) for interval in intervals]
    except (KeyError, TypeError, AttributeError, StopIteration):
        raise LogError(
            "this is not a time series", file=path.name, value=shorten(repr(one)), accepted=_REMEDY
        ) from None
    kind = _KINDS.get(str(one.get("metricKind", "GAUGE")))
    if kind is None:
        raise LogError(
            "unknown kind of metric", file=path.name, field=name, value=one["metricKind"], accepted=", ".join(_KINDS)
        )
    readings = np.asarray(numbers(pd.Series(values, dtype="object").astype("str")), dtype=np.float64)
    times = _times(ends, path)
    return Series(name, labels, times, readings, starts=_times(starts, path) if kind == "interval" else None, kind=kind)


def _times(stamps: list[str], path: Path) -> NDArray[np.int64]:
    found = parse_times(pd.Series(stamps, dtype="str"), ("ISO8601",))
    if found.isna().any():
        value = str(stamps[int(np.flatnonzero(found.isna())[0])])
        raise LogError("this is not a time stamp", file=path.name, value=value, accepted="2024-05-31T10:00:00Z")
    utc = found.dt.tz_convert("UTC").dt.tz_localize(None) if found.dt.tz is not None else found
    return np.asarray(utc.astype("datetime64[us]").astype("int64"), dtype=np.int64)


FORMAT = Format(
    "google-monitoring",
    "Google Cloud Monitoring time series (JSON)",
    _matches,
    _read,
    marks=("metric", "points", "interval"),
    signs=("timeSeries", "metricKind", "valueType", "resource"),
    remedy="save the answer of projects.timeSeries.list",
)
