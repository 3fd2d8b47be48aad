"""Any CSV or Parquet with columns of a time, a device, and a power, a counter or an energy."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from lca_ai.errors import InputError, LogError
from lca_ai.logs.energy import read_energy, read_power_log

JOULE_PER_KWH = 3.6e6


def csv(header, *rows, sep=","):
    return "\n".join([header, *(sep.join(map(str, row)) for row in rows)]) + "\n"


def at(second):
    return f"2024-05-31T10:00:{second:02d}Z"


@pytest.fixture
def parquet(tmp_path):
    """Write a Parquet file and integrate it."""

    def _parquet(content, **options):
        path = tmp_path / "log.parquet"
        pd.DataFrame(content).to_parquet(path, index=False)
        return read_energy(read_power_log(path, **options))

    return _parquet


# --- power


@pytest.mark.parametrize(
    ("header", "watts"),
    [
        ("time,power", (100, 200)),
        ("Timestamp,Power [W]", (100, 200)),
        ("ts,power_w", (100, 200)),
        ("datetime,power_kw", (0.1, 0.2)),
        ("time,power (mW)", (1e5, 2e5)),
        ("time,power [MW]", (1e-4, 2e-4)),
        ("time,watts", (100, 200)),
        ("time,power", ("0.1 kW", "200 W")),
    ],
)
def test_power_in_any_unit(read, header, watts):
    # from 100 W to 200 W in 10 s: 150 W * 10 s
    reading = read(csv(header, (at(0), watts[0]), (at(10), watts[1])))
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)


@pytest.mark.parametrize("name", ["power_mw", "power_mW", "power_MW", "energy_mj", "energy_mwh", "energy_counter_mj"])
def test_milli_and_mega_are_not_guessed_between(read, name):
    with pytest.raises(LogError, match=rf"{name}.*milli or mega.*\[mW\]"):
        read(csv(f"time,{name}", (at(0), 1), (at(10), 2)))


def test_the_unit_that_columns_gives_settles_it(read):
    # 100,000 mW = 100 W, for 10 s
    options = {"time": "time", "power": "power_mw:mW"}
    reading = read(csv("time,power_mw", (at(0), 1e5), (at(10), 1e5)), columns=options)
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time": "t", "power": "watt"}, "no such column.*watt"),
        ({"time": "t", "power": "p:kWh"}, "not one of power.*kWh.*W"),
        ({"time": "t", "power": "p:parsec"}, "unknown unit.*parsec"),
        ({"time": "t", "energy": "p"}, r"unit of the column p is not known.*energy \[J\]"),
        ({"time": "t", "voltage": "p"}, "unknown role.*voltage.*time, device, power"),
        ({"power": "p"}, "time column is not named"),
        ({"time": "t"}, "power column is not named"),
        ({"time": "9", "power": "p"}, "no such column.*9"),
    ],
)
def test_columns_that_do_not_fit_are_named(read, options, message):
    with pytest.raises(InputError, match=message):
        read(csv("t,p", (at(0), 100), (at(10), 200)), columns=options)


@pytest.mark.parametrize("given", ["Power:package-0", "Power:package-0:W"])
def test_a_name_of_a_column_may_have_colons(read, given):
    text = "Time,Power:package-0,Power:dram\n2024-05-31_10:00:00,12.0,1.0\n2024-05-31_10:00:02,14.0,1.0\n"
    reading = read(text, columns={"time": "Time", "power": given}, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(26.0)


def test_columns_by_their_numbers_in_a_file_without_a_header(read):
    text = csv("x,GPU-0,100", ("x", "GPU-0", 100)).replace("x,", f"{at(0)},", 1).replace("x,", f"{at(10)},", 1)
    reading = read(text, columns={"time": "0", "device": "1", "power": "2:W"})
    assert reading.per_device() == pytest.approx({"GPU-0": 1_000.0 / JOULE_PER_KWH})


# --- numbers and cells


def test_decimal_commas_between_semicolons(read):
    reading = read(csv("time;power", (at(0), "12,5"), (at(10), "12,5"), sep=";"))
    assert reading.total * JOULE_PER_KWH == pytest.approx(125.0)


@pytest.mark.parametrize("cell", ["12,5", "12,5 W", "1,234.5"])
def test_a_comma_too_many_is_refused(read, cell):
    with pytest.raises(LogError, match=r"more cells than the first one.*decimal"):
        read(csv("time,power", (at(0), cell), (at(10), cell)))


@pytest.mark.parametrize("cell", ['"12,5 W"', '"1,234.5"', "1 234", "0x10", "1_000", "٣ W", "12.5 V", "true"])
def test_a_cell_that_is_no_plain_number_is_never_a_wrong_one(read, counts, cell):
    # 100 W at both ends of 20 s
    reading = read(csv("time,power", (at(0), 100), (at(10), cell), (at(20), 100)), max_gap="1 min")
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"not a number": 1}


def test_thousands_between_semicolons_are_no_number(read):
    with pytest.raises(LogError, match=r"no usable row"):
        read(csv("time;power", (at(0), "1.234,5"), (at(10), "1.234,5"), sep=";"))


def test_the_line_of_a_row_too_long_is_named(read):
    with pytest.raises(LogError, match=r"line 3"):
        read(csv("time,power", (at(0), 100), (at(10), 1, 2, 3)))


def test_tabs_separate_cells(read):
    reading = read(csv("time\tpower", (at(0), 100), (at(10), 100), sep="\t"))
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)


def test_rows_that_a_stray_quotation_mark_swallows_are_counted(read, counts):
    # the rows of 10 s and 20 s become one cell of text: 100 W from 0 s to 30 s
    rows = [(at(0), 100, ""), (at(10), 100, '"a'), (at(20), 100, 'b"'), (at(30), 100, "")]
    reading = read(csv("time,power,comment", *rows))
    assert reading.total * JOULE_PER_KWH == pytest.approx(3_000.0)
    assert counts(reading) == {"line within a quoted cell": 1}


def test_a_repeated_column_name_is_read_at_its_first_place(read):
    reading = read(csv("time,power,power", (at(0), 100, 7), (at(10), 100, 7)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)


# --- counters


def test_a_counter_gives_the_difference_of_its_ends_wherever_it_starts(read):
    reading = read(csv("time,counter [J]", (at(0), 9_000_000), (at(10), 9_000_400), (at(20), 9_001_000)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)


def test_a_counter_that_is_reset_loses_the_energy_across_it(read, counts):
    # 100 -> 300 is 200 J, the reset is unknown, 50 -> 150 is 100 J
    rows = [(at(0), 100), (at(10), 300), (at(20), 50), (at(30), 150)]
    reading = read(csv("time,counter [J]", *rows))
    assert reading.total * JOULE_PER_KWH == pytest.approx(300.0)
    assert counts(reading) == {"counter reset": 1}
    assert reading.dropped == 0


@pytest.mark.parametrize("odd", ["1e308", "1e20"])
def test_a_huge_reading_takes_nothing_from_the_others(read, counts, odd):
    """100 J and 100 J before it, 50 J after: as large as it is, the others are exact."""
    values = [1_000, 1_100, 1_200, odd, 7, 57]
    reading = read(csv("time,counter [J]", *((at(10 * n), value) for n, value in enumerate(values))))
    assert reading.total * JOULE_PER_KWH == pytest.approx(250.0)
    assert counts(reading) == {"counter reset": 1, "absurd": 1}


def test_a_counter_that_leaps_and_falls_back_gains_nothing(read, counts):
    # 1e15 J in 10 s is beyond any device; 100 J before and 100 J after
    rows = [(at(0), 100), (at(10), 200), (at(20), 1e15), (at(30), 300), (at(40), 400)]
    reading = read(csv("time,counter [J]", *rows))
    assert reading.total * JOULE_PER_KWH == pytest.approx(200.0)
    assert counts(reading) == {"counter reset": 1, "absurd": 1}


def test_a_counter_is_exact_over_a_gap(read):
    rows = [("2024-05-31T10:00:00Z", 0), ("2024-05-31T10:00:01Z", 1), ("2024-05-31T15:00:00Z", 3.0)]
    assert read(csv("time,energy_counter [Wh]", *rows)).total == pytest.approx(0.003)


# --- energies of intervals


def test_an_energy_with_its_duration(read):
    # 1 kWh over the half hour before 10:15
    reading = read(csv("time,duration [s],energy [kWh]", ("2024-05-31T10:15:00Z", 1800, 1)))
    assert list(reading.hours["energy"]) == pytest.approx([0.5, 0.5])
    assert reading.dropped == 0


def test_an_energy_without_a_duration_lasts_since_the_one_before(read, counts):
    # 10 J each; the first is given the median length of ten seconds
    reading = read(csv("time,energy [J]", (at(10), 10), (at(20), 10), (at(30), 10)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(30.0)
    assert reading.covered_seconds == pytest.approx(30.0)
    assert counts(reading) == {"interval length assumed": 1}


def test_an_energy_that_is_there_twice_is_counted_as_dropped(read, counts):
    reading = read(csv("time,energy [J]", (at(10), 10), (at(20), 10), (at(20), 10), (at(30), 10), (at(40), "")))
    assert reading.total * JOULE_PER_KWH == pytest.approx(30.0)
    assert counts(reading) == {"interval length assumed": 1, "duplicate": 1, "not a number": 1}


def test_a_single_energy_without_a_duration_is_refused(read):
    with pytest.raises(LogError, match=r"single energy.*duration"):
        read(csv("time,energy [J]", (at(10), 10)))


def test_an_energy_without_a_unit_is_refused(read):
    with pytest.raises(LogError, match=r"unit of the column energy is not known.*energy \[J\]"):
        read(csv("time,energy", (at(10), 10), (at(20), 10)))


@pytest.mark.parametrize("duration", ["", "0", "-1", "n/a", "1e300", "inf"])
def test_an_interval_without_a_sane_length_is_set_aside(read, duration):
    reading = read(csv("time,duration [s],energy [J]", (at(10), 10, 10), (at(30), duration, 10)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(10.0)
    assert reading.dropped == 1


def test_energies_of_several_devices_without_their_names_are_refused(read):
    rows = [(at(second), 10) for second in range(0, 50, 10) for _ in range(2)]
    rows = [(stamp, energy + n) for n, (stamp, energy) in enumerate(rows)]
    with pytest.raises(LogError, match=r"share a time stamp.*device"):
        read(csv("time,energy [J]", *rows))


# --- devices


def test_devices_are_integrated_apart(read):
    # a: 100 W for 10 s; b: 300 W for 20 s
    rows = [(at(0), "a", 100), (at(5), "b", 300), (at(10), "a", 100), (at(25), "b", 300)]
    reading = read(csv("time,device,power [W]", *rows))
    assert {name: value * JOULE_PER_KWH for name, value in reading.per_device().items()} == pytest.approx(
        {"a": 1_000.0, "b": 6_000.0}
    )


def test_several_devices_without_a_column_are_refused(read):
    rows = [(at(second), power) for second in range(0, 50, 10) for power in (100, 300)]
    with pytest.raises(LogError, match=r"several devices.*device"):
        read(csv("time,power [W]", *rows))


def test_a_row_that_does_not_name_its_device_is_set_aside(read, counts):
    rows = [(at(0), "a", 100), (at(5), "", 900), (at(10), "a", 100)]
    reading = read(csv("time,device,power [W]", *rows))
    assert reading.per_device() == pytest.approx({"a": 1_000.0 / JOULE_PER_KWH})
    assert counts(reading) == {"no device": 1}


def test_the_user_names_the_device(read):
    assert list(read(csv("time,power", (at(0), 1), (at(1), 1)), device="rack 4").per_device()) == ["rack 4"]


# --- time


@pytest.mark.parametrize(
    ("unit", "first"),
    [("s", 1717149600), ("ms", 1717149600_000), ("us", 1717149600_000_000), ("ns", 1717149600_000_000_000)],
)
def test_seconds_since_1970_need_their_unit(read, unit, first):
    # 2024-05-31 10:00:00 UTC and ten seconds later
    last = first + first // 1717149600 * 10
    text = csv("time,power", (first, 100), (last, 100))
    with pytest.raises(LogError, match=rf"a time that is a number needs its unit.*'time:{unit}'"):
        read(text)
    reading = read(text, columns={"time": f"time:{unit}"})
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"
    assert read(csv(f"time [{unit}],power", (first, 100), (last, 100))).total == pytest.approx(reading.total)


def test_seconds_read_as_milliseconds_are_noticed(read):
    with pytest.raises(LogError, match=r"between 1990 and 2100, read in ms"):
        read(csv("time [ms],power", (1717149600, 100), (1717149610, 100)))


@pytest.mark.parametrize("stamp", ["20240531", "2024", "1717149600"])
def test_a_bare_number_is_no_date(read, stamp):
    with pytest.raises(LogError, match=r"needs its unit"):
        read(csv("time,power", (stamp, 100), (stamp, 200)))


@pytest.mark.parametrize(
    "stamps",
    [
        ("2024-05-31 10:00:00", "2024-05-31 10:00:10"),
        ("2024/05/31 10:00:00.5", "2024/05/31 10:00:10.5"),
        ("31.05.2024 10:00:00", "31.05.2024 10:00:10"),
        ("20240531T100000", "20240531T100010"),
        ("2024-05-31T10:00:00.123456", "2024-05-31T10:00:10.123456"),
    ],
)
def test_local_stamps_with_a_zone(read, stamps):
    # 10:00 in Paris, in summer time, is 08:00 UTC
    reading = read(csv("time,power", (stamps[0], 100), (stamps[1], 100)), timezone="Europe/Paris")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)
    assert (reading.start.hour, reading.start.day) == (8, 31)


def test_naive_stamps_among_stamps_with_an_offset_are_not_taken_for_utc(read, counts):
    rows = [(at(0), 100), (at(10), 100), ("2024-05-31T10:00:15", 900), (at(20), 100)]
    reading = read(csv("time,power", *rows))
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"unreadable time": 1}


# --- Parquet


TIMES = pd.to_datetime(["2024-05-31T10:00:00", "2024-05-31T10:00:10"])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_of_any_resolution(parquet, unit):
    reading = parquet({"time": TIMES.tz_localize("UTC").as_unit(unit), "power [W]": [100.0, 200.0]})
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)
    assert reading.format == "parquet"


def test_parquet_stamps_with_a_zone_are_read_in_it(parquet):
    reading = parquet({"time": TIMES.tz_localize("America/Chicago"), "power": [100.0, 200.0]})
    assert reading.start.isoformat() == "2024-05-31T15:00:00+00:00"  # UTC-5


def test_naive_parquet_stamps_need_a_zone(parquet):
    with pytest.raises(LogError, match=r"no zone"):
        parquet({"time": TIMES, "power": [100.0, 200.0]})


@pytest.mark.parametrize(
    "power",
    [
        pytest.param([100, 200], id="integers"),
        pytest.param([Decimal("100.000"), Decimal("200.000")], id="decimals"),
        pytest.param(pd.array([100, 200], dtype="Int64"), id="nullable"),
        pytest.param(["100 W", "0.2 kW"], id="text"),
        pytest.param(pd.array([100, 200], dtype="float32"), id="single precision"),
        pytest.param(pd.Categorical(["100", "200"]), id="dictionary"),
    ],
)
def test_parquet_numbers_of_any_type(parquet, power):
    reading = parquet({"time": TIMES.tz_localize("UTC"), "power": power})
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)


def test_truth_is_no_power(parquet):
    with pytest.raises(LogError, match=r"no numbers"):
        parquet({"time": TIMES.tz_localize("UTC"), "power": [True, False]})


def test_parquet_numbers_since_1970_need_their_unit(parquet):
    columns = {"time": [1717149600, 1717149610], "power": [100.0, 200.0]}
    with pytest.raises(LogError, match=r"needs its unit"):
        parquet(columns)
    reading = parquet(columns, columns={"time": "time:s", "power": "power"})
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)


def test_parquet_durations_are_lengths(parquet):
    reading = parquet(
        {"time": TIMES.tz_localize("UTC"), "duration": pd.to_timedelta([10, 10], "s"), "energy_j": [1, 2]}
    )
    assert reading.total * JOULE_PER_KWH == pytest.approx(3.0)
    assert reading.covered_seconds == pytest.approx(20.0)


def test_parquet_dates_are_midnights(parquet):
    # a counter read once a day: 24 kWh
    reading = parquet({"date": [date(2024, 5, 30), date(2024, 5, 31)], "counter [kWh]": [0, 24]}, timezone="UTC")
    assert reading.total == pytest.approx(24.0)
    assert len(reading.hours) == 25  # the last one holds the last reading


def test_a_parquet_index_is_a_column(tmp_path):
    path = tmp_path / "zone=FR" / "log.parquet"
    path.parent.mkdir()
    frame = pd.DataFrame({"power": [100.0, 200.0]}, index=TIMES.tz_localize("UTC").rename("time"))
    frame.to_parquet(path)
    assert read_energy(read_power_log(path)).total * JOULE_PER_KWH == pytest.approx(1_500.0)


def test_missing_parquet_cells_are_set_aside(parquet, counts):
    times = pd.to_datetime(["2024-05-31T10:00:00Z", None, "2024-05-31T10:00:10Z", "2024-05-31T10:00:20Z"])
    reading = parquet(
        {"time": times, "device": ["a", "a", None, "a"], "power": [100.0, 1.0, 1.0, 100.0]}, max_gap="60 s"
    )
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"unreadable time": 1, "no device": 1}


# --- a column for each device


@pytest.mark.parametrize(
    ("header", "power"),
    [
        ("time,gpu0,gpu1,total", "gpu0+gpu1:W"),
        ("time,gpu0_w,gpu1_w,total_w", "gpu0_w + gpu1_w"),
        ("time,GPU 0 [W],GPU 1 [W],total", "GPU 0 [W]+GPU 1 [W]"),
        ("time,a,b,c", "1+2:W"),
    ],
)
def test_columns_that_are_named_together_are_devices(read, header, power):
    # 100 W and 50 W for 10 s; the third column, their sum, is not named
    reading = read(csv(header, (at(0), 100, 50, 150), (at(10), 100, 50, 150)), columns={"time": "time", "power": power})
    assert [round(kwh * JOULE_PER_KWH, 6) for kwh in reading.per_device().values()] == [1000.0, 500.0]


def test_a_column_for_each_device_of_each_host(read):
    columns = {"time": "time", "device": "host", "power": "a+b:mW"}
    rows = [(at(second), host, 100, 50) for second in (0, 10) for host in ("n1", "n2")]
    reading = read(csv("time,host,a,b", *rows), columns=columns)
    assert sorted(reading.per_device()) == ["n1/a", "n1/b", "n2/a", "n2/b"]
    assert reading.total * JOULE_PER_KWH == pytest.approx(3.0)


def test_a_column_of_that_name_is_one(read):
    reading = read(csv("time,a+b", (at(0), 100), (at(10), 100)), columns={"time": "time", "power": "a+b:W"})
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)


@pytest.mark.parametrize(
    ("power", "message"),
    [
        ("a_w+a_w", r"a column is named twice.*a_w\+a_w"),
        ("a_w+x", r"no such column.*'x'.*time, a_w, b_kw, c_mw"),
        ("a_w+b_kw", r"different units.*a_w: W, b_kw: kW.*a_w\+b_kw:UNIT"),
        ("c_mw", r"c_mw.*milli or mega"),
    ],
)
def test_columns_that_cannot_be_devices_are_named(read, power, message):
    with pytest.raises(LogError, match=message):
        read(csv("time,a_w,b_kw,c_mw", (at(0), 1, 1, 1), (at(1), 1, 1, 1)), columns={"time": "time", "power": power})


@pytest.mark.parametrize("name", ["GPU power (mW)", "rail [mW]"])
def test_the_unit_in_the_name_of_a_given_column_counts(read, name):
    # a thousand mW for 10 s, not a thousand W
    reading = read(csv(f"time,{name}", (at(0), 1000), (at(10), 1000)), columns={"time": "time", "power": name})
    assert reading.total * JOULE_PER_KWH == pytest.approx(10.0)


def test_a_given_column_of_another_quantity_is_refused(read):
    with pytest.raises(LogError, match=r"the unit is not one of power.*'A'"):
        read(csv("time,Inlet (A)", (at(0), 1), (at(1), 1)), columns={"time": "time", "power": "Inlet (A)"})


# --- times since the start


def test_elapsed_times_need_the_origin(read):
    # 5 W, 5 W, 4 W over 0.5 s and 0.51 s: 2.5 J + 2.295 J
    text = csv("Timestamp (s),Power (mW)", (0.0, 5000), (0.5, 5000), (1.01, 4000))
    with pytest.raises(LogError, match=r"since 1970 \(got '0.0'\).*or origin='2024"):
        read(text)
    reading = read(text, origin="2024-05-31T10:00:00Z")
    assert reading.total * JOULE_PER_KWH == pytest.approx(4.795)
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"
    assert read(csv("t,p", (70_000, 5), (70_500, 5)), columns={"time": "t:ms", "power": "p:W"}, origin=at(0)).total > 0


def test_seconds_read_as_milliseconds_are_no_elapsed_times(read):
    with pytest.raises(LogError, match=r"between 1990 and 2100, read in ms"):
        read(csv("time [ms],power", (1717149600, 100), (1717149610, 100)), origin="2024-05-31T10:00:00Z")


def test_a_unit_of_the_time_alone_leaves_the_other_columns_to_their_names(read):
    rows = [(1717149600 + second, gpu, 100) for second in (0, 10) for gpu in "ab"]
    text = csv("ts,device,power", *rows)
    with pytest.raises(LogError, match=r"columns={'time': 'ts:s'}"):
        read(text)
    assert list(read(text, columns={"time": "ts:s"}).per_device()) == ["a", "b"]


def test_dates_under_a_name_with_a_unit_are_dates(read):
    reading = read(
        csv("Timestamp (s),Power (W)", ("2024/05/31 10:00:00.000", 100), ("2024/05/31 10:00:10.000", 100)),
        timezone="UTC",
    )
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)


def test_the_comma_of_a_stamp_in_nanoseconds_separates_no_cells(read):
    # as date --iso-8601=ns writes it
    stamp = "2024-05-31T10:00:{},500000000+00:00"
    reading = read(csv("time,load,power", (stamp.format("00"), 3, 100), (stamp.format("10"), 4, 100)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)
    assert reading.start.isoformat() == "2024-05-31T10:00:00.500000+00:00"


def test_an_offset_of_another_shape_among_naive_times_is_set_aside(read, counts):
    rows = [("2024-05-31 10:00:00", 100), ("2024-05-31 10:00:05+0:00", 900), ("2024-05-31T10:00:10.5", 100)]
    reading = read(csv("time,power", *rows), timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_050.0)
    assert counts(reading) == {"unreadable time": 1}


def test_the_names_of_columns_in_an_error_are_not_the_whole_file(read):
    with pytest.raises(LogError, match=r"no such column") as fault:
        read("x" * 5_000 + ",b\n1,2\n", columns={"time": "t", "power": "b:W"})
    assert len(str(fault.value)) < 600
