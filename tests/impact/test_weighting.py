"""Normalisation, weighting and planetary boundaries: published factors, scores by hand, and nothing missing as zero."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai import tables, units
from lca_ai.errors import InputError, MissingFactorError, UnitError, UnknownKeyError
from lca_ai.impact.weighting import STATEMENT, normalised, planetary_shares, weighted, weights

#: JRC130796, global normalisation factors per person (EF 3.1), as the report prints them in three digits.
PUBLISHED = {
    "acidification": 5.56e1, "climate change": 7.55e3, "ecotoxicity, freshwater": 5.67e4,
    "eutrophication, freshwater": 1.61, "eutrophication, marine": 1.95e1, "eutrophication, terrestrial": 1.77e2,
    "human toxicity, cancer": 1.73e-5, "human toxicity, non-cancer": 1.29e-4, "ionising radiation": 4.22e3,
    "land use": 8.19e5, "ozone depletion": 5.23e-2, "particulate matter": 5.95e-4,
    "photochemical ozone formation": 4.09e1, "resource use, fossils": 6.50e4,
    "resource use, minerals and metals": 6.36e-2, "water use": 1.15e4,
}  # fmt: skip
WHOLE = dict.fromkeys(PUBLISHED, 1.0)
amounts = st.floats(min_value=0, max_value=1e9)


def column(found, name):
    return found.table.set_index("category")[name]


def test_the_factors_are_those_of_the_report() -> None:
    found = column(normalised(WHOLE), "normalisation_factor")
    assert set(found.index) == set(PUBLISHED)
    for category, factor in PUBLISHED.items():
        assert found[category] == pytest.approx(factor, rel=5e-3), category


def test_the_weights_sum_to_one_and_climate_change_has_a_fifth() -> None:
    found = column(weighted(WHOLE), "weight")
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert found["climate change"] == 0.2106


def test_a_tonne_of_carbon_dioxide_by_hand() -> None:
    """1,000 kg / 7,553.08 kg = 0.1324 person years; x 0.2106 = 0.02788 points."""
    found = weighted({"climate change": 1000.0})
    assert column(found, "person_years")["climate change"] == pytest.approx(0.132396, rel=1e-5)
    assert found.score == pytest.approx(0.0278827, rel=1e-5)


def test_a_score_by_hand_over_two_categories() -> None:
    """1,000 / 7,553.08 x 0.2106 + 100 / 11,468.7 x 0.0851 = 0.0278827 + 0.0007420."""
    assert weighted({"climate change": 1000.0, "water use": 100.0}).score == pytest.approx(0.0286247, rel=1e-5)


def test_one_average_person_scores_one_point() -> None:
    """All 16 normalisation factors as the result: each category is one person year, and the weights sum to one."""
    person = column(normalised(WHOLE), "normalisation_factor").to_dict()
    found = weighted(person)
    assert found.score == pytest.approx(1.0, rel=1e-12)
    assert (found.complete, found.weight_covered, found.weight_whole) == (True, 1.0, 1.0)


def test_what_is_missing_is_named_and_never_zero() -> None:
    found = weighted({"climate change": 1000.0, "acidification": float("nan"), "water use": None})
    assert len(found.missing) == 15
    assert {"acidification", "water use"} <= set(found.missing)
    assert math.isnan(column(found, "points")["acidification"])
    assert found.weight_covered == pytest.approx(0.2106)
    assert not found.complete
    assert "21.1% of the weight" in str(found)
    assert "water use" in str(found)


def test_a_figure_of_a_part_of_the_system_counts_and_is_told() -> None:
    found = weighted({"climate change": 1000.0, "acidification": 5.0}, incomplete=["acidification"])
    assert found.incomplete == ("acidification",)
    assert found.weight_covered == pytest.approx(0.2106 + 0.062)
    assert found.weight_whole == pytest.approx(0.2106)
    assert "in part only: acidification" in str(found)
    assert "27.3% of the weight, 21.1% with a whole figure" in str(found)


def test_a_category_that_is_missing_and_said_to_be_in_part_is_missing() -> None:
    found = weighted({"climate change": 1.0}, incomplete=["water use"])
    assert "water use" in found.missing
    assert found.incomplete == ()


def test_a_measured_zero_is_a_zero() -> None:
    found = weighted({"climate change": 0.0})
    assert found.score == 0.0
    assert "climate change" not in found.missing


def test_the_totals_of_a_result_are_read_with_their_units_and_gaps() -> None:
    totals = pd.DataFrame(
        {
            "amount": [1e6, 3.0, 2.0, float("nan")],
            "unit": ["g CO2e", "mol H+ eq", "MJ", "m3 world eq"],
            "complete": [True, False, True, False],
        },
        index=["climate change", "acidification", "primary energy", "water use"],
    )
    found = weighted(totals)
    assert column(found, "amount")["climate change"] == pytest.approx(1000.0)
    assert found.incomplete == ("acidification",)
    assert "water use" in found.missing
    assert "primary energy" not in set(found.table["category"])


def test_quantities_are_converted() -> None:
    tonne = units.quantity("1 t CO2e")
    assert weighted({"climate change": tonne}).score == pytest.approx(weighted({"climate change": 1000.0}).score)


def test_radiation_per_mass_of_uranium_is_not_that_per_activity() -> None:
    with pytest.raises(UnitError, match=r"not that of the category.*kBq U235 eq"):
        normalised({"ionising radiation": units.quantity("1 kg U235 eq")})


def test_every_unit_is_that_of_its_category() -> None:
    for row in tables.rows("emission_factors/method", "planetary_boundaries"):
        own, wanted = units.unit(row["unit"]), units.unit(tables.category_unit(row["category"]) + "/year")
        assert (own.dimensionality == wanted.dimensionality) is (row["category"] != "land use"), row


def test_an_unknown_category_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownKeyError, match="did you mean climate change"):
        normalised({"climat change": 1.0})
    with pytest.raises(UnknownKeyError, match="did you mean water use"):
        weighted({"climate change": 1.0}, incomplete=["water usage"])


def test_a_result_of_indicators_alone_has_no_score() -> None:
    with pytest.raises(MissingFactorError, match="no weighted category has a figure"):
        weighted({"primary energy": 5.0})


@pytest.mark.parametrize("value", ["much", [1.0]])
def test_what_is_no_number_is_refused(value) -> None:
    with pytest.raises(InputError, match=r"climate change: not a number .*kg CO2e"):
        normalised({"climate change": value})


def test_a_category_twice_is_refused() -> None:
    twice = pd.Series([1.0, 2.0], index=["climate change", "climate change"])
    with pytest.raises(InputError, match="climate change"):
        normalised(twice)


def test_a_table_without_units_is_refused() -> None:
    with pytest.raises(InputError, match="amount and unit"):
        normalised(pd.DataFrame({"amount": [1.0]}, index=["climate change"]))


def test_samples_are_weighted_by_one_product() -> None:
    categories = ["climate change", "water use", "acidification"]
    samples = np.random.default_rng(7).uniform(0, 100, size=(50, 3))
    scores = samples @ weights(categories)
    by_hand = [weighted(dict(zip(categories, line, strict=True))).score for line in samples]
    assert scores == pytest.approx(by_hand, rel=1e-12)


def test_an_indicator_has_no_weight() -> None:
    with pytest.raises(MissingFactorError, match=r"not weighted.*primary energy"):
        weights(["climate change", "primary energy"])
    with pytest.raises(UnknownKeyError):
        weights(["carbon"])


@given(st.dictionaries(st.sampled_from(sorted(PUBLISHED)), amounts, min_size=1), st.floats(0.1, 10))
def test_the_score_is_linear(result, factor) -> None:
    whole, scaled = weighted(result), weighted({name: factor * amount for name, amount in result.items()})
    assert scaled.score == pytest.approx(factor * whole.score, rel=1e-9, abs=1e-300)
    assert scaled.weight_covered == whole.weight_covered


@given(st.dictionaries(st.sampled_from(sorted(PUBLISHED)), amounts, min_size=1, max_size=15))
def test_a_category_more_never_lowers_the_weight_covered(result) -> None:
    further = next(name for name in PUBLISHED if name not in result)
    assert weighted({**result, further: 0.0}).weight_covered > weighted(result).weight_covered


def test_climate_within_boundaries_by_hand() -> None:
    """6.81e12 kg a year for 6,916,183,482 people: 984.65 kg each (Sala et al. 2020, table 3)."""
    found = planetary_shares({"climate change": 984.65})
    assert column(found, "share")["climate change"] == pytest.approx(984.65 / 6.81e12, rel=1e-12)
    assert column(found, "person_years")["climate change"] == pytest.approx(1.0, rel=1e-4)
    assert "6,916,183,482 people" in found.statement


def test_a_person_of_today_is_far_beyond_the_boundary_of_climate() -> None:
    """7,553 kg a person in 2010 against 985 kg: 7.67 shares."""
    person = column(normalised(WHOLE), "normalisation_factor").to_dict()
    shares = column(planetary_shares(person), "person_years")
    assert shares["climate change"] == pytest.approx(7.671, rel=1e-3)
    assert shares["ozone depletion"] < 1 < shares["resource use, fossils"]


@pytest.mark.parametrize(("category", "why"), [("land use", "soil lost"), ("ecotoxicity, freshwater", "EF 2.0")])
def test_a_boundary_of_another_method_is_not_compared(category, why) -> None:
    row = planetary_shares(WHOLE).table.set_index("category").loc[category]
    assert math.isnan(row["boundary"])
    assert math.isnan(row["share"])
    assert why in row["note"]


@pytest.mark.parametrize("step", [normalised, weighted, planetary_shares])
def test_the_standard_is_told_beside_and_every_row_is_sourced(step) -> None:
    found = step(WHOLE)
    assert found.statement.startswith(STATEMENT)
    assert "comparative assertions" in STATEMENT
    for cited in found.table["source"]:
        assert set(cited.split(";")) <= set(tables.sources())
