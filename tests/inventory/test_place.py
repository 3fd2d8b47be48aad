"""What a place resolves to: each figure beside the row of the table it is from, and what is missing said so."""

from __future__ import annotations

import pytest

import lca_ai as lca
from lca_ai import tables
from lca_ai.errors import InputError, UnknownKeyError
from lca_ai.inventory.place import STALE_YEARS, place, search_places
from lca_ai.models.location import zones

CLIMATE = "climate change per kWh at the meter"
GENERATED = "climate change per kWh generated"
CONSUMED = "climate change per kWh consumed, flow-traced"
PUE, WUE = "power usage effectiveness (PUE)", "water usage effectiveness (WUE)"
AWARE, OFF_SITE = "water scarcity, AWARE 2.0", "off-site water per kWh generated, WRI"
WATER = "water consumption per kWh at the meter"


def row(package, table, **given):
    """The only row of a table with these cells."""
    found = [one for one in tables.rows(package, table) if all(one[name] == value for name, value in given.items())]
    assert len(found) == 1, found
    return found[0]


def test_the_mix_is_that_of_the_table():
    found = place("FR", year=2021)
    rows = [
        one for one in tables.rows("datasets/grid", "generation_mix") if one["zone"] == "FR" and one["year"] == "2021"
    ]
    assert found.mix == {one["technology"]: float(one["share"]) for one in rows}
    nuclear = found["share of nuclear"]
    assert (nuclear.year, nuclear.basis, nuclear.sources) == (2021, "published", ("owid-ember-mix",))
    assert "gross generation, no trade" in nuclear.note


def test_climate_change_is_the_mix_over_the_losses():
    found = place("FR", year=2021, grid_losses=0.05)
    assert found["grid losses"].basis == "given"
    assert found[CLIMATE].value == pytest.approx(found[GENERATED].value / 0.95, rel=1e-12)
    assert found[GENERATED].value == pytest.approx(60, abs=5)  # RTE and Ember: 50 to 65 g/kWh in 2021


@pytest.mark.parametrize("zone", ["FR", "US-MISO", "IN-SO", "CA-QC"])
def test_climate_change_is_that_of_an_assessment(zone, run, use):
    """One kilowatt-hour at the meter of the place, assessed."""
    result = use(run(energy="1 kWh", location={"zone": zone, "year": 2022, "pue": 1.0}))
    assert place(zone, year=2022)[CLIMATE].value == pytest.approx(1000 * result["climate change"].magnitude, rel=1e-9)


def test_water_is_that_of_an_assessment(run, use):
    result = use(run(energy="1 kWh", location={"zone": "FR", "year": 2022, "pue": 1.0}))
    litres = 1000 * result.totals.loc["water consumption", "amount"]
    assert place("FR", year=2022)[WATER].value == pytest.approx(litres, rel=1e-9)


def test_losses_of_a_balancing_area_are_those_of_its_country_and_say_so():
    found = place("US-MISO", year=2022)["grid losses"]
    assert found.value == pytest.approx(float(row("datasets/grid", "losses", zone="US", year="2022")["amount"]) / 100)
    assert found.basis == "assumed"
    assert "of US" in found.note


def test_a_region_brings_what_its_provider_publishes():
    found = place(cloud="aws", region="af-south-1", year=2023)
    assert found.zone == "ZA"
    assert found["cloud region"].value == "aws af-south-1"
    assert (found[PUE].value, found[PUE].year, found[PUE].basis) == (1.24, 2023, "published")
    assert "aws-regions" in found[PUE].sources


def test_a_given_figure_says_given_and_an_average_says_assumed():
    found = place("FR", pue=1.15, wue="0.3 L/kWh", year=2021)
    assert [(found[what].value, found[what].basis) for what in (PUE, WUE)] == [(1.15, "given"), (0.3, "given")]
    average = place("FR", year=2021)[PUE]
    assert (average.value, average.basis, average.year) == (1.57, "assumed", 2021)  # Uptime Institute 2021


def test_what_is_missing_is_listed_with_what_would_be_accepted():
    found = place("FR", year=2021)
    assert {one.what for one in found.missing} == {WUE, "hourly series"}
    assert all("accepted" in one.note and one.value is None for one in found.missing)


def test_water_scarcity_is_shown_for_information_and_is_not_the_ef_3_1_set():
    found = place("FR", year=2021)
    assert found[AWARE].value == float(row("datasets/water", "scarcity", zone="FR")["amount"])
    assert "not the EF 3.1 set" in found[AWARE].note
    assert found["water scarcity, EF 3.1"].value == 42.95  # JRC, EF 3.1: world, unspecified
    assert found[OFF_SITE].value == float(row("datasets/water", "offsite", zone="FR")["amount"])


def test_water_of_a_zone_within_a_country_is_the_countrys_and_says_so():
    found = place("IN-SO")
    assert found[AWARE].value == float(row("datasets/water", "scarcity", zone="IN")["amount"])
    assert found[AWARE].basis == "assumed"
    assert "of IN, the country" in found[AWARE].note


def test_there_is_no_water_scarcity_of_the_world_in_aware_2_0():
    assert place("WOR")[AWARE].basis == "missing"


def test_a_zone_with_climate_change_only_says_so():
    found = place("IN-SO", year=2022)
    published = row("datasets/grid-intensity-odbl", "intensity", zone="IN-SO", year="2022")
    assert found[CONSUMED].value == pytest.approx(float(published["amount"]))
    assert (found[CONSUMED].basis, found[CLIMATE].basis) == ("published", "computed")
    assert GENERATED not in set(found.table["what"])
    assert found.mix == {}
    assert found["generation mix"].basis == "missing"
    for words in ("only climate change is published for IN-SO", "hourly series", "proxy"):
        assert words in found["generation mix"].note
    assert found[WATER].basis == "missing"


def test_a_year_without_a_mix_is_missing_and_the_nearest_is_offered():
    latest = max(int(one["year"]) for one in tables.rows("datasets/grid", "generation_mix") if one["zone"] == "FR")
    found = place("FR", year=latest + 6)
    assert {"generation mix", GENERATED, CLIMATE, WATER} <= {one.what for one in found.missing}
    assert f"the nearest published year is {latest}" in found["generation mix"].note


def test_a_figure_of_more_than_three_years_before_the_year_asked_says_how_old_it_is():
    """Losses of France end in 2023: three years before 2026 are not yet too many, four before 2027 are."""
    last = max(int(one["year"]) for one in tables.rows("datasets/grid", "losses") if one["zone"] == "FR")
    assert "stale" not in place("FR", year=last + STALE_YEARS)["grid losses"].note
    stale = f"stale: {STALE_YEARS + 1} years before {last + STALE_YEARS + 1}"
    assert stale in place("FR", year=last + STALE_YEARS + 1)["grid losses"].note


def test_without_a_year_asked_a_figure_is_old_against_the_newest_year_of_the_tables():
    newest = max(int(one["year"]) for one in tables.rows("datasets/grid", "generation_mix"))
    assert f"stale: {newest - 2020} years before {newest}" in place("FR")[OFF_SITE].note  # Reig et al. 2020
    assert not any("stale" in one.note for one in place("FR", year=2021).figures)


@pytest.mark.parametrize("zone", sorted(zones())[::12])
def test_every_figure_of_any_zone_is_sourced_or_missing_with_a_reason(zone):
    for one in place(zone).figures:
        assert one.note if one.basis == "missing" else one.sources, one
        assert set(one.sources) <= {*tables.sources(), "study"}


def test_a_proxy_is_the_users_choice_and_shows_as_one():
    found = place("XX", proxy="WOR", year=2022)
    world = place("WOR", year=2022)
    assert found[CLIMATE].value == pytest.approx(world[CLIMATE].value, rel=1e-12)
    for what in ("grid zone", "share of coal", CLIMATE, "grid losses", WATER):
        assert found[what].basis == "proxy", what
        assert "WOR stands in for XX, as chosen" in found[what].note


def test_without_a_proxy_an_unknown_place_is_an_error():
    with pytest.raises(UnknownKeyError, match="unknown grid zone"):
        place("XX")


def test_a_shipped_series_tells_its_span_its_hours_and_what_it_lacks():
    index = row("datasets/hourly", "index", name="US-MISO-2022")
    found = place("US-MISO", hourly="US-MISO-2022", year=2022)
    series = found["hourly series"]
    assert (series.basis, series.year) == ("published", 2022)
    assert "2022-01-01T00:00:00+00:00 to 2022-12-31T23:00:00+00:00" in series.note
    lacking = 8760 - int(found["hours of the series"].value)
    assert f"{lacking} hours missing" in series.note
    assert (int(index["hours"]), int(index["missing_hours"])) == (found["hours of the series"].value, lacking)
    assert "coal" in series.note


def test_a_series_that_is_there_is_offered_and_one_of_another_zone_is_a_proxy_or_refused():
    assert 'hourly="US-MISO-2022"' in place("US-MISO")["hourly series"].note
    with pytest.raises(InputError, match=r"hourly: a series of US-MISO, not of US-IL .*proxy: US-MISO"):
        place("US-IL", hourly="US-MISO-2022")
    series = place("US-IL", hourly="US-MISO-2022", proxy="US-MISO")["hourly series"]
    assert series.basis == "proxy"
    assert "US-MISO stands in for US-IL, as chosen" in series.note


def test_a_series_of_grams_shows_its_mean_which_is_taken_at_the_meter(tmp_path):
    """(50 + 110 + 110) / 3 = 90 g; losses of 10 % are not added."""
    (tmp_path / "mine.csv").write_text(
        "time,carbon_intensity\n2022-06-01T10:00Z,50\n2022-06-01T11:00Z,110\n2022-06-01T12:00Z,110\n"
    )
    for zone in ("FR", "IN-SO"):
        found = place(zone, hourly="mine.csv", hourly_folder=tmp_path, grid_losses=0.1)
        assert (found[CLIMATE].value, found[CLIMATE].basis) == (pytest.approx(90.0), "given")
        assert "taken at the meter: no losses are added" in found[CLIMATE].note
        assert not {GENERATED, CONSUMED} & set(found.table["what"])


@pytest.mark.parametrize("given", [{"calibrate": True}, {"hydro_intensity": "6 g CO2e/kWh"}])
def test_parameters_of_the_mix_beside_a_series_of_grams_are_refused(given, tmp_path):
    (tmp_path / "mine.csv").write_text("time,carbon_intensity\n2022-06-01T10:00Z,50\n")
    with pytest.raises(InputError, match=f"location.{next(iter(given))}: .*given by the hourly series"):
        place("FR", hourly="mine.csv", hourly_folder=tmp_path, **given)


def test_what_is_computed_from_the_mix_is_not_called_published():
    found = place("FR", year=2021)
    assert {found[what].basis for what in (CLIMATE, GENERATED, WATER)} == {"computed"}
    assert found["climate change per kWh generated, as published"].basis == "published"


def test_a_zone_without_published_losses_says_that_the_meter_is_as_generated():
    """Of Taiwan the World Bank has none."""
    assert not [one for one in tables.rows("datasets/grid", "losses") if one["zone"] == "TW"]
    found = place("TW", year=2021)
    assert found[CLIMATE].value == found[GENERATED].value
    assert (
        "no grid losses are published for TW and none are counted: the same as per kWh generated" in found[CLIMATE].note
    )
    assert "no grid losses" not in place("TW", year=2021, grid_losses=0.0)[CLIMATE].note


def test_a_place_is_named_by_its_keyword_too():
    assert place(zone="FR", year=2021) == place("FR", year=2021)
    assert place(lca.location("FR"), year=2021).zone == "FR"
    for where in ("FR", lca.location("FR")):
        with pytest.raises(InputError, match="given twice"):
            place(where, zone="DE")
    with pytest.raises(InputError, match="no place"):
        place(year=2021)


def test_a_region_without_a_pue_takes_that_of_the_fleet_of_its_provider():
    """eu-west-3: none published; AWS's fleet has 1.15, and the industry 1.56."""
    found = place(cloud="aws", region="eu-west-3", year=2024)[PUE]
    fleet = row("datasets/facility", "pue", provider="aws")
    assert (found.value, found.basis, found.year) == (float(fleet["amount"]), "assumed", int(fleet["year"]))
    assert found.sources == ("aws-2025",)
    assert "aws publishes none for eu-west-3; the provider's whole fleet in 2024" in found.note


def test_a_series_of_the_user_is_given(tmp_path):
    (tmp_path / "mine.csv").write_text(
        "time,carbon_intensity\n2022-06-01T10:00Z,50\n2022-06-01T12:00Z,110\n2022-06-01T13:00Z,110\n"
    )
    series = place("IN-SO", hourly="mine.csv", hourly_folder=tmp_path)["hourly series"]
    assert (series.basis, series.sources) == ("given", ("study",))
    for words in ("1 hours missing", "climate change alone"):
        assert words in series.note


def test_a_location_is_a_place_too():
    at = lca.location("FR", year=2021, pue=1.15)
    assert place(at) == place("FR", year=2021, pue=1.15) == lca.place(at)
    assert place(at, pue=1.3)[PUE].value == 1.3


def test_the_table_has_a_row_a_figure_and_the_text_shows_each():
    found = place("FR", year=2021)
    assert list(found.table["what"]) == [one.what for one in found.figures]
    assert list(found.table.columns) == ["what", "value", "unit", "year", "basis", "source", "note"]
    text = str(found)
    for one in found.figures:
        assert one.what in text
    for key, source in found.sources.items():
        assert f"{key}: {source.title}" in text


def test_an_unknown_figure_suggests():
    with pytest.raises(UnknownKeyError, match="grid losses"):
        _ = place("FR")["grid loss"]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("virginia", {"US-VA", "US-WV", "aws us-east-1", "azure eastus", "gcp us-east4"}),
        ("india", {"IN", "IN-SO", "IN-NO", "aws ap-south-1"}),
        ("sao paulo", {"aws sa-east-1", "gcp southamerica-east1"}),
        ("georgia", {"GE", "US-GA"}),
        ("ercot", {"US-ERCO"}),
    ],
)
def test_a_search_finds_zones_and_cloud_regions(words, codes):
    found = search_places(words)
    assert codes <= set(found["code"])
    assert (found["known"] != "").all()


def test_a_search_tells_what_is_known():
    found = search_places("southern india").set_index("code").loc["IN-SO"]
    assert found["known"].startswith("climate change only, 2021 to")
    assert "PUE 2022 to" in search_places("aws af-south-1")["known"].item()


def test_a_search_without_an_answer_suggests():
    with pytest.raises(InputError, match="did you mean Virginia"):
        search_places("virgina")


def test_a_factor_given_and_a_calibration_show_in_the_note():
    calibrated = place("FR", year=2021, calibrate=True)
    published = calibrated["climate change per kWh generated, as published"].value
    assert calibrated[GENERATED].value == pytest.approx(published, rel=1e-9)
    assert "calibration of climate change of FR: x " in calibrated[GENERATED].note
    assert "hydropower of FR: 6 g/kWh" in place("FR", year=2021, hydro_intensity="6 g CO2e/kWh")[GENERATED].note
