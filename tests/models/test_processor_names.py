"""Processors by the names that systems and tools print, and those that were typed in."""

from __future__ import annotations

import pytest

import lca_ai as lca
from lca_ai.errors import UnknownKeyError
from lca_ai.models import catalogue


@pytest.mark.parametrize(
    ("name", "key", "watts"),
    [
        ("epyc 9965", "amd-epyc-9965", 500),
        ("AMD EPYC 9965 192-Core Processor", "amd-epyc-9965", 500),
        ("AMD EPYC 4585PX 16-Core Processor", "amd-epyc-4585px", 170),
        ("Intel(R) Xeon(R) 6980P", "intel-xeon-6980p", 500),
        ("Intel Xeon 6 6980P", "intel-xeon-6980p", 500),
        ("Intel(R) Xeon(R) 6766E", "intel-xeon-6766e", 250),
        ("Intel(R) Xeon(R) CPU Max 9480", "intel-xeon-cpu-max-9480", 350),
        ("Intel(R) Xeon(R) w9-3495X", "intel-xeon-w9-3495x", 350),
        ("Intel(R) Core(TM) Ultra 9 285K", "intel-core-ultra-9-285k", 125),
        ("Core Ultra 5 225", "intel-core-ultra-5-225", 65),
        ("AMD Ryzen 9 9950X 16-Core Processor", "amd-ryzen-9-9950x", 170),
        ("AMD Ryzen 7 5800H with Radeon Graphics", "amd-ryzen-7-5800h", 45),
        ("AMD FX(tm)-8350 Eight-Core Processor", "amd-fx-8350", 125),
        ("12th Gen Intel(R) Core(TM) i7-12700K", "intel-core-i7-12700k", 190),
        ("Ampere(R) Altra(R) Processor Q80-30 CPU @ 3.0GHz", "ampere-altra-q80-30", 210),
        ("NVIDIA Grace CPU Superchip", "nvidia-grace-cpu-superchip", 500),
    ],
)
def test_a_processor_is_found_by_the_name_that_is_printed(name: str, key: str, watts: float) -> None:
    machine = lca.hardware(name)
    assert machine.key == key
    assert machine.components[0].rated_power.to("W").magnitude == watts


@pytest.mark.parametrize("name", ["Processor", "CPU @ 2.00GHz", "64-Core Processor", "AMD EPYC 99999 8-Core Processor"])
def test_a_name_that_tells_no_processor_is_unknown(name: str) -> None:
    with pytest.raises(UnknownKeyError):
        lca.hardware(name)


def test_a_name_of_a_table_is_found_as_it_stands() -> None:
    """What tools add is taken off only where the name itself is not known."""
    for key in list(catalogue.processors())[::97]:
        assert key in catalogue._processors_named(catalogue._plain(key))


def test_those_typed_in_say_their_cores_and_year_and_cite_their_maker() -> None:
    typed = {key: rows for key, rows in catalogue.processors().items() if "year" in rows}
    assert len(typed) >= 50
    for rows in typed.values():
        assert {"name", "rated_power", "cores", "year"} <= set(rows)
        assert 2020 <= int(rows["year"]["value"]) <= 2026
        assert rows["rated_power"]["source"] != "codecarbon"
        assert 1 < int(rows["cores"]["value"]) <= 256
        assert 1 < float(rows["rated_power"]["value"]) / int(rows["cores"]["value"]) < 25


def test_there_are_at_least_4900_processors() -> None:
    assert len(catalogue.processors()) >= 4900
