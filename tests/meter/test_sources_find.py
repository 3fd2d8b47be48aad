"""What is found on a machine: nothing twice, parts within the whole, a model for what has no sensor, and the reasons."""

import json
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from lca_ai.errors import InputError, UnknownKeyError
from lca_ai.meter.base import Counting, Reading, Sensor, SourceUnavailable
from lca_ai.meter.sources import NAMES, find, source
from lca_ai.meter.sources.model import ModelSource


@dataclass
class Fixed:
    """A source of the user's own, with sensors that read 1 W or 1 J each."""

    name: str
    sensors: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    closed: int = 0

    def open(self):
        if not self.sensors:
            raise SourceUnavailable(self.name, "nothing here", "buy one")
        return self.sensors

    def read(self):
        return [Reading(one.name, energy_j=1.0, power_w=1.0) for one in self.sensors]

    read_counters = read

    def close(self):
        self.closed += 1


def named(found):
    return {sensor.name: sensor.parent for one in found.opened for sensor in one.sensors}


def test_parts_lie_within_the_meter_of_the_whole_and_keep_their_own_parents():
    cards = Fixed("nvml", [Sensor("GPU-a", "gpu", "counter"), Sensor("GPU-b", "gpu", "counter")])
    processors = Fixed(
        "rapl", [Sensor("package-0", "cpu", "counter"), Sensor("package-0/core", "cpu", "counter", "package-0")]
    )
    found = find([cards, processors, Fixed("ipmi", [Sensor("node", "node", "power")])])
    assert named(found) == {
        "GPU-a": "node", "GPU-b": "node", "package-0": "node", "package-0/core": "package-0", "node": "",
    }  # fmt: skip
    assert found.unavailable == []


def test_of_two_meters_of_the_whole_the_counter_is_used():
    samples, counter = (
        Fixed("ipmi", [Sensor("node", "node", "power")]),
        Fixed("cray", [Sensor("node", "node", "counter")]),
    )
    found = find([samples, counter, Fixed("nvml", [Sensor("GPU-a", "gpu", "counter")])])
    assert [one.source.name for one in found.opened] == ["cray", "nvml"]
    assert named(found) == {"node": "", "GPU-a": "node"}
    (why,) = found.unavailable
    assert (why.source, why.reason) == ("ipmi", "node is left out: cray measures the same, and it would count twice")
    assert (samples.closed, counter.closed) == (1, 0)


def test_what_an_earlier_source_measures_is_left_out_with_its_parts_and_the_rest_is_kept():
    first = Fixed("rapl", [Sensor("package-0", "cpu", "counter")])
    second = Fixed("cray", [
        Sensor("cpu", "cpu", "counter"), Sensor("cpu/x", "storage", "counter", "cpu"), Sensor("memory", "memory", "counter"),
    ])  # fmt: skip
    found = find([first, second])
    assert list(named(found)) == ["package-0", "memory"]
    kept = found.opened[1].source
    assert [one.sensor for one in kept.read()] == ["memory"]
    assert isinstance(kept, Counting)
    assert [one.sensor for one in kept.read_counters()] == ["memory"]
    assert list(kept.appeared()) == []
    assert [why.reason.split(" is left out")[0] for why in found.unavailable] == ["cpu", "cpu/x"]
    found.close()
    assert (first.closed, second.closed) == (1, 1)


def test_cards_of_two_makers_are_two_and_one_card_by_two_ways_is_one():
    def card(name, bus):
        return Sensor(name, "gpu", "counter", facts={"bus": bus} if bus else {})

    one = Fixed("amd", [card("GPU-a", "0000:03:00.0")])
    other = Fixed("hwmon", [card("amdgpu-0000:03:00.0", "0000:03:00.0"), card("xe-0000:04:00.0", "0000:04:00.0")])
    assert list(named(find([one, other]))) == ["GPU-a", "xe-0000:04:00.0"]
    unknown = Fixed("cray", [card("accel0", "")])
    assert list(named(find([one, unknown]))) == ["GPU-a"]


def test_a_platform_counter_claims_the_memory_too():
    psys = Fixed("rapl", [Sensor("psys", "cpu", "counter", also=("memory",))])
    found = find([psys, Fixed("other", [Sensor("dimms", "memory", "power")])])
    assert list(named(found)) == ["psys"]


def test_what_is_measured_comes_before_what_is_modelled():
    model = Fixed("model", [Sensor("cpu (model)", "cpu", "model"), Sensor("memory (model)", "memory", "model")])
    found = find([model, Fixed("rapl", [Sensor("package-0", "cpu", "counter")])])
    assert list(named(found)) == ["package-0", "memory (model)"]


def test_sources_beside_those_of_the_machine():
    """A model with a given rated power stands in for the processors, and the machine's own for the memory."""
    given = ModelSource(("cpu",), cpu_rated_power_w=100.0)
    found = find(["auto", given, "redfish=bmc"])
    told = [one.source.name for one in found.opened] + [why.source for why in found.unavailable]
    assert told.count("redfish") == 1
    parts = [part for one in found.opened for sensor in one.sensors for part in (sensor.covers, *sensor.also)]
    assert "node" in parts or {"cpu", "memory"} <= set(parts)
    found.close()


def test_reasons_are_kept():
    left = [SourceUnavailable("nvml", "card 1 is left out")]
    found = find([Fixed("nvml", [Sensor("GPU-a", "gpu", "power")], left), Fixed("rapl")])
    assert [(why.source, why.reason, why.remedy) for why in found.unavailable] == [
        ("nvml", "card 1 is left out", ""), ("rapl", "nothing here", "buy one"),
    ]  # fmt: skip


def test_sources_by_name():
    found = find("redfish, jetson")
    assert {why.source for why in found.unavailable} <= {"redfish", "jetson"}
    with pytest.raises(UnknownKeyError, match="did you mean nvml"):
        find("nvm")
    with pytest.raises(UnknownKeyError):
        find(["rapl", "nonsense"])
    with pytest.raises(InputError, match="has no address"):
        source("ipmi=https://bmc.example")
    assert {source(name).name for name in NAMES} == set(NAMES)


def test_two_sensors_of_one_name_are_refused_and_the_sources_closed():
    one, two = Fixed("a", [Sensor("x", "cpu", "power")]), Fixed("b", [Sensor("x", "storage", "power")])
    with pytest.raises(InputError, match="two sensors of one name"):
        find([one, two])
    assert (one.closed, two.closed) == (1, 1)


def test_this_machine_has_an_answer_for_every_source():
    found = find()
    told = {one.source.name for one in found.opened} | {why.source for why in found.unavailable}
    assert told == set(NAMES)
    assert all(why.reason for why in found.unavailable)
    parts = {part for one in found.opened for sensor in one.sensors for part in (sensor.covers, *sensor.also)}
    modelled = [sensor for one in found.opened for sensor in one.sensors if sensor.kind == "model"]
    assert all(one.source.name == "model" for one in found.opened for sensor in one.sensors if sensor in modelled)
    assert "memory" in parts or "node" in parts or any(why.source == "model" for why in found.unavailable)
    found.close()


def test_nothing_of_a_sensor_is_imported_with_the_meter_and_no_network_is_asked():
    words = (
        "import sys, socket; import lca_ai.meter, lca_ai.meter.base, lca_ai.meter.sources\n"
        "heavy = {'pynvml', 'amdsmi', 'psutil', 'pandas', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "sys.addaudithook(lambda event, args: event.startswith('socket.') and sys.exit(event))\n"
        "lca_ai.meter.sources.find().close(); print(heavy)"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")


def test_the_command_tells_of_every_source():
    done = subprocess.run(
        [sys.executable, "-c", "from lca_ai.cli import main; main()", "sources", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert {one["source"] for one in [*told["usable"], *told["not_usable"]]} == set(NAMES)
    text = subprocess.run(
        [sys.executable, "-c", "from lca_ai.cli import main; main()", "sources"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for one in told["not_usable"]:
        assert one["reason"] in text
        assert not one["remedy"] or f"-> {one['remedy']}" in text
