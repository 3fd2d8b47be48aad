"""``nvidia-smi -q -x``: the report as XML, once or again and again (``-l``), each document after the one before.

What it tells is what ``-q`` tells (:mod:`lca_ai.logs.formats.nvidia_report`), under the names of
``nvsmi_device_v10.dtd`` to ``v13.dtd``. The text is searched and not parsed as XML: several documents are none, and a
recording may end within one. Reference: https://docs.nvidia.com/deploy/nvidia-smi/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lca_ai.logs.formats.nvidia_report import CTIME, NO_UUID, of_draws
from lca_ai.logs.records import Format, Options, Records

if TYPE_CHECKING:
    from pathlib import Path

_DRAWS = {
    "average_power_draw": "Average Power Draw",
    "power_draw": "Power Draw",
    "instant_power_draw": "Instantaneous Power Draw",
}
#: The blocks with the power of the card: of recent drivers, and of older ones.
_BLOCKS = {"gpu_power_readings", "power_readings"}
_TAG = re.compile(
    rf"<timestamp>\s*(?P<time>{CTIME})\s*</timestamp>|<gpu(?: +id=\"(?P<bus>[^\"]*)\")?\s*>(?=\s*<)"
    r"|<uuid>\s*(?P<uuid>[^<\s]+)\s*</uuid>|<(?P<block>\w*power_readings)>"
    rf"|<(?P<draw>{'|'.join(_DRAWS)})>\s*(?P<power>[^<]*?)\s*</"
)


def _matches(head: str) -> bool:
    return "<nvidia_smi_log>" in head


def _read(path: Path, text: str, options: Options) -> Records:
    rows: list[dict[str, str]] = []
    time, block, turn = None, "", 0
    for match in _TAG.finditer(text):
        if match["time"]:
            time, turn = match["time"], 0
        elif match["uuid"]:
            if rows and not NO_UUID.fullmatch(match["uuid"]) and not rows[-1].get("named"):
                rows[-1] |= {"device": match["uuid"], "named": "yes"}  # the first one: those of MIG devices follow
        elif match["block"]:
            block = match["block"]
        elif match["draw"]:
            if rows and block in _BLOCKS:
                rows[-1].setdefault(_DRAWS[match["draw"]], match["power"])
        else:
            rows.append({"device": match["bus"] or f"gpu-{turn}", **({"time": time} if time else {})})
            block, turn = "", turn + 1
    return of_draws(rows, path, options, FORMAT.name)


FORMAT = Format(
    "nvidia-smi-xml",
    "nvidia-smi -q -x (XML)",
    _matches,
    _read,
    marks=("nvidia_smi_log", "power_draw|instant_power_draw|average_power_draw"),
    signs=("driver_version", "product_name", "attached_gpus", "gpu_power_readings", "power_readings"),
    remedy="record with nvidia-smi -q -x -l 1",
)
