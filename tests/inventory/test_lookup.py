"""Look-ups of factors: each with its range, how that is known, its grade and its source."""

import math

import pytest

import lca_ai as lca
from lca_ai import tables
from lca_ai.inventory.lookup import compare_sources, interval, of_activity


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
    assert (row["low"], row["amount"], row["high"]) == (10.9, 13.3, 14.0)
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
