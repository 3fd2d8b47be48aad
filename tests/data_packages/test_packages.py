"""The data packages as they are shipped: valid, sourced, of one licence each, and physically possible."""

from __future__ import annotations

from collections import Counter

import frictionless
import pytest

from lca_ai import table_checks, tables, units
from lca_ai.inventory.technology import technology_factors

PACKAGES = sorted(tables.packages())
TABLES = [
    (name, str(one["name"]))
    for name in PACKAGES
    for one in tables.packages()[name].resources()
    if str(one["path"]).endswith(".csv") and one["name"] != "sources"
]
SOURCED = [(package, table) for package, table in TABLES if "source" in tables.rows(package, table)[0]]
SHARE_ALIKE = ("CC-BY-SA", "ODbL", "GPL")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_holds_by_its_own_description(package: str) -> None:
    """Schemas, types, keys, sizes and hashes."""
    report = frictionless.validate(str(tables.packages()[package].folder / "datapackage.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]


def test_nothing_is_wrong_with_the_data() -> None:
    assert table_checks.check() == []


@pytest.mark.parametrize(("package", "table"), SOURCED)
def test_every_row_has_a_source_of_its_own_package(package: str, table: str) -> None:
    known = {row["id"] for row in tables.rows(package, "sources")}
    for row in tables.rows(package, table):
        assert row["source"]
        assert set(row["source"].split(";")) <= known, row


def test_only_tables_of_names_are_without_sources() -> None:
    assert {table for package, table in TABLES if (package, table) not in SOURCED} == {"zone_aliases", "aliases"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_source_says_what_it_is_and_where(package: str) -> None:
    for row in tables.rows(package, "sources"):
        assert row["title"]
        assert row["licence"]
        assert row["url"].startswith("https://") or row["url"] == "NOTICE.md", row["id"]


@pytest.mark.parametrize("package", PACKAGES)
def test_share_alike_data_is_in_a_package_of_that_licence_only(package: str) -> None:
    """A single figure that is cited carries no share-alike."""
    licence = tables.packages()[package].licence
    for row in tables.rows(package, "sources"):
        alike = [name for name in SHARE_ALIKE if name in row["licence"]]
        assert not alike or "single figures cited" in row["licence"] or licence.startswith(alike[0]), row["id"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_carries_its_notice(package: str) -> None:
    notice = (tables.packages()[package].folder / "NOTICE.md").read_text(encoding="utf-8")
    assert "licen" in notice.casefold()


@pytest.mark.parametrize(("package", "table"), tables.FACTOR_TABLES)
def test_a_factor_is_in_the_very_unit_of_its_category(package: str, table: str) -> None:
    """Amounts enter the matrices as they stand: a factor in grams would be a thousand times too large."""
    for row in tables.rows(package, table):
        own, expected = units.unit(row["unit"]), units.unit(tables.category_unit(row["category"]))
        assert (1 * own).to(expected).magnitude == pytest.approx(1.0, rel=1e-12), row


@pytest.mark.parametrize(("package", "table"), tables.FACTOR_TABLES)
def test_a_range_holds_its_amount(package: str, table: str) -> None:
    for row in tables.rows(package, table):
        if row["low"] and row["high"]:
            assert float(row["low"]) <= float(row["amount"]) <= float(row["high"]), row


@pytest.mark.parametrize(("package", "table"), tables.FACTOR_TABLES)
def test_a_factor_has_a_grade(package: str, table: str) -> None:
    assert {row["grade"] for row in tables.rows(package, table)} <= {"sourced", "proxy", "partial"}


def test_no_factor_is_there_twice() -> None:
    keys = Counter(
        (row["activity"], row["part"], row["life_cycle_stage"], row["category"])
        for package, table in tables.FACTOR_TABLES
        for row in tables.rows(package, table)
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_climate_change_is_never_negative() -> None:
    for activity in tables.activities():
        for factor in tables.factors(activity):
            if factor.category == "climate change":
                assert factor.amount >= 0, factor


def test_missing_is_not_shipped_as_zero() -> None:
    """A zero has a reason in its note."""
    zeros = [
        factor
        for activity in tables.activities()
        for factor in tables.factors(activity)
        if factor.amount == 0 and not factor.note
    ]
    assert zeros == []


def test_one_kilowatt_hour_generated_takes_at_least_its_own_energy() -> None:
    technologies = {row["technology"] for row in tables.rows("datasets/grid", "generation_mix")}
    energies = [
        factor
        for name in technologies & set(tables.activities())
        for factor in technology_factors(name)
        if factor.category == "primary energy"
    ]
    assert len(energies) >= 8
    assert [factor.activity for factor in energies if factor.amount < 3.6] == []


def test_every_technology_of_a_mix_has_factors_or_is_a_declared_gap() -> None:
    technologies = {
        row["technology"]
        for package in ("datasets/grid", "datasets/grid-odbl")
        for row in tables.rows(package, "generation_mix")
    }
    without = technologies - set(tables.activities())
    assert without <= {"other renewables", "other"}


@pytest.mark.parametrize("package", ["datasets/grid", "datasets/grid-odbl"])
def test_the_shares_of_a_mix_sum_to_one(package: str) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for row in tables.rows(package, "generation_mix"):
        assert 0 <= float(row["share"]) <= 1.01, row
        sums[row["zone"], row["year"]] += float(row["share"])
    assert {key: total for key, total in sums.items() if abs(total - 1) > 0.01} == {}


@pytest.mark.parametrize("package", ["datasets/grid", "datasets/grid-odbl"])
def test_every_zone_of_a_mix_and_of_an_alias_is_known(package: str) -> None:
    zones = {row["zone"] for row in tables.rows(package, "zones")}
    assert {row["zone"] for row in tables.rows(package, "generation_mix")} <= zones
    everywhere = zones | {row["zone"] for row in tables.rows("datasets/grid", "zones")}
    assert {row["zone"] for row in tables.rows(package, "zone_aliases")} <= everywhere


def test_every_hardware_alias_leads_to_an_item_or_server() -> None:
    known = {row["item"] for row in tables.rows("datasets/hardware", "items")} | {
        row["server"] for row in tables.rows("datasets/hardware", "servers")
    }
    assert {row["item"] for row in tables.rows("datasets/hardware", "aliases")} <= known


def test_losses_are_a_share() -> None:
    for row in tables.rows("datasets/grid", "losses"):
        assert 0 < float(row["amount"]) < 100, row


def test_the_method_has_sixteen_categories() -> None:
    assert Counter(row["kind"] for row in tables.categories().values())["EF 3.1"] == 16


def test_the_lock_names_every_table_by_its_hash() -> None:
    lock = tables.lock()
    for package, table in TABLES:
        assert lock[f"{package}/{table}"]["sha256"] == tables.digest(package, f"{table}.csv")
