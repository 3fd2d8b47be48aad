"""``nvidia-smi --query-gpu``: every way its CSV comes, and no wrong number from any of them."""

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log

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
