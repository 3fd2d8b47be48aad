"""Files that stand beside a power log and hold no reading: recognised, to say which file to give instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lca_ai.errors import LogError

if TYPE_CHECKING:
    from pathlib import Path

_SPL = "the log of the meter beside it: spl.txt of MLPerf Power (run_1/spl.txt)"
_AMD = "amd-smi metric --power --energy --csv --watch 1"
#: A pattern of the text's head, what the file is, and what to give.
_COMPANIONS = (
    (r'\A\s*\{[\s\S]*"(?:reply|cmd)"\s*:\s*"mlcommons/power', "the protocol of MLPerf Power's server or client", _SPL),
    (
        r'\A\s*\{\s*"version"[\s\S]*"lib/(?:ntplib|external/ntplib|server|client)\.py"\s*:',
        "MLPerf Power's record",
        _SPL,
    ),
    (r"(?m)^\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d{3}: .*", "the message log of the PTDaemon (ptd_logs.txt)", _SPL),
    (r"\A\s*=+\nMLPerf Results Summary\n=+\n", "the summary of an MLPerf run (mlperf_log_summary.txt)", _SPL),
    (r"\A(?:.*\n)?\s*:::MLLOG? \{", "the event log of an MLPerf run (mlperf_log_detail.txt)", _SPL),
    (
        r'\A\s*\{[\s\S]*"accelerator_model_name"\s*:[\s\S]*"(?:host_processor_model_name|framework|division)"\s*:',
        "MLPerf's description of a system (system.json)",
        _SPL,
    ),
    (
        r'\A\s*\{\s*"card\d+"\s*:\s*\{[^{}]*"(?:Card (?:Series|Model|SKU)|GFX Version|GUID)"',
        "rocm-smi's list of the cards, without their power",
        f"rocm-smi --showpower --json, or {_AMD}",
    ),
    (r'\A\s*\[\s*\{\s*"gpu"\s*:\s*\d+,\s*"asic"\s*:\s*\{', "amd-smi static or list, which holds no power", _AMD),
)


def refuse(path: Path, head: str) -> None:
    """Refuse a file that stands beside a power log.

    Raises
    ------
    LogError : which file it is, and which one to give
    """
    for pattern, what, accepted in _COMPANIONS:
        if re.search(pattern, head):
            raise LogError(f"this is {what}: no reading of power is in it", file=path.name, accepted=accepted)
