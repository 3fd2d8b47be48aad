"""Files that stand beside a log of power: refused, with the file to give instead."""

import json

import pytest

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.formats import companions
from lca_ai.logs.records import Options

SERVER = {"version": "1.0", "timezone": 0, "messages": [{"cmd": "mlcommons/power client v3", "cmd_time": 1.5}]}
SYSTEM = {"accelerator_model_name": "A100", "division": "closed", "framework": "x", "host_processor_model_name": "E"}
BARS = "=" * 48
CARDS = {"card0": {"Serial Number": "1", "PCI Bus": "0000:C5:00.0", "Card Model": "0x1", "GUID": "2"}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (json.dumps(SERVER, indent=1), r"protocol of MLPerf Power.*spl\.txt"),
        (json.dumps(SYSTEM, indent=1), r"description of a system.*spl\.txt"),
        (f"{BARS}\nMLPerf Results Summary\n{BARS}\nSUT name : x\n", r"summary of an MLPerf run.*spl\.txt"),
        ("02-25-2023 12:02:03.302: Response to client sent: Stopping\n", r"message log of the PTDaemon.*spl\.txt"),
        (':::MLLOG {"key": "loadgen_version", "value": "1"}\n', r"event log of an MLPerf run.*spl\.txt"),
        (json.dumps(CARDS, indent=2), r"list of the cards.*rocm-smi --showpower --json"),
        (
            json.dumps([{"gpu": 0, "asic": {"vendor_id": "0x1002"}}], indent=1),
            r"amd-smi static.*amd-smi metric --power",
        ),
    ],
)
def test_what_it_is_and_what_to_give(write, text, told):
    with pytest.raises(LogError, match=told):
        formats.read(write(text), None, Options())


def test_no_log_is_one(logs):
    """Real logs of every format are read by a format, or refused by it: none is taken for a companion."""
    for path in logs.iterdir():
        companions.refuse(path, path.read_bytes()[:20_000].decode("latin-1"))
