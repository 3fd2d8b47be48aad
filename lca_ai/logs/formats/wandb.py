"""Weights & Biases: the system metrics of a run, exported from its history as CSV, JSON or JSON lines.

``wandb.Api().run(...).history(stream="system")`` (formerly ``"events"``) gives columns ``_timestamp`` [s since 1970],
``_runtime`` [s] and one for each metric: ``system.gpu.0.powerWatts`` (``system/gpu.0.powerWatts`` in some exports), of
Apple computers also ``system.cpu.powerWatts``, ``system.ane.power`` and ``system.system.powerWatts`` (the computer). A
run on several computers ends the name in ``/l:LABEL``. ``gpu.process.0`` is the same GPU as ``gpu.0``, seen by the
process. Readings are momentary, each 15 s by default.
Reference: https://docs.wandb.ai/ref/python/experiments/system-metrics.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pandas as pd

from lca_ai.errors import LogError, shorten
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records, numbers, read_table

if TYPE_CHECKING:
    from pathlib import Path

_POWER = re.compile(
    r"system[./](?P<part>(?P<process>gpu\.process|gpu)\.(?P<index>\d+)\.powerWatts|cpu\.powerWatts|ane\.power|"
    r"system\.powerWatts)(?:/l:(?P<label>.+))?"
)
_COVERS: dict[str, tuple[str, ...]] = {"gpu": ("gpu",), "cpu": ("cpu",), "ane": ("gpu",), "node": ("node",)}
_LATEST_S = 4_102_444_800


def _matches(head: str) -> bool:
    text = head.lstrip()
    if text[:1] in ("{", "["):
        return '"_timestamp"' in text and bool(re.search(r'"system[./][^"]+"', text))
    names = [name.strip(' "') for name in text.split("\n", 1)[0].split(",")]
    charted = any(name.endswith("powerWatts") for name in names)  # a chart's export, which has no time of day
    return charted or ("_timestamp" in names and any(name.startswith(("system.", "system/")) for name in names))


def _read(path: Path, text: str, options: Options) -> Records:
    table, notes = _of_json(text, path) if text.lstrip()[:1] in ("{", "[") else read_table(text, ",", file=path.name)
    columns = {name: match for name in table.columns if (match := _POWER.fullmatch(str(name).strip()))}
    if not columns or "_timestamp" not in table:
        names = ", ".join(str(name) for name in table.columns if name)
        accepted = 'the history of system metrics with _timestamp: run.history(stream="system").to_csv(...)'
        if any(str(name).startswith("Relative Time") for name in table.columns):
            accepted += (
                "; or the chart as a table: columns=... (--columns time=COLUMN:s,power=COLUMN:W) and "
                "origin='2024-05-31T10:00:00Z' (--origin), the start of the run"
            )
        raise LogError(
            "no column of a power, or no _timestamp", file=path.name, value=shorten(names) or None, accepted=accepted
        )
    if table.empty:
        raise LogError("the file has a header and no row", file=path.name, line=2)
    seconds = numbers(table["_timestamp"])
    readable = seconds.between(0, _LATEST_S)
    if not readable.any():
        raise LogError("no row has a time stamp", file=path.name, field="_timestamp", value=table["_timestamp"].iloc[0])
    times = (seconds[readable] * SECOND_US).round().astype("int64")
    chosen = _devices(columns, options)
    cells = {device: numbers(table.loc[readable, name]) for device, (name, _) in chosen.items()}
    power = pd.DataFrame(cells)
    other = power.isna().all(axis=1)  # a row of other metrics says nothing of the devices
    if other.all():
        raise LogError("no row has a power", file=path.name, field=", ".join(str(name) for name, _ in chosen.values()))
    frame = _long(times[~other], power[~other])
    covers = {device: _COVERS[part] for device, (_, part) in chosen.items()}
    every = tuple(dict.fromkeys(part for parts in covers.values() for part in parts))
    notes.append(Note("unreadable time", int((~readable).sum()), "the cell is not a time stamp"))
    return Records(
        "power",
        frame,
        FORMAT.name,
        len(table),
        every,
        [note for note in notes if note.count],
        {
            "power columns": shorten(", ".join(str(name) for name, _ in chosen.values())),
            **({"rows of other metrics": str(int(other.sum()))} if other.any() else {}),
        },
        parents=_parents(covers),
        device_covers=covers,
    )


def _long(times: pd.Series, power: pd.DataFrame) -> pd.DataFrame:
    parts = [pd.DataFrame({"time": times, "device": device, "power": power[device]}) for device in power.columns]
    return pd.concat(parts, ignore_index=True)


def _of_json(text: str, path: Path) -> tuple[pd.DataFrame, list[Note]]:
    """Return the rows of a list of objects, of objects by column, or of one object a line."""
    notes: list[Note] = []
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        rows, broken = _lines(text)
        notes = [Note("unreadable line", broken, "no JSON object")] if broken else []
    else:
        columns = isinstance(document, dict) and all(isinstance(value, list | dict) for value in document.values())
        rows = document if isinstance(document, list) or columns else [document]
    try:
        return pd.DataFrame(rows), notes
    except (ValueError, TypeError, AttributeError):
        raise LogError("the JSON is not a table of rows", file=path.name) from None


def _lines(text: str) -> tuple[list[object], int]:
    rows: list[object] = []
    broken = 0
    for line in filter(None, map(str.strip, text.split("\n"))):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        broken += not isinstance(row, dict)
        rows += [row] if isinstance(row, dict) else []
    return rows, broken


def _devices(columns: dict[str, re.Match[str]], options: Options) -> dict[str, tuple[str, str]]:
    """Return device -> its column and what it is; the column of a GPU goes before that of a process on it."""
    found: dict[str, tuple[str, str]] = {}
    for name, match in sorted(columns.items(), key=lambda item: item[1]["process"] == "gpu.process"):
        part = match["part"].split(".")[0].replace("system", "node")
        device = f"gpu-{match['index']}" if part == "gpu" else part
        host = match["label"] or options.device
        found.setdefault(f"{host}/{device}" if host else device, (name, part))
    return found


def _parents(covers: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the parts of a computer that was measured as a whole."""
    wholes = {device.rpartition("/")[0]: device for device, parts in covers.items() if parts == ("node",)}
    found = {device: wholes.get(device.rpartition("/")[0], device) for device in covers}
    return {device: whole for device, whole in found.items() if device != whole}


FORMAT = Format(
    "wandb",
    "Weights & Biases system metrics (CSV or JSON of a run's history)",
    _matches,
    _read,
    marks=("_timestamp", "system.gpu.0.powerWatts|system/gpu.0.powerWatts|system.cpu.powerWatts"),
    signs=("_runtime", "_step", "_wandb", "system.gpu.0.gpu", "system.gpu.0.temp", "system.gpu.0.memory"),
    remedy='export run.history(stream="system")',
)
