"""Readings of Linux powercap: wraps, resets, counters that are one, and which domain lies within which.

The columns are those of the files in sysfs: https://docs.kernel.org/power/powercap/powercap.html.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options

RANGE = 262_143_328_850  # of a package of many Intel processors, in µJ
FIRST = 1_717_149_600


def readings(path, **options):
    (found,) = formats.read(path, None, Options(**options))
    return found


def joules(found):
    """The last reading minus the first, by device; NaN where a step falls."""
    steps = found.frame.dropna().groupby("device")["counter"]
    return {name: float(one.iloc[-1] - one.iloc[0]) for name, one in steps}


def long(*zones, seconds=1):
    """One row a zone and second: (zone, name, counters in µJ, range)."""
    rows = [
        f"{FIRST + seconds * turn},{zone},{name},{values[turn]},{limit}"
        for turn in range(len(zones[0][2]))
        for zone, name, values, limit in zones
    ]
    return "time,zone,name,energy_uj,max_energy_range_uj\n" + "\n".join(rows) + "\n"


def test_a_counter_that_wraps_once_goes_on(write):
    # 100 J before its end, then 50 J after it: 150 J
    text = long(("intel-rapl:0", "package-0", [RANGE - 100_000_000, 50_000_000], RANGE))
    found = readings(write(text))
    assert found.kind == "counter"
    assert joules(found) == pytest.approx({"package-0": 150.0})
    assert [(note.what, note.count) for note in found.notes] == [("counter wrapped", 1)]


def test_a_counter_that_wraps_several_times_goes_on(write):
    # a range of 1,000 J, 400 J a second
    counter = [700_000_000, 100_000_000, 500_000_000, 900_000_000, 300_000_000]
    found = readings(write(long(("intel-rapl:0", "package-0", counter, 1_000_000_000))))
    assert joules(found) == pytest.approx({"package-0": 1_600.0})
    assert {note.what: note.count for note in found.notes} == {"counter wrapped": 2}


def test_a_fall_that_no_processor_makes_is_a_reset(write):
    # from 5 J to 1 J within a second: a wrap would be 262,139 J
    found = readings(write(long(("intel-rapl:0", "package-0", [5_000_000, 1_000_000, 11_000_000], RANGE))))
    assert list(found.frame["counter"]) == pytest.approx([5.0, 1.0, 11.0])
    assert not found.notes


def test_a_fall_without_a_known_range_stays_a_fall(write):
    text = "time,name,energy_uj\n1717149600,package-0,5000000\n1717149601,package-0,1000000\n"
    assert list(readings(write(text)).frame["counter"]) == pytest.approx([5.0, 1.0])


def test_so_long_an_interval_that_the_counter_may_have_wrapped_has_no_known_energy(write):
    # an hour: 500 W would be 1.8 MJ, seven ranges. 60 J a second on both sides of it
    text = "time,name,energy_uj,max_energy_range_uj\n" + "".join(
        f"{FIRST + second},package-0,{value},{RANGE}\n"
        for second, value in ((0, 10_000_000), (1, 70_000_000), (3_601, 90_000_000), (3_602, 150_000_000))
    )
    found = readings(write(text))
    assert np.diff(found.frame["counter"]) == pytest.approx([60.0, -RANGE / 1e9, 60.0])
    assert found.frame["counter"].ge(0).all()
    assert {note.what for note in found.notes} == {"wraps not known"}


def test_the_stated_power_of_a_zone_bounds_its_wraps(write):
    # 15 W over an hour are 54 kJ, less than the range: nothing is unknown
    rows = f"{FIRST},package-0,10000000,{RANGE},15000000\n{FIRST + 3600},package-0,40010000000,{RANGE},15000000\n"
    found = readings(write("time,name,energy_uj,max_energy_range_uj,max_power_uw\n" + rows))
    assert joules(found) == pytest.approx({"package-0": 40_000.0})
    assert not found.notes


def test_a_reading_that_failed_once_is_no_wrap(write):
    # 100 J, not read, 400 J: 300 J, and not 262,443 J
    found = readings(write(long(("intel-rapl:0", "package-0", [100_000_000, 0, 400_000_000], RANGE))))
    assert joules(found) == pytest.approx({"package-0": 300.0})
    assert found.frame["counter"].isna().sum() == 1
    assert {note.what: note.count for note in found.notes} == {"counter read as zero": 1}


@pytest.mark.parametrize("cell", ["", "N/A", "nan", "Permission denied"])
def test_a_cell_that_is_no_number_is_unknown(write, cell):
    found = readings(write(long(("intel-rapl:0", "package-0", [100_000_000, cell, 400_000_000], RANGE))))
    assert found.frame["counter"].isna().sum() == 1
    assert joules(found) == pytest.approx({"package-0": 300.0})


def test_a_memory_counter_that_never_moves_is_unknown_and_not_zero(write):
    package = ("intel-rapl:0", "package-0", [1_000_000, 2_000_000, 3_000_000], RANGE)
    found = readings(write(long(package, ("intel-rapl:0:1", "dram", [7, 7, 7], RANGE))))
    assert found.frame.set_index("device")["counter"]["dram-0"].isna().all()
    assert {note.what: note.count for note in found.notes} == {"counter that never moves": 3}


PACKAGE = [1_000_000, 31_000_000, 51_000_000]


def test_two_packages_of_one_counter_are_counted_once(write):
    zones = [
        ("intel-rapl:0", "package-0", PACKAGE, RANGE),
        ("intel-rapl:0:0", "core", [500_000, 600_000, 700_000], RANGE),
        ("intel-rapl:1", "package-1", PACKAGE, RANGE),
        ("intel-rapl:1:0", "core", [500_000, 600_000, 700_000], RANGE),
    ]
    found = readings(write(long(*zones)))
    assert set(found.frame["device"]) == {"package-0", "package-0/core"}
    (note,) = found.notes
    assert (note.what, note.count) == ("one counter read twice", 6)
    assert "package-1 reads as package-0" in note.detail


def test_two_packages_that_differ_once_are_two(write):
    other = [PACKAGE[0], PACKAGE[1] + 61, PACKAGE[2]]
    found = readings(
        write(long(("intel-rapl:0", "package-0", PACKAGE, RANGE), ("intel-rapl:1", "package-1", other, RANGE)))
    )
    assert joules(found) == pytest.approx({"package-0": 50.0, "package-1": 50.0})


def test_the_tree_of_domains(write):
    zones = [
        ("intel-rapl:0", "package-0", PACKAGE, RANGE),
        ("intel-rapl:0:0", "core", [5, 60, 70], RANGE),
        ("intel-rapl:0:1", "uncore", [6, 70, 80], RANGE),
        ("intel-rapl:0:2", "dram", [7, 80, 90], RANGE),
        ("intel-rapl:1", "psys", [8, 90, 100], RANGE),
    ]
    found = readings(write(long(*zones)))
    assert found.parents == {
        "package-0": "psys",
        "dram-0": "psys",
        "package-0/core": "package-0",
        "package-0/uncore": "package-0",
    }
    assert found.device_covers["dram-0"] == ("memory",)
    assert found.device_covers["package-0/core"] == ("cpu",)
    assert found.covers == ("cpu", "memory")


def test_memory_lies_beside_its_package(write):
    zones = [("intel-rapl:0", "package-0", PACKAGE, RANGE), ("intel-rapl:0:0", "dram", [7, 80, 90], RANGE)]
    assert readings(write(long(*zones))).parents == {}


def test_the_same_package_by_another_interface_is_counted_once(write):
    other = [value + 13 for value in PACKAGE]
    zones = [("intel-rapl:0", "package-0", PACKAGE, RANGE), ("intel-rapl-mmio:0", "package-0", other, RANGE)]
    assert set(readings(write(long(*zones))).frame["device"]) == {"package-0"}


def test_one_column_a_zone(write):
    text = (
        "time,package-0_energy_uj,package-0_max_energy_range_uj,package-0-core_energy_uj,dram-0_energy_uj\n"
        "2024-05-31T10:00:00Z,990000000,1000000000,10,1000\n"
        "2024-05-31T10:00:01Z,30000000,1000000000,1000010,\n"
        "2024-05-31T10:00:02Z,70000000,1000000000,3000010,5001000\n"
    )
    found = readings(write(text))
    assert joules(found) == pytest.approx({"package-0": 80.0, "package-0/core": 3.0, "dram-0": 5.0})
    assert found.parents == {"package-0/core": "package-0"}


def test_zones_as_paths_of_sysfs(write):
    text = "timestamp,/sys/class/powercap/intel-rapl:0/energy_uj\n1717149600.25,1000000\n1717149601.25,31000000\n"
    found = readings(write(text))
    assert list(found.frame["time"]) == [1_717_149_600_250_000, 1_717_149_601_250_000]
    assert joules(found) == pytest.approx({"package-0": 30.0})


def test_hosts_are_told_apart(write):
    text = "time,host,name,energy_uj\n" + "".join(
        f"{FIRST + second},{host},{name},{number * (second + 1)}\n"
        for second in range(2)
        for number, host in ((1_000_000, "a"), (2_000_000, "b"))
        for name in ("psys", "package-0")
    )
    found = readings(write(text.replace("psys,2000000", "psys,2500000")))
    assert found.parents.items() >= {("b/package-0", "b/psys")}
    assert joules(found)["b/package-0"] == pytest.approx(2.0)


def test_a_core_whose_package_is_not_told_is_refused(write):
    text = "time,name,energy_uj\n1717149600,package-0,1\n1717149600,package-1,2\n1717149600,core,3\n"
    with pytest.raises(LogError, match=r"nothing tells the package.*column zone"):
        readings(write(text))


def test_a_zone_without_a_name_may_be_the_platform(write):
    with pytest.raises(LogError, match=r"package or the platform.*column name"):
        readings(write("time,zone,energy_uj\n1717149600,intel-rapl:0,1\n1717149600,intel-rapl:1,2\n"))


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_the_size_of_a_time_tells_its_unit(write, unit):
    rows = "".join(f"{(FIRST + second) * unit},package-0,{second + 1}\n" for second in range(2))
    found = readings(write("time,name,energy_uj\n" + rows))
    assert list(found.frame["time"]) == [FIRST * 1_000_000, (FIRST + 1) * 1_000_000]


def test_a_repeated_header_and_unreadable_times_are_counted(write):
    text = long(("intel-rapl:0", "package-0", PACKAGE, RANGE))
    header = text.split("\n", 1)[0]
    found = readings(write(f"{text}{header}\nyesterday,intel-rapl:0,package-0,61000000,{RANGE}\n"))
    assert {note.what: note.count for note in found.notes} == {"repeated header": 1, "unreadable time": 1}


def test_local_times_need_a_zone(write):
    text = "time,name,energy_uj\n2024-05-31 10:00:00,package-0,1\n2024-05-31 10:00:01,package-0,2\n"
    with pytest.raises(LogError, match=r"no zone"):
        readings(write(text))
    assert readings(write(text), timezone="Europe/Paris").frame["time"][0] == FIRST * 1_000_000 - 7_200_000_000


def test_the_energy_is_integrated(read):
    zones = [
        ("intel-rapl:0", "package-0", PACKAGE, RANGE),
        ("intel-rapl:0:0", "core", [5, 20_000_005, 30_000_005], RANGE),
    ]
    reading = read(long(*zones))
    # 50 J of the package; the 30 J of its cores are a part of them
    assert reading.total * 3.6e6 == pytest.approx(50.0)


@given(
    steps=st.lists(st.integers(0, 400_000_000), min_size=1, max_size=20),
    start=st.integers(1, RANGE - 1),
    limit=st.sampled_from([1_000_000_001, 65_532_610_987, RANGE]),
)
def test_any_counter_within_its_range_gives_its_energy(write, steps, start, limit):
    """Energies of up to 400 W for a second each, through a counter that wraps."""
    counter = (start + np.cumsum([0, *steps])) % limit
    if (counter == 0).any() or (len(steps) > 0 and not any(steps)):
        return  # not read, or never moving
    found = readings(write(long(("intel-rapl:0", "package-0", list(counter), limit))))
    assert joules(found) == pytest.approx({"package-0": sum(steps) / 1e6}, abs=1e-5)


def test_energies_beside_a_model_are_read_by_naming_their_columns(logs):
    """CodeCarbon's profile of a CPU under load: energies in kWh over about 31 s each."""
    from lca_ai.logs.energy import read_energy, read_power_log

    path = logs / "codecarbon_rapl_epyc_8024p.csv"
    columns = {"time": "timestamp:s", "energy": "rapl_energy:kWh", "duration": "duration:s"}
    reading = read_energy(read_power_log(path, columns=columns, device="cpu", covers=["cpu"]))
    assert reading.total == pytest.approx(pd.read_csv(path)["rapl_energy"].sum())


@pytest.mark.parametrize(
    "path", ["/sys/class/powercap/intel-rapl/intel-rapl:0", "/sys/devices/virtual/powercap/intel-rapl/intel-rapl:0"]
)
def test_zones_as_longer_paths_of_sysfs(write, path):
    text = f"time,{path}/energy_uj,{path}/intel-rapl:0:0/energy_uj\n{FIRST},1000000,1\n{FIRST + 1},31000000,2000001\n"
    assert joules(readings(write(text))) == pytest.approx({"package-0": 30.0, "package-0/zone-0": 2.0})


def test_the_counter_of_a_zone_that_the_user_names(write):
    path = write(f"timestamp,energy_uj\n{FIRST},1000000\n{FIRST + 1},31000000\n")
    assert joules(readings(path, device="package-0")) == pytest.approx({"package-0": 30.0})
    assert readings(path, device="psys").covers == ("cpu", "memory")
    for device in (None, "my server"):
        with pytest.raises(LogError, match=r"which domain the counter is of.*--device package-0"):
            readings(path, device=device)
