"""What a location asks of its grid: the kind of its figures, hydropower, calibration, and a release."""

from __future__ import annotations

import pytest

from lca_ai.errors import InputError, MissingFactorError, StudyError
from lca_ai.impact.assess import assess
from lca_ai.inventory import electricity
from lca_ai.inventory.electricity import published_intensity, supply
from lca_ai.models.location import Location

CLIMATE = "climate change"


def climate(found: electricity.Supply) -> float:
    """Climate change per kWh at the meter [g CO2e]."""
    by_name = {one.name: one for one in found.processes}
    known = (
        (electricity.amount_of(by_name[name], CLIMATE), share) for name, share in by_name[found.process].inputs.items()
    )
    return 1000 * sum(pair[0] * share for pair, share in known if pair)


def of(zone: str, **given: object) -> electricity.Supply:
    return supply(Location(zone=zone, year=2021, **given), run_year=None)


# hydropower


def test_hydropower_is_a_parameter() -> None:
    """Norway 2021: the hydro share of the mix carries the difference, over the losses."""
    low, base = of("NO", hydro_intensity="11 g CO2e/kWh"), of("NO")
    share = base.mix.shares["hydro"] / (1 - (base.losses or 0))
    assert climate(base) - climate(low) == pytest.approx((24 - 11) * share, rel=1e-9)
    assert any("11 g/kWh" in one.value for one in low.assumed)
    assert "hydropower 11 g/kWh as given" in low.process


def test_hydropower_does_not_change_other_categories() -> None:
    base, other = of("NO"), of("NO", hydro_intensity="150 g CO2e/kWh")
    for one, same in zip(base.processes, other.processes, strict=True):
        assert [f.amount for f in one.factors if f.category != CLIMATE] == [
            f.amount for f in same.factors if f.category != CLIMATE
        ]


def test_hydropower_with_a_given_intensity_is_refused() -> None:
    with pytest.raises(InputError, match="given already"):
        Location(zone="NO", grid_intensity="20 g CO2e/kWh", hydro_intensity="11 g CO2e/kWh")


# calibration to the published annual total


@pytest.mark.parametrize("zone", ["CA", "ZA", "FR", "WOR"])
def test_calibrated_climate_change_is_the_published_total(zone: str) -> None:
    found = of(zone, calibrate=True)
    published, source = published_intensity(zone, 2021)
    assert climate(found) * (1 - (found.losses or 0)) == pytest.approx(published, rel=1e-9)
    assert any("calibration" in one.subject and one.source == source for one in found.assumed)


def test_calibration_leaves_the_other_categories() -> None:
    base, other = of("ZA"), of("ZA", calibrate=True)
    for one, same in zip(base.processes[:-1], other.processes[:-1], strict=True):
        assert {f.category: f.amount for f in one.factors if f.category != CLIMATE} == {
            f.category: f.amount for f in same.factors if f.category != CLIMATE
        }


def test_a_zone_without_a_published_total_cannot_be_calibrated() -> None:
    with pytest.raises(MissingFactorError, match="calibrate"):
        supply(Location(zone="US-ERCO", year=2022, calibrate=True), run_year=None)


# average, residual and marginal


def test_an_average_is_no_marginal_figure() -> None:
    with pytest.raises(MissingFactorError, match="no marginal mix of FR"):
        of("FR", grid_kind="marginal")
    with pytest.raises(MissingFactorError, match="market-based"):
        of("FR", grid_kind="residual")


def test_a_residual_figure_as_given_brings_no_average_for_the_other_categories(run, use) -> None:
    location = {"zone": "FR", "year": 2021, "pue": 1.0, "grid_kind": "residual", "grid_intensity": "40 g CO2e/kWh"}
    result = use(run(location=location))
    assert result[CLIMATE].to("kg CO2e").magnitude == pytest.approx(0.4)
    assert result.totals.loc["acidification", "amount"] != result.totals.loc["acidification", "amount"]  # NaN
    assert not result.totals.loc["acidification", "complete"]
    assert any("residual" in process for process in result.impacts["process"])


def test_kinds_are_never_mixed_in_a_result(run, scope) -> None:
    average = run(name="average", produces="1 model")
    given = {"zone": "FR", "pue": 1.0, "grid_kind": "marginal", "grid_intensity": "400 g CO2e/kWh"}
    marginal = run(name="marginal", location=given, produces="nothing")
    with pytest.raises(StudyError, match="one kind"):
        assess([average, marginal], scope("use"))


def test_an_unknown_kind_lists_the_kinds() -> None:
    with pytest.raises(InputError, match="average"):
        Location(zone="FR", grid_kind="location-based")


# releases


def test_an_unknown_release_lists_those_known() -> None:
    with pytest.raises(InputError, match="20"):
        of("FR", grid_release="1999-01")
