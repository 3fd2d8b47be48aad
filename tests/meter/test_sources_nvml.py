"""NVIDIA cards through the real binding, pynvml, and a stand-in of the driver's library that is compiled here."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = [
    pytest.mark.skipif(COMPILER is None, reason="no C compiler to build the stand-in of libnvidia-ml with"),
    pytest.mark.skipif(sys.platform != "linux", reason="the stand-in is found by LD_LIBRARY_PATH, of Linux"),
]
NOT_SUPPORTED, NO_PERMISSION, DRIVER_NOT_LOADED, VERSION_MISMATCH, UNKNOWN = 3, 4, 9, 18, 999
H200 = {
    "uuid": "GPU-11111111-2222-3333-4444-555555555555", "name": "NVIDIA H200", "energy": 5_000_000, "instant": 300_500,
    "usage": 298_000, "average": 298_000, "capability": "9.0", "utilisation": 87, "memory": 150_754_820_096,
    "memory.used": 1_000_000_000, "temperature": 45, "clock": 1_980, "throttle": "0x4", "limit": 700_000,
    "bus": "00000000:3B:00.0",
}  # fmt: skip
#: A card without a counter and without the fields of power.
OLD = {"uuid": "GPU-aaaaaaaa-0000-0000-0000-000000000000", "name": "Quadro", "usage": 40_000, "capability": "7.5"}


def build(folder, *flags):
    folder.mkdir(exist_ok=True)
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([COMPILER, "-shared", "-fPIC", *flags, "-o", library, HERE / "nvml_stand_in.c"], check=True)
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """Folder of the stand-in."""
    return build(tmp_path_factory.mktemp("nvml"))


class Cards:
    """What the stand-in answers, and a process that asks it."""

    def __init__(self, folder, library):
        self.script, self.calls = folder / "script.txt", folder / "calls.txt"
        self.answers = {"driver": "595.10"}
        self.environ = os.environ | {
            "LD_LIBRARY_PATH": str(library),
            "NVML_STAND_IN": str(self.script),
            "NVML_STAND_IN_CALLS": str(self.calls),
        }
        self.process = None

    def set(self, *cards, **others):
        """The cards there are, and single answers, of which None takes one away."""
        for number, card in enumerate(cards):
            self.answers |= {f"{number}.{what}": value for what, value in card.items()}
        if cards:
            self.answers["count"] = len(cards)
        return self.change(others)

    def change(self, others):
        self.answers |= others
        lines = [f"{key} {value}\n" for key, value in self.answers.items() if value is not None]
        beside = self.script.with_suffix(".new")
        beside.write_text("".join(lines))
        beside.replace(self.script)
        return self

    def ask(self, what):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "nvml_child.py"], env=self.environ, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def called(self):
        """What was asked since the last time: "card function"."""
        text = self.calls.read_text()
        self.calls.write_text("")
        return text.splitlines()

    def command(self, *words):
        environ = {key: value for key, value in self.environ.items() if key != "NVML_STAND_IN_CALLS"}
        return subprocess.run(
            [sys.executable, "-c", "from lca_ai.cli import main; main()", *words], env=environ, text=True,
            capture_output=True, check=True,
        ).stdout  # fmt: skip


@pytest.fixture
def cards(tmp_path, library):
    found = Cards(tmp_path, library)
    yield found
    if found.process is not None:
        found.process.stdin.close()
        assert found.process.wait(10) == 0
        found.process.stdout.close()


def test_a_card_with_a_counter_is_read_in_joules_and_watts(cards):
    (sensor,) = cards.set(H200).ask("open")
    assert (sensor["name"], sensor["covers"], sensor["kind"]) == (H200["uuid"], "gpu", "counter")
    assert (sensor["model"], sensor["window_s"], sensor["range_j"]) == ("NVIDIA H200", None, None)
    assert sensor["facts"] == {
        "index": "0", "driver": "595.10", "nvml": "stand-in", "power": "instantaneous",
        "energy": "counter since the driver was loaded", "bus": "0000:3b:00.0", "compute capability": "9.0",
        "power limit": "700 W", "memory": "150754820096 bytes",
    }  # fmt: skip
    (reading,) = cards.ask("read")
    assert reading == {
        "sensor": H200["uuid"], "energy_j": 5_000.0, "power_w": 300.5, "fault": "",
        "values": {
            "utilisation_percent": 87.0, "memory_used_bytes": 1e9, "temperature_c": 45.0, "clock_mhz": 1980.0,
            "throttle": "power cap",
        },
    }  # fmt: skip


def test_the_counter_alone_is_read_at_the_edges(cards):
    cards.set(H200, OLD).ask("open")
    cards.called()
    (reading,) = cards.ask("read_counters")
    assert (reading["sensor"], reading["energy_j"]) == (H200["uuid"], 5_000.0)
    assert cards.called() == ["0 energy"]


@pytest.mark.parametrize(
    ("answers", "kind", "window", "watts", "told"),
    [
        ({"instant": 300_500, "usage": 298_000, "capability": "9.0"}, "power", None, 300.5, "instantaneous"),
        ({"usage": 298_000, "capability": "9.0"}, "averaged", 1.0, 298.0, "averaged over 1 s"),
        ({"usage": 298_000, "capability": "8.6"}, "averaged", 1.0, 298.0, "averaged over 1 s"),
        ({"usage": 298_000, "capability": "8.0"}, "power", None, 298.0, "instantaneous"),
        ({"usage": 298_000, "capability": "7.5"}, "power", None, 298.0, "instantaneous"),
        ({"usage": 298_000}, "power", None, 298.0, "instantaneous, or averaged over 1 s: the driver does not tell"),
        ({"average": 290_000, "capability": "9.0"}, "averaged", 1.0, 290.0, "averaged over 1 s"),
    ],
)
def test_power_of_the_moment_and_power_of_the_last_second_are_told_apart(cards, answers, kind, window, watts, told):
    (sensor,) = cards.set({"uuid": "GPU-a", **answers}).ask("open")
    assert (sensor["kind"], sensor["window_s"], sensor["facts"]["power"]) == (kind, window, told)
    assert sensor["facts"]["energy"] == "no counter"
    (reading,) = cards.ask("read")
    assert reading["power_w"] == watts
    assert math.isnan(reading["energy_j"])


def test_a_counter_that_stands_at_zero_is_none(cards):
    (sensor,) = cards.set(H200 | {"energy": 0}).ask("open")
    assert (sensor["kind"], sensor["facts"]["energy"]) == (
        "power",
        "the counter reads 0 or not at all, and is not used",
    )


def test_a_counter_that_reads_zero_once_is_a_fault_and_not_zero(cards):
    cards.set(H200).ask("open")
    (reading,) = cards.change({"0.energy": 0}).ask("read")
    assert math.isnan(reading["energy_j"])
    assert (reading["fault"], reading["power_w"]) == ("the energy counter reads 0", 300.5)
    (reading,) = cards.change({"0.energy": 5_300_000}).ask("read")
    assert (reading["energy_j"], reading["fault"]) == (5_300.0, "")


def test_a_counter_that_cannot_be_read_once_hides_nothing_else(cards):
    cards.set(H200).ask("open")
    (reading,) = cards.change({"0.energy.ret": UNKNOWN}).ask("read")
    assert math.isnan(reading["energy_j"])
    assert reading["fault"].startswith("energy: ")
    assert (reading["power_w"], reading["values"]["temperature_c"]) == (300.5, 45.0)
    (reading,) = cards.change({"0.energy.ret": None}).ask("read")
    assert (reading["energy_j"], reading["fault"]) == (5_000.0, "")


def test_a_counter_that_starts_again_is_told_as_it_is(cards):
    cards.set(H200).ask("open")
    (reading,) = cards.change({"0.energy": 7_000}).ask("read")
    assert (reading["energy_j"], reading["fault"]) == (7.0, "")


def test_what_a_card_does_not_tell_hides_nothing_and_is_not_asked_again(cards):
    cards.set({**H200, "temperature.ret": NOT_SUPPORTED, "utilisation.ret": NO_PERMISSION}).ask("open")
    cards.called()
    (reading,) = cards.ask("read")
    assert set(reading["values"]) == {"memory_used_bytes", "clock_mhz", "throttle"}
    assert {"0 temperature", "0 utilisation"} <= set(cards.called())
    cards.ask("read")
    assert cards.called() == ["0 energy", "0 instant", "0 memory", "0 clock", "0 throttle"]


def test_what_fails_once_is_asked_again(cards):
    cards.set(H200).ask("open")
    (reading,) = cards.change({"0.temperature.ret": UNKNOWN}).ask("read")
    assert "temperature_c" not in reading["values"]
    (reading,) = cards.change({"0.temperature.ret": None}).ask("read")
    assert reading["values"]["temperature_c"] == 45.0


def test_throttle_reasons_by_the_name_of_new_and_of_old_drivers(tmp_path, library):
    for folder in (library, build(tmp_path / "new", "-DNEW_DRIVER")):
        cards = Cards(tmp_path, folder).set(H200 | {"throttle": "0x48"})
        cards.ask("open")
        (reading,) = cards.ask("read")
        assert reading["values"]["throttle"] == "hardware slowdown+hardware thermal"
        cards.process.communicate(timeout=10)


def test_one_card_that_is_lost_leaves_the_other(cards):
    cards.set(H200, OLD).ask("open")
    first, second = cards.change({"0.lost": 1}).ask("read")
    assert first["fault"].startswith("the card is lost: ")
    assert math.isnan(first["energy_j"])
    assert math.isnan(first["power_w"])
    assert (second["power_w"], second["fault"]) == (40.0, "")
    cards.change({"0.lost": None}).ask("read")
    first, second = cards.ask("read")
    assert (first["energy_j"], first["fault"], second["power_w"]) == (5_000.0, "", 40.0)


def test_a_card_that_is_back_only_for_a_new_start_of_nvml_is_read_again(cards):
    cards.set(H200, OLD).ask("open")
    first, _ = cards.change({"0.needs_start": 2}).ask("read")
    assert first["fault"].startswith("the card is lost: ")
    first, second = cards.ask("read")
    assert (first["energy_j"], first["fault"]) == (5_000.0, "")
    assert (second["power_w"], second["fault"]) == (40.0, "")


def test_nvml_is_not_started_at_every_tick_for_a_card_that_stays_lost(cards):
    cards.set(H200).ask("open")
    cards.change({"0.lost": 1})
    cards.called()
    end = time.monotonic() + 0.8
    ticks = 0
    while time.monotonic() < end:
        cards.ask("read")
        ticks += 1
    assert ticks > 10
    assert sum(line.endswith(" init") for line in cards.called()) == 1


def test_a_card_that_is_lost_at_the_start_is_named_and_appears_later(cards):
    (sensor,) = cards.set(OLD, H200 | {"lost": 1}).ask("open")
    assert sensor["name"] == OLD["uuid"]
    (told,) = cards.ask("left_out")
    assert told.startswith("nvml: card 1 is left out: ")
    assert cards.ask("appeared") == []
    (sensor,) = cards.change({"1.lost": None}).ask("appeared")
    assert (sensor["name"], sensor["kind"]) == (H200["uuid"], "counter")
    assert [one["sensor"] for one in cards.ask("read")] == [OLD["uuid"], H200["uuid"]]
    assert cards.ask("appeared") == []


SLICES = {
    "mig": 1, "attributes": "132,0,0,143360", "utilisation": None,
    "mig.0.uuid": "MIG-one", "mig.0.name": "NVIDIA H200 MIG 3g.71gb", "mig.0.attributes": "60,3,3,71680",
    "mig.0.instance": 2, "mig.2.uuid": "MIG-two", "mig.2.name": "NVIDIA H200 MIG 1g.18gb",
    "mig.2.attributes": "16,1,1,18432", "mig.2.instance": 9,
}  # fmt: skip


def test_slices_without_readings_of_their_own_are_facts_of_their_card(cards):
    (sensor,) = cards.set(H200 | SLICES).ask("open")
    assert sensor["facts"]["slices"] == "MIG-one (3g.71gb), MIG-two (1g.18gb)"
    first, second = cards.ask("slices")
    assert first == {
        "name": "MIG-one", "gpu": H200["uuid"], "profile": "3g.71gb", "memory_bytes": 71_680 * 1024.0**2,
        "gpu_slices": 3.0, "compute_slices": 3.0, "multiprocessors": 60.0, "gpu_multiprocessors": 132.0,
        "gpu_instance": 2,
    }  # fmt: skip
    assert (second["name"], second["gpu_slices"]) == ("MIG-two", 1.0)
    assert "utilisation_percent" not in cards.ask("read")[0]["values"]


def test_a_slice_is_a_sensor_where_it_has_readings_of_its_own_and_not_those_of_its_card(cards):
    own = {"mig.0.instant": 120_000, "mig.2.instant": H200["instant"]}
    card, part = cards.set(H200 | SLICES | own).ask("open")
    assert (part["name"], part["parent"], part["kind"]) == ("MIG-one", card["name"], "power")
    assert [(one["sensor"], one["power_w"]) for one in cards.ask("read")] == [(H200["uuid"], 300.5), ("MIG-one", 120.0)]


def test_processes_with_their_memory_and_share_of_the_card(cards):
    cards.set(H200 | {"processes": "100:1048576:0,200:2097152:0", "process_use": "100:40,300:5", "now": 7}).ask("open")
    found = {one["pid"]: one for one in cards.ask("processes")}
    assert {pid: (one["memory_bytes"], one["utilisation_percent"]) for pid, one in found.items() if pid == 100} == {
        100: (1_048_576.0, 40.0)
    }
    assert math.isnan(found[200]["utilisation_percent"])
    assert math.isnan(found[300]["memory_bytes"])
    assert found[300]["device"] == H200["uuid"]


def test_utilisation_of_processes_is_that_since_the_last_time(cards):
    cards.set(H200 | {"processes": "100:1048576:0", "process_use": "100:40"}, now=7).ask("open")
    assert cards.ask("processes")[0]["utilisation_percent"] == 40.0
    assert math.isnan(cards.ask("processes")[0]["utilisation_percent"])
    cards.change({"now": 8, "0.process_use": "100:60"})
    assert cards.ask("processes")[0]["utilisation_percent"] == 60.0


def test_processes_of_a_card_in_slices_are_those_of_a_slice(cards):
    cards.set(H200 | SLICES | {"processes": "100:1048576:9"}).ask("open")
    (one,) = cards.ask("processes")
    assert (one["pid"], one["device"], one["slice"], one["memory_bytes"]) == (100, H200["uuid"], "MIG-two", 1_048_576.0)


@pytest.mark.parametrize(
    ("outcome", "reason", "remedy"),
    [
        (NO_PERMISSION, "no permission", "/dev/nvidiactl"),
        (DRIVER_NOT_LOADED, "not loaded", "modprobe"),
        (VERSION_MISMATCH, "different versions", "restart"),
        (UNKNOWN, "NVML does not start", "nvidia-smi"),
    ],
)
def test_why_nvml_does_not_start(cards, outcome, reason, remedy):
    told = cards.set(H200, init=outcome).ask("open")
    assert reason in told["reason"]
    assert remedy in told["remedy"]


def test_a_driver_without_a_card_and_a_card_without_power(cards):
    assert cards.set(count=0).ask("open")["reason"] == "the driver lists no card"
    told = cards.set({"uuid": "GPU-a", "utilisation": 5}).ask("open")
    assert told["reason"] == "card 0, GPU-a, tells neither energy nor power"
    (sensor,) = cards.set(OLD).ask("open")
    assert sensor["name"] == OLD["uuid"]


def test_without_a_library_the_reason_is_told(cards, tmp_path):
    cards.environ["LD_LIBRARY_PATH"] = str(tmp_path)
    told = cards.ask("open")
    if isinstance(told, list):
        pytest.skip("this machine has an NVIDIA driver")
    assert "libnvidia-ml.so.1" in told["reason"] or "not loaded" in told["reason"]
    assert told["remedy"]


def test_the_command_lists_the_cards(cards):
    cards.set(H200, OLD)
    told = json.loads(cards.command("sources", "--json"))
    (nvml,) = [one for one in told["usable"] if one["source"] == "nvml"]
    assert [(one["name"], one["kind"]) for one in nvml["sensors"]] == [
        (H200["uuid"], "counter"), (OLD["uuid"], "power"),
    ]  # fmt: skip
    lines = cards.command("sources").splitlines()
    assert lines[0].split() == ["source", "sensor", "covers", "kind"]
    assert lines[1].split(maxsplit=4) == ["nvml", H200["uuid"], "gpu", "counter", "NVIDIA H200"]


def test_the_command_names_the_reason_and_the_remedy(cards):
    cards.set(H200, init=NO_PERMISSION)
    told = json.loads(cards.command("sources", "--json"))
    (why,) = [one for one in told["not_usable"] if one["source"] == "nvml"]
    assert why["reason"] == "no permission to talk to the NVIDIA driver"
    text = cards.command("sources")
    assert why["reason"] in text
    assert f"-> {why['remedy']}" in text
