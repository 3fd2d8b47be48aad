"""What machines are made of: published cards, the parametric card by hand, hosts, and what is missing."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lca_ai import tables
from lca_ai.inventory.bill import END_OF_LIFE, MANUFACTURE, TRANSPORT, Bill, murphy_yield
from lca_ai.inventory.embodied import bill_of
from lca_ai.models import catalogue
from lca_ai.models.hardware import Accelerator, Cpu, Mainboard, Memory, OtherPart, PowerSupply, Server, Storage

CLIMATE = "climate change"

#: Manufacture of one dismantled card, cradle to gate with the upstream transport: sums over its parts. Lees-Perasso,
#: Ekchajzer, Roussilhe, De Latour (ADEME) 2026, gpus_impact_factors.csv, https://github.com/hubblo-org/gpu-calculator
PUBLISHED = {
    "a100-pcie-40gb": {
        "climate change": 120.5, "resource use, minerals and metals": 0.003477, "resource use, fossils": 1618,
        "acidification": 0.852, "ecotoxicity, freshwater": 1994, "human toxicity, cancer": 1.688e-05,
        "human toxicity, non-cancer": 5.901e-06, "eutrophication, freshwater": 0.001533, "eutrophication, marine": 0.08366,
        "eutrophication, terrestrial": 0.8816, "ionising radiation": 285.8, "land use": 3.181, "ozone depletion": 4.874e-05,
        "particulate matter": 4.782e-06, "photochemical ozone formation": 0.2885, "water use": 49.75, "primary energy": 1652,
    },
    "gtx-1080-ti": {
        "climate change": 73.12, "resource use, minerals and metals": 0.005224, "resource use, fossils": 922.5,
        "primary energy": 950.2, "water use": 26.88,
    },
}  # fmt: skip


def total(bill: Bill, category: str = CLIMATE, *, stage: str = MANUFACTURE) -> float:
    return sum(
        amount * factor.amount
        for name, amount in bill.inputs[stage].items()
        for factor in bill.processes[name].factors
        if factor.category == category
    )


def of(*parts, **given) -> Bill:
    return bill_of(Server(name="machine", components=parts, **given))


# Published cards


@pytest.mark.parametrize(
    ("item", "category"), [(item, category) for item, totals in PUBLISHED.items() for category in totals]
)
def test_a_measured_card_sums_to_its_published_total(item: str, category: str) -> None:
    """Published to four digits."""
    assert total(of(catalogue.accelerator(item)), category) == pytest.approx(PUBLISHED[item][category], rel=5.1e-4)


def test_a_measured_card_is_not_scaled_by_the_parametric_model() -> None:
    names = of(catalogue.accelerator("a100-pcie-40gb")).processes
    assert not any("proxy" in name for name in names if name.startswith("NVIDIA"))


@pytest.mark.parametrize("item", ["a100-pcie-40gb", "h100-sxm5-80gb"])
@pytest.mark.parametrize("stage", [MANUFACTURE, TRANSPORT, END_OF_LIFE])
def test_eight_cards_are_eight_times_one(item: str, stage: str) -> None:
    """Measured, and built from its sizes."""
    one, eight = (total(of(catalogue.accelerator(item, count)), stage=stage) for count in (1, 8))
    assert eight == pytest.approx(8 * one, rel=1e-12)


def test_a_card_named_in_a_study_is_the_card_of_the_catalogue() -> None:
    assert Accelerator(item="NVIDIA A100-PCIE-40GB") == catalogue.accelerator("a100-pcie-40gb")


def test_a_given_figure_wins_over_the_catalogue() -> None:
    card = Accelerator(item="a100-pcie-40gb", die="413 mm2")
    assert card.die.to("mm^2").magnitude == 413
    assert total(of(card)) < total(of(catalogue.accelerator("a100-pcie-40gb")))


# The parametric card


def test_yield_of_a_die_by_hand() -> None:
    """Murphy 1964: 8.14 cm2 at 0.1 defects/cm2; ((1 - e^-0.814) / 0.814)^2 = (0.556918 / 0.814)^2 = 0.46809."""
    assert murphy_yield(8.14) == pytest.approx(0.46809, abs=5e-6)


def test_yield_of_no_area_is_one() -> None:
    assert murphy_yield(0.0) == 1.0


@given(st.floats(min_value=1e-3, max_value=50), st.floats(min_value=1.001, max_value=10))
def test_a_larger_die_yields_less(area: float, factor: float) -> None:
    assert 0 < murphy_yield(area * factor) < murphy_yield(area) < 1


def test_a_card_from_its_own_sizes_by_hand() -> None:
    """Factors of ADEME 2026 [kg CO2e]: die 0.0433026/mm2 over the yield, HBM2e 0.4825/GB, board 0.0379053/cm2,
    heatsink 5.74202/kg, casing 7.82054/kg, upstream transport 0.261058 per kg of card.

    die        814 mm2 / ((1 - e^-0.814) / 0.814)^2 x 0.0433026
    memory     80 GB x 0.4825         = 38.6
    board      200 cm2 x 0.0379053    =  7.58106
    heatsink   0.5 kg x 5.74202       =  2.87101
    casing     0.4 kg x 7.82054       =  3.128216
    transport  1.2 kg x 0.261058      =  0.3132696
    """
    card = Accelerator(
        name="card", die="814 mm2", memory="80 GB", memory_type="HBM2e", board="200 cm2", heatsink_mass="0.5 kg",
        casing_mass="0.4 kg", mass="1.2 kg",
    )  # fmt: skip
    die = 814 / ((1 - exp(-0.814)) / 0.814) ** 2 * 0.0433026
    assert total(of(card)) == pytest.approx(die + 38.6 + 7.58106 + 2.87101 + 3.128216 + 0.3132696, rel=1e-6)


def test_a_card_of_unknown_body_takes_one_of_its_form_factor_and_says_so() -> None:
    bill = of(catalogue.accelerator("h100-pcie-80gb"))
    proxies = [name for name in bill.processes if name.endswith("(proxy)") and name.startswith("NVIDIA H100")]
    assert len(proxies) == 4
    assert {factor.grade for name in proxies for factor in bill.processes[name].factors} == {"proxy"}
    assert any("A100 PCIe" in one.value for one in bill.assumed)


def test_the_parametric_model_is_near_the_measured_cards() -> None:
    """An H100 PCIe 80GB, dismantled: 167.1 kg CO2e (ADEME 2026); the model is within a factor of two of it."""
    assert 167.1 / 2 < total(of(catalogue.accelerator("h100-pcie-80gb"))) < 167.1 * 2


def test_memory_counts_by_its_technology() -> None:
    hbm2e, gddr6 = (
        total(of(Accelerator(name="card", die="600 mm2", memory="48 GB", memory_type=kind)))
        for kind in ("HBM2e", "GDDR6")
    )
    assert hbm2e != gddr6


@pytest.mark.parametrize(
    ("card", "what"),
    [
        ({"memory": "80 GB", "memory_type": "HBM2e"}, "card: die"),
        ({"die": "814 mm2"}, "card: memory"),
        ({"die": "814 mm2", "memory": "80 GB", "memory_type": "GDDR7"}, "card: memory GDDR7"),
        ({"die": "814 mm2", "memory": "80 GB", "memory_type": "HBM2e"}, "card: board"),
    ],
)
def test_a_size_that_is_not_known_is_a_gap_and_not_zero(card: dict[str, str], what: str) -> None:
    bill = of(Accelerator(name="card", **card))
    assert what in [gap.process for gap in bill.gaps if gap.stage == MANUFACTURE and gap.kind == "missing"]
    assert not any(name.startswith(what) for name in bill.processes)


# The host: UBA-Texte 94/2021 [kg CO2e]


def test_a_processor_by_hand() -> None:
    """9.14 + 0.0197/mm2 x 1008 mm2 = 28.9976."""
    assert total(of(Cpu(name="processor", die="1008 mm2"))) == pytest.approx(28.9976, rel=1e-12)


def test_a_processor_of_unknown_die_is_its_base_and_a_gap() -> None:
    bill = of(Cpu(name="processor"))
    assert total(bill) == pytest.approx(9.14)
    assert "processor: die" in [gap.process for gap in bill.gaps]


def test_sixteen_modules_of_memory_by_hand() -> None:
    """16 x (5.22 + 2.2/cm2 x 32 GB / 2.375 GB/cm2) = 16 x 34.86210526."""
    assert total(of(Memory(item="ddr4", capacity="32 GB", count=16))) == pytest.approx(
        16 * (5.22 + 2.2 * 32 / 2.375), rel=1e-12
    )


def test_a_drive_by_hand() -> None:
    """6.34 + 2.2/cm2 x 4000 GB / 69.8 GB/cm2 = 132.4145."""
    assert total(of(Storage(item="ssd-nvme", capacity="4 TB"))) == pytest.approx(6.34 + 2.2 * 4000 / 69.8, rel=1e-12)


def test_a_hard_disk_counts_by_the_item() -> None:
    assert total(of(Storage(capacity="8 TB", technology="hdd", count=2))) == pytest.approx(2 * 31.11, rel=1e-12)


def test_a_power_supply_counts_by_its_mass() -> None:
    assert total(of(PowerSupply(mass="2 kg", count=2))) == pytest.approx(2 * 2 * 24.3, rel=1e-12)


def test_a_power_supply_of_unknown_mass_takes_an_assumed_one() -> None:
    bill = of(PowerSupply())
    assert total(bill) == pytest.approx(3 * 24.3, rel=1e-12)
    assert [one.value for one in bill.assumed] == ["3 kg"]


def test_a_part_without_a_factor_is_a_gap_and_not_zero() -> None:
    bill = of(OtherPart(kind="other", name="riser"))
    assert ("riser", MANUFACTURE) in [(gap.process, gap.stage) for gap in bill.gaps]
    assert bill.inputs[MANUFACTURE] == {}


@pytest.mark.parametrize("kind", ["network card", "switch"])
def test_a_part_that_only_the_parametric_model_knows_is_a_proxy_in_every_category(kind: str) -> None:
    bill = of(OtherPart(kind=kind, name="part"))
    factors = [factor for name in bill.inputs[MANUFACTURE] for factor in bill.processes[name].factors]
    assert {factor.grade for factor in factors} == {"proxy"}
    assert len({factor.category for factor in factors}) == 17
    assert total(bill) > 0


def test_a_part_of_the_host_has_its_own_figures_and_proxies_in_the_other_categories() -> None:
    """A mainboard: 66.1 kg CO2e of UBA, not the 38.1 kg of the parametric board; every other category from the board."""
    bill = of(Mainboard(name="mainboard"))
    by_category: dict[str, list[str]] = {}
    for name in bill.inputs[MANUFACTURE]:
        for factor in bill.processes[name].factors:
            by_category.setdefault(factor.category, []).append(factor.grade)
    assert total(bill) == pytest.approx(66.1)
    assert all(len(grades) == 1 for grades in by_category.values())
    own = {"climate change", "resource use, minerals and metals", "primary energy"}
    assert {name for name, grades in by_category.items() if grades == ["sourced"]} == own
    assert len(by_category) == 17


counts = st.integers(min_value=1, max_value=64)


@settings(max_examples=25)
@given(cards=counts, modules=counts, drives=counts)
def test_the_whole_is_the_sum_of_its_parts(cards: int, modules: int, drives: int) -> None:
    parts = [
        catalogue.accelerator("h100-sxm5-80gb", cards),
        Memory(item="ddr5", capacity="64 GB", count=modules),
        Storage(item="ssd-nvme", capacity="4 TB", count=drives),
        Mainboard(),
    ]
    for category in (CLIMATE, "resource use, minerals and metals", "primary energy"):
        whole = total(of(*parts), category)
        assert whole == pytest.approx(sum(total(of(part), category) for part in parts), rel=1e-12)


@settings(max_examples=25)
@given(count=counts)
def test_a_part_counts_as_often_as_it_is_there(count: int) -> None:
    one, many = (of(Memory(item="ddr4", capacity="32 GB", count=number)) for number in (1, count))
    assert total(many) == pytest.approx(count * total(one), rel=1e-12)


# Given by the study


def test_given_impacts_are_taken_as_given() -> None:
    bill = of(Accelerator(name="card", count=8, embodied={CLIMATE: "0.15 t CO2e"}), embodied={CLIMATE: "2500 kg CO2e"})
    assert total(bill) == pytest.approx(2500 + 8 * 150, rel=1e-12)


def test_given_impacts_replace_the_model() -> None:
    bill = of(Accelerator(item="a100-pcie-40gb", embodied={CLIMATE: "150 kg CO2e"}))
    assert total(bill) == pytest.approx(150.0)
    assert total(bill, "acidification") == 0.0
    assert bill.inputs[MANUFACTURE] == {"NVIDIA A100 PCIe 40GB, as given": 1.0}


def test_parts_of_one_name_and_different_impacts_stay_apart() -> None:
    bill = of(Accelerator(embodied={CLIMATE: "150 kg CO2e"}), Accelerator(embodied={CLIMATE: "50 kg CO2e"}))
    assert total(bill) == pytest.approx(200.0)


# Transport and end of life


def test_transport_by_hand() -> None:
    """10 kg over 19,000 km by ship at 1.33e-5 and 1,000 km by truck at 5.04e-5 kg CO2e per kg km: 2.527 + 0.504 kg."""
    bill = of(Mainboard(), mass="10 kg")
    assert total(bill, stage=TRANSPORT) == pytest.approx(2.527 + 0.504, rel=1e-9)


def test_transport_distances_are_assumed_and_say_so() -> None:
    assert {one.value for one in of(Mainboard(), mass="10 kg").assumed if one.subject.startswith("distance")} == {
        "19000 km",
        "1000 km",
    }


def test_end_of_life_of_a_measured_card_is_its_own() -> None:
    [process] = [
        of(catalogue.accelerator("a100-pcie-40gb")).processes[name]
        for name in of(catalogue.accelerator("a100-pcie-40gb")).inputs[END_OF_LIFE]
    ]
    assert {factor.activity for factor in process.factors} == {"a100-pcie-40gb"}


def test_end_of_life_of_the_host_is_a_proxy_by_mass() -> None:
    bill = of(catalogue.accelerator("a100-pcie-40gb"), Mainboard(), mass="20 kg")
    assert bill.inputs[END_OF_LIFE]["end of life of the host, by mass (proxy)"] == pytest.approx(20 - 1.23)


@pytest.mark.parametrize("stage", [TRANSPORT, END_OF_LIFE])
def test_a_machine_of_unknown_mass_is_a_gap(stage: str) -> None:
    assert "machine" in [gap.process for gap in of(Mainboard()).gaps if gap.stage == stage]


@pytest.mark.parametrize("stage", [TRANSPORT, END_OF_LIFE])
def test_a_machine_given_as_a_whole_of_unknown_mass_is_a_gap(stage: str) -> None:
    bill = of(catalogue.accelerator("a100-pcie-40gb"), embodied={CLIMATE: "1000 kg CO2e"})
    assert "machine without its accelerators" in [gap.process for gap in bill.gaps if gap.stage == stage]


def test_a_catalogue_server_without_a_mass_takes_it_from_its_height() -> None:
    """Two height units of 16.3 kg."""
    bill = bill_of(catalogue.server("r7525-3xa100"))
    assert any(one.value == "32.6 kg" for one in bill.assumed)


@pytest.mark.parametrize("key", sorted(catalogue.servers()))
def test_every_server_of_the_catalogue_can_be_made(key: str) -> None:
    bill = bill_of(catalogue.server(key))
    for stage in (MANUFACTURE, TRANSPORT, END_OF_LIFE):
        assert total(bill, stage=stage) > 0


@pytest.mark.parametrize(
    "item", sorted(key for key, rows in catalogue.items().items() if next(iter(rows.values()))["kind"] == "accelerator")
)
def test_every_accelerator_of_the_catalogue_can_be_made_or_says_what_is_missing(item: str) -> None:
    bill = of(catalogue.accelerator(item))
    made = {factor.category for name in bill.inputs[MANUFACTURE] for factor in bill.processes[name].factors}
    assert made >= set(tables.categories()) - {"water consumption", "ionising radiation (UNECE)"} or bill.gaps
    missing = {gap.process.rpartition(": ")[2] for gap in bill.gaps if gap.stage == MANUFACTURE}
    sized = {name.rpartition(": ")[2].removesuffix(" (proxy)") for name in bill.inputs[MANUFACTURE]}
    for part in ("die", "memory"):
        assert any(one.startswith(part) for one in missing | sized)
    assert missing or total(bill) > 10
