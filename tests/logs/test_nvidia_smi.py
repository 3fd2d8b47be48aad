"""``nvidia-smi --query-gpu``: every way its CSV comes, and no wrong number from any of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
STAMPS = ["2024/05/31 10:00:00.000", "2024/05/31 10:00:10.000", "2024/05/31 10:00:20.000"]
# 100 W, 200 W and 100 W, ten seconds apart: 150 W * 10 s twice
JOULES = 3_000.0


def table(header, *cells, end="\n"):
    return end.join(([header] if header else []) + [", ".join(row) for row in zip(STAMPS, *cells, strict=True)]) + end


POWERS = ["100.00 W", "200.00 W", "100.00 W"]
WITH_UNITS = table("timestamp, power.draw [W]", POWERS)


def test_a_real_log_without_a_header(logs):
    reading = read_energy(read_power_log(logs / "nvidia-smi_headerless.csv", timezone="UTC"))
    assert reading.total * JOULE_PER_KWH == pytest.approx(159_221.026, abs=0.001)
    assert reading.samples == 1_923
    assert reading.seconds == pytest.approx(9_636.953)
    assert reading.longest_interval == pytest.approx(5.723)
    assert reading.covers == ("gpu",)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(WITH_UNITS, id="units in the cells"),
        pytest.param(table("timestamp, power.draw [W]", ["100.00", "200.00", "100.00"]), id="nounits"),
        pytest.param(table("timestamp, power.draw [W]", ["100000 mW", "0.2 kW", "100 W"]), id="each cell its unit"),
        pytest.param(table(None, ["7 %"] * 3, POWERS), id="no header"),
        pytest.param(table("timestamp, power.draw [W]", POWERS, end="\r\n"), id="Windows line ends"),
        pytest.param("\ufeff" + WITH_UNITS, id="UTF-8 with a byte order mark"),
        pytest.param(WITH_UNITS.encode("utf-16"), id="UTF-16 with a byte order mark"),
        pytest.param(WITH_UNITS.replace("power.draw", "power.draw.instant"), id="instantaneous power"),
    ],
)
def test_every_variant_gives_the_same_energy(read, text):
    assert read(text, timezone="UTC").total * JOULE_PER_KWH == pytest.approx(JOULES)


def test_a_repeated_header_is_counted(read, counts):
    lines = WITH_UNITS.splitlines()
    reading = read("\n".join([*lines[:3], lines[0], lines[3]]) + "\n", timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(JOULES)
    assert counts(reading) == {"repeated header": 1}
    assert reading.dropped == 0


def test_a_cell_without_a_value_is_unknown_and_not_zero(read, counts):
    # between 100 W and 100 W, 20 s: 2,000 J; a zero in the middle would make 1,000 J
    reading = read(
        table("timestamp, power.draw [W]", ["100.00 W", "[N/A]", "100.00 W"]), timezone="UTC", max_gap="1 min"
    )
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"not a number": 1}


@pytest.mark.parametrize("keep", range(1, len(STAMPS[0] + ", 100.00 W")))
def test_a_file_cut_anywhere_in_its_last_line_loses_that_line_only(read, keep):
    # the first two samples are whole: 150 W * 10 s
    whole, last = WITH_UNITS.rstrip("\n").rsplit("\n", 1)
    reading = read(f"{whole}\n{last[:keep]}", timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)
    assert reading.dropped == 1


def test_a_utf_16_file_cut_within_a_character_is_read(read):
    assert read(WITH_UNITS.encode("utf-16")[:-1], timezone="UTC").total * JOULE_PER_KWH == pytest.approx(JOULES)


def interleaved(*names):
    """The three samples of each device, in turn; the second device draws twice the power, and so on."""
    rows = [
        f"{stamp[:-3]}{3 * n:03d}, {name}, {100.0 * (n + 1):.2f} W" for stamp in STAMPS for n, name in enumerate(names)
    ]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("uuid", ["GPU-11111111-1111-1111-1111-111111111111", "GPU-22222222-2222-2222-2222-222222222222"]),
        ("pci.bus_id", ["00000000:17:00.0", "00000000:65:00.0"]),
        ("index", ["0", "1"]),
    ],
)
def test_several_gpus_are_told_apart(read, column, names):
    # 100 W and 200 W for 20 s
    reading = read(f"timestamp, {column}, power.draw [W]\n{interleaved(*names)}", timezone="UTC")
    assert {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()} == pytest.approx(
        {names[0]: 2_000.0, names[1]: 4_000.0}
    )


def test_several_gpus_without_a_header_are_told_apart_by_uuid(read):
    reading = read(interleaved("GPU-11111111-aaaa", "GPU-22222222-bbbb"), timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(6_000.0)


def test_a_device_column_without_names_is_passed_over(read):
    rows = [f"{stamp}, [N/A], {index}, {power}" for stamp in STAMPS for index, power in enumerate(["100 W", "200 W"])]
    reading = read("timestamp, uuid, index, power.draw [W]\n" + "\n".join(rows) + "\n", timezone="UTC")
    assert list(reading.per_device()) == ["0", "1"]


@pytest.mark.parametrize("delay_ms", [0, 3], ids=["one stamp for all", "milliseconds apart"])
@pytest.mark.parametrize("powers", [["100.00 W", "200.00 W"], ["50.00 W", "50.00 W", "50.00 W", "50.00 W"]])
@pytest.mark.parametrize("name", ["", "NVIDIA H200, "], ids=["no device column", "the model's name only"])
def test_several_gpus_without_a_device_column_are_refused(read, delay_ms, powers, name):
    rows = [
        f"2024/05/31 10:00:{second:02d}.{delay_ms * n:03d}, {name}{power}"
        for second in range(0, 60, 5)
        for n, power in enumerate(powers)
    ]
    header = f"timestamp, {'name, ' if name else ''}power.draw [W]\n"
    with pytest.raises(LogError, match=r"several devices.*uuid, index"):
        read(header + "\n".join(rows) + "\n", timezone="UTC")


def test_bursts_of_one_device_are_read_where_the_user_says_it_is_one(read):
    rows = [f"2024/05/31 10:00:{second:02d}.{ms:03d}, 100.00 W" for second in range(0, 60, 5) for ms in (0, 3)]
    text = "timestamp, power.draw [W]\n" + "\n".join(rows) + "\n"
    # 100 W over 55.003 s
    assert read(text, timezone="UTC", device="gpu 0", max_gap="10 s").total * JOULE_PER_KWH == pytest.approx(5_500.3)


@pytest.mark.parametrize(
    ("name", "watts"),
    [
        ("h100-80gb-hbm3", "631.95 W"),
        ("h100-mig", "433.78 W"),
        ("h200", "627.4 W"),
        ("l40s", "110.23 W"),
        ("rtx-2080-super_windows", "97.43 W"),
    ],
)
def test_one_reading_has_no_energy_and_the_error_tells_its_power(logs, name, watts):
    with pytest.raises(LogError, match=rf"one reading per device.*{watts}.*at least two readings"):
        read_energy(read_power_log(logs / f"nvidia-smi_{name}.csv", timezone="UTC"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(table("timestamp, power.draw [W]", ["100,00 W"] * 3), id="header"),
        pytest.param(table("timestamp, power.draw [W]", ['"100,00 W"'] * 3), id="header and quotes"),
        pytest.param(table("timestamp, power.draw [W]", ["100,00"] * 3), id="header, nounits"),
        pytest.param(table(None, ["7 %"] * 3, ["100,00 W"] * 3), id="no header"),
        pytest.param(table(None, ["7 %"] * 3, ['"100,00 W"'] * 3), id="no header, quotes"),
    ],
)
def test_a_decimal_comma_is_refused(read, text):
    with pytest.raises(LogError, match=r"decimal comma"):
        read(text, timezone="UTC")


def test_whole_watts_without_a_header_are_no_decimal_comma(read):
    assert read(table(None, ["7"] * 3, ["100 W", "200 W", "100 W"]), timezone="UTC").total * JOULE_PER_KWH == (
        pytest.approx(JOULES)
    )


def test_a_row_with_cells_too_many_is_set_aside(read, counts):
    # the middle row of 200,00 W is not read as 200 W, nor as 0: 100 W * 20 s
    text = table("timestamp, power.draw [W]", ["100.00 W", "200,00 W", "100.00 W"])
    reading = read(text, timezone="UTC", max_gap="1 min")
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"row with cells too many": 1}


def test_the_average_stands_in_where_power_draw_is_empty(read):
    text = table("timestamp, power.draw [W], power.draw.average [W]", ["[N/A]"] * 3, POWERS)
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(JOULES)
    assert reading.facts["power column"] == "power.draw.average"


def test_the_column_that_was_read_is_told(read):
    text = table("timestamp, power.draw.instant [W], power.draw [W]", ["1.00 W"] * 3, POWERS)
    assert read(text, timezone="UTC").facts["power column"] == "power.draw"


def test_a_file_without_header_and_units_needs_its_columns_named(write):
    path = write(table(None, ["7"] * 3, ["100.00", "200.00", "100.00"]))
    with pytest.raises(LogError, match=r"not recognised.*columns="):
        read_power_log(path, timezone="UTC")
    named = read_power_log(path, timezone="UTC", columns={"time": "0", "power": "2:W"})
    assert read_energy(named).total * JOULE_PER_KWH == pytest.approx(JOULES)


def test_two_powers_without_a_header_are_not_guessed_between(read):
    with pytest.raises(LogError, match=r"exactly one cell"):
        read(table(None, POWERS, POWERS), timezone="UTC")


def test_a_missing_time_stamp_is_named(write):
    with pytest.raises(LogError, match=r"the column timestamp is missing.*--query-gpu=timestamp"):
        read_power_log(write("index, power.draw [W]\n0, 100.00 W\n"), timezone="UTC")


def records(path, zone="UTC"):
    """The one record of a file."""
    (found,) = formats.read(path, None, Options(zone))
    return found


@pytest.mark.parametrize(
    ("name", "watts", "column", "window"),
    [
        ("h100-80gb-hbm3", 631.95, "power.draw.average", 1.0),
        ("h100-mig", 433.78, "power.draw.average", 1.0),
        ("h200", 627.40, "power.draw.average", 1.0),
        ("l40s", 110.23, "power.draw.average", 1.0),
        # Turing has no average: there power.draw is instantaneous
        ("rtx-2080-super_windows", 97.43, "power.draw", None),
    ],
)
def test_the_average_is_read_where_the_card_has_one(logs, name, watts, column, window):
    found = records(logs / f"nvidia-smi_{name}.csv")
    assert found.frame["power"].tolist() == [watts]
    assert found.facts["power column"] == column
    assert found.window_s == window
    assert found.resolution == 0.01


def test_each_card_is_read_from_the_first_column_it_fills(write):
    # an H100 has an average, a V100 has not
    rows = [
        row
        for stamp in STAMPS
        for row in (f"{stamp}, 0, 100.00 W, 90.00 W, 80.00 W", f"{stamp}, 1, 200.00 W, [N/A], 70.00 W")
    ]
    header = "timestamp, index, power.draw [W], power.draw.average [W], power.draw.instant [W]"
    found = records(write("\n".join([header, *rows]) + "\n"))
    assert found.frame.groupby("device")["power"].first().to_dict() == {"0": 90.0, "1": 200.0}
    assert found.facts["power column"] == "power.draw.average, power.draw"
    assert found.window_s is None


def test_a_masked_uuid_names_no_card(logs):
    # the captures' serial numbers and UUIDs are zeros
    assert records(logs / "nvidia-smi_h200.csv").frame["device"].tolist() == ["00000000:83:00.0"]


def test_the_host_is_part_of_the_name(read):
    header = "timestamp, hostname, uuid, power.draw [W]"
    text = table(header, ["node7"] * 3, ["GPU-11111111-aaaa"] * 3, POWERS)
    assert list(read(text, timezone="UTC").per_device()) == ["node7/GPU-11111111-aaaa"]
    assert list(read(text.replace("node7", "[N/A]"), timezone="UTC").per_device()) == ["GPU-11111111-aaaa"]


@pytest.mark.parametrize("cell", ["[Insufficient Permissions]", "[GPU is lost]", "[Unknown Error]", "[N/A]", "ERR!"])
def test_whatever_stands_for_no_reading_is_unknown(read, counts, cell):
    text = table("timestamp, power.draw [W]", ["100.00 W", cell, "100.00 W"])
    reading = read(text, timezone="UTC", max_gap="1 min")
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000.0)
    assert counts(reading) == {"not a number": 1}


def test_a_header_before_each_row_is_counted(read, counts):
    # as "nvidia-smi ... >> log" in a loop writes it
    header, *rows = WITH_UNITS.splitlines()
    reading = read("".join(f"{header}\n{row}\n" for row in rows), timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(JOULES)
    assert counts(reading) == {"repeated header": 2}


def test_a_header_of_other_columns_changes_what_a_cell_is(read, counts):
    # the third row has the power second and a limit third; its cells are as many as before
    one, two, three = (f"{stamp}, " for stamp in STAMPS)
    text = (
        f"timestamp, power.limit [W], power.draw [W]\n{one}700.00 W, 100.00 W\n{two}700.00 W, 200.00 W\n"
        f"timestamp, power.draw [W], power.limit [W]\n{three}100.00 W, 700.00 W\n"
    )
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(JOULES)
    assert counts(reading) == {"repeated header": 1}


def test_the_rows_of_another_query_are_counted_and_not_read(read, counts):
    text = WITH_UNITS + f"timestamp, power.limit [W]\n{STAMPS[0]}, 700.00 W\n"
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(JOULES)
    assert counts(reading) == {"repeated header": 1, "row of another query": 1}


def test_rows_that_a_spreadsheet_ends_with_commas_are_whole(read):
    text = WITH_UNITS.replace("\n2024", ",,\n2024").rstrip("\n") + ",,\n"
    assert read(text, timezone="UTC").total * JOULE_PER_KWH == pytest.approx(JOULES)


def test_a_power_in_a_cut_last_cell_without_unit_is_not_read(read, counts):
    # the last 100.00 is cut to 1: as 1 W it would make 1,500 J + 1,005 J
    reading = read(table("timestamp, power.draw [W]", ["100.00", "200.00", "1"]).rstrip("\n"), timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_500.0)
    assert counts(reading) == {"row cut short": 1}


SAMPLES = st.lists(
    st.tuples(
        st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001 (as the tool writes it)
            lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        ),
        st.sampled_from(["GPU-aa", "GPU-bb", "GPU-cc"]),
        st.integers(0, 99_999),
    ),
    min_size=1,
    max_size=30,
)


@given(samples=SAMPLES, header=st.booleans(), units=st.booleans(), last=st.sampled_from(["time", "power"]))
def test_what_is_written_is_read_back(write, samples, header, units, last):
    unit = " W" if units or not header else ""
    order = [1, 2, 0] if last == "time" and header else [0, 1, 2]
    lines = ["timestamp, uuid, power.draw [W]"] if header else []
    cells = [
        (f"{moment:%Y/%m/%d %H:%M:%S}.{moment.microsecond // 1000:03d}", device, f"{centiwatt / 100:.2f}{unit}")
        for moment, device, centiwatt in samples
    ]
    lines = [", ".join(row[place] for place in order) for row in [*(line.split(", ") for line in lines), *cells]]
    frame = records(write("\n".join(lines) + "\n")).frame
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    micros = [(moment.replace(tzinfo=UTC) - epoch) // timedelta(microseconds=1) for moment, _, _ in samples]
    assert frame["time"].tolist() == micros
    assert frame["device"].tolist() == [device for _, device, _ in samples]
    assert frame["power"].tolist() == [centiwatt / 100 for _, _, centiwatt in samples]


def test_the_error_of_the_sensor_comes_with_the_energy(logs):
    reading = read_energy(read_power_log(logs / "nvidia-smi_headerless.csv", timezone="UTC"))
    [sensor] = reading.sensors
    assert sensor.relative_uncertainty == 0.05
    assert "yang-2024" in sensor.sources


def test_a_uuid_of_zeros_among_others_is_a_name(write):
    rows = [
        f"2024/03/01 09:00:{second:02d}.000, {gpu}, GPU-{gpu:08d}-0000-0000-0000-000000000000, 100.00 W"
        for second in range(11)
        for gpu in range(3)
    ]
    path = write("\n".join(["timestamp, index, uuid, power.draw [W]", *rows]) + "\n", "log.csv")
    reading = read_energy(read_power_log(path, timezone="UTC"))
    assert len(reading.per_device()) == 3
    assert reading.total * 3.6e6 == pytest.approx(3_000.0)


# --- what scripts write around it

ROWS = "2024/05/31 10:00:00.000, 0, 100.00 W\n2024/05/31 10:00:10.000, 0, 100.00 W\n"
QUERY = "timestamp, index, power.draw [W]\n"


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("Starting the monitor on n1\n\n", 1),
        ("Fri May 31 10:00:00 UTC 2024\nnode n1\n", 1),
        ("\nC:\\>nvidia-smi --query-gpu=timestamp,index,power.draw --format=csv -l 10\n", 1),
    ],
)
def test_lines_before_the_header_are_passed_over_and_counted(read, counts, before, lines):
    reading = read(before + QUERY + ROWS, timezone="UTC")
    assert reading.format == "nvidia-smi"
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert counts(reading)["line before the table"] == lines


@pytest.mark.parametrize(
    ("dates", "zone"),
    [
        (("Fri May 31 10:00:00 UTC 2024", "Fri May 31 10:00:10 UTC 2024"), None),
        (("2024-05-31T12:00:00+02:00", "2024-05-31T12:00:10+02:00"), None),
        (("1717149600.25", "1717149610.25"), None),
        (("2024-05-31 12:00:00", "2024-05-31 12:00:10"), "Europe/Paris"),
    ],
)
@pytest.mark.parametrize("header", ["index, power.draw [W]\n", ""])
def test_a_date_before_each_turn_is_its_time(read, dates, zone, header):
    # 100 W -> 200 W and 50 W over 10 s
    text = "".join(
        f"{date}\n{header}0, {watts}.00 W\n1, 50.00 W\n" for date, watts in zip(dates, (100, 200), strict=True)
    )
    if not header:
        text = text.replace("0, ", "GPU-0, ").replace("1, 5", "GPU-1, 5")
    reading = read(text, timezone=zone)
    assert [round(kwh * 3.6e6, 6) for kwh in reading.per_device().values()] == [1500.0, 500.0]
    assert reading.start.isoformat().startswith("2024-05-31T10:00:00")


def test_seconds_since_1970_before_each_row(read):
    text = "timestamp,utilization.gpu,power.draw\n1717149600.189941692,0, 100.00\n1717149610.189941692,0, 100.00\n"
    reading = read(text)
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert reading.start.isoformat() == "2024-05-31T10:00:00.189942+00:00"


def test_rows_with_an_iso_stamp_and_no_header(read):
    text = "2024-05-31T10:00:00Z, 100.00 W\n2024-05-31T10:00:10Z, 100.00 W\n"
    assert read(text).total * 3.6e6 == pytest.approx(1_000.0)


@pytest.mark.parametrize("stamp", ["42:33.2", "5/31/2024 10:00"])
def test_times_that_a_spreadsheet_rewrote_are_told(read, stamp):
    with pytest.raises(
        LogError, match=rf"no row has a time stamp \(got '{stamp}'\).*2024/05/31 10:39:13.000.*spreadsheet"
    ):
        read(f"timestamp,index,power.draw [W]\n{stamp},0,100.00 W\n{stamp},0,100.00 W\n", timezone="UTC")


def test_the_power_of_a_row_without_names_and_units_is_not_guessed(read):
    text = "2024/05/31 10:00:00.000, 0, 100.00\n2024/05/31 10:00:10.000, 0, 100.00\n"
    with pytest.raises(LogError, match=r"--columns time=0,power=COLUMN:W; columns count from 0"):
        read(text, timezone="UTC")
    columns = {"time": "0", "device": "1", "power": "2:W"}
    assert read(text, columns=columns, timezone="UTC").total * 3.6e6 == pytest.approx(1_000.0)
