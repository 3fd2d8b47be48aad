"""``nvidia-smi -q`` and the table: the power of the card, and no other power of the report."""

import pytest

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6


def records(path):
    (found,) = formats.read(path, None, Options("UTC"))
    return found


@pytest.mark.parametrize(
    ("name", "watts", "device", "window"),
    [
        # the H100 reads 629.45 W on average, 588.39 W at the instant; its memory 85.83 W
        ("h100-80gb-hbm3", 629.45, "00000000:00:09.0", 1.0),
        ("h100-mig", 432.21, "00000000:00:09.0", 1.0),
        ("rtx-2080-super_windows", 97.49, "00000000:0C:00.0", None),
    ],
)
def test_the_report_tells_the_power_of_the_card(logs, name, watts, device, window):
    found = records(logs / f"nvidia-smi_q_{name}.txt")
    assert found.format == "nvidia-smi-q"
    assert found.frame["power"].tolist() == [watts]
    assert found.frame["device"].tolist() == [device]
    assert found.window_s == window
    assert found.covers == ("gpu",)


@pytest.mark.parametrize(
    ("name", "watts", "time"),
    # Tue Jul 14 09:00:43 2026 and Mon Jun 22 23:04:33 2026
    [("h100-mig", 432.0, 1_784_019_643_000_000), ("rtx-2080-super_windows", 97.0, 1_782_169_473_000_000)],
)
def test_the_table_tells_the_power_of_the_card(logs, name, watts, time):
    found = records(logs / f"nvidia-smi_table_{name}.txt")
    assert found.format == "nvidia-smi-table"
    assert found.frame["power"].tolist() == [watts]
    assert found.frame["time"].tolist() == [time]
    assert found.resolution == 1.0


@pytest.mark.parametrize(("form", "watts"), [("q", "629.45 W"), ("table", "432 W")])
def test_one_reading_has_no_energy(logs, form, watts):
    name = "h100-80gb-hbm3" if form == "q" else "h100-mig"
    with pytest.raises(LogError, match=rf"one reading per device.*{watts}"):
        read_energy(read_power_log(logs / f"nvidia-smi_{form}_{name}.txt", timezone="UTC"))


def test_reports_one_after_another_are_a_log(logs, read):
    # nvidia-smi -q -l 10; 629.45 W and then 600.00 W: 614.725 W * 10 s
    one = (logs / "nvidia-smi_q_h100-80gb-hbm3.txt").read_text()
    text = one + one.replace("08:12:53", "08:13:03").replace("629.45 W", "600.00 W")
    assert read(text, timezone="UTC").total * JOULE_PER_KWH == pytest.approx(6_147.25)


def test_tables_one_after_another_are_a_log(logs, read):
    one = (logs / "nvidia-smi_table_h100-mig.txt").read_text()
    # 432 W and 434 W: 433 W * 5 s
    text = one + one.replace("09:00:43", "09:00:48").replace("432W", "434W")
    assert read(text, timezone="UTC").total * JOULE_PER_KWH == pytest.approx(2_165.0)


def test_the_uuid_names_the_card_where_it_is_not_masked(logs, write):
    text = (logs / "nvidia-smi_q_h100-mig.txt").read_text()
    text = text.replace("GPU-00000000-0000-0000-0000-000000000000", "GPU-12345678-0000-0000-0000-000000000001")
    assert records(write(text)).frame["device"].tolist() == ["GPU-12345678-0000-0000-0000-000000000001"]


def test_an_older_driver_has_one_power_draw(write):
    # nvidia-smi -q -d POWER of driver 375, as https://docs.nvidia.com/deploy/nvidia-smi/ describes it; the samples of
    # the last seconds are statistics and not read
    text = """
==============NVSMI LOG==============

Timestamp                           : Fri Jan 27 23:53:27 2017
Driver Version                      : 375.26

Attached GPUs                       : 2
GPU 0000:01:00.0
    Power Readings
        Power Management            : Supported
        Power Draw                  : 39.43 W
        Power Limit                 : 180.00 W
    Power Samples
        Duration                    : 2.36 sec
        Max                         : 40.86 W
        Avg                         : 39.71 W

GPU 0000:02:00.0
    Power Readings
        Power Management            : N/A
        Power Draw                  : N/A
"""
    found = records(write(text))
    assert found.frame["device"].tolist() == ["0000:01:00.0", "0000:02:00.0"]
    assert found.frame["power"].fillna(-1).tolist() == [39.43, -1]


def test_an_older_table(write):
    text = """Fri May  3 10:00:00 2019
+-----------------------------------------------------------------------------+
| NVIDIA-SMI 418.67       Driver Version: 418.67       CUDA Version: 10.1     |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|===============================+======================+======================|
|   0  Tesla K80           Off  | 00000000:00:1E.0 Off |                    0 |
| N/A   34C    P8    26W / 149W |      0MiB / 11441MiB |      0%      Default |
+-------------------------------+----------------------+----------------------+
|   1  GeForce GTX ...     Off  | 00000000:00:1F.0 Off |                  N/A |
|ERR!  ERR!  ERR!    ERR! / ERR!|      0MiB /  2001MiB |      0%      Default |
+-------------------------------+----------------------+----------------------+
"""
    found = records(write(text))
    assert found.frame["power"].fillna(-1).tolist() == [26.0, -1]


@pytest.mark.parametrize("cut", [0.99, 0.9, 0.7, 0.5, 0.3, 0.1, 0.05])
@pytest.mark.parametrize("form", ["q", "table"])
def test_a_report_cut_short_gives_its_power_or_none(logs, write, form, cut):
    text = (logs / f"nvidia-smi_{form}_h100-mig.txt").read_text()
    try:
        found = records(write(text[: int(len(text) * cut)]))
    except LogError:
        return
    assert set(found.frame["power"].dropna()) <= {432.0 if form == "table" else 432.21}


def test_a_table_without_its_date_has_no_time(logs, write):
    text = (logs / "nvidia-smi_table_h100-mig.txt").read_text().split("\n", 1)[1]
    with pytest.raises(LogError, match=r"no time stamps.*00000000:00:09.0 432 W.*--query-gpu"):
        read_power_log(write(text), timezone="UTC")


@pytest.mark.parametrize("form", ["q", "table"])
def test_a_real_report_is_of_one_format_only(logs, form):
    text = (logs / f"nvidia-smi_{form}_h100-mig.txt").read_text()[:20_000]
    assert [name for name, one in formats.FORMATS.items() if one.matches(text)] == [f"nvidia-smi-{form}"]


# --- nvidia-smi -q -x


def xml(second, block, watts, gpu='id="00000000:01:00.0"', uuid="GPU-1"):
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<nvidia_smi_log>\n'
        f"\t<timestamp>Fri May 31 10:39:{second:02d} 2024</timestamp>\n\t<gpu {gpu}>\n\t\t<uuid>{uuid}</uuid>\n"
        f"\t\t<{block}>\n\t\t\t<power_draw>{watts}</power_draw>\n\t\t</{block}>\n"
        "\t\t<module_power_readings>\n\t\t\t<power_draw>700.00 W</power_draw>\n\t\t</module_power_readings>\n"
        "\t</gpu>\n</nvidia_smi_log>\n"
    )


@pytest.mark.parametrize("block", ["gpu_power_readings", "power_readings"])
def test_xml_documents_one_after_another_are_a_log(read, block):
    # 67.20 W -> 69.20 W over 10 s; an N/A between says nothing
    text = xml(10, block, "67.20 W") + xml(15, block, "N/A") + xml(20, block, "69.20 W")
    found = read(text, timezone="UTC")
    assert found.format == "nvidia-smi-xml"
    assert found.per_device() == {"GPU-1": pytest.approx(682.0 / JOULE_PER_KWH)}


def test_xml_that_is_cut_within_a_document(read):
    text = xml(10, "power_readings", "67.20 W") + xml(20, "power_readings", "69.20 W")
    assert read(text + xml(30, "power_readings", "9")[:150], timezone="UTC").total * JOULE_PER_KWH == pytest.approx(
        682.0
    )


def test_xml_without_a_uuid_names_the_bus(read):
    text = xml(10, "power_readings", "67.20 W", uuid="N/A") + xml(20, "power_readings", "69.20 W", uuid="N/A")
    assert list(read(text, timezone="UTC").per_device()) == ["00000000:01:00.0"]


def test_xml_of_two_gpus_with_mig_devices(samples, read):
    # 100.5 W to 107.5 W and 50.5 W over 7 s
    found = read(samples["nvidia-smi-xml"][0][1].decode(), timezone="UTC")
    joules = {device: kwh * JOULE_PER_KWH for device, kwh in found.per_device().items()}
    assert joules == pytest.approx({"GPU-1": 728.0, "GPU-2": 353.5})
