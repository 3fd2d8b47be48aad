"""From a measurement to a result: the machine that was found, what was measured, what is modelled beside it."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scripted import Scripted

import lca_ai as lca
from lca_ai.errors import InputError, StudyError, UnknownKeyError
from lca_ai.logs.energy import read_energy
from lca_ai.meter import node
from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.follow import attributed
from lca_ai.meter.found_hardware import Card, Node, accelerator, machine, processor
from lca_ai.meter.found_hardware import node as found_node
from lca_ai.meter.handover import descriptions, found, inference_service, training_run
from lca_ai.meter.measure import measure
from lca_ai.meter.sources.model import ModelSource

GIB = 2**30
FR = lca.location("FR", pue=1.15)
SCOPE = lca.GoalAndScope(goal="test", functional_unit=lca.FunctionalUnit("one trained model", reference_flow="1 model"))


class Cards(Scripted):
    """Two cards of 100 W and 250 W that call themselves H200."""

    def open(self):
        facts = {"memory": "150754820096 bytes"}
        return [Sensor(one.name, "gpu", "counter", model="NVIDIA H200", facts=facts) for one in super().open()]


class Modelled:
    """10 W of memory by a model."""

    name = "modelled"

    def open(self):
        return [Sensor("memory (model)", "memory", "model")]

    def read(self):
        return [Reading("memory (model)", power_w=10.0)]

    def close(self):
        pass


def measured(folder, source, seconds=0.4, **given):
    with measure(folder, source, every="100 ms", **given) as window:
        time.sleep(seconds)
    return window


def described(folder, sensors, facts, host="node-1"):
    """The description of a log, as the recorder writes it."""
    folder.mkdir(exist_ok=True)
    told = {"host": host, "recordings": [{"sensors": [{"name": "old"}]}, {"sensors": sensors, "node": facts}]}
    (folder / f"_meter-{host}.json").write_text(json.dumps(told))
    (folder / f"power-{host}.csv").write_text("")
    return folder


# Names of cards and processors, as drivers and systems print them. Sizes are those that NVML tells of such cards.


@pytest.mark.parametrize(
    ("name", "memory", "key"),
    [
        ("NVIDIA H200", 150_754_820_096, "h200-sxm-141gb"),
        ("NVIDIA H200 NVL", 150_754_820_096, "h200-nvl-141gb"),
        ("NVIDIA H100 80GB HBM3", 85_520_809_984, "h100-sxm5-80gb"),
        ("NVIDIA A100-SXM4-40GB", 42_505_273_344, "a100-sxm4-40gb"),
        ("NVIDIA A100-SXM4-80GB", 85_899_345_920, "a100-sxm4-80gb"),
        ("Tesla V100-SXM2-16GB", 16_945_512_448, "v100-sxm2-16gb"),
        ("Tesla T4", 16_106_127_360, "t4"),
        ("NVIDIA GeForce RTX 3060", 12_884_901_888, "rtx-3060-12gb"),
        ("AMD Instinct MI300X", 206_141_652_992, "mi300x"),
        ("NVIDIA GH200 480GB", 102_005_473_280, "gh200-96gb"),
        ("NVIDIA GH200 480GB", 154_618_822_656, "gh200-144gb"),
        ("NVIDIA L4", None, "l4"),
    ],
)
def test_a_card_is_found_by_its_name_and_where_that_fits_several_by_its_memory(name, memory, key):
    assert accelerator(Card(name, memory)).item == key


def test_an_ambiguous_card_lists_the_candidates_that_its_memory_leaves():
    with pytest.raises(UnknownKeyError, match="h100-nvl-94gb or h100-pcie-80gb or h100-sxm5-80gb"):
        accelerator(Card("NVIDIA H100"))
    with pytest.raises(UnknownKeyError, match=r"of this kind are a100-pcie-80gb or a100-sxm4-80gb$"):
        accelerator(Card("NVIDIA A100", 85e9))


def test_half_a_card_is_not_the_card():
    with pytest.raises(UnknownKeyError, match=r"hardware=.*k80"):  # a K80 is two devices of 12 GB
        accelerator(Card("Tesla K80", 11_996_954_624))
    with pytest.raises(UnknownKeyError, match="which h200-sxm-141gb has not"):
        accelerator(Card("NVIDIA H200", 10e9))


def test_a_card_that_nobody_knows():
    with pytest.raises(UnknownKeyError, match="accepted: hardware=") as fault:
        accelerator(Card("Nothing Special 3000", 8e9))
    assert fault.value.value == "Nothing Special 3000"


def test_a_processor_that_the_catalogue_has():
    part = processor("Intel(R) Xeon(R) Platinum 8480+", 2)
    assert (part.item, part.count, part.rated_power.to("W").magnitude) == ("xeon-platinum-8480", 2, 350.0)
    assert processor("AMD EPYC 7B12 64-Core Processor").rated_power is not None


def test_a_processor_that_hides_its_name_is_kept_without_figures():
    part = processor("AMD EPYC", 2)
    assert (part.name, part.count, part.die, part.rated_power) == ("AMD EPYC", 2, None, None)
    assert "not identified" in part.note


def test_a_machine_is_composed_of_what_was_found_and_its_rest_is_a_gap():
    cards = (Card("NVIDIA H200", 150_754_820_096),) * 8
    server = machine(Node("n1", cards, "Intel(R) Xeon(R) Platinum 8480+", 2, 2048 * GIB))
    assert server.name == "n1: 8 x NVIDIA H200 SXM 141GB, 2 x Intel Xeon Platinum 8480+, memory, 2048 GB"
    assert [part.kind for part in server.components] == ["accelerator", "cpu", "memory", "other"]
    assert server.accelerators == 8
    assert "dgx-h200, xe9680-8xh200" in server.components[-1].note
    run = lca.TrainingRun(
        name="r", energy="1 kWh", covers=["node"], runtime={"duration": "1 h"}, hardware=server, location=FR
    )
    missing = lca.assess(run, SCOPE).gaps
    assert missing["process"].str.contains("mainboard, drives, power supplies").any()


def test_a_slice_of_a_card_is_no_card_of_its_own():
    sensors = [
        {"name": "GPU-a", "covers": "gpu", "model": "NVIDIA H200", "facts": {"memory": "150754820096 bytes"}},
        {"name": "MIG-b", "covers": "gpu", "model": "NVIDIA H200 MIG 1g.18gb", "parent": "GPU-a"},
        {"name": "package-0", "covers": "cpu"},
        {"name": "soc", "covers": "gpu"},
    ]
    assert found_node("n", sensors, {}).cards == (Card("NVIDIA H200", 150_754_820_096.0),)


def test_nothing_found_asks_for_the_machine(tmp_path):
    (tmp_path / "power-n.csv").write_text("")
    with pytest.raises(StudyError, match=r"hardware: nothing tells which machine was measured.*accepted: hardware="):
        found(tmp_path)
    with pytest.raises(StudyError, match="tells nothing of the machine"):
        found(described(tmp_path, [], {}))


def test_nodes_alike_are_a_cluster_and_others_are_refused(tmp_path):
    card = {"name": "GPU-a", "covers": "gpu", "model": "NVIDIA H200"}
    for host in ("n1", "n2"):
        described(tmp_path, [card, card | {"name": "GPU-b"}], {"processor": "AMD EPYC 9554", "sockets": 2}, host)
    both = found(tmp_path)
    assert (both.type, both.count, both.server.accelerators) == ("cluster", 2, 2)
    assert both.server.name == "2 x NVIDIA H200 SXM 141GB, 2 x AMD EPYC 9554"
    described(tmp_path, [card], {"processor": "AMD EPYC 9554", "sockets": 2}, "n3")
    with pytest.raises(StudyError, match="the nodes of the log differ"):
        found(tmp_path)


def test_a_description_that_cannot_be_read(tmp_path):
    (tmp_path / "power-n.csv").write_text("")
    (tmp_path / "_meter-n.json").write_text("{")
    with pytest.raises(InputError, match=r"_meter-n.json: the description of the log cannot be read"):
        descriptions(tmp_path)


def test_a_log_and_its_description_say_what_is_assessed(tmp_path):
    window = measured(tmp_path / "042", Cards())
    run = training_run(window, location=FR)
    assert (run.name, run.power, run.energy) == ("042", window.log, None)
    assert window.training_run(hardware="auto", location=FR) == run
    cards = [part for part in run.hardware.components if part.kind == "accelerator"]
    assert [(part.item, part.count) for part in cards] == [("h200-sxm-141gb", 2)]
    result = lca.assess(run, SCOPE)
    reading = result.readings["042"]
    assert reading.total == pytest.approx(350 * window.seconds / 3.6e6, rel=0.02)
    assert reading.covers == ("gpu",)
    assert {"measured", "modelled"} <= set(result.energy()["activity_basis"])  # no sensor told memory and losses
    assert "climate change" in result.summary()


def test_the_folder_alone_gives_the_same_run(tmp_path):
    window = measured(tmp_path / "042", Cards())
    whole, again = training_run(window, location="FR"), training_run(tmp_path / "042", location="FR")
    assert (again.name, again.hardware) == (whole.name, whole.hardware)
    assert read_energy(again.power).total == pytest.approx(read_energy(whole.power).total, rel=1e-12)
    assert training_run(str(tmp_path / "042"), location="FR", name="mine", produces="2 model").name == "mine"


def test_a_service_has_what_it_delivered(tmp_path):
    window = measured(tmp_path / "serve", Cards())
    service = inference_service(window, delivered="1200 request", location=FR)
    assert window.inference_service(delivered="1200 request", location=FR, name="serve") == service
    scope = SCOPE.replace(functional_unit=lca.FunctionalUnit("one request", reference_flow="1 request"))
    assert lca.assess(service, scope)["climate change"].magnitude > 0
    assert service.hardware.accelerators == 2


def test_hardware_that_is_given_is_taken(tmp_path):
    window = measured(tmp_path / "042", Cards())
    run = training_run(window, location=FR, hardware="dgx-h200")
    assert run.hardware.key == "dgx-h200"
    with pytest.raises(UnknownKeyError, match="dgx-h200"):
        training_run(window, location=FR, hardware="dgx-h2000")
    with pytest.raises(StudyError, match="unknown field"):
        training_run(window, location=FR, colour="red")


def test_what_a_model_told_is_handed_over_as_modelled(tmp_path):
    window = measured(tmp_path / "042", Modelled())
    run = training_run(window, location=FR, hardware=None)
    assert (run.power, run.energy_basis, run.covers) == (None, "modelled", ("memory",))
    assert run.energy.to("J").magnitude == pytest.approx(10 * window.seconds, rel=0.02)
    assert run.runtime.duration.to("s").magnitude == pytest.approx(window.seconds, rel=0.05)
    bases = set(lca.assess(run, SCOPE).impacts["activity_basis"])
    assert "measured" not in bases


def test_this_machine_can_be_measured_and_assessed_whatever_it_has(tmp_path):
    try:
        window = measured(tmp_path / "042", "auto")
    except InputError as fault:  # a machine that tells nothing at all
        pytest.skip(str(fault))
    if math.isnan(float(window.energy.magnitude)):
        pytest.skip("no source is usable here")
    assert "climate change" in lca.assess(training_run(window, location=FR), SCOPE).summary()


# What a node is made of


def test_what_linux_tells_of_a_node(tmp_path):
    block = "processor\t: {}\nmodel name\t: AMD EPYC 9554 64-Core Processor\nphysical id\t: {}\n\n"
    (tmp_path / "cpuinfo").write_text("".join(block.format(core, core // 2) for core in range(4)))
    (tmp_path / "meminfo").write_text("MemTotal:       1056768 kB\nMemFree: 1 kB\n")
    told = node.facts(proc=tmp_path)
    assert (told["processor"], told["sockets"]) == ("AMD EPYC 9554 64-Core Processor", 2)
    assert told["memory_bytes"] == 1056768 * 1024
    assert told["versions"]["numpy"]


def test_an_arm_server_has_no_name_of_its_processor(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd4f\n")
    told = node.facts(proc=tmp_path)
    assert told["processor"] == "ARM implementer 0x41 part 0xd4f"
    assert "sockets" not in told
    assert "memory_bytes" not in told


# Through the real binding of NVML, and the command line

COMPILER = shutil.which("cc") or shutil.which("gcc")
HERE = Path(__file__).parent


class StandIn:
    """Two cards, whose counters a command moves by 900 J and 200 J while it runs."""

    def __init__(self, folder):
        self.folder, self.script, self.after = folder, folder / "script.txt", folder / "after.txt"
        library = folder / "lib" / "libnvidia-ml.so.1"
        library.parent.mkdir()
        subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, HERE / "nvml_stand_in.c"], check=True)
        card = (
            "name NVIDIA H200", "energy 5000000", "instant 300000", "capability 9.0", "memory 150754820096",
            "utilisation 87", "memory.used 1000000",
        )  # fmt: skip
        lines = [
            f"{number}.{what}\n" for number in range(2) for what in (*card, f"uuid GPU-{number}", f"bus 0:{number}:0.0")
        ]
        self.script.write_text("driver 595.10\ncount 2\n" + "".join(lines))
        moved = self.script.read_text().replace("0.energy 5000000", "0.energy 5900000")
        self.after.write_text(moved.replace("1.energy 5000000", "1.energy 5200000"))
        self.environ = os.environ | {"LD_LIBRARY_PATH": str(library.parent), "NVML_STAND_IN": str(self.script)}

    def measure(self, code, *options):
        """Measure a command of the shell; its folder and what was told."""
        run = self.folder / "runs" / "042"
        words = ["measure", "--out", run, "--every", "100ms", "--sources", "nvml", *options, "--", "sh", "-c", code]
        done = subprocess.run(
            [sys.executable, "-c", "from lca_ai.cli import main; main()", *words],
            env=self.environ, text=True, capture_output=True, check=False,
        )  # fmt: skip
        return run, done


@pytest.fixture
def cards(tmp_path):
    if COMPILER is None or sys.platform != "linux":
        pytest.skip("the stand-in of libnvidia-ml needs a C compiler and LD_LIBRARY_PATH, of Linux")
    return StandIn(tmp_path)


def test_a_command_on_a_machine_with_cards_is_measured_and_assessed(cards):
    code = f"sleep 0.4; mv {cards.after} {cards.script}; sleep 0.4; echo trained; exit 5"
    run, done = cards.measure(code, "--location", "FR")
    assert (done.returncode, done.stdout) == (5, "trained\n"), done.stderr
    assert "042: 1100 J (0.306 Wh)" in done.stderr
    assert "GPU-0: 900 J" in done.stderr
    assert "GPU-1: 200 J" in done.stderr
    assert "FR: climate change" in done.stderr
    handed = training_run(run, location=FR)
    found_cards = [(part.item, part.count) for part in handed.hardware.components if part.kind == "accelerator"]
    assert found_cards == [("h200-sxm-141gb", 2)]
    assert read_energy(handed.power).total * 3.6e6 == pytest.approx(1100.0, rel=1e-9)
    assert "climate change" in lca.assess(handed, SCOPE).summary()


def test_a_card_is_divided_by_what_the_driver_tells_of_its_processes(cards):
    # the command computes on 30 % of the first card, process 1 on 10 %: 3/4 of 900 J. On the second one nobody is told.
    code = (
        f"for file in {cards.script} {cards.after}; do printf '0.processes %s:1000:4294967295,1:3000:4294967295\\n"
        f"0.process_use %s:30,1:10\\n' $$ $$ >> $file; done; sleep 0.6; mv {cards.after} {cards.script}; sleep 0.6"
    )
    run, done = cards.measure(code)
    assert done.returncode == 0, done.stderr
    (looks,) = run.glob("_process-*.csv")
    pid = int(looks.name.split("-")[1])
    table = attributed(run, pid).to_frame().set_index(["sensor", "party"])["energy [J]"]
    assert table["GPU-0", f"process {pid}"] == pytest.approx(675.0, rel=1e-6)
    assert table["GPU-0", "others"] == pytest.approx(225.0, rel=1e-6)
    assert table["GPU-1", "unknown"] == pytest.approx(200.0, rel=1e-6)
    assert "675 J (61.4%), others 225 J, not known 200 J" in done.stderr


def test_what_the_meter_modelled_in_a_log_is_marked_so(tmp_path):
    """Cards with a sensor, memory without one: the energy of each is told with its own basis, and adds up."""
    with lca.measure(tmp_path, [Scripted(), ModelSource(("memory",))], every="50 ms") as window:
        time.sleep(0.3)
    run = lca.TrainingRun(name="run", power=window.log, hardware="dgx-h100", location="FR")
    uses = lca.assess(run, SCOPE).energy().set_index("activity")
    own = {name.partition("/")[2] or name: joules for name, joules in window.devices.items()}
    modelled = uses.loc["electricity, modelled by the meter"]
    assert modelled["activity_basis"] == "modelled"
    assert modelled["energy [kWh]"] * 3.6e6 == pytest.approx(own["memory (model)"], rel=1e-4)
    measured = uses.loc["electricity, gpu, memory"]
    assert measured["activity_basis"] == "measured"
    assert measured["energy [kWh]"] * 3.6e6 == pytest.approx(sum(own.values()) - own["memory (model)"], rel=1e-4)
    found = lca.compare(run, SCOPE, samples=8)
    assert found.table.set_index("category").loc["climate change", "amount"] == pytest.approx(
        lca.assess(run, SCOPE)["climate change"].magnitude, rel=1e-12
    )
