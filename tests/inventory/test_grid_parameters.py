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


@pytest.mark.parametrize("given", [{"calibrate": True}, {"hydro_intensity": "6 g CO2e/kWh"}])
def test_parameters_of_a_mix_are_refused_where_only_climate_change_is_published(given) -> None:
    with pytest.raises(StudyError, match=f"location.{next(iter(given))}: only climate change is published for IN-SO"):
        of("IN-SO", **given)


@pytest.mark.parametrize(
    "given", [{"calibrate": True}, {"hydro_intensity": "6 g CO2e/kWh"}, {"grid_intensity": "50 g CO2e/kWh"}]
)
def test_parameters_of_a_mix_are_refused_beside_a_series_of_grams(given, run, use, tmp_path) -> None:
    (tmp_path / "grams.csv").write_text("time,carbon_intensity\n2021-06-01T10:00Z,50\n")
    place = {"zone": "FR", "pue": 1.0, "hourly": "grams.csv", "hourly_folder": tmp_path, **given}
    runtime = {"duration": "1 hour", "start": "2021-06-01T10:00:00+00:00"}
    with pytest.raises(
        StudyError, match=f"location.{next(iter(given))}: climate change of the grid is given by the hourly"
    ):
        use(run(energy="1 kWh", location=place, runtime=runtime))


# average, residual and marginal


@pytest.mark.parametrize("kind", ["residual", "marginal"])
def test_a_series_of_the_data_is_average_and_no_other_kind(kind: str, tmp_path) -> None:
    with pytest.raises(StudyError, match=f"hourly: this series is of the average mix .*a {kind} series of your own"):
        Location(zone="US-MISO", hourly="US-MISO-2022", grid_kind=kind)
    (tmp_path / "US-MISO-2022").write_text("a file of the user, whatever it is")
    own = Location(zone="US-MISO", hourly="US-MISO-2022", grid_kind=kind, hourly_folder=tmp_path)
    assert own.series_zone() is None


# the age of a mix


def test_a_mix_of_more_than_three_years_before_the_run_says_how_old_it_is() -> None:
    """US-MISO has 2022 alone: 4 years before 2026."""
    for zone in ("US-MISO", "US-PJM"):
        [old] = [one for one in supply(Location(zone=zone), run_year=2026).assumed if "year of the grid" in one.subject]
        assert old.reason == "latest published mix not after a run in 2026; stale: 4 years before the run"
    [new] = [
        one for one in supply(Location(zone="US-MISO"), run_year=2025).assumed if "year of the grid" in one.subject
    ]
    assert "stale" not in new.reason


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
