"""A kilowatt-hour of a technology: its elementary flows, characterised by the engine, and one source per category."""

from __future__ import annotations

import pytest

from lca_ai import tables
from lca_ai.impact.engine import solve
from lca_ai.inventory.electricity import supply
from lca_ai.inventory.system import Demand, Process, ProductSystem
from lca_ai.inventory.technology import (
    characterisation_factors,
    characterised,
    fleet_of,
    flows_of,
    high_stack_share,
    other_readings,
    technology_factors,
)
from lca_ai.models.location import Location

FUELS = ("coal", "gas", "oil", "bioenergy", "nuclear")
AIR = "air"


def amount(technology: str, category: str, country: str = "") -> float:
    return next(one.amount for one in technology_factors(technology, country) if one.category == category)


def flow(technology: str, name: str, *, direct: bool, country: str = "") -> float:
    return sum(one.amount for one in flows_of(technology, country) if (one.flow, one.direct) == (name, direct))


def solved(technology: str, country: str = "", kwh: float = 1.0) -> dict[str, float]:
    """Impacts of some kilowatt-hours of a technology, by Brightway."""
    system = ProductSystem()
    factors, flows = technology_factors(technology, country), flows_of(technology, country)
    system.add([Process(technology, "kWh", {}, factors, flows=flows)], owner="test")
    system.demands.append(Demand("run", "use", technology, technology, kwh, "kWh", "given"))
    found = solve(system)
    return dict(zip(found.categories, found.amounts[0].sum(axis=1), strict=True))


# by hand, from the figures of the sources


def test_coal_of_the_usa_emits_what_egrid_has() -> None:
    assert flow("coal", "sulphur dioxide", direct=True) == pytest.approx(0.965e-3)  # kg/kWh, eGRID2018
    assert flow("coal", "nitrogen oxides", direct=True) == pytest.approx(0.658e-3)


def test_an_emission_factor_of_fuel_is_divided_by_the_efficiency() -> None:
    """EMEP/EEA Table 3-6: 495 g SOx per GJ of heavy fuel oil, net efficiency 0.365."""
    assert flow("oil", "sulphur dioxide", direct=True) == pytest.approx(495 * 3.6 / 0.365 / 1e6, rel=1e-5)


def test_the_supply_of_gas_goes_by_its_gross_calorific_value() -> None:
    """NETL: 1.18617E-4 kg NOx per MJ (gross) delivered; net is 0.9 of gross; efficiency 0.574."""
    assert flow("gas", "nitrogen oxides", direct=False) == pytest.approx(1.18617e-4 * 3.6 / 0.574 / 0.9, rel=1e-5)


def test_acidification_of_coal_by_hand() -> None:
    direct = 1.31 * 0.965e-3 + 0.74 * 0.658e-3
    throughput = 94.6e-3 * 3.6 / 0.3213 / 1.00351  # kg CO2 per kWh of the plant, over that of the supply's plant
    mine = (1.31 * 3.19093e-5 + 0.74 * 3.68438e-4 + 3.02 * 1.16701e-7) * throughput
    assert amount("coal", "acidification") == pytest.approx(direct + mine, rel=1e-4)


@pytest.mark.parametrize(
    ("technology", "category", "published"),
    [
        # three significant digits of an independent computation with the same sources
        ("coal", "acidification", 0.00208),
        ("coal", "eutrophication, marine", 0.000408),
        ("coal", "eutrophication, terrestrial", 0.00446),
        ("coal", "photochemical ozone formation", 0.00118),
        ("coal", "particulate matter", 2.78e-8),
        ("coal", "resource use, fossils", 10.9),
        ("gas", "acidification", 0.000774),
        ("gas", "eutrophication, marine", 0.000391),
        ("gas", "eutrophication, terrestrial", 0.00428),
        ("gas", "particulate matter", 4.48e-9),
        ("gas", "resource use, fossils", 7.47),
        ("oil", "acidification", 0.00762),
        ("oil", "particulate matter", 9.31e-8),
        ("bioenergy", "photochemical ozone formation", 0.00133),
        ("nuclear", "eutrophication, terrestrial", 0.000273),
        ("nuclear", "resource use, fossils", 13.3),
    ],
)
def test_factors_of_fuels(technology: str, category: str, published: float) -> None:
    assert amount(technology, category) == pytest.approx(published, rel=4e-3)


def test_uranium_has_the_heat_value_of_the_method() -> None:
    assert amount("nuclear", "resource use, fossils") == pytest.approx(2.37e-5 * 560_000)


# the engine characterises the flows


@pytest.mark.parametrize("technology", FUELS)
@pytest.mark.parametrize("country", ["", "IN"])
def test_brightway_gives_the_factor_of_every_category(technology: str, country: str) -> None:
    by_engine = solved(technology, country)
    for factor in technology_factors(technology, country):
        assert by_engine[factor.category] == pytest.approx(factor.amount, rel=1e-12), factor.category


def test_a_flow_counts_only_where_its_inventory_is_the_source() -> None:
    """Carbon dioxide of the inventory would add to UNECE's climate change: that has the whole of it."""
    assert flow("coal", "carbon dioxide, fossil", direct=True) > 0.9
    assert solved("coal")["climate change"] == pytest.approx(amount("coal", "climate change"))
    assert amount("coal", "climate change") == 1.0


@pytest.mark.parametrize("technology", FUELS)
def test_no_category_has_two_sources(technology: str) -> None:
    categories = [one.category for one in technology_factors(technology)]
    assert len(categories) == len(set(categories))


def test_every_flow_of_an_inventory_is_one_of_the_method() -> None:
    known = {(name, compartment) for name, compartment, _ in characterisation_factors()}
    for technology in FUELS:
        assert {(one.flow, one.compartment) for one in flows_of(technology)} <= known


def test_units_of_flows_fit_the_factors() -> None:
    rows = tables.rows("emission_factors/method", "characterisation")
    per = {(row["flow"], row["compartment"]): row["unit"].rsplit("/", 1)[1] for row in rows}
    for technology in FUELS:
        assert all(per[one.flow, one.compartment] == one.unit for one in flows_of(technology))


# fleets


def test_coal_of_a_country_is_that_of_its_fleet() -> None:
    assert fleet_of("coal", "IN") == "IN 2012"
    assert amount("coal", "acidification", "IN") == pytest.approx(0.01613, rel=1e-3)
    assert amount("coal", "acidification", "CN") < amount("coal", "acidification", "US") < 0.01


def test_china_is_after_its_retrofit() -> None:
    """0.77 Mt of SO2 over 4,769 TWh in 2017 (Tang et al. 2019)."""
    assert fleet_of("coal", "CN") == "CN 2017"
    assert flow("coal", "sulphur dioxide", direct=True, country="CN") == pytest.approx(0.77 / 4769, rel=1e-5)


def test_a_country_without_a_fleet_takes_the_default_and_its_range() -> None:
    assert fleet_of("coal", "US") == fleet_of("coal", "MX") == ""
    assert characterised("coal", "MX") == characterised("coal")
    assert all(one.low is not None and one.low < one.amount < (one.high or 0) for one in characterised("coal"))


def test_a_national_fleet_has_no_range_of_other_fleets() -> None:
    assert all(one.low is None for one in characterised("coal", "IN"))
    assert all("tang-2019" not in one.sources for one in characterised("coal", "IN"))


def test_the_fleet_does_not_change_climate_change() -> None:
    assert amount("coal", "climate change", "IN") == amount("coal", "climate change")


def test_a_supply_names_the_fleet_and_says_so() -> None:
    found = supply(Location(zone="IN", year=2022), run_year=None)
    assert "electricity from coal, fleet of IN 2012" in {one.name for one in found.processes}
    assert any(one.value == "fleet of IN 2012" and "oberschelp-2019" in one.source for one in found.assumed)


# other readings


def test_particulate_matter_of_high_stacks_is_three_to_twenty_times_lower() -> None:
    for country in ("", "IN", "PL"):
        process = Process("coal", "kWh", {}, characterised("coal", country), flows=flows_of("coal", country))
        assert 1 / 20 < (high_stack_share(process) or 0) < 1 / 3


def test_the_high_stack_reading_of_coal_by_hand() -> None:
    by_category = {category: value for category, _, value, _ in other_readings("coal")}
    assert by_category["particulate matter"] == pytest.approx(2.977e-9, rel=1e-3)


def test_climate_change_of_the_inventory_stands_beside() -> None:
    by_category = {category: value for category, _, value, _ in other_readings("coal")}
    assert by_category["climate change"] == pytest.approx(1.164, rel=1e-3)


def test_a_technology_without_an_inventory_has_no_other_reading() -> None:
    assert other_readings("wind") == []
    assert flows_of("wind") == ()


def test_primary_energy_is_at_least_the_electricity() -> None:
    for technology in (*FUELS, "hydro", "wind", "solar", "other renewables"):
        assert amount(technology, "primary energy") >= 3.6
