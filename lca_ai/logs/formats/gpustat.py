"""``gpustat --json``: a document a reading, each with its time, its host and its GPUs; appended to a file in a loop.

``power.draw`` is in whole W, rounded down from what NVML tells, as ``power.draw`` of nvidia-smi is: an average over one
second on Ampere (except GA100) and newer, else instantaneous. ``query_time`` is local time without a zone. Documents
may follow each other, one a line or laid out over several, or be in a list. Source: gpustat/core.py of
https://github.com/wookayin/gpustat (0.6 to 1.2).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from lca_ai.errors import LogError
from lca_ai.logs.formats.stamps import utc_times
from lca_ai.logs.records import Format, Note, Options, Records, numbers

if TYPE_CHECKING:
    from pathlib import Path

_START = re.compile(r"^[\[{]", re.MULTILINE)
_RESOLUTION_W = 1.0
_RECORD = "while sleep 1; do gpustat --json; done > gpustat.json"


def _matches(head: str) -> bool:
    return head.lstrip()[:1] in ("{", "[") and '"query_time"' in head and '"gpus"' in head


def _read(path: Path, text: str, options: Options) -> Records:
    documents, broken = _documents(text)
    rows = [
        {"time": document["query_time"], "device": _device(gpu, document), "power": _text(gpu.get("power.draw"))}
        for document in documents
        for gpu in document["gpus"]
        if isinstance(gpu, dict)
    ]
    if not rows:
        raise LogError("the file has no reading of a GPU", file=path.name, accepted=_RECORD)
    table = pd.DataFrame(rows, dtype="str")
    times, notes = utc_times(table["time"], table["device"], options, path)
    kept = table.loc[times.index]
    frame = pd.DataFrame({"time": times, "device": kept["device"], "power": numbers(kept["power"])})
    lost = Note("unreadable document", min(broken, 1), "not JSON, or cut short")
    return Records(
        "power",
        frame.reset_index(drop=True),
        FORMAT.name,
        len(table),
        ("gpu",),
        [note for note in (*notes, lost) if note.count],
        {
            "power column": "power.draw",
            "power reading": "average over 1 s on Ampere (except GA100) and newer, else instantaneous",
        },
        resolution=_RESOLUTION_W,
    )


def _documents(text: str) -> tuple[list[dict[str, Any]], int]:
    """Return the documents with GPUs, and how many places are no JSON."""
    decoder, found, at, broken = json.JSONDecoder(), [], 0, 0
    while start := _START.search(text, at):
        try:
            document, at = decoder.raw_decode(text, start.start())
        except (json.JSONDecodeError, RecursionError):
            broken, at = broken + 1, start.end()
            continue
        found += document if isinstance(document, list) else [document]
    whole = [
        one for one in found if isinstance(one, dict) and isinstance(one.get("gpus"), list) and "query_time" in one
    ]
    return whole, broken


def _device(gpu: dict[str, Any], document: dict[str, Any]) -> str:
    """Name a GPU by its UUID, else by its host and number."""
    if gpu.get("uuid"):
        return str(gpu["uuid"])
    return "/".join(map(str, filter(None, (document.get("hostname"), f"gpu-{gpu.get('index')}"))))


def _text(value: object) -> str:
    return "N/A" if value is None else str(value)


FORMAT = Format(
    "gpustat",
    "gpustat --json",
    _matches,
    _read,
    marks=("query_time", "power.draw"),
    signs=("gpus", "hostname", "enforced.power.limit", "temperature.gpu", "utilization.gpu"),
    remedy=f"record with {_RECORD}",
)
