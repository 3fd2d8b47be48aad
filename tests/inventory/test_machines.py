"""Machines as they are looked up: totals that leave something out say so, and hardware is shown without a study.

By hand, from the tables: a parametric card of a die of 814 mm2 has 0.0433026 kg CO2e per mm2 over the yield of Murphy,
with A d = 8.14 x 0.1: ((1 - exp(-0.814)) / 0.814)^2 = 0.46809, so 814 / 0.46809 x 0.0433026 = 75.30 kg. An m5.xlarge has
4 of the 96 virtual processors of its host.
"""

from __future__ import annotations

import math

import pytest

import lca_ai as lca
from lca_ai.errors import InputError, StudyError
from lca_ai.inventory.instance_lookup import search_machines
from lca_ai.inventory.machines import embodied_impacts, search_hardware
from lca_ai.models import catalogue
from lca_ai.models.hardware import Cluster

CLIMATE, MADE = "climate change", "manufacture"
CARD = {"name": "card", "die": "814 mm^2", "memory": "141 GB HBM3E", "mass": "1.7 kg"}


def climate(table):
    return table[(table["category"] == CLIMATE) & (table["life_cycle_stage"] == MADE)]


# Totals that leave something out


@pytest.mark.parametrize("name", ["dgx-b200", "b200", "epyc 9654", "a100-pcie-40gb", "dgx-h100", "p3.2xlarge"])
def test_a_figure_is_complete_just_where_no_gap_and_no_part_is_without_one(name):
    impacts, gaps = embodied_impacts(lca.hardware(name))
    for stage, categories in impacts.items():
        missing = {gap.process for gap in gaps if gap.stage == stage and gap.category == "all"}
        for figure in categories.values():
            assert missing <= set(figure["not_covered"])
            assert figure["complete"] is (figure["not_covered"] == [])


def test_a_machine_without_its_die_is_not_complete_and_one_with_it_is():
    """B200 has no published area of its dies: its total is below that of the older H100, and is a lower bound."""
    b200, _ = embodied_impacts(lca.hardware("dgx-b200"))
    h100, _ = embodied_impacts(lca.hardware("dgx-h100"))
    assert b200[MADE][CLIMATE]["amount"] < h100[MADE][CLIMATE]["amount"]
    assert b200[MADE][CLIMATE]["not_covered"] == ["NVIDIA B200 180GB: die"]
    assert (b200[MADE][CLIMATE]["complete"], h100[MADE][CLIMATE]["complete"]) == (False, True)


def test_a_search_marks_what_is_not_complete_but_asks_no_host_of_a_card():
    found = search_hardware("b200").set_index("key")
    assert not found.loc["b200", "complete"]
    assert found.loc["b200", "not_covered"] == "NVIDIA B200 180GB: die"
    assert search_hardware("a100 pcie").set_index("key").loc["a100-pcie-40gb", "complete"]


# A search finds every kind of hardware


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("p5.48xlarge", "aws/p5.48xlarge"),
        ("g5.", "aws/g5.12xlarge"),
        ("azure a100", "azure/Standard_NC24ads_A100_v4"),
        ("epyc 9654", "amd-epyc-9654"),
        ("m5.xlarge", "aws/m5.xlarge"),
        ("dgx b200", "dgx-b200"),
    ],
)
def test_a_search_finds_machines_instances_and_processors(words, key):
    assert key in set(search_machines(words)["key"])


@pytest.mark.parametrize("words", ["v100", "epyc 96", "h100", "a10g", "xeon platinum 84"])
def test_what_a_search_finds_has_the_figure_of_the_look_up(words):
    """Machines, instances and processors: the same amount, the used share of the whole."""
    for row in search_machines(words).to_dict("records"):
        server = lca.hardware(row["key"])
        impacts, _ = embodied_impacts(server)
        figure = impacts[MADE][CLIMATE]
        assert row["manufacture [kg CO2e]"] == pytest.approx(server.share * figure["amount"], rel=1e-12)
        own_host = f"host of {server.name}"
        assert sorted(filter(None, row["not_covered"].split("; "))) == [
            one for one in figure["not_covered"] if one != own_host
        ]
        assert row["complete"] is (row["not_covered"] == "")


@pytest.mark.parametrize("words", ["", "  ", "_"])
def test_a_search_for_nothing_is_refused(words):
    with pytest.raises(InputError, match="no words to search for"):
        search_machines(words)


def test_processors_of_the_catalogue_keep_their_dies_in_a_search():
    known = [key for key in catalogue.items() if catalogue.kind_of(key) == "cpu" and catalogue.cpu(key).die is not None]
    for key in known[:5]:
        row = search_machines(key).set_index("key").loc[key]
        assert row["complete"], key
        assert row["die_area"]


# Hardware without a study


def test_a_card_that_no_catalogue_has_is_shown_part_by_part():
    table = climate(lca.embodied(lca.Accelerator(**CARD))).set_index("part")
    assert table.loc["card: die", "amount"] == pytest.approx(75.30, abs=0.01)
    assert table.loc["card: memory HBM3e", "complete"]
    assert math.isnan(table.loc["host of card", "amount"])
    assert set(table.index[~table["complete"]]) == {"card: board", "card: heatsink", "card: casing", "host of card"}


def test_parts_sum_to_the_impacts_of_the_machine():
    server = lca.hardware("dgx-b200")
    impacts, _ = embodied_impacts(server)
    table = lca.embodied("dgx-b200")
    sums = table.groupby(["life_cycle_stage", "category"])["amount"].sum()
    whole = table.groupby(["life_cycle_stage", "category"])["complete"].all()
    for stage, categories in impacts.items():
        for category, figure in categories.items():
            assert sums[stage, category] == pytest.approx(figure["amount"], rel=1e-12)
            assert bool(whole[stage, category]) is figure["complete"]


def test_amounts_are_of_the_used_share_and_of_all_machines():
    whole = climate(lca.embodied("m5.metal"))["amount"].sum()
    assert climate(lca.embodied("m5.xlarge"))["amount"].sum() == pytest.approx(whole * 4 / 96, rel=1e-12)
    three = Cluster(server=lca.hardware("m5.metal"), count=3)
    assert climate(lca.embodied(three))["amount"].sum() == pytest.approx(3 * whole, rel=1e-12)


def test_every_row_with_an_amount_says_where_it_is_from():
    table = lca.embodied("a100-pcie-40gb")
    assert (table["complete"] == table["amount"].notna()).all()
    assert (table.loc[table["complete"], "source"] != "").all()
    assert set(table["unit"]) >= {"kg CO2e", "MJ"}


@pytest.mark.parametrize("bad", [None, 5, ["dgx-h100"], {"name": "x"}])
def test_what_is_no_hardware_is_refused(bad):
    with pytest.raises(InputError, match="hardware"):
        lca.embodied(bad)


# A bare component as hardware


def test_a_bare_card_is_a_machine_whose_host_is_a_gap(run, scope):
    given = {"service_life": "4 year", "utilisation": 1.0}
    bare, composed = (
        lca.assess(run(hardware=one, runtime={"duration": "1000 h"}, allocation=given), scope())
        for one in (lca.Accelerator(**CARD), lca.Server(name="card", components=[lca.Accelerator(**CARD)]))
    )
    stages = "life cycle stage"
    assert bare.by(stages).loc[MADE, CLIMATE] == composed.by(stages).loc[MADE, CLIMATE] > 0
    assert "host of card" in set(bare.gaps["process"])
    assert not bare.totals["complete"][CLIMATE]


def test_any_bare_component_lacks_a_host(run):
    machine = run(hardware=lca.Cpu(item="xeon-platinum-8480"), runtime={"duration": "1 h"}).hardware
    _, gaps = embodied_impacts(machine)
    assert f"host of {machine.name}" in {gap.process for gap in gaps}


# Types of memory


@pytest.mark.parametrize(
    ("written", "name"),
    [("HBM3E", "HBM3e"), ("hbm3e", "HBM3e"), ("HBM-2E", "HBM2e"), ("hbm 2", "HBM2"), ("gddr6x", "GDDR6X")],
)
def test_a_type_of_memory_is_known_in_any_spelling(written, name):
    card = lca.Accelerator(memory="141 GB", memory_type=written)
    assert card.memory_type == name
    assert climate(lca.embodied(card)).set_index("part").loc[f"accelerator: memory {name}", "amount"] > 0


def test_both_ways_to_give_a_type_of_memory_are_one():
    both = lca.Accelerator(memory="141 GB HBM3E"), lca.Accelerator(memory="141 GB", memory_type="HBM3E")
    assert both[0].model_dump() == both[1].model_dump()


@pytest.mark.parametrize("given", [{"memory_type": "HBM9"}, {"memory": "80 GB HBM9"}])
def test_an_unknown_type_of_memory_is_refused_with_those_known(given):
    with pytest.raises(StudyError, match=r"memory_type: no known type of memory .*HBM9.*HBM3e"):
        lca.Accelerator(**{"memory": "80 GB", **given})
