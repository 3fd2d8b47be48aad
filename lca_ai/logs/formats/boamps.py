"""BoAmps reports: JSON (one report, a list, or one a line) or CSV (one report a row, its keys joined by underscores).

A measure is ``powerConsumption`` over ``measurementDuration`` seconds from ``measurementDateTime``; it is an energy in
kWh, despite its name. Where one report holds the measures of several tools over the same time, the first counts and
the others are shown. Format: https://github.com/Boavizta/BoAmps (``model/measure_schema.json``).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import lengths, utc_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_JOULE_PER_KWH = 3.6e6
_CELL = re.compile(r"measures_(\d+)_(\w+)")
_KEYS = {
    "time": "measurementDateTime",
    "duration": "measurementDuration",
    "energy": "powerConsumption",
    "method": "measurementMethod",
    "cpu": "cpuTrackingMode",
    "gpu": "gpuTrackingMode",
}
#: Tools whose energy includes the memory of the computer.
_WITH_MEMORY = {"codecarbon", "eco2ai"}
_TIMES = ("ISO8601", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S")


def _matches(head: str) -> bool:
    first = head.lstrip()
    if first[:1] in {"{", "["}:
        return '"measures"' in head and '"powerConsumption"' in head and '"measurementMethod"' in head
    return bool(re.search(r"(?:^|[,;])\"?measures_\d+_powerConsumption", first.split("\n", 1)[0]))


def _read(path: Path, text: str, options: Options) -> Records:
    as_json = text.lstrip()[:1] in {"{", "["}
    measures, reports, notes = _from_json(path, text) if as_json else _from_csv(path, text)
    table = pd.DataFrame(measures, columns=["report", *_KEYS], dtype="object").astype("string")
    if table.empty:
        raise LogError("the report has no measure", file=path.name)
    method = table["method"].fillna("").str.strip().str.lower()
    number = table["report"].astype("int64")
    table["device"] = options.device or "report"
    other = number.groupby(number).transform("size").gt(1)
    table.loc[other, "device"] = method[other].mask(method[other].eq(""), "unnamed")
    start, unreadable = utc_times(table["time"].fillna(""), table["device"], options, path, patterns=_TIMES)
    rows = table.loc[start.index]
    frame = pd.DataFrame(
        {
            "start": start,
            "time": start + lengths(numbers(rows["duration"])),
            "device": rows["device"].astype("object"),
            "energy": numbers(rows["energy"]) * _JOULE_PER_KWH,
        }
    )
    device_covers = {
        str(name): _covers(row["cpu"], row["gpu"], str(row["method"]).lower())
        for name, row in rows.drop_duplicates("device").set_index("device").iterrows()
    }
    covers = tuple(dict.fromkeys(part for found in device_covers.values() for part in found))
    return Records(
        "interval",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(table),
        covers or None,
        [note for note in [*notes, *unreadable] if note.count],
        {"reports": str(reports)},
        parents=_parents(frame, number.loc[start.index]),
        device_covers={name: found for name, found in device_covers.items() if found},
    )


def _covers(cpu: Any, gpu: Any, method: str) -> tuple[str, ...]:
    told = [part for part, mode in (("cpu", cpu), ("gpu", gpu)) if not pd.isna(mode) and str(mode).strip()]
    return (*told, *(["memory"] if told and method in _WITH_MEMORY else []))


def _parents(frame: pd.DataFrame, report: pd.Series) -> dict[str, str]:
    """Return the methods that measured at the same time as the first method of their report, as parts of that one."""
    first = frame.groupby(report)[["start", "time", "device"]].transform("first")
    same_time = (frame["start"] < first["time"]) & (frame["time"] > first["start"])
    others = frame[same_time & (frame["device"] != first["device"])]
    return dict(zip(others["device"].astype(str), first.loc[others.index, "device"].astype(str), strict=True))


def _from_json(path: Path, text: str) -> tuple[list[dict[str, Any]], int, list[Note]]:
    broken = 0
    try:
        found = json.loads(text)
        reports = found if isinstance(found, list) else [found]
    except (ValueError, RecursionError) as fault:
        reports = []
        for line in filter(str.strip, text.split("\n")):
            try:
                reports.append(json.loads(line))
            except (ValueError, RecursionError):
                broken += 1
        if not any(isinstance(one, dict) for one in reports):
            raise LogError(f"this is not JSON: {fault}", file=path.name) from None
    rows = [
        {"report": number} | {role: measure.get(key) for role, key in _KEYS.items()}
        for number, report in enumerate(reports)
        if isinstance(report, dict) and isinstance(report.get("measures"), list)
        for measure in report["measures"]
        if isinstance(measure, dict)
    ]
    return rows, len(reports), [Note("unreadable line", broken, "not JSON")]


def _from_csv(path: Path, text: str) -> tuple[list[dict[str, Any]], int, list[Note]]:
    delimiter = ";" if ";" in text.lstrip().split("\n", 1)[0] else ","
    table, notes = read_table(text, delimiter, file=path.name)
    indices = dict.fromkeys(found[1] for name in table.columns if (found := _CELL.fullmatch(name)))
    rows: list[dict[str, Any]] = []
    for index in indices:
        columns = {role: f"measures_{index}_{key}" for role, key in _KEYS.items()}
        part = pd.DataFrame(
            {role: table.get(name, pd.Series(pd.NA, index=table.index)) for role, name in columns.items()}
        )
        part = part[part[["time", "energy"]].notna().any(axis=1)]
        rows += part.reset_index(names="report").astype("object").to_dict("records")  # type: ignore[arg-type]
    return rows, len(table), notes


FORMAT = Format(
    "boamps",
    "a BoAmps report (JSON or CSV)",
    _matches,
    _read,
    marks=("powerConsumption", "measurementMethod"),
    signs=("measures", "measurementDuration", "taskFamily", "infrastructure", "reportId"),
    remedy="a report with measures",
)
