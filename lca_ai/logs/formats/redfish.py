"""Redfish: saved answers of a BMC or PDU, one JSON document a line, an array, or one after the other.

Read are ``Power`` (``PowerControl[].PowerConsumedWatts``, else the average of its ``PowerMetrics`` over its interval),
``EnvironmentMetrics`` (``EnergyJoules``, ``EnergykWh``, else ``PowerWatts``), ``Sensor`` (``ReadingType`` Power or
Energy...) and ``MetricReport`` (see :mod:`lca_ai.logs.formats.redfish_reports`). Energies are counters and preferred. A
document has its time as ``DateTime``, ``ReadingTime`` or the like, or stands in an object of the one who saved it:
``{"timestamp": ..., "host": ..., "body": {...}}``. Devices are named by their path; the parts of a chassis (processors,
memory) are never added to it. See https://redfish.dmtf.org/schemas/.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats import redfish_reports
from lca_ai.logs.formats.stamps import isoformat, lengths, utc_times
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_SIGNS = ("PowerConsumedWatts", "AverageConsumedWatts", "PowerWatts", "EnergykWh", "EnergyJoules", "EnergyWh")
_IS_POWER_SENSOR = re.compile(r'"ReadingType"\s*:\s*"(?:Power|Energy\w+)"')
_IS_REDFISH = re.compile(r'"@odata\.(?:id|type)"')
_TIME_KEYS = ("timestamp", "datetime", "time", "date", "readingtime", "@timestamp", "collected", "collectedat")
_HOST_KEYS = ("host", "hostname", "node", "bmc", "server")
_JOULES = {"EnergyJoules": 1.0, "EnergyWh": 3.6e3, "EnergykWh": 3.6e6}
_WATTS = {"W": 1.0, "kW": 1e3, "mW": 1e-3}
_PARTS = {
    "gpu": re.compile(r"gpu|accelerator", re.IGNORECASE),
    "memory": re.compile(r"mem|dimm|dram", re.IGNORECASE),
    "cpu": re.compile(r"cpu|processor", re.IGNORECASE),
    "storage": re.compile(r"drive|storage|disk", re.IGNORECASE),
}
_WHOLE = re.compile(rf"(?:^|/)(?:PowerControl/0|{redfish_reports.WHOLE})$")
_COLUMNS = ["time", "host", "path", "role", "value", "window"]
_MINUTE = 60.0
_HIGHEST = 1e300


def _matches(head: str) -> bool:
    if head.lstrip()[:1] not in {"{", "["} or not _IS_REDFISH.search(head):
        return False
    if '"MetricValues"' in head and '"MetricValue"' in head:
        return True
    return any(f'"{sign}"' in head for sign in _SIGNS) or bool(_IS_POWER_SENSOR.search(head))


def _read(path: Path, text: str, options: Options) -> Records | list[Records]:
    documents, broken = _documents(text)
    rows = [row for document in documents for row in _readings(document, "", "")]
    if not rows:
        raise LogError(
            "no reading of a power or an energy",
            file=path.name,
            accepted="Power, EnvironmentMetrics, Sensor or MetricReport",
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    timed = table["time"].ne("")
    if not timed.any():
        raise LogError(
            "no document has a time",
            file=path.name,
            accepted='one object a line, e.g. {"timestamp": "2024-05-31T10:00:00Z", "body": {...}}',
        )
    notes = [
        Note("unreadable document", broken, "not JSON"),
        Note("document without a time", int((~timed).sum()), "its readings have no moment"),
    ]
    table = table[timed]
    table["device"] = _devices(table, options)
    times, unreadable = utc_times(table["time"].map(isoformat), table["device"], options, path)
    table = table.loc[times.index].assign(time=times)
    parents, covers = _domains(table)
    records = [_records(role, rows, parents, covers) for role, rows in _preferred(table).groupby("role", sort=True)]
    records[0].notes = [note for note in [*notes, *unreadable] if note.count] + records[0].notes
    return records[0] if len(records) == 1 else records


def _documents(text: str) -> tuple[list[Any], int]:
    """Return the JSON documents of a text and how many broken ones there are."""
    decoder, found, broken, at = json.JSONDecoder(), [], 0, 0
    while at < len(text):
        rest = re.compile(r"[\s,]*").match(text, at)
        at = rest.end() if rest else at
        if at >= len(text):
            break
        try:
            document, at = decoder.raw_decode(text, at)
            found += document if isinstance(document, list) else [document]
        except (ValueError, RecursionError):
            broken += 1
            line = text.find("\n{", at + 1)  # the next document starts on a line of its own
            at = line + 1 if line >= 0 else len(text)
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
    if "PowerWatts" in document:
        rows.append({"path": where, "role": "power", "value": _reading(document["PowerWatts"])})
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
    places = table.drop_duplicates("device")[["device", "host", "path"]]
    covers: dict[str, tuple[str, ...]] = {
        str(device): (_part(str(path)),) for device, path in zip(places["device"], places["path"], strict=True)
    }
    parents: dict[str, str] = {}
    for _, rows in places.groupby("host"):
        names = [str(name) for name in rows["device"]]
        controls = [name for name in names if _WHOLE.search(name)]
        whole = controls or [name for name in names if covers[name] == ("node",)]
        for name in names:
            first = re.sub(r"/PowerControl/.*$", "/PowerControl/0", name)
            if first != name and first in names:
                parents[name] = first
            elif whole and name != whole[0] and (len(whole) == 1 or covers[name] != ("node",)):
                parents[name] = whole[0]
    return parents, covers


def _part(path: str) -> str:
    return next((part for part, pattern in _PARTS.items() if pattern.search(path)), "node")


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
