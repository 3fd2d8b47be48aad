"""Names of grid zones: every spelling leads to one zone, and a name of two zones to neither."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lca_ai as lca
from lca_ai import tables
from lca_ai.errors import InputError, StudyError, UnknownKeyError
from lca_ai.models.location import ZONE_PACKAGES, zone_code, zones
from lca_ai.models.zone_names import plain, shared_names

ALIASES = [(row["alias"], row["zone"]) for package in ZONE_PACKAGES for row in tables.rows(package, "zone_aliases")]
#: Two letters that are a country and a state of the US at once: the country, by ISO 3166-1.
COUNTRY_AND_STATE = sorted({code for code in zones() if len(code) == 2 and f"US-{code}" in zones()})


@pytest.mark.parametrize("code", sorted(zones()))
def test_every_code_is_its_zone_in_either_case(code):
    assert zone_code(code) == zone_code(code.lower()) == zone_code(f" {code} ") == code


def test_two_codes_are_never_spelt_alike():
    assert len({plain(code) for code in zones()}) == len(zones())


def test_the_iso_3166_alpha_3_code_of_a_country_is_the_country():
    countries = [(row["iso3"], code) for code, row in zones().items() if row["kind"] == "country"]
    assert len(countries) > 210
    assert {iso3: zone_code(iso3) for iso3, _ in countries} == dict(countries)


def test_the_shared_names_are_those_that_the_tables_give_to_two_zones():
    """Counted here from the tables, whatever the look-up thinks."""
    bearers = defaultdict(set)
    for alias, zone in ALIASES:
        bearers[plain(alias)].add(zone)
    shared = {name: codes for name, codes in bearers.items() if len(codes) > 1}
    assert shared == {"congo": {"CD", "CG"}, "georgia": {"GE", "US-GA"}, "virgin islands": {"VG", "VI"}}
    assert {name: set(codes) for name, codes in shared_names().items()} == shared


def test_every_spelling_of_the_tables_that_is_not_shared_leads_to_its_zone():
    alone = [(alias, zone) for alias, zone in ALIASES if plain(alias) not in shared_names()]
    assert len(alone) > 900
    assert [(alias, zone, zone_code(alias)) for alias, zone in alone if zone_code(alias) != zone] == []


@pytest.mark.parametrize("spelling", ["Georgia", "georgia", " GEORGIA ", "The Georgia"])
def test_an_ambiguous_name_lists_its_zones_and_picks_none(spelling):
    with pytest.raises(StudyError) as fault:
        zone_code(spelling)
    for words in ("several zones have this name", "GE (country: Georgia)", "US-GA (state: Georgia (US state))"):
        assert words in str(fault.value)


@pytest.mark.parametrize(
    "given", [{"zone": "Georgia"}, {"zone": "Georgia", "proxy": "WOR"}, {"zone": "XX", "proxy": "Congo"}]
)
def test_an_ambiguous_place_is_refused_with_a_proxy_too(given):
    with pytest.raises(InputError, match="several zones have this name"):
        lca.location(**given)


@pytest.mark.parametrize(
    ("spelling", "zone"),
    [("GE", "GE"), ("GEO", "GE"), ("Georgia (country)", "GE"), ("US-GA", "US-GA"), ("Georgia (US state)", "US-GA"),
     ("DR Congo", "CD"), ("Congo-Brazzaville", "CG"), ("COD", "CD")],
)  # fmt: skip
def test_what_tells_the_two_apart(spelling, zone):
    assert zone_code(spelling) == zone


def test_two_letters_are_a_country_also_where_they_are_a_state():
    assert {"CA", "DE", "GA", "IN"} <= set(COUNTRY_AND_STATE)
    for code in COUNTRY_AND_STATE:
        assert zone_code(code) == zone_code(code.lower()) == code
        assert zones()[code]["kind"] == "country"


@pytest.mark.parametrize(("letters", "zone"), [("TX", "US-TX"), ("ny", "US-NY"), ("QC", "CA-QC")])
def test_the_letters_of_a_state_alone_are_not_taken_for_it_but_offered(letters, zone):
    with pytest.raises(UnknownKeyError, match=zone):
        zone_code(letters)


@pytest.mark.parametrize(
    ("spelling", "zone"),
    [
        ("Côte d'Ivoire", "CI"), ("Cote d'Ivoire", "CI"), ("COTE D\u2019IVOIRE", "CI"), ("Türkiye", "TR"), ("Turkiye", "TR"),
        ("turkey", "TR"), ("the Netherlands", "NL"), ("Bahamas, The", "BS"), ("The Gambia", "GM"), ("Reunion", "RE"),
        ("São Tomé and Príncipe", "ST"), ("Trinidad & Tobago", "TT"), ("St. Lucia", "LC"), ("us_miso", "US-MISO"),
        ("US-MIDW-MISO", "US-MISO"), ("SE3", "SE-SE3"), ("US-ISNE", "US-NE-ISNE"), ("ISO-NE", "US-NE-ISNE"),
        ("Tokyo", "JP-TK"), ("Southern India", "IN-SO"), ("Quebec", "CA-QC"), ("QUÉBEC", "CA-QC"), ("world", "WOR"),
        ("Korea, Republic of", "KR"), ("Viet Nam", "VN"), ("Washington, D.C.", "US-DC"), ("US-SC", "US-SC"),
    ],
)  # fmt: skip
def test_spellings(spelling, zone):
    assert zone_code(spelling) == zone


@pytest.mark.parametrize(
    ("spelling", "zone"),
    [
        ("Deutschland", "DE"), ("España", "ES"), ("espana", "ES"), ("Italia", "IT"), ("Österreich", "AT"), ("Suisse", "CH"),
        ("Schweiz", "CH"), ("Polska", "PL"), ("Brasil", "BR"), ("日本", "JP"), ("中国", "CN"), ("대한민국", "KR"), ("भारत", "IN"),
        ("Россия", "RU"), ("Ελλάδα", "GR"), ("EL", "GR"), ("el", "GR"), ("UK", "GB"), ("U.K.", "GB"), ("U.S.", "US"),
        ("U.S.A.", "US"), ("u. s. a.", "US"),
    ],
)  # fmt: skip
def test_native_names_and_letters_with_points(spelling, zone):
    assert zone_code(spelling) == zone


@pytest.mark.parametrize(
    ("code", "within"),
    [("DE-LU", "DE"), ("US-HI-OA", "US-HI"), ("NZ-NZN", "NZ"), ("gb_shi", "GB"), ("IT-SIC-X", "IT-SIC")],
)
def test_the_code_of_a_part_that_no_table_has_offers_the_zone_that_it_is_in(code, within):
    with pytest.raises(UnknownKeyError, match=rf"accepted: {within} \(.*which it is in"):
        zone_code(code)


@pytest.mark.parametrize("city", ["paris", "Lyon", "berlin", "qwertz"])
def test_a_name_that_is_like_no_other_is_told_how_to_list_zones(city):
    with pytest.raises(UnknownKeyError, match="lca-ai location --search") as fault:
        zone_code(city)
    assert "did you mean" not in str(fault.value)


@pytest.mark.parametrize(
    ("name", "meant"), [("Frnace", "France"), ("Germny", "Germany"), ("Untied Kingdom", "United Kingdom")]
)
def test_a_name_that_is_nearly_right_is_corrected(name, meant):
    with pytest.raises(UnknownKeyError, match=f"did you mean .*{meant}"):
        zone_code(name)


@pytest.mark.parametrize(("name", "code"), [("East", "RU-AS"), ("Peninsula", "MY-WM"), ("South Island", "FO-SI")])
def test_a_name_that_tells_no_place_alone_is_offered_by_its_code(name, code):
    with pytest.raises(UnknownKeyError, match=code):
        zone_code(name)


def test_a_cloud_region_given_as_a_zone_is_offered_as_a_region():
    with pytest.raises(UnknownKeyError, match=r"cloud aws with region eu-west-3 \(in the zone FR\)"):
        zone_code("eu-west-3")


@given(st.text(max_size=40))
def test_any_text_is_a_zone_of_the_tables_or_an_error_with_a_remedy(text):
    try:
        found = zone_code(text)
    except InputError as fault:
        found = fault.accepted or ""
    assert found in zones() or "did you mean" in found or "known are" in found or "(" in found
