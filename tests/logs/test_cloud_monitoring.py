"""GPU power from the monitoring of clouds: Amazon CloudWatch and Google Cloud Monitoring.

Shapes: https://docs.aws.amazon.com/cli/latest/reference/cloudwatch/get-metric-statistics.html and get-metric-data.html,
https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TimeSeries. The numbers are made up.
"""

import json

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import FORMATS

JOULE_PER_KWH = 3.6e6
# the mean of three minutes: 100, 200 and 60 W
MINUTES = [("2024-05-31T10:00:00Z", 100.0), ("2024-05-31T10:01:00Z", 200.0), ("2024-05-31T10:02:00Z", 60.0)]
JOULES = 360.0 * 60


def joules(reading):
    return {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()}


def statistics(points=MINUTES, statistic="Average", label="nvidia_smi_power_draw"):
    # as they come: in no order of time
    cells = [{"Timestamp": stamp, statistic: watts, "Unit": "None"} for stamp, watts in points]
    return json.dumps({"Label": label, "Datapoints": cells[::-1]}, indent=4)


def data(*labels):
    results = [
        {
            "Id": f"m{n}",
            "Label": label,
            "Timestamps": [stamp.replace("Z", "+00:00") for stamp, _ in MINUTES[::-1]],
            "Values": [watts for _, watts in MINUTES[::-1]],
            "StatusCode": "Complete",
        }
        for n, label in enumerate(labels)
    ]
    return json.dumps({"MetricDataResults": results, "Messages": []})


def test_the_statistics_of_cloudwatch_are_means_over_periods(read, counts):
    reading = read(statistics())
    assert joules(reading) == pytest.approx({"gpu": JOULES})
    assert reading.covers == ("gpu",)
    # the last period ends a minute after its stamp
    assert (reading.start.isoformat(), reading.end.isoformat()) == (
        "2024-05-31T10:00:00+00:00",
        "2024-05-31T10:03:00+00:00",
    )
    assert counts(reading)["interval length assumed"] == 3


def test_a_missing_period_is_not_filled(read):
    # one more period of a minute at 60 W, seven minutes later
    points = [*MINUTES, ("2024-05-31T10:10:00Z", 60.0)]
    assert joules(read(statistics(points))) == pytest.approx({"gpu": JOULES + 3_600.0})


def test_the_metric_data_of_several_gpus(read):
    reading = read(data("i-0ab 0 nvidia_smi_power_draw", "i-0ab 1 nvidia_smi_power_draw"))
    assert joules(reading) == pytest.approx({"gpu-i-0ab 0": JOULES, "gpu-i-0ab 1": JOULES})


def console():
    rows = [
        '"Full label","nvidia_smi_power_draw","nvidia_smi_power_draw"',
        '"Label","gpu a","gpu b"',
        '"Period","60","60"',
        '"Statistic","Average","Average"',
        *(f'"{stamp[:10].replace("-", "/")} {stamp[11:19]}","{watts}",""' for stamp, watts in MINUTES),
    ]
    return "\n".join(rows) + "\n"


def test_the_csv_of_the_console(read, write, counts):
    reading = read(console(), timezone="UTC")
    assert joules(reading) == pytest.approx({"gpu-gpu a": JOULES})
    assert reading.silent == ("gpu-gpu b",)
    assert counts(reading) == {"not a number": 3}
    with pytest.raises(LogError, match=r"the time stamps have no zone"):
        read_power_log(write(console()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (statistics(statistic="Maximum"), r"the data points have no mean.*Maximum.*Average"),
        (data("nvidia_smi_power_draw Maximum"), r"the data points are no means"),
        (console().replace("Average", "Maximum"), r"the data points are no means.*Maximum"),
        (statistics(MINUTES[:1]), r"how long the period"),
        (statistics(label="CPUUtilization"), r"no series is of a metric.*CPUUtilization"),
        (statistics()[:-30], r"cut short or broken"),
        (statistics([("soon", 1.0), ("later", 2.0)]), r"not a time stamp.*(?:soon|later)"),
        (data("nvidia_smi_power_draw").replace('"Values"', '"Other"'), r"not the answer of CloudWatch"),
    ],
)
def test_answers_of_cloudwatch_that_cannot_be_read(write, text, message):
    with pytest.raises(LogError, match=message):
        read_power_log(write(text), timezone="UTC")


def test_metrics_of_other_names_at_cloudwatch_need_the_format(write):
    log = read_power_log(write(statistics(label="my_power")), format="cloudwatch", columns={"power": "my_power:kW"})
    assert joules(read_energy(log)) == pytest.approx({"my_power": 1_000 * JOULES})


def point(end, value, start=None):
    return {"interval": {**({"startTime": start} if start else {}), "endTime": end}, "value": value}


def time_series(kind, points, name="workload.googleapis.com/gpu.dcgm.energy_consumption", **labels):
    return {
        "metric": {"labels": {"gpu_number": "0", "model": "NVIDIA L4", "uuid": "GPU-1", **labels}, "type": name},
        "resource": {"type": "gce_instance", "labels": {"instance_id": "42", "zone": "us-central1-a"}},
        "metricKind": kind,
        "valueType": "DOUBLE",
        "points": points[::-1],  # the newest first
    }


def pages(*many):
    return "\n".join(json.dumps({"timeSeries": [one]}, indent=2) for one in many)


BOOT = "2024-05-31T09:00:00Z"
COUNTER = [
    point(stamp, {"doubleValue": joule}, BOOT) for (stamp, _), joule in zip(MINUTES, (5e4, 5.5e4, 6.2e4), strict=True)
]


def test_a_cumulative_energy_of_google_cloud(read):
    reading = read(pages(time_series("CUMULATIVE", COUNTER)))
    assert joules(reading) == pytest.approx({"42/GPU-1": 12_000.0})
    assert reading.covers == ("gpu",)


def test_a_counter_aligned_to_its_rate_is_a_power(read):
    gauge = [point(stamp, {"doubleValue": watts}) for stamp, watts in MINUTES]
    # trapezoid: 150 W and 130 W for a minute each
    assert joules(read(pages(time_series("GAUGE", gauge)))) == pytest.approx({"42/GPU-1": 280.0 * 60})


def test_a_counter_aligned_to_its_growth_is_an_energy_per_interval(read):
    growth = [
        point("2024-05-31T10:01:00Z", {"doubleValue": 5_000.0}, "2024-05-31T10:00:00Z"),
        point("2024-05-31T10:02:00Z", {"doubleValue": 7_000.0}, "2024-05-31T10:01:00Z"),
    ]
    assert joules(read(pages(time_series("DELTA", growth)))) == pytest.approx({"42/GPU-1": 12_000.0})


def test_managed_prometheus_of_google_cloud(read):
    # 12,000 J by the counter in mJ; the power of the same GPU is not added
    millijoules = [
        point(stamp, {"int64Value": str(mj)}, BOOT)
        for (stamp, _), mj in zip(MINUTES, (1_000, 6_001_000, 12_001_000), strict=True)
    ]
    gauge = [point(stamp, {"doubleValue": watts}) for stamp, watts in MINUTES]
    names = (
        f"prometheus.googleapis.com/DCGM_FI_DEV_{name}"
        for name in ("TOTAL_ENERGY_CONSUMPTION/counter", "POWER_USAGE/gauge")
    )
    text = pages(
        *(
            time_series(kind, points, name)
            for kind, points, name in zip(("CUMULATIVE", "GAUGE"), (millijoules, gauge), names, strict=True)
        )
    )
    assert joules(read(text)) == pytest.approx({"42/GPU-1": 12_000.0})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (pages(time_series("GAUGE", COUNTER, "agent.googleapis.com/gpu/utilization")), r"no series is of a metric"),
        (pages(time_series("CUMULATIVE", COUNTER))[:-40], r"cut short or broken"),
        (pages(time_series("ODD", COUNTER)), r"unknown kind of metric.*'ODD'.*GAUGE"),
        (pages(time_series("GAUGE", [{"interval": {}, "value": {}}])), r"not a time series"),
        (pages(time_series("GAUGE", [point("soon", {"doubleValue": 1})])), r"not a time stamp.*soon"),
    ],
)
def test_answers_of_google_cloud_that_cannot_be_read(write, text, message):
    with pytest.raises(LogError, match=message):
        read_power_log(write(text))


@pytest.mark.parametrize("name", ["cloudwatch", "google-monitoring"])
def test_no_other_real_log_is_taken_for_it(logs, name):
    assert not [
        path.name for path in logs.iterdir() if FORMATS[name].matches(path.read_text(errors="replace")[:20_000])
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (statistics(), "cloudwatch"),
        (data("nvidia_smi_power_draw"), "cloudwatch"),
        (console(), "cloudwatch"),
        (pages(time_series("CUMULATIVE", COUNTER)), "google-monitoring"),
    ],
)
def test_each_is_taken_for_itself_alone(text, name):
    assert [one for one, form in FORMATS.items() if form.matches(text[:20_000])] == [name]


def test_a_cumulative_series_is_no_power(read):
    text = pages(time_series("CUMULATIVE", COUNTER, "my_power"))
    with pytest.raises(LogError, match=r"cumulative, and their unit is none of an energy \(got 'W'\).*a gauge"):
        read(text, format="google-monitoring", columns={"power": "my_power:W"})
