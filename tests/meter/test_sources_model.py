"""The model in place of a sensor: figures of the tables, worked out by hand."""

import math
import pickle
import time

import pytest

from lca_ai.meter.base import SourceUnavailable
from lca_ai.meter.sources.model import ModelSource
from lca_ai.meter.sources.processor import rated
from lca_ai.models import catalogue

#: Rated power of this processor in the hardware tables. [W]
NAME, RATED = "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz", 205.0


def cpuinfo(name, *, sockets=1, cores=2, threads=2, flags="fpu sse"):
    return "\n\n".join(
        f"processor\t: {number}\nmodel name\t: {name}\nphysical id\t: {socket}\n"
        f"siblings\t: {cores * threads}\ncpu cores\t: {cores}\nflags\t\t: {flags}"
        for socket in range(sockets)
        for number in range(cores * threads)
    )


@pytest.fixture
def machine(tmp_path):
    def write(info=None, kib=64_000_000):
        info = cpuinfo(NAME) if info is None else info
        (tmp_path / "proc").mkdir(exist_ok=True)
        (tmp_path / "proc/cpuinfo").write_text(info)
        (tmp_path / "proc/meminfo").write_text(f"MemTotal:       {kib} kB\n")
        load(tmp_path, busy=0, idle=1000)
        return tmp_path

    return write


def load(root, *, busy, idle):
    """user, nice, system, idle, waiting, two of interrupts, stolen: all that is not idle or waiting is busy."""
    (root / "proc/stat").write_text(f"cpu  {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 1 1 1\n")


@pytest.mark.parametrize(("busy", "share"), [(0, 0.12), (25, 0.435), (50, 0.75), (75, 0.885), (100, 1.02)])
def test_a_processor_draws_a_share_of_its_rated_power_by_its_load(machine, busy, share):
    """Shares of the assumption: 0.12 at no load, 0.75 at half, 1.02 at full; by hand on the lines between."""
    root = machine()
    source = ModelSource(("cpu",), root=root)
    (sensor,) = source.open()
    assert (sensor.name, sensor.covers, sensor.kind) == ("cpu (model)", "cpu", "model")
    load(root, busy=busy, idle=1100 - busy)
    (reading,) = source.read()
    assert reading.power_w == pytest.approx(share * RATED, rel=1e-12)
    assert reading.values["utilisation_percent"] == pytest.approx(busy)


def test_load_is_that_since_the_last_look(machine):
    root = machine()
    source = ModelSource(("cpu",), root=root)
    source.open()
    load(root, busy=100, idle=1000)
    assert source.read()[0].power_w == pytest.approx(1.02 * RATED)
    assert source.read()[0].fault.startswith("no tick of the load has passed")
    load(root, busy=100, idle=1100)
    assert source.read()[0].power_w == pytest.approx(0.12 * RATED)
    (root / "proc/stat").unlink()
    (reading,) = source.read()
    assert math.isnan(reading.power_w)
    assert "cannot be read" in reading.fault


def test_every_socket_counts(machine):
    root = machine(cpuinfo(NAME, sockets=2))
    source = ModelSource(("cpu",), root=root)
    (sensor,) = source.open()
    assert sensor.facts["rated power"] == f"{2 * RATED:g} W"
    assert sensor.facts["share of rated power"] == "0.12 at no load, 0.75 at half, 1.02 at full (davy-2021)"


def test_memory_draws_by_its_size(machine):
    """64,000,000 KiB are 65.536 GB, of 0.392 W each."""
    source = ModelSource(("memory",), root=machine())
    (sensor,) = source.open()
    assert (sensor.name, sensor.covers, sensor.kind) == ("memory (model)", "memory", "model")
    assert source.read()[0].power_w == pytest.approx(25.690_112, rel=1e-12)


def test_a_processor_without_a_rated_power_is_said_and_the_memory_is_modelled(machine):
    source = ModelSource(root=machine(cpuinfo("Unheard of 9000")))
    assert [one.name for one in source.open()] == ["memory (model)"]
    (why,) = source.left_out
    assert why.reason == "the hardware tables have no rated power of a processor 'Unheard of 9000'"
    assert "cpu_rated_power_w" in why.remedy
    with pytest.raises(SourceUnavailable, match="Unheard of 9000"):
        ModelSource(("cpu",), root=machine(cpuinfo("Unheard of 9000"))).open()


def test_a_given_rated_power_is_taken(machine):
    root = machine(cpuinfo("Unheard of 9000"))
    source = ModelSource(("cpu",), cpu_rated_power_w=10.0, root=root)
    source.open()
    load(root, busy=50, idle=1050)
    assert source.read()[0].power_w == pytest.approx(7.5)


def test_a_virtual_machine_has_a_share_of_a_processor_whose_cores_are_known(machine):
    """An EPYC 7763 has 64 cores, so 128 threads: 4 of them are 1/32 of its 280 W."""
    root = machine(cpuinfo("AMD EPYC 7763 64-Core Processor", flags="fpu hypervisor"))
    (sensor,) = ModelSource(("cpu",), root=root).open()
    assert sensor.facts["rated power"] == "8.75 W"
    assert "4 of 128 threads" in sensor.facts["share of the processor"]


def test_a_virtual_machine_of_a_processor_whose_cores_are_not_known_is_not_guessed(machine):
    root = machine(cpuinfo("Intel(R) Xeon(R) CPU E3-1225 v5 @ 3.30GHz", flags="fpu hypervisor"))
    with pytest.raises(SourceUnavailable, match="cores are not known"):
        ModelSource(("cpu",), root=root).open()


def test_a_system_without_proc_is_read_with_psutil(tmp_path):
    psutil = pytest.importorskip("psutil")
    source = ModelSource(cpu_rated_power_w=10.0, root=tmp_path)
    assert [one.name for one in source.open()] == ["cpu (model)", "memory (model)"]
    until = time.monotonic() + 5
    while (reading := source.read()[0]).fault and time.monotonic() < until:
        time.sleep(0.05)
    assert 1.2 <= reading.power_w <= 10.2
    assert source.read()[1].power_w == pytest.approx(psutil.virtual_memory().total / 1e9 * 0.392)


def test_a_model_of_nothing_and_of_what_has_none(machine):
    root = machine()
    with pytest.raises(SourceUnavailable, match="nothing is asked"):
        ModelSource((), root=root).open()
    with pytest.raises(SourceUnavailable, match="no model of gpu"):
        ModelSource(("gpu",), root=root).open()


def test_a_model_that_is_not_open_can_be_handed_to_another_process(machine):
    source = pickle.loads(pickle.dumps(ModelSource(("memory",), root=machine())))  # noqa: S301 (our own)
    assert [one.name for one in source.open()] == ["memory (model)"]


@pytest.mark.parametrize(
    "title",
    [
        NAME, "AMD EPYC 7763 64-Core Processor", "Intel(R) Xeon(R) CPU E5-2698 v4 @ 2.20GHz", "AMD EPYC 9965 192-Core Processor",
        "Intel(R) Xeon(R) Platinum 8480C", "AMD Ryzen 9 7950X 16-Core Processor", "12th Gen Intel(R) Core(TM) i7-12700K",
    ],
)  # fmt: skip
def test_a_processor_is_the_one_that_the_catalogue_finds(title):
    row = catalogue.processors()[catalogue.resolve(title)]["rated_power"]
    found = rated(title)
    assert (found.power_w, found.source) == (float(row["value"]), row["source"])


@pytest.mark.parametrize(
    "title",
    ["AMD EPYC", "", "Intel(R) Xeon(R) Processor @ 2.30GHz", "Unheard of 9000", "QEMU Virtual CPU version 2.5+"],
)
def test_a_name_that_tells_no_processor_is_not_guessed(title):
    assert rated(title) is None
