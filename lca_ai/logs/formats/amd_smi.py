"""AMD ``amd-smi metric --power --energy`` and ``amd-smi monitor``, as CSV, JSON or the table; and ``rocm-smi``.

The energy since the driver was loaded (``total_energy_consumption``, in J) is a counter and preferred; else the power
of the socket: ``socket_power``, ``current_socket_power`` (MI300 and later) or ``average_socket_power`` (MI200 and
earlier, Navi). ``--watch`` adds ``timestamp``, in seconds since 1970; ``rocm-smi`` has none, so a log of it needs a
column of that name, or dates between its readings (``while sleep 10; do date -Is; rocm-smi --showpower; done``). The
partitions of an MI300 are of one package: it is counted once. Sources:
https://rocm.docs.amd.com/projects/amdsmi/en/latest/how-to/amdsmi-cli-tool.html, amdsmi_cli/amdsmi_commands.py of
ROCm/amdsmi; ROCm/amdsmi issue 38 and ROCm/rocm_smi_lib issues 149 and 160 (outputs).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import origin, wraps
from lca_ai.logs.formats import rocm_text
from lca_ai.logs.formats.stamps import any_times
from lca_ai.logs.records import Format, Note, Options, Records, distinct, numbers, rows_of

if TYPE_CHECKING:
    from pathlib import Path

_TIMES = ("timestamp", "time")
_DEVICES = ("gpu", "device")
_NAMES = ("uuid", "bdf", "serial")
_PARTITIONS = ("xcp", "partition_id")
#: The first that is filled is read.
_POWERS = (
    "current_socket_power",
    "socket_power",
    "average_socket_power",
    "power_usage",
    "current socket graphics package power (w)",
    "average graphics package power (w)",
)
_ENERGIES = {"total_energy_consumption": 1.0, "accumulated energy (uj)": 1e-6}
_WATTS = {"": 1.0, "W": 1.0, "mW": 1e-3, "kW": 1e3}
_JOULES = {"": 1.0, "J": 1.0, "mJ": 1e-3, "kJ": 1e3, "uJ": 1e-6}
_MONITOR = re.compile(r"^[ \t]*(?P<columns>(?:TIMESTAMP[ \t]+)?GPU[ \t]+(?:XCP[ \t]+)?POWER)(?=\s|$)", re.MULTILINE)
_RECORD = "amd-smi metric --power --energy --csv --watch 1"
_JSON = re.compile(r"^[\[{]", re.MULTILINE)


def _matches(head: str) -> bool:
    if (
        _MONITOR.search(head)
        or rocm_text.BANNER.search(head)
        or any(_is_header(line) for line in head.split("\n")[:20])
    ):
        return True
    if not _JSON.search(head.lstrip()):
        return False
    power = r'"(?:current_socket_power|socket_power|average_socket_power|power_usage|total_energy_consumption)"'
    rocm = r'"card\d+"\s*:\s*\{[^{}]*"(?:[^"]*Graphics Package Power \(W\)|Accumulated Energy \(uJ\))"'
    return bool((re.search(power, head) and '"gpu"' in head) or re.search(rocm, head))


def _is_header(line: str) -> bool:
    names = {name.strip(' "').lower() for name in line.split(",")}
    own = names & ({*_POWERS, *_ENERGIES} - {"power_usage"})
    return bool(own and names & set(_DEVICES)) or {"timestamp", "gpu", "power_usage"} <= names


def _read(path: Path, text: str, options: Options) -> list[Records]:
    if _MONITOR.search(text):
        table, notes = _of_monitor(text)
    elif any(_is_header(line) for line in text.split("\n")[:20]):
        table, notes = _of_csv(text, path)
    elif rocm_text.BANNER.search(text):
        table, notes = rocm_text.table_of(text)
    else:
        table, notes = _of_json(text)
    time = next((name for name in _TIMES if name in table), None)
    if table.empty or not {*_POWERS, *_ENERGIES} & set(table):
        problem = "the file has no reading of a GPU" if table.empty else "the file has no power or energy of a GPU"
        raise LogError(problem, file=path.name, value=_shown(table), accepted=_RECORD)
    power = _first_filled(table)
    energy = pd.Series(float("nan"), index=table.index)
    for name, factor in _ENERGIES.items():
        if name in table:
            energy = energy.fillna(numbers(table[name], {unit: one * factor for unit, one in _JOULES.items()}))
    frame = pd.DataFrame({"device": _devices(table), "power": power, "counter": energy})
    if time is None:
        missing = LogError("the readings have no time stamps", file=path.name, accepted=_RECORD)
        micros, note = origin.by_turn(frame["device"], options, path, missing=missing)
        return _records(frame.assign(time=micros), [one for one in (*notes, note) if one.count], len(table))
    stamped, found = any_times(table[time], frame["device"], options, path)
    frame = frame.loc[stamped.index].assign(time=stamped).reset_index(drop=True)
    return _records(frame, [note for note in (*notes, *found) if note.count], len(table))


def _shown(table: pd.DataFrame) -> str | None:
    """Return the names of the columns for a message, or none."""
    return ", ".join(map(str, table.columns[:8])) or None


def _records(frame: pd.DataFrame, notes: list[Note], rows: int) -> list[Records]:
    """Return the counters of the devices that have one, and the power of the others."""
    frame, same = _without_partitions(frame)
    counted = frame["counter"].gt(0).groupby(frame["device"]).transform("any")
    powered = frame[~counted]
    kept = [("counter", frame[counted]), ("power", powered)]
    found = [
        Records(
            "counter" if kind == "counter" else "power",
            part[["time", "device", kind]].reset_index(drop=True),
            FORMAT.name,
            len(part),
            ("gpu",),
            resolution=1e-3 if kind == "counter" else 1.0,
        )
        for kind, part in kept
        if len(part)
    ]
    found[0].notes = [*notes, *same]
    found[0].rows += rows - sum(one.rows for one in found)
    return found


def _first_filled(table: pd.DataFrame) -> pd.Series:
    """Return the power of each row, from the first of its columns that holds a number. [W]"""
    power = pd.Series(float("nan"), index=table.index)
    for name in _POWERS:
        if name in table:
            power = power.fillna(numbers(table[name], _WATTS))
    return power


def _devices(table: pd.DataFrame) -> pd.Series:
    """Name the rows by uuid, bus id or serial where the tool tells it, else by the number of the GPU."""
    number = next(table[name] for name in _DEVICES if name in table).astype("str").str.strip()
    device = number.where(~number.str.fullmatch(r"\d+"), "gpu-" + number)
    for name in reversed(_NAMES):
        if name in table:
            filled = table[name].notna() & ~table[name].isin(["", "N/A"])
            device = device.mask(filled, table[name])
    partition = next((table[name] for name in _PARTITIONS if name in table), None)
    if partition is not None:
        inner = numbers(partition).fillna(0).gt(0)
        device = device.mask(inner, device + "/partition-" + partition.astype("str"))
    if "host" in table:
        device = table["host"].astype("str") + "/" + device
    return device


def _without_partitions(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Drop the partitions of a package, whose power and energy are those of the package or unknown.

    A logical GPU whose energy counter is that of another one at every reading is a partition of the same package.
    """
    names = [str(name) for name in frame["device"].unique()]
    inner = [name for name in names if "/partition-" in name and name.rpartition("/partition-")[0] in names]
    twins = wraps.twins(frame, [name for name in names if name not in inner])
    gone = frame["device"].isin([*inner, *twins])
    detail = f"partitions show the power of their package, which is counted once: {', '.join([*inner, *twins])}"
    notes = [Note("partition of a package", int(gone.sum()), detail)] if gone.any() else []
    return frame[~gone].reset_index(drop=True), notes


def _of_csv(text: str, path: Path) -> tuple[pd.DataFrame, list[Note]]:
    """Return the table of a CSV, whose header comes again with each turn of ``--watch``."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("'CTRL'")]
    start = next((index for index, line in enumerate(lines) if _is_header(line)), None)
    if start is None:
        raise LogError("the file has a header and no whole row", file=path.name, line=1)
    header = [name.strip(' "').lower() for name in lines[start].split(",")]
    dates: list[str | None] = []
    if not set(header) & set(_TIMES):
        lines, dates = rocm_text.with_dates(lines)
        start = next(index for index, line in enumerate(lines) if _is_header(line))
    cells = [[cell.strip() for cell in row] for row in rows_of(lines[start + 1 :], path.name)]
    names = [[cell.lower() for cell in row] == header for row in cells]
    body = [place for place, again in enumerate(names) if not again]
    whole = [place for place in body if len(cells[place]) == len(header)]
    cut = len(body) - len(whole)
    if whole and not text.endswith("\n") and whole[-1] == len(cells) - 1:
        whole, cut = whole[:-1], cut + 1
    if not whole:
        raise LogError("the file has a header and no whole row", file=path.name, line=2)
    table = pd.DataFrame([cells[place] for place in whole], columns=distinct(header), dtype="str")
    if any(dates) and len(cells) == len(lines) - start - 1:
        table["timestamp"] = [dates[start + 1 + place] for place in whole]
    return table, [Note("row of another length", cut, "not as many cells as the header, or the file ends in it")]


def _of_monitor(text: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return the columns up to the power of the table that ``amd-smi monitor`` prints."""
    header = _MONITOR.search(text)
    wanted = header["columns"].lower().split() if header else []
    patterns = {"timestamp": r"\S+", "gpu": r"\d+", "xcp": r"\d+", "power": r"[\d.]+ ?W|N/A"}
    row = re.compile(r"^\s*" + r"\s+".join(f"({patterns[name]})" for name in wanted) + r"(?=\s|$)", re.MULTILINE)
    found = list(row.finditer(text))
    names = ["power_usage" if name == "power" else name for name in wanted]
    table = pd.DataFrame([match.groups() for match in found], columns=names)
    dates = rocm_text.dates_in(text)
    if dates[0] and "timestamp" not in names:
        table["timestamp"] = [rocm_text.date_at(match.start(), dates) for match in found]
    lines = sum(bool(re.match(r"\s*\d", line)) for line in text.split("\n") if not rocm_text.is_date(line))
    return table, [Note("unreadable line", max(0, lines - len(table)), "no GPU or no power in it")]


def _of_json(text: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return a row for each GPU of each document: ``--watch`` writes one after the other."""
    decoder, rows, at, broken = json.JSONDecoder(), [], 0, 0
    dates = rocm_text.dates_in(text)
    while found := _JSON.search(text, at):
        try:
            document, at = decoder.raw_decode(text, found.start())
        except (json.JSONDecodeError, RecursionError):
            broken, at = broken + 1, found.end()
            continue
        date = rocm_text.date_at(found.start(), dates)
        rows += [({"timestamp": date} if date else {}) | _flat(gpu) for gpu in _gpus(document)]
    notes = [Note("unreadable document", min(broken, 1), "not JSON, or cut short")]
    return pd.DataFrame([row for row in rows if set(row) & set(_DEVICES)]), notes


def _gpus(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict) and isinstance(document.get("gpu_data"), list):
        shared = {name: document[name] for name in _TIMES if name in document}
        return [shared | gpu for gpu in document["gpu_data"] if isinstance(gpu, dict)]
    if isinstance(document, dict) and any(re.fullmatch(r"card\d+", name) for name in document):
        shared = {name: document[name] for name in _TIMES if name in document}
        cards = [name for name in document if re.fullmatch(r"card\d+", name)]
        return [shared | {"device": name} | document[name] for name in cards if isinstance(document[name], dict)]
    if isinstance(document, list):
        return [
            gpu for one in document for gpu in (_gpus(one) if isinstance(one, list) else [one]) if isinstance(gpu, dict)
        ]
    return [document] if isinstance(document, dict) else []


def _flat(gpu: dict[str, Any]) -> dict[str, str]:
    """Return the values of one GPU by name, whatever the section they stand in, with their units as text."""
    flat: dict[str, str] = {}
    for name, value in gpu.items():
        key = str(name).lower()
        if isinstance(value, dict) and "value" in value:
            flat[key] = f"{value['value']} {value.get('unit', '')}".strip()
        elif isinstance(value, dict) and key in {"power", "energy", "bus", "partition"}:
            flat |= _flat(value)
        elif not isinstance(value, dict | list):
            flat[key] = "N/A" if value is None else str(value)
    return flat


FORMAT = Format(
    "amd-smi",
    "amd-smi metric or monitor, or rocm-smi, with time stamps",
    _matches,
    _read,
    marks=(
        "timestamp|TIMESTAMP",
        "socket_power|current_socket_power|average_socket_power|total_energy_consumption|power_usage|POWER",
    ),
    signs=("gfx_voltage", "gfx_activity", "umc_activity", "hotspot", "XCP", "card0"),
    remedy="record with amd-smi metric --power --energy --csv --watch 1",
)
