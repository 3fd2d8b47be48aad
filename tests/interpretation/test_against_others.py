"""Ours beside others: the figures by hand, a reason for every difference, and each reason recomputed where it can be."""

import math
import re

import numpy as np
import pytest

from lca_ai import tables
from lca_ai.errors import MissingFactorError
from lca_ai.interpretation.against_others import (
    AS_PRINTED,
    FAR,
    grid_against_others,
    hardware_against_others,
    missing_reasons,
    spread,
)
from lca_ai.inventory.electricity import mix, published_intensity, years
from lca_ai.inventory.machines import embodied

NINE = ["FR", "DE", "PL", "US", "IN", "CN", "SE", "NO", "WOR"]
CARDS = ["t4", "v100-sxm2-32gb", "a100-sxm4-40gb", "a100-sxm4-80gb", "h100-sxm5-80gb"]
#: g CO2e per kWh generated: emission_factors/electricity, climate change.
FACTORS = {
    "coal": 1000, "gas": 430, "oil": 650, "nuclear": 5.1, "hydro": 24, "wind": 12, "solar": 37, "bioenergy": 230,
    "other renewables": 38,
}  # fmt: skip


@pytest.fixture(scope="module")
def grid():
    return grid_against_others()


@pytest.fixture(scope="module")
def hardware():
    return hardware_against_others()


@pytest.fixture(scope="module")
def spreads(hardware):
    return spread(hardware)


def one(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    [row] = table.to_dict("records")
    return row


# What others say, by hand


@pytest.mark.parametrize(
    ("zone", "compared_with", "year", "amount"),
    [
        ("FR", "Ember", 2024, 40.48),
        ("CA", "Ember", 2024, 185.35),
        ("ZA", "Ember", 2024, 717.36),
        ("SE", "Electricity Maps", 2024, 23),
        ("US", "Electricity Maps", 2024, 409),
        ("FR", "CodeCarbon", 2023, 56.039),
        ("WOR", "CodeCarbon", 2018, 475),
        ("CN", "EcoLogits", 2025, 525.34),
        ("FR", "BoaviztAPI", 2019, 98),
        ("WOR", "BoaviztAPI", 2020, 390),
    ],
)
def test_the_figure_of_another(zone, compared_with, year, amount, grid) -> None:
    row = one(grid, zone=zone, compared_with=compared_with)
    assert (row["year"], row["amount"]) == (year, pytest.approx(amount, rel=1e-9))


def test_nine_grids_and_two_that_are_explained_beside_five_others(grid) -> None:
    assert list(dict.fromkeys(grid["zone"])) == [*NINE, "CA", "ZA"]
    others = {"Ember", "Electricity Maps", "CodeCarbon", "EcoLogits", "BoaviztAPI"}
    for zone, rows in grid.groupby("zone"):
        assert set(rows["compared_with"]) == others - ({"Electricity Maps"} if zone == "WOR" else set())


def test_ours_of_france_by_hand_per_kilowatt_hour_generated(grid) -> None:
    """2024: coal 0.1816 %, gas 3.2219 %, oil 1.6982 %, nuclear 67.7222 %, hydro 12.6598 %, wind 8.0868 %, solar 4.427 %,
    bioenergy 1.9011 %, other renewables 0.1015 %."""
    by_hand = 1.816 + 13.854 + 11.038 + 3.454 + 3.038 + 0.970 + 1.638 + 4.373 + 0.039
    row = one(grid, zone="FR", compared_with="Ember")
    assert row["ours"] == pytest.approx(by_hand, abs=0.01)
    assert row["at_meter"] > row["ours"]
    assert row["difference"] == pytest.approx(by_hand / 40.48 - 1, abs=1e-3)


def test_canada_and_south_africa_against_ember(grid) -> None:
    assert one(grid, zone="CA", compared_with="Ember")["difference"] == pytest.approx(-0.25, abs=0.01)
    assert one(grid, zone="ZA", compared_with="Ember")["difference"] == pytest.approx(0.18, abs=0.01)


def test_ours_with_the_mix_of_the_others_year(grid) -> None:
    """Poland: 22 % apart from a figure of 2019, 1 % with the mix of 2019."""
    row = one(grid, zone="PL", compared_with="BoaviztAPI")
    assert row["difference"] == pytest.approx(-0.22, abs=0.005)
    assert row["difference_same_year"] == pytest.approx(-0.013, abs=0.005)


def test_a_year_without_a_mix_of_ours_is_no_figure(grid) -> None:
    assert 2025 not in years("WOR")
    assert math.isnan(one(grid, zone="WOR", compared_with="EcoLogits")["same_year"])


def test_another_year_and_one_without_data() -> None:
    row = one(grid_against_others(2020), zone="FR", compared_with="Ember")
    assert (row["our_year"], row["year"], row["amount"]) == (2020, 2020, pytest.approx(59.08))
    with pytest.raises(MissingFactorError):
        grid_against_others(1999)


@pytest.mark.parametrize(
    ("item", "die_cm2", "memory_gb"), [("a100-sxm4-40gb", 8.26, 40), ("a100-sxm4-80gb", 8.26, 80), ("t4", 5.45, 16)]
)
@pytest.mark.parametrize("density", ["0.625", "1.0"])
def test_mlca_by_hand(item, die_cm2, memory_gb, density, hardware) -> None:
    """Loubet 2023 as in MLCA: 26.97 kg a card, 1.97 per cm2 of die, memory 2.20 per cm2 and 5.22 kg."""
    by_hand = 26.97 + 1.97 * die_cm2 + memory_gb / float(density) * 2.20 + 5.22
    found = one(hardware, item=item, compared_with=f"MLCA, {density} GB/cm2")
    assert found["amount"] == pytest.approx(by_hand, abs=0.1)


@pytest.mark.parametrize(
    ("compared_with", "by_hand"),
    [
        ("UBA parts and NVIDIA HGX H100", 5989 + 1312),
        ("EcoLogits, language models", 5700 + 8 * 164),
        ("EcoLogits, video", 6000 + 8 * 273),
        ("BLOOM", 2500 + 8 * 150),
        ("CCF", 1000 + (2048 - 16) * 1.388 + 100 + 10 * 100 + 8 * 150),
    ],
)
def test_a_server_by_hand(compared_with, by_hand, hardware) -> None:
    found = one(hardware, item="dgx-h100", compared_with=compared_with)
    assert found["amount"] == pytest.approx(by_hand, abs=1)


def test_each_method_is_compared_over_the_stages_it_counts(hardware) -> None:
    """The T4 by ADEME's factors, end of life included, is ours to the digit; without it, ours would be lower."""
    made = one(hardware, item="t4", compared_with="MLCA, 1.0 GB/cm2")
    ended = one(hardware, item="t4", compared_with="ADEME parts")
    assert (made["stages"], ended["stages"]) == ("manufacture", "manufacture;end of life")
    assert made["ours"] < ended["ours"]
    assert ended["ours"] == pytest.approx(ended["amount"], rel=0.005)


@pytest.mark.parametrize("item", [*CARDS, "dgx-h100"])
def test_at_least_six_methods_an_item_one_of_them_silicon_only(item, hardware) -> None:
    rows = hardware[hardware["item"] == item]
    assert len(rows) >= 6
    silicon = rows[rows["scope"] == "silicon only"]
    assert len(silicon) >= 1
    assert (silicon["difference"] > 1).all()


def test_a_card_is_compared_with_the_same_card(hardware) -> None:
    """ADEME's H100 PCIe with ours of that form: 167.069 made, 0.5122 moved, 2.55 ended, against 131.8 here."""
    found = one(hardware, compared_with="ADEME, H100 PCIe")
    assert found["item"] == "h100-pcie-80gb"
    assert found["amount"] == pytest.approx(167.069 + 0.5122 + 2.55, abs=1e-3)
    assert found["ours"] == pytest.approx(131.8, abs=0.05)
    assert found["difference"] == pytest.approx(-0.225, abs=1e-3)


def test_the_parts_explain_the_h100_pcie_but_for_its_die(hardware) -> None:
    """ADEME's parts: die 85.5, memory 59.8, board 9.65, heatsink 5.17, casing 6.51, transport 0.439 (167.07 in all)."""
    parts = embodied("h100-pcie-80gb")
    made = parts[(parts["life_cycle_stage"] == "manufacture") & (parts["category"] == "climate change")]
    ours = {name: made.loc[made["part"].str.contains(name), "amount"].sum() for name in ("die", "memory")}
    found = one(hardware, item="h100-pcie-80gb")
    whole = found["amount"] - found["ours"]
    memory, die = 59.8 - ours["memory"], 85.5 - ours["die"]
    assert (whole, memory, die) == (
        pytest.approx(38.3, abs=0.05), pytest.approx(21.2, abs=0.05), pytest.approx(10.2, abs=0.05),
    )  # fmt: skip
    assert whole - memory - die == pytest.approx(6.9, abs=0.05)
    assert found["unexplained"] == "10.2 of 38.3 kg"


# Every difference has a reason


def test_every_difference_above_15_per_cent_has_a_reason(grid, hardware, spreads) -> None:
    assert missing_reasons(grid, hardware, spreads) == []
    assert (grid["difference"].abs() > FAR).sum() >= 10
    assert (hardware["difference"].abs() > FAR).sum() >= 20


def test_ours_lies_inside_the_spread_of_the_methods_or_has_a_reason(spreads) -> None:
    assert list(spreads["item"]) == [*CARDS, "dgx-h100"]
    outside = spreads[~(spreads["inside"] & spreads["independent_inside"])]
    assert (outside["reason"] != "").all()
    assert spreads.loc[spreads["item"].isin(CARDS), "inside"].all()


def test_faulty_assumed_and_partial_figures_are_not_in_the_spread(spreads) -> None:
    """The H100: BoaviztAPI's 565 (a fault) and ACT's 28 (silicon) aside, 128.5 to 329.8."""
    row = one(spreads, item="h100-sxm5-80gb")
    assert (row["low"], row["high"]) == (128.5, 329.8)
    row = one(spreads, item="dgx-h100")
    assert (row["low"], row["high"]) == (6120, 8184)


def test_the_spread_stands_beside_ours_over_the_same_stages(spreads, hardware) -> None:
    """Inside is to be seen: ours lies between the edges, each beside ours over the stages that the method counts."""
    for row in spreads.to_dict("records"):
        for kind in ("", "independent_"):
            low, high = (row[f"{kind}{edge}_ours"] / row[f"{kind}{edge}"] - 1.0 for edge in ("low", "high"))
            assert row[f"{kind}inside"] == (low >= -AS_PRINTED and high <= AS_PRINTED)
            for edge in ("low", "high"):
                method = one(hardware, item=row["item"], compared_with=row[f"{kind}{edge}_method"])
                assert (method["amount"], method["ours"], method["stages"]) == (
                    row[f"{kind}{edge}"], row[f"{kind}{edge}_ours"], row[f"{kind}{edge}_stages"],
                )  # fmt: skip
    volta = one(spreads, item="v100-sxm2-32gb")
    assert (volta["low"], volta["low_ours"]) == (115.0, pytest.approx(115.0, abs=0.05))
    assert (volta["low_stages"], volta["low_shared"]) == (
        "manufacture;end of life", "factors of dies, memory and board",
    )  # fmt: skip
    assert set(spreads["independent_low_shared"]) == {"nothing"}


def test_the_lowest_method_of_every_card_shares_data_with_ours(spreads) -> None:
    """As the page says: ours is inside thanks to it, and below all that share nothing."""
    cards = spreads[spreads["item"].isin(CARDS)]
    assert (cards["low_shared"] != "nothing").all()
    assert not cards["independent_inside"].any()
    assert (cards["independent_low_ours"] < cards["independent_low"]).all()


def test_one_method_is_no_spread(hardware, spreads) -> None:
    assert "h100-pcie-80gb" in set(hardware["item"])
    assert "h100-pcie-80gb" not in set(spreads["item"])


def test_what_is_unexplained_is_told_of_every_difference_with_a_reason(grid, hardware) -> None:
    """ "PART of DIFFERENCE UNIT": the difference is the one of the tables."""
    checked = 0
    for row in [*grid.to_dict("records"), *hardware.to_dict("records")]:
        if abs(row["difference"]) <= FAR:
            continue
        told = re.fullmatch(r"(none|[\d.,]+) of ([\d.,]+) k?g\b.*", row["unexplained"])
        assert told or row["unexplained"] == "not quantified", row["unexplained"]
        if told:
            checked += 1
            whole = told[2].replace(",", "")
            digits = len(whole.partition(".")[2])
            assert abs(row["ours"] - row["amount"]) == pytest.approx(float(whole), abs=0.6 * 10**-digits), told[0]
        assert ("not explained" not in row["reason"]) or (told and told[1] != "none"), row["reason"]
    assert checked >= 15


@pytest.mark.parametrize(
    ("zone", "compared_with", "left"),
    [("DE", "BoaviztAPI", 22), ("PL", "BoaviztAPI", 11), ("FR", "BoaviztAPI", 38), ("CN", "EcoLogits", 51)],
)
def test_what_vintage_leaves(zone, compared_with, left, grid) -> None:
    row = one(grid, zone=zone, compared_with=compared_with)
    assert abs(row["same_year"] - row["amount"]) == pytest.approx(left, abs=0.5)
    assert row["unexplained"].startswith(f"{left} of ")


def test_what_net_generation_leaves_in_south_africa(grid) -> None:
    """6 % of the 1,000 g of coal is what Ember takes off: 50 g of 127."""
    row = one(grid, zone="ZA", compared_with="Ember")
    left = row["ours"] - row["amount"] - 0.06 * 1000 * mix("ZA", 2024)[0].shares["coal"]
    assert left == pytest.approx(77, abs=0.5)
    assert row["unexplained"] == "77 of 127 g"


def test_a_reason_that_is_gone_is_told(grid, hardware, spreads) -> None:
    without = grid.copy()
    without.loc[(without["zone"] == "CA") & (without["compared_with"] == "Ember"), "reason"] = ""
    assert missing_reasons(without, hardware, spreads) == ["Canada: -25% against Ember has no reason"]
    without = hardware.copy()
    without.loc[without["compared_with"] == "Chien et al. 2023", "reason"] = ""
    [told] = missing_reasons(grid, without, spreads)
    assert told.startswith("NVIDIA A100 SXM4 40GB: ")
    without = spreads.copy()
    without.loc[without["item"] == "t4", "reason"] = ""
    assert missing_reasons(grid, hardware, without) == [
        "NVIDIA T4: outside the spread of the methods, without a reason"
    ]


def test_a_difference_that_is_no_number_is_told(grid, hardware, spreads) -> None:
    unknown = grid.copy()
    unknown.loc[(unknown["zone"] == "NO") & (unknown["compared_with"] == "Ember"), "difference"] = float("nan")
    [told] = missing_reasons(unknown, hardware, spreads)
    assert told.startswith("Norway: ")


def test_a_reason_of_hardware_never_serves_for_a_grid(grid) -> None:
    """BoaviztAPI's fault in cards is a reason for every item, and for no zone."""
    near = grid[(grid["compared_with"] == "BoaviztAPI") & (grid["difference"].abs() <= FAR)]
    assert len(near) >= 1
    assert (near["reason"] == "").all()


def test_outside_where_all_methods_are_above(hardware) -> None:
    lower = hardware.assign(difference=-0.01)
    assert not spread(lower)["inside"].any()
    mixed = lower.copy()
    mixed.loc[mixed["item"] == "t4", "difference"] = [0.2, -0.2] * ((mixed["item"] == "t4").sum() // 2)
    assert one(spread(mixed), item="t4")["inside"]


def test_every_reason_belongs_to_a_comparison(grid, hardware, spreads) -> None:
    known = {(row["zone"], row["compared_with"]) for row in grid.to_dict("records")}
    known |= {(row["item"], row["compared_with"]) for row in hardware.to_dict("records")}
    known |= {("every item", name) for name in hardware["compared_with"]}
    known |= {(item, "spread") for item in [*spreads["item"], "every item"]}
    for package in ("datasets/comparisons", "datasets/comparisons-by-sa"):
        for row in tables.rows(package, "reasons"):
            assert (row["subject"], row["compared_with"]) in known


# The arguments, recomputed


def implied(zone):
    """Factors of coal and gas that meet Ember's figures of all years best, all else as here. [g CO2e/kWh]"""
    mixes = [(mix(zone, year)[0].shares, published_intensity(zone, year)) for year in range(2015, 2026)]
    shares = np.array([[one.get("coal", 0.0), one.get("gas", 0.0)] for one, _ in mixes])
    rest = [
        published[0] - sum(share * FACTORS[name] for name, share in one.items() if name not in {"coal", "gas"})
        for one, published in mixes
        if published is not None
    ]
    found = np.linalg.lstsq(shares, np.array(rest), rcond=None)[0]
    return found, np.abs(shares @ found - rest).max()


def test_gas_explains_canada() -> None:
    (coal, gas), worst = implied("CA")
    assert (coal, gas) == (pytest.approx(877, abs=2), pytest.approx(723, abs=2))
    assert worst <= 0.3
    shares = mix("CA", 2024)[0].shares
    explained = shares["gas"] * (gas - 430) + shares["coal"] * (coal - 1000)
    assert explained == pytest.approx(46, abs=0.5)
    assert "723 g/kWh for gas and 877 for coal" in reason("CA", "Ember")


def test_coal_explains_south_africa(grid) -> None:
    (coal, _), _ = implied("ZA")
    assert coal == pytest.approx(852, abs=1)
    row = one(grid, zone="ZA", compared_with="Ember")
    part = mix("ZA", 2024)[0].shares["coal"] * (1000 - coal)
    assert part == pytest.approx(124, abs=1)
    assert part / (row["ours"] - row["amount"]) > 0.9
    assert "852 g/kWh for coal" in reason("ZA", "Ember")


@pytest.mark.parametrize(("zone", "part"), [("IN", 134), ("CN", 104), ("ZA", 150)])
def test_coal_at_820_explains_electricity_maps(zone, part) -> None:
    assert mix(zone, 2024)[0].shares["coal"] * (1000 - 820) == pytest.approx(part, abs=0.6)
    assert f"{part} g of the difference" in reason(zone, "Electricity Maps")


def test_hydropower_and_oil_explain_sweden(grid) -> None:
    shares = mix("SE", 2024)[0].shares
    explained = shares["hydro"] * (24 - 10.7) + shares["oil"] * 650
    row = one(grid, zone="SE", compared_with="Electricity Maps")
    assert explained == pytest.approx(row["ours"] - row["amount"], abs=0.2)


def test_the_density_of_memory_explains_the_server() -> None:
    """2 TB at 1.24 and at 2.375 GB/cm2: 2.20 kg per cm2 and 5.22 kg for each of 32 modules."""
    older, newer = (32 * (64 / density * 2.2 + 5.22) for density in (1.244, 2.375))
    assert older == pytest.approx(3788, rel=0.001)
    assert newer == pytest.approx(2064, rel=0.001)
    assert "3,788 kg" in reason("dgx-h100", "UBA parts and NVIDIA HGX H100")


def reason(subject, compared_with):
    rows = [row for row in tables.rows("datasets/comparisons", "reasons") if row["subject"] == subject]
    [found] = [row["reason"] for row in rows if row["compared_with"] == compared_with]
    return found
