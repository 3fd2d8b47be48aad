"""The grid: mixes, years, losses, zones, and published intensities."""

from __future__ import annotations

import pytest

from lca_ai import tables
from lca_ai.errors import MissingFactorError, UnknownKeyError
from lca_ai.impact.assess import assess
from lca_ai.inventory import electricity, lookup
from lca_ai.models.location import Location, zone_code

CLIMATE = "climate change"


def generated(zone: str, year: int) -> float:
    """Climate change per kWh generated [g CO2e/kWh], bottom up."""
    at_meter = lookup.factors(zone, year=year).set_index("category").loc[CLIMATE, "amount"] * 1000
    return float(at_meter) * (1 - (electricity.losses(zone, year) or (0.0,))[0])


# France 2021, the reference case: 59.84 g/kWh generated, 64.4 g/kWh delivered with 7.05 % lost


def test_france_2021_per_kilowatt_hour_generated() -> None:
    assert generated("FR", 2021) == pytest.approx(59.84, abs=0.01)


def test_france_2021_per_kilowatt_hour_at_the_meter() -> None:
    climate = lookup.factors("FR", year=2021).set_index("category").loc[CLIMATE]
    assert climate["amount"] * 1000 == pytest.approx(64.4, abs=0.05)
    assert climate["unit"] == "kg CO2e/kWh"


def test_france_2021_losses() -> None:
    share, source, assumed = electricity.losses("FR", 2021)
    assert share == pytest.approx(0.0705, abs=5e-5)
    assert (source, assumed) == ("world-bank-losses", [])


def test_losses_are_of_the_generation_so_the_meter_takes_more_than_it_shows() -> None:
    """1 kWh at the meter takes 1 / (1 - loss) kWh of generation."""
    found = electricity.supply(Location(zone="FR", year=2021), run_year=None)
    inputs = {process.name: process for process in found.processes}[found.process].inputs
    assert sum(inputs.values()) == pytest.approx(1 / (1 - found.losses), rel=1e-5)


def test_losses_given_replace_those_published() -> None:
    found = electricity.supply(Location(zone="FR", year=2021, grid_losses=0.0), run_year=None)
    inputs = {process.name: process for process in found.processes}[found.process].inputs
    assert sum(inputs.values()) == pytest.approx(1.0, rel=1e-5)


def test_a_balancing_authority_takes_the_losses_of_its_country_and_says_so() -> None:
    share, _, assumed = electricity.losses("US-ERCO", 2022)
    assert share == electricity.losses("US", 2022)[0]
    assert "US" in assumed[0].reason


def test_losses_of_another_year_are_assumed() -> None:
    share, _, assumed = electricity.losses("FR", 2025)
    assert share > 0
    assert "the mix is of 2025" in assumed[0].reason


# Against what others publish: Ember, Yearly Electricity Data, 2024

#: Zone -> how far the bottom-up figure lies from Ember's; where it is more than 10 %, the deviation is stated.
FURTHER_OFF = {"US": -0.10, "CA": -0.25, "ZA": 0.18, "MX": -0.23, "SA": -0.28, "RU": -0.14}
CLOSE = ("CN", "IN", "DE", "FR", "GB", "JP", "BR", "KR", "AU", "IT", "ES", "PL", "SE", "NO", "ID", "TR", "NL")


@pytest.mark.parametrize("zone", CLOSE)
def test_bottom_up_is_near_the_published_intensity(zone: str) -> None:
    published, _ = electricity.published_intensity(zone, 2024)
    assert generated(zone, 2024) == pytest.approx(published, rel=0.10)


@pytest.mark.parametrize(("zone", "deviation"), FURTHER_OFF.items())
def test_bottom_up_is_as_far_from_the_published_intensity_as_we_say(zone: str, deviation: float) -> None:
    """One factor per technology for the world: oil burnt for power, and coal and gas fleets, differ by country."""
    published, _ = electricity.published_intensity(zone, 2024)
    assert generated(zone, 2024) / published - 1 == pytest.approx(deviation, abs=0.01)


def test_no_published_intensity_is_no_number() -> None:
    assert electricity.published_intensity("FR", 1900) is None


# Years


def test_no_year_takes_the_latest_mix_not_after_the_run_and_says_so() -> None:
    mix, assumed = electricity.mix("FR", None, run_year=2022)
    assert mix.year == 2022
    assert assumed[0].value == "2022"
    assert "not after a run in 2022" in assumed[0].reason


def test_no_year_after_the_last_published_one_takes_the_last() -> None:
    mix, assumed = electricity.mix("FR", None, run_year=2099)
    assert mix.year == electricity.years("FR")[-1]
    assert len(assumed) == 1


def test_no_year_and_no_run_takes_the_latest() -> None:
    assert electricity.mix("FR", None)[0].year == electricity.years("FR")[-1]


def test_a_year_given_is_taken_and_nothing_is_assumed() -> None:
    mix, assumed = electricity.mix("FR", 2021, run_year=2024)
    assert (mix.year, assumed) == (2021, [])


@pytest.mark.parametrize("year", [1990, 2100])
def test_a_year_without_a_mix_is_an_error_that_names_the_years_there_are(year: int) -> None:
    first, last = electricity.years("FR")[0], electricity.years("FR")[-1]
    with pytest.raises(MissingFactorError, match=f"{year}.*{first} to {last}"):
        electricity.mix("FR", year)


def test_a_run_before_every_published_mix_is_an_error() -> None:
    with pytest.raises(MissingFactorError, match="no mix of US-ERCO up to the year of the run"):
        electricity.mix("US-ERCO", None, run_year=2010)


# Zones


@pytest.mark.parametrize("spelling", ["FR", "fr", " FR ", "FRA", "France", "FRANCE"])
def test_spellings_of_a_country(spelling: str) -> None:
    assert zone_code(spelling) == "FR"


@pytest.mark.parametrize(
    ("spelling", "zone"),
    [("ERCOT", "US-ERCO"), ("us-erco", "US-ERCO"), ("UK", "GB"), ("Britain", "GB"), ("Texas", "US-TX"), ("NO", "NO")],
)
def test_spellings_of_other_zones(spelling: str, zone: str) -> None:
    assert zone_code(spelling) == zone


def test_an_unknown_zone_is_an_error_that_suggests_the_nearest() -> None:
    with pytest.raises(UnknownKeyError, match="did you mean France"):
        zone_code("Frence")


# Laws


@pytest.mark.parametrize("zone", ["FR", "US-ERCO", "PL", "CA-AB"])
def test_one_kilowatt_hour_takes_at_least_its_own_energy(zone: str) -> None:
    rows = lookup.factors(zone).set_index("category")
    energy = rows.loc["primary energy"]
    assert energy["amount"] / energy["covered_share"] >= 3.6


def test_a_category_without_a_figure_for_some_technology_says_which() -> None:
    rows = lookup.factors("FR", year=2021).set_index("category")
    partial = rows[(rows["covered_share"] < 0.999) & rows["amount"].notna()]
    assert len(partial) > 0
    assert (partial["not_covered"] != "").all()


def test_a_category_without_any_figure_is_none_and_not_zero() -> None:
    rows = lookup.factors("FR", year=2021).set_index("category")
    absent = rows[rows["covered_share"] == 0]
    assert len(absent) > 0
    assert absent["amount"].isna().all()


def test_every_row_cites_sources_that_exist() -> None:
    for cited in lookup.factors("FR", year=2021)["source"]:
        assert set(cited.split(";")) <= set(tables.sources())


def test_an_intensity_given_replaces_climate_change_and_nothing_else(run, use) -> None:
    place = {"zone": "FR", "year": 2021, "pue": 1.0}
    mix, given = use(run(location=place)), use(run(location=place | {"grid_intensity": "100 g CO2e/kWh"}))
    assert given[CLIMATE].to("kg CO2e").magnitude == pytest.approx(10 * 0.1, rel=1e-12)
    others = [name for name in mix.totals.index if name != CLIMATE]
    assert list(given.totals.loc[others, "amount"].dropna()) == pytest.approx(
        list(mix.totals.loc[others, "amount"].dropna()), rel=1e-12
    )


def test_two_runs_on_the_same_grid_with_losses_that_differ_little_stay_apart(run, scope) -> None:
    """0.0705 and 0.0706 of losses are printed alike; the supplies are not the same."""
    place = {"zone": "FR", "year": 2021, "pue": 1.0, "grid_intensity": "100 g CO2e/kWh"}
    runs = [
        run(name="a", location=place | {"grid_losses": 0.070511}),
        run(name="b", produces="nothing", location=place | {"grid_losses": 0.070512}),
    ]
    both = assess(runs, scope("use")).by("workload")
    alone = assess(runs[0], scope("use")).by("workload")
    assert both.loc["a", "acidification"] == pytest.approx(alone.loc["a", "acidification"], rel=1e-12)
    assert both.loc["b", "acidification"] > both.loc["a", "acidification"]
