"""Cray ``capmc``: the energy counters of nodes (get_node_energy_counter) and the system's power (get_system_power).

``energy_ctr`` is in J and cumulative, its ``time`` has an offset. ``avg`` is the mean power of the whole system, in W,
over ``window_len`` seconds from ``start_time`` on, which is local time without an offset. Answers follow each other in
a file; one whose ``e`` is not 0 holds no reading. Source: CAPMC API,
https://cray-hpe.github.io/docs-csm/en-15/api/capmc.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import lengths, utc_times
from lca_ai.logs.records import Format, Note, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_COUNTER = re.compile(r'\\?"energy_ctr\\?"\s*:')
_WINDOW = re.compile(r'\\?"window_len\\?"\s*:')
_DOCUMENT = re.compile(r"^[ \t]*\{", re.MULTILINE)
_RESOLUTION = 1.0


def _matches(head: str) -> bool:
    if not head.lstrip().startswith("{"):
        return False
    system = _WINDOW.search(head) and re.search(r'\\?"start_time\\?"', head) and re.search(r'\\?"avg\\?"', head)
    return bool((_COUNTER.search(head) and re.search(r'\\?"nid\\?"', head)) or system)


def _read(path: Path, text: str, options: Options) -> list[Records]:
    answers, broken = _answers(text.replace('\\"', '"'))
    failed = sum(bool(one.get("e")) for one in answers)
    good = [one for one in answers if not one.get("e")]
    listed = [one["nodes"] for one in good if isinstance(one.get("nodes"), list)]
    nodes = [node for many in listed for node in many if isinstance(node, dict) and "energy_ctr" in node]
    windows = [one for one in good if "window_len" in one]
    found = [
        *([_counters(nodes, path, options)] if nodes else []),
        *([_windows(windows, path, options)] if windows else []),
    ]
    if not found:
        message = next((str(one.get("err_msg")) for one in answers if one.get("e")), None)
        accepted = "capmc get_node_energy_counter, or get_system_power"
        raise LogError("no answer holds a reading", file=path.name, value=message, accepted=accepted)
    notes = [
        Note("answer of an error", failed, "its e is not 0"),
        Note("unreadable document", broken, "not JSON, or cut short"),
    ]
    found[0].notes += [note for note in notes if note.count]
    if windows and nodes:
        found[0].parents = {str(name): "system" for name in found[0].frame["device"].unique()}
    return found


def _answers(text: str) -> tuple[list[dict[str, Any]], int]:
    decoder, answers, at, broken = json.JSONDecoder(), [], 0, 0
    while found := _DOCUMENT.search(text, at):
        try:
            answer, at = decoder.raw_decode(text, found.end() - 1)
        except (json.JSONDecodeError, RecursionError):
            broken, at = broken + 1, found.end()
            continue
        answers.append(answer)
    return answers, min(broken, 1)


def _counters(nodes: list[dict[str, Any]], path: Path, options: Options) -> Records:
    table = pd.DataFrame(nodes).reindex(columns=["nid", "time", "energy_ctr"])
    nid = table["nid"].astype("str")
    device = ("nid" + nid.str.zfill(5)).where(nid.str.fullmatch(r"\d+"), "nid?")
    times, notes = utc_times(table["time"], device, options, path)
    counter = pd.to_numeric(table["energy_ctr"], errors="coerce").astype("float64")
    frame = pd.DataFrame(
        {"time": times, "device": device[times.index], "counter": counter[times.index].where(lambda read: read > 0.0)}
    )
    return Records(
        "counter", frame.reset_index(drop=True), FORMAT.name, len(table), ("node",), notes, resolution=_RESOLUTION
    )


def _windows(windows: list[dict[str, Any]], path: Path, options: Options) -> Records:
    table = pd.DataFrame(windows).reindex(columns=["start_time", "avg", "window_len"])
    device = pd.Series("system", index=table.index)
    start, notes = utc_times(table["start_time"], device, options, path)
    seconds = pd.to_numeric(table["window_len"], errors="coerce")[start.index].astype("float64")
    power = pd.to_numeric(table["avg"], errors="coerce")[start.index].astype("float64")
    frame = pd.DataFrame(
        {"start": start, "time": start + lengths(seconds), "device": device[start.index], "energy": power * seconds}
    )
    return Records(
        "interval", frame.reset_index(drop=True), FORMAT.name, len(table), ("node",), notes, resolution=_RESOLUTION
    )


FORMAT = Format(
    "capmc",
    "the JSON of Cray's capmc (energy counters of nodes, power of the system)",
    _matches,
    _read,
    marks=("energy_ctr|window_len", "nid|start_time"),
    signs=("err_msg", "nid_count", "nodes"),
    remedy="capmc get_node_energy_counter",
)
