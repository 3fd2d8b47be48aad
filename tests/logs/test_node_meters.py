"""Meters of whole computers: BMCs (IPMI, Redfish), rack PDUs and the Green Metrics Tool's providers.

The texts are written after the tools' documentation: ipmitool(1), ipmi-dcmi(8), ipmiutil(8), the Redfish schemas Power,
EnvironmentMetrics and Sensor (https://redfish.dmtf.org/schemas/), the users' guides of Raritan and APC rack PDUs, and
https://docs.green-coding.io/docs/measuring/metric-providers/; their numbers are made up.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.formats import FORMATS
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6


def joules(reading):
    return {name: round(energy * JOULE_PER_KWH, 6) for name, energy in reading.per_device().items()}


# --- IPMI DCMI


def ipmitool(watts, stamp, *, state="activated", date=None):
    return (f"{date}\n" if date else "") + (
        f"\n    Instantaneous power reading:                  {watts:>4} Watts\n"
        "    Minimum during sampling period:                118 Watts\n"
        "    Maximum during sampling period:               4294 Watts\n"
        "    Average power reading over sample period:      567 Watts\n"
        f"    IPMI timestamp:                           {stamp}\n"
        "    Sampling period:                          00000300 Seconds.\n"
        f"    Power reading state is:                   {state}\n\n"
    )


def freeipmi(watts, stamp, *, host=""):
    prefix = f"{host}: " if host else ""
    return (
        f"{prefix}Current Power                        : {watts} Watts\n"
        f"{prefix}Minimum Power over sampling duration : 68 watts\n"
        f"{prefix}Maximum Power over sampling duration : 504 watts\n"
        f"{prefix}Average Power over sampling duration : 348 watts\n"
        f"{prefix}Time Stamp                           : {stamp}\n"
        f"{prefix}Statistics reporting time period     : 2685198000 milliseconds\n"
        f"{prefix}Power Measurement                    : Active\n"
    )


def test_the_blocks_of_ipmitool(read):
    # 100 W, 200 W, 100 W, ten seconds apart: 3,000 J
    text = "".join(
        ipmitool(watts, f"Wed Feb 14 17:09:{s} 2024") for watts, s in [(100, "10"), (200, "20"), (100, "30")]
    )
    reading = read(text, timezone="Europe/Paris")
    assert reading.format == "ipmi-dcmi"
    assert joules(reading) == {"node": 3_000.0}
    assert reading.start.isoformat() == "2024-02-14T16:09:10+00:00"
    assert reading.covers == ("node",)
    assert reading.facts["sampling period"] == "300 s"


@pytest.mark.parametrize(
    "dates",
    [
        ["2024-05-31T10:00:00+02:00", "2024-05-31T10:00:10+02:00"],
        ["2024-05-31 08:00:00 UTC", "2024-05-31 08:00:10 UTC"],
        ["Timestamp: 2024-05-31T08:00:00Z", "Timestamp: 2024-05-31T08:00:10Z"],
        ["1717142400", "1717142410"],
        ["1717142400.000000000", "1717142410.000000000"],
        ["Fri May 31 08:00:00 UTC 2024", "Fri May 31 08:00:10 UTC 2024"],
        ["Fri May 31 08:00:00 AM UTC 2024", "Fri May 31 08:00:10 AM UTC 2024"],
        ["Fri, 31 May 2024 10:00:00 +0200", "Fri, 31 May 2024 10:00:10 +0200"],
        ["Fri 31 May 2024 08:00:00 AM UTC", "Fri 31 May 2024 08:00:10 AM UTC"],
        ["Fri 31 May 08:00:00 UTC 2024", "Fri 31 May 08:00:10 UTC 2024"],
    ],
)
def test_the_date_of_the_script_comes_before_the_clock_of_the_bmc(read, dates):
    unset = "Thu Jan  1 00:00:12 1970"
    reading = read("".join(ipmitool(100, unset, date=date) for date in dates))
    assert joules(reading) == {"node": 1_000.0}
    assert reading.start.isoformat() == "2024-05-31T08:00:00+00:00"


def test_stamps_of_the_script_before_readings_without_one(read):
    rows = [("08:00:00", 100), ("08:00:10", 200), ("08:00:20", 100)]
    text = "".join(
        f"Timestamp: Fri May 31 {clock} 2024\nInstantaneous power reading: {watts} Watts\n" for clock, watts in rows
    )
    assert joules(read(text, timezone="UTC")) == {"node": 3_000.0}


@pytest.mark.parametrize("sign", [" ", ", ", ";", "  - "])
@pytest.mark.parametrize("host", ["", "n1: "])
def test_a_date_beside_the_one_line_that_a_script_kept(read, sign, host):
    rows = [("2024-05-31T08:00:00Z", 100), ("2024-05-31T08:00:10Z", 200), ("1717142420", 100)]
    text = "".join(f"{stamp}{sign}{host}Instantaneous power reading:   {watts} Watts\n" for stamp, watts in rows)
    reading = read(text)
    assert list(joules(reading).values()) == [3_000.0]
    assert reading.start.isoformat() == "2024-05-31T08:00:00+00:00"


@pytest.mark.parametrize(
    "stamp",
    ["05/31/2024 08:00:%s AM UTC", "05/31/24 08:00:%s UTC", "31/05/2024 08:00:%s UTC", "05/06/24 08:00:%s AM UTC"],
)
def test_the_stamps_of_a_newer_ipmitool(read, stamp):
    reading = read("".join(ipmitool(100, stamp % second) for second in ("00", "10")))
    assert joules(reading) == {"node": 1_000.0}
    assert reading.start.isoformat() == f"2024-{'05-06' if '06' in stamp else '05-31'}T08:00:00+00:00"


def test_a_stamp_whose_month_is_not_told_is_none(read):
    with pytest.raises(LogError, match=r"no row has a time stamp.*05/06/24"):
        read("".join(ipmitool(100, f"05/06/24 08:00:{second} UTC") for second in ("00", "10")))


def test_a_date_with_an_ambiguous_zone_is_local(read):
    text = "".join(ipmitool(100, "x", date=f"Fri May 31 10:00:{s} CEST 2024") for s in ("00", "10"))
    with pytest.raises(LogError, match=r"no zone"):
        read(text)
    assert read(text, timezone="Europe/Paris").start.isoformat() == "2024-05-31T08:00:00+00:00"


def test_a_bmc_that_does_not_measure_tells_zero_and_that_is_unknown(read, counts):
    text = "".join(
        ipmitool(watts, f"Wed Feb 14 17:09:{s} 2024", state=state)
        for watts, s, state in [(100, "10", "activated"), (0, "20", "deactivated"), (100, "30", "activated")]
    )
    reading = read(text, timezone="UTC", max_gap="1 min")
    assert joules(reading) == {"node": 2_000.0}
    assert counts(reading) == {"not a number": 1}


def test_the_hosts_of_freeipmi(read):
    text = "".join(
        freeipmi(watts, f"11/03/2023 - 08:36:{s}", host=host)
        for s in ("00", "10")
        for host, watts in [("n1", 300), ("n2", 500)]
    )
    assert joules(read(text, timezone="UTC")) == {"n1/node": 3_000.0, "n2/node": 5_000.0}


def test_ipmiutil(read):
    blocks = [
        f"ipmiutil dcmi ver 3.17\n  Current Power:                   {watts} Watts\n  Min Power over sample duration:  6 Watts\n"
        f"  Timestamp:                       Thu Feb 15 09:37:{s} 2024\n\n  Sampling period:                 1000 ms\n"
        "  Power reading state is:          active\n  Power Limit:       896 Watts (inactive)\nipmiutil dcmi, completed successfully\n"
        for watts, s in [(49, "00"), (51, "10")]
    ]
    assert joules(read("".join(blocks), timezone="UTC")) == {"node": 500.0}


def test_one_reading_is_no_interval(read):
    with pytest.raises(LogError, match=r"one reading per device.*332 W"):
        read(freeipmi(332, "11/03/2023 - 08:36:29"), timezone="UTC")


def test_readings_without_a_time(read):
    text = "\n".join(f"    Instantaneous power reading:    {watts} Watts" for watts in (1, 2))
    with pytest.raises(LogError, match=r"no reading has a time.*date -Is"):
        read(text + "\n")


# --- IPMI sensors


def test_the_sensors_of_a_bmc_are_parts_of_the_computer(read):
    # the computer 200 W; its supplies, CPUs and memory lie within
    rows = (
        "CPU Temp         | 45.000     | degrees C  | ok    | na\n"
        "Pwr Consumption  | 200.000    | Watts      | ok    | na        | na        | na\n"
        "PS1 Input Power  | 110.000    | Watts      | ok    | na        | na        | na\n"
        "PS2 Input Power  | na         | Watts      | na    | na        | na        | na\n"
        "CPU Power        | 90.000     | Watts      | ok    | na        | na        | na\n"
    )
    reading = read("".join(f"2024-05-31T10:00:{s}Z\n{rows}" for s in ("00", "10")))
    assert reading.format == "ipmi-sensors"
    assert joules(reading) == {"Pwr Consumption": 2_000.0}
    assert reading.covers == ("node",)
    assert "PS2 Input Power" in reading.silent


def test_the_power_supplies_are_the_computer_where_nothing_else_is(read):
    rows = (
        "PSU1 Input Power | 110 Watts         | ok\nPSU2 Input Power | 90 Watts          | ok\n"
        "PSU1 Output Power | 100 Watts        | ok\nGPU1 Power       | 50 Watts          | ok\n"
    )
    reading = read("".join(f"2024-05-31T10:00:{s}Z\n{rows}" for s in ("00", "10")))
    assert joules(reading) == {"PSU1 Input Power": 1_100.0, "PSU2 Input Power": 900.0}


@pytest.mark.parametrize(
    "row",
    [
        "Pwr Consumption  | 77h | ok  |  7.1 | 154 Watts",
        "Pwr Consumption  | 154 Watts         | ok",
        "77 | Pwr Consumption  | Other Units Based Sensor | 154.00     | W     | 'OK'",
    ],
)
def test_the_rows_of_each_tool(read, row):
    reading = read("".join(f"2024-05-31T10:00:{s}Z\n{row}\n" for s in ("00", "10")))
    assert joules(reading) == {"Pwr Consumption": 1_540.0}


def test_sensors_without_a_date(read):
    with pytest.raises(LogError, match=r"no reading has a time"):
        read("Pwr Consumption  | 154 Watts         | ok\n")


# --- Redfish


def power(stamp, *controls, wrapped=True):
    body = {
        "@odata.id": "/redfish/v1/Chassis/1/Power",
        "@odata.type": "#Power.v1_5_0.Power",
        "PowerControl": [{"MemberId": str(n), **control} for n, control in enumerate(controls)],
        "PowerSupplies": [{"PowerInputWatts": 9e5}],
    }
    return {"timestamp": stamp, "host": "n1", "body": body} if wrapped else body | {"DateTime": stamp}


STAMPS = [f"2024-05-31T10:{minute:02d}:00Z" for minute in range(3)]


@pytest.mark.parametrize("joined", ["\n", "array", "indented"])
def test_power_documents(read, joined):
    documents = [
        power(stamp, {"PowerConsumedWatts": watts}) for stamp, watts in zip(STAMPS, (100, 200, 100), strict=True)
    ]
    texts = {"array": json.dumps(documents), "indented": "\n".join(json.dumps(one, indent=2) for one in documents)}
    reading = read(texts.get(joined, joined.join(map(json.dumps, documents))))
    assert reading.format == "redfish"
    assert joules(reading) == {"n1/Chassis/1/PowerControl/0": 18_000.0}
    assert reading.covers == ("node",)


def test_the_controls_of_parts_are_not_added(read):
    documents = [
        power(
            stamp,
            {"PowerConsumedWatts": 500, "Name": "Server"},
            {"PowerConsumedWatts": 200, "Name": "CPU Power"},
            wrapped=False,
        )
        for stamp in STAMPS[:2]
    ]
    assert joules(read("\n".join(map(json.dumps, documents)))) == {"Chassis/1/PowerControl/0": 30_000.0}


def test_an_unknown_power_is_not_zero(read, counts):
    documents = [
        power(stamp, {"PowerConsumedWatts": watts}) for stamp, watts in zip(STAMPS, (100, None, 100), strict=True)
    ]
    reading = read("\n".join(map(json.dumps, documents)), max_gap="5 min")
    assert sum(joules(reading).values()) == 12_000.0
    assert counts(reading) == {"not a number": 1}


def test_the_mean_over_an_interval_where_nothing_else_is_told(read, counts):
    # means over 2 min, told each minute: 100 W for 2 min, then 160 W for the minute since
    metrics = [{"PowerMetrics": {"IntervalInMin": 2, "AverageConsumedWatts": watts}} for watts in (100, 160)]
    documents = [power(stamp, control) for stamp, control in zip(STAMPS[:2], metrics, strict=True)]
    reading = read("\n".join(map(json.dumps, documents)))
    assert sum(joules(reading).values()) == 100 * 120 + 160 * 60
    assert counts(reading)["overlapping averages"] == 1


def environment(stamp, where, **readings):
    return {"@odata.id": f"/redfish/v1/{where}/EnvironmentMetrics", "timestamp": stamp} | {
        name: {"Reading": value} for name, value in readings.items()
    }


def test_counters_come_before_samples_and_a_gpu_is_a_part_of_its_chassis(read):
    documents = [
        one
        for n, stamp in enumerate(STAMPS)
        for one in (
            environment(stamp, "Chassis/1", EnergykWh=10 + n * 0.01, PowerWatts=1),
            environment(stamp, "Systems/1/Processors/GPU_0", EnergyJoules=500 + n * 6_000),
        )
    ]
    reading = read("\n".join(map(json.dumps, documents)))
    assert joules(reading) == {"Chassis/1": 72_000.0}
    assert reading.covers == ("node",)


def test_gpus_alone(read):
    documents = [
        environment(stamp, f"Systems/1/Processors/GPU_{g}", PowerWatts=60) for stamp in STAMPS for g in range(2)
    ]
    reading = read("\n".join(map(json.dumps, documents)))
    assert sum(joules(reading).values()) == 14_400.0
    assert reading.covers == ("gpu",)


@pytest.mark.parametrize(
    ("kind", "unit", "values", "expected"),
    [
        ("Power", "W", (60, 60), 3_600),
        ("Power", "kW", (0.06, 0.06), 3_600),
        ("EnergykWh", "kW.h", (1, 1.001), 3_600),
        ("EnergyJoules", "J", (5, 3_605), 3_600),
    ],
)
def test_sensors_by_their_type(read, kind, unit, values, expected):
    documents = [
        {
            "@odata.id": "/redfish/v1/Chassis/1/Sensors/Total",
            "ReadingType": kind,
            "ReadingUnits": unit,
            "Reading": value,
            "ReadingTime": stamp,
        }
        for value, stamp in zip(values, STAMPS, strict=False)
    ]
    assert sum(joules(read("\n".join(map(json.dumps, documents)))).values()) == pytest.approx(expected)


def test_a_broken_document_and_one_without_a_time_are_counted(read, counts):
    whole = [json.dumps(power(stamp, {"PowerConsumedWatts": 100})) for stamp in STAMPS]
    untimed = json.dumps(power("", {"PowerConsumedWatts": 100})["body"])
    reading = read("\n".join([whole[0], whole[1][:50], untimed, whole[2]]))
    assert sum(joules(reading).values()) == 12_000.0
    assert counts(reading) == {"unreadable document": 1, "document without a time": 1}


def test_documents_without_a_time(read):
    with pytest.raises(LogError, match=r"no document has a time.*timestamp"):
        read(json.dumps(power("", {"PowerConsumedWatts": 100})["body"]))


# --- rack PDUs


def test_the_outlets_of_a_pdu_are_parts_of_its_inlet(read):
    lines = ["Timestamp,PDU,Outlet,Active Power (W),Active Energy (Wh)"]
    for n in range(3):
        lines += [
            f"2024-05-31T10:{n:02d}:00Z,rack1,1,60,{1000 + n}",
            f"2024-05-31T10:{n:02d}:00Z,rack1,2,30,{5000 + n * 0.5}",
            f"2024-05-31T10:{n:02d}:00Z,rack1,Inlet I1,92,{90000 + n * 1.6}",
        ]
    reading = read("\n".join(lines) + "\n")
    assert reading.format == "pdu"
    assert joules(reading) == {"rack1/Inlet I1": pytest.approx(3.2 * 3_600)}
    assert reading.covers == ("node",)


@pytest.mark.parametrize(
    ("powers", "joules"),
    [
        ({"Inlet I1": 100, "Inlet I2": 110, "Outlet 1": 90, "Outlet 2": 95}, 2_100),
        ({"Total": 215, "Inlet 1": 100, "Inlet 2": 110, "Outlet 1": 90}, 2_150),
        ({"PDU Total": 215, "Bank 1": 100, "Bank 2": 110, "Outlet 1": 90}, 2_150),
        ({"Bank 1": 100, "Bank 2": 110, "Outlet 1": 90, "Outlet 2": 95}, 2_100),
        ({"Inlet I1": 200, "Inlet I1 L1": 120, "Inlet I1 L2": 80, "Outlet 1": 90}, 2_000),
        ({"Outlet 1": 90, "Outlet 10": 95}, 1_850),
        ({"Outlet B1": 90, "Outlet L1": 95, "Outlet unit 3": 10}, 1_950),
    ],
)
def test_a_pdu_is_counted_at_one_level(read, powers, joules):
    names = ",".join(f"{name} Active Power (W)" for name in powers)
    rows = "".join(f"2024-05-31T10:00:{s}Z,{','.join(map(str, powers.values()))}\n" for s in ("00", "10"))
    reading = read(f"Time,{names}\n{rows}")
    assert reading.total * JOULE_PER_KWH == pytest.approx(joules)
    assert {*reading.per_device(), *reading.per_nested_device()} == set(powers)


def test_names_of_outlets_are_no_levels(read):
    names = ("B1", "L1", "unit of rack", "line printer", "pdu-side switch")
    rows = "".join(f"2024-05-31T10:00:{s}Z,p1,{name},10\n" for s in ("00", "10") for name in names)
    reading = read(f"Time,PDU,Outlet,Active Power (W)\n{rows}")
    assert joules(reading) == {f"p1/{name}": 100.0 for name in names}


def test_outlets_without_an_inlet_are_added(read):
    lines = ["Time;Outlet;Power [W]", *(f"2024-05-31T10:0{n}:00Z;{outlet};60" for n in range(3) for outlet in (1, 2))]
    assert joules(read("\n".join(lines) + "\n")) == {"outlet 1": 7_200.0, "outlet 2": 7_200.0}


def test_a_column_for_each_outlet(read, counts):
    lines = ["Time,Outlet 1 Active Power (W),Outlet 2 Active Power (W),Outlet 1 Apparent Power (VA)"]
    lines += [f"2024-05-31T10:0{n}:00Z,60,{'' if n == 1 else 30},70" for n in range(3)]
    reading = read("\n".join(lines) + "\n", max_gap="5 min")
    assert joules(reading) == {"Outlet 1": 7_200.0, "Outlet 2": 3_600.0}
    assert counts(reading) == {"not a number": 1}


def test_an_outlet_without_a_counter_has_its_power_read(read):
    lines = ["Time,Outlet,Active Power (W),Energy (kWh)"]
    lines += [
        f"2024-05-31T10:0{n}:00Z,{outlet},60,{energy}" for n in range(3) for outlet, energy in ((1, 5 + n), (2, ""))
    ]
    assert joules(read("\n".join(lines) + "\n")) == {"outlet 1": 7_200_000.0, "outlet 2": 7_200.0}


def test_the_data_log_of_apc(read):
    # tabs, lines before the header, the date and the time in columns of their own
    lines = ["Rack PDU data log", "Name:\track1", "Date\tTime\tBank\tPower kW\tEnergy kWh"]
    lines += [f"05/31/2024\t10:0{n}:00\t1\t0.06\t{7 + n * 0.001}" for n in range(3)]
    assert joules(read("\n".join(lines) + "\n", timezone="UTC")) == {"bank 1": pytest.approx(7_200.0)}


def test_dates_that_do_not_tell_month_from_day(read):
    lines = ["Date,Time,Outlet,Power (W)", *(f"05/06/2024,10:0{n}:00,1,60" for n in range(3))]
    with pytest.raises(LogError, match=r"month or day first"):
        read("\n".join(lines) + "\n", timezone="UTC")


def test_a_pdu_log_with_a_header_only(read):
    with pytest.raises(LogError, match=r"a header and no row"):
        read("Time,Outlet,Power (W)\n", timezone="UTC")


# --- Green Metrics Tool


def provider(*rows):
    return "".join(f"{1_717_142_400_000_000 + second * 1_000_000} {rest}\n" for second, rest in rows)


def test_the_energies_of_rapl(read, counts):
    # 5 J, 6 J and 7 J each second, and the first of a second of its own
    text = "\n" + provider(
        (0, "4000000 Package_0"), (1, "5000000 Package_0"), (2, "6000000 Package_0"), (3, "7000000 Package_0")
    )
    reading = read(text, name="cpu_energy_rapl_msr_component.log")
    assert reading.format == "green-metrics-tool"
    assert joules(reading) == {"Package_0": 22.0}
    assert reading.seconds == 4
    assert reading.covers == ("cpu",)
    assert counts(reading) == {"interval length assumed": 1}


def test_the_powers_of_gpus(read):
    text = provider((0, "60000 NVIDIA A100"), (60, "60000 NVIDIA A100"))
    assert joules(read(text, name="run_gpu_energy_nvidia_nvml_component.log")) == {"NVIDIA A100": 3_600.0}


def test_a_unit_that_differs_by_version_is_given(read):
    text = provider((0, "6000"), (60, "6000"))
    with pytest.raises(LogError, match=r"differs by its version.*green-metrics-tool.*columns="):
        read(text, name="psu_energy_ac_mcp_machine.log")
    reading = read(text, name="psu_energy_ac_mcp_machine.log", format="green-metrics-tool", columns={"power": "1:cW"})
    assert joules(reading) == {"machine": 3_600.0}
    assert reading.covers == ("node",)


def test_energies_of_a_given_unit(read):
    text = provider((0, "6000"), (1, "7000"))
    reading = read(text, name="my_meter.log", format="green-metrics-tool", columns={"energy": "1:mJ"})
    assert joules(reading) == {"meter": 13.0}


def test_a_provider_of_no_energy(read):
    with pytest.raises(LogError, match=r"not a known provider of energy.*cpu_utilization_procfs_system"):
        read(provider((0, "126"), (1, "1666")), name="cpu_utilization_procfs_system.log")


def test_broken_lines_of_a_provider_are_counted(read, counts):
    text = provider((0, "1000000 Package_0"), (1, "1000000 Package_0")) + "garbage\n" + provider((2, "10"))[:-2]
    reading = read(text, name="cpu_energy_rapl_msr_component.log")
    assert joules(reading) == {"Package_0": 2.0}
    assert counts(reading) == {"unreadable line": 1, "row cut short": 1, "interval length assumed": 1}


@given(energies=st.lists(st.integers(0, 10**8), min_size=2, max_size=30))
def test_the_energies_of_a_provider_add_up(write, energies):
    text = provider(*((second, f"{value} Package_0") for second, value in enumerate(energies)))
    (records,) = formats.read(write(text, "cpu_energy_rapl_msr_component.log"), None, Options())
    assert records.frame["energy"].sum() == pytest.approx(sum(energies) * 1e-6)
    assert (records.frame["time"] - records.frame["start"]).eq(1_000_000).all()


# --- recognition


OURS = [
    "mlperf-tiny",
    "zeus",
    "zeus-power",
    "eco2ai",
    "boamps",
    "carbontracker",
    "sacct",
    "redfish",
    "ipmi-dcmi",
    "ipmi-sensors",
    "pdu",
    "green-metrics-tool",
]


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent.parent / "data" / "logs").glob("*.*")), ids=lambda path: path.name
)
def test_no_real_file_of_another_format_is_taken(path):
    prefix = path.name.split("_")[0].split(".")[0]
    head = path.read_bytes()[:20_000].decode(errors="replace")
    found = {name for name in OURS if FORMATS[name].matches(head)}
    assert found == ({prefix} if prefix in OURS else set())


@pytest.mark.parametrize(
    "head",
    [
        "time,device,power\n2024-05-31T10:00Z,a,1\n",
        "time | power | Watts used | x\n",
        '{"@odata.id": "/redfish/v1/Chassis/1/Thermal", "Temperatures": []}',
        '{"jobs": [], "errors": []}',
        "a|b|c\n1|2|3\n",
        "1717142400 126\n",
        "Power Limit:       896 Watts (inactive)\n",
        "{}",
        "",
    ],
)
def test_a_text_of_something_else_is_not_taken(head):
    assert [name for name in OURS if FORMATS[name].matches(head)] == []


# --- other layouts of the sensors of a BMC

DATES = ("2024-05-31T10:00:00Z", "2024-05-31T10:00:10Z")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("Pwr Consumption,100,Watts,ok\nTemp,45,degrees C,ok\n", id="ipmitool -c sdr"),
        pytest.param("Pwr Consumption,100,Watts,ok,7.1,System Board,100.0\n", id="ipmitool -c sdr elist"),
        pytest.param(
            "ID,Name,Type,Reading,Units,Event\n77,Pwr Consumption,Current,100.00,W,'OK'\n78,T,Temperature,3.00,C,'OK'\n",
            id="ipmi-sensors --comma-separated-output",
        ),
        pytest.param("77,Pwr Consumption,Current,Nominal,100.00,W,'OK'\n", id="with states"),
        pytest.param(
            "Locating sensor record...\nSensor ID              : Pwr Consumption (0x77)\n Entity ID             : 7.1\n"
            " Sensor Type (Analog)  : Current\n Sensor Reading        : 100 (+/- 0) Watts\n Status                : ok\n"
            "Sensor ID              : Temp (0x1)\n Entity ID             : 3.1\n Sensor Reading        : 40 (+/- 1) degrees C\n",
            id="ipmitool sensor get",
        ),
    ],
)
def test_other_layouts_of_sensors(read, rows):
    reading = read("".join(f"{date}\n{rows}" for date in DATES))
    assert (reading.format, joules(reading)) == ("ipmi-sensors", {"Pwr Consumption": 1_000.0})


def test_the_sensors_of_hosts_have_their_names(read):
    rows = "".join(
        f"{host}: 77  | Pwr Consumption | Current | {watts}.00 | W | 'OK'\n{host}: 78  | PS1 Input | Current | 90.00 | W | 'OK'\n"
        for host, watts in (("n1", 100), ("n2", 300))
    )
    reading = read("".join(f"{date}\n{rows}" for date in DATES))
    assert joules(reading) == {"n1/Pwr Consumption": 1_000.0, "n2/Pwr Consumption": 3_000.0}
    assert set(reading.per_nested_device()) == {"n1/PS1 Input", "n2/PS1 Input"}


def test_a_table_with_a_column_of_units_is_no_sensor_of_a_bmc():
    head = "2024-05-31T10:00:00Z,gpu0,100.5,W\n2024-05-31T10:00:10Z,gpu0,100.5,W\n"
    assert not formats.FORMATS["ipmi-sensors"].matches(head)


def test_a_row_of_a_pdu_that_names_no_outlet_is_set_aside(read, counts):
    text = "Timestamp,PDU,Outlet,Active Power (W)\n" + "".join(
        f"2024-05-31T10:0{n}:00Z,rack1,{outlet},60\n" for n in range(3) for outlet in ("1", "")
    )
    reading = read(text)
    assert list(reading.per_device()) == ["rack1/outlet 1"]
    assert counts(reading)["no device"] == 3
