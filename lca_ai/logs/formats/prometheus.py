"""Prometheus: answers of its API in JSON, and text that exporters and ``/federate`` give, with time stamps.

JSON is that of ``/api/v1/query_range`` and ``/api/v1/query`` (https://prometheus.io/docs/prometheus/latest/querying/api/),
of ``promtool query``, or of VictoriaMetrics' ``/api/v1/export``; several answers may follow each other in a file. Text
is the exposition format (stamps in ms) or OpenMetrics (in s),
https://prometheus.io/docs/instrumenting/exposition_formats/. A sample is momentary: staleness markers and ``NaN`` are
unknown, never zero. Which metric measures what is in :mod:`lca_ai.logs.formats.metrics`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs import origin
from lca_ai.logs.formats.metric_devices import to_records
from lca_ai.logs.formats.metrics import Series, is_measured
from lca_ai.logs.records import Format, Note, Options, Records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_SECOND_US, _MILLI_US = 1e6, 1e3
#: Below, a stamp is in seconds since 1970, above in milliseconds: 1973 or 5138.
_SECONDS_BELOW = 1e11
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\""
_SAMPLE = (
    rf"^(?P<name>[a-zA-Z_:][\w:.]*)?(?P<labels>\{{[ \t]*(?:(?:[\w.:-]+[ \t]*=[ \t]*)?{_QUOTED}[ \t]*(?:,[ \t]*)?)*\}})?"
    r"[ \t]+(?P<value>[-+]?(?:[\d.]+(?:[eE][-+]?\d+)?|Inf|NaN))(?:[ \t]+(?P<time>-?[\d.]+(?:[eE][-+]?\d+)?))?"
    r"[ \t]*(?:#.*)?$"
)
_LINES = re.compile(_SAMPLE, re.MULTILINE)
_META = re.compile(r"# (?:HELP|TYPE|UNIT) [a-zA-Z_:]")
_LABEL = re.compile(r'(?:^|[,{\s])"?([\w.:-]+)"?\s*=\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_JSON = re.compile(r'"resultType"\s*:\s*"(?:matrix|vector|scalar|string)"|"errorType"\s*:\s*"')
_METRIC, _VALUES = re.compile(r'"metric"\s*:\s*\{'), re.compile(r'"values?"\s*:\s*\[')
_STAMPS = (
    "text with a time stamp on each sample (/federate), or the JSON of a range query: "
    "curl '.../api/v1/query_range?query=...&start=...&end=...&step=15s'"
)


def _matches(head: str) -> bool:
    text = head.lstrip()
    if text[:1] in ("{", "[") and not re.match(r'\{\s*__name__\s*=\s*"', text):
        return bool(_JSON.search(text) or (_METRIC.search(text) and _VALUES.search(text)))
    lines = text.split("\n")
    if len(lines) > 1:
        lines.pop()  # cut, maybe
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    sample = _LINES.match(first)
    return bool(sample) and bool((sample and sample["labels"]) or any(map(_META.match, lines)))


def _read(path: Path, text: str, options: Options) -> list[Records]:
    notes: list[Note] = []
    if text.lstrip()[:1] in ("{", "[") and not re.match(r'\s*\{\s*__name__\s*=\s*"', text):
        series = list(_of_answers(text, path))
    else:
        series, notes = _of_text(text, path, options)
    found = to_records(series, options, file=path.name, format_name=FORMAT.name)
    found[0].notes += notes
    return found


def _of_answers(text: str, path: Path) -> Iterator[Series]:
    for document in documents(text, path):
        if isinstance(document, dict) and document.get("status") == "error":
            raise LogError("this is the error of a query", file=path.name, value=document.get("error"))
        yield from _of_answer(document, path)


def documents(text: str, path: Path) -> Iterator[Any]:
    """Yield the JSON documents that follow each other in a text."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        space = re.compile(r"[\s,]*").match(text, place)
        place = space.end() if space else place
        if place < len(text):
            try:
                document, place = decoder.raw_decode(text, place)
            except (ValueError, RecursionError) as fault:
                line = getattr(fault, "lineno", None)
                raise LogError("the JSON is cut short or broken", file=path.name, line=line) from None
            yield document


def _of_answer(document: Any, path: Path) -> Iterator[Series]:
    data = document.get("data", document) if isinstance(document, dict) else document
    result = data.get("result", data) if isinstance(data, dict) else data
    for one in result if isinstance(result, list) else [result]:
        if not isinstance(one, dict) or not isinstance(one.get("metric"), dict):
            raise LogError(
                "this is not the answer of a query", file=path.name, value=shorten(repr(one)), accepted=_STAMPS
            )
        labels = {str(name): str(value) for name, value in one["metric"].items()}
        try:
            times, values = _points(one)
        except (TypeError, ValueError, OverflowError):
            name = labels.get("__name__", "value")
            raise LogError("a sample is not a pair of time and value", file=path.name, field=name) from None
        yield Series(labels.pop("__name__", ""), labels, times, values)


def _points(one: dict[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if "timestamps" in one:
        stamps, values, unit = one["timestamps"], one.get("values", []), _MILLI_US
    else:
        pairs = one["values"] if "values" in one else [one["value"]] if "value" in one else []
        stamps, values = zip(*pairs, strict=True) if pairs else ((), ())
        unit = _SECOND_US
    if len(stamps) != len(values):
        raise ValueError
    micros = np.rint(np.asarray(stamps, dtype="float64") * unit)
    try:
        readings = np.array(list(map(float, values)), dtype=np.float64)
    except (TypeError, ValueError):  # a value that is no number among them
        readings = _numbers(pd.Series(values, dtype="object"))
    return _whole(micros), readings


def _of_text(text: str, path: Path, options: Options) -> tuple[list[Series], list[Note]]:
    found = pd.DataFrame(_LINES.findall(text), columns=["name", "labels", "value", "time"], dtype="str")
    lines = sum(bool(line) and line[0] != "#" for line in map(str.strip, text.split("\n")))
    notes = [Note("unreadable line", lines - len(found), "neither a sample nor a comment")]
    stamped = found["time"] != ""
    if not stamped.any():
        given, note = _given_times(found, path, options)
        series = _grouped(found["name"] + found["labels"], given.to_numpy("int64"), _numbers(found["value"]))
        return series, [note for note in (*notes, note) if note.count]
    notes.append(Note("sample without a time stamp", int((~stamped).sum()), "among samples that have one"))
    found = found[stamped]
    stamps = pd.to_numeric(found["time"], errors="coerce").astype("float64")
    unit = _SECOND_US if stamps.abs().median() < _SECONDS_BELOW else _MILLI_US
    times, values = _whole(np.rint(stamps.to_numpy() * unit)), _numbers(found["value"])
    series = _grouped(found["name"] + found["labels"], times, values)
    return series, [note for note in notes if note.count]


def _given_times(found: pd.DataFrame, path: Path, options: Options) -> tuple[pd.Series, Note]:
    """Return the times of scrapes that follow each other, as the user gives them [µs since 1970 UTC].

    The series that measure power or energy tell where the next scrape starts; the others are of the scrape around them.
    """
    missing = _without_times(found, path, options)
    names = found["name"].map({name: is_measured(str(name), options) for name in found["name"].unique()}).astype(bool)
    measured = found[names]
    times, note = origin.by_turn(measured["name"] + measured["labels"], options, path, missing=missing)
    return times.reindex(found.index).ffill().bfill(), note


def _grouped(keys: pd.Series, times: NDArray[np.int64], values: NDArray[np.float64]) -> list[Series]:
    codes, names = pd.factorize(keys)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))[:-1]
    parts = zip(names, np.split(times[order], ends), np.split(values[order], ends), strict=True)
    return [series_of(str(key), own, read) for key, own, read in parts]


def series_of(key: str, times: NDArray[np.int64], values: NDArray[np.float64]) -> Series:
    """Return the series that ``name{label="value"}`` names."""
    name, brace, rest = key.partition("{")
    labels = {label: _ESCAPED.sub(_unescaped, value) for label, value in _LABEL.findall(brace + rest)}
    quoted = re.match(r'\{\s*"((?:[^"\\]|\\.)*)"\s*[,}]', brace + rest)  # {"a name in UTF-8",label="a"}
    name = name or labels.pop("__name__", "") or (quoted[1] if quoted else "")
    return Series(name, labels, times, values)


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]


def _without_times(found: pd.DataFrame, path: Path, options: Options) -> LogError:
    """Return the error of a text without time stamps, which tells what it reads."""
    problem = "the samples have no time stamps: this is one scrape of an exporter"
    if found.empty:
        return LogError("no line is a sample", file=path.name, line=1, accepted=_STAMPS)
    zeros = np.zeros(len(found), np.int64)
    series = _grouped(found["name"] + found["labels"], zeros, _numbers(found["value"]))
    records = to_records(series, options, file=path.name, format_name=FORMAT.name)
    tables = [
        (one.frame, "power" if one.kind == "power" else "counter", "W" if one.kind == "power" else "J")
        for one in records
    ]
    readings = [
        f"{row.device} {getattr(row, value):g} {unit}"
        for frame, value, unit in tables
        for row in frame.head(4).itertuples()
    ]
    return LogError(problem, file=path.name, value=", ".join(readings), accepted=_STAMPS)


def _whole(micros: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return times as whole numbers; what is no time of our age is zero, which the cleaning sets aside."""
    return np.where(np.isfinite(micros) & (np.abs(micros) < 2**62), micros, 0.0).astype(np.int64)


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    """Return values as numbers: ``NaN``, infinities and staleness markers among them."""
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)


FORMAT = Format(
    "prometheus",
    "Prometheus samples (JSON of a query, or text with time stamps)",
    _matches,
    _read,
    marks=("resultType|# TYPE|# HELP|__name__",),
    signs=("status", "result", "instance", "job"),
    remedy="save the answer of query_range",
)
