"""The energy of a node divided: hand-solved cases, and the law that nothing is lost."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import InputError
from lca_ai.meter import process_use
from lca_ai.meter.attribution import (
    BY_PARTS,
    NO_RULE,
    OTHERS,
    UNKNOWN,
    Share,
    attribute,
    by_device_use,
    by_memory,
    by_processor_time,
    of_mig,
    of_mps,
    visible_devices,
    whole_node,
)  # fmt: skip
from lca_ai.meter.sources.nvml import ProcessUse
from lca_ai.meter.sources.visible import visible

# A node of two cards, a package and its memory, over two intervals.
#                 GPU-a        GPU-b       package-0    dram-0
# energy [J]      600  400     200  100    80   40      20  20      = 1460
NODE = {"GPU-a": [600.0, 400.0], "GPU-b": [200.0, 100.0], "package-0": [80.0, 40.0], "dram-0": [20.0, 20.0]}


def test_the_whole_node_is_the_whole():
    found = attribute(NODE, {"job": whole_node(NODE)})
    assert found["job"] == pytest.approx(1460.0, rel=1e-12)
    assert found[OTHERS] == found[UNKNOWN] == 0.0


def test_visible_devices_are_whole_and_the_other_ones_the_others():
    cards = [name for name in NODE if name.startswith("GPU")]
    found = attribute(NODE, {"job": visible_devices(cards, ["GPU-a"])})
    assert found["job"] == pytest.approx(1000.0, rel=1e-12)
    assert found[OTHERS] == pytest.approx(300.0, rel=1e-12)
    assert found[UNKNOWN] == pytest.approx(160.0, rel=1e-12)  # of the package and its memory nothing was said
    assert found.rules["package-0"] == NO_RULE


def test_what_a_process_may_see_is_told_by_its_variables():
    cards = ["GPU-a", "GPU-b"]
    seen = visible(cards, {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"})
    found = attribute({name: NODE[name] for name in cards}, {"job": visible_devices(cards, seen)})
    assert (found["job"], found[OTHERS]) == (300.0, 1000.0)


def test_processor_time_by_hand():
    # 3 of 4 busy seconds, then 1 of 2; 8 s of all cores in each: 80 x 3/4 + 40 x 1/2 = 80 J, or 80 x 3/8 + 40 x 1/8
    shared = attribute({"package-0": [80.0, 40.0]}, {"job": {"package-0": by_processor_time([3, 1], [4, 2])}})
    assert shared["job"] == pytest.approx(80.0, rel=1e-12)
    apart = by_processor_time([3, 1], [4, 2], all_s=[8, 8])
    found = attribute({"package-0": [80.0, 40.0]}, {"job": {"package-0": apart}})
    assert found["job"] == pytest.approx(35.0, rel=1e-12)
    assert found[OTHERS] == pytest.approx(85.0, rel=1e-12)
    assert "idle power is the others'" in found.rules["package-0"]


def test_a_card_by_utilisation_and_while_idle_by_memory():
    # busy: 30 of 60 %; idle: 2 of 8 GB; nobody there: the others'; a driver that told nothing: unknown
    share = by_device_use([30, 0, 0, math.nan], [60, 0, 0, math.nan], [2, 2, 0, 2], [8, 8, 0, 8])
    assert share.of == pytest.approx([0.5, 0.25, 0.0, math.nan], nan_ok=True)
    found = attribute({"GPU-a": [100.0, 40.0, 10.0, 7.0]}, {"job": {"GPU-a": share}})
    assert (found["job"], found[OTHERS], found[UNKNOWN]) == pytest.approx((60.0, 90.0 - 0.0, 7.0))


def test_memory_that_nobody_tells_is_unknown():
    assert by_memory([1.0, math.nan], [4.0, 4.0]).of == pytest.approx([0.25, math.nan], nan_ok=True)


def test_a_slice_bears_its_slices_of_the_card():
    jobs = {"a": {"GPU-a": of_mig(3, 7)}, "b": {"GPU-a": of_mig(2, 7)}}
    found = attribute({"GPU-a": [700.0]}, jobs)
    assert (found["a"], found["b"], found[OTHERS]) == pytest.approx((300.0, 200.0, 200.0))
    with pytest.raises(InputError, match="1 to 7"):
        of_mig(8, 7)
    assert attribute({"GPU-a": [700.0]}, {"a": {"GPU-a": of_mps(25)}})["a"] == pytest.approx(175.0)
    with pytest.raises(InputError, match="above 0"):
        of_mps(0)


def test_a_whole_bears_what_its_parts_do_not_and_is_divided_as_they_are():
    # the meter at the plug tells 2000 J; 1460 J are in the parts. The job has 1000 J of 1300 J of the cards, and all
    # of the processor: 1160/1460 of the parts, and so of the remaining 540 J
    parents = dict.fromkeys(NODE, "node")
    shares = {"job": visible_devices(["GPU-a", "GPU-b"], ["GPU-a"]) | whole_node(["package-0", "dram-0"])}
    one = {name: [sum(values)] for name, values in NODE.items()} | {"node": [2000.0]}
    found = attribute(one, shares, parents=parents)
    assert found["job"] == pytest.approx(1160 + 540 * 1160 / 1460, rel=1e-12)
    assert found.total == pytest.approx(2000.0, rel=1e-12)
    assert found.rules["node"] == BY_PARTS


def test_parts_that_exceed_their_whole_are_scaled_to_it_and_it_is_told():
    found = attribute(
        {"psys": [90.0], "package-0": [100.0]}, {"job": whole_node(["package-0"])}, parents={"package-0": "psys"}
    )
    assert found["job"] == pytest.approx(90.0)
    assert found.total == pytest.approx(90.0)
    assert "its parts exceed it in 1 intervals" in found.notes[0]


def test_shares_over_the_whole_are_scaled_and_told():
    jobs = {name: {"GPU-a": Share([0.9, 0.1], "told")} for name in "ab"}
    found = attribute({"GPU-a": [100.0, 100.0]}, jobs)
    assert (found["a"], found["b"], found[OTHERS]) == pytest.approx((60.0, 60.0, 80.0))
    assert found.notes == ("GPU-a: shares over the whole in 1 intervals, scaled to it",)


@pytest.mark.parametrize(
    ("energy", "shares", "message"),
    [
        ({"a": [1.0], "b": [1.0, 2.0]}, {}, "different intervals"),
        ({"a": [math.nan]}, {}, "an energy that is none"),
        ({"a": [1.0]}, {"job": {"b": Share(1.0, "")}}, "no such sensor"),
        ({"a": [1.0]}, {"job": {"a": Share(-0.1, "")}}, "a negative share"),
        ({"a": [1.0]}, {"others": {"a": Share(0.1, "")}}, "a party of this name"),
    ],
)
def test_what_cannot_be_divided(energy, shares, message):
    with pytest.raises(InputError, match=message):
        attribute(energy, shares)


def test_a_party_that_has_no_part():
    with pytest.raises(InputError, match=r"accepted: job, others, unknown"):
        attribute(NODE, {"job": whole_node(NODE)})["jbo"]


def test_a_sensor_within_itself():
    with pytest.raises(InputError, match="within itself"):
        attribute({"a": [1.0], "b": [1.0]}, {}, parents={"a": "b", "b": "a"})


joules = st.floats(0, 1e9).filter(lambda one: one == 0 or one > 1e-9)
portions = st.one_of(st.floats(0, 1.5), st.just(math.nan))


@st.composite
def nodes(draw):
    """A tree of sensors, and parties with any shares in some of them."""
    count, length = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    names = [f"s{number}" for number in range(count)]
    energy = {name: draw(st.lists(joules, min_size=length, max_size=length)) for name in names}
    parents = {f"s{one}": f"s{draw(st.integers(0, one - 1))}" for one in range(1, count) if draw(st.booleans())}
    shares = {
        f"job {number}": {
            name: Share(draw(st.lists(portions, min_size=length, max_size=length)), "any")
            for name in names
            if draw(st.booleans())
        }
        for number in range(draw(st.integers(0, 3)))
    }
    return energy, parents, shares


@given(nodes())
def test_nothing_is_lost(node):
    energy, parents, shares = node
    found = attribute(energy, shares, parents=parents)
    counted = sum(sum(values) for name, values in energy.items() if name not in parents)
    assert found.total == pytest.approx(counted, rel=1e-9, abs=1e-9)
    assert sum(found[party] for party in found.parties) == pytest.approx(counted, rel=1e-9, abs=1e-9)
    assert (found.energy >= 0).all()
    assert set(found.rules) == set(energy)
    frame = found.to_frame()
    assert frame["energy [J]"].sum() == pytest.approx(counted, rel=1e-9, abs=1e-9)
    assert (frame["rule"] != "").all()


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=20))
def test_a_share_of_processor_time_never_exceeds_the_whole(times):
    own, rest = np.array(times).T
    share = np.asarray(by_processor_time(own, own + rest).of)
    assert ((share >= 0) & (share <= 1)).all()


# What processes use

BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are listed on Linux only")
def test_the_processor_time_of_a_tree_holds_children_that_ended():
    code = (
        "import subprocess, sys, time\n"
        f"subprocess.run([sys.executable, '-c', {BUSY.format(0.4)!r}], check=True)\n"
        "print('done', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"done\n"
        use = process_use.of_tree(child.pid)
        assert process_use.tree(child.pid) == use.pids == (child.pid,)
        child.stdin.close()
    assert 0.35 < use.own_cpu_s < 5.0
    assert use.own_cpu_s < use.busy_cpu_s < use.all_cpu_s
    assert 0 < use.own_memory_bytes < use.used_memory_bytes
    assert process_use.tree(child.pid) == ()


def test_a_child_that_ended_and_nobody_waited_for_runs_no_more():
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        assert process_use.runs(child.pid)
        child.stdin.close()
        until = time.monotonic() + 10
        while process_use.runs(child.pid) and time.monotonic() < until:
            time.sleep(0.02)
        assert not process_use.runs(child.pid)
    assert not process_use.runs(2**22 + 1)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are listed on Linux only")
def test_a_tree_holds_the_children_that_run():
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        assert child.pid in process_use.tree(os.getpid())
        child.stdin.close()


def test_control_groups_of_both_versions(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    for folder, files in (
        (new, {"cpu.stat": "usage_usec 2500000\nuser_usec 2000000\n", "memory.current": "1048576\n"}),
        (old, {"cpuacct.usage": "2500000000\n", "memory.usage_in_bytes": "1048576\n"}),
    ):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        use = process_use.of_cgroup(folder)
        assert (use.own_cpu_s, use.own_memory_bytes) == (2.5, 1048576.0)
    with pytest.raises(InputError, match="no control group"):
        process_use.of_cgroup(tmp_path / "none")


def test_what_a_system_without_proc_says(tmp_path):
    with pytest.raises(InputError, match="processes are not listed"):
        process_use.tree(1, proc=tmp_path / "none")


def test_the_use_of_a_card_is_that_of_its_processes():
    uses = [
        ProcessUse("GPU-a", 10, 2e9, 30.0),
        ProcessUse("GPU-a", 11, 1e9, 20.0),
        ProcessUse("GPU-a", 99, 5e9, 50.0),
        ProcessUse("GPU-b", 99, 1e9, math.nan),
    ]
    found = process_use.of_cards(uses, (10, 11))
    assert found["GPU-a"] == (50.0, 100.0, 3e9, 8e9)
    assert found["GPU-b"] == pytest.approx((math.nan, math.nan, 0.0, 1e9), nan_ok=True)  # not sampled, not idle
    assert process_use.of_cards([*uses, ProcessUse("GPU-b", 10, 1e9, 7.0)], (10,))["GPU-b"] == (7.0, 7.0, 1e9, 2e9)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are listed on Linux only")
def test_a_busy_child_has_its_share_of_a_node():
    with subprocess.Popen([sys.executable, "-c", BUSY.format(30)]) as child:
        try:
            looks = []
            for _ in range(3):
                looks.append(process_use.of_tree(child.pid))
                time.sleep(0.3)
        finally:
            child.kill()
    own = np.diff([one.own_cpu_s for one in looks])
    busy = np.diff([one.busy_cpu_s for one in looks])
    share = np.asarray(by_processor_time(own, busy).of)
    assert ((share > 0.1) & (share < 1.2)).all()
