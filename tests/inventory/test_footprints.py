"""Published footprints: none is taken unless named; one that is replaces ours where it says so, and nowhere else."""

from __future__ import annotations

import json
import math

import pytest

import lca_ai as lca
from lca_ai import tables
from lca_ai.errors import InputError, StudyError, UnknownKeyError
from lca_ai.inventory.bill import END_OF_LIFE, MANUFACTURE, TRANSPORT, Bill
from lca_ai.inventory.embodied import bill_of
from lca_ai.inventory.machines import alternative_footprints, embodied_impacts
from lca_ai.models import catalogue
from lca_ai.models.footprints import footprints
from lca_ai.models.hardware import Accelerator, Cluster, Mainboard, Memory, OtherPart, Server
from lca_ai.models.study import read_study

CLIMATE = "climate change"
STAGES = (MANUFACTURE, TRANSPORT, END_OF_LIFE)


def total(bill: Bill, category: str = CLIMATE, stage: str = MANUFACTURE) -> float:
    return sum(
        amount * factor.amount
        for name, amount in bill.inputs[stage].items()
        for factor in bill.processes[name].factors
        if factor.category == category
    )


def made(name: str, *footprint: str) -> Bill:
    return bill_of(catalogue.hardware(name, footprint=footprint))


# The table


@pytest.mark.parametrize(
    ("key", "amount"),
    [
        ("nvidia-hgx-h100", 1312), ("nvidia-h100-sxm5-80gb", 164), ("nvidia-hgx-b200", 2274), ("nvidia-b200", 284.25),
        ("falk-2025-a100-sxm4-40gb", 127.6), ("luccioni-2023-a100-sxm4-80gb", 150), ("morand-2026-h100", 225),
        ("schneider-2025-tpu-v6e", 323), ("hpe-dl345-gen10plus", 2503.2), ("dell-r740-2019", 4288),
        ("hpe-dl360-gen11-mainstream", 2130), ("ecologits-2026-h200", 364),
    ],
)  # fmt: skip
def test_a_footprint_is_as_published(key: str, amount: float) -> None:
    """Manufacture, climate change [kg CO2e]."""
    [row] = [
        one
        for one in footprints()[key].rows
        if one["category"] == CLIMATE and one["life_cycle_stage"].startswith(MANUFACTURE)
    ]
    assert float(row["amount"]) == amount
    assert row["unit"] == "kg CO2e"


def test_stages_of_a_dell_server_by_hand() -> None:
    """PowerEdge R7425: 11,600 kg over the life cycle, 11.3 % manufacture, 0.2 % transport, 0.1 % end of life."""
    rows = {row["life_cycle_stage"]: float(row["amount"]) for row in footprints()["dell-r7425"].rows}
    assert rows == pytest.approx({MANUFACTURE: 1310.8, TRANSPORT: 23.2, END_OF_LIFE: 11.6}, rel=1e-6)


def test_the_range_of_a_dell_server_is_that_of_its_standard_deviation() -> None:
    """11,600 +- 12,400: a log-normal of that mean and deviation has its logarithm at sigma^2 = ln(1 + (12.4/11.6)^2)."""
    row = footprints()["dell-r7425"].rows[0]
    sigma = math.sqrt(math.log(1 + (12_400 / 11_600) ** 2))
    median = 1310.8 * math.exp(-(sigma**2) / 2)
    assert float(row["low"]) == pytest.approx(median * math.exp(-1.645 * sigma), rel=2e-3)
    assert float(row["high"]) == pytest.approx(median * math.exp(1.645 * sigma), rel=2e-3)


@pytest.mark.parametrize("key", sorted(footprints()))
def test_a_footprint_can_be_traced_and_is_in_the_unit_of_its_category(key: str) -> None:
    known = {*catalogue.items(), *catalogue.servers()}
    one = footprints()[key]
    assert one.applies_to | one.stand_ins <= known
    assert one.covers <= {"accelerator", "switch", "host"}
    assert one.covers or "cannot be chosen" in one.rows[0]["note"]
    for row in one.rows:
        assert row["unit"] == tables.category_unit(row["category"])
        assert set(row["life_cycle_stage"].split(";")) <= set(STAGES)
        assert row["source"] in tables.sources()
        assert float(row["amount"]) > 0
        if row["low"]:
            assert float(row["low"]) <= float(row["amount"]) <= float(row["high"])


@pytest.mark.parametrize("key", ["nvidia-hgx-h100", "nvidia-hgx-b200", "dell-r740-2019"])
def test_published_parts_sum_to_the_published_whole(key: str) -> None:
    """NVIDIA rounds its shares to a per cent or a tenth."""
    parts = [row for row in tables.rows("emission_factors/vendor-footprints", "parts") if row["key"] == key]
    assert len(parts) >= 10
    assert sum(float(row["amount"]) for row in parts) == pytest.approx(
        float(footprints()[key].rows[0]["amount"]), rel=4e-3
    )


# What a chosen footprint does


def test_none_is_taken_unless_it_is_named() -> None:
    bill = made("dgx-h100")
    assert not any("as published" in name for name in bill.processes)
    assert catalogue.hardware("dgx-h100").footprint == ()


def test_a_board_of_eight_replaces_climate_change_of_cards_and_switches() -> None:
    """Ours of the host, less the four NVSwitches, and 1,312 kg."""
    ours = made("dgx-h100")
    host = sum(
        amount * factor.amount
        for name, amount in ours.inputs[MANUFACTURE].items()
        for factor in ours.processes[name].factors
        if factor.category == CLIMATE and "H100" not in name and "nvswitch" not in name
    )
    assert total(made("dgx-h100", "nvidia-hgx-h100")) == pytest.approx(host + 1312, rel=1e-12)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("category", [name for name in tables.categories() if name != CLIMATE])
def test_every_other_category_stays_ours(category: str, stage: str) -> None:
    ours, theirs = made("dgx-h100"), made("dgx-h100", "nvidia-hgx-h100")
    assert total(theirs, category, stage) == pytest.approx(total(ours, category, stage), rel=1e-12)


@pytest.mark.parametrize("stage", [TRANSPORT, END_OF_LIFE])
def test_a_footprint_of_manufacture_leaves_transport_and_end_of_life_ours(stage: str) -> None:
    ours, theirs = made("dgx-h100"), made("dgx-h100", "nvidia-hgx-h100")
    assert total(theirs, CLIMATE, stage) == pytest.approx(total(ours, CLIMATE, stage), rel=1e-12)


def test_eight_cards_by_their_eighth_are_the_board() -> None:
    by_card = Server(
        name="machine", components=(Accelerator(item="h100-sxm5-80gb", count=8, footprint="nvidia-h100-sxm5-80gb"),)
    )
    by_board = Server(
        name="machine", components=(Accelerator(item="h100-sxm5-80gb", count=8),), footprint="nvidia-hgx-h100"
    )
    assert total(bill_of(by_card)) == pytest.approx(1312)
    assert total(bill_of(by_board)) == pytest.approx(1312)


def test_a_declared_server_replaces_its_stages_and_counts_nothing_twice() -> None:
    """R7425 for an R7525: its three stages, and of ours the three cards and the share of the rack alone.

    Of the rack 2 of 42 units of 125 kg, 5.95238 kg, made at 7.82054, moved at 19,000 x 1.33e-5 + 1,000 x 5.04e-5 = 0.3031
    and ended at 1.4774 kg CO2e per kg.
    """
    rack = {MANUFACTURE: 7.82054, TRANSPORT: 0.3031, END_OF_LIFE: 1.47739}
    theirs, cards = (
        made("r7525-3xa100", "dell-r7425"),
        bill_of(Server(name="cards", components=(catalogue.accelerator("a100-pcie-40gb", 3),))),
    )
    for stage, amount in {MANUFACTURE: 1310.8, TRANSPORT: 23.2, END_OF_LIFE: 11.6}.items():
        expected = amount + total(cards, CLIMATE, stage) + 125 * 2 / 42 * rack[stage]
        assert total(theirs, CLIMATE, stage) == pytest.approx(expected, rel=1e-6)
    for stage in STAGES:
        ours = made("r7525-3xa100")
        assert total(theirs, "acidification", stage) == pytest.approx(total(ours, "acidification", stage), rel=1e-12)


def test_a_server_of_another_model_is_a_proxy() -> None:
    bill = made("r7525-3xa100", "dell-r7425")
    [declared] = [
        one for name, one in bill.processes.items() if "dell-r7425" in name and MANUFACTURE in one.factors[0].stage
    ]
    assert {factor.grade for factor in declared.factors} == {"proxy"}
    assert "stands in for the host of Dell EMC PowerEdge R7525" in declared.factors[0].note


def test_a_machine_that_a_study_composes_may_name_any_declared_server() -> None:
    own = Server(
        name="R740",
        components=(Memory(item="ddr4", capacity="32 GB", count=12), Mainboard()),
        footprint="dell-r740-2019",
    )
    bill = bill_of(own)
    assert total(bill) == pytest.approx(4288)
    [declared] = [one for name, one in bill.processes.items() if "dell-r740-2019" in name]
    assert {factor.grade for factor in declared.factors} == {"sourced"}
    assert total(bill, "acidification") > 0


def test_one_figure_for_manufacture_and_transport_leaves_out_ours_in_both() -> None:
    """A TPU v6e of a known mass: 323 kg for both stages, so its freight is in it; its acidification is not."""
    card = Accelerator(item="tpu-v6e", mass="1.5 kg", footprint="schneider-2025-tpu-v6e")
    bill = bill_of(Server(name="machine", components=(card,)))
    assert total(bill) == pytest.approx(323)
    assert total(bill, CLIMATE, TRANSPORT) == 0.0
    assert total(bill, "acidification", TRANSPORT) > 0
    assert total(bill, CLIMATE, END_OF_LIFE) > 0


def test_two_footprints_for_different_parts_are_both_taken() -> None:
    bill = made("dgx-h100", "nvidia-hgx-h100", "ecologits-2026-p5-host")
    assert total(bill) == pytest.approx(1312 + 5700 + 125 * 8 / 42 * 7.82054)
    assert total(bill, "primary energy") == pytest.approx(
        70_000 + sum(
            amount * factor.amount
            for name, amount in bill.inputs[MANUFACTURE].items()
            for factor in bill.processes[name].factors
            if factor.category == "primary energy" and ("H100 SXM5" in name or name.startswith("share of a rack"))
        )
    )  # fmt: skip


def test_a_die_of_unknown_area_is_no_gap_in_the_category_that_the_maker_declares() -> None:
    """B200: climate change is known, every other category lacks the die."""
    ours, theirs = made("dgx-b200").gaps, made("dgx-b200", "nvidia-hgx-b200").gaps
    assert {gap.category for gap in ours} == {"all"}
    assert {gap.category for gap in theirs} == set(tables.categories()) - {CLIMATE}
    assert {gap.process for gap in ours} == {gap.process for gap in theirs}


def test_an_instance_takes_its_share_of_the_footprint_of_its_machine() -> None:
    whole, part = catalogue.hardware("p5.48xlarge"), catalogue.hardware("p5.4xlarge")
    found = [bill_of(one.replace(footprint="nvidia-hgx-h100")) for one in (whole, part)]
    assert total(found[0]) == pytest.approx(total(found[1]))
    assert part.share == pytest.approx(whole.share / 8)


def test_impacts_of_a_host_that_a_study_gives_replace_those_of_its_parts() -> None:
    """They were counted on top of each other; what is not given stays ours."""
    parts = (Mainboard(name="mainboard"), Memory(item="ddr4", capacity="32 GB"))
    given = bill_of(Server(name="machine", components=parts, embodied={CLIMATE: "2500 kg CO2e"}))
    assert total(given) == pytest.approx(2500)
    assert total(given, "acidification") == pytest.approx(
        total(bill_of(Server(name="machine", components=parts)), "acidification")
    )


# What does not fit


@pytest.mark.parametrize(
    ("name", "key", "says"),
    [
        ("dgx-h100", "nvidia-hgx-h1000", "no such footprint .*accepted: nvidia-hgx-h100, nvidia-h100-sxm5-80gb"),
        ("dgx-h100", "nvidia-hgx-b200", "does not fit the hardware .*accepted: nvidia-hgx-h100"),
        ("dgx-h100", "dell-r740", "does not fit"),
        ("h100-sxm5-80gb", "nvidia-hgx-h100", "does not fit the hardware .*accepted: nvidia-h100-sxm5-80gb"),
        ("xe8640-4xh100", "nvidia-hgx-h100", "does not fit"),
        ("l4", "nvidia-hgx-h100", "none is published for it"),
    ],
)
def test_a_footprint_that_is_unknown_or_does_not_fit_is_refused_with_those_that_fit(name, key, says) -> None:
    with pytest.raises(UnknownKeyError, match=says) as fault:
        lca.hardware(name, footprint=key)
    assert "footprint" in str(fault.value)


def test_two_footprints_of_one_part_are_refused() -> None:
    with pytest.raises(StudyError, match="same part"):
        lca.hardware("dgx-h100", footprint=["nvidia-hgx-h100", "morand-2026-h100"])
    with pytest.raises(StudyError, match="same part"):
        lca.hardware("dgx-h100", footprint=["ecologits-2026-p5-host", "ecologits-2026-dgx-h200-host"])


@pytest.mark.parametrize("changed", [{"item": "l4"}, {"embodied": {CLIMATE: "1 kg CO2e"}}])
def test_a_footprint_of_a_card_fits_that_card_without_given_impacts(changed) -> None:
    card = {"kind": "accelerator", "item": "h100-sxm5-80gb", "footprint": "nvidia-h100-sxm5-80gb", **changed}
    with pytest.raises(UnknownKeyError, match="does not fit"):
        Server(name="machine", components=(card,))


# In a study, its result and the look-ups


STUDY = """
name: study
goal_and_scope:
  goal: to test
  functional_unit: {{description: one model, reference_flow: 1 model}}
workloads:
  - type: training
    name: run
    energy: 10 kWh
    runtime: {{duration: 1 hour}}
    hardware: {hardware}
    location: {{zone: FR, year: 2021, pue: 1.0}}
    allocation: {{service_life: 4 year, utilisation: 1.0}}
"""


def study(write, hardware: str):
    return read_study(write(STUDY.format(hardware=hardware), "study.yaml"))


def test_a_study_names_a_footprint_and_the_result_says_so(write) -> None:
    theirs = lca.assess(study(write, "{catalogue: dgx-h100, footprint: nvidia-hgx-h100}"))
    [told] = [one for one in theirs.assumed if "nvidia-hgx-h100" in one.reason]
    assert told.subject == "climate change, manufacture of NVIDIA DGX H100"
    assert told.value == "1,312 kg CO2e"
    assert told.source == "nvidia-hgx-h100"
    assert "nvidia-hgx-h100" in theirs.sources
    assert bool(theirs.totals["complete"][CLIMATE]) is True
    rows = theirs.impacts[theirs.impacts["process"].str.contains("as published")]
    assert list(rows["category"]) == [CLIMATE]
    share = 3600 / (4 * 365.25 * 86400)
    assert float(rows["amount"].iloc[0]) == pytest.approx(1312 * share, rel=1e-9)


def test_a_footprint_moves_the_result_in_its_category_alone(write) -> None:
    ours = lca.assess(study(write, "dgx-h100"))
    theirs = lca.assess(study(write, "{catalogue: dgx-h100, footprint: [nvidia-hgx-h100]}"))
    moved = {
        name
        for name in ours.totals.index
        if float(theirs.totals["amount"][name])
        != pytest.approx(float(ours.totals["amount"][name]), rel=1e-12, nan_ok=True)
    }
    assert moved == {CLIMATE}
    assert set(theirs.gaps["category"]) == set(ours.gaps["category"])


def test_a_cluster_carries_its_footprint() -> None:
    machine = lca.hardware("dgx-h100", count=4, footprint="nvidia-hgx-h100")
    assert isinstance(machine, Cluster)
    assert machine.server.footprint == ("nvidia-hgx-h100",)


def test_a_wrong_footprint_of_a_study_names_its_field(write) -> None:
    with pytest.raises(InputError, match=r"hardware.*footprint.*nvidia-hgx-b300.*accepted: nvidia-hgx-h100"):
        study(write, "{catalogue: dgx-h100, footprint: nvidia-hgx-b300}")


def test_alternatives_of_a_machine_are_listed_with_their_source() -> None:
    table = alternative_footprints(catalogue.server("dgx-h100"))
    assert list(table.columns[:9]) == [
        "key", "covers", "life_cycle_stage", "category", "amount", "unit", "low", "high", "source",
    ]  # fmt: skip
    by_key = table.set_index("key")
    assert by_key.loc["nvidia-hgx-h100", "amount"] == 1312
    assert by_key.loc["nvidia-h100-sxm5-80gb", "units"] == 8
    assert bool(by_key["selectable"].all())
    assert set(table["source"]) <= set(tables.sources())


def test_figures_of_the_same_card_are_listed_whether_they_may_be_chosen_or_not() -> None:
    table = alternative_footprints(catalogue.hardware("a100-sxm4-40gb")).set_index("key")
    assert table.loc["falk-2025-a100-sxm4-40gb", "amount"] == 127.6
    assert dict(table["selectable"]) == {"falk-2025-a100-sxm4-40gb": True, "chien-2023-a100-with-server": False}


def test_every_footprint_that_may_be_chosen_of_every_machine_can_be_taken() -> None:
    for key in catalogue.servers():
        machine = catalogue.server(key)
        table = alternative_footprints(machine)
        for one in table.loc[table["selectable"], "key"].unique():
            impacts, _ = embodied_impacts(machine.replace(footprint=one))
            assert impacts[MANUFACTURE][CLIMATE]["amount"] > 0
            assert CLIMATE not in impacts[MANUFACTURE][CLIMATE]["not_covered"]


def test_a_part_whose_category_is_declared_is_not_said_to_be_uncovered() -> None:
    impacts, _ = embodied_impacts(catalogue.hardware("dgx-h100", footprint="nvidia-hgx-h100"))
    assert impacts[MANUFACTURE][CLIMATE]["not_covered"] == []


def test_a_switch_in_no_board_stays_ours() -> None:
    machine = Server(name="machine", components=(Mainboard(), OtherPart(kind="switch", name="switch")))
    with_host = machine.replace(footprint="dell-r740-2019")
    assert total(bill_of(with_host)) == pytest.approx(4288)
    assert json.loads(with_host.model_dump_json())["footprint"] == ["dell-r740-2019"]


def test_the_command_lists_the_alternatives_and_takes_one() -> None:
    from typer.testing import CliRunner

    from lca_ai.cli import app

    shown = CliRunner().invoke(app, ["hardware", "dgx-h100"])
    assert "climate change 1312 kg CO2e, NVIDIA HGX H100 baseboard" in shown.stdout
    assert "--footprint nvidia-hgx-h100" in shown.stdout
    data = json.loads(CliRunner().invoke(app, ["hardware", "dgx-b200", "--json"]).stdout)
    assert [one["amount"] for one in data["alternatives"]] == [2274.0, 284.25]
    assert {one["low"] for one in data["alternatives"]} == {None}
    chosen = CliRunner().invoke(app, ["hardware", "dgx-b200", "--footprint", "nvidia-hgx-b200", "--json"])
    theirs = json.loads(chosen.stdout)
    assert theirs["footprint"] == ["nvidia-hgx-b200"]
    assert CLIMATE not in theirs["gaps"][0]["categories"]
    assert theirs["embodied"][MANUFACTURE][CLIMATE]["source"].count("nvidia-hgx-b200") == 1
