"""Prometheus: JSON of its API and text with time stamps; each device from one metric, and no part added to its whole.

Formats: https://prometheus.io/docs/prometheus/latest/querying/api/ and
https://prometheus.io/docs/instrumenting/exposition_formats/. Names: ``datasets/metrics``.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import FORMATS
from lca_ai.logs.formats import read as read_records
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
START = 1_717_149_600  # 2024-05-31T10:00:00Z
RAPL = "/sys/class/powercap/intel-rapl/intel-rapl:0"


def samples(*values, step=10, start=START):
    return [[start + step * n, str(value)] for n, value in enumerate(values)]


def series(metric, readings, /, **labels):
    return {"metric": {**({"__name__": metric} if metric else {}), **labels}, "values": readings}


def matrix(*many):
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": list(many)}})


def joules(reading):
    return {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()}


def node(*values, **labels):
    return series("ipmi_dcmi_power_consumption_watts", samples(*values), **(labels or {"instance": "n1:9290"}))


def gpu(name, *values, uuid="GPU-1", **labels):
    return series(name, samples(*values), UUID=uuid, **{"Hostname": "n1", "gpu": "0", **labels})


def test_the_example_of_the_documentation(logs):
    # "up" as if in W: 1 W over 30 s; 0, 0, 1 W, 15 s apart: half of 15 J
    path = logs / "prometheus_query_range_up.json"
    reading = read_energy(read_power_log(path, columns={"power": "up:W"}))
    assert joules(reading) == pytest.approx({"localhost:9090-prometheus": 30.0, "localhost:9091-node": 7.5})
    with pytest.raises(LogError, match=r"no series is of a metric.*'up'.*columns="):
        read_power_log(path)


def test_one_scrape_has_no_time_and_the_error_tells_its_power(logs):
    with pytest.raises(LogError, match=r"no time stamps: this is one scrape.*PS1 245 W.*query_range"):
        read_power_log(logs / "kepler_platform_redfish.prom")


def test_two_stamped_scrapes_of_a_real_exporter(logs, read):
    lines = (logs / "kepler_platform_redfish.prom").read_text().splitlines()
    metrics = [line for line in lines if line.startswith("kepler_")]
    text = "\n".join(f"{line} {(START + at) * 1000}" for at in (0, 10) for line in metrics) + "\n"
    reading = read(text)
    # the two supplies (245 W and 0 W) and the package (125.2 W) lie within the system's 189.5 W
    assert joules(reading) == pytest.approx({"worker-1/node-System.Embedded.1-0": 1_895.0})
    assert reading.covers == ("node",)
    assert set(reading.parents.values()) == {"worker-1/node-System.Embedded.1-0"}
    assert reading.parents.keys() >= {"worker-1/power-supply-System.Embedded.1-PS1", "worker-1/package"}


def test_a_counter_goes_before_the_power_of_the_same_device(read):
    # 1,000 J in 20 s by the counter [mJ]; the power would say 100 W * 20 s
    reading = read(
        matrix(
            gpu("DCGM_FI_DEV_POWER_USAGE", 100, 100, 100),
            gpu("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", 5_000_000, 5_400_000, 6_000_000),
        )
    )
    assert joules(reading) == pytest.approx({"n1/GPU-1": 1_000.0})
    assert reading.facts["metrics not read: the device is read from another"] == "DCGM_FI_DEV_POWER_USAGE"


@pytest.mark.parametrize("counter", [("NaN", "NaN", "NaN"), (0, 0, 0), (7, "NaN", "NaN")])
def test_a_counter_that_does_not_work_gives_way_to_the_power(read, counter):
    reading = read(
        matrix(gpu("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", *counter), gpu("DCGM_FI_DEV_POWER_USAGE", 100, 200, 100))
    )
    assert joules(reading) == pytest.approx({"n1/GPU-1": 3_000.0})


def test_each_device_has_its_own_metric(read):
    # the first GPU has a counter (500 J), the second one none: 50 W * 20 s
    reading = read(
        matrix(
            gpu("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", 0, 200_000, 500_000),
            gpu("DCGM_FI_DEV_POWER_USAGE", 100, 100, 100),
            gpu("DCGM_FI_DEV_POWER_USAGE", 50, 50, 50, uuid="GPU-2"),
        )
    )
    assert joules(reading) == pytest.approx({"n1/GPU-1": 500.0, "n1/GPU-2": 1_000.0})


def test_a_reset_counter_is_counted_and_never_negative(read, counts):
    reading = read(matrix(series("node_rapl_package_joules_total", samples(100, 300, 50, 150), index="0")))
    assert joules(reading) == pytest.approx({"package-0": 300.0})
    assert counts(reading)["counter reset"] == 1


@pytest.mark.parametrize("unknown", ["NaN", "+Inf", "-Inf", ""])
def test_a_stale_sample_is_unknown_and_not_zero(read, counts, unknown):
    # 300 W over 20 s, whatever lies between
    reading = read(matrix(node(300, unknown, 300)), max_gap="1 min")
    assert reading.total * JOULE_PER_KWH == pytest.approx(6_000.0)
    assert counts(reading) == {"not a number": 1}


def kepler(zone, path, *values):
    return series("kepler_node_cpu_joules_total", samples(*values), zone=zone, path=path, node_name="w1")


def test_domains_of_a_processor_are_not_added_to_their_whole(read):
    text = matrix(
        kepler("package", RAPL, 1_000, 2_000, 3_000),
        kepler("core", f"{RAPL}:0", 500, 900, 1_500),
        kepler("dram", f"{RAPL}:1", 100, 150, 200),
        series("kepler_node_cpu_watts", samples(99, 99, 99), zone="package", path=RAPL, node_name="w1"),
        series("kepler_container_cpu_joules_total", samples(0, 900, 1_800), zone="package", node_name="w1"),
    )
    reading = read(text)
    assert joules(reading) == pytest.approx({"w1/package-0": 2_000.0, "w1/dram-0": 100.0})
    assert set(reading.covers) == {"cpu", "memory"}
    assert reading.facts["metrics not read: attribution"] == "kepler_container_cpu_joules_total"


def test_psys_holds_package_and_memory(read):
    text = matrix(
        kepler("psys", "intel-rapl:1", 0, 500), kepler("package", RAPL, 0, 300), kepler("dram", f"{RAPL}:1", 0, 50)
    )
    assert joules(read(text)) == pytest.approx({"w1/psys": 500.0})


def test_idle_and_dynamic_energy_of_old_kepler_add_up(read):
    def platform(mode, *values):
        return series("kepler_node_platform_joules_total", samples(*values), exported_instance="w1", mode=mode)

    def package(mode, *values):
        return series("kepler_node_package_joules_total", samples(*values), exported_instance="w1", mode=mode)

    reading = read(
        matrix(
            platform("idle", 0, 1_000), platform("dynamic", 0, 500), package("idle", 0, 300), package("dynamic", 0, 200)
        )
    )
    assert joules(reading) == pytest.approx({"w1/node-idle": 1_000.0, "w1/node-dynamic": 500.0})
    assert reading.parents == {"w1/package-idle": "w1/node-idle", "w1/package-dynamic": "w1/node-dynamic"}


def test_what_a_model_says_is_not_read(write):
    name = "kepler_node_platform_joules_total"
    with pytest.raises(LogError, match=r"no series is of a metric"):
        read_power_log(write(matrix(series(name, samples(0, 1), source="trained_power_model", instance="a"))))


def test_gpus_lie_within_the_node_of_the_same_name(read):
    # the label differs (instance with a port and a domain, Hostname without); the computer is the same
    reading = read(
        matrix(
            node(700, 700, instance="n1.cluster:9290"),
            gpu("DCGM_FI_DEV_POWER_USAGE", 300, 300, instance="10.0.0.7:9400"),
        )
    )
    assert joules(reading) == pytest.approx({"n1.cluster/node": 7_000.0})
    assert reading.parents == {"n1/GPU-1": "n1.cluster/node"}


def test_names_that_cannot_be_matched_are_refused(write):
    path = write(matrix(node(700, 700, instance="bmc-17"), gpu("DCGM_FI_DEV_POWER_USAGE", 300, 300)))
    with pytest.raises(LogError, match=r"part of a computer that is measured too.*n1/GPU-1.*bmc-17/node.*one name"):
        read_power_log(path)
    one = read_power_log(path, columns={"power": "ipmi_dcmi_power_consumption_watts:W"})
    assert read_energy(one).total * JOULE_PER_KWH == pytest.approx(7_000.0)
    assert read_energy(one).covers == ("node",)


def test_a_gpu_of_another_computer_is_added(read):
    text = matrix(
        node(700, 700),
        gpu("DCGM_FI_DEV_POWER_USAGE", 50, 50, uuid="GPU-2", Hostname="", instance="n2:9400"),
        gpu("DCGM_FI_DEV_POWER_USAGE", 60, 60, uuid="GPU-3", Hostname="", instance="n1:9400"),
    )
    reading = read(text, covers=["node", "gpu"])
    assert joules(reading) == pytest.approx({"n1/node": 7_000.0, "n2/GPU-2": 500.0})


def test_two_sensors_of_the_whole_computer_are_not_added(read):
    # as the CEEMS exporter gives both: the DCMI reading and the chassis of Redfish
    text = matrix(
        series("ceems_ipmi_dcmi_current_watts", samples(304, 304), hostname="n1"),
        series("ceems_redfish_current_watts", samples(200, 200), hostname="n1", chassis="Chassis_1"),
        series("ceems_redfish_current_watts", samples(100, 100), hostname="n1", chassis="Chassis_2"),
        series("ceems_ipmi_dcmi_max_watts", samples(900, 900), hostname="n1"),
        series("ceems_rapl_package_joules_total", samples(0, 1_000), hostname="n1", index="0", path="x/intel-rapl:0"),
    )
    reading = read(text)
    assert joules(reading) == pytest.approx({"n1/node": 3_040.0})
    assert reading.parents == {"n1/package-0": "n1/node"}
    assert reading.facts["metrics not read: statistic"] == "ceems_ipmi_dcmi_max_watts"


def test_the_same_domain_from_two_exporters_is_read_once(read):
    text = matrix(
        series("node_rapl_package_joules_total", samples(0, 1_000), instance="n1:9100", index="0", path=RAPL),
        series("scaph_socket_power_microwatts", samples(100e6, 100e6), instance="n1:8080", socket_id="0"),
    )
    assert joules(read(text)) == pytest.approx({"n1/package-0": 1_000.0})


def test_a_zone_that_is_read_by_two_ways_is_one(read):
    text = matrix(
        series("node_rapl_package_joules_total", samples(0, 1_000), index="0", path="/sys/class/powercap/intel-rapl:0"),
        series(
            "node_rapl_package_joules_total", samples(7, 1_007), index="1", path="/sys/class/powercap/intel-rapl-mmio:0"
        ),
    )
    assert joules(read(text)) == pytest.approx({"package-0": 1_000.0})


def test_microwatts_and_the_scope_of_scaphandre(read):
    # 80 W host = 60 W package + 20 W memory, for 10 s
    text = matrix(
        series("scaph_host_power_microwatts", samples("80000000", "80000000"), instance="n1:8080"),
        series("scaph_socket_power_microwatts", samples(60e6, 60e6), instance="n1:8080", socket_id="0"),
        series(
            "scaph_domain_power_microwatts", samples(20e6, 20e6), instance="n1:8080", socket_id="0", domain_name="dram"
        ),
        series("scaph_process_power_consumption_microwatts", samples(5e6, 5e6), instance="n1:8080", pid="1"),
    )
    reading = read(text)
    assert joules(reading) == pytest.approx({"n1/host": 800.0})
    assert reading.covers == ("cpu", "memory")


@pytest.mark.parametrize(
    ("name", "device", "covers"),
    [
        ("Pwr Consumption", "n1/node", "node"),
        ("PSU1 Input Power", "n1/power-supply-PSU1 Input Power", "node"),
        ("PS2 Pin", "n1/power-supply-PS2 Pin", "node"),
        ("CPU Power", "n1/cpu-CPU Power", "cpu"),
    ],
)
def test_power_sensors_of_ipmi_by_name(read, name, device, covers):
    reading = read(matrix(series("ipmi_power_watts", samples(70, 70), instance="n1", id="90", name=name)))
    assert joules(reading) == pytest.approx({device: 700.0})
    assert reading.covers == (covers,)


def test_input_and_output_of_a_power_supply_are_not_added(read):
    text = matrix(
        series("idrac_power_supply_input_watts", samples(89, 89), instance="n1", id="0"),
        series("idrac_power_supply_output_watts", samples(74.5, 74.5), instance="n1", id="0"),
    )
    assert joules(read(text)) == pytest.approx({"n1/power-supply-0": 890.0})


def test_a_sensor_of_no_known_place_is_told(write):
    text = matrix(series("ipmi_power_watts", samples(70, 70), instance="n1", name="Foo"))
    with pytest.raises(LogError, match=r"no series is of a metric.*ipmi_power_watts.*columns="):
        read_power_log(write(text))


@pytest.mark.parametrize(
    ("labels", "covers"),
    [({"chip": "lnxsybus:00_acpi000d:00", "sensor": "power1"}, "node"), ({"chip": "pci0000:00_0000:03:00_0"}, "gpu")],
)
def test_hwmon_sensors_are_known_by_their_chip(read, labels, covers):
    names = series(
        "node_hwmon_chip_names", samples(1), chip="pci0000:00_0000:03:00_0", chip_name="amdgpu", instance="n1"
    )
    text = matrix(names, series("node_hwmon_power_average_watt", samples(208, 208), instance="n1", **labels))
    reading = read(text)
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_080.0)
    assert reading.covers == (covers,)


def test_a_node_at_0_w_throughout_has_no_sensor(read, counts):
    text = matrix(node(0, 0), gpu("DCGM_FI_DEV_POWER_USAGE", 300, 300))
    reading = read(text)
    assert joules(reading) == pytest.approx({"n1/GPU-1": 3_000.0})
    assert counts(reading)["sensor without a reading"] == 2


def test_a_gpu_that_several_pods_used_is_one_device(read):
    # each pod has a series of its own; 10 s of the first, 10 s between them, 10 s of the second
    first = gpu("DCGM_FI_DEV_POWER_USAGE", 100, 100, pod="a")
    second = gpu("DCGM_FI_DEV_POWER_USAGE", pod="b") | {"values": samples(200, 200, start=START + 20)}
    assert joules(read(matrix(first, second))) == pytest.approx({"n1/GPU-1": 1_000.0 + 1_500.0 + 2_000.0})


def test_a_second_replica_is_no_second_device(read):
    one, other = (
        gpu("DCGM_FI_DEV_POWER_USAGE", 100, power, 100, replica=name) for power, name in ((100, "a"), (102, "b"))
    )
    assert joules(read(matrix(one, other))) == pytest.approx({"n1/GPU-1": 2_000.0})


@pytest.mark.parametrize("whole", [True, False])
def test_instances_of_a_gpu_bear_its_power_and_are_not_added(read, whole):
    # each slice repeats the reading of the GPU, a moment later: https://github.com/NVIDIA/dcgm-exporter/issues/257
    slices = [gpu("DCGM_FI_DEV_POWER_USAGE", 400, 420 + n, 400, GPU_I_ID=str(n)) for n in range(3)]
    card = [gpu("DCGM_FI_DEV_POWER_USAGE", 400, 440, 400)] if whole else []
    assert joules(read(matrix(*slices, *card))) == pytest.approx({"n1/GPU-1": 8_400.0 if whole else 8_200.0})


@pytest.mark.parametrize(
    ("name", "blank"),
    [("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", 9223372036854775794), ("DCGM_FI_DEV_POWER_USAGE", 140737488355328.0)],
)
def test_a_blank_of_dcgm_is_unknown(read, counts, name, blank):
    # 100 W for 20 s, or 2,000 J of the counter
    values = (100, blank, 100) if name.endswith("USAGE") else (0, blank, 2_000_000)
    reading = read(matrix(gpu(name, *values)), max_gap="1 min")
    assert joules(reading) == pytest.approx({"n1/GPU-1": 2_000.0})
    assert counts(reading) == {"not a number": 1}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"power": "room:power:kW"}, {"a": 20_000.0, "b": 40_000.0}),
        ({"power": 'room:power{rack="a"}:kW'}, {"room:power": 20_000.0}),
        ({"power": "room:power:kW", "device": "site+rack"}, {"x-a": 20_000.0, "x-b": 40_000.0}),
        ({"counter": "meter:Wh"}, {"meter": 7_200.0}),
    ],
)
def test_metrics_of_other_names(read, columns, expected):
    text = matrix(
        *(
            series("room:power", samples(watts, watts, watts), rack=rack, site="x")
            for watts, rack in ((1, "a"), (2, "b"))
        ),
        series("meter", samples(1, 2, 3), site="x"),
    )
    assert joules(read(text, columns=columns)) == pytest.approx(expected)


def test_an_expression_without_a_name(read):
    assert joules(read(matrix(series("", samples(50, 50))), columns={"power": "value:W"})) == {
        "value": pytest.approx(500.0)
    }


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"power": "my_metric"}, r"the metric has no unit.*my_metric:W"),
        ({"power": "my_metric:fish"}, r"the metric has no unit"),
        ({"power": "my_metric:J"}, r"the unit is not one of power.*accepted: W"),
        ({"power": "other:W"}, r"no such series.*'other'.*my_metric"),
        ({"time": "ts:s"}, r"no such role.*'time'"),
        ({"host": "instance"}, r"no metric is named"),
    ],
)
def test_wrong_columns_are_named(write, columns, message):
    with pytest.raises(LogError, match=message):
        read_power_log(write(matrix(series("my_metric", samples(1, 1)))), columns=columns)


TEXT = """\
# HELP kepler_node_gpu_watts Power of the GPU in watts.
# TYPE kepler_node_gpu_watts gauge
kepler_node_gpu_watts{gpu="0",gpu_uuid="GPU-1",node_name="n\\"1",modelName="A, B{}"} 100 1717149600000
kepler_node_gpu_watts{gpu="0",gpu_uuid="GPU-1",node_name="n\\"1",modelName="A, B{}"} 200 1717149610000
kepler_node_gpu_watts{gpu="0",gpu_uuid="GPU-1",node_name="n\\"1",modelName="A, B{}"} 1e2 1717149620000
"""
FEDERATED = TEXT.replace("# HELP kepler_node_gpu_watts Power of the GPU in watts.\n", "").replace("gauge", "untyped")
OPENMETRICS = (
    TEXT.replace("00000\n", "00.000\n").replace("10000\n", "10.000\n").replace("20000\n", "20.000\n") + "# EOF\n"
)
DUMP = "\n".join(
    f'{{__name__="kepler_node_gpu_watts",gpu_uuid="GPU-1",node_name="n\\"1"}} {power} {START + at}000'
    for at, power in ((0, 100), (10, 200), (20, 100))
)


@pytest.mark.parametrize("text", [TEXT, FEDERATED, OPENMETRICS, DUMP, TEXT.replace("\n", "\r\n")])
def test_text_with_time_stamps(read, text):
    # 100, 200, 100 W, 10 s apart
    assert joules(read(text)) == pytest.approx({'n"1/GPU-1': 3_000.0})


def test_lines_that_are_no_samples_are_counted(read, counts):
    reading = read(TEXT + "what is this?\n" + 'kepler_node_gpu_watts{gpu_uuid="GPU-1",node_name="n\\"1"} 90\n')
    assert reading.total * JOULE_PER_KWH == pytest.approx(3_000.0)
    assert counts(reading) == {"unreadable line": 1, "sample without a time stamp": 1}


@pytest.mark.parametrize("keep", range(1, len(TEXT.splitlines()[-1]) - 1))
def test_a_text_cut_anywhere_in_its_last_line_gives_no_wrong_number(read, keep):
    whole, last = TEXT.rstrip("\n").rsplit("\n", 1)
    # 100 and 200 W, 10 s apart; a stamp that lost its last digits still names the second (or is refused)
    assert read(f"{whole}\n{last[:keep]}").total * JOULE_PER_KWH in (pytest.approx(1_500.0), pytest.approx(3_000.0))


@pytest.mark.parametrize(
    "text",
    [
        matrix(node(1, 1))
        + "\n"
        + matrix(series("ipmi_dcmi_power_consumption_watts", samples(1, start=START + 20), instance="n1:9290")),
        json.dumps([node(1, 1, 1)]),
        json.dumps({"resultType": "matrix", "result": [node(1, 1, 1)]}),
        "\n".join(
            json.dumps(
                {
                    "metric": node()["metric"],
                    "values": [1, 1],
                    "timestamps": [(START + at) * 1000, (START + at + 10) * 1000],
                }
            )
            for at in (0, 10)
        ),
        "\n".join(
            json.dumps(
                {
                    "status": "success",
                    "data": {
                        "resultType": "vector",
                        "result": [{"metric": node()["metric"], "value": [START + at, "1"]}],
                    },
                }
            )
            for at in (0, 10, 20)
        ),
    ],
    ids=["several answers", "promtool", "data alone", "VictoriaMetrics", "vectors"],
)
def test_every_shape_of_json(read, text):
    assert read(text).total * JOULE_PER_KWH == pytest.approx(20.0)


@pytest.mark.parametrize("keep", [60, 150, 200, -1])
def test_a_json_cut_short_is_refused(write, keep):
    with pytest.raises(LogError, match=r"cut short or broken|not recognised"):
        read_power_log(write(matrix(node(1, 1, 1))[:keep]))


def test_the_error_of_a_query_is_told(write):
    text = json.dumps({"status": "error", "errorType": "bad_data", "error": "parse error: unexpected end"})
    with pytest.raises(LogError, match=r"error of a query.*unexpected end"):
        read_power_log(write(text))


@pytest.mark.parametrize("values", [[[START]], [[START, "1", "2"]], ["x"], [[START, "1"], 5]])
def test_samples_that_are_no_pairs_are_refused(write, values):
    with pytest.raises(LogError, match=r"a sample is not a pair"):
        read_power_log(write(matrix(series("ipmi_dcmi_power_consumption_watts", values))))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"metric": 1}',
        "hello 5\n",
        "# gpu pwr\n0 100\n",
        "a{b} 1\n",
        '{"metrics": [{"key": "a", "value": 1}]}',
    ],
)
def test_other_texts_are_not_taken_for_it(text):
    assert not FORMATS["prometheus"].matches(text)


def test_no_other_real_log_is_taken_for_it(logs):
    for path in logs.iterdir():
        taken = FORMATS["prometheus"].matches(path.read_text(errors="replace")[:20_000])
        assert taken == path.name.startswith(("prometheus", "kepler", "dcgm-exporter")), path.name


@given(
    st.lists(st.floats(0, 1e5), min_size=1, max_size=20),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")) | st.just("\n"), max_size=12),
)
def test_text_and_json_of_the_same_samples_read_the_same(tmp_path_factory, values, label):
    escaped = label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    name = "ipmi_dcmi_power_consumption_watts"
    text = "".join(
        f'{name}{{instance="n1",rack="{escaped}"}} {value!r} {(START + 10 * n) * 1000}\n'
        for n, value in enumerate(values)
    )
    both = []
    for content in (text, matrix(series(name, samples(*map(repr, values)), instance="n1", rack=label))):
        path = tmp_path_factory.mktemp("log") / "log"
        path.write_text(content, encoding="utf-8", newline="")
        [records] = read_records(path, None, Options(columns={"power": f"{name}:W", "device": "rack"}))
        both.append(records.frame)
    assert both[0].equals(both[1])
    assert both[0]["power"].tolist() == values
