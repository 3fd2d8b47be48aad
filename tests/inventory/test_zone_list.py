"""Lists of places: those that have what they are listed for, and a hint where there are none."""

from __future__ import annotations

import time

import pytest

from lca_ai import own_tables, tables
from lca_ai.errors import MissingFactorError, StudyError, UnknownKeyError
from lca_ai.inventory.mixes import intensities, mix, years
from lca_ai.inventory.zone_list import cloud_regions, zones
from lca_ai.models import zone_names
from lca_ai.models.location import Location


def test_all_zones_have_a_mix_and_no_sum_over_countries_is_among_them() -> None:
    found = zones("all")
    assert list(found) == sorted(set(found))
    assert not {"EU", "WOR"} & set(found)
    assert {"FR", "US-TX", "CA-QC", "US-ERCO"} <= set(found)
    assert all(years(code) for code in found)
    left = set(zone_names.zones()) - set(found) - {"EU", "WOR"}
    assert not any(years(code) for code in left)


def test_countries_are_the_countries_of_all() -> None:
    kinds = {code: row["kind"] for code, row in zone_names.zones().items()}
    assert set(zones("countries")) == {code for code in zones() if kinds[code] == "country"}
    assert len(zones("countries")) == 213


@pytest.mark.parametrize("spelled", ["US", "usa", "United States"])
def test_the_zones_within_a_country(spelled) -> None:
    found = zones(spelled)
    assert found == zones("US")
    assert all(code.startswith("US-") for code in found)
    assert len(found) == 51 + 8  # states with the District of Columbia, balancing areas


def test_canada_by_hand() -> None:
    names = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
    assert zones("CA") == tuple(f"CA-{name}" for name in names)


def test_a_year_keeps_those_with_a_mix_of_it() -> None:
    found = zones("all", year=2024)
    assert set(found) < set(zones("all", year=2022))
    for code in found[::20]:
        assert mix(code, 2024)[0].year == 2024
    for code in set(zones("all")) - set(found):
        assert 2024 not in years(code)


def test_zones_with_climate_change_only_are_listed_when_asked() -> None:
    more = set(zones("all", with_mix=False)) - set(zones("all"))
    assert {"DK-DK1", "SE-SE3"} <= more
    assert all(intensities()[code] and not years(code) for code in more)
    assert zones("Denmark", with_mix=False) == ("DK-BHM", "DK-DK1", "DK-DK2")


def test_a_country_without_zones_is_told_to_be_one() -> None:
    with pytest.raises(MissingFactorError, match='the country itself, "DE"'):
        zones("Germany")
    with pytest.raises(MissingFactorError, match=r"with_mix=False \(3 with climate change only\)"):
        zones("DK")


def test_a_year_that_is_not_there_is_told_those_that_are() -> None:
    with pytest.raises(MissingFactorError, match=r"got 1999\); accepted: 2015 to 2025"):
        zones("countries", year=1999)


@pytest.mark.parametrize(
    ("which", "hint"),
    [("countrys", "did you mean countries"), ("Frnce", "France"), ("everything at all", '"all", "countries"')],
)
def test_an_unknown_list_is_refused_with_the_nearest(which, hint) -> None:
    with pytest.raises(UnknownKeyError, match=hint):
        zones(which)


def test_a_zone_within_a_country_is_no_list() -> None:
    with pytest.raises(StudyError, match='"US" for all zones'):
        zones("US-TX")
    with pytest.raises(StudyError, match='"countries"'):
        zones("EU")


def test_a_zone_of_ones_own_is_listed_while_it_is_in_use(tmp_path) -> None:
    (tmp_path / "zones.csv").write_text(
        "zone,name,kind,country,iso3,source\nFR-LAB,Laboratory,state,FR,FRA,mine\n", encoding="utf-8"
    )
    (tmp_path / "generation_mix.csv").write_text(
        "zone,year,technology,share,unit,basis,source\nFR-LAB,2023,solar,1,kWh/kWh,production,mine\n", encoding="utf-8"
    )
    (tmp_path / "sources.csv").write_text(
        "id,title,url,licence,accessed,page\nmine,Meter of the roof,https://example.org,CC0-1.0,2026-01-01,\n",
        encoding="utf-8",
    )
    with own_tables.using(tmp_path):
        assert zones("FR") == ("FR-LAB",)
    assert "FR-LAB" not in zones("all")


def test_a_second_list_takes_no_time() -> None:
    zones("all")
    begin = time.perf_counter()
    zones("countries", year=2022)
    assert time.perf_counter() - begin < 0.1


def test_every_cloud_region_is_a_place_on_a_grid_with_a_mix() -> None:
    found = cloud_regions("all")
    assert len(found) == len(tables.rows("datasets/cloud-regions-odbl", "regions"))
    assert {place.zone for place in found} <= set(zones("all"))


def test_the_regions_of_a_provider() -> None:
    found = cloud_regions("AWS")
    assert {place.cloud for place in found} == {"aws"}
    assert Location(cloud="aws", region="eu-west-3") in found
    assert "cloud aws, region eu-west-3" in str(next(place for place in found if place.region == "eu-west-3"))
    assert sum(len(cloud_regions(one)) for one in ("aws", "azure", "gcp", "oracle", "ovhcloud", "scaleway")) == len(
        cloud_regions()
    )


def test_the_year_of_regions_is_that_of_their_grid() -> None:
    assert {place.year for place in cloud_regions("gcp", year=2022)} == {2022}
    assert {place.year for place in cloud_regions("gcp")} == {None}


def test_an_unknown_provider_is_refused_with_all_of_them() -> None:
    with pytest.raises(UnknownKeyError, match="all, aws, azure, gcp"):
        cloud_regions("awz")
