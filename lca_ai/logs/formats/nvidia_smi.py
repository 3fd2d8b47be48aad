"""``nvidia-smi --query-gpu=... --format=csv``: with or without header, with units in the cells or ``nounits``.

Three columns tell the power of the whole card, and for each device the first that it fills is read.
``power.draw.average`` is an average over one second (Ampere except GA100, and newer). ``power.draw`` is that average
where the card has one and else the instantaneous power, which ``power.draw.instant`` always is. The average comes
first: readings are seconds apart, and what happens between two of them is in an average and not in an instant.

No column counts energy (driver 595 has 212 columns): for a counter, record with DCGM. A card in MIG mode is one row,
its power that of the whole card. A file without a header is read by its cells: the time stamp, the one cell in W, a GPU
UUID or a PCI bus id. A query without ``timestamp`` is read turn by turn from a stated origin, or at the dates that a
script writes before its turns. Lines of other programs before the header are passed over.
Reference: ``nvidia-smi --help-query-gpu``, https://docs.nvidia.com/deploy/nvidia-smi/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.cells import Cells, Column, read_cells, read_stamps, texts_of
from lca_ai.logs.formats.nvidia_rows import (
    POWER_COLUMNS,
    STAMP,
    UUID,
    given_times,
    is_date,
    is_untimed,
    names_power,
    titles_of,
    with_room_for_times,
    without_preamble,
)
from lca_ai.logs.formats.stamps import epoch_stamps
from lca_ai.logs.records import Format, Note, Options, Records, numbers
from lca_ai.logs.times import to_utc, unreadable_times

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_WINDOW_S = {"power.draw.average": 1.0}
#: The step of the cells, which have two decimals. [W]
_RESOLUTION_W = 0.01
#: The last ones tell models apart, not devices.
_DEVICE_COLUMNS = ("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial", "index", "name", "gpu_name")
_MODEL_COLUMNS = {"name", "gpu_name"}
_WATTS = {"": 1.0, "W": 1.0, "mW": 1e-3, "kW": 1e3}
_TIMES = ("%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "ISO8601")
_WATT_CELL = re.compile(r"\d+(?:\.\d*)? W")
#: Where a name is not known: nothing, "[N/A]" and its like; in other columns than the index also zeros in every row.
_NO_NAME = r"(?:N/A|\[.*\])?"
_NO_NAME_OR_ZEROS = r"(?:N/A|\[.*\]|0+|(?:GPU|MIG)-[0-]+)?"


@dataclass(frozen=True)
class _Layout:
    """Which column is what, by its place from 0: the powers and the names of devices by their titles."""

    width: int
    time: int
    powers: dict[str, int]
    names: dict[str, int]
    host: int | None = None
    unit: str = "W"
    timed: bool = True

    @property
    def needed(self) -> list[int]:
        """The needed columns beside the time."""
        return sorted({*self.powers.values(), *self.names.values(), *([] if self.host is None else [self.host])})


def _matches(head: str) -> bool:
    first = without_preamble(head.lstrip())[0].split("\n", 1)[0]
    if is_date(first):
        first = next((line for line in head.split("\n") if line.strip() and not is_date(line)), "")
    if STAMP.match(first):
        return bool(re.search(r"\d W(?!\w)", first))
    if is_untimed(first):
        return True
    return names_power(first) and ("," in first or first.rstrip().endswith("]"))


def _read(path: Path, text: str, options: Options) -> Records:
    plain = (text.replace('"', "") if '"' in text else text).lstrip()  # a spreadsheet quotes; the tool never does
    plain, before = without_preamble(plain)
    plain, untimed_headers = with_room_for_times(plain)
    sections, repeated = _sections(plain)
    repeated += untimed_headers
    parts, other = [], 0
    for header, body in sections:
        layout = _layout_of_header(header) if header else _layout_of_cells(body.split("\n", 1)[0], path)
        if layout is not None:
            parts.append(_section(body, layout, path, options))
        elif not parts:
            raise _column_missing(header, path)
        else:
            other += body.count("\n")
    again = Note("repeated header", repeated + len(sections) - 1, "the tool was started again into the file")
    other_lines = Note("line before the table", before, "of another program")
    notes = [again, other_lines, Note("row of another query", other, "under a header without power.draw or timestamp")]
    return _joined(parts, [note for note in notes if note.count], plain, path)


def _joined(parts: list[Records], notes: list[Note], text: str, path: Path) -> Records:
    """Return the sections of a file as one log."""
    if not any(part.rows for part in parts):
        raise LogError("the file has a header and no whole row", file=path.name, line=2)
    known = [part for part in parts if len(part.frame)]
    if not known:
        accepted = "2024/05/31 10:39:13.000, as nvidia-smi writes it; a spreadsheet that saved the file rewrites times"
        cell = text.partition("\n")[2].split(",")[0]
        raise LogError("no row has a time stamp", file=path.name, line=2, value=cell, accepted=accepted)
    windows = {part.window_s for part in known}
    return Records(
        "power",
        known[0].frame if len(known) == 1 else pd.concat([part.frame for part in known], ignore_index=True),
        FORMAT.name,
        sum(part.rows for part in parts),
        ("gpu",),
        [note for part in parts for note in part.notes] + notes,
        {name: fact for part in known for name, fact in part.facts.items()},
        named=all(part.named for part in known),
        window_s=windows.pop() if len(windows) == 1 else None,
        resolution=_RESOLUTION_W,
    )


def _sections(text: str) -> tuple[list[tuple[str, str]], int]:
    """Split a file where its header changes; return each header with its rows, and how often one was repeated."""
    first = text.split("\n", 1)[0]
    header = "" if STAMP.match(first) or (first.startswith(",") and not names_power(first)) else first
    start, at, repeated = len(header) + 1 if header else 0, len(first), 0
    found: list[tuple[str, str]] = []
    while (at := text.find("timestamp", at)) >= 0:
        begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        at = len(text) if end < 0 else end
        line = text[begin:at]
        if line == header:
            repeated += 1
        elif "timestamp" in titles_of(line.split(",")):
            found.append((header, text[start:begin]))
            header, start = line, at + 1
    return [*found, (header, text[start:] if found or header else text)], repeated


def _section(body: str, layout: _Layout, path: Path, options: Options) -> Records:
    """Read the rows under one header, or those of a file without one."""
    body, cut = _without_cut_row(body, layout)
    cells = read_cells(body, layout.width, time=layout.time, others=layout.needed, file=path.name)
    if not cells.rows and cells.long and not cells.short:
        raise _decimal_comma(path, body.split("\n", 1)[0])
    stamps = read_stamps(cells.stamps, _TIMES)
    if layout.timed and stamps.isna().all():
        stamps = epoch_stamps(texts_of(cells.stamps, np.ones(cells.rows, bool)))  # as date +%s.%N writes it
    device, named = _devices(cells, layout, options)
    power, titles = _powers(cells, layout, device)
    readable = stamps.notna().to_numpy()
    if layout.powers.keys() == {_NO_TITLE}:
        _refuse_decimal_comma(cells.columns[layout.powers[_NO_TITLE]], path)
    faulty = texts_of(cells.stamps, ~readable & ~_blank(cells)).str.strip()
    faulty = faulty[faulty.str.lower().ne("timestamp")]
    names, rows = device.rows(), int(readable.sum())
    if layout.timed and rows < len(names):
        names, stamps = (part[readable].reset_index(drop=True) for part in (names, stamps))
        power = power[readable]
    assumed: list[Note] = []
    if not layout.timed:
        names = device.rows()
        rows, faulty = len(names), faulty.iloc[:0]
        time, assumed = given_times(names, options, path, named=named)
    else:
        time = to_utc(stamps, names, options.timezone, file=path.name) if rows else np.zeros(0, np.int64)
    notes = [
        *assumed,
        *cells.notes(),
        Note("row cut short", cut, "the file ends within it"),
        unreadable_times(faulty, stamps),
    ]
    facts = {"power column": ", ".join(titles)}
    if set(titles) <= set(POWER_COLUMNS):
        facts["power reading"] = "; ".join(POWER_COLUMNS[title] for title in titles)
    windows = {_WINDOW_S.get(title) for title in titles}
    return Records(
        "power",
        pd.DataFrame({"time": time, "device": names, "power": power}),
        FORMAT.name,
        rows + len(faulty) + cells.short + cells.long + cut,
        ("gpu",),
        [note for note in notes if note.count],
        facts,
        named=named,
        window_s=windows.pop() if len(windows) == 1 else None,
    )


def _devices(cells: Cells, layout: _Layout, options: Options) -> tuple[Column, bool]:
    """Return the device of each row by the first column that names any, and whether it tells devices apart."""
    for title, place in layout.names.items():
        column = cells.columns[place]
        texts = column.texts.str.strip()
        unknown = texts.str.fullmatch(_NO_NAME) | texts.eq(title)
        masked = title != "index" and bool((unknown | texts.str.fullmatch(_NO_NAME_OR_ZEROS)).all())
        if not unknown.all() and not masked:  # zeros are a name where others have one
            known = Column(texts.mask(unknown), column.places)
            named = title not in _MODEL_COLUMNS or options.device is not None
            return _with_host(known, cells, layout), named
    one = pd.Series([options.device or "gpu"], dtype="str")
    return Column(one, np.zeros(cells.rows, np.int64)), options.device is not None


def _with_host(device: Column, cells: Cells, layout: _Layout) -> Column:
    """Return the devices as ``host/device`` where a column names the host."""
    if layout.host is None:
        return device
    host = cells.columns[layout.host]
    hosts = host.texts.str.strip()
    hosts = hosts.where(~hosts.str.fullmatch(_NO_NAME), "")
    pairs, places = np.unique(host.places * len(device.texts) + device.places, return_inverse=True)
    of_host, of_device = np.divmod(pairs, max(1, len(device.texts)))
    texts = hosts.take(of_host).reset_index(drop=True).where(lambda text: text.eq(""), lambda text: text + "/")
    return Column(texts + device.texts.take(of_device).reset_index(drop=True), places.astype(np.int64))


def _powers(cells: Cells, layout: _Layout, device: Column) -> tuple[NDArray[np.float64], list[str]]:
    """Return the power of each row [W] and the columns it is from: for each device the first that it fills."""
    factors = _WATTS | {"": _WATTS[layout.unit]}
    power = np.full(cells.rows, np.nan)
    waiting = np.ones(len(device.texts), bool)
    titles = []
    for title, place in layout.powers.items():
        found = cells.columns[place].mapped(lambda texts: numbers(texts, factors))
        fills = np.bincount(device.places, ~np.isnan(found), minlength=len(waiting)).astype(bool) & waiting
        if fills.any():
            power = np.where(fills[device.places], found, power)
            titles.append(title)
            waiting &= ~fills
    return power, titles or list(layout.powers)[:1]


def _blank(cells: Cells) -> NDArray[np.bool_]:
    """Tell the rows in which every needed cell but the time is empty, as a spreadsheet writes empty rows."""
    empty = [column.texts.str.strip().eq("").to_numpy(bool)[column.places] for column in cells.columns.values()]
    return np.asarray(np.logical_and.reduce(empty))


def _without_cut_row(body: str, layout: _Layout) -> tuple[str, int]:
    """Return the rows without a last one that the end of the file cuts within a needed cell, and how many were cut.

    Its last cell is whole if it ends in its unit, or is written as the one before it.
    """
    if not body or body.endswith("\n"):
        return body, 0
    start = body.rfind("\n") + 1
    rows = [line.split(",") for line in (body[start:], body[body.rfind("\n", 0, start - 1) + 1 : start - 1])]
    if layout.width - 1 not in {layout.time, *layout.needed} or any(len(row) != layout.width for row in rows):
        return body, 0
    last, before = (row[-1].strip() for row in rows)
    if last.endswith(("W", "]")) or re.sub(r"\d", "9", last.partition(".")[2]) == re.sub(
        r"\d", "9", before.partition(".")[2]
    ):
        return body, 0
    return body[:start], 1


#: Stands for the title of the power in a file without a header.
_NO_TITLE = "a cell in W"


def _layout_of_header(header: str) -> _Layout | None:
    names = titles_of(header.split(","))
    powers = {name: names.index(name) for name in POWER_COLUMNS if name in names}
    timed = "timestamp" in names
    if not powers or (not timed and names[0]):
        return None
    unit = re.search(r"\[(mW|W|kW)\]", header.split(",")[next(iter(powers.values()))])
    return _Layout(
        len(names),
        names.index("timestamp") if timed else 0,
        powers,
        {name: names.index(name) for name in _DEVICE_COLUMNS if name in names},
        names.index("hostname") if "hostname" in names else None,
        unit[1] if unit else "W",
        timed,
    )


def _layout_of_cells(row: str, path: Path) -> _Layout:
    """Return the columns of a file without a header, by what the cells of its first row look like."""
    cells = [cell.strip() for cell in row.split(",")]
    watts = [place for place, cell in enumerate(cells) if _WATT_CELL.fullmatch(cell)]
    if len(watts) != 1:
        raise LogError(
            "without a header, exactly one cell of a row must be a power in W",
            file=path.name,
            line=1,
            value=", ".join(cells),
            accepted="columns=... (--columns time=0,power=6)",
        )
    named = [place for place, cell in enumerate(cells) if UUID.fullmatch(cell)]
    indexed = [place for place, cell in enumerate(cells) if cell == "0"] if not cells[0] and not named else []
    names = {"uuid": named[0]} if named else ({"index": indexed[0]} if len(indexed) == 1 else {})
    return _Layout(len(cells), 0, {_NO_TITLE: watts[0]}, names, timed=bool(cells[0]))


def _column_missing(header: str, path: Path) -> LogError:
    names = titles_of(header.split(","))
    missing = "timestamp" if "timestamp" not in names else "power.draw"
    return LogError(
        f"the column {missing} is missing",
        file=path.name,
        line=1,
        value=", ".join(filter(None, names[:8])),
        accepted="--query-gpu=timestamp,uuid,power.draw",
    )


def _refuse_decimal_comma(power: Column, path: Path) -> None:
    """Refuse "11,64 W" in a row without a header: the comma of the number and the comma between cells are one sign."""
    split = power.texts[power.texts.str.fullmatch(r"\d+ W")]
    if len(split):
        raise _decimal_comma(path, split.iloc[0])


def _decimal_comma(path: Path, value: str) -> LogError:
    return LogError(
        "a row has more cells than the first one (a decimal comma?)",
        file=path.name,
        value=value,
        accepted="numbers with a decimal point, e.g. LC_ALL=C nvidia-smi ...",
    )


FORMAT = Format(
    "nvidia-smi",
    "nvidia-smi --query-gpu CSV",
    _matches,
    _read,
    marks=("timestamp", "power.draw|power.draw.average|power.draw.instant"),
    signs=(
        "utilization.gpu",
        "utilization.memory",
        "memory.used",
        "memory.total",
        "temperature.gpu",
        "pci.bus_id",
        "uuid",
        "pstate",
        "clocks.sm",
        "power.limit",
        "driver_version",
    ),
    remedy="record with --query-gpu=timestamp,uuid,power.draw",
)
