"""Energy counters of processors, read in trees of files as Linux shows them."""

import json
import math
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from lca_ai.meter.base import Counting, SourceUnavailable
from lca_ai.meter.sources.rapl import RaplSource

RANGE = 262_143_328_850


def zone(root, path, name, counter, limit=RANGE):
    folder = root / path
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "energy_uj").write_text(f"{counter}\n")
    if limit is not None:
        (folder / "max_energy_range_uj").write_text(f"{limit}\n")
    return folder


@pytest.fixture
def root(tmp_path):
    """Two packages with cores and memory, beside what is no zone."""
    (tmp_path / "intel-rapl").mkdir()
    for number, base in (("0", 1_000_000), ("1", 9_000_000)):
        zone(tmp_path, f"intel-rapl:{number}", f"package-{number}", base)
        zone(tmp_path, f"intel-rapl:{number}:0", "core", base // 2)
        zone(tmp_path, f"intel-rapl:{number}:1", "dram", base // 4, 65_712_999_613)
    return tmp_path


def opened(root):
    source = RaplSource(root)
    return source, {sensor.name: sensor for sensor in source.open()}


def readings(source):
    return {reading.sensor: reading for reading in source.read()}


def test_names_parents_and_what_is_covered_are_those_of_the_logs(root):
    zone(root, "intel-rapl:2", "psys", 50_000_000)
    _, sensors = opened(root)
    assert {name: sensor.parent for name, sensor in sensors.items()} == {
        "package-0": "psys", "package-0/core": "package-0", "dram-0": "psys",
        "package-1": "psys", "package-1/core": "package-1", "dram-1": "psys", "psys": "",
    }  # fmt: skip
    assert (sensors["psys"].covers, sensors["psys"].also) == ("cpu", ("memory",))
    assert (sensors["dram-1"].covers, sensors["package-0/core"].covers) == ("memory", "cpu")
    assert {sensor.kind for sensor in sensors.values()} == {"counter"}
    assert sensors["package-0"].range_j == pytest.approx(262_143.328_850, rel=1e-12)
    assert sensors["dram-0"].range_j == pytest.approx(65_712.999_613, rel=1e-12)


def test_the_limit_of_a_platform_is_told(root):
    psys = zone(root, "intel-rapl:2", "psys", 50_000_000)
    assert opened(root)[1]["psys"].limit_w is None
    (psys / "constraint_0_max_power_uw").write_text("0")
    (psys / "constraint_0_power_limit_uw").write_text("900000000")
    (psys / "constraint_1_power_limit_uw").write_text("1200000000")
    sensors = opened(root)[1]
    assert (sensors["psys"].limit_w, sensors["package-0"].limit_w) == (pytest.approx(1200.0), None)


def test_without_psys_packages_and_memory_stand_side_by_side(root):
    _, sensors = opened(root)
    assert {name for name, sensor in sensors.items() if not sensor.parent} == {
        "package-0", "package-1", "dram-0", "dram-1",
    }  # fmt: skip


def test_a_counter_is_read_in_joules_and_its_wrap_is_left_to_its_range(root):
    source, sensors = opened(root)
    assert readings(source)["package-0"].energy_j == 1.0
    (root / "intel-rapl:0/energy_uj").write_text(str(RANGE - 1_000_000))
    before = readings(source)["package-0"].energy_j
    (root / "intel-rapl:0/energy_uj").write_text("2000000")
    after = readings(source)["package-0"].energy_j
    assert after - before + sensors["package-0"].range_j == pytest.approx(3.0, abs=1e-6)


def test_a_counter_that_is_away_is_a_fault_and_returns(root):
    source, _ = opened(root)
    file = root / "intel-rapl:1/energy_uj"
    for broken, told in (("0", "reads 0"), ("", "cannot be read"), ("what", "cannot be read")):
        file.write_text(broken)
        reading = readings(source)["package-1"]
        assert math.isnan(reading.energy_j)
        assert told in reading.fault
        assert readings(source)["package-0"].fault == ""
    file.unlink()
    file.write_text("9500000")
    assert readings(source)["package-1"].energy_j == 9.5


def test_one_counter_by_two_ways_counts_once(root):
    zone(root, "intel-rapl-mmio:0", "package-0", 1_000_000)
    _, sensors = opened(root)
    assert sorted(name for name in sensors if name.startswith("package-0")) == ["package-0", "package-0/core"]
    assert sensors["package-0"].facts["zone"] == "intel-rapl:0"
    assert sensors["package-0"].facts["also told by"] == "intel-rapl-mmio:0"


def test_a_counter_by_memory_alone_is_used(tmp_path):
    zone(tmp_path, "intel-rapl-mmio:0", "package-0", 1_000_000)
    _, sensors = opened(tmp_path)
    assert list(sensors) == ["package-0"]


def test_dies_with_counters_of_their_own_are_two(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0-die-0", 1_000_000)
    zone(tmp_path, "intel-rapl:1", "package-0-die-1", 1_100_000)
    source, sensors = opened(tmp_path)
    assert list(sensors) == ["package-0-die-0", "package-0-die-1"]
    assert source.left_out == []


def test_dies_that_mirror_one_counter_are_one(tmp_path):
    for number in ("0", "1"):
        zone(tmp_path, f"intel-rapl:{number}", f"package-0-die-{number}", 1_000_000)
        zone(tmp_path, f"intel-rapl:{number}:0", "core", 500_000)
        zone(tmp_path, f"intel-rapl:{number}:1", "dram", 250_000)
    source, sensors = opened(tmp_path)
    assert list(sensors) == ["package-0-die-0", "package-0-die-0/core", "dram-0-die-0"]
    assert sensors["package-0-die-0"].facts["mirrored by"] == "package-0-die-1"
    assert {why.reason.split(" is left out")[0] for why in source.left_out} == {
        "package-0-die-1", "package-0-die-1/core", "dram-0-die-1",
    }  # fmt: skip


def test_a_mirror_that_moves_while_it_is_looked_at_is_one(tmp_path):
    first = zone(tmp_path, "intel-rapl:0", "package-0-die-0", 1)
    (tmp_path / "intel-rapl:1").mkdir()
    (tmp_path / "intel-rapl:1/name").write_text("package-0-die-1")
    (tmp_path / "intel-rapl:1/energy_uj").symlink_to(first / "energy_uj")
    end = threading.Event()
    file = os.open(first / "energy_uj", os.O_WRONLY)

    def run():
        while not end.is_set():
            os.pwrite(file, f"{time.monotonic_ns():020}".encode(), 0)

    (first / "energy_uj").write_text(f"{time.monotonic_ns():020}")
    thread = threading.Thread(target=run)
    thread.start()
    try:
        _, sensors = opened(tmp_path)
    finally:
        end.set()
        thread.join()
        os.close(file)
    assert list(sensors) == ["package-0-die-0"]


def test_a_part_that_stands_at_zero_is_left_out_and_said(root):
    zone(root, "intel-rapl:0:2", "uncore", 0)
    source, sensors = opened(root)
    assert "package-0/uncore" not in sensors
    assert [why.reason for why in source.left_out] == [
        "package-0/uncore is left out: its counter stands at 0: not counted"
    ]


def test_counters_that_all_stand_at_zero_are_none(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0", 0)
    with pytest.raises(SourceUnavailable, match="stand at 0"):
        RaplSource(tmp_path).open()


def test_a_machine_without_counters_says_so(tmp_path):
    for root in (tmp_path, tmp_path / "away"):
        with pytest.raises(SourceUnavailable, match="no energy counter of a processor in") as fault:
            RaplSource(root).open()
        assert "modprobe intel_rapl_msr" in fault.value.remedy


def test_a_counter_that_is_no_file_is_left_out(root):
    (root / "intel-rapl:1/energy_uj").unlink()
    (root / "intel-rapl:1/energy_uj").mkdir()
    source, sensors = opened(root)
    assert sorted(sensors) == ["dram-0", "dram-1", "package-0", "package-0/core"]
    assert any("package-1 is left out" in why.reason for why in source.left_out)


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_counters_that_may_not_be_read_name_the_remedy():
    """Asked as a user who is not root, whom no permission would stop."""
    words = (
        "import json, os, sys; from lca_ai.meter.base import SourceUnavailable\n"
        "from lca_ai.meter.sources.rapl import RaplSource\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: RaplSource(sys.argv[1]).open()\n"
        "except SourceUnavailable as why: print(json.dumps([why.reason, why.remedy]))"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (zone(Path(folder), "intel-rapl:0", "package-0", 1_000_000) / "energy_uj").chmod(0)
        done = subprocess.run([sys.executable, "-c", words, folder], capture_output=True, text=True, check=True)
    reason, remedy = json.loads(done.stdout)
    assert reason == "no permission to read the energy counters"
    assert "sudo chmod a+r" in remedy


def test_a_source_that_is_not_open_can_be_handed_to_another_process_and_its_counters_be_read_alone(root):
    source = pickle.loads(pickle.dumps(RaplSource(root)))  # noqa: S301 (our own)
    source.open()
    assert isinstance(source, Counting)
    assert [one.sensor for one in source.read_counters()] == [one.sensor for one in source.read()]
    source.close()
    assert readings(source)["package-0"].energy_j == 1.0
    source.close()
