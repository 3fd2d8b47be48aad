"""Places beside countries: cloud regions, zones with climate change only, proxies by choice, the hourly series shipped."""

import pandas as pd
import pytest

import lca_ai as lca
from lca_ai import tables
from lca_ai.inventory.hourly import read_hourly
from lca_ai.models import cloud

SCOPE = lca.GoalAndScope(
    goal="test", functional_unit=lca.FunctionalUnit("one model", reference_flow="1 model"), system_boundary=["use"]
)


def assessed(place, **runtime):
    runtime = runtime or {"duration": "30 h", "start": "2022-06-01T00:00:00Z"}
    run = lca.TrainingRun(name="run", energy="1000 kWh", location=place, runtime=runtime)
    return lca.assess(run, SCOPE)


def kg(result):
    return result["climate change"].to("kg CO2e").magnitude


def test_a_cloud_region_brings_its_grid_zone_and_what_the_provider_publishes():
    place = lca.location(cloud="azure", region="westeurope")
    assert place.zone == "NL"
    result = assessed(place)
    assumed = {one.subject: one for one in result.assumed}
    pue = assumed["power usage effectiveness (PUE)"]
    assert "azure westeurope" in pue.reason
    assert pue.source
    assert result.inventories[0].pue == float(pue.value)


def test_a_given_pue_wins_over_the_published_one():
    assert assessed(lca.location(cloud="azure", region="westeurope", pue=1.3)).inventories[0].pue == 1.3


def test_every_cloud_region_has_a_zone_with_a_mix():
    from lca_ai.inventory.electricity import years

    rows = [row for by_name in cloud.regions().values() for row in by_name.values()]
    assert len(rows) >= 210
    assert {row["provider"] for row in rows} == {"aws", "azure", "gcp", "oracle", "ovhcloud", "scaleway"}
    assert not [row["region"] for row in rows if not years(row["grid_zone"])]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cloud": "aws", "region": "eu-west3"}, ["eu-west3", "eu-west-3"]),
        ({"cloud": "awss", "region": "eu-west-3"}, ["awss", "aws, azure"]),
        ({"cloud": "aws"}, ["provider and its name"]),
        ({}, ["no place"]),
    ],
)
def test_an_unknown_region_suggests(given, words):
    with pytest.raises(lca.LcaAiError) as fault:
        lca.location(**given)
    for word in words:
        assert word in str(fault.value)


def test_a_zone_with_climate_change_only_has_gaps_elsewhere():
    result = assessed(lca.location("IN-SO", year=2022, pue=1.0))
    row = next(
        row
        for row in tables.rows("datasets/grid-intensity-odbl", "intensity")
        if row["zone"] == "IN-SO" and row["year"] == "2022"
    )
    lost = result.inventories[0].supply.losses
    assert kg(result) == pytest.approx(float(row["amount"]) / (1 - lost), rel=1e-12)
    known = set(result.totals.index[result.totals["amount"].notna()])
    assert known == {"climate change"}
    assert set(result.gaps.loc[result.gaps["kind"] == "missing", "category"]) >= {"acidification", "water use"}


def test_a_year_that_is_not_published_is_an_error():
    with pytest.raises(lca.LcaAiError, match="2021, 2022, 2023, 2024, 2025"):
        assessed(lca.location("IN-SO", year=2015))


def test_a_proxy_is_the_users_choice_and_shows_as_one():
    world = assessed(lca.location("WOR", year=2022, pue=1.0))
    stand_in = assessed(lca.location("XX", proxy="WOR", year=2022, pue=1.0))
    assert kg(stand_in) == pytest.approx(kg(world), rel=1e-12)
    use = stand_in.impacts[stand_in.impacts["life_cycle_stage"] == "use"]
    assert set(use["factor_grade"]) == {"proxy"}
    assert stand_in.gaps["reason"].str.contains("stands in for XX, as the study chose").any()


def test_without_a_proxy_an_unknown_zone_is_an_error():
    with pytest.raises(lca.LcaAiError, match="unknown grid zone"):
        lca.location("XX")


@pytest.mark.parametrize("name", [row["name"] for row in tables.rows("datasets/hourly", "index")])
def test_a_year_of_even_load_on_a_shipped_series_is_its_annual_mix(name):
    """An even load over the hours of a year gives the mean of the hourly shares, by linearity."""
    series = read_hourly(tables.data_root() / "datasets" / "hourly" / f"{name}.parquet")
    demand = pd.Series(1.0, index=series.frame.index)
    shares = series.fold(demand).shares
    expected = series.frame.div(series.frame.sum(axis=1), axis=0).mean()
    assert shares == pytest.approx(expected.to_dict(), rel=1e-9)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_shipped_series_is_named_and_cited():
    result = assessed(lca.location("US-MISO", hourly="US-MISO-2022", pue=1.0))
    assert "eia-930-2022" in result.sources
    assert result.inventories[0].supply.mix.basis == "hours of the demand"


def test_a_shipped_series_of_another_zone_is_refused_or_shown_as_a_proxy():
    """France has a mix of its own, and the series of MISO stands in for its hours: as MISO's, graded proxy."""
    with pytest.raises(lca.LcaAiError, match=r"a series of US-MISO, not of FR .*proxy: US-MISO"):
        lca.location("FR", hourly="US-MISO-2022")
    place = lca.location("FR", hourly="US-MISO-2022", proxy="US-MISO", pue=1.0)
    result = assessed(place)
    assert kg(result) == pytest.approx(kg(assessed(lca.location("US-MISO", hourly="US-MISO-2022", pue=1.0))), rel=1e-12)
    use = result.impacts[result.impacts["life_cycle_stage"] == "use"]
    assert set(use["factor_grade"]) == {"proxy"}


def test_the_pue_of_a_fleet_comes_before_the_average_of_the_industry():
    """AWS publishes none for eu-west-3 and 1.15 of its fleet (2024); the industry's average is 1.56."""
    result = assessed(lca.location(cloud="aws", region="eu-west-3"))
    assert result.inventories[0].pue == 1.15
    [assumed] = [one for one in result.assumed if "PUE" in one.subject]
    assert "aws publishes none for eu-west-3; the provider's whole fleet in 2024" in assumed.reason
    assert assumed.source == "aws-2025"
    assert cloud.published("aws", "eu-west-3", "pue", 2024) is None


def test_a_location_prints_on_one_line_what_was_given():
    text = str(lca.location("france", pue=1.15, grid_intensity="50 g CO2e/kWh"))
    assert text.startswith("zone FR, pue 1.15, grid_intensity 50")
    assert "lca.place(...) shows what it resolves to" in text
    assert "\n" not in text
    assert "None" not in text
    assert str(lca.location(cloud="aws", region="eu-west-3")).startswith("zone FR, cloud aws, region eu-west-3 (")


def test_the_hour_matters():
    """California at noon in June against the evening: the same energy, another mix."""
    noon = assessed(
        lca.location("US-CISO", hourly="US-CISO-2022", pue=1.0), duration="1 h", start="2022-06-15T20:00:00Z"
    )
    night = assessed(
        lca.location("US-CISO", hourly="US-CISO-2022", pue=1.0), duration="1 h", start="2022-06-15T04:00:00Z"
    )
    assert kg(noon) < 0.75 * kg(night)
