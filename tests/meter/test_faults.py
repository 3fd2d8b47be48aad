"""What goes wrong while a program is measured, made to go wrong: in real processes, with real signals, files and clocks."""

import math
import os
import random
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from scripted import Broken, Scripted

import lca_ai as lca
from lca_ai.errors import InputError, LogError
from lca_ai.logs.energy import read_energy
from lca_ai.meter.clock import Clock
from lca_ai.meter.recorder import host_name

WATTS = 350.0
#: Energy of the time by which a busy machine may part a reading and its stamp.
LATE = WATTS * 0.02

WORKING = """
import sys, time
import lca_ai as lca
from scripted import Scripted
folder, every, flush, process = sys.argv[1], sys.argv[2], sys.argv[3], "process" in sys.argv
with lca.measure(folder, [Scripted()], every, flush=flush, process=process) as window:
    print("measuring", flush=True)
    number = 0
    while True:
        with window.stage(f"step {number}"):
            time.sleep(0.003)
        number += 1
"""

STARVING = """
import sys, time
import lca_ai as lca
from scripted import Scripted
def hold(seconds):
    until, size = time.monotonic() + seconds, 200_000
    while time.monotonic() < until:
        began = time.monotonic()
        7 ** size  # one instruction: the lock is not given up in between
        size = min(int(size * 1.5), 4_000_000) if time.monotonic() - began < 0.3 else size
with lca.measure(sys.argv[1], [Scripted()], "20 ms", process="process" in sys.argv) as window:
    hold(3.0)
quality = window.quality
print(quality.ticks, quality.ticks_missed, window.energy.to("J").magnitude / window.seconds)
"""

FULL = """
import resource, sys, time
import lca_ai as lca
from scripted import Scripted
limit = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
with lca.measure(sys.argv[1], [Scripted()], "10 ms") as window:
    time.sleep(0.2)
    limit(6_000)
    time.sleep(0.5)
    if "freed" in sys.argv:
        limit(resource.RLIM_INFINITY)
        time.sleep(0.2)
print(window.energy.to("J").magnitude, window.seconds, window.quality.rows_lost, window.quality.write_fault)
"""

RANK = """
import sys, time
import lca_ai as lca
from scripted import Scripted
with lca.measure(sys.argv[1], [Scripted()], "20 ms", flush="40 ms") as window:
    print("measuring", flush=True)
    with window.stage("of " + sys.argv[2]):
        time.sleep(0.5)
    time.sleep(0.1)
    window.energy, window.stages  # what they need is loaded
    joules, seconds = window.energy.to("J").magnitude, window.seconds
    print(joules / seconds, window.quality.recorder, window.stages["energy [kWh]"][1] * 3.6e6)
    sys.stdin.readline()
"""

FORKING = """
import os, sys, time
import lca_ai as lca
from scripted import Scripted
with lca.measure(sys.argv[1], [Scripted()], "10 ms", process="process" in sys.argv) as window:
    time.sleep(0.1)
    child = os.fork()
    with window.stage("child" if child == 0 else "parent"):
        time.sleep(0.1)
if child == 0:
    time.sleep(20)  # lives on, with whatever it has inherited
    os._exit(0)
print(child, window.energy.to("J").magnitude / window.seconds, window.quality.rows_lost, flush=True)
"""


def _rows(folder):
    (path,) = folder.glob("power-*.csv")
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def _cut_off(folder, program, delay):
    """Measure, and kill after a while; return by how much the log ends before."""
    process = program(WORKING, folder, "10 ms", "0.1 s")
    assert process.stdout.readline() == "measuring\n"
    time.sleep(delay)
    killed = time.time()
    process.kill()
    process.wait()
    whole = [cells for cells in _rows(folder) if len(cells) == 21]
    return killed - datetime.fromisoformat(whole[-1][0]).timestamp()


def test_killed_a_hundred_times_it_loses_at_most_the_last_flush_and_never_the_file(tmp_path, program):
    folders = [tmp_path / str(number) for number in range(25)]

    def four_times(folder):
        dice = random.Random(folder.name)  # noqa: S311 (moments of a test)
        return [_cut_off(folder, program, dice.uniform(0.0, 0.4)) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        lost = [one for many in pool.map(four_times, folders) for one in many]
    assert len(lost) == 100
    assert max(lost) < 0.1 + 0.4  # the flush interval, and what a machine that is busy takes for a tick
    assert sorted(lost)[50] < 0.1
    for folder in folders:
        reading = read_energy(lca.read_power_log(folder))
        notes = {note.what: note.count for note in reading.notes}
        assert (notes["resumed"], notes["without an end"]) == (3, 4)
        assert reading.total * 3.6e6 == pytest.approx(WATTS * reading.occupied, abs=LATE)
        gaps = reading.seconds - reading.occupied
        assert gaps > 0.1  # what was drawn while nobody measured is not in it


def test_the_process_that_measures_outlives_a_kill_and_ends_the_log(tmp_path, program):
    process = program(WORKING, tmp_path, "50 ms", "5 s", "process")
    assert process.stdout.readline() == "measuring\n"
    time.sleep(0.5)
    process.kill()
    killed = time.time()
    for _ in range(200):
        if _rows(tmp_path)[-1][2] == "end":
            break
        time.sleep(0.02)
    ends = [cells for cells in _rows(tmp_path) if cells[2] == "end"]
    assert ends[0][12] == "the measured program ended without closing the window"
    assert abs(datetime.fromisoformat(ends[0][0]).timestamp() - killed) < 1.5
    assert {note.what for note in read_energy(lca.read_power_log(tmp_path)).notes} == set()


def test_a_log_may_be_read_at_any_moment(tmp_path, program):
    process = program(WORKING, tmp_path, "10 ms", "0.1 s")
    assert process.stdout.readline() == "measuring\n"
    time.sleep(0.05)
    totals = []
    for _ in range(20):
        reading = read_energy(lca.read_power_log(tmp_path))
        assert reading.total * 3.6e6 == pytest.approx(WATTS * reading.occupied, abs=LATE)
        totals.append(reading.total)
        time.sleep(0.02)
    assert totals == sorted(totals)
    assert totals[-1] > totals[0]


@pytest.mark.parametrize("freed", [True, False])
def test_a_full_disk_costs_rows_and_no_energy(tmp_path, finished, freed):
    words = finished(FULL, tmp_path, *(["freed"] if freed else []), stderr=subprocess.PIPE).split(maxsplit=3)
    joules, seconds, lost = map(float, words[:3])
    assert joules == pytest.approx(WATTS * seconds, rel=0.01)
    assert lost > 50
    reading = read_energy(lca.read_power_log(tmp_path))
    if freed:
        assert len(words) == 3  # no fault any more
        assert reading.total * 3.6e6 == pytest.approx(joules, rel=1e-9)
        (told,) = [note.detail for note in reading.notes if note.what == "note of the meter"]
        assert re.fullmatch(rf"{int(lost)} rows lost: File too large", told)
    else:
        assert words[3] == "File too large\n"
        assert 0 < reading.total * 3.6e6 < joules
        assert (tmp_path / f"power-{host_name()}.csv").stat().st_size == 6_000


def test_a_power_cut_costs_the_last_line(tmp_path):
    with lca.measure(tmp_path / "run", [Scripted()], "10 ms") as window, window.stage("a"):
        time.sleep(0.4)
    (path,) = (tmp_path / "run").glob("power-*.csv")
    raw = path.read_bytes()
    ends = [place for place, byte in enumerate(raw) if byte == ord("\n")]
    dice, last = random.Random(5), -1.0  # noqa: S311 (cuts of a test)
    for cut in sorted({*dice.sample(range(ends[7], len(raw)), 60), len(raw) - 1, len(raw)}):
        path.write_bytes(raw[:cut])
        reading = read_energy(lca.read_power_log(path))
        of_device = reading.hours.groupby(level="device")[["energy", "covered"]].sum()
        watts = of_device["energy"] * 3.6e6 / of_device["covered"]
        assert watts.tolist() == pytest.approx([100.0, 250.0][: len(watts)], rel=0.05)
        assert {note.what: note.count for note in reading.notes}.get("row cut short", 0) == (raw[cut - 1] != ord("\n"))
        assert reading.total >= last
        last = reading.total
    assert last == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    path.write_bytes(raw + b"\0" * 512)  # as file systems leave it
    assert read_energy(lca.read_power_log(path)).total == pytest.approx(last, rel=1e-9)


def test_it_goes_on_after_a_power_cut(tmp_path):
    measure = lca.measure(tmp_path, [Scripted()], "10 ms")
    with measure as first:
        time.sleep(0.1)
    (path,) = tmp_path.glob("power-*.csv")
    path.write_bytes(path.read_bytes()[:-30])
    with measure as second:
        time.sleep(0.1)
    reading = read_energy(lca.read_power_log(tmp_path))
    assert {note.what: note.count for note in reading.notes} == {"row cut short": 1, "resumed": 1}
    joules = first.energy.to("J").magnitude + second.energy.to("J").magnitude
    assert reading.total * 3.6e6 == pytest.approx(joules, rel=0.1)


@pytest.mark.parametrize("step", [-3_600.0, 3_600.0])
def test_a_wall_clock_that_is_set_moves_no_time_stamp(tmp_path, step):
    shift = [0.0]
    clock = Clock(wall=lambda: time.time() + shift[0])
    with lca.measure(tmp_path, [Scripted()], "10 ms", clock=clock) as window:
        time.sleep(0.1)
        shift[0] = step
        time.sleep(0.1)
    times = [cells[0] for cells in _rows(tmp_path)]
    assert all(abs(datetime.fromisoformat(one).timestamp() - time.time()) < 5 for one in times)
    way = "back" if step < 0 else "forward"
    (change,) = window.quality.clock
    assert re.fullmatch(rf"the wall clock was set {way} 3(?:600|599)\.\d{{3}} s", change)
    reading = read_energy(lca.read_power_log(tmp_path))
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    assert [note.what for note in reading.notes] == ["note of the meter"]


def test_a_computer_that_slept_has_a_gap_and_the_stamps_go_forward(tmp_path):
    asleep = [0.0]
    clock = Clock(wall=lambda: time.time() + asleep[0], boot=lambda: time.monotonic() + asleep[0])
    with lca.measure(tmp_path, [Scripted()], "10 ms", clock=clock) as window:
        time.sleep(0.1)
        asleep[0] = 7_200.0
        time.sleep(0.1)
    (change,) = window.quality.clock
    assert re.fullmatch(r"the computer slept 7(?:200|199)\.\d{3} s", change)
    assert window.end.timestamp() - time.time() == pytest.approx(7_200.0, abs=2.0)
    reading = read_energy(lca.read_power_log(tmp_path))
    assert reading.seconds == pytest.approx(7_200.0 + window.seconds, abs=0.1)
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)


def test_a_source_that_fails_once_is_told_and_read_again(tmp_path):
    with lca.measure(tmp_path, [Broken()], "10 ms") as window:
        time.sleep(0.2)
    fault = "ZeroDivisionError: of the third reading"
    assert window.quality.faults == {f"GPU-{n}: {fault}": 1 for n in range(2)}
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.02)
    reading = read_energy(window.log)
    assert [(note.what, note.count, note.detail) for note in reading.notes] == [("fault of a sensor", 2, fault)]
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)


def test_a_counter_that_is_away_for_a_while_loses_no_energy(tmp_path):
    now = time.monotonic()
    with lca.measure(tmp_path, [Scripted(dark=((now + 0.2, now + 0.5),))], "10 ms") as window:
        time.sleep(0.3)
        with window.stage("in the dark"):
            time.sleep(0.1)
        time.sleep(0.4)
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.02)
    assert sum(window.quality.faults.values()) >= 20
    assert window.stages["energy [kWh]"][1] * 3.6e6 == pytest.approx(WATTS * window.stages["seconds"][1], rel=0.02)
    reading = read_energy(window.log)
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    assert {note.what for note in reading.notes} == {"fault of a sensor"}


def test_a_counter_that_is_away_at_the_end_is_known_until_then(tmp_path):
    since = time.monotonic() + 0.3
    with lca.measure(tmp_path, [Scripted(dark=((since, since + 60.0),))], "10 ms") as window:
        time.sleep(0.6)
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * 0.3, rel=0.2)
    assert read_energy(window.log).total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)


def test_a_counter_that_starts_again_at_its_range_goes_on(tmp_path):
    source = Scripted((100.0, 250.0), range_j=30.0, limit_w=300.0)
    with lca.measure(tmp_path, [source], "10 ms") as window:
        for _ in range(5):
            with window.stage("a"):
                time.sleep(0.1)
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.02)
    reading = read_energy(window.log)
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)
    assert {note.what for note in reading.notes} == {"counter wrapped"}


def test_a_counter_that_is_reset_counts_nothing_across(tmp_path):
    with lca.measure(tmp_path, [Scripted(reset=time.monotonic() + 0.2)], "10 ms") as window:
        time.sleep(0.5)
    assert window.quality.faults == {"GPU-0: counter reset": 1, "GPU-1: counter reset": 1}
    unknown = window.quality.unknown_s
    assert 0 < unknown["GPU-0"] < 0.1
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * (window.seconds - unknown["GPU-0"]), rel=0.02)
    reading = read_energy(window.log)
    assert reading.resets == 2
    assert reading.total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-9)


def test_code_that_holds_the_interpreters_lock_starves_a_thread_and_not_a_process(tmp_path, finished):
    ticks, missed, watts = map(float, finished(STARVING, tmp_path / "a", "process").split())
    assert watts == pytest.approx(WATTS, rel=0.01)
    assert missed < 0.25 * (ticks + missed)
    own_ticks, own_missed, watts = map(float, finished(STARVING, tmp_path / "b").split())
    assert watts == pytest.approx(WATTS, rel=0.01)  # the counters at the edges are exact whatever was missed
    assert own_missed > 0.5 * (own_ticks + own_missed)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
@pytest.mark.parametrize("how", ["thread", "process"])
def test_a_forked_child_records_nothing_and_holds_nothing(tmp_path, program, rows, how):
    process = program(FORKING, tmp_path, how)
    child, watts, lost = process.stdout.readline().split()
    try:
        assert float(watts) == pytest.approx(WATTS, rel=0.05)
        assert lost == "0"
        events = [(row["event"], row["stage"]) for row in rows(tmp_path) if not row["sensor"]]
        assert events == [("start", ""), ("stage+", "parent"), ("stage-", "parent"), ("end", "")]
        with lca.measure(tmp_path, [Scripted()]) as window:  # the lock is free, though the child lives
            pass
        assert window.quality.recorder == "this process"
    finally:
        os.kill(int(child), signal.SIGKILL)


def test_two_ranks_share_one_recording(tmp_path, program, rows):
    ranks = []
    for number in range(2):
        ranks.append(program(RANK, tmp_path, f"rank {number}"))
        assert ranks[-1].stdout.readline() == "measuring\n"
    told = [rank.stdout.readline().rsplit(maxsplit=1) for rank in ranks]
    for rank in reversed(ranks):
        rank.communicate("\n")
    assert [line.split(maxsplit=1)[1] for line, _ in told] == ["this process", "another process"]
    for line, stage in told:
        assert float(line.split()[0]) == pytest.approx(WATTS, rel=0.1)  # energy and time are asked one after the other
        assert float(stage) == pytest.approx(WATTS * 0.5, rel=0.1)
    found = rows(tmp_path)
    starts = [row for row in found if row["event"] == "start" and not row["sensor"]]
    assert len(starts) == 1
    stages = [(row["event"], row["stage"]) for row in found if row["event"].startswith("stage") and not row["sensor"]]
    assert sorted(stages) == [(event, f"of rank {n}") for event in ("stage+", "stage-") for n in range(2)]
    assert {row["process"] for row in found if row["stage"] == "of rank 1"} == {str(ranks[1].pid)}
    reading = read_energy(lca.read_power_log(tmp_path))
    assert reading.total * 3.6e6 == pytest.approx(WATTS * reading.seconds, abs=LATE)  # once, not twice


def test_a_rank_that_is_left_alone_says_that_nobody_records(tmp_path, program):
    first = program(RANK, tmp_path, "rank 0")
    assert first.stdout.readline() == "measuring\n"
    window = (measure := lca.measure(tmp_path, [Scripted()], "20 ms", flush="20 ms")).start()
    first.kill()
    first.wait()
    time.sleep(0.3)
    assert math.isnan(window.energy.magnitude)
    measure.stop()


NODE = """
import sys, time
import lca_ai as lca
from scripted import Scripted
with lca.measure(sys.argv[1], [Scripted(node=900.0)], "20 ms", flush="40 ms"):
    print("measuring", flush=True)
    sys.stdin.readline()
"""


def test_a_rank_does_not_add_the_cards_to_their_node(tmp_path, program):
    other = program(NODE, tmp_path)
    assert other.stdout.readline() == "measuring\n"
    time.sleep(0.2)
    with lca.measure(tmp_path, [Scripted()], "20 ms", flush="40 ms") as window:
        time.sleep(0.5)
    other.communicate("\n")
    assert [sensor.name for sensor in window.sensors] == ["GPU-0", "GPU-1", "node"]
    assert window.energy.to("J").magnitude == pytest.approx(900.0 * window.seconds, rel=0.02)


CHILD = """
import os, sys, time
import lca_ai as lca
from scripted import Scripted
with lca.measure(sys.argv[1], [Scripted()], "10 ms", flush="20 ms"):
    if os.fork() == 0:
        with lca.measure(sys.argv[1], [Scripted()], "10 ms", flush="20 ms") as window, window.stage("of the child"):
            time.sleep(0.3)
        print(window.quality.recorder, window.energy.to("J").magnitude / window.seconds, flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
def test_a_forked_child_that_measures_takes_part_as_a_rank_does(tmp_path, finished, rows):
    who, watts = finished(CHILD, tmp_path).rsplit(maxsplit=1)
    assert who == "another process"
    assert float(watts) == pytest.approx(WATTS, rel=0.05)
    events = [(row["event"], row["stage"]) for row in rows(tmp_path) if not row["sensor"]]
    assert events == [("start", ""), ("stage+", "of the child"), ("stage-", "of the child"), ("end", "")]


def test_a_second_job_of_the_node_records_for_itself(tmp_path, program):
    other = program(WORKING, tmp_path / "other", "10 ms", "0.1 s")
    assert other.stdout.readline() == "measuring\n"
    with lca.measure(tmp_path / "own", [Scripted()], "10 ms") as window:
        time.sleep(0.3)
    assert window.quality.recorder == "this process"
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.02)
    other.kill()
    other.wait()
    assert read_energy(lca.read_power_log(tmp_path / "other")).total > 0


@pytest.mark.parametrize("every", ["10 s", "1 s"])
def test_two_logs_of_one_node_at_one_time_are_not_added(tmp_path, every):
    with lca.measure(tmp_path / "a", [Scripted()], every), lca.measure(tmp_path / "b", [Scripted()], every):
        time.sleep(3.0)
    both = lca.read_power_log([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(LogError, match="same device at the same time"):
        lca.energy(both)


def test_logs_of_one_node_one_after_the_other_are_added(tmp_path):
    windows = []
    for name in ("a", "b"):
        with lca.measure(tmp_path / name, [Scripted()], "20 ms") as window:
            time.sleep(0.2)
        windows.append(window)
        time.sleep(0.3)
    total = read_energy(lca.read_power_log([tmp_path / "a", tmp_path / "b"])).total
    assert total == pytest.approx(sum(one.energy.to("kWh").magnitude for one in windows), rel=1e-9)


@pytest.mark.parametrize("how", ["thread", "process"])
def test_ctrl_c_ends_the_log(tmp_path, program, how):
    process = program(WORKING, tmp_path, "10 ms", "5 s", how, stderr=subprocess.PIPE)
    assert process.stdout.readline() == "measuring\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=10)
    assert process.returncode in (-signal.SIGINT, 130)
    assert "KeyboardInterrupt" in printed
    ends = [cells for cells in _rows(tmp_path) if cells[2] == "end" and not cells[4]]
    assert [cells[12] for cells in ends] == ["KeyboardInterrupt: "]
    reading = read_energy(lca.read_power_log(tmp_path))
    assert reading.notes == ()
    assert reading.total * 3.6e6 == pytest.approx(WATTS * reading.seconds, abs=LATE)


def test_a_program_that_forgets_to_stop_ends_its_log(tmp_path, finished):
    code = "import lca_ai as lca, sys\nfrom scripted import Scripted\nlca.measure(sys.argv[1], [Scripted()]).start()"
    finished(code, tmp_path)
    ends = [cells for cells in _rows(tmp_path) if cells[2] == "end" and not cells[4]]
    assert [cells[12] for cells in ends] == ["the program ended without closing the window"]


def test_a_folder_that_is_gone_does_not_end_the_program(tmp_path):
    with lca.measure(tmp_path / "run", [Scripted()], "10 ms") as window:
        time.sleep(0.05)
        shutil.rmtree(tmp_path / "run")
        time.sleep(0.1)
    assert window.energy.to("J").magnitude == pytest.approx(WATTS * window.seconds, rel=0.05)


def test_sources_that_cannot_be_handed_over_are_refused(tmp_path):
    class Local(Scripted):
        pass

    with pytest.raises(InputError, match="handed to another process"), lca.measure(tmp_path, [Local()], process=True):
        pass
    with lca.measure(tmp_path, [Local()]) as window:
        pass
    assert window.quality.recorder == "this process"


def test_the_measuring_process_may_die_and_the_program_goes_on(tmp_path):
    with lca.measure(tmp_path, [Scripted()], "10 ms", process=True) as window:
        time.sleep(0.2)
        os.kill(window.session._process.pid, signal.SIGKILL)
        with window.stage("after"):
            time.sleep(0.05)
    assert window.quality.recorder == "nobody"
    assert math.isnan(window.energy.magnitude)
    assert read_energy(lca.read_power_log(tmp_path)).total * 3.6e6 == pytest.approx(WATTS * 0.2, rel=0.5)
