"""Studies on cloud instances without accelerators: their share of a host, its manufacture, and power without a log.

An m5.xlarge for 10 h at half the rated power of its processors. By hand, with the stated assumptions::

    processors   2 x 240 W x 0.5 x 4/96 x 10 h               = 0.1        kWh
    memory       384 GB x 0.392 W/GB x 4/96 x 10 h            = 0.06272    kWh
    losses of the power supplies   0.16272 x (1 / 0.94 - 1)   = 0.01038638 kWh
"""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import lca_ai as lca
from lca_ai.cli import app
from lca_ai.errors import StudyError, UnknownKeyError
from lca_ai.inventory.coverage import coverage
from lca_ai.inventory.instance_lookup import published_hosts, search_machines
from lca_ai.inventory.machines import embodied_impacts, search_hardware

HALF = {"energy": None, "runtime": {"duration": "10 hour", "utilisation": 0.5}}


def energy(result) -> dict[str, float]:
    return dict(zip(result.energy()["activity"], result.energy()["energy [kWh]"], strict=True))


# Power without a log


@pytest.mark.parametrize(
    ("activity", "kwh"),
    [
        ("electricity, cpu", 0.1),
        ("memory, not covered by the log", 0.06272),
        ("losses of the power supplies", 0.16272 * (1 / 0.94 - 1)),
    ],
)
def test_an_instance_draws_its_share_of_the_host(activity: str, kwh: float, run, use) -> None:
    found = energy(use(run(hardware="m5.xlarge", **HALF)))
    assert found[activity] == pytest.approx(kwh, rel=1e-12)
    assert "cpu, not covered by the log" not in found  # the processors are counted once


def test_power_of_processors_without_a_log_is_modelled_and_stated(run, use) -> None:
    result = use(run(hardware="m5.xlarge", **HALF))
    assert result.energy().set_index("activity")["activity_basis"]["electricity, cpu"] == "modelled"
    [stated] = [one for one in result.assumed if one.subject == "power of the processors of run"]
    assert stated.value == "0.5 of the rated power"


def test_a_server_of_ones_own_without_accelerators_is_modelled_too(run, use) -> None:
    """2 x 150 W x 10 h = 3 kWh."""
    box = {"name": "box", "components": [{"kind": "cpu", "name": "chip", "count": 2, "rated_power": "150 W"}]}
    found = energy(use(run(energy=None, hardware=box, runtime={"duration": "10 hour"})))
    assert found["electricity, cpu"] == pytest.approx(3.0, rel=1e-12)


def test_twenty_four_of_them_draw_as_much_as_the_whole_host(run, use) -> None:
    many = use(run(hardware={"catalogue": "m5.xlarge", "count": 24}, **HALF)).inventories[0]
    whole = use(run(hardware="m5.metal", **HALF)).inventories[0]
    assert many.it_energy == pytest.approx(whole.it_energy, rel=1e-12)


def test_processors_of_unknown_power_are_refused_and_not_taken_for_zero(run, use) -> None:
    with pytest.raises(StudyError, match="the rated power is not known"):
        use(run(hardware="m7g.xlarge", **HALF))


def test_idle_time_of_processors_needs_an_idle_power(run, use) -> None:
    with pytest.raises(StudyError, match="idle share needs the idle power"):
        use(run(hardware="m5.xlarge", energy=None, runtime={"duration": "1 hour", "idle_share": 0.5}))


def test_accelerators_go_before_processors_as_ever(run, use) -> None:
    """8 x 700 W x 10 h x 0.5 = 28 kWh, and the processors at the share of a host that a log leaves out."""
    found = energy(use(run(hardware="dgx-h100", **HALF)))
    assert found["electricity, gpu"] == pytest.approx(28.0, rel=1e-12)
    assert found["cpu, not covered by the log"] == pytest.approx(5.25, rel=1e-12)


# Manufacture


def made(name, run, scope):
    given = {"service_life": "4 year", "utilisation": 1.0}
    result = lca.assess(run(hardware=name, runtime={"duration": "1000 h"}, allocation=given), scope())
    return result, result.by("life cycle stage").loc["manufacture", "climate change"]


def test_manufacture_of_an_instance_is_its_share_of_that_of_the_host(run, scope) -> None:
    """4 / 96 of the host, 1000 h of 4 years of 8766 h."""
    _, share = made("m5.xlarge", run, scope)
    _, whole = made("m5.metal", run, scope)
    impacts, _ = embodied_impacts(lca.hardware("m5.metal"))
    by_hand = impacts["manufacture"]["climate change"]["amount"] * 4 / 96 * 1000 / (4 * 8766)
    assert share == pytest.approx(whole * 4 / 96, rel=1e-12)
    assert share == pytest.approx(by_hand, rel=1e-3)  # a year of 8760 or 8766 hours


def test_what_is_assumed_of_the_host_is_shown(run, scope) -> None:
    result, _ = made("m6i.xlarge", run, scope)
    told = {one.subject: f"{one.value} {one.reason}" for one in result.assumed}
    assert "largest size of the family" in told["machine behind aws m6i.xlarge"]
    assert any("modules of this size" in text for text in told.values())


def test_a_die_that_is_not_known_is_a_gap_and_not_zero(run, scope) -> None:
    result, _ = made("m7g.xlarge", run, scope)
    gaps = result.gaps
    assert "AWS Graviton3: die" in set(gaps.loc[gaps["kind"] == "missing", "process"])
    assert not result.totals["complete"]["climate change"]


def test_a_whole_host_is_near_what_others_publish_of_it() -> None:
    """Cloud Carbon Footprint has 1,611 kg for the host of m5, by constants: the same order, within a factor of two and a half."""
    impacts, gaps = embodied_impacts(lca.hardware("m5.xlarge"))
    [other] = published_hosts(lca.hardware("m5.xlarge"))
    ours = impacts["manufacture"]["climate change"]["amount"]
    assert gaps == []
    assert other["amount"] / 2.5 < ours < other["amount"] * 2.5
    assert published_hosts(lca.hardware("dgx-h100")) == []


# Look-ups


def test_a_search_lists_instances_with_their_share_of_the_making() -> None:
    rows = search_machines("m5.x").set_index("key")["manufacture [kg CO2e]"]
    impacts, _ = embodied_impacts(lca.hardware("m5.xlarge"))
    assert rows["aws/m5.xlarge"] == pytest.approx(impacts["manufacture"]["climate change"]["amount"] * 4 / 96)


def test_a_search_lists_machines_and_cards_as_before() -> None:
    before = search_hardware("h100")
    assert list(search_machines("h100")["key"])[: len(before)] == list(before["key"])
    with pytest.raises(UnknownKeyError):
        search_machines("no such machine")


def test_the_command_line_shows_share_parts_and_what_others_publish() -> None:
    shown = json.loads(CliRunner().invoke(app, ["hardware", "m5.xlarge", "--json"]).stdout)
    assert shown["share"] == pytest.approx(4 / 96)
    assert [one["amount"] for one in shown["alternatives"]] == [1610.79]
    text = CliRunner().invoke(app, ["hardware", "m5.xlarge"]).stdout
    assert "2 x Intel Xeon Platinum 8175M" in text
    assert "12 x DDR4 module, 32 GB" in text
    listed = CliRunner().invoke(app, ["hardware", "--search", "m5"]).stdout
    assert "aws/m5.xlarge" in listed


def test_coverage_counts_them() -> None:
    counted = coverage().set_index("what")["count"]
    assert counted["cloud instances without accelerators"] >= 1_400
    assert (
        counted["cloud instances in all"]
        >= counted["cloud instances without accelerators"] + counted["cloud GPU instances"]
    )
