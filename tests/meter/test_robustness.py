"""What a measured program, its forks, its neighbours and its disk do to a recording, and how that is told."""

import logging
import math
import os
import shutil
import threading
import time

import pytest
from scripted import Scripted

import lca_ai as lca
from lca_ai.errors import InputError
from lca_ai.logs.energy import read_energy
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.live import LogTail
from lca_ai.meter.recorder import Recorder, host_name

WATTS = 350.0


class Power:
    """A power of 100 W without a counter."""

    name = "power"

    def open(self):
        return [Sensor("rack", "node", "power")]

    def read(self):
        return [Reading("rack", power_w=100.0)]

    def close(self):
        pass


class Stuck(Power):
    """A source that hangs at its second reading until it is let go."""

    def __init__(self):
        self.free, self.count = threading.Event(), 0

    def read(self):
        self.count += 1
        if self.count == 2:
            self.free.wait(20.0)
        return super().read()


FORKED_AT_ONCE = """
import os, sys, time
import lca_ai as lca
from scripted import Ramp
children = []
with lca.measure(sys.argv[1], [Ramp()], "100 ms") as window:
    for _ in range(8):
        time.sleep(0.002)
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
        children.append(child)
    time.sleep(0.6)
for child in children:
    os.kill(child, 9)
print(window.quality.ticks, window.seconds)
"""

RECORDING = """
import sys, time
import lca_ai as lca
from test_robustness import Power
with lca.measure(sys.argv[1], [Power()], "50 ms", flush="50 ms"):
    print("measuring", flush=True)
    time.sleep(30)
"""

HOLDING = """
import sys, time
import lca_ai as lca
from test_robustness import Power
with lca.measure(sys.argv[1], [Power()], "20 ms") as window:
    time.sleep(0.3)
    began, size = time.monotonic(), 4_000_000
    while time.monotonic() - began < 1.5:  # one instruction: the lock is not given up in between
        began = time.monotonic()
        7 ** size
        size = int(size * 2)
    time.sleep(0.3)
print(window.energy.to("J").magnitude, window.seconds, sum(window.quality.unknown_s.values()))
"""


def test_forks_right_after_the_start_hold_up_neither_the_ticks_nor_the_end(tmp_path, finished):
    ticks, seconds = map(float, finished(FORKED_AT_ONCE, tmp_path).split())
    assert ticks >= 4
    assert seconds < 3.0


def test_the_end_does_not_wait_for_ever_for_a_reading_that_hangs(tmp_path, caplog):
    source = Stuck()
    began = time.monotonic()
    with lca.measure(tmp_path, [source], "20 ms") as window:
        time.sleep(0.1)
    assert time.monotonic() - began < 10.0
    source.free.set()
    assert "a reading has not ended" in caplog.text
    with lca.measure(tmp_path, [Scripted()], "20 ms") as after:  # the lock is free
        time.sleep(0.1)
    assert after.quality.recorder == "this process"
    assert window.quality.unknown_s["rack"] == pytest.approx(window.seconds, abs=0.1)


@pytest.mark.parametrize("name", [None, 5, b"epoch", "", "  ", "x" * 201])
def test_a_name_of_a_stage_that_is_none_is_refused(tmp_path, name):
    with lca.measure(tmp_path, [Scripted()], "20 ms") as window:
        with pytest.raises(InputError, match="stage"):
            window.stage(name)
        time.sleep(0.1)
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.1)


@pytest.mark.parametrize("name", ["a,b", "two\nlines", 'a "b"', "\x01\x7f", "\ufffd", "Größe \u2028 x", "a\x85b"])
def test_any_text_may_name_a_stage(tmp_path, rows, name):
    with lca.measure(tmp_path, [Scripted()], "20 ms") as window, window.stage(name):
        time.sleep(0.05)
    assert window.stages["path"].tolist() == [".", name]
    assert {row["event"] for row in rows(tmp_path)} >= {"stage+", "stage-"}
    assert read_energy(lca.read_power_log(tmp_path)).total > 0


def test_half_a_character_in_a_name_is_spelt_out(tmp_path):
    with lca.measure(tmp_path, [Scripted()], "20 ms") as window, window.stage("\udc80"):
        time.sleep(0.05)
    assert window.stages["path"].tolist() == [".", "\\udc80"]


def test_a_row_that_cannot_be_told_is_counted_and_the_ticks_go_on(tmp_path):
    with lca.measure(tmp_path, [Scripted()], "20 ms") as window:
        window.session.edge("note", 5)
        time.sleep(0.2)
    assert window.quality.rows_lost == 2  # the event, and the readings at it
    assert any(what.startswith("meter: ") for what in window.quality.faults)
    assert window.quality.ticks >= 5
    with lca.measure(tmp_path, [Scripted()], "20 ms") as after:
        time.sleep(0.05)
    assert after.quality.recorder == "this process"


@pytest.mark.parametrize("every", ["1 us", "0.9 ms", 1e-6])
def test_an_interval_no_sensor_has_is_refused(tmp_path, every):
    with pytest.raises(InputError, match="1 ms or longer"):
        lca.measure(tmp_path, every=every)


def test_window_and_log_agree_on_what_a_gap_is(tmp_path, finished):
    joules, seconds, unknown_s = map(float, finished(HOLDING, tmp_path).split())
    reading = read_energy(lca.read_power_log(tmp_path))
    assert unknown_s > 1.0
    assert joules == pytest.approx(100.0 * (seconds - unknown_s), abs=5.0)
    assert reading.total * 3.6e6 == pytest.approx(joules, abs=0.01)
    assert reading.seconds - reading.occupied == pytest.approx(unknown_s, abs=0.01)


def test_a_pause_of_less_than_a_second_is_no_gap(tmp_path, caplog):
    with lca.measure(tmp_path, [Pausing(0.5)], "10 ms") as window:
        time.sleep(0.9)
    assert not window.quality.unknown_s
    assert window.energy.to("J").magnitude == pytest.approx(100.0 * window.seconds, abs=3.0)
    assert read_energy(lca.read_power_log(tmp_path)).total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-3)
    assert "is not known" not in caplog.text


def test_much_that_is_unknown_is_told_at_the_end(tmp_path, caplog):
    with lca.measure(tmp_path, [Pausing(1.2)], "10 ms") as window:
        time.sleep(1.5)
    assert window.quality.unknown_s["rack"] == pytest.approx(1.2, abs=0.2)
    assert "is not known" in caplog.text
    assert read_energy(lca.read_power_log(tmp_path)).total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-3)


class Pausing(Power):
    """A power whose fifth reading takes long, or is not to be had for long."""

    def __init__(self, seconds):
        self.seconds, self.count, self.until = seconds, 0, math.inf

    def read(self):
        self.count += 1
        if self.count == 5:
            self.until = time.monotonic() + self.seconds
        if self.count >= 5 and time.monotonic() < self.until:
            return [Reading("rack", fault="away")]
        return super().read()


def test_a_rank_beside_a_recorder_that_was_killed_counts_what_is_known_and_says_so(tmp_path, program, caplog):
    process = program(RECORDING, tmp_path)
    assert process.stdout.readline() == "measuring\n"
    time.sleep(0.2)
    with caplog.at_level(logging.WARNING), lca.measure(tmp_path, [Power()], "50 ms", flush="50 ms") as window:
        began = time.monotonic()
        time.sleep(0.8)
        process.kill()
        process.wait()
        known = time.monotonic() - began
        time.sleep(1.6)
    assert window.energy.to("J").magnitude == pytest.approx(100.0 * known, abs=25.0)
    assert window.quality.unknown_s["rack"] == pytest.approx(window.seconds - known, abs=0.3)
    assert window.quality.recorder == "nobody"
    assert "is not in the log" in caplog.text
    assert read_energy(window.log).total == pytest.approx(window.energy.to("kWh").magnitude, abs=5.0 / 3.6e6)


def test_the_last_power_is_not_that_of_now_where_the_recording_ended(tmp_path):
    tail = None
    with lca.measure(tmp_path, [Power()], "20 ms") as window:
        time.sleep(0.2)
        tail = LogTail(tmp_path)
        (running,) = tail.look().figures()
    (ended,) = tail.look().figures()
    assert (running.power_w, running.fault) == (100.0, "")
    assert math.isnan(ended.power_w)
    assert ended.fault == "ended"
    assert ended.energy_j == pytest.approx(window.energy.to("J").magnitude, rel=0.05)


def test_the_last_power_is_stale_where_the_recorder_was_killed_long_ago(tmp_path):
    with lca.measure(tmp_path, [Power()], "20 ms"):
        time.sleep(0.1)
    (path,) = tmp_path.glob("power-*.csv")
    kept = [line for line in path.read_text().splitlines() if ",end," not in line]
    year = kept[1][:4]
    path.write_text("\n".join(line.replace(f"{year}-", "2024-", 1) for line in kept) + "\n")
    (found,) = LogTail(tmp_path).look().figures()
    assert math.isnan(found.power_w)
    assert found.fault.startswith("stale since 2024-")
    assert found.energy_j > 0


def test_a_folder_that_was_deleted_is_told_and_its_rows_are_lost(tmp_path, caplog):
    with lca.measure(tmp_path / "run", [Scripted()], "10 ms", flush="50 ms") as window:
        time.sleep(0.1)
        shutil.rmtree(tmp_path / "run")
        time.sleep(0.2)
    assert window.quality.write_fault == "the file was deleted"
    assert window.quality.rows_lost > 10
    assert window.quality.rows == 0
    assert "the file was deleted" in caplog.text
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.05)


def test_a_file_that_is_there_is_not_held_for_deleted(tmp_path):
    recorder = Recorder(tmp_path, "n1")
    recorder.open()
    recorder.write(["a\n"])
    recorder.sync()
    os.remove(recorder.path)  # noqa: PTH107
    recorder.write(["b\n"])
    assert (recorder.rows, recorder.lost, recorder.fault) == (2, 0, "")
    recorder.sync()
    recorder.write(["c\n"])
    assert (recorder.rows, recorder.lost, recorder.fault) == (0, 3, "the file was deleted")
    recorder.forget()


@pytest.mark.parametrize("resumed", [False, True])
def test_blocks_a_power_cut_left_empty_do_not_make_a_short_log_binary(tmp_path, resumed):
    def measured():
        with lca.measure(tmp_path, [Power()], "50 ms") as window:
            time.sleep(0.15)
        return window.energy.to("kWh").magnitude

    known = measured()
    path = tmp_path / f"power-{host_name()}.csv"
    with path.open("ab") as file:
        file.write(b"\0" * 512)
    known += measured() if resumed else 0.0
    reading = read_energy(lca.read_power_log(tmp_path))
    assert reading.total == pytest.approx(known, rel=1e-3)
