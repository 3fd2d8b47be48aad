"""Exports as the tools write them: Redfish metric reports, several channels of PTDaemon, consoles of clouds and PDUs."""

from __future__ import annotations

import json

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log


@pytest.fixture
def read(tmp_path):
    def read(text: str, **given):
        path = tmp_path / "log.txt"
        path.write_text(text)
        return read_energy(read_power_log(path, **({"timezone": "UTC"} | given)))

    return read


def joules(per_device: dict[str, float]) -> dict[str, float]:
    return {name: kwh * 3.6e6 for name, kwh in per_device.items()}


# --- Redfish MetricReport: https://redfish.dmtf.org/schemas/v1/MetricReport.json


def report(*values: dict[str, object], **more: object) -> str:
    head = {
        "@odata.type": "#MetricReport.v1_4_1.MetricReport",
        "@odata.id": "/redfish/v1/TelemetryService/MetricReports/PowerMetrics",
        "Id": "PowerMetrics",
        "ReportSequence": "128",
    }
    return json.dumps(head | more | {"MetricValues": list(values)})


def idrac(metric: str, minute: int, watts: object) -> dict[str, object]:
    return {
        "MetricId": metric,
        "Timestamp": f"2024-02-14T10:{minute:02d}:00-06:00",
        "MetricValue": watts,
        "Oem": {"Dell": {"ContextID": "System.Embedded.1", "FQDD": "System.Embedded.1"}},
    }


def test_the_input_power_of_idrac_is_the_computer(read) -> None:
    """200 to 220 W over 60 s: 12,600 J; output and processors lie within it; a headroom is no power."""
    metrics = {"SystemInputPower": ("200", "220"), "SystemOutputPower": ("180", "200"), "TotalCPUPower": ("90", "92"),
               "SystemHeadRoomInstantaneous": ("900", "880")}  # fmt: skip
    found = read(report(*(idrac(name, n, two[n]) for name, two in metrics.items() for n in (0, 1))))
    place = "System.Embedded.1"
    assert joules(found.per_device()) == pytest.approx({f"{place}/SystemInputPower": 12_600.0})
    assert joules(found.per_nested_device()) == pytest.approx(
        {f"{place}/SystemOutputPower": 11_400.0, f"{place}/TotalCPUPower": 5_460.0}
    )
    assert found.covers == ("node",)


def test_a_property_tells_what_a_value_is(read) -> None:
    """A counter of 3,000 J of a GPU, and the power of its chassis: 400 W for 10 s."""
    path = "/redfish/v1/Systems/HGX/Processors/GPU_1/EnvironmentMetrics#/EnergyJoules/Reading"
    chassis = "/redfish/v1/Chassis/1/Power#/PowerControl/0/PowerConsumedWatts"
    values = [
        {"MetricProperty": name, "Timestamp": f"2024-05-31T10:00:{second}0Z", "MetricValue": value}
        for name, two in ((path, ("1000", "4000")), (chassis, ("400", "400")))
        for second, value in enumerate(two)
    ]
    found = read(report(*values))
    assert joules(found.per_device()) == pytest.approx({"Chassis/1/PowerControl/0": 4000.0})
    assert joules(found.per_nested_device()) == pytest.approx({"Systems/HGX/Processors/GPU_1": 3000.0})


def test_a_value_without_a_time_has_that_of_its_report(read) -> None:
    one, other = ({"MetricId": "CPU0Power", "MetricValue": watts} for watts in ("60", "80"))
    text = "\n".join(report(value, Timestamp=f"2024-05-31T10:00:{n}0Z") for n, value in enumerate((one, other)))
    found = read(text)
    assert joules(found.per_device()) == pytest.approx({"CPU0Power": 700.0})
    assert found.covers == ("cpu",)


def test_a_report_without_a_power_is_refused(read) -> None:
    with pytest.raises(LogError, match=r"no reading of a power or an energy.*MetricReport"):
        read(report(idrac("RPMReading", 0, "9000")))


def test_a_value_that_is_no_number_is_unknown(read) -> None:
    rows = [idrac("SystemInputPower", n, value) for n, value in enumerate(("200", "N/A", "200"))]
    found = read(report(*rows))
    assert found.total * 3.6e6 == pytest.approx(24_000.0)
    assert {note.what: note.count for note in found.notes} == {"not a number": 1}


# --- PTDaemon with several channels: lines of the test of mlcommons/power-dev


CHANNELS = (
    "Time,11-13-2020 22:38:59.000,Watts,272.930000,Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,notset,"
    "Ch1,Watts,91.060000,Volts,120.950000,Amps,0.832100,PF,0.938900,Ch2,Watts,90.970000,Volts,120.830000,Amps,0.802000,"
    "PF,0.938800,Ch3,Watts,90.900000,Volts,120.750000,Amps,0.802000,PF,0.938700\n"
    "Time,11-13-2020 22:39:00.000,Watts,275.630000,Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,notset,"
    "Ch1,Watts,91.960000,Volts,120.910000,Amps,0.810300,PF,0.938600,Ch2,Watts,91.870000,Volts,120.850000,Amps,0.810200,"
    "PF,0.938500,Ch3,Watts,91.800000,Volts,120.740000,Amps,0.810300,PF,0.938400\n"
)


@pytest.mark.parametrize("text", [CHANNELS, CHANNELS.replace("Watts,275.630000", "Watts,-1.000000")])
def test_the_channels_of_a_meter_are_its_parts(read, text) -> None:
    """272.93 and 275.63 W, which are the sums of the three channels: 274.28 J in a second."""
    found = read(text)
    assert joules(found.per_device()) == pytest.approx({"wall": 274.28})
    assert joules(found.per_nested_device()) == pytest.approx({"wall/Ch1": 91.51, "wall/Ch2": 91.42, "wall/Ch3": 91.35})
    assert found.covers == ("node",)


# --- clouds


@pytest.mark.parametrize(
    "label", ["p3.2xlarge 0 nvidia_smi_power_draw", "p5.48xlarge nvidia_smi_power_draw", "p4d nvidia_smi_power_draw"]
)
def test_the_name_of_an_instance_is_no_percentile(read, label) -> None:
    data = {
        "Id": "m1",
        "Label": label,
        "Timestamps": ["2024-05-31T10:00:00Z", "2024-05-31T10:01:00Z"],
        "Values": [80, 90],
    }
    assert read(json.dumps({"MetricDataResults": [data]})).total * 3.6e6 == pytest.approx(60 * 170)


@pytest.mark.parametrize("statistic", ["p90", "p99.9", "Maximum"])
def test_a_percentile_is_no_mean(read, statistic) -> None:
    data = {
        "Id": "m1",
        "Label": f"nvidia_smi_power_draw {statistic}",
        "Timestamps": ["2024-05-31T10:00:00Z"],
        "Values": [80],
    }
    with pytest.raises(LogError, match=r"no means"):
        read(json.dumps({"MetricDataResults": [data]}))


EXPLORER = (
    "TimeSeries ID,one,two\ninstance_name,vm-1,vm-1\ngpu,0,1\nproject_id,p,p\n"
    "Fri May 31 2024 12:00:00 GMT+0200 (Central European Summer Time),60,50\n"
    "Fri May 31 2024 12:01:00 GMT+0200 (Central European Summer Time),80,\n"
    "Fri May 31 2024 12:02:00 GMT+0200 (Central European Summer Time),80,50\n"
)


def test_the_csv_of_metrics_explorer_needs_its_metric(read) -> None:
    """VM 1: GPU 0 has 4,200 J in the first minute and 4,800 J in the second; GPU 1 has 6,000 J over a hole."""
    with pytest.raises(LogError, match=r"does not tell which metric.*power=value:W,device=gpu"):
        read(EXPLORER)
    found = read(EXPLORER, columns={"power": "value:W", "device": "gpu", "host": "instance_name"})
    assert joules(found.per_device()) == pytest.approx({"vm-1/0": 9000.0, "vm-1/1": 6000.0})
    assert (found.format, found.start.isoformat()) == ("google-explorer", "2024-05-31T10:00:00+00:00")


def test_metrics_explorer_without_a_time_is_refused(read) -> None:
    with pytest.raises(LogError, match=r"no row has a time stamp"):
        read(EXPLORER.replace("Fri May", "some day"), columns={"power": "value:W", "device": "gpu"})


# --- PDUs


APC = (
    "Network Management Card AOS\tv6.5.0\nName: rack7\nAddress: 10.0.0.5\n"
    "Date\tTime\tPh I\tDev kW\tDev kWh\n05/31/2024\t10:00:00\t4.1\t0.94\t1234.5\n05/31/2024\t10:10:00\t4.2\t0.96\t1234.7\n"
)


EATON = (
    "Date,Time,Input 1 Active Power (W),Input 1 Apparent Power (VA),Outlet 1 Watts (W)\n"
    "2024-05-31,10:00:00,900,950,400\n2024-05-31,10:00:10,1100,1150,400\n"
)
POINTS = (
    "Timestamp;Inputs.Input1.Energy [kWh];Outlets.Outlet1.ActivePower [W]\n"
    "2024-05-31 10:00:00;10,5;400\n2024-05-31 10:01:00;10,6;410\n"
)


@pytest.mark.parametrize(
    ("text", "counted", "nested"),
    [
        (APC, {"device": 720_000.0}, {}),
        ('"Date","Time","Power kW"\n2024-05-31,10:00:00,0.9\n2024-05-31,10:00:10,1.1\n', {"device": 10_000.0}, {}),
        (
            EATON,
            {"Input 1": 10_000.0}, {"Outlet 1": 4_000.0},
        ),
        (
            POINTS,
            {"Inputs.Input1": 360_000.0}, {"Outlets.Outlet1": 24_300.0},
        ),
    ],
)  # fmt: skip
def test_names_of_pdus(read, text, counted, nested) -> None:
    found = read(text)
    assert found.format == "pdu"
    assert joules(found.per_device()) == pytest.approx(counted)
    assert joules(found.per_nested_device()) == pytest.approx(nested)


# --- tegrastats with the stamps of another program


@pytest.mark.parametrize(
    "stamp", ["2024-05-31 10:00:0{}.500", "[2024-05-31T10:00:0{}Z]", "171714960{}.25", "2024-05-31T10:00:0{}+00:00"]
)
def test_a_stamp_before_a_line_of_tegrastats(read, stamp) -> None:
    line = "RAM 2840/7620MB (lfb 512x4MB) SWAP 0/4096MB CPU [25%@1420] GR3D_FREQ 76% VDD_IN {0}/5000 VDD_SOC 1000/1000"
    text = "".join(f"{stamp.format(2 * n)} {line.format(power)}\n" for n, power in enumerate((4000, 6000)))
    found = read(text)
    assert joules(found.per_device()) == pytest.approx({"VDD_IN": 10.0})
    assert joules(found.per_nested_device()) == pytest.approx({"VDD_SOC": 2.0})


@pytest.mark.parametrize("text", [EXPLORER, "Label,a\nPeriod,60\nStatistic,Average\n2024/05/31 10:00:00,1\n"])
def test_a_cell_that_does_not_end_is_no_table(read, text) -> None:
    with pytest.raises(LogError, match=r"not a table of cells"):
        read(text + '"' + "x" * 200_000, columns={"power": "value:W"} if text == EXPLORER else None)


def test_rows_of_metrics_explorer_of_another_length_are_counted(read) -> None:
    text = EXPLORER.replace(",80,50\n", ",80,50,7\n")
    found = read(text, columns={"power": "value:W", "device": "gpu", "host": "instance_name"})
    assert found.total * 3.6e6 == pytest.approx(15_000.0)
    assert {note.what: note.count for note in found.notes} == {"row of another length": 1}


def test_a_period_of_an_absurd_length_is_set_aside(read) -> None:
    with pytest.raises(LogError, match=r"no usable row is left.*interval too long"):
        read("Label,a\nMetric name,nvidia_smi_power_draw\nPeriod,9e30\nStatistic,Average\n2024/05/31 10:00:00,1\n")


def test_an_export_of_nothing_is_told(write):
    with pytest.raises(LogError, match=r"no row has a time stamp \(got ','"):
        read_power_log(write(",\n"), format="google-explorer", columns={"power": "value:W"})
