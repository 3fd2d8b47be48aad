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

import lca_ai as lca
from lca_ai import tables
from lca_ai.errors import InputError
from lca_ai.impact.assess import assess
from lca_ai.inventory.electricity import water_scarcity
from lca_ai.inventory.hourly import read_hourly
from lca_ai.inventory.hourly_columns import classified
from lca_ai.inventory.technology import technology_factors

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
            for factor in technology_factors(str(column).removesuffix("_mw"), "FR"):
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


def with_columns(names: str, cells: str) -> str:
    """The mix with further columns of the same cells in each hour."""
    head, *rows = MIX.splitlines()
    return "\n".join([f"{head},{names}", *(f"{row},{cells}" for row in rows)]) + "\n"


def test_a_fuel_without_a_figure_is_in_the_mix_and_a_gap(on, use) -> None:
    """Peat has no figure in any table: 25 MW beside 100, 200 and 100 MW, and the demand of each hour.

    Its share: (25 / 125 x 3.6 + 25 / 225 x 3.6 + 25 / 125 x 1.8) / 9 = 0.1644.
    """
    found = use(on(with_columns("peat_mw,total_mw", "25,105")))
    assert found.inventories[0].supply.mix.shares["other"] == pytest.approx(1.48 / 9, rel=1e-12)
    assert found.gaps["reason"].str.contains("other").any()
    assert not found.totals.loc[CLIMATE, "complete"]


# Columns by the names that grids give them

ENTSO_E = {
    "Biomass": "bioenergy", "Fossil Brown coal/Lignite": "coal", "Fossil Coal-derived gas": "other",
    "Fossil Gas": "gas", "Fossil Hard coal": "coal", "Fossil Oil": "oil", "Fossil Oil shale": "other",
    "Fossil Peat": "other", "Geothermal": "other renewables", "Hydro Run-of-river and poundage": "hydro",
    "Hydro Water Reservoir": "hydro", "Marine": "other renewables", "Nuclear": "nuclear", "Other": "other",
    "Other renewable": "other renewables", "Solar": "solar", "Waste": "other", "Wind Offshore": "wind",
    "Wind Onshore": "wind",
}  # fmt: skip


@pytest.mark.parametrize("name", ["{}", "{} - Actual Aggregated [MW]", "{}_MW"])
def test_every_production_type_of_entso_e_is_a_technology_of_the_mix(name) -> None:
    found = classified([name.format(one) for one in ENTSO_E], "series.csv")
    assert list(found.technologies.values()) == list(ENTSO_E.values())


@pytest.mark.parametrize(
    ("name", "technology"),
    [("hard coal", "coal"), ("solar PV", "solar"), ("onshore wind", "wind"), ("natural gas", "gas"), ("PETROLEUM", "oil"),
     ("Net Generation (MW) from Coal", "coal"), ("NG: SUN", "solar"), ("CCGT", "gas"), ("brown_coal_mwh", "coal")],
)  # fmt: skip
def test_spellings_of_technologies(name, technology) -> None:
    assert classified([name], "series.csv").technologies == {name: technology}


def test_a_column_that_is_spelt_in_another_way_is_not_lost(read) -> None:
    """Hard coal 700, solar PV 100, wind 200: not the 100 % of wind that are left where two of three are not read."""
    series = read("time,hard coal,solar PV,wind\n2022-06-01T10:00Z,700,100,200\n")
    assert dict(series.frame.iloc[0]) == {"coal": 700.0, "solar": 100.0, "wind": 200.0}


@pytest.mark.parametrize(
    ("names", "words"),
    [("coal,nuclaer", "nuclaer: .*did you mean nuclear"), ("wind,sollar_mw", "sollar_mw: .*did you mean solar"),
     ("wind,total coal", "total coal: .*coal, where it is not listed in parts"), ("wind,xyzzy", "xyzzy: .*coal, gas, oil"),
     ("coal,coal", "coal.1: .*did you mean coal"), ("coal_mw,gas_gwh", "several units .*coal_mw, gas_gwh")],
)  # fmt: skip
def test_a_column_of_nothing_known_beside_technologies_is_refused(names, words, read) -> None:
    with pytest.raises(InputError, match=words):
        read(f"time,{names}\n2022-06-01T10:00Z,700,100\n")


def test_totals_trade_and_prices_are_no_technologies_and_are_told(on, use) -> None:
    names = "total_mw,Demand forecast (MW),interchange,imports,price_eur_mwh,zone"
    found = use(on(with_columns(names, "105,90,-5,3,80,FR")))
    assert found.totals.loc[CLIMATE, "amount"] == pytest.approx(brute_force(CLIMATE), rel=1e-12)
    [told] = [one for one in found.data_quality["detail"] if "no technology" in one]
    assert told.endswith("not read: total_mw, Demand forecast (MW), interchange, imports, price_eur_mwh")


def test_an_intensity_beside_technologies_is_told_as_not_read(on, use) -> None:
    found = use(on(with_columns("carbon_intensity", "33")))
    assert found.totals.loc[CLIMATE, "amount"] == pytest.approx(brute_force(CLIMATE), rel=1e-12)
    assert found.data_quality["detail"].str.contains("carbon_intensity is not read: the mix").any()


def test_what_storage_gives_was_generated_before_and_is_not_in_the_mix(on, use) -> None:
    """100 MW in three hours beside 100, 200 and 100 MW of generation: 300 / 700 = 42.9 % of the whole."""
    found = use(on(with_columns("Hydro Pumped Storage,Hydro Pumped Storage - Actual Consumption", "100,50")))
    assert found.totals.loc[CLIMATE, "amount"] == pytest.approx(brute_force(CLIMATE), rel=1e-12)
    assert found.gaps["reason"].str.contains(r"is not in the mix: Hydro Pumped Storage \(42.9%\)$").any()


@pytest.mark.parametrize("name", ["carbon_intensity", "Carbon Intensity gCO\u2082eq/kWh (direct)", "value", "g/kWh"])
def test_names_of_an_intensity_in_grams(name, read) -> None:
    assert read(f"time,{name}\n2022-06-01T10:00Z,50\n").frame["intensity"].item() == pytest.approx(0.05)


@pytest.mark.parametrize("name", ["carbon_intensity_kg_per_kwh", "kg CO2e/kWh", "intensity (kgCO2/kWh)", "g/MWh"])
def test_an_intensity_in_another_unit_is_not_taken_for_grams(name, read) -> None:
    with pytest.raises(InputError, match="neither MW by technology nor g CO2e/kWh"):
        read(f"time,{name}\n2022-06-01T10:00Z,50\n")


def test_two_intensities_are_not_chosen_between(read) -> None:
    with pytest.raises(InputError, match=r"several columns of an intensity .*intensity, value"):
        read("time,intensity,value\n2022-06-01T10:00Z,50,60\n")


def test_an_intensity_that_no_grid_has_is_refused_with_its_line(read) -> None:
    """In g/MWh. Bound: twice the 1300 g/kWh above which a figure is implausible."""
    with pytest.raises(InputError, match=r"line 3: carbon_intensity: no grid .*400000.*at most 2600"):
        read(GRAMS.replace(",20", ",400000"))
    assert len(read(GRAMS.replace(",20", ",1500")).frame) == 3


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
        ("time,carbon_intensity\n2021-06-01T10:30Z,50\n", "no hour has a value"),
        (MIX.replace(",50,50,0", ",50,-50,0"), "line 4: a value below zero"),
        (GRAMS.replace("T11:00Z", "T11:00"), "line 3: time: a time without a zone"),
        (GRAMS.replace("2021-06-01T11:00Z", "noon"), "line 3: time: this is not a time"),
        ("when,gas_mw\n2021-06-01T10:00Z,50\n", "no column of the time"),
        ("time,price\n2021-06-01T10:00Z,50\n", "neither MW by technology nor g CO2e/kWh"),
        ("", "the file is empty"),
        ("time,carbon_intensity\n", "no row below the header"),
        ("time,carbon_intensity\n2021-06-01T10:00Z,\n", "no hour has a value"),
        (GRAMS.replace("110", "about 110"), "line 4: carbon_intensity: this is not a number .*about 110"),
        (MIX.replace("60,20,20", '"60,5",20,20'), "line 2: nuclear_mw: this is not a number"),
        (GRAMS.replace("110", "inf"), "line 4: carbon_intensity: this is not a number"),
        (GRAMS.replace(",50", ",50,5"), "more cells than the first one|not a CSV"),
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


# Files as people have them


def hours(start, count, step="1h", zone="UTC"):
    return pd.date_range(start, periods=count, freq=step, tz=zone)


def csv(stamps, values):
    return "time,carbon_intensity\n" + "".join(
        f"{stamp.isoformat()},{value:g}\n" for stamp, value in zip(stamps, values, strict=True)
    )


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("30min", "30 minutes"),
        ("15min", "15 minutes"),
        ("5min", "5 minutes"),
        ("3h", "180 minutes"),
        ("1D", "1440 minutes"),
    ],
)
def test_another_step_is_refused_with_what_is_accepted(step, told, read) -> None:
    with pytest.raises(
        InputError, match=f"not hourly .*{told} between rows.*one row per full hour: average finer ones"
    ):
        read(csv(hours("2022-01-01", 96, step), [50.0] * 96))


def test_one_row_off_the_hour_is_refused(read) -> None:
    stamps = [*hours("2022-01-01", 48), pd.Timestamp("2022-01-03T00:20Z")]
    with pytest.raises(InputError, match=r"not hourly .*80 minutes between rows"):
        read(csv(stamps, [50.0] * 49))


def test_gaps_within_a_series_are_counted(read) -> None:
    """Ten days, of which hours 100 to 104 and 200 are not there: 240 - 6 hours."""
    stamps = [
        stamp for number, stamp in enumerate(hours("2022-01-01", 240)) if number not in {100, 101, 102, 103, 104, 200}
    ]
    series = read(csv(stamps, range(1, 235)))
    assert (len(series.frame), series.missing_hours) == (234, 6)


def test_hours_without_a_value_are_counted(read) -> None:
    series = read(GRAMS.replace(",20", ","))
    assert (len(series.frame), series.missing_hours) == (2, 1)
    assert series.notes == ("1 hours without a value in every column are left out",)


def test_local_times_around_a_clock_change_are_refused_as_naive(read) -> None:
    """Paris, 30 October 2022: 02:00 happens twice on the wall clock, and nothing tells which is which."""
    wall = [stamp.tz_localize(None) for stamp in hours("2022-10-29T20:00", 12).tz_convert("Europe/Paris")]
    assert len(set(wall)) == 11
    with pytest.raises(InputError, match=r"a time without a zone.*an offset"):
        read(csv(wall, range(1, 13)))


def test_local_times_under_the_name_of_utc_are_refused_as_repeated(read) -> None:
    wall = [stamp.tz_localize(None) for stamp in hours("2022-10-29T20:00", 12).tz_convert("Europe/Paris")]
    text = csv(wall, range(1, 13)).replace("time,", "datetime_utc,")
    with pytest.raises(
        InputError, match=r"line 7: this hour is repeated.*around a clock change, times in UTC or with their offset"
    ):
        read(text)


def test_local_times_under_the_name_of_utc_lack_an_hour_in_spring(read) -> None:
    """Nothing is repeated then; the hour that the wall clock skips is counted as missing."""
    wall = [stamp.tz_localize(None) for stamp in hours("2022-03-26T20:00", 12).tz_convert("Europe/Paris")]
    assert read(csv(wall, range(1, 13)).replace("time,", "datetime_utc,")).missing_hours == 1


def test_local_times_with_their_offset_pass_a_clock_change(read) -> None:
    stamps = hours("2022-10-29T20:00", 12).tz_convert("Europe/Paris")
    series = read(csv(stamps, range(1, 13)))
    assert (len(series.frame), series.missing_hours) == (12, 0)
    assert list(series.frame.index) == list(hours("2022-10-29T20:00", 12))


def test_hours_of_indian_standard_time_are_averaged_over_the_hours_of_utc(read) -> None:
    """10:00 to 13:00 at +05:30 begin at 04:30 UTC; an hour of UTC has half an hour of each of two.

    04:30 100, 05:30 200, 06:30 400 g/kWh: 05:00 is (100 + 200) / 2, 06:00 is (200 + 400) / 2; 04:00 and 07:00 are half
    unknown, and so are not there.
    """
    series = read(
        "time,carbon_intensity\n2022-06-01T10:00+05:30,100\n2022-06-01T11:00+05:30,200\n2022-06-01T12:00+05:30,400\n"
    )
    assert {stamp.hour: round(value * 1000, 9) for stamp, value in series.frame["intensity"].items()} == {
        5: 150.0,
        6: 300.0,
    }
    assert series.notes == ("hours that begin 30 minutes past the hour of UTC are averaged over the hours of UTC",)


def test_a_gap_stays_a_gap_when_hours_are_averaged(read) -> None:
    """Of 10 rows at 45 minutes past the hour (Kathmandu), 9 hours of UTC; a row that is not there takes two of them."""
    stamps = hours("2022-06-01T10:00", 10, zone="Asia/Kathmandu")
    assert len(read(csv(stamps, [100.0] * 10)).frame) == 9
    series = read(csv([stamp for stamp in stamps if stamp != stamps[4]], [100.0] * 9))
    assert (len(series.frame), series.missing_hours) == (7, 2)
    assert list(series.frame["intensity"]) == pytest.approx([0.1] * 7)


def test_semicolons_and_decimal_commas_are_read(read) -> None:
    """As a spreadsheet of a German office saves it."""
    german = "\ufeff" + MIX.replace(",", ";").replace("60;20;20", "60,5;20,25;19,25")
    assert dict(read(german).frame.iloc[0]) == {"nuclear": 60.5, "gas": 20.25, "wind": 19.25}


def test_a_comma_that_may_be_of_the_thousands_is_refused(read) -> None:
    with pytest.raises(InputError, match=r"decimal one, or of the thousands\? \(got '1,160'\)"):
        read(MIX.replace(",", ";").replace("160;0;40", "1,160;0;40"))


def test_a_comma_before_three_digits_is_decimal_where_another_one_can_only_be(read) -> None:
    assert read(MIX.replace(",", ";").replace("160;0;40", "1,160;0,5;40")).frame.iloc[1]["nuclear"] == pytest.approx(
        1.16
    )


def test_tabs_are_read(read) -> None:
    assert read(MIX.replace(",", "\t")).frame.equals(read(MIX).frame)


def test_a_series_is_the_same_from_parquet(read, tmp_path) -> None:
    frame = pd.read_csv(io.StringIO(GRAMS), parse_dates=["time"])
    frame.to_parquet(tmp_path / "flat.parquet")
    frame.set_index("time").to_parquet(tmp_path / "indexed.parquet")
    expected = read(GRAMS).frame
    for name in ("flat", "indexed"):
        found = read_hourly(tmp_path / f"{name}.parquet").frame
        assert list(found.index) == list(expected.index)
        assert list(found["intensity"]) == pytest.approx(list(expected["intensity"]), rel=1e-15)


def test_a_folder_and_a_spreadsheet_are_named_as_what_they_are(tmp_path) -> None:
    (tmp_path / "series.xlsx").write_bytes(b"PK\x03\x04 and so on")
    (tmp_path / "series.csv").write_bytes(b"PK\x03\x04\xff\xfe\x00\x81")
    for name, words in (
        (".", "this is a folder"),
        ("series.xlsx", "this is a spreadsheet.*save the sheet as CSV"),
        ("series.csv", "this is not a text file"),
    ):
        with pytest.raises(InputError, match=words):
            read_hourly(tmp_path / name)


def test_a_series_of_grams_says_that_climate_change_alone_follows_the_hours(on, use) -> None:
    gaps = use(on(GRAMS)).gaps
    told = gaps[gaps["reason"].str.contains("has g/kWh alone: climate change follows its hours")]
    assert list(told["category"]) == ["all but climate change"]
    assert not use(on(MIX)).gaps["reason"].str.contains("g/kWh alone").any()


# A zone of which climate change only is published


def india(tmp_path, text):
    (tmp_path / "my_series.csv").write_text(text)
    return lca.location("IN-SO", hourly="my_series.csv", hourly_folder=tmp_path, pue=1.0, grid_losses=0.0)


RUN = {"energy": "2 kWh", "runtime": {"duration": "2 hour", "start": "2022-06-01T05:00:00+00:00"}}


def test_a_series_by_technology_gives_such_a_zone_every_category(run, use, tmp_path) -> None:
    """One kWh at 50 % coal and 50 % hydro, one at 100 % coal: 1.5 kWh of coal and 0.5 of hydro."""
    place = india(tmp_path, "time,coal_mw,hydro_mw\n2022-06-01T05:00Z,1000,1000\n2022-06-01T06:00Z,3000,0\n")
    result = use(run(**RUN, location=place))
    assert result.inventories[0].supply.mix.shares == pytest.approx({"coal": 0.75, "hydro": 0.25})
    for category in (CLIMATE, "water consumption"):
        amount = {
            name: next(one.amount for one in tables.factors(name) if one.category == category)
            for name in ("coal", "hydro")
        }
        expected = 1.5 * amount["coal"] + 0.5 * amount["hydro"]
        assert result.totals.loc[category, "amount"] == pytest.approx(expected, rel=1e-9)
    assert result.totals["amount"].notna().sum() > 10


def test_a_series_of_grams_gives_such_a_zone_climate_change_alone(run, use, tmp_path) -> None:
    place = india(tmp_path, "time,carbon_intensity\n2022-06-01T05:00Z,500\n2022-06-01T06:00Z,700\n")
    result = use(run(**RUN, location=place))
    assert result[CLIMATE].to("g CO2e").magnitude == pytest.approx(1200.0, rel=1e-12)
    assert set(result.totals.index[result.totals["amount"].notna()]) == {CLIMATE}
