"""Scaphandre's JSON exporter: the host, its sockets and their domains, and nothing twice.

Layout: src/exporters/json.rs of hubblo-org/scaphandre (Apache-2.0); the numbers here are made up.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options

FIRST = 1_717_149_600


def document(second, host, socket, dram=None, core=None):
    """One step: powers in W, written in µW."""
    stamp = FIRST + second
    domains = [
        {"name": name, "consumption": watts * 1e6, "timestamp": stamp}
        for name, watts in (("dram", dram), ("core", core))
        if watts is not None
    ]
    consumer = {
        "exe": "/usr/bin/python3", "cmdline": "python3 train.py", "pid": 7, "resources_usage": None,
        "consumption": 0.6e6 * (host or 0), "timestamp": stamp, "container": None,
    }  # fmt: skip
    return json.dumps(
        {
            "host": {
                "consumption": None if host is None else host * 1e6, "timestamp": stamp, "components": {"disks": []}
            },
            "consumers": [consumer],
            "sockets": [{"id": 0, "consumption": socket * 1e6, "domains": domains, "timestamp": stamp}],
        }
    )  # fmt: skip


LOG = [document(0, 50, 40, 8, 30), document(2, 60, 50, 8, 40), document(4, 70, 60, 8, 50)]


def energies(reading):
    return {
        name: kwh * 3.6e6
        for table in (reading.per_device(), reading.per_nested_device())
        for name, kwh in table.items()
    }


@pytest.mark.parametrize("text", ["".join(LOG), "\n".join(LOG) + "\n", "[" + ",\n".join(LOG) + "]"])
def test_the_host_counts_and_its_parts_are_shown(read, counts, text):
    """Steps of 2 s: the power of each is of the step that ends there; the first is as long as the others."""
    reading = read(text)
    assert reading.total * 3.6e6 == pytest.approx(2 * (50 + 60 + 70))
    assert energies(reading) == pytest.approx(
        {"host": 360.0, "package-0": 300.0, "dram-0": 48.0, "package-0/core": 240.0}
    )
    assert dict(reading.parents) == {"package-0": "host", "dram-0": "host", "package-0/core": "package-0"}
    assert reading.covers == ("cpu", "memory")
    assert counts(reading) == {"interval length assumed": 4, "part of another device": 3}
    assert reading.format == "scaphandre"
    assert reading.start.isoformat() == "2024-05-31T09:59:58+00:00"


def test_the_name_of_the_host(read):
    reading = read("".join(LOG), device="node7")
    assert set(reading.per_device()) == {"node7/host"}
    assert reading.parents["node7/package-0/core"] == "node7/package-0"


def test_a_host_without_a_power_is_unknown(read, counts):
    reading = read("".join([LOG[0], document(2, None, 50), LOG[2]]))
    assert counts(reading)["not a number"] == 1
    assert energies(reading)["host"] == pytest.approx(2 * (50 + 70))


def test_a_pause_is_not_of_the_next_step(read):
    """Scaphandre writes no document where it has no power; the next one is of its own step."""
    steps = [document(second, 50, 40) for second in (0, 2, 4, 60, 62)]
    assert read("".join(steps)).total * 3.6e6 == pytest.approx(5 * 2 * 50)


def test_a_log_that_was_cut(read, counts):
    """The document that is broken is counted; its parts are not read."""
    reading = read("".join(LOG)[:-60])
    assert counts(reading)["unreadable document"] >= 1
    assert reading.total * 3.6e6 == pytest.approx(2 * (50 + 60))


def test_a_step_without_a_time_is_set_aside(read, counts):
    broken = LOG[1].replace(str(FIRST + 2), '"?"')
    reading = read("".join([LOG[0], broken, document(6, 70, 60, 8, 50), document(8, 70, 60, 8, 50)]))
    assert counts(reading)["unreadable time"] == 4


def test_a_single_step_has_no_length(write):
    with pytest.raises(LogError, match="single step, and nothing tells its length"):
        formats.read(write(LOG[0]), None, Options())


@pytest.mark.parametrize(
    "text",
    ['{"host": "n1", "consumption": 3}', '{"host": {"name": "n1"}, "sockets": []}', "host,consumption\n", "[{}]"],
)
def test_other_texts_are_not_taken_for_it(text):
    assert not formats.FORMATS["scaphandre"].matches(text)


def test_nothing_else_is_one_of_it(logs):
    heads = [path.read_bytes()[:20_000].decode("latin-1") for path in logs.iterdir() if path.is_file()]
    assert not any(formats.FORMATS["scaphandre"].matches(head) for head in heads)
    assert formats.recognise(logs / "x", "".join(LOG), Options()).name == "scaphandre"


@given(st.lists(st.floats(1, 500), min_size=2, max_size=30), st.integers(1, 60))
def test_the_energy_is_that_of_the_steps(tmp_path_factory, watts, step):
    path = tmp_path_factory.mktemp("scaphandre") / "log.json"
    path.write_text("".join(document(n * step, power, power / 2) for n, power in enumerate(watts)))
    reading = read_energy(read_power_log(path))
    assert reading.total * 3.6e6 == pytest.approx(step * sum(watts), rel=1e-6)


def test_what_it_prints_has_no_times_and_is_no_sensor_of_a_bmc(write):
    text = "Scaphandre stdout exporter\nSending ⚡ metrics\nMeasurement step is: 2s\nHost:\t26.5 W from package\n\tpackage \tcore\n"
    with pytest.raises(LogError, match=r"nearly scaphandre.*scaphandre json -t 60"):
        formats.read(
            write(text + "\nSocket0\t26.5 W |\t23.0 W\n\nTop 5 consumers:\nPower\t\tPID\tExe\n"), None, Options()
        )
