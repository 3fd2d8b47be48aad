"""Hourly series of a grid, folded with the hours of a run.

Three hours of France, in MW, and a run of 9 kWh over 2.5 h from 10:00 UTC, evenly: 3.6, 3.6 and 1.8 kWh::

    hour   nuclear   gas   wind        share of gas   kWh
    10     60        20    20          0.2            3.6
    11     160       0     40          0.0            3.6
    12     50        50    0           0.5            1.8
"""

from __future__ import annotations

import io

import pandas as pd
import pytest

from lca_ai import tables
from lca_ai.errors import InputError
from lca_ai.impact.assess import assess
from lca_ai.inventory.electricity import water_scarcity
from lca_ai.inventory.hourly import read_hourly

CLIMATE = "climate change"
MIX = "datetime_utc,nuclear_mw,gas_mw,wind_mw\n2021-06-01T10:00,60,20,20\n2021-06-01T11:00,160,0,40\n2021-06-01T12:00,50,50,0\n"
KWH = {10: 3.6, 11: 3.6, 12: 1.8}
GRAMS = "time,carbon_intensity\n2021-06-01T10:00Z,50\n2021-06-01T11:00Z,20\n2021-06-01T12:00Z,110\n"


@pytest.fixture
def on(run, tmp_path):
    """A run of 9 kWh from 10:00 to 12:30 UTC on a grid of the given series."""

    def _on(series, **changes):
        (tmp_path / "series.csv").write_text(series)
        place = {
            "zone": "FR",
            "year": 2021,
            "pue": 1.0,
            "grid_losses": 0.05,
            "hourly": "series.csv",
            "hourly_folder": tmp_path,
        }
        given = {
            "energy": "9 kWh",
            "runtime": {"duration": "2.5 hour", "start": "2021-06-01T10:00:00+00:00"},
            "location": place,
        }
        return run(**(given | changes))

    return _on


@pytest.fixture
def read(tmp_path):
    def _read(text):
        (tmp_path / "series.csv").write_text(text)
        return read_hourly(tmp_path / "series.csv")

    return _read


def brute_force(category: str) -> float:
    """Hour by hour, technology by technology: kWh x share x factor / (1 - losses)."""
    frame = pd.read_csv(io.StringIO(MIX)).set_index("datetime_utc")
    total = 0.0
    for stamp, row in frame.iterrows():
        for column, megawatt in row.items():
            for factor in tables.factors(str(column).removesuffix("_mw")):
                if factor.category == category:
                    total += KWH[int(str(stamp)[11:13])] * megawatt / row.sum() * factor.amount / 0.95
    return total


@pytest.mark.parametrize(
    "category",
    [CLIMATE, "resource use, fossils", "particulate matter", "acidification", "primary energy", "water consumption"],
)
def test_folded_is_the_same_as_hour_by_hour(category: str, on, use) -> None:
    assert use(on(MIX)).totals.loc[category, "amount"] == pytest.approx(brute_force(category), rel=1e-12)


def test_folded_water_use_is_the_same_as_hour_by_hour(on, use) -> None:
    expected = brute_force("water consumption") * water_scarcity()
    assert use(on(MIX)).totals.loc["water use", "amount"] == pytest.approx(expected, rel=1e-12)


def test_the_mix_is_weighted_by_the_energy_of_each_hour(on, use) -> None:
    """Gas: (0.2 x 3.6 + 0 x 3.6 + 0.5 x 1.8) / 9 = 0.18."""
    assert use(on(MIX)).inventories[0].supply.mix.shares["gas"] == pytest.approx(0.18, rel=1e-12)


def test_energy_is_spread_over_the_hours_of_the_run(on, use) -> None:
    hours = use(on(MIX)).inventories[0].energy[0].hours
    assert [stamp.hour for stamp in hours.index] == [10, 11, 12]
    assert list(hours) == pytest.approx([3.6, 3.6, 1.8], rel=1e-12)


def test_a_series_of_intensity_weights_climate_change(on, use) -> None:
    """(3.6 x 50 + 3.6 x 20 + 1.8 x 110) g = 450 g; the intensity is that at the meter: no losses are added."""
    assert use(on(GRAMS))[CLIMATE].to("g CO2e").magnitude == pytest.approx(450.0, rel=1e-12)


def test_a_series_of_intensity_leaves_the_other_categories_to_the_mix(on, run, use) -> None:
    place = {"zone": "FR", "year": 2021, "pue": 1.0, "grid_losses": 0.05}
    annual, hourly = use(run(energy="9 kWh", location=place)).totals["amount"], use(on(GRAMS)).totals["amount"]
    for category in annual.dropna().index.drop(CLIMATE):
        assert hourly[category] == pytest.approx(annual[category], rel=1e-12)


def test_hours_that_are_missing_are_told_with_their_share_of_the_energy(on, use) -> None:
    """Without 12:00, 1.8 of 9 kWh have no hour: 20 %."""
    found = use(on("".join(MIX.splitlines(keepends=True)[:3])))
    reason = found.gaps.loc[found.gaps["process"] == "hourly series", "reason"].item()
    assert reason.startswith("1 hours of the run, with 20.0% of its energy")


def test_hours_that_are_missing_take_the_mean_of_the_others(on, use) -> None:
    """Gas: (0.2 x 3.6 + 0 x 3.6) / 7.2 = 0.1."""
    found = use(on("".join(MIX.splitlines(keepends=True)[:3])))
    assert found.inventories[0].supply.mix.shares["gas"] == pytest.approx(0.1, rel=1e-12)


def test_a_blank_is_missing_and_not_zero(on, use) -> None:
    found = use(on(MIX.replace("50,50,0", "50,,0")))
    assert found.inventories[0].supply.mix.shares["gas"] == pytest.approx(0.1, rel=1e-12)
    assert "with 20.0% of its energy" in found.gaps.loc[found.gaps["process"] == "hourly series", "reason"].item()


def test_a_column_of_blanks_is_a_technology_the_grid_does_not_have(on, use) -> None:
    rows = MIX.splitlines()
    blank = "\n".join([rows[0] + ",coal_mw", *(row + "," for row in rows[1:])]) + "\n"
    assert use(on(blank)).totals.loc[CLIMATE, "amount"] == pytest.approx(brute_force(CLIMATE), rel=1e-12)


def test_a_column_of_no_known_technology_is_told(on, use) -> None:
    rows = MIX.splitlines()
    extra = "\n".join([rows[0] + ",peat_mw,total_mw", *(row + ",5,105" for row in rows[1:])]) + "\n"
    reasons = use(on(extra)).gaps["reason"]
    assert reasons.str.contains("no known technology are not in the mix: peat_mw$").any()


def test_two_runs_at_different_hours_have_mixes_of_their_own(on, scope) -> None:
    late = {"duration": "1 hour", "start": "2021-06-01T12:00:00+00:00"}
    early = {"duration": "1 hour", "start": "2021-06-01T11:00:00+00:00"}
    runs = [on(MIX, name="early", runtime=early), on(MIX, name="late", produces="nothing", runtime=late)]
    climate = assess(runs, scope("use")).by("workload")[CLIMATE]
    alone = [assess(one.replace(produces="1 model"), scope("use"))[CLIMATE].magnitude for one in runs]
    assert list(climate[["early", "late"]]) == pytest.approx(alone, rel=1e-12)


def test_energy_beside_the_run_falls_into_the_hours_of_the_run(on, use) -> None:
    """Twice the energy, the same hours: twice the impacts."""
    once, twice = use(on(MIX)), use(on(MIX, additional_energy={"idle nodes": "9 kWh"}))
    assert twice[CLIMATE].magnitude == pytest.approx(2 * once[CLIMATE].magnitude, rel=1e-12)


def test_a_run_of_unknown_time_cannot_use_a_series(on, use) -> None:
    with pytest.raises(InputError, match=r"runtime.start.*an hourly series needs the time of the run"):
        use(on(MIX, runtime=None))


def test_a_run_outside_the_series_is_an_error_that_names_its_span(on, use) -> None:
    later = {"duration": "1 hour", "start": "2022-06-01T10:00:00+00:00"}
    with pytest.raises(InputError, match=r"no hour of the run is in the hourly series.*2021-06-01T10:00"):
        use(on(MIX, runtime=later))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MIX + "2021-06-01T12:00,1,1,1\n", "line 5: this hour is repeated"),
        (MIX.replace("T11:00", "T10:30"), "the series is not hourly"),
        ("time,carbon_intensity\n2021-06-01T10:30Z,50\n", "the series is not hourly"),
        (MIX.replace(",50,50,0", ",50,-50,0"), "line 4: a value below zero"),
        (GRAMS.replace("T11:00Z", "T11:00"), "line 3: time: a time without a zone"),
        (GRAMS.replace("2021-06-01T11:00Z", "noon"), "line 3: time: this is not a time"),
        ("when,gas_mw\n2021-06-01T10:00Z,50\n", "no column of the time"),
        ("time,price\n2021-06-01T10:00Z,50\n", "neither MW by technology nor g CO2e/kWh"),
        ("", "not a CSV of an hourly series"),
    ],
)
def test_what_is_no_hourly_series_is_refused(text: str, problem: str, read) -> None:
    with pytest.raises(InputError, match=f"series.csv.*{problem}"):
        read(text)


def test_a_missing_file_is_an_error_that_names_it(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none\.csv.*no such file"):
        read_hourly(tmp_path / "none.csv")


def test_an_offset_is_read_and_an_hour_is_utc(read) -> None:
    series = read("time,carbon_intensity\n2021-06-01T12:00+02:00,50\n")
    assert series.frame.index[0] == pd.Timestamp("2021-06-01T10:00Z")
    assert series.frame["intensity"].item() == pytest.approx(0.050)
