"""Scaphandre's JSON exporter: the power of the host, its processor sockets and their domains, a document a step.

All are in µW, averaged since the step before, each with its own stamp in seconds since 1970. The host holds the
sockets, a socket its cores and its uncore; the memory lies beside its socket, as in RAPL. The host's is RAPL's ``psys``
where the computer has it, else the sum of its sockets and their memory: not the power at the plug. ``consumers`` are
shares of the host that are attributed to processes, and not read. Sources:
https://hubblo-org.github.io/scaphandre-documentation/references/exporter-json.html;
``src/exporters/json.rs`` and ``src/sensors/mod.rs`` (``Topology::get_records_diff_power_microwatts``) of
hubblo-org/scaphandre.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs import domains
from lca_ai.logs.formats.stamps import epoch_times
from lca_ai.logs.records import SECOND_US, Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_MICRO = 1e-6
_HOST = re.compile(r'"host"\s*:\s*\{\s*(?:"[^"]*"\s*:[^{}]*,\s*)?"consumption"\s*:')
_DOCUMENT = re.compile(r'\{\s*"(?:host|sockets|consumers)"\s*:')
#: A pause is longer than this many usual steps: Scaphandre wrote no document, where it had no power.
_PAUSE = 1.5


def _matches(head: str) -> bool:
    return bool(_HOST.search(head)) and ('"sockets"' in head or '"consumers"' in head)


def _read(path: Path, text: str, options: Options) -> Records:
    rows, broken = _rows(text)
    frame = pd.DataFrame(rows, columns=["device", "stamp", "power"])
    time = epoch_times(pd.to_numeric(frame["stamp"], errors="coerce"))
    bad = len(frame) - len(time)
    frame = frame.loc[time.index].assign(time=time)
    frame["power"] = pd.to_numeric(frame["power"], errors="coerce").astype("float64") * _MICRO
    if frame.empty:
        raise LogError("no document has a host with a power and a time", file=path.name, accepted="scaphandre json")
    frame, assumed = _intervals(frame.drop_duplicates(["device", "time", "power"]), path)
    prefix = f"{options.device}/" if options.device else ""
    devices = [str(name) for name in frame["device"].unique()]
    parents = {name: name.rpartition("/")[0] if "/" in name else "host" for name in devices if name != "host"}
    covers = {"host": ("cpu", "memory")} | domains.covers(name for name in devices if name != "host")
    notes = [
        Note("unreadable document", broken, "not JSON, or cut short"),
        Note("unreadable time", bad, "no seconds since 1970"),
        assumed,
    ]
    return Records(
        "interval",
        frame.assign(device=prefix + frame["device"])[["start", "time", "device", "energy"]].reset_index(drop=True),
        FORMAT.name,
        len(rows),
        ("cpu", "memory"),
        [note for note in notes if note.count],
        parents={prefix + name: prefix + parent for name, parent in parents.items()},
        device_covers={prefix + name: parts for name, parts in covers.items()},
        resolution=_MICRO,
    )


def _rows(text: str) -> tuple[list[tuple[str, Any, Any]], int]:
    """Return device, stamp [s] and power [µW] of all documents, in an array or one after the other; the broken ones."""
    decoder, rows, at, broken = json.JSONDecoder(), [], 0, 0
    while found := _DOCUMENT.search(text, at):
        try:
            document, at = decoder.raw_decode(text, found.start())
        except (json.JSONDecodeError, RecursionError):
            broken, at = broken + 1, found.end()
            continue
        rows += _of_document(document)
    return rows, broken


def _of_document(document: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    host = document.get("host")
    if not isinstance(host, dict):
        return []
    rows = [("host", host.get("timestamp"), host.get("consumption"))]
    for socket in _dicts(document.get("sockets")):
        number, stamp = socket.get("id", 0), socket.get("timestamp", host.get("timestamp"))
        rows.append((f"package-{number}", stamp, socket.get("consumption")))
        for domain in _dicts(socket.get("domains")):
            name = str(domain.get("name")).lower()
            device = {"dram": f"dram-{number}", "psys": "psys"}.get(name, f"package-{number}/{name}")
            rows.append((device, domain.get("timestamp", stamp), domain.get("consumption")))
    return rows


def _dicts(values: Any) -> list[dict[str, Any]]:
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def _intervals(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, Note]:
    """Add ``start`` and ``energy`` [J]; the first step, and one after a pause, are as long as the device's median.

    Raises
    ------
    LogError : for a single step, whose length nothing tells
    """
    frame = frame.sort_values(["device", "time"], kind="stable").reset_index(drop=True)
    length = frame.groupby("device", sort=False)["time"].diff()
    medians = length[length > 0].groupby(frame["device"]).median()
    median = frame["device"].map(medians).fillna(medians.median())
    if median.isna().any():
        raise LogError(
            "a single step, and nothing tells its length", file=path.name, value=str(frame["device"].iloc[0]),
            accepted="a log of at least two steps",
        )  # fmt: skip
    unusual = length.isna() | (length > _PAUSE * median)
    length = length.mask(unusual, median).round().astype("int64")
    found = frame.assign(start=frame["time"] - length, energy=frame["power"] * length / SECOND_US)
    detail = "the first step, or one after a pause: the device's median length"
    return found, Note("interval length assumed", int(unusual.sum()), detail)


FORMAT = Format(
    "scaphandre",
    "Scaphandre's JSON (scaphandre json)",
    _matches,
    _read,
    marks=("host", "consumption"),
    signs=("sockets", "consumers", "domains", "Scaphandre stdout exporter", "Measurement step is"),
    remedy="scaphandre json -t 60 -s 2 -f report.json",
)
