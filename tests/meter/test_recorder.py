"""The file: append-only, whole lines, one writer on each node; what cannot be written is counted and ends nothing."""

import json
import os
import time

import pytest

from lca_ai.errors import InputError
from lca_ai.logs.formats import meter_log
from lca_ai.meter import rows as layout
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.recorder import Lock, Recorder, host_name, made
from lca_ai.meter.rows import COLUMNS, HEADER, event_row, reading_rows

LINE = event_row(1.0, 1_717_151_953.0, "tick")

WITHIN_A_LIMIT = """
import resource, sys
from pathlib import Path
from lca_ai.meter.recorder import Recorder
from lca_ai.meter.rows import event_row
line = event_row(1.0, 1_717_151_953.0, "tick")
recorder = Recorder(Path(sys.argv[1]), "n1")
recorder.open()
limit = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
limit(1_000)
print([recorder.write([line] * 5) for _ in range(4)], recorder.rows, recorder.lost, recorder.fault)
limit(resource.RLIM_INFINITY)
print(recorder.write([line]), recorder.rows, recorder.lost, repr(recorder.fault))
"""

APPENDING = """
import sys
from pathlib import Path
from lca_ai.meter.recorder import Recorder
from lca_ai.meter.rows import event_row
recorder = Recorder(Path(sys.argv[1]), "n1")
recorder.open(waiting=True)
print("ready", flush=True)
sys.stdin.readline()
for number in range(2_000):
    recorder.write([event_row(1.0, 1_717_151_953.0, "stage+", stage=f"epoch {number} " + "x" * 200, process=sys.argv[2])])
"""

HOLDING = """
import sys
from pathlib import Path
from lca_ai.meter.recorder import Lock
print(Lock(Path(sys.argv[1]), "n1").take(), flush=True)
sys.stdin.readline()
"""


def _recorder(folder):
    recorder = Recorder(folder, "n1")
    recorder.open()
    return recorder


def test_the_reader_and_the_writer_agree_on_the_columns():
    assert meter_log._COLUMNS == COLUMNS


def test_every_line_has_every_cell():
    sensor = Sensor("GPU, 0", "gpu", "counter", "node\n", range_j=5.5, limit_w=300.0, window_s=0.1, also=("memory",))
    reading = Reading("GPU, 0", 0.1 + 0.2, 5.0, {"throttle": 'a,"b"', "clock_mhz": 1.5}, "lost,\0 once")
    lines = [
        LINE,
        *reading_rows(1.0, 1_717_151_953.0, "tick", "", [reading], {}),
        *reading_rows(1.0, 1_717_151_953.0, "start", "a,b", [reading], {"GPU, 0": sensor}),
    ]
    for line in lines:
        assert line.count(",") == len(COLUMNS) - 1
        assert line.endswith("\n")
        assert line.count("\n") == 1
    cells = dict(zip(COLUMNS, lines[2].rstrip("\n").split(","), strict=True))
    assert cells["sensor"] == "GPU; 0"
    assert float(cells["energy_j"]) == 0.1 + 0.2
    assert (cells["covers"], cells["range_j"], cells["limit_w"]) == ("gpu;memory", "5.5", "300.0")
    assert (cells["throttle"], cells["fault"], cells["clock_mhz"]) == ("a;'b'", "lost;  once", "1.5")
    assert cells["power_w"] == "5.0"
    assert lines[1].split(",")[5] == repr(0.1 + 0.2)


def test_unknown_is_an_empty_cell():
    (line,) = reading_rows(1.0, 1_717_151_953.0, "tick", "", [Reading("a")], {})
    assert line == "2024-05-31T10:39:13.000000Z,1.000000,tick,,a,,,,,,,,,,,,,,,,\n"


def test_a_new_file_has_a_header_and_one_that_has_rows_goes_on(tmp_path):
    first = _recorder(tmp_path)
    assert not first.resumed
    assert first.write([LINE, LINE])
    first.sync()
    first.forget()
    second = _recorder(tmp_path)
    assert second.resumed
    second.write([LINE])
    assert first.path.read_text() == HEADER + 3 * LINE
    assert (first.rows, second.rows, first.flushes) == (2, 1, 1)


@pytest.mark.parametrize("kept", range(len(LINE)))
def test_a_line_cut_short_is_ended_so_that_the_next_stands_alone(tmp_path, kept):
    path = tmp_path / "power-n1.csv"
    path.write_text(HEADER + LINE[:kept])
    recorder = _recorder(tmp_path)
    recorder.write([LINE])
    assert path.read_text() == HEADER + LINE[:kept] + ("\n" if kept else "") + LINE


def test_a_disk_that_is_full_loses_rows_counts_them_and_is_tried_again(tmp_path, finished):
    first, second = finished(WITHIN_A_LIMIT, tmp_path).splitlines()
    written = 1_000 - len(HEADER)
    whole = written // len(LINE)
    assert first == f"[{', '.join(str((n + 1) * 5 <= whole) for n in range(4))}] {whole} {20 - whole} File too large"
    assert second == f"True {whole + 1} {20 - whole} ''"
    lines = (tmp_path / "power-n1.csv").read_text().splitlines(keepends=True)
    assert lines[-1] == LINE
    assert [line for line in lines if line != LINE] == [HEADER, LINE[: written % len(LINE)] + "\n"]


def test_a_device_without_space_ends_nothing(tmp_path):
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this platform has no device that is full")
    recorder = _recorder(tmp_path)
    os.close(recorder._file)
    recorder._file = os.open("/dev/full", os.O_WRONLY)
    assert not recorder.write([LINE, LINE, LINE])
    assert (recorder.lost, recorder.rows, recorder.fault) == (3, 0, "No space left on device")


def test_lines_of_several_processes_do_not_mix(tmp_path, program):
    recorder = _recorder(tmp_path)
    others = [program(APPENDING, tmp_path, f"rank {n}") for n in range(2)]
    for other in others:
        assert other.stdout.readline() == "ready\n"
    for other in others:
        other.stdin.write("go\n")
        other.stdin.flush()
    while any(other.poll() is None for other in others):
        recorder.write([LINE] * 40)
        time.sleep(0.001)
    lines = recorder.path.read_text().splitlines()
    assert all(line.count(",") == len(COLUMNS) - 1 for line in lines)
    ranks = [line.rsplit(",", 1)[1] for line in lines if ",stage+," in line]
    assert [ranks.count(f"rank {n}") for n in range(2)] == [2_000, 2_000]
    assert len(lines) == 1 + recorder.rows + 4_000


def test_one_process_of_a_node_records_into_a_folder(tmp_path, program):
    other = program(HOLDING, tmp_path)
    assert other.stdout.readline() == "True\n"
    assert not Lock(tmp_path, "n1").take()
    assert Lock(tmp_path, "n2").take()  # of another node
    other.kill()
    other.wait()
    after = Lock(tmp_path, "n1")
    assert after.take()
    assert not Lock(tmp_path, "n1").take()
    after.forget()
    assert Lock(tmp_path, "n1").take()


def test_a_folder_that_cannot_be_one_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        made(tmp_path / "file" / "run")
    assert made(tmp_path / "a" / "b").is_dir()


def test_the_name_of_the_node_fits_a_file():
    assert host_name()
    assert not set(host_name()) & set("/\\, \n")


def test_no_cell_parts_a_row():
    assert layout.text('a,b\n"c"\r\0') == "a;b 'c'  "
    assert json.dumps(layout.text("epoch 1/validation")) == '"epoch 1/validation"'
