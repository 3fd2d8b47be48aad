"""MLflow system metrics: the files of a local store, or the history of a metric as CSV or JSON.

The file of a metric, ``mlruns/<experiment>/<run>/metrics/system/gpu_0_power_usage_watts``, has a line for each reading:
``timestamp_ms value step``; its name tells what it is, and the folder before it the computer of a run on several
(``system/<node id>/gpu_0_...``). ``MlflowClient.get_metric_history`` and ``/api/2.0/mlflow/metrics/get-history`` give
``key``, ``value``, ``timestamp`` [ms] and ``step``. A value is the mean of the samples taken since the one before (by
default one sample, each 10 s).
Reference: https://mlflow.org/docs/latest/ml/tracking/system-metrics/; mlflow/system_metrics/metrics/gpu_monitor.py.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.records import Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_KEY = re.compile(r"(?:system/)?(?:(?P<node>.+)/)?gpu_(?P<index>\d+)_power_usage_watts")
_LINE = re.compile(r"^(\d{13}) ([-+]?[\d.]+(?:[eE][-+]?\d+)?|nan|-?inf|NaN) (\d+)[ \t]*$", re.MULTILINE)
_MILLI_US = 1e3
#: Stamps [ms] outside are no time of our age.
_EARLIEST_MS, _LATEST_MS = 0, 4_102_444_800_000
_REMEDY = (
    "metrics/system/gpu_0_power_usage_watts of a run, or client.get_metric_history(run_id, 'system/gpu_0_power_...')"
)


def _matches(head: str) -> bool:
    text = head.lstrip()
    if text[:1] in ("{", "["):
        return all(f'"{name}"' in text for name in ("key", "value", "timestamp", "step"))
    first = text.split("\n", 1)[0].strip()
    names = {name.strip(' "') for name in first.split(",")}
    return bool(_LINE.fullmatch(first)) or names >= {"key", "value", "timestamp", "step"}


def _read(path: Path, text: str, options: Options) -> Records:
    start = text.lstrip()
    notes: list[Note] = []
    if start[:1] in ("{", "["):
        table = _of_json(text, path)
    elif _LINE.match(start):
        table, notes = _of_lines(text, path, options)
    else:
        table, notes = read_table(text, ",", file=path.name)
    if table.empty or not {"key", "value", "timestamp"} <= set(table.columns):
        raise LogError("the history of a metric has no row", file=path.name, accepted=_REMEDY)
    keys = table["key"].fillna("").astype("str")
    devices = {key: _device(key, options) for key in keys.unique()}
    power = keys.map(devices).notna()
    if not power.any():
        value = shorten(", ".join(sorted(devices)))
        raise LogError("no metric is the power of a GPU", file=path.name, value=value, accepted=_REMEDY)
    table, device = table[power], keys[power].map(devices)
    if "run_id" in table and len(table["run_id"].unique()) > 1:
        device = table["run_id"].astype("str") + "/" + device
    stamps = numbers(table["timestamp"])
    readable = stamps.between(_EARLIEST_MS, _LATEST_MS)
    if not readable.any():
        value = table["timestamp"].iloc[0]
        raise LogError(
            "no row has a time stamp", file=path.name, field="timestamp", value=value, accepted="ms since 1970"
        )
    frame = pd.DataFrame(
        {
            "time": (stamps[readable] * _MILLI_US).round().astype("int64"),
            "device": device[readable],
            "power": numbers(table.loc[readable, "value"]),
        }
    ).reset_index(drop=True)
    notes.append(Note("unreadable time", int((~readable).sum()), "no number of milliseconds since 1970"))
    notes = [note for note in notes if note.count]
    return Records("power", frame, FORMAT.name, len(table), ("gpu",), notes, resolution=0.1)


def _device(key: str, options: Options) -> str | None:
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    node = match["node"] or options.device
    return f"{node}/gpu-{match['index']}" if node else f"gpu-{match['index']}"


def _of_lines(text: str, path: Path, options: Options) -> tuple[pd.DataFrame, list[Note]]:
    """Return the readings of the file of a metric, named by its path."""
    lines = sum(map(bool, map(str.strip, text.split("\n"))))
    table = pd.DataFrame(_LINE.findall(text), columns=["timestamp", "value", "step"]).assign(key=_key(path))
    for name in ("timestamp", "value"):
        table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
    if _device(_key(path), options) is None:
        problem = "the name of the file does not tell that this is the power of a GPU"
        raise LogError(problem, file=path.name, accepted=_REMEDY)
    return table, [Note("unreadable line", lines - len(table), "not: timestamp in ms, value, step")]


def _key(path: Path) -> str:
    """Return the key of a metric from the path of its file, e.g. ``system/node-1/gpu_0_power_usage_watts``."""
    parts = path.resolve().parts
    folders = [place for place, name in enumerate(parts) if name == "metrics"]
    name = re.sub(r"\.(?:txt|log|csv)$", "", "/".join(parts[folders[-1] + 1 :]) if folders else path.name)
    return name if folders else name.rsplit("/", 1)[-1]


def _of_json(text: str, path: Path) -> pd.DataFrame:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as fault:
        line = getattr(fault, "lineno", None)
        raise LogError("the JSON is cut short or broken", file=path.name, line=line) from None
    rows = document.get("metrics", [document]) if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise LogError(
            "the JSON is not the history of a metric", file=path.name, accepted='{"metrics": [{"key": ...}]}'
        )
    return pd.DataFrame(rows)


FORMAT = Format(
    "mlflow",
    "MLflow system metrics (file of a metric, or its history)",
    _matches,
    _read,
    marks=("key", "value", "timestamp", "step"),
    signs=("system/gpu_0_power_usage_watts", "gpu_0_power_usage_watts", "run_id"),
    remedy="the history of system/gpu_0_power_usage_watts",
)
