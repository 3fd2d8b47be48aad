"""What is drawn now and was so far: by hand, and beside the integral of the same log."""

import math
import time

import pytest
from scripted import Scripted

from lca_ai.errors import InputError
from lca_ai.logs.energy import read_energy
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.live import Board, LogTail, covers, total_kwh, total_w
from lca_ai.meter.measure import measure
from lca_ai.models.power import PowerLog

CARD = Sensor("GPU-a", "gpu", "counter", "node")
PLUG = Sensor("node", "node", "power")


def board(*sensors, longest_s=10.0):
    found = Board(longest_s)
    for one in sensors:
        found.add("n", one)
    return found


def figures(of):
    return {one.sensor: one for one in of.figures()}


def test_a_counter_gives_energy_and_its_rate():
    found = board(CARD)
    for second, joules in enumerate((1000.0, 1300.0, 1500.0)):
        found.take("n", float(second), [Reading("GPU-a", energy_j=joules)])
    one = figures(found)["GPU-a"]
    assert (one.energy_j, one.power_w, one.covered, one.within) == (500.0, 200.0, 1.0, "")


def test_a_part_counts_only_where_its_whole_is_not_read():
    found = board(CARD, PLUG)
    for second in range(3):
        found.take("n", float(second), [Reading("GPU-a", energy_j=100.0 * second)])
    assert total_kwh(found.figures()) * 3.6e6 == pytest.approx(200.0)
    assert covers(found.figures()) == ("gpu",)
    for second in range(3, 6):
        found.take("n", float(second), [Reading("GPU-a", energy_j=100.0 * second), Reading("node", power_w=400.0)])
    assert figures(found)["GPU-a"].within == "node"
    assert total_w(found.figures()) == 400.0
    assert total_kwh(found.figures()) * 3.6e6 == pytest.approx(800.0)
    assert covers(found.figures()) == ("node",)


def test_power_that_was_not_read_for_long_is_not_known():
    found = board(PLUG, longest_s=5.0)
    for moment in (0.0, 2.0, 22.0, 24.0):
        found.take("n", moment, [Reading("node", power_w=100.0)])
    one = figures(found)["node"]
    assert (one.energy_j, one.covered) == (pytest.approx(400.0), pytest.approx(4 / 24))


def test_a_fault_is_told_and_is_no_zero():
    found = board(CARD)
    assert math.isnan(total_kwh(found.figures()))
    found.take("n", 0.0, [Reading("GPU-a", fault="the card is lost")])
    one = figures(found)["GPU-a"]
    assert one.fault == "the card is lost"
    assert math.isnan(one.energy_j)
    assert math.isnan(one.power_w)


def test_what_a_counter_counted_between_two_recordings_is_nobodys():
    found = board(CARD)
    for moment, joules in ((0.0, 0.0), (1.0, 100.0)):
        found.take("n", moment, [Reading("GPU-a", energy_j=joules)])
    found.restart("n")
    for moment, joules in ((1000.0, 9000.0), (1001.0, 9200.0)):
        found.take("n", moment, [Reading("GPU-a", energy_j=joules)])
    assert figures(found)["GPU-a"].energy_j == 300.0
    assert found.seconds["n"] == 2.0


def test_a_log_that_grows_is_followed_to_its_integral(tmp_path):
    looks = []
    with measure(tmp_path, Scripted((100.0, 250.0), node=500.0), every="100 ms", flush="100 ms") as window:
        tail = LogTail(tmp_path)
        for _ in range(4):
            time.sleep(0.2)
            looks.append(total_kwh(tail.look().figures()))
        with window.stage("one"):
            time.sleep(0.1)
    last = tail.look()
    assert looks == sorted(looks)
    assert looks[-1] > 0
    known = figures(last)
    devices = window.devices
    assert {name: one.energy_j for name, one in known.items()} == pytest.approx(devices, rel=1e-3)
    integral = read_energy(PowerLog(files=(str(tmp_path),)))
    assert total_kwh(last.figures()) == pytest.approx(integral.total, rel=1e-3)
    with measure(tmp_path, Scripted((100.0, 250.0), node=500.0), every="100 ms") as window:
        time.sleep(0.3)
    again = figures(tail.look())["GPU-1"].energy_j
    assert again == pytest.approx(known["GPU-1"].energy_j + window.devices["GPU-1"], rel=1e-3)


def test_half_a_line_waits_for_its_end(tmp_path):
    with measure(tmp_path, Scripted((100.0,)), every="100 ms"):
        time.sleep(0.25)
    (path,) = tmp_path.glob("power-*.csv")
    whole = path.read_bytes()
    for cut in (len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:cut])
        tail = LogTail(tmp_path)
        tail.look()
        path.write_bytes(whole)
        assert tail.look().figures() == LogTail(tmp_path).look().figures()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        LogTail(tmp_path / "none")
