"""``nvidia-smi --query-gpu=... --format=csv``: with or without header, with units in the cells or ``nounits``.

The power column is ``power.draw`` (on recent drivers an average over one second), else its average or instantaneous
variant. A file without a header is read by its cells: the time stamp, the one cell in W, a GPU UUID or a PCI bus id.
Reference: ``nvidia-smi --help-query-gpu``, https://docs.nvidia.com/deploy/nvidia-smi/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.records import Format, Note, Options, Records, numbers, parse_times, to_utc

if TYPE_CHECKING:
    from pathlib import Path

_POWER_COLUMNS = ("power.draw", "power.draw.average", "power.draw.instant")
#: The last ones tell models apart, not devices.
_DEVICE_COLUMNS = ("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial", "index", "name", "gpu_name")
_MODEL_COLUMNS = {"name", "gpu_name"}
_WATTS = {"": 1.0, "W": 1.0, "mW": 1e-3, "kW": 1e3}
_TIMES = ("%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "ISO8601")
_STAMP = re.compile(r"\s*\"?\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?\"?\s*,")
_WATT_CELL = re.compile(r"\d+(?:\.\d*)? W")
#: "11,64 W" in a row of cells: the comma of the number and the comma between cells are one sign.
_DECIMAL_COMMA = re.compile(r"\d,\d+ W(?!\w)")
_UUID = re.compile(r"(?:GPU|MIG)-[0-9a-fA-F-]+|[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.\d")
_NO_NAME = {"", "0", "N/A", "[N/A]", "[Not Supported]", "[Unknown Error]", "[GPU requires reset]"}
_LOOKED_AT = 100  # rows that show whether a column is filled


def _matches(head: str) -> bool:
    first = head.lstrip().split("\n", 1)[0]
    if _STAMP.match(first):
        return bool(re.search(r"\d W(?!\w)", first))
    names = _clean(first.split(","))
    return len(names) > 1 and bool(set(names) & set(_POWER_COLUMNS))


def _read(path: Path, text: str, options: Options) -> Records:
    # The tool never quotes; a spreadsheet may. No cell holds a comma or a line end of its own.
    rows = [line.split(",") for line in text.replace('"', "").split("\n") if line.strip(" \t,")]
    headless = bool(_STAMP.match(text.lstrip()))
    if headless and _DECIMAL_COMMA.search(text):
        raise _decimal_comma(path, text)
    header = [] if headless else _clean(rows[0])
    body = rows if headless else [row for row in rows[1:] if not _is_header(row, header)]
    width = len(rows[0])
    fits = [row for row in body if len(row) == width or (len(row) > width and not "".join(row[width:]).strip())]
    cut = sum(len(row) < width for row in body)
    if not fits:
        if body and not cut:
            raise _decimal_comma(path, text)
        raise LogError("the file has a header and no whole row", file=path.name, line=2)
    columns = _columns_of_cells(fits, path) if headless else _columns_of_header(header, fits[:_LOOKED_AT], path)
    if not text.endswith("\n") and columns["power"] == width - 1 and fits[-1] is body[-1] and _is_cut(fits):
        fits, cut = fits[:-1], cut + 1
    cells = {role: [row[index].strip() for row in fits] for role, index in columns.items()}
    notes = [
        Note("row cut short", cut, "fewer cells than the first row"),
        Note("row with cells too many", len(body) - len(fits) - cut, "which cell is the power is not known"),
        Note("repeated header", len(rows) - len(body) - (not headless), "the tool was started again into the file"),
    ]
    power = "a cell in W" if headless else header[columns["power"]]
    if not headless:
        cells["power"] = _with_unit(cells["power"], rows[0][columns["power"]])
    named = "device" in columns and (headless or header[columns["device"]] not in _MODEL_COLUMNS)
    records = _records(pd.DataFrame(cells, dtype="str"), notes, path, options)
    records.rows, records.named = len(body), named or options.device is not None
    records.facts = {"power column": power}
    return records


def _records(texts: pd.DataFrame, notes: list[Note], path: Path, options: Options) -> Records:
    times = parse_times(texts["time"], _TIMES)
    device = texts["device"] if "device" in texts else pd.Series(options.device or "gpu", index=texts.index)
    device = device.mask(device.isin(_NO_NAME - {"0"}))
    power = numbers(texts["power"], _WATTS)
    readable = times.notna()
    if not readable.any():
        raise LogError("no row has a time stamp", file=path.name, line=2, value=texts["time"].iloc[0])
    frame = pd.DataFrame({"device": device[readable], "power": power[readable]})
    frame.insert(0, "time", to_utc(times[readable], frame["device"], options.timezone, file=path.name))
    found = [*notes, Note("unreadable time", int((~readable).sum()), "the cell is not a time stamp")]
    counted = [note for note in found if note.count]
    return Records("power", frame.reset_index(drop=True), FORMAT.name, len(texts), ("gpu",), counted)


def _clean(cells: list[str]) -> list[str]:
    return [re.sub(r"\s*\[[^\]]*\]\s*$", "", cell.strip(' "')).strip().lower() for cell in cells]


def _with_unit(cells: list[str], title: str) -> list[str]:
    """Cells without a unit take that of their column's title, e.g. ``power.draw [mW]``."""
    unit = re.search(r"\[(mW|W|kW)\]", title)
    if unit is None or unit[1] == "W":
        return cells
    return [f"{cell} {unit[1]}" if re.fullmatch(r"[\d.]+", cell) else cell for cell in cells]


def _is_header(row: list[str], header: list[str]) -> bool:
    return _clean(row[:1]) == header[:1] and _clean(row)[: len(header)] == header


def _is_cut(rows: list[list[str]]) -> bool:
    """Tell whether the last cell of a file that ends without a line end lacks digits or the unit of the one before."""
    last, before = (re.sub(r"\d", "9", row[-1].partition(".")[2]) for row in (rows[-1], rows[-2 % len(rows)]))
    return last != before


def _columns_of_header(names: list[str], rows: list[list[str]], path: Path) -> dict[str, int]:
    """Return the columns by their names: the power and the device in the first of their columns that is filled."""
    found = [names.index(name) for name in _POWER_COLUMNS if name in names]
    if not found or "timestamp" not in names:
        missing = "timestamp" if "timestamp" not in names else "power.draw"
        raise LogError(
            f"the column {missing} is missing",
            file=path.name,
            line=1,
            value=", ".join(names[:8]),
            accepted="--query-gpu=timestamp,uuid,power.draw",
        )
    filled = [index for index in found if any(re.match(r"\s*\d", row[index]) for row in rows)]
    columns = {"time": names.index("timestamp"), "power": (filled or found)[0]}
    for name in _DEVICE_COLUMNS:
        unnamed = _NO_NAME - {"0"} if name == "index" else _NO_NAME
        if name in names and any(row[names.index(name)].strip() not in unnamed for row in rows):
            return columns | {"device": names.index(name)}
    return columns


def _columns_of_cells(rows: list[list[str]], path: Path) -> dict[str, int]:
    """Return the columns of a file without a header, by what the cells of its first row look like."""
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
    named = [index for index, cell in enumerate(cells) if _UUID.fullmatch(cell)]
    return {"time": 0, "power": watts[0]} | ({"device": named[0]} if named else {})


def _decimal_comma(path: Path, text: str) -> LogError:
    found = _DECIMAL_COMMA.search(text)
    return LogError(
        "a row has more cells than the first one (a decimal comma?)",
        file=path.name,
        value=found.group() if found else None,
        accepted="numbers with a decimal point, e.g. LC_ALL=C nvidia-smi ...",
    )


FORMAT = Format("nvidia-smi", "nvidia-smi --query-gpu CSV", _matches, _read)
