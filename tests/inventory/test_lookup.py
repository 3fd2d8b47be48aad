"""Look-ups of factors: each with its range, how that is known, its grade and its source."""

import math

import pytest

import lca_ai as lca
from lca_ai import tables
from lca_ai.errors import InputError
from lca_ai.inventory.activity_factors import fleet_notes
from lca_ai.inventory.electricity import supply
from lca_ai.inventory.lookup import compare_factors, compare_sources, interval, is_activity, of_activity
from lca_ai.models.location import Location


@pytest.mark.parametrize("activity", tables.activities())
def test_every_factor_of_every_activity_has_a_range_around_it(activity):
    table = of_activity(activity)
    assert (table["low"] <= table["amount"]).all()
    assert (table["amount"] <= table["high"]).all()
    assert set(table["interval_basis"]) <= {"stated with the factor", "default by grade"}
    assert (table["source"] != "").all()


def test_a_default_range_is_lognormal_by_grade():
    """The die of memory, UBA, climate change, with the geometric standard deviation g: 2.2 x and / g^1.645."""
    factor = next(one for one in tables.factors("memory", "die") if one.category == "climate change")
    spread = deviations()["sourced", "hardware", "climate change"]
    low, high, basis = interval(factor)
    assert basis == "default by grade"
    assert math.sqrt(low * high) == pytest.approx(2.2)
    assert math.log(high / 2.2) == pytest.approx(1.6449 * math.log(spread), rel=1e-4)


def deviations():
    rows = tables.rows("datasets/assumptions", "grades")
    return {(row["grade"], row["scope"], row["category"]): float(row["geometric_standard_deviation"]) for row in rows}


def test_a_proxy_is_never_surer_than_a_sourced_figure():
    rows = deviations()
    for (grade, scope, category), spread in rows.items():
        assert spread > 1
        if grade == "proxy":
            assert spread >= rows["sourced", scope, category]


def test_a_range_that_is_published_is_shown_as_it_stands():
    row = of_activity("nuclear").set_index("category").loc["resource use, fossils"]
    assert (row["low"], row["amount"], row["high"]) == (10.9, pytest.approx(13.27, abs=0.01), 14.0)
    assert row["interval_basis"] == "stated with the factor"


def test_a_zone_and_an_activity_are_found_by_one_call():
    assert "covered_share" in lca.factors("FR", year=2021)
    assert "part" in lca.factors("transport, ship")


@pytest.mark.parametrize(("name", "near"), [("chasis", "chassis"), ("Frnace", "France"), ("mainbord", "mainboard")])
def test_an_unknown_name_suggests(name, near):
    with pytest.raises(lca.LcaAiError, match=near):
        lca.factors(name)


def test_sources_are_relative_to_ours():
    table = compare_sources("US-MISO", year=2022).set_index("origin")
    ours = table.loc["this project, per kWh generated"]
    assert ours["off"] == 0
    theirs = table.loc["published, consumption"]
    assert theirs["off"] == pytest.approx(theirs["amount"] / ours["amount"] - 1)


def test_a_factor_stands_beside_what_others_have():
    """Hydropower: IPCC's median of 24 g is used; UNECE's plants of 360 and 660 MW have 11 and 150 g."""
    row = of_activity("hydro").set_index("category").loc["climate change"]
    others = {one["what"]: one["amount"] for one in row["alternatives"]}
    assert row["amount"] == 0.024
    assert (others["UNECE, Hydro 360 MW"], others["UNECE, Hydro 660 MW"]) == (0.011, 0.15)
    assert all(one["source"] for one in row["alternatives"])


def test_a_measured_part_stands_beside_the_parametric_model():
    row = of_activity("cpu").query("part == 'die'").set_index("category").loc["climate change"]
    assert [one["what"] for one in row["alternatives"]] == ["cpu, parametric, die, per mm2"]


def test_compared_factors_are_relative_to_the_one_used():
    table = compare_factors("coal").query("category == 'climate change'").set_index("origin")
    assert table.loc["used", "off"] == 0
    assert table.loc["IPCC AR5, median", "off"] == pytest.approx(0.82 - 1)
    assert table.loc["inventory of this project x EF 3.1", "amount"] == pytest.approx(1.164, rel=1e-3)


def test_coal_of_a_country_is_that_of_its_fleet():
    india = lca.factors("coal", country="India").set_index("category")
    assert india.loc["acidification", "amount"] == pytest.approx(0.01613, rel=1e-3)
    assert india.loc["acidification", "interval_basis"] == "default by grade"


def test_a_country_without_an_inventory_of_its_fleet_says_whose_it_is():
    georgia, usual = (lca.factors("coal", country=country).set_index("category") for country in ("GE", ""))
    told = "no inventory of the fleet of GE: the default, US 2018"
    assert georgia["amount"].equals(usual["amount"])
    assert told in georgia.loc["acidification", "note"]
    assert told not in usual.loc["acidification", "note"]
    assert fleet_notes("coal", "GE")[0] == told


def test_figures_of_other_places_than_the_country_asked_are_told():
    """Coal of India: 2012 plants outside climate change, toxicity, land use and minerals, which UNECE has of EU28."""
    table = lca.factors("coal", country="IN").set_index("category")
    assert (table.loc["acidification", "geography"], table.loc["climate change", "geography"]) == ("IN", "EU28")
    assert table.loc["climate change", "year"] == "2020"
    [note] = fleet_notes("coal", "IN")
    assert note.startswith("figures of EU28 2020, not of IN: climate change; ")
    assert "acidification" not in note
    assert fleet_notes("coal", "") == []


@pytest.mark.parametrize(
    ("given", "words"),
    [(("coal", {"year": 2020}), "year: coal is no zone"), (("FR", {"country": "IN"}), "country: FR is a grid zone"),
     (("memory", {"country": "IN"}), "country: memory has no national fleets"), (("coal", {"country": "Atlantis"}), "unknown"),
     (("", {}), "no zone and no activity"), ((" ", {}), "no zone and no activity")],
)  # fmt: skip
def test_what_would_be_ignored_is_refused(given, words):
    name, more = given
    with pytest.raises(InputError, match=words):
        lca.factors(name, **more)


def test_factors_without_a_name_is_an_error_that_tells_what_is_accepted():
    with pytest.raises(InputError, match=r"a grid zone \(FR\) or an activity \(coal\)"):
        lca.factors()


@pytest.mark.parametrize("name", ["coal", "wind", "ssd", "transport, ship", "rack", "l4"])
def test_every_category_has_a_row_and_one_without_a_figure_has_no_amount(name):
    table = lca.factors(name)
    assert set(table["category"]) == set(tables.categories())
    absent = table[table["factor_grade"] == "missing"]
    assert absent["amount"].isna().all()
    assert table.loc[table["factor_grade"] != "missing", "amount"].notna().all()
    assert not set(absent["category"]) & set(table.loc[table["factor_grade"] != "missing", "category"])


def test_water_use_of_a_technology_is_its_water_times_the_scarcity_of_the_world():
    table = lca.factors("coal").set_index("category")
    for name in ("amount", "low", "high"):
        assert table.loc["water use", name] == pytest.approx(42.95 * table.loc["water consumption", name])
    assert table.loc["water use", "unit"] == "m3 world eq"
    assert "jrc-ef31" in table.loc["water use", "source"]
    assert "water consumption x 42.95" in table.loc["water use", "note"]


def test_a_part_shows_its_parametric_model_too():
    table = lca.factors("ssd")
    rows = dict(list(table.groupby("activity")))
    assert set(rows) == {"ssd", "ssd, parametric"}
    assert set(rows["ssd, parametric"]["part"]) >= {"nand", "board"}
    assert len(rows["ssd, parametric"]) == len(tables.factors("ssd, parametric"))


@pytest.mark.parametrize(
    ("name", "activity"),
    [("rack", "rack, parametric"), ("network card", "network card, parametric"), ("SSD", "ssd"), ("Coal", "coal")],
)
def test_an_activity_by_its_short_name_in_any_case(name, activity):
    assert is_activity(name)
    assert lca.factors(name)["activity"].iloc[0] == activity


def test_a_zone_without_published_losses_has_none_in_the_look_up():
    """None published for Taiwan; those of France are 7.05 % of 2021."""
    assert lca.factors("TW", year=2021)["grid_losses"].isna().all()
    assert lca.factors("FR", year=2021)["grid_losses"].iloc[0] == pytest.approx(0.0705, abs=1e-4)


def test_a_zone_of_which_the_consumption_is_published_is_not_called_generated():
    assert compare_sources("IN-SO", year=2022)["origin"].iloc[0] == "this project, per kWh consumed, flow-traced"


def test_a_kilowatt_hour_of_a_zone_has_a_range_basis_and_kind():
    table = lca.factors("FR", year=2021).set_index("category")
    known = table[table["covered_share"] > 0]
    assert (known["low"] <= known["amount"]).all()
    assert (known["amount"] <= known["high"]).all()
    assert set(table["kind"]) == {"average"}
    assert set(table["basis"]) == {"gross generation, no trade"}


def test_bounds_of_a_zone_are_the_sums_of_those_of_its_technologies():
    found = supply(Location(zone="PL", year=2021), run_year=None)
    shares = {name: share / (1 - found.losses) for name, share in found.mix.shares.items() if share}
    lows = {name: of_activity(name).set_index("category").loc["climate change", "low"] for name in shares}
    low = lca.factors("PL", year=2021).set_index("category").loc["climate change", "low"]
    assert low == pytest.approx(sum(shares[name] * lows[name] for name in shares))


def test_others_figures_of_a_zone_stand_beside_it():
    row = lca.factors("FR", year=2021).set_index("category").loc["climate change"]
    published = {one["what"]: one["amount"] for one in row["alternatives"]}
    assert published["published, generation, no trade"] == pytest.approx(0.0598, abs=2e-4)


def test_a_name_is_a_zone_or_an_activity():
    assert is_activity("coal")
    assert not is_activity("FR")
    assert not is_activity("nothing of the kind")


def test_every_factor_has_a_distribution_with_its_parameters():
    row = of_activity("nuclear").set_index("category").loc["resource use, fossils"]
    assert row["distribution"] == "range(10.9, median 13.272, 14)"
    spread = deviations()["sourced", "hardware", "climate change"]
    die = of_activity("memory").query("part == 'die'").set_index("category").loc["climate change"]
    assert die["distribution"] == f"lognormal(median 2.2, geometric standard deviation {spread:g})"
    assert (of_activity("coal")["distribution"] != "").all()
