"""``nvidia-smi -q`` and the table of plain ``nvidia-smi``: one reading of each GPU, or several where one was appended.

``-q`` tells the average power (over one second) and the instantaneous one; the average is read where the card has it.
Older drivers have one power draw. The power of the GPU's memory, and of a module that holds a CPU too, is not that of
the card and is not read. The table has one power in whole W. Both write the date as ``ctime`` does, in local time.
Reference: https://docs.nvidia.com/deploy/nvidia-smi/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs import origin
from lca_ai.logs.formats.stamps import isoformat, utc_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

CTIME = r"[A-Z][a-z]{2} +[A-Z][a-z]{2} +\d{1,2} +\d\d:\d\d:\d\d(?: +[AP]M)?(?: +[A-Z]{2,5})? +\d{4}"
_BUS = r"[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.\d"
_Q_LINE = re.compile(
    rf"^(?:Timestamp +: (?P<time>{CTIME})|GPU (?P<bus>{_BUS})|    GPU UUID +: (?P<uuid>\S+)"
    r"|    (?P<block>[A-Z][^\n:]*?)|        (?P<draw>(?:Average |Instantaneous )?Power Draw) +: (?P<power>[^\n]*?)) *$",
    re.MULTILINE,
)
#: The blocks of ``-q`` with the power of the card: of recent drivers, and of older ones.
_BLOCKS = {"GPU Power Readings", "Power Readings"}
#: How a reading comes about; the first that a card has is read.
_DRAWS = {
    "Average Power Draw": "average over 1 s",
    "Power Draw": "average over 1 s on Ampere (except GA100) and newer, else instantaneous",
    "Instantaneous Power Draw": "instantaneous",
}
_WINDOW_S = {"Average Power Draw": 1.0}
_ROW = re.compile(
    rf"^(?:(?P<time>{CTIME}) *$|\| +\d+  [^|\n]*\| *(?P<bus>{_BUS})[^\n]*\n"
    r"\|[^|\n]*? (?P<power>\d+(?:\.\d+)? ?W|N/A|ERR!|Unknown Error|\[[^\]\n]*\]) */[^|\n]*\|)",
    re.MULTILINE,
)
NO_UUID = re.compile(r"N/A|\[.*\]|GPU-[0-]+")
_RECORD = "nvidia-smi --query-gpu=timestamp,uuid,power.draw.average --format=csv -l 1"
_TABLE_STEP_W, _Q_STEP_W = 1.0, 0.01


def _matches_q(head: str) -> bool:
    return bool(re.search(r"^=+NVSMI LOG=+[ \t]*$", head, re.MULTILINE))


def _matches_table(head: str) -> bool:
    return bool(re.search(r"^\| NVIDIA-SMI +[\d.]+ .*\|[ \t]*$", head, re.MULTILINE))


def _read_q(path: Path, text: str, options: Options) -> Records:
    rows: list[dict[str, str]] = []
    time, block = None, ""
    for match in _Q_LINE.finditer(text):
        time = match["time"] or time
        if match["bus"]:
            rows.append({"device": match["bus"], **({"time": time} if time else {})})
        block = match["block"] or ("" if match["bus"] else block)
        if rows and match["uuid"] and not NO_UUID.fullmatch(match["uuid"]):
            rows[-1]["device"] = match["uuid"]
        if rows and match["draw"] and block in _BLOCKS:
            rows[-1].setdefault(match["draw"], match["power"])
    return of_draws(rows, path, options, Q.name)


def of_draws(rows: list[dict[str, str]], path: Path, options: Options, name: str) -> Records:
    """Return the readings of GPUs, each with its ``device``, its ``time`` and its power draws by their names in ``-q``.

    Raises
    ------
    LogError : where there is none, or none has a time and no origin is given
    """
    found = pd.DataFrame(rows, columns=["time", "device", *_DRAWS], dtype="str")
    watts = pd.DataFrame({draw: numbers(found[draw], {"W": 1.0}) for draw in _DRAWS})
    first = watts.notna().idxmax(axis=1) if len(watts) else pd.Series(dtype="str")
    used = [draw for draw in _DRAWS if (first[watts.notna().any(axis=1)] == draw).any()]
    found = found.assign(power=watts.bfill(axis=1).iloc[:, 0])
    facts = {"power column": ", ".join(used), "power reading": "; ".join(_DRAWS[draw] for draw in used)}
    records = _records(found, path, options, name, facts if used else {})
    windows = {_WINDOW_S.get(draw) for draw in used}
    records.window_s, records.resolution = windows.pop() if len(windows) == 1 else None, _Q_STEP_W
    return records


def _read_table(path: Path, text: str, options: Options) -> Records:
    found = pd.DataFrame([match.groupdict() for match in _ROW.finditer(text)], columns=["time", "bus", "power"])
    found["time"] = found["time"].ffill()
    found = found[found["bus"].notna()].rename(columns={"bus": "device"}).reset_index(drop=True)
    power = numbers(found["power"], {"W": 1.0})
    facts = {"power column": "Pwr:Usage", "power reading": _DRAWS["Power Draw"]}
    records = _records(found.assign(power=power), path, options, TABLE.name, facts)
    records.resolution = _TABLE_STEP_W
    return records


def _records(found: pd.DataFrame, path: Path, options: Options, name: str, facts: dict[str, str]) -> Records:
    """Return rows of ``time``, ``device`` and ``power`` [W] as records.

    Raises
    ------
    LogError : where there is none, or none has a time and no origin is given
    """
    if found.empty:
        raise LogError("the report has no whole reading of a GPU", file=path.name, accepted=_RECORD)
    stamped = found[found["time"].notna()]
    if stamped.empty:
        shown = shorten(
            ", ".join(f"{device} {power:g} W" for device, power in zip(found.device, found.power, strict=True))
        )
        untimed = LogError("the readings have no time stamps", file=path.name, value=shown, accepted=_RECORD)
        times, note = origin.by_turn(found["device"], options, path, missing=untimed)
        notes = [note]
    else:
        iso = stamped["time"].map({text: isoformat(text) for text in stamped["time"].unique()})
        times, notes = utc_times(iso, stamped["device"], options, path)
        notes = [*notes, Note("unreadable time", len(found) - len(stamped), "no date before the reading")]
    kept = found.loc[times.index]
    frame = pd.DataFrame({"time": times, "device": kept["device"], "power": kept["power"].astype("float64")})
    found_notes = [note for note in notes if note.count]
    return Records("power", frame.reset_index(drop=True), name, len(found), ("gpu",), found_notes, facts)


Q = Format(
    "nvidia-smi-q",
    "nvidia-smi -q",
    _matches_q,
    _read_q,
    marks=("NVSMI LOG", "Power Draw"),
    signs=("GPU UUID", "Product Name", "Attached GPUs", "Driver Version", "CUDA Version"),
    remedy="record with nvidia-smi -q",
)
TABLE = Format(
    "nvidia-smi-table",
    "the table of nvidia-smi",
    _matches_table,
    _read_table,
    marks=("NVIDIA-SMI", "Pwr:Usage/Cap"),
    signs=("GPU-Util", "Memory-Usage", "Persistence-M", "Bus-Id"),
    remedy="the whole table of nvidia-smi",
)
