"""Cray capmc: energy counters of nodes and windows of the system's power.

Layout: the CAPMC API, https://cray-hpe.github.io/docs-csm/en-15/api/capmc; the numbers here are made up.
"""

import json

import pytest

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options


def counters(second, *joules, error=0):
    nodes = [
        {"nid": 24 + n, "energy_ctr": value, "time": f"2024-05-31 05:00:{second:02d}.250000-05"}
        for n, value in enumerate(joules)
    ]
    return json.dumps({"e": error, "err_msg": "", "nid_count": len(nodes), "nodes": nodes}, indent=2) + "\n"


def power(minute, watts, length=300):
    answer = {
        "start_time": f"2024-05-31 10:{minute:02d}:00", "avg": watts, "min": watts - 9, "max": watts + 9,
        "window_len": length, "e": 0, "err_msg": "",
    }  # fmt: skip
    return json.dumps(answer, indent=1) + "\n"


def test_counters_of_nodes(read):
    reading = read(counters(0, 1000, 5000) + counters(30, 7000, 8000))
    assert {name: kwh * 3.6e6 for name, kwh in reading.per_device().items()} == pytest.approx(
        {"nid00024": 6000.0, "nid00025": 3000.0}
    )
    assert reading.covers == ("node",)
    assert reading.start.isoformat() == "2024-05-31T10:00:00.250000+00:00"


def test_a_counter_that_is_not_known(read, counts):
    reading = read(counters(0, 1000) + counters(10, 0) + counters(20, 3000))
    assert reading.total * 3.6e6 == pytest.approx(2000.0)
    assert counts(reading)["not a number"] == 1


def test_windows_of_the_system(read):
    reading = read(power(0, 6000) + power(5, 4000), timezone="UTC")
    assert reading.total * 3.6e6 == pytest.approx(300 * 10_000)
    assert reading.per_device().keys() == {"system"}
    assert reading.seconds == 600.0


def test_one_window_is_an_energy_already(read):
    assert read(power(0, 6000), timezone="UTC").total * 3.6e6 == pytest.approx(1_800_000)


def test_quotation_marks_of_a_shell(read):
    assert read(power(0, 6000).replace('"', '\\"'), timezone="UTC").total * 3.6e6 == pytest.approx(1_800_000)


def test_its_local_time_needs_a_zone(write):
    with pytest.raises(LogError, match="no zone"):
        formats.read(write(power(0, 6000)), None, Options())


def test_nodes_lie_within_the_system(read):
    reading = read(counters(0, 1000) + counters(30, 7000) + power(0, 6000), timezone="UTC")
    assert reading.total * 3.6e6 == pytest.approx(1_800_000)
    assert reading.per_nested_device()["nid00024"] * 3.6e6 == pytest.approx(6000.0)


def test_an_answer_that_tells_an_error_holds_no_reading(read, write, counts):
    reading = read(counters(0, 1000) + counters(10, 9, error=61) + counters(20, 3000))
    assert reading.total * 3.6e6 == pytest.approx(2000.0)
    assert counts(reading)["answer of an error"] == 1
    failed = counters(10, 9, error=61).replace('"err_msg": ""', '"err_msg": "No data in time window"')
    with pytest.raises(LogError, match=r"no answer holds a reading.*No data in time window"):
        formats.read(write(failed), None, Options())


def test_an_answer_that_was_cut(read, counts):
    reading = read(counters(0, 1000) + counters(10, 2000) + counters(20, 3000)[:-40])
    assert reading.total * 3.6e6 == pytest.approx(1000.0)
    assert counts(reading)["unreadable document"] == 1


@pytest.mark.parametrize("text", ['{"window_len": 3}', '{"nodes": []}', "nid,energy_ctr\n", '[{"start_time": 1}]'])
def test_other_texts_are_not_taken_for_it(text):
    assert not formats.FORMATS["capmc"].matches(text)
