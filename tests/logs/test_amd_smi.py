"""``amd-smi`` and ``rocm-smi``: outputs laid out as in ROCm/amdsmi issue 38 and amdsmi_cli/amdsmi_commands.py."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options

FIRST = 1_722_959_154
JOULE_PER_KWH = 3.6e6


def readings(path, zone=None):
    return formats.read(path, None, Options(zone))


def values(found):
    """Device -> values, of the only kind of reading."""
    (one,) = found
    return one.frame.groupby("device")[one.kind].agg(list).to_dict()


WATCH = "'CTRL' + 'C' to stop watching output:\n" + "\n".join(
    f"timestamp,gpu,socket_power,gfx_voltage,total_energy_consumption\n"
    f"{FIRST + turn},0,{140 + turn},780,{1000.5 + 140 * turn}\n{FIRST + turn},1,{90 + turn},N/A,{2000.25 + 90 * turn}\n"
    for turn in range(3)
)


def test_the_counter_is_preferred_to_the_power(write):
    found = readings(write(WATCH))
    assert found[0].kind == "counter"
    assert values(found) == {"gpu-0": [1000.5, 1140.5, 1280.5], "gpu-1": [2000.25, 2090.25, 2180.25]}
    assert list(found[0].frame["time"].unique() // 1_000_000) == [FIRST, FIRST + 1, FIRST + 2]
    assert found[0].covers == ("gpu",)


def test_the_energy_is_integrated(read):
    # 140 W and 90 W for 2 s
    assert read(WATCH).total * 3.6e6 == pytest.approx(460.0)


def test_a_gpu_without_a_counter_is_read_by_its_power_and_never_as_zero(write):
    text = "timestamp,gpu,average_socket_power,total_energy_consumption\n" + "".join(
        f"{FIRST + turn},0,100,{500 + turn}\n{FIRST + turn},1,200,{cell}\n" for turn, cell in enumerate(["N/A", "0"])
    )
    counter, power = readings(write(text))
    assert (counter.kind, set(counter.frame["device"])) == ("counter", {"gpu-0"})
    assert (power.kind, set(power.frame["device"])) == ("power", {"gpu-1"})
    assert list(power.frame["power"]) == [200.0, 200.0]


@pytest.mark.parametrize("name", ["socket_power", "current_socket_power", "average_socket_power", "power_usage"])
def test_each_name_of_the_power(write, name):
    rows = "".join(f"{FIRST + turn},0,{100 + turn}\n" for turn in range(2))
    assert values(readings(write(f"timestamp,gpu,{name}\n{rows}"))) == {"gpu-0": [100.0, 101.0]}


def test_the_power_that_is_filled_is_read(write):
    """An MI300 knows its current power only, an MI200 its average only."""
    text = f"timestamp,gpu,current_socket_power,average_socket_power\n{FIRST},0,717,N/A\n{FIRST},1,N/A,94\n"
    assert values(readings(write(text))) == {"gpu-0": [717.0], "gpu-1": [94.0]}


MONITOR = "TIMESTAMP  GPU  XCP  POWER  PWR_CAP   GPU_T\n" + "".join(
    f"{FIRST + turn}    0    0  {123 + turn} W    750 W   42 °C\n{FIRST + turn}    0    1    N/A    750 W     N/A\n"
    for turn in range(2)
)


def test_the_table_of_monitor_and_its_partitions(write):
    (found,) = readings(write(MONITOR))
    assert values([found]) == {"gpu-0": [123.0, 124.0]}
    assert {note.what: note.count for note in found.notes} == {"partition of a package": 2}


def test_logical_gpus_of_one_counter_are_one_package(write):
    """In CPX mode an MI300X shows as eight GPUs with one energy counter."""
    text = "timestamp,gpu,total_energy_consumption\n" + "".join(
        f"{FIRST + turn},{gpu},{1000.123 + 700 * turn}\n" for turn in range(3) for gpu in range(8)
    )
    (found,) = readings(write(text))
    assert set(found.frame["device"]) == {"gpu-0"}
    assert {note.what: note.count for note in found.notes} == {"partition of a package": 21}


def document(turn, **sections):
    return [{"timestamp": FIRST + turn, "gpu": gpu, **sections} for gpu in range(2)]


WATTS = {"power": {"socket_power": {"value": 142, "unit": "W"}, "gfx_voltage": {"value": 780, "unit": "mV"}}}


@pytest.mark.parametrize("indent", [None, 4])
def test_json_one_document_after_the_other(write, indent):
    text = "\n".join(json.dumps(document(turn, **WATTS), indent=indent) for turn in range(3))
    assert values(readings(write(text))) == {"gpu-0": [142.0] * 3, "gpu-1": [142.0] * 3}


def test_json_with_energies_units_and_names(write):
    gpu = {
        "gpu": 0,
        "timestamp": FIRST,
        "bus": {"bdf": "0000:C5:00.0"},
        "energy": {"total_energy_consumption": {"value": 1.5, "unit": "kJ"}},
    }
    assert values(readings(write(json.dumps({"gpu_data": [gpu]})))) == {"0000:C5:00.0": [1500.0]}


def test_json_without_a_value_is_unknown(write):
    text = json.dumps(document(0, **WATTS)) + "\n" + json.dumps(document(1, power={"socket_power": "N/A"}))
    (found,) = readings(write(text))
    assert found.frame["power"].isna().sum() == 2


def test_json_cut_short_is_counted(write):
    text = json.dumps(document(0, **WATTS)) + "\n" + json.dumps(document(1, **WATTS))[:-30]
    (found,) = readings(write(text))
    assert set(found.frame["time"]) == {FIRST * 1_000_000}
    assert {note.what: note.count for note in found.notes} == {"unreadable document": 1}


ROCM = "device,Average Graphics Package Power (W)\ncard0,210.0\ncard1,N/A (Secondary die)\n"


def test_rocm_smi_has_no_times_and_is_refused_with_the_remedy(write):
    with pytest.raises(LogError, match=r"no time stamps.*--watch"):
        readings(write(ROCM))
    card = {"card0": {"Average Graphics Package Power (W)": "19.0"}}
    with pytest.raises(LogError, match=r"no time stamps.*--watch"):
        readings(write(json.dumps(card)))


def test_rocm_smi_with_a_column_of_times_is_read(write):
    """The second die of an MI250 has no power of its own: it is in the first's."""
    head, *rows = ROCM.splitlines()
    text = f"timestamp,{head}\n" + "".join(f"2024-05-31T10:00:0{n}Z,{row}\n" for n in range(2) for row in rows)
    (found,) = readings(write(text))
    assert list(found.frame["power"].dropna()) == [210.0, 210.0]
    assert found.frame["power"].isna().sum() == 2


def test_rocm_smi_energies_are_in_microjoules(write):
    text = f"timestamp,device,Energy counter,Accumulated Energy (uJ)\n{FIRST},card0,5,2500000\n{FIRST + 1},card0,6,3500000\n"
    assert values(readings(write(text))) == {"card0": [2.5, 3.5]}


@pytest.mark.parametrize("lost", range(1, 20))
def test_a_csv_cut_short_gives_no_wrong_energy(write, lost):
    found = values(readings(write(WATCH[:-lost])))
    whole = values(readings(write(WATCH)))
    assert all(set(numbers) <= set(whole[device]) for device, numbers in found.items())


@given(st.lists(st.integers(0, 1_400), min_size=1, max_size=20))
def test_what_is_written_is_read(write, watts):
    rows = "".join(f"{FIRST + turn},0,{value}\n" for turn, value in enumerate(watts))
    assert values(readings(write("timestamp,gpu,socket_power\n" + rows))) == {"gpu-0": [float(one) for one in watts]}


@pytest.mark.parametrize(
    "text",
    ["gpu,name\n0,MI300X\n", '[{"gpu": 0, "asic": {"vendor_id": "0x1002"}}]', "# gpu    pwr  gtemp\n", "time,power\n"],
)
def test_other_texts_are_not_taken_for_it(text):
    assert not formats.FORMATS["amd-smi"].matches(text)


def test_a_column_that_is_there_twice_is_read_once(write):
    header = "timestamp,gpu,socket_power,timestamp,socket_power\n"
    rows = "".join(f"{FIRST + n},0,{140 + n},0,N/A\n" for n in range(3))
    assert values(readings(write(header + rows))) == {"gpu-0": [140.0, 141.0, 142.0]}


# --- rocm-smi with dates between its readings

BANNER = "\n============================ ROCm System Management Interface ============================\n"
DATES = ("2024-05-31T10:00:00+00:00", "Fri May 31 10:00:10 UTC 2024", "1717149620.5")


def dated(*readings):
    return "".join(f"{date}\n{reading}" for date, reading in zip(DATES, readings, strict=False))


def lines(*watts, name="Average Graphics Package Power (W)"):
    rows = "".join(f"GPU[{gpu}]\t\t: {name}: {power}\n" for gpu, power in enumerate(watts))
    return f"{BANNER}============= Power Consumption =============\n{rows}============= End of ROCm SMI Log =============\n"


def table(*watts):
    head = "Device  Node  IDs              Temp        Power     Partitions          SCLK    PwrCap  VRAM%  GPU%\n"
    rows = "".join(
        f"{gpu}       4     0x74a1,   55354  {'N/A' if power == 'N/A' else '43.0°C'}      {power}    NPS1, SPX, 0  "
        "132Mhz  750.0W  0%     0%\n"
        for gpu, power in enumerate(watts)
    )
    return f"{BANNER}==== Concise Info ====\n{head}{'=' * 90}\n{rows}{'=' * 90}\n"


def old_table(*watts):
    head = "GPU  Temp   AvgPwr  SCLK    MCLK    Fan   Perf  PwrCap  VRAM%  GPU%\n"
    rows = "".join(
        f"{gpu}    35.0c  {power}   132Mhz  900Mhz  0%   auto  225.0W    0%   0%\n" for gpu, power in enumerate(watts)
    )
    return f"{BANNER.replace(' ROCm', 'ROCm')}{head}{rows}"


def first_table(*watts):
    return "GPU" + old_table(*watts).partition("\nGPU")[2]


def monitor(*watts):
    rows = "".join(f"  {gpu}  {power}     40 °C     32 °C       1 %\n" for gpu, power in enumerate(watts))
    return f"AMDSMI Tool: 24.6.2 | ROCm version: 6.2.2\nGPU  POWER  GPU_TEMP  MEM_TEMP  GFX_UTIL\n\n{rows}"


def block(*watts):
    rows = "".join(f"card{gpu},{power}\n" for gpu, power in enumerate(watts))
    return f"device,Average Graphics Package Power (W)\n{rows}\n"


def cards_of(*watts):
    cards = {f"card{gpu}": {"Average Graphics Package Power (W)": str(power)} for gpu, power in enumerate(watts)}
    return json.dumps(cards) + "\n"


@pytest.mark.parametrize(
    ("write_one", "unit"),
    [(lines, ""), (table, "W"), (old_table, "W"), (first_table, "W"), (block, ""), (cards_of, "")],
)
def test_rocm_smi_with_a_date_before_each_reading(read, write_one, unit):
    # 42 W -> 44 W -> 44 W over 10 s and 10.5 s: 430 J + 462 J; 40 W over 20.5 s
    watts = [[f"{power}.0{unit}" for power in one] for one in ((42, 40), (44, 40), (44, 40))]
    reading = read(dated(*(write_one(*one) for one in watts)))
    joules = {device: kwh * JOULE_PER_KWH for device, kwh in reading.per_device().items()}
    assert joules == pytest.approx({"card0": 892.0, "card1": 820.0})


def test_rocm_smi_counters_are_preferred_to_powers(read):
    turn = "{}GPU[0]\t\t: Energy counter: 1\nGPU[0]\t\t: Accumulated Energy (uJ): {}.5\n"
    text = dated(turn.format(lines("42.0"), 1_000_000_000), turn.format(lines("42.0"), 1_500_000_000))
    assert read(text).total * JOULE_PER_KWH == pytest.approx(500.0)


def test_a_power_that_rocm_smi_does_not_tell_is_not_its_limit(read):
    with pytest.raises(LogError, match="no usable row is left"):
        read(dated(table("N/A"), table("N/A")))


def test_rocm_smi_text_without_dates_needs_an_origin(read):
    text = lines("42.0", "40.0") + lines("44.0", "40.0")
    with pytest.raises(LogError, match=r"no time stamps.*--origin"):
        read(text)
    assert read(text, origin=DATES[0], every="10 s").total * JOULE_PER_KWH == pytest.approx(830.0)


def test_a_line_of_rocm_smi_that_is_cut_short_is_set_aside(read, counts):
    text = dated(lines("42.0"), lines("44.0"), lines("46.0"))
    reading = read(text[: text.rindex("6.0")])  # ... (W): 4
    assert reading.total * JOULE_PER_KWH == pytest.approx(430.0)
    assert counts(reading)["row cut short"] == 1


def test_amd_smi_monitor_with_a_date_before_each_reading(read):
    text = dated(*(monitor(f"{power} W", "40 W") for power in (42, 44, 44)))
    joules = {device: kwh * JOULE_PER_KWH for device, kwh in read(text).per_device().items()}
    assert joules == pytest.approx({"gpu-0": 892.0, "gpu-1": 820.0})


def test_the_second_die_of_a_module_has_no_power_of_its_own(read, counts):
    # MI250X: the power of the module stands beside its first die
    text = dated(*(old_table("102.0W", "N/A") for _ in range(2)))
    reading = read(text)
    assert {device: kwh * JOULE_PER_KWH for device, kwh in reading.per_device().items()} == {
        "card0": pytest.approx(1020.0)
    }
    assert counts(reading)["not a number"] == 2
