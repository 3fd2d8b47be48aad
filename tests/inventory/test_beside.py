"""Hard disks, chassis and what stands beside a machine, its share of a rack and of a network switch, by hand.

Factors of ADEME 2026 that stand in, per kg of casing and per cm2 of populated board:

                          casing       board
    climate change        7.82054      0.0379053     kg CO2e
    acidification         0.0727882    0.000318154   mol H+ eq
    land use              0.608606     0.000162756   pt
"""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import lca_ai as lca
from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.inventory.bill import END_OF_LIFE, MANUFACTURE, TRANSPORT, Bill
from lca_ai.inventory.coverage import coverage
from lca_ai.inventory.embodied import bill_of
from lca_ai.models import catalogue
from lca_ai.models.hardware import Accelerator, Chassis, Mainboard, NetworkSwitch, Rack, Server, Storage

CLIMATE = "climate change"
CASING = {CLIMATE: 7.82054, "acidification": 0.0727882, "land use": 0.608606}
BOARD = {CLIMATE: 0.0379053, "acidification": 0.000318154, "land use": 0.000162756}
OFFICIAL = {name for name, row in tables.categories().items() if row["kind"] == "EF 3.1"}


def of(*parts, **given) -> Bill:
    return bill_of(Server(name="machine", components=parts, **given))


def total(bill: Bill, category: str = CLIMATE, *, stage: str = MANUFACTURE) -> float:
    return sum(
        amount * factor.amount
        for name, amount in bill.inputs[stage].items()
        for factor in bill.processes[name].factors
        if factor.category == category
    )


def grades(bill: Bill) -> dict[str, set[str]]:
    """Category -> grades of the figures of manufacture."""
    found: dict[str, set[str]] = {}
    for name in bill.inputs[MANUFACTURE]:
        for factor in bill.processes[name].factors:
            found.setdefault(factor.category, set()).add(factor.grade)
    return found


# Coverage


@pytest.mark.parametrize(
    "part",
    ["accelerator", "cpu", "memory", "ssd", "hdd", "mainboard", "power supply", "chassis", "network card", "switch", "rack"],
)  # fmt: skip
def test_every_kind_of_part_has_all_sixteen_categories(part: str) -> None:
    counts = dict(zip(*(coverage()[name] for name in ("what", "count")), strict=True))
    assert counts[f"EF 3.1 categories of making: {part}"] == 16 == len(OFFICIAL)


@pytest.mark.parametrize(
    "part",
    [
        Storage(capacity="8 TB", technology="hdd"),
        Chassis(mass="6 kg"),
        Rack(height_units=2),
        NetworkSwitch(share=0.25),
    ],
)
def test_each_part_has_every_category_and_none_of_it_is_zero(part) -> None:
    bill = of(part)
    assert set(grades(bill)) >= OFFICIAL | {"primary energy"}
    assert all(total(bill, category) > 0 for category in OFFICIAL)


def test_no_factor_of_a_part_of_a_server_is_negative() -> None:
    """Recycling credits of a card's casing carry over to no other part."""
    rows = tables.rows("emission_factors/components-by-sa", "factors")
    assert min(float(row["amount"]) for row in rows) >= 0
    assert {row["grade"] for row in rows} == {"proxy"}


# Hard disks and chassis


@pytest.mark.parametrize("category", ["acidification", "land use"])
def test_a_hard_disk_by_hand(category: str) -> None:
    """0.67 kg of casing and a board of a third of 147.0 mm x 101.6 mm, 49.784 cm2."""
    bill = of(Storage(capacity="8 TB", technology="hdd", count=2))
    by_hand = 2 * (0.67 * CASING[category] + 49.784 * BOARD[category])
    assert total(bill, category) == pytest.approx(by_hand, rel=1e-5)
    assert grades(bill)[category] == {"proxy"}


def test_a_hard_disk_keeps_the_figures_of_its_own_source() -> None:
    """UBA-Texte 94/2021: 31.11 kg CO2e, 276 MJ, 2.5e-4 kg Sb eq; the parametric 7.1 kg CO2e are not added."""
    bill = of(Storage(capacity="8 TB", technology="hdd"))
    assert total(bill) == pytest.approx(31.11, rel=1e-12)
    assert total(bill, "primary energy") == pytest.approx(276, rel=1e-12)
    assert total(bill, "resource use, minerals and metals") == pytest.approx(2.5e-4, rel=1e-12)
    assert grades(bill)[CLIMATE] == {"sourced"}


def test_the_mass_of_a_hard_disk_is_assumed_unless_given() -> None:
    assert "0.67 kg" in [one.value for one in of(Storage(capacity="8 TB", technology="hdd")).assumed]
    light = of(Storage(capacity="8 TB", technology="hdd", mass="0.1 kg"))
    assert total(light, "acidification") == pytest.approx(0.1 * 0.0727882 + 49.784 * 0.000318154, rel=1e-5)
    assert not light.assumed


def test_land_use_of_a_casing_is_the_mean_of_the_five_with_a_figure() -> None:
    """pt over kg of casing: GTX 1080 Ti, A4500, TITAN RTX, P100, A100 SXM4 (ADEME 2026, gpus_impact_factors, gpus)."""
    five = (0.0773 / 0.252, -0.0226 / 0.197, 0.0822 / 0.682, 0.339 / 0.175, 0.0714 / 0.09)
    assert total(of(Chassis(mass="10 kg")), "land use") == pytest.approx(10 * sum(five) / 5, rel=1e-5)


# The rack


@pytest.mark.parametrize("category", list(CASING))
def test_a_share_of_a_rack_by_hand(category: str) -> None:
    """8 of 42 units of 125 kg: 23.8095 kg."""
    assert total(of(Rack(height_units=8)), category) == pytest.approx(125 * 8 / 42 * CASING[category], rel=1e-5)


def test_a_rack_as_given_by_hand() -> None:
    """2 of 20 filled units of 100 kg: 10 kg; nothing of its size is assumed."""
    bill = of(Rack(height_units=2, of_height_units=20, mass="100 kg"))
    assert total(bill) == pytest.approx(78.2054, rel=1e-6)
    assert [
        one.subject for one in bill.assumed if "height units" in one.subject or one.subject == "mass of a rack"
    ] == []


def test_a_rack_is_moved_and_ended_with_the_machine() -> None:
    """5.95238 kg more at 19,000 x 1.33e-5 + 1,000 x 5.04e-5 and at 1.47739 kg CO2e per kg."""
    alone, racked = of(Mainboard(), mass="20 kg"), of(Mainboard(), Rack(height_units=2), mass="20 kg")
    for stage, per_kg in ((TRANSPORT, 0.3031), (END_OF_LIFE, 1.47739)):
        more = total(racked, stage=stage) - total(alone, stage=stage)
        assert more == pytest.approx(125 * 2 / 42 * per_kg, rel=1e-5)
    assert racked.inputs[END_OF_LIFE]["end of life of the host, by mass (proxy)"] == pytest.approx(20)


@settings(max_examples=25)
@given(height=st.floats(min_value=0.5, max_value=21), times=st.floats(min_value=1, max_value=2))
def test_a_share_of_a_rack_goes_with_the_height(height: float, times: float) -> None:
    one, more = (total(of(Rack(height_units=units))) for units in (height, height * times))
    assert more == pytest.approx(times * one, rel=1e-9)


def test_a_full_rack_of_machines_bears_the_whole_rack() -> None:
    assert sum(total(of(Rack(height_units=units))) for units in (8, 8, 8, 8, 10)) == pytest.approx(
        125 * 7.82054, rel=1e-6
    )


def test_a_machine_higher_than_its_rack_is_refused() -> None:
    with pytest.raises((StudyError, ValidationError), match="higher than its rack"):
        Rack(height_units=48, of_height_units=42)


@pytest.mark.parametrize(("key", "height"), [("dgx-h100", 8), ("r7525-3xa100", 2), ("dgx-a100", 6), ("dgx-b200", 10)])
def test_a_server_of_the_catalogue_stands_in_a_rack(key: str, height: float) -> None:
    [rack] = [part for part in catalogue.server(key).components if isinstance(part, Rack)]
    assert rack.height_units == height
    bill = bill_of(catalogue.server(key))
    assert bill.inputs[MANUFACTURE]["share of a rack: metal, parametric (proxy)"] == pytest.approx(125 * height / 42)
    assert f"{125 * height / 42:.3g} kg" in [one.value for one in bill.assumed if one.subject == "share of a rack"]


def test_a_rack_is_a_small_part_of_a_server() -> None:
    """186.2 of 5,612 kg CO2e for a DGX H100: a proxy that must not decide a result."""
    bill = bill_of(catalogue.server("dgx-h100"))
    rack = bill.inputs[MANUFACTURE]["share of a rack: metal, parametric (proxy)"] * 7.82054
    assert 0.02 < rack / total(bill) < 0.05


def test_a_server_of_unknown_height_has_no_rack() -> None:
    unknown = [key for key, rows in catalogue.servers().items() if all(row["item"] != "height_units" for row in rows)]
    for key in unknown:
        assert not any(isinstance(part, Rack) for part in catalogue.server(key).components)


def test_given_impacts_of_a_rack_count_by_the_share() -> None:
    assert total(of(Rack(height_units=21, embodied={CLIMATE: "400 kg CO2e"}))) == pytest.approx(200)


def test_given_impacts_of_a_machine_do_not_hold_its_rack() -> None:
    bill = of(Rack(height_units=2), embodied={CLIMATE: "1000 kg CO2e"}, mass="20 kg")
    assert total(bill) == pytest.approx(1000 + 125 * 2 / 42 * 7.82054, rel=1e-6)


def test_a_card_in_a_rack_still_lacks_its_host() -> None:
    bill = of(Accelerator(item="a100-pcie-40gb"), Rack(height_units=2))
    assert "host of machine" in [gap.process for gap in bill.gaps]


# The network switch


def test_a_share_of_a_network_switch_by_hand() -> None:
    """A quarter of: a die of 294 mm2 over its yield, a package of 25 cm2, a mainboard (UBA: 66.1 kg CO2e), two supplies
    of 3 kg (UBA: 24.3 kg CO2e per kg) and a chassis (UBA: 150 kg CO2e).
    """  # fmt: skip
    die = 294 / ((1 - exp(-0.294)) / 0.294) ** 2 * 0.0433026
    whole = die + 25 * 0.0379053 + 66.1 + 2 * 3 * 24.3 + 150
    assert total(of(NetworkSwitch(share=0.25))) == pytest.approx(whole / 4, rel=1e-5)


def test_a_network_switch_is_in_no_server_unasked() -> None:
    for key in catalogue.servers():
        assert not any(isinstance(part, NetworkSwitch) for part in catalogue.server(key).components)


def test_a_network_switch_is_moved_and_ended_by_its_share() -> None:
    """One height unit of 16.3 kg, a half of it."""
    bill = of(NetworkSwitch(share=0.5))
    assert bill.inputs[END_OF_LIFE]["end of life of the network switch, by mass (proxy)"] == pytest.approx(8.15)
    assert total(bill, stage=TRANSPORT) == pytest.approx(8.15 * 0.3031, rel=1e-6)


def test_a_study_can_name_both(tmp_path) -> None:
    text = """
name: a machine in a rack
goal_and_scope:
  goal: to test
  functional_unit: {description: one trained model, reference_flow: 1 model}
workloads:
  - type: training
    name: run
    energy: 10 kWh
    runtime: {duration: 10 hour}
    location: {zone: FR, year: 2021, pue: 1.0}
    hardware:
      type: server
      name: machine
      mass: 20 kg
      components:
        - {kind: mainboard}
        - {kind: rack, height_units: 2}
        - {kind: network switch, share: 0.03125}
"""
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    result = lca.assess(lca.read_study(tmp_path / "study.yaml"))
    made = result.impacts[
        (result.impacts["life_cycle_stage"] == "manufacture") & (result.impacts["category"] == CLIMATE)
    ]
    assert any("rack" in name for name in made["process"])
    assert any("network switch" in name for name in made["process"])
