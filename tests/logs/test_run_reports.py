"""Reports of whole runs: eco2AI, BoAmps, carbontracker and MLPerf Tiny."""

import json

import pytest

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import mlperf_tiny
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6

# --- eco2AI: the columns of Tracker._construct_attributes_dict, https://github.com/sb-ai-lab/Eco2AI

ECO2AI = (
    "id,project_name,experiment_description,epoch,start_time,duration(s),power_consumption(kWh),CO2_emissions(kg),"
    "CPU_name,GPU_name,OS,region/country,cost"
)


def eco2ai(stamp, seconds, kwh, *, gpu="NVIDIA A100 1 device(s)", epoch="N/A", more=""):
    return f'a1,project,test,"{epoch}",{stamp},{seconds},{kwh},0.001,Xeon/2 device(s),{gpu},Linux,FR/France,0{more}'


def test_the_epochs_of_a_training_add_up(read):
    rows = [
        eco2ai("2024-05-31 10:00:00", 60, 0.01, epoch="epoch: 1, loss: 0.5, "),
        eco2ai("2024-05-31 10:01:00", 60, 0.02, epoch="epoch: 2, loss: 0.4, "),
    ]
    reading = read("\n".join([ECO2AI, *rows]) + "\n", timezone="Europe/Paris")
    assert reading.format == "eco2ai"
    assert reading.total == pytest.approx(0.03)
    assert reading.start.isoformat() == "2024-05-31T08:00:00+00:00"
    assert reading.covers == ("cpu", "gpu", "memory")
    assert "included" in reading.facts["pue"]


def test_a_run_without_a_gpu_covers_none(read):
    reading = read(f"{ECO2AI}\n{eco2ai('2024-05-31 10:00:00', 60, 0.01, gpu='N/A 0 device(s)')}\n", timezone="UTC")
    assert reading.covers == ("cpu", "memory")


def test_the_energy_of_each_device_where_eco2ai_tells_it(read):
    header = ECO2AI + ",CPU_consumption(kWh),GPU_consumption(kWh),RAM_consumption(kWh)"
    row = eco2ai("2024-05-31 10:00:00", 60, 0.06, more=",0.01,0.03,0.02")
    reading = read(f"{header}\n{row}\n", timezone="UTC")
    assert reading.per_device() == pytest.approx({"cpu": 0.01, "gpu": 0.03, "memory": 0.02})


def test_the_older_spelling_of_the_energy(read):
    header = ECO2AI.replace("(kWh)", "(kWTh)")
    assert read(f"{header}\n{eco2ai('2024-05-31 10:00:00', 60, 0.01)}\n", timezone="UTC").total == pytest.approx(0.01)


def test_an_eco2ai_row_without_an_energy_is_unknown(read, counts):
    rows = [eco2ai("2024-05-31 10:00:00", 60, "N/A"), eco2ai("2024-05-31 10:01:00", 60, 0.02), ECO2AI]
    rows.append(eco2ai("yesterday", 60, 0.02))
    reading = read("\n".join([ECO2AI, *rows]) + "\n", timezone="UTC")
    assert reading.total == pytest.approx(0.02)
    assert counts(reading) == {"not a number": 1, "repeated header": 1, "unreadable time": 1}


# --- BoAmps


@pytest.mark.parametrize("name", ["boamps_llm_inference.json", "boamps_llm_inference.csv"])
def test_a_real_report(logs, name):
    # powerConsumption is 0.00267074 kWh over 19.09390426 s
    reading = read_energy(read_power_log(logs / name, timezone="Europe/Paris"))
    assert reading.format == "boamps"
    assert reading.total == pytest.approx(0.00267074)
    assert reading.seconds == pytest.approx(19.093904)
    assert reading.start.isoformat() == "2024-09-30T07:09:40+00:00"
    assert reading.covers == ("cpu", "gpu", "memory")


def report(*measures):
    return {"header": {}, "task": {}, "measures": list(measures)}


def measure(method, stamp, kwh, *, seconds=60):
    return {
        "measurementMethod": method,
        "gpuTrackingMode": "nvml",
        "powerConsumption": kwh,
        "measurementDuration": seconds,
        "measurementDateTime": stamp,
    }


def test_reports_one_a_line(read, counts):
    lines = [json.dumps(report(measure("x", f"2024-09-30 09:0{n}:00", 0.1))) for n in range(3)]
    reading = read("\n".join([*lines, lines[0][:40]]) + "\n", timezone="UTC")
    assert reading.total == pytest.approx(0.3)
    assert counts(reading) == {"unreadable line": 1}
    assert reading.covers == ("gpu",)


def test_two_tools_that_measured_the_same_run_are_not_added(write):
    text = json.dumps(
        [report(measure("codecarbon", "2024-09-30 09:00:00", 0.1), measure("wattmeter", "2024-09-30 09:00:10", 0.2))]
    )
    records = formats.read(write(text), None, Options("UTC"))
    assert records[0].parents == {"wattmeter": "codecarbon"}


def test_a_report_without_an_energy(read):
    with pytest.raises(LogError, match=r"no usable row is left.*not a number"):
        read(json.dumps(report(measure("x", "2024-09-30 09:00:00", None))), timezone="UTC")


def test_a_report_without_a_measure(read):
    text = json.dumps(report()) + '{"powerConsumption" "measurementMethod"'
    with pytest.raises(LogError, match=r"not JSON|no measure"):
        read(text, timezone="UTC", format="boamps")


# --- carbontracker


def test_powers_that_were_not_measured_are_unknown(logs):
    # both powers of the real run are [None]
    with pytest.raises(LogError, match=r"no usable row is left.*2 not a number"):
        read_energy(read_power_log(logs / "carbontracker_standard.log", timezone="Europe/Copenhagen"))


def test_the_summary_of_a_real_run(logs):
    # 0.003504 kWh in 53 s, its PUE included; the prediction for four epochs is not read
    reading = read_energy(read_power_log(logs / "carbontracker_output.log", timezone="Europe/Copenhagen"))
    assert reading.total == pytest.approx(0.003504)
    assert reading.seconds == pytest.approx(53.0)
    assert reading.end.isoformat() == "2022-11-14T14:43:37+00:00"
    assert "facility" in reading.covers
    assert reading.facts["pue"] == "included by carbontracker"


def epoch(stamp, number, duration, gpu, cpu):
    return [
        f"2022-11-14 {stamp} - Epoch {number}:",
        f"2022-11-14 {stamp} - Duration: {duration}",
        f"2022-11-14 {stamp} - Average power usage (W) for gpu: {gpu}",
        f"2022-11-14 {stamp} - Average power usage (W) for cpu: {cpu}",
    ]


START = [
    "2022-11-14 15:42:43 - carbontracker version 1.1.6",
    "2022-11-14 15:42:43 - Only predicted and actual consumptions are multiplied by a PUE coefficient of 1.59.",
    "2022-11-14 15:42:43 - The following components were found: GPU with device(s) A100, A100. CPU with device(s) cpu:0.",
]


def test_the_epochs_of_a_standard_log(read, counts):
    # 50 s at 100 W and 200 W, 100 s at 100 W and 200 W; CPU 40 W in the first epoch, unknown in the second
    lines = [
        *START,
        *epoch("15:43:43", 1, "0:00:50.00", "[100. 200.]", "[40.]"),
        *epoch("15:45:43", 2, "0:01:40.00", "[100. 200.]", "None"),
    ]
    reading = read("\n".join(lines) + "\n", name="run.log", timezone="UTC")
    assert {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()} == pytest.approx(
        {"cpu": 2_000.0, "gpu-0": 15_000.0, "gpu-1": 30_000.0}
    )
    assert counts(reading) == {"not a number": 1}
    assert set(reading.covers) == {"gpu", "cpu"}
    assert reading.facts["pue"].startswith("1.59")


def test_a_run_that_ended_before_its_first_epoch(read):
    with pytest.raises(LogError, match=r"no epoch and no actual consumption"):
        read("\n".join(START) + "\n", timezone="UTC")


# --- MLPerf Tiny


def test_the_windows_of_a_real_result(logs):
    # 5 windows; uJ. 1598789.900 + 1598915.130 + 1599127.780 + 1599411.500 + 1596224.300 = 7992468.610
    table = mlperf_tiny.windows((logs / "mlperf-tiny_stm32h7a3.txt").read_text())
    assert table["window"].tolist() == [2, 4, 6, 8, 10]
    assert table["energy"].sum() == pytest.approx(7.99246861)
    assert table["inference"].median() == pytest.approx(266.486e-6)
    assert (table["energy"] / table["length"]).to_numpy() == pytest.approx(table["power"].to_numpy(), rel=1e-3)


def test_windows_without_a_date_are_refused_with_what_they_hold(logs):
    with pytest.raises(LogError, match=r"no date.*5 windows, 7\.99247 J, median 0\.000266486 J/inference"):
        read_power_log(logs / "mlperf-tiny_stm32h7a3.txt")


# --- Green Metrics Tool


def test_a_line_of_a_provider_may_be_indented(read):
    text = "".join(f" {1_717_149_600_000_000 + 1_000_000 * n} 5000 gpu 0\n" for n in range(3))
    reading = read(text, name="gpu_energy_nvidia_smi_component.log")
    assert reading.per_device() == pytest.approx({"gpu 0": 10.0 / 3.6e6})
