"""``tegrastats``: lines laid out as in the Jetson Linux Developer Guide, "Tegrastats Utility"; made-up numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options

HEAD = "RAM 2639/7620MB (lfb 9x4MB) SWAP 0/3810MB (cached 0MB) CPU [1%@729,4%@729,off,off] EMC_FREQ 0%@2133 GR3D_FREQ 7%@[611] "
TAIL = "cpu@44.156C soc2@43.781C gpu@45.968C tj@45.968C "


def line(second, rails, stamp="05-31-2024 10:39:{:02d} "):
    return stamp.format(second) + HEAD + TAIL + rails + "\n"


def readings(path, zone="UTC"):
    (found,) = formats.read(path, None, Options(zone))
    return found


ORIN_NANO = "VDD_IN {0}mW/9999mW VDD_CPU_GPU_CV 700mW/1mW VDD_SOC 1800mW/2mW"


def test_the_power_now_and_not_the_average_is_read(write):
    found = readings(write(line(13, ORIN_NANO.format(5000)) + line(14, ORIN_NANO.format(7000))))
    power = found.frame.set_index("device")["power"]
    assert found.kind == "power"
    assert list(power["VDD_IN"]) == [5.0, 7.0]
    assert list(power["VDD_SOC"]) == [1.8, 1.8]
    assert found.frame["time"].iloc[0] == 1_717_151_953_000_000


def test_the_rails_lie_within_the_input(write, read):
    text = line(13, ORIN_NANO.format(5000)) + line(14, ORIN_NANO.format(7000))
    found = readings(write(text))
    assert found.parents == {"VDD_CPU_GPU_CV": "VDD_IN", "VDD_SOC": "VDD_IN"}
    assert found.covers == ("node",)
    assert read(text, timezone="UTC").total * 3.6e6 == pytest.approx(6.0)


def test_an_older_version_leaves_the_unit_out(write):
    found = readings(write(line(13, "POM_5V_IN 2532/2698 POM_5V_GPU 0/123 POM_5V_CPU 401/452")))
    assert dict(zip(found.frame["device"], found.frame["power"], strict=True)) == {
        "POM_5V_IN": 2.532,
        "POM_5V_GPU": 0.0,
        "POM_5V_CPU": 0.401,
    }
    assert found.parents == {"POM_5V_GPU": "POM_5V_IN", "POM_5V_CPU": "POM_5V_IN"}


def test_a_module_without_an_input_meter_has_its_rails(write):
    rails = "VDD_GPU_SOC 3150mW/1mW VDD_CPU_CV 14312mW/1mW VIN_SYS_5V0 4968mW/1mW VDDQ_VDD2_1V8AO 1091mW/1mW"
    found = readings(write(line(13, rails)))
    assert found.parents == {"VDDQ_VDD2_1V8AO": "VIN_SYS_5V0"}
    assert set(found.covers) == {"cpu", "gpu", "memory"}
    assert found.device_covers["VDD_CPU_CV"] == ("gpu", "cpu")


def test_the_rails_of_an_agx_xavier(write):
    found = readings(write(line(13, "GPU 10/10 CPU 622/622 SOC 1244/1244 CV 0/0 VDDRQ 311/311 SYS5V 1953/1953")))
    assert list(found.frame["device"]) == ["GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"]
    assert found.frame["power"].sum() == pytest.approx(4.14)
    assert found.parents == {}


def test_lines_without_a_stamp_are_refused_with_the_remedy(write):
    with pytest.raises(LogError, match=r"no time stamps.*05-31-2024 10:39:13"):
        readings(write(line(13, ORIN_NANO.format(5000), stamp="")))


@pytest.mark.parametrize(
    "stamps",
    [
        ("Fri May 31 10:39:13 UTC 2024 ", "Fri May 31 10:39:23 UTC 2024 "),
        ("[Fri May 31 10:39:13 UTC 2024] ", "[Fri May 31 10:39:23 UTC 2024] "),
        ("2024/05/31 10:39:13 ", "2024/05/31 10:39:23 "),
        ("1717151953.5: ", "1717151963.5: "),
        ("2024-05-31T10:39:13,250Z ", "2024-05-31T10:39:23,250Z "),
    ],
)
def test_the_date_of_another_program_before_each_line(read, stamps):
    # 5 W for 10 s
    reading = read("".join(line(0, ORIN_NANO.format(5000), stamp=stamp) for stamp in stamps), timezone="UTC")
    assert reading.total * 3.6e6 == pytest.approx(50.0)
    assert reading.start.isoformat().startswith("2024-05-31T10:39:13")


def test_the_stamps_are_local(write):
    text = line(13, ORIN_NANO.format(5000))
    with pytest.raises(LogError, match=r"no zone"):
        readings(write(text), None)
    assert readings(write(text), "Europe/Paris").frame["time"].iloc[0] == 1_717_151_953_000_000 - 7_200_000_000


def test_one_line_that_is_cut_is_told_as_such_without_a_zone(read):
    with pytest.raises(LogError, match=r"no line has the power of a rail"):
        read(line(13, "VDD_IN 7000mW/9999mW").rstrip(), timezone=None)


def test_a_line_without_a_rail_is_counted(write):
    found = readings(write(line(13, ORIN_NANO.format(5000)) + line(14, "")))
    assert {note.what: note.count for note in found.notes} == {"line without a power": 1}


@pytest.mark.parametrize("lost", range(1, 90, 5))
def test_a_last_line_cut_short_gives_no_wrong_power(write, lost):
    text = line(13, ORIN_NANO.format(5000)) + line(14, ORIN_NANO.format(7000))
    power = readings(write(text[:-lost])).frame.set_index("device")["power"]
    assert set(power) <= {5.0, 7.0, 0.7, 1.8}
    assert power[["VDD_IN"]].iloc[0] == 5.0


@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=30))
def test_what_is_written_is_read(write, milliwatts):
    text = "".join(line(second, ORIN_NANO.format(value)) for second, value in enumerate(milliwatts))
    power = readings(write(text)).frame.set_index("device")["power"]
    assert list(power[["VDD_IN"]]) == pytest.approx([value / 1e3 for value in milliwatts])
