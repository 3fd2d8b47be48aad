"""Machines by more names: cloud instances as shares of a server, processors of the long list, and no silent pick."""

import pytest

import lca_ai as lca
from lca_ai.models import catalogue

SCOPE = lca.GoalAndScope(goal="test", functional_unit=lca.FunctionalUnit("one model", reference_flow="1 model"))


def made(name, hours="1000 h"):
    run = lca.TrainingRun(
        name="run", energy="1 kWh", hardware=name, location=lca.location("FR", year=2022, pue=1.0),
        runtime={"duration": hours}, allocation={"service_life": "4 year", "utilisation": 1.0},
    )  # fmt: skip
    return lca.assess(run, SCOPE)


def manufacture(result):
    return result.by("life cycle stage").loc["manufacture", "climate change"]


def test_an_instance_that_is_a_whole_server_carries_the_server():
    assert manufacture(made("p5.48xlarge")) == pytest.approx(manufacture(made("dgx-h100")), rel=1e-12)


def test_an_instance_that_is_a_quarter_of_a_server_carries_a_quarter():
    quarter, whole = lca.hardware("Standard_NC24ads_A100_v4"), lca.hardware("r750xa-4xa100-80gb")
    assert quarter.share == 0.25
    assert quarter.accelerators == 1
    assert manufacture(made("Standard_NC24ads_A100_v4")) == pytest.approx(manufacture(made(whole)) / 4, rel=1e-12)


def test_what_stands_in_is_shown():
    assumed = {one.subject: one for one in made("p5.48xlarge").assumed}
    assert "DGX H100" in assumed["machine behind aws p5.48xlarge"].reason


def test_an_instance_without_a_known_host_has_a_gap():
    result = made("p3.2xlarge")
    assert "host of p3.2xlarge" in set(result.gaps["process"])
    assert not result.totals["complete"]["climate change"]


@pytest.mark.parametrize("name", sorted(catalogue.gpu_instances()))
def test_every_instance_is_a_machine(name):
    machine = lca.hardware(name)
    assert machine.accelerators > 0
    assert 0 < machine.share <= 1


@pytest.mark.parametrize("name", ["EPYC 9654", "AMD EPYC 9654", "amd-epyc-9654"])
def test_a_processor_is_found_with_and_without_its_maker(name):
    machine = lca.hardware(name)
    assert machine.components[0].rated_power.to("W").magnitude == 360


@pytest.mark.parametrize("name", ["a100", "h100", "v100", "A100", "H100"])
def test_a_short_name_is_never_picked_silently(name):
    """There is a processor called A100 too: the accelerators of that name are listed, none is taken."""
    with pytest.raises(lca.LcaAiError, match="fits several devices"):
        lca.hardware(name)


@pytest.mark.parametrize(
    ("name", "as_listed"),
    [
        ("aws/p5.48xlarge", "p5.48xlarge"),
        ("AWS p5.48xlarge", "p5.48xlarge"),
        ("azure/Standard_NC24ads_A100_v4", "Standard_NC24ads_A100_v4"),
        ("nc24ads-a100-v4", "Standard_NC24ads_A100_v4"),
    ],
)
def test_an_instance_with_accelerators_is_found_with_its_provider_too(name, as_listed):
    assert lca.hardware(name) == lca.hardware(as_listed)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Tesla V100", ["fits several", "v100-sxm2-32gb", "v100-pcie-16gb"]),
        ("tesla v10", ["did you mean", "v100-sxm2-32gb"]),
        ("p5", ["did you mean", "p5.48xlarge"]),
        ("dgx-h10", ["did you mean dgx-h100?"]),
        ("epyc", ["fits several", "--search 'epyc'"]),
        ("foo", ["lca-ai hardware --search WORDS"]),
        ("", ["an empty name", "--search"]),
        ("-", ["an empty name"]),
    ],
)
def test_an_unknown_name_is_told_in_short_with_what_is_alike_alone(name, words):
    with pytest.raises(lca.LcaAiError) as fault:
        lca.hardware(name)
    text = str(fault.value)
    assert all(word in text for word in words), text
    assert len(text) < 300
    assert name not in {"foo", ""} or "Standard" not in text


@pytest.mark.parametrize("bad", [None, 5, ["dgx-h100"]])
def test_a_name_that_is_no_text_is_refused(bad):
    with pytest.raises(lca.LcaAiError, match="a name of hardware is text, not"):
        lca.hardware(bad)


def test_device_hours_of_a_share_count_its_own_accelerators():
    """100 hours of the one accelerator of a quarter of a server are 100 hours of that quarter."""
    run = lca.TrainingRun(
        name="run", energy="1 kWh", hardware="Standard_NC24ads_A100_v4", location=lca.location("FR", year=2022, pue=1.0),
        runtime={"device_hours": "100 h"}, allocation={"service_life": "4 year", "utilisation": 1.0},
    )  # fmt: skip
    by_device = manufacture(lca.assess(run, SCOPE))
    assert by_device == pytest.approx(manufacture(made("Standard_NC24ads_A100_v4", "100 h")), rel=1e-12)
