"""The part of a process: looks at it beside a log, divided by hand, and of a process that really works."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scripted import Scripted

from lca_ai.errors import InputError
from lca_ai.meter.attribution import BY_PARTS, OTHERS, UNKNOWN
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.follow import Follower, attributed, path_of
from lca_ai.meter.measure import measure
from lca_ai.meter.recorder import host_name

ON_LINUX = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are listed on Linux only")
BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
PID = 4321


class Node:
    """A meter at the plug of 500 W, in it a package of 100 W, memory of 20 W and a card of 200 W: all counted."""

    name = "node"
    watts = (("node", "node", 500.0), ("package-0", "cpu", 100.0), ("dram-0", "memory", 20.0), ("GPU-0", "gpu", 200.0))

    def open(self):
        return [Sensor(name, of, "counter", "" if name == "node" else "node") for name, of, _ in self.watts]

    def read(self):
        return [Reading(name, energy_j=watts * time.monotonic()) for name, _, watts in self.watts]

    def close(self):
        pass


def log_of(folder, source, seconds):
    with measure(folder, source, every="100 ms") as window:
        began = time.time()
        time.sleep(seconds)
    return window, began


def looks(folder, *rows):
    """Rows of looks: time, device, own, all, cores, own bytes, all bytes."""
    head = "time,device,own,all,cores,own_bytes,all_bytes\n"
    text = "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
    (folder / f"_process-{PID}-{host_name()}-7.csv").write_text(head + text)


def test_the_parts_of_a_node_by_hand(tmp_path):
    # 0.2 s: the process has 3 of 4 busy seconds, of 8 of all cores; 1 of 4 GB on mean; 30 of 60 % of the card.
    #   package 20 J x 3/4 = 15, dram 4 J x 1/4 = 1, card 40 J x 1/2 = 20: 36 of 64 J; the node has 100 J: the other
    #   36 J are divided alike: 36/64 x 36 = 20.25 J. Together 56.25 J.
    window, began = log_of(tmp_path, Node(), 0.5)
    at = began + 0.1
    looks(
        tmp_path,
        (at, "", 10, 100, 200, 1e9, 4e9), (at, "GPU-0", 0, 0, None, 0, 0),
        (at + 0.2, "", 13, 104, 208, 1e9, 4e9), (at + 0.19, "GPU-0", 30, 60, None, 1e9, 2e9),
    )  # fmt: skip
    found = attributed(window.folder, PID)
    assert found.total == pytest.approx(100.0, rel=1e-3)
    assert found[f"process {PID}"] == pytest.approx(56.25, rel=1e-3)
    assert found[OTHERS] == pytest.approx(43.75, rel=1e-3)
    assert found[UNKNOWN] == 0.0
    assert found.rules["node"] == BY_PARTS
    apart = attributed(window.folder, PID, idle="others")  # package 20 J x 3/8 = 7.5: 28.5 of 64 J
    assert apart[f"process {PID}"] == pytest.approx(28.5 + 36 * 28.5 / 64, rel=1e-3)
    assert "idle power is the others'" in apart.rules["package-0"]


def test_a_card_whose_processes_are_not_told_is_unknown(tmp_path):
    window, began = log_of(tmp_path, Scripted((100.0, 200.0)), 0.4)
    at = began + 0.05
    looks(
        tmp_path,
        (at, "", 0, 0, 0, 0, 1), (at, "GPU-0", 20, 40, None, 0, 0),
        (at + 0.2, "", 1, 2, 4, 0, 1), (at + 0.2, "GPU-0", 20, 40, None, 0, 0),
    )  # fmt: skip
    found = attributed(window.folder, PID)
    assert found[f"process {PID}"] == pytest.approx(10.0, rel=1e-3)
    assert found[UNKNOWN] == pytest.approx(40.0, rel=1e-3)


def test_a_driver_that_has_not_sampled_anew_tells_what_it_told(tmp_path):
    window, began = log_of(tmp_path, Scripted((100.0,)), 0.5)
    at = began + 0.05
    cards = [(30, 40), ("nan", "nan"), ("nan", "nan")]
    looks(
        tmp_path,
        *((at + 0.1 * step, "", 0, 0, 0, 0, 1) for step in range(3)),
        *((at + 0.1 * step, "GPU-0", own, every, None, 0, 1) for step, (own, every) in enumerate(cards)),
    )
    assert attributed(window.folder, PID)[f"process {PID}"] == pytest.approx(20 * 3 / 4, rel=1e-3)
    never = [("nan", "nan")] * 3
    looks(
        tmp_path,
        *((at + 0.1 * step, "", 0, 0, 0, 0, 1) for step in range(3)),
        *((at + 0.1 * step, "GPU-0", own, every, None, 1, 5) for step, (own, every) in enumerate(never)),
    )
    assert attributed(window.folder, PID)[f"process {PID}"] == pytest.approx(20 * 1 / 5, rel=1e-3)


def test_a_process_that_ended_used_no_more(tmp_path):
    window, began = log_of(tmp_path, Node(), 0.5)
    at = began + 0.1
    looks(
        tmp_path,
        (at, "", 0, 0, 0, 1e9, 4e9),
        (at + 0.1, "", 2, 2, 4, 1e9, 4e9),
        (at + 0.2, "", "nan", 4, 8, "nan", 4e9),
    )  # fmt: skip
    found = attributed(window.folder, PID).to_frame().set_index(["sensor", "party"])["energy [J]"]
    assert found["package-0", f"process {PID}"] == pytest.approx(10.0, rel=1e-3)
    assert found["package-0", OTHERS] == pytest.approx(10.0, rel=1e-3)


def test_what_was_not_followed_is_told(tmp_path):
    window, began = log_of(tmp_path, Node(), 0.2)
    with pytest.raises(InputError, match="this process was not followed"):
        attributed(window.folder, PID)
    looks(tmp_path, (began, "", 0, 0, 0, 0, 0))
    with pytest.raises(InputError, match="nothing of the time of this process"):
        attributed(window.folder, PID)
    (tmp_path / f"_process-{PID}-elsewhere-7.csv").write_text("time,device,own,all,cores,own_bytes,all_bytes\n")
    with pytest.raises(InputError, match="the log cannot be read"):
        attributed(window.folder, PID, host="elsewhere")


def test_numbers_of_processes_come_again_and_the_last_one_is_meant(tmp_path):
    for began in (900, 1000, 20):
        (tmp_path / f"_process-{PID}-{host_name()}-{began}.csv").write_text("")
    assert path_of(tmp_path, PID).name.endswith("-1000.csv")
    assert path_of(tmp_path, PID + 1) is None


@ON_LINUX
def test_a_child_that_works_has_its_share_to_its_end(tmp_path):
    with measure(tmp_path, Node(), every="100 ms") as window:
        with subprocess.Popen([sys.executable, "-c", BUSY.format(0.6)]) as child:
            follower = Follower(window.folder, child.pid, child=True)
            while follower.look() and child.poll() is None:
                time.sleep(0.1)
        follower.close()
    rows = path_of(window.folder, child.pid, host_name()).read_text().splitlines()
    ended = rows[-1].split(",")
    assert float(ended[2]) == pytest.approx(
        0.6, abs=0.3
    )  # the time that the system tells of a child that was waited for
    assert math.isnan(float(ended[5]))
    found = attributed(window.folder, child.pid)
    assert 0.0 < found[f"process {child.pid}"] < found.total
    assert found.total <= window.devices["node"] * (1 + 1e-6)
    assert found.energy.sum() == pytest.approx(found.total)


@ON_LINUX
def test_a_process_that_runs_is_followed_while_it_is_looked_at(tmp_path):
    with measure(tmp_path, Node(), every="100 ms") as window:
        follower = Follower(window.folder, os.getpid())
        for _ in range(4):
            assert follower.look()
            sum(range(2_000_000))
        follower.close()
    found = attributed(window.folder, os.getpid())
    assert found[f"process {os.getpid()}"] > 0
