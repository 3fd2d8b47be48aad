"""The endpoint: text that a parser of OpenMetrics takes, with nothing for what is not known."""

import math
import re
import urllib.error
import urllib.request

import pytest

from lca_ai.errors import InputError
from lca_ai.meter.live import Figures
from lca_ai.meter.openmetrics import CONTENT_TYPE, Endpoint, exposition

GPU = Figures("node-1", "GPU-a", ("gpu",), power_w=300.5, energy_j=12_500.25, covered=1.0)
CORES = Figures("node-1", "package-0/core", ("cpu",), within="package-0", power_w=80.0, energy_j=900.0, covered=0.99)
MODELLED = Figures("node-1", "memory (model)", ("cpu", "memory"), modelled=True, energy_j=math.nan, power_w=9.9)
ODD = Figures("node-1", 'a "b" \\ c\nd', ("gpu",), power_w=math.nan, energy_j=1.0)

FAMILY = re.compile(r"# TYPE (\w+) (counter|gauge)")
SAMPLE = re.compile(r'(\w+)\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (\S+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\\n]|\\["\\n])*)"')


def parsed(text):
    """Families with their unit and samples, by the grammar of OpenMetrics 1.0; anything else fails."""
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""]
    families, name = {}, ""
    for line in lines[:-2]:
        if found := FAMILY.fullmatch(line):
            name, kind = found.groups()
            assert name not in families
            families[name] = {"type": kind, "unit": "", "samples": {}}
        elif line.startswith("# UNIT "):
            _, _, of, unit = line.split(" ")
            assert of == name
            assert name.endswith("_" + unit)
            families[name]["unit"] = unit
        elif line.startswith("# HELP "):
            assert line.split(" ")[2] == name
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert found[1] == name + ("_total" if families[name]["type"] == "counter" else "")
            labels = tuple(
                (key, re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one[1], one[1]), value))
                for key, value in LABEL.findall(found[2])
            )
            assert labels not in families[name]["samples"]
            families[name]["samples"][labels] = float(found[3])
    return families


def samples(text, family):
    return {dict(labels)["sensor"]: value for labels, value in parsed(text)[family]["samples"].items()}


def test_energy_is_a_counter_and_power_a_gauge():
    families = parsed(exposition([GPU, CORES]))
    assert {name: (one["type"], one["unit"]) for name, one in families.items()} == {
        "lca_ai_energy_joules": ("counter", "joules"),
        "lca_ai_power_watts": ("gauge", "watts"),
        "lca_ai_covered_ratio": ("gauge", "ratio"),
    }
    text = exposition([GPU, CORES])
    assert samples(text, "lca_ai_energy_joules") == {"GPU-a": 12_500.25, "package-0/core": 900.0}
    assert samples(text, "lca_ai_power_watts") == {"GPU-a": 300.5, "package-0/core": 80.0}
    (of_core,) = (dict(one) for one in families["lca_ai_power_watts"]["samples"] if dict(one)["within"])
    assert of_core == {
        "host": "node-1",
        "sensor": "package-0/core",
        "covers": "cpu",
        "within": "package-0",
        "modelled": "no",
    }


def test_what_is_not_known_is_left_out():
    text = exposition([MODELLED])
    assert samples(text, "lca_ai_energy_joules") == {}
    assert samples(text, "lca_ai_power_watts") == {"memory (model)": 9.9}
    assert "nan" not in text.casefold()


def test_odd_names_are_escaped():
    assert samples(exposition([ODD]), "lca_ai_energy_joules") == {'a "b" \\ c\nd': 1.0}


def test_impacts_have_their_category_and_unit():
    families = parsed(exposition([GPU], {"climate change": (0.25, "kg CO2e")}))
    assert families["lca_ai_impact"]["samples"] == {(("category", "climate change"), ("unit", "kg CO2e")): 0.25}


def test_the_parser_of_prometheus_takes_it():
    parser = pytest.importorskip("prometheus_client.openmetrics.parser", reason="prometheus_client is not installed")
    text = exposition([GPU, CORES, MODELLED, ODD], {"climate change": (0.25, "kg CO2e")})
    found = {one.name: one for one in parser.text_string_to_metric_families(text)}
    assert found["lca_ai_energy_joules"].unit == "joules"
    assert {one.labels["sensor"]: one.value for one in found["lca_ai_energy_joules"].samples}["GPU-a"] == 12_500.25
    assert len(found["lca_ai_power_watts"].samples) == 3


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_the_endpoint_gives_the_page_of_the_moment_and_ends():
    figures = [GPU]
    with Endpoint(0, lambda: exposition(figures)) as server:
        kind, text = get(server.port, "/metrics")
        assert kind == CONTENT_TYPE
        assert set(samples(text, "lca_ai_power_watts")) == {"GPU-a"}
        figures.append(CORES)
        assert len(samples(get(server.port, "/metrics?x=1")[1], "lca_ai_power_watts")) == 2
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(server.port, "/other")
        port = server.port
    with pytest.raises(urllib.error.URLError):
        get(port, "/metrics")


def test_the_endpoint_is_of_this_machine_alone():
    with Endpoint(0, lambda: "# EOF\n") as server:
        assert server._server.server_address[0] == "127.0.0.1"
        with pytest.raises(InputError, match=r"--metrics: the port cannot be had"):
            Endpoint(server.port, lambda: "# EOF\n")
    with pytest.raises(InputError, match="cannot be had"):
        Endpoint(99_999, lambda: "# EOF\n")
