"""Redfish: saved answers of a BMC or PDU, one JSON document a line, an array, or one after the other.

Read are ``Power`` (``PowerControl[].PowerConsumedWatts``, else the average of its ``PowerMetrics`` over its interval),
``EnvironmentMetrics`` and the metrics of power supplies and PDUs (``EnergyJoules``, ``EnergykWh``, else ``PowerWatts``
or ``InputPowerWatts``), ``Sensor`` (``ReadingType`` Power or Energy...) and ``MetricReport`` (see
:mod:`lca_ai.logs.formats.redfish_reports`). Energies are counters and preferred. A document has its time as
``DateTime``, ``ReadingTime`` or the like, stands in an object of the one who saved it (``{"timestamp": ..., "host":
..., "body": {...}}``), or follows a date line or the headers of the answer (``curl -i``). Devices are named by their
path; what lies within what: see :mod:`lca_ai.logs.formats.redfish_tree`. See https://redfish.dmtf.org/schemas/.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin
from lca_ai.logs.formats import redfish_reports, redfish_tree
from lca_ai.logs.formats.stamps import DATE_LINE, isoformat, lengths, utc_times
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_JOULES = {"EnergyJoules": 1.0, "EnergyWh": 3.6e3, "EnergykWh": 3.6e6}
_SIGNS = (
    "PowerConsumedWatts",
    "AverageConsumedWatts",
    "PowerWatts",
    "InputPowerWatts",
    "EnergykWh",
    "EnergyJoules",
    "EnergyWh",
)
_IS_POWER_SENSOR = re.compile(r'"ReadingType"\s*:\s*"(?:Power|Energy\w+)"')
_IS_REDFISH = re.compile(r'"@odata\.(?:id|type)"')
_TIME_KEYS = ("timestamp", "datetime", "time", "date", "readingtime", "@timestamp", "collected", "collectedat")
_HOST_KEYS = ("host", "hostname", "node", "bmc", "server")
_WATTS = {"W": 1.0, "kW": 1e3, "mW": 1e-3}
_BETWEEN = re.compile(r"[\s,]*")
#: A date that a script wrote, or a header of HTTP (``curl -i``), of which one is the date of the answer.
_LINE = re.compile(rf"(?:(?P<date>{DATE_LINE})|HTTP/[^\n]*|[\w\-]+: [^\n]*)[ \t]*(?:\n|$)")
_COLUMNS = ["time", "host", "path", "role", "value", "window"]
_MINUTE = 60.0
_HIGHEST = 1e300


def _matches(head: str) -> bool:
    at = 0
    while line := _LINE.match(head, at):
        between = _BETWEEN.match(head, line.end())
        at = between.end() if between else line.end()
    if head[at:].lstrip()[:1] not in {"{", "["} or not _IS_REDFISH.search(head):
        return False
    if '"MetricValues"' in head and '"MetricValue"' in head:
        return True
    return any(f'"{sign}"' in head for sign in _SIGNS) or bool(_IS_POWER_SENSOR.search(head))


def _read(path: Path, text: str, options: Options) -> Records | list[Records]:
    documents, broken = _documents(text)
    rows = [row for document, stamp in documents for row in _readings(document, stamp, "")]
    if not rows:
        raise LogError(
            "no reading of a power or an energy",
            file=path.name,
            accepted="Power, EnvironmentMetrics, Sensor or MetricReport",
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table["device"] = _devices(table, options)
    table, notes = _timed(table, options, path)
    notes = [Note("unreadable document", broken, "not JSON"), *notes]
    parents, covers = _domains(table)
    records = [_records(role, rows, parents, covers) for role, rows in _preferred(table).groupby("role", sort=True)]
    records[0].notes = [note for note in notes if note.count] + records[0].notes
    return records[0] if len(records) == 1 else records


def _timed(table: pd.DataFrame, options: Options, path: Path) -> tuple[pd.DataFrame, list[Note]]:
    """Return the readings with their times [µs since 1970 UTC]: of their documents, else as the user gives them.

    Raises
    ------
    LogError : where no document has a time, and no origin is given
    """
    timed = table["time"].ne("")
    if not timed.any():
        accepted = 'a date line before each, or one object a line, {"timestamp": "2024-05-31T10:00:00Z", "body": {...}}'
        missing = LogError("no document has a time", file=path.name, accepted=accepted)
        times, note = origin.by_turn(table["device"] + " " + table["role"], options, path, missing=missing)
        return table.assign(time=times), [note]
    notes = [Note("document without a time", int((~timed).sum()), "its readings have no moment")]
    table = table[timed]
    times, unreadable = utc_times(table["time"].map(isoformat), table["device"], options, path)
    return table.loc[times.index].assign(time=times), [*notes, *unreadable]


def _documents(text: str) -> tuple[list[tuple[Any, str]], int]:
    """Return the JSON documents of a text, each with the date line before it, and how many broken ones there are."""
    decoder, found, broken, at, stamp = json.JSONDecoder(), [], 0, 0, ""
    while at < len(text):
        rest = _BETWEEN.match(text, at)
        at = rest.end() if rest else at
        if at >= len(text):
            break
        if line := _LINE.match(text, at):
            at, stamp = line.end(), line["date"] or stamp
            continue
        try:
            document, at = decoder.raw_decode(text, at)
            found += [(one, stamp) for one in (document if isinstance(document, list) else [document])]
        except (ValueError, RecursionError):
            broken += 1
            line_end = text.find("\n{", at + 1)  # the next document starts on a line of its own
            at = line_end + 1 if line_end >= 0 else len(text)
    return found, broken


def _readings(document: Any, time: str, host: str) -> list[dict[str, Any]]:
    """Return the readings of a document, and of those within it that a script wrapped."""
    if not isinstance(document, dict):
        return []
    lower = {key.lower(): value for key, value in document.items() if isinstance(value, str | int | float)}
    time = next((str(lower[key]) for key in _TIME_KEYS if key in lower), time)
    host = next((str(lower[key]) for key in _HOST_KEYS if key in lower), host)
    if "@odata.id" not in document and "@odata.type" not in document:
        inner = [value for value in document.values() if isinstance(value, dict | list)]
        inner = [one for value in inner for one in (value if isinstance(value, list) else [value])]
        return [row for one in inner for row in _readings(one, time, host)]
    where = re.sub(r"^/redfish/v1/", "", str(document.get("@odata.id") or document.get("Id") or "")).rstrip("/")
    base = {"time": time, "host": host, "window": None}
    if redfish_reports.is_report(document):
        return [base | row for row in redfish_reports.readings(document, time)]
    if isinstance(document.get("PowerControl"), list):
        return [base | row for row in _power_controls(document["PowerControl"], where)]
    if "ReadingType" in document:
        return [base | row for row in _sensor(document, where)]
    return [base | row for row in _environment(document, re.sub(r"/EnvironmentMetrics$", "", where))]


def _power_controls(controls: list[Any], where: str) -> list[dict[str, Any]]:
    rows = []
    for number, control in enumerate(one for one in controls if isinstance(one, dict)):
        name = f"{re.sub(r'/Power$', '', where)}/PowerControl/{control.get('MemberId') or number}"
        named = f"{name} {control['Name']}" if number and control.get("Name") else name
        metrics = control.get("PowerMetrics")
        average = metrics.get("AverageConsumedWatts") if isinstance(metrics, dict) else None
        minutes = _number(metrics.get("IntervalInMin")) if isinstance(metrics, dict) else None
        if control.get("PowerConsumedWatts") is None and _number(average) is not None and minutes:
            rows.append({"path": named, "role": "interval", "value": _number(average), "window": minutes * _MINUTE})
        elif "PowerConsumedWatts" in control:
            rows.append({"path": named, "role": "power", "value": _number(control["PowerConsumedWatts"])})
    return rows


def _environment(document: dict[str, Any], where: str) -> list[dict[str, Any]]:
    rows = []
    for name, factor in _JOULES.items():
        value = _reading(document.get(name))
        if value is not None:
            rows.append({"path": where, "role": "counter", "value": value * factor})
            break
    power = next((name for name in ("PowerWatts", "InputPowerWatts") if name in document), None)
    if power:
        rows.append({"path": where, "role": "power", "value": _reading(document[power])})
    return rows


def _sensor(document: dict[str, Any], where: str) -> list[dict[str, Any]]:
    kind, value = str(document["ReadingType"]), _number(document.get("Reading"))
    if kind == "Power":
        factor = _WATTS.get(str(document.get("ReadingUnits") or "W"))
        return [{"path": where, "role": "power", "value": None if value is None or factor is None else value * factor}]
    if kind in _JOULES:
        return [{"path": where, "role": "counter", "value": None if value is None else value * _JOULES[kind]}]
    return []


def _reading(value: Any) -> float | None:
    return _number(value.get("Reading") if isinstance(value, dict) else value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _HIGHEST else None


def _devices(table: pd.DataFrame, options: Options) -> pd.Series:
    host = table["host"].where(table["host"].ne(""), options.device or "")
    return table["path"].where(host.eq(""), host + "/" + table["path"])


def _preferred(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the counter of a device that tells one twice or more, else its power, else its averages."""
    known = table[table["value"].notna()]
    counts = pd.crosstab(known["device"], known["role"]).reindex(columns=["counter", "power", "interval"], fill_value=0)
    tests = [counts["counter"] > 1, counts["power"] > 0, counts["interval"] > 0]
    choice = pd.Series(np.select(tests, ["counter", "power", "interval"], "counter"), index=counts.index)
    role = table["device"].map(choice)
    return table[table["role"].eq(role) | role.isna()]


def _domains(table: pd.DataFrame) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return which device each is a part of, and what each covers, by their paths."""
    places = table.drop_duplicates("device")[["device", "host", "path"]].astype("str")
    covers = {name: redfish_tree.covers_of(where) for name, where in zip(places["device"], places["path"], strict=True)}
    parents: dict[str, str] = {}
    for _, rows in places.groupby("host"):
        parents |= redfish_tree.parents(dict(zip(rows["device"], rows["path"], strict=True)))
    return parents, covers


def _records(role: Any, rows: pd.DataFrame, parents: dict[str, str], covers: dict[str, tuple[str, ...]]) -> Records:
    notes: list[Note] = []
    frame = rows[["time", "device", "value"]].astype({"value": "float64"})
    if role == "interval":
        frame, notes = _averages(rows)
    else:
        frame = frame.rename(columns={"value": str(role)})
    names = [str(name) for name in frame["device"].unique()]
    top = [part for name in names if name not in parents for part in covers[name]]
    return Records(
        "interval" if role == "interval" else ("counter" if role == "counter" else "power"),
        frame.reset_index(drop=True),
        FORMAT.name,
        len(rows),
        tuple(dict.fromkeys(top)) or None,
        notes,
        parents={child: parent for child, parent in parents.items() if child in names},
        device_covers={name: covers[name] for name in names},
        window_s=float(rows["window"].iloc[0]) if role == "interval" else None,
    )


def _averages(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Return averages over a window as energies; where windows overlap, each counts from the end of the one before."""
    rows = rows.sort_values(["device", "time"], kind="stable")
    start = rows["time"] - lengths(rows["window"])
    before = rows.groupby("device", sort=False)["time"].shift()
    overlapping = before > start
    start = start.mask(overlapping, before).astype("int64")
    energy = rows["value"].astype("float64") * (rows["time"] - start) / SECOND_US
    frame = pd.DataFrame({"start": start, "time": rows["time"], "device": rows["device"], "energy": energy})
    detail = "the mean over a window that began earlier is taken since the reading before"
    return frame, [Note("overlapping averages", int(overlapping.sum()), detail)] if overlapping.any() else []


FORMAT = Format(
    "redfish",
    "Redfish power or energy readings (JSON)",
    _matches,
    _read,
    marks=("@odata.id|@odata.type", "PowerConsumedWatts|PowerWatts|EnergykWh|EnergyJoules|ReadingType|MetricValues"),
    signs=("PowerControl", "Members", "redfish"),
    remedy="save Chassis/.../Power, EnvironmentMetrics, a Sensor or a MetricReport of powers",
)
