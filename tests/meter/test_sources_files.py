"""Meters that Linux shows as files: rails of a Jetson, counters of a Cray node, chips of hwmon."""

import math

import pytest

from lca_ai.meter.base import SourceUnavailable
from lca_ai.meter.sources.cray_pm import CraySource
from lca_ai.meter.sources.hwmon import HwmonSource
from lca_ai.meter.sources.jetson import JetsonSource


@pytest.fixture
def tree(tmp_path):
    """Write files; give their folder."""

    def write(files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(f"{text}\n")
        return tmp_path

    return write


def chip(number, rails):
    """An INA3221: label -> (mV, mA)."""
    folder = f"class/hwmon/hwmon{number}"
    files = {f"{folder}/name": "ina3221"}
    for channel, (label, (volts, amperes)) in enumerate(rails.items(), 1):
        files |= {f"{folder}/in{channel}_label": label, f"{folder}/in{channel}_input": volts}
        files |= {f"{folder}/curr{channel}_input": amperes}
    return files


def powers(source):
    return {reading.sensor: reading.power_w for reading in source.read()}


def test_rails_of_an_orin_nx_lie_within_its_input(tree):
    rails = {"VDD_IN": (5016, 992), "VDD_CPU_GPU_CV": (5016, 200), "VDD_SOC": (5008, 304)}
    source = JetsonSource(tree(chip(3, rails) | {"class/hwmon/hwmon1/name": "tmp451"}))
    sensors = {sensor.name: sensor for sensor in source.open()}
    assert {name: (one.covers, one.also, one.parent, one.kind) for name, one in sensors.items()} == {
        "VDD_IN": ("node", (), "", "power"),
        "VDD_CPU_GPU_CV": ("gpu", ("cpu",), "VDD_IN", "power"),
        "VDD_SOC": ("cpu", (), "VDD_IN", "power"),
    }
    assert powers(source) == pytest.approx({"VDD_IN": 4.975_872, "VDD_CPU_GPU_CV": 1.0032, "VDD_SOC": 1.522_432})


def test_rails_of_an_agx_orin_have_no_input(tree):
    first = {"VDD_GPU_SOC": (12_000, 400), "VDD_CPU_CV": (12_000, 100), "VIN_SYS_5V0": (5_000, 800)}
    second = {"NC": (0, 0), "VDDQ_VDD2_1V8AO": (5_000, 100)}
    source = JetsonSource(tree(chip(0, first) | chip(1, second)))
    parents = {sensor.name: sensor.parent for sensor in source.open()}
    assert parents == {"VDD_GPU_SOC": "", "VDD_CPU_CV": "", "VIN_SYS_5V0": "", "VDDQ_VDD2_1V8AO": "VIN_SYS_5V0"}


def test_rails_of_older_systems_are_in_milliwatts(tree):
    folder = "bus/i2c/drivers/ina3221x/6-0040/iio:device0"
    files = {f"{folder}/rail_name_0": "POM_5V_IN", f"{folder}/in_power0_input": "2532"}
    files |= {f"{folder}/rail_name_1": "POM_5V_GPU", f"{folder}/in_power1_input": "0"}
    source = JetsonSource(tree(files))
    assert {one.name: one.parent for one in source.open()} == {"POM_5V_IN": "", "POM_5V_GPU": "POM_5V_IN"}
    assert powers(source) == pytest.approx({"POM_5V_IN": 2.532, "POM_5V_GPU": 0.0})


def test_a_rail_that_is_away_is_a_fault_and_returns(tree):
    root = tree(chip(0, {"VDD_IN": (5000, 1000)}))
    source = JetsonSource(root)
    source.open()
    file = root / "class/hwmon/hwmon0/curr1_input"
    file.unlink()
    (reading,) = source.read()
    assert math.isnan(reading.power_w)
    assert "cannot be read" in reading.fault
    file.write_text("1000")
    assert powers(source) == pytest.approx({"VDD_IN": 5.0})


CRAY = {
    "energy": "90000000 J 1712345678901234 us", "power": "800 W 1712345678901234 us", "freshness": "12",
    "cpu_energy": "1000 J 1 us", "memory_energy": "500 J", "accel0_energy": "2000 J 1 us", "accel1_energy": "0 J 1 us",
}  # fmt: skip


def test_counters_of_a_cray_node_lie_within_it(tree):
    root = tree(CRAY)
    source = CraySource(root)
    assert {one.name: (one.covers, one.parent) for one in source.open()} == {
        "node": ("node", ""), "cpu": ("cpu", "node"), "memory": ("memory", "node"), "accel0": ("gpu", "node"),
    }  # fmt: skip
    assert {one.sensor: one.energy_j for one in source.read()} == {
        "node": 9e7, "cpu": 1000.0, "memory": 500.0, "accel0": 2000.0,
    }  # fmt: skip
    (root / "energy").write_text("0 J")
    (reading,) = [one for one in source.read_counters() if one.sensor == "node"]
    assert math.isnan(reading.energy_j)
    assert reading.fault


def test_the_meter_of_a_computer_and_its_window(tree):
    root = tree({
        "hwmon0/name": "power_meter", "hwmon0/power1_average": "350000000", "hwmon0/power1_average_interval": "1000",
    })  # fmt: skip
    source = HwmonSource(root)
    (sensor,) = source.open()
    assert (sensor.name, sensor.covers, sensor.kind, sensor.window_s) == ("node", "node", "averaged", 1.0)
    assert powers(source) == {"node": pytest.approx(350.0)}


def test_the_sockets_of_a_grace_hold_their_memory(tree):
    files = {}
    for number, (text, watts) in enumerate(
        {"Module Power Socket 0": 700, "Grace Power Socket 0": 200, "CPU Power Socket 0": 120}.items()
    ):
        folder = f"hwmon{number}/device"
        files |= {f"hwmon{number}/name": "power_meter", f"{folder}/power1_average": watts * 1_000_000}
        files |= {f"{folder}/power1_oem_info": text}
    source = HwmonSource(tree(files))
    assert {one.name: (one.covers, one.also, one.parent) for one in source.open()} == {
        "grace-0": ("cpu", ("memory",), ""), "grace-0/cpu": ("cpu", (), "grace-0"),
    }  # fmt: skip
    assert powers(source) == pytest.approx({"grace-0": 200.0, "grace-0/cpu": 120.0})


def test_cards_are_named_by_their_place_on_the_bus(tree):
    root = tree({
        "bus/0000:03:00.0/vendor": "0x1002", "bus/0000:04:00.0/vendor": "0x8086",
        "hwmon2/name": "amdgpu", "hwmon2/power1_average": "40000000",
        "hwmon3/name": "xe", "hwmon3/energy1_input": "5000000", "hwmon3/energy1_label": "card",
        "hwmon4/name": "nvme",
    })  # fmt: skip
    (root / "hwmon2/device").symlink_to(root / "bus/0000:03:00.0")
    (root / "hwmon3/device").symlink_to(root / "bus/0000:04:00.0")
    source = HwmonSource(root)
    sensors = {one.name: one for one in source.open()}
    assert {name: (one.covers, one.kind, one.facts["bus"]) for name, one in sensors.items()} == {
        "amdgpu-0000:03:00.0": ("gpu", "averaged", "0000:03:00.0"), "xe-0000:04:00.0": ("gpu", "counter", "0000:04:00.0"),
    }  # fmt: skip
    card, counter = source.read()
    assert (card.power_w, counter.energy_j) == (pytest.approx(40.0), pytest.approx(5.0))


def test_sockets_of_amd(tree):
    root = tree({
        "hwmon0/name": "amd_energy", "hwmon0/energy1_label": "Ecore000", "hwmon0/energy1_input": "1000000",
        "hwmon0/energy65_label": "Esocket0", "hwmon0/energy65_input": "9000000",
    })  # fmt: skip
    source = HwmonSource(root)
    (sensor,) = source.open()
    assert (sensor.name, sensor.covers, sensor.kind) == ("package-0", "cpu", "counter")
    assert source.read()[0].energy_j == pytest.approx(9.0)


@pytest.mark.parametrize("source", [JetsonSource, CraySource, HwmonSource])
def test_a_machine_without_them_says_so(source, tmp_path):
    with pytest.raises(SourceUnavailable) as fault:
        source(tmp_path).open()
    assert fault.value.reason
    with pytest.raises(SourceUnavailable):
        source(tmp_path / "away").open()
