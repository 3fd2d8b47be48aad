"""``nvidia-smi --query-gpu=... --format=csv``: with or without header, with units in the cells or ``nounits``.

The power column is ``power.draw`` (on recent drivers an average over one second), else its average or instantaneous
variant. A file without a header is read by its cells: the time stamp, the one cell in W, a GPU UUID or a PCI bus id.
Reference: ``nvidia-smi --help-query-gpu``, https://docs.nvidia.com/deploy/nvidia-smi/.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import Format, Note, Options, Records, numbers, parse_times, to_utc

_POWER_COLUMNS = ("power.draw", "power.draw.average", "power.draw.instant")
_DEVICE_COLUMNS = ("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial", "index", "name", "gpu_name")
_WATTS = {"": 1.0, "W": 1.0, "mW": 1e-3, "kW": 1e3}
_TIMES = ("%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "ISO8601")
_STAMP = re.compile(r"^\s*\"?\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?\s*,")
_WATT_CELL = re.compile(r"[\d.]+ W")
_HEADER = re.compile(r"^\s*(?:[\w.]+(?: \[[^\]]*\])?,\s*)*(?:timestamp|power\.draw)", re.IGNORECASE)


def _matches(head: str) -> bool:
    first = head.lstrip().split("\n", 1)[0]
    if _STAMP.match(first):
        return bool(_WATT_CELL.search(first))
    return bool(_HEADER.match(first)) and "power.draw" in first and "," in first


def _read(path: Path, text: str, options: Options) -> Records:
    rows = [row for row in csv.reader(io.StringIO(text), skipinitialspace=True) if any(cell.strip() for cell in row)]
    header, body = (None, rows) if _STAMP.match(text.lstrip()) else (_clean(rows[0]), rows[1:])
    columns = _columns_of_header(header, path) if header else _columns_of_cells(rows, path)
    width = max(columns.values()) + 1
    repeated = [row for row in body if header and _clean(row)[: len(header)] == header]
    whole = [row for row in body if len(row) >= width and not (header and _clean(row)[: len(header)] == header)]
    cut = len(body) - len(whole) - len(repeated)
    if not whole:
        raise LogError("the file has a header and no row", file=path.name, line=2)
    frame = pd.DataFrame({role: [row[index].strip() for row in whole] for role, index in columns.items()}, dtype="str")
    return _records(frame, cut, len(repeated), path, options)


def _records(texts: pd.DataFrame, cut: int, repeated: int, path: Path, options: Options) -> Records:
    times = parse_times(texts["time"], _TIMES)
    device = texts["device"] if "device" in texts else pd.Series(options.device or "gpu", index=texts.index)
    power = numbers(texts["power"], _WATTS)
    readable = times.notna()
    if not readable.any():
        raise LogError(
            "no row has a time stamp", file=path.name, line=2, field="timestamp", value=texts["time"].iloc[0]
        )
    frame = pd.DataFrame({"device": device[readable], "power": power[readable]})
    frame.insert(0, "time", to_utc(times[readable], frame["device"], options.timezone, file=path.name))
    notes = [
        Note("row cut short", cut, "fewer cells than the header names"),
        Note("repeated header", repeated, "the tool was started again into the same file"),
        Note("unreadable time", int((~readable).sum()), "the cell is not a time stamp"),
    ]
    facts = {"power column": str(texts.attrs.get("power", "power.draw"))}
    return Records(
        "power",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(texts) + cut,
        ("gpu",),
        [n for n in notes if n.count],
        facts,
    )


def _clean(cells: list[str]) -> list[str]:
    return [re.sub(r"\s*\[[^\]]*\]\s*$", "", cell).strip().lower() for cell in cells]


def _columns_of_header(names: list[str], path: Path) -> dict[str, int]:
    power = next((names.index(name) for name in _POWER_COLUMNS if name in names), None)
    if power is None or "timestamp" not in names:
        missing = "timestamp" if "timestamp" not in names else "power.draw"
        raise LogError(
            f"the column {missing} is missing",
            file=path.name,
            line=1,
            value=", ".join(names[:8]),
            accepted="--query-gpu=timestamp,uuid,power.draw",
        )
    columns = {"time": names.index("timestamp"), "power": power}
    device = next((names.index(name) for name in _DEVICE_COLUMNS if name in names), None)
    return columns if device is None else columns | {"device": device}


def _columns_of_cells(rows: list[list[str]], path: Path) -> dict[str, int]:
    cells = [cell.strip() for cell in rows[0]]
    watts = [index for index, cell in enumerate(cells) if _WATT_CELL.fullmatch(cell)]
    if len(watts) != 1:
        raise LogError(
            "without a header, exactly one cell of a row must be a power in W",
            file=path.name,
            line=1,
            value=", ".join(cells),
            accepted="columns=... (--columns time=0,power=6)",
        )
    columns = {"time": 0, "power": watts[0]}
    named = [
        i
        for i, cell in enumerate(cells)
        if re.fullmatch(r"(GPU|MIG)-[0-9a-fA-F-]+|[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.\d", cell)
    ]
    return columns | {"device": named[0]} if named else columns


FORMAT = Format("nvidia-smi", "nvidia-smi --query-gpu CSV", _matches, _read)
