"""Redfish answers that tell one computer or PDU in several ways: what counts, what is shown; and their times.

The documents are written after the Redfish schemas (https://redfish.dmtf.org/schemas/); the figures are made up.
"""

import json

import pytest

from lca_ai.errors import LogError

JOULE_PER_KWH = 3.6e6
CHASSIS, PDU = "Chassis/1", "PowerEquipment/RackPDUs/1"
SUPPLY = f"{CHASSIS}/PowerSubsystem/PowerSupplies/%d/Metrics"


def stamp(second):
    return f"2024-05-31T10:00:{second:02d}Z"


def metrics(where, watts):
    """A document with a power (of a power supply, its input) and an energy, ten seconds apart."""
    power = "InputPowerWatts" if "PowerSupplies" in where else "PowerWatts"
    return [
        {
            "@odata.id": f"/redfish/v1/{where}",
            power: {"Reading": watts},
            "EnergyJoules": {"Reading": 500 + watts * s},
            "timestamp": stamp(s),
        }
        for s in (0, 10)
    ]


def sensor(name, watts):
    path = f"/redfish/v1/{CHASSIS}/Sensors/{name}"
    return [{"@odata.id": path, "ReadingType": "Power", "Reading": watts, "timestamp": stamp(s)} for s in (0, 10)]


def control(watts):
    body = {
        "@odata.id": f"/redfish/v1/{CHASSIS}/Power",
        "PowerControl": [{"MemberId": "0", "PowerConsumedWatts": watts}],
    }
    return [{"timestamp": stamp(s), "body": body} for s in (0, 10)]


def lines(*documents):
    return "".join(json.dumps(one) + "\n" for many in documents for one in many)


SENSORS = [sensor("ps0_input_power", 110), sensor("ps0_output_power", 90), sensor("ps1_input_power", 100)]
PARTS = [sensor("cpu0_power", 50), sensor("fan_power", 10)]
SUPPLIES = [metrics(SUPPLY % 0, 100), metrics(SUPPLY % 1, 90)]


@pytest.mark.parametrize(
    ("documents", "joules"),
    [
        pytest.param(
            [metrics(f"{CHASSIS}/EnvironmentMetrics", 200), *SUPPLIES], 2_000, id="a chassis and its supplies"
        ),
        pytest.param(SUPPLIES, 1_900, id="supplies alone"),
        pytest.param([*SUPPLIES, *PARTS], 1_900, id="supplies and sensors of parts"),
        pytest.param([*SENSORS, sensor("total_power", 205), *PARTS], 2_050, id="a sensor of the whole"),
        pytest.param([*SENSORS, *PARTS], 2_100, id="sensors of the supplies"),
        pytest.param([*SUPPLIES, *SENSORS, sensor("total_power", 205)], 2_050, id="supplies and a sensor of the whole"),
        pytest.param([control(200), *SENSORS, sensor("total_power", 205)], 2_000, id="a power control and sensors"),
        pytest.param([metrics(f"{CHASSIS}/EnvironmentMetrics", 200), *SENSORS], 2_000, id="a chassis and sensors"),
        pytest.param([metrics(f"{PDU}/Outlets/{n}", 100) for n in "AB"], 2_000, id="outlets"),
        pytest.param(
            [metrics(f"{PDU}/Mains/{n}", 130) for n in "12"] + [metrics(f"{PDU}/Outlets/{n}", 100) for n in "AB"],
            2_600,
            id="two mains and the outlets",
        ),
        pytest.param(
            [metrics(f"{PDU}/Metrics", 260), metrics(f"{PDU}/Mains/1", 250), metrics(f"{PDU}/Outlets/A", 100)],
            2_600,
            id="a whole PDU",
        ),
    ],
)
def test_what_tells_one_thing_in_several_ways_counts_once(read, documents, joules):
    reading = read(lines(*documents))
    assert reading.total * JOULE_PER_KWH == pytest.approx(joules)
    devices = {*reading.per_device(), *reading.per_nested_device()}
    assert len(devices) == len(documents)


def test_two_chassis_are_two(read):
    there = [metrics(f"Chassis/{n}/EnvironmentMetrics", 100) for n in (1, 2)]
    assert read(lines(*there)).total * JOULE_PER_KWH == pytest.approx(2_000)


POWER = {"@odata.id": "/redfish/v1/Chassis/1/Power", "PowerControl": [{"MemberId": "0", "PowerConsumedWatts": 100}]}


@pytest.mark.parametrize(
    "before",
    [
        "2024-05-31T10:00:%02dZ\n",
        "Fri May 31 10:00:%02d UTC 2024\n",
        "HTTP/1.1 200 OK\r\nServer: BMC\r\nDate: Fri, 31 May 2024 10:00:%02d GMT\r\nContent-Type: application/json\r\n\r\n",
    ],
)
def test_the_date_before_a_document(read, before):
    text = "".join(before % second + json.dumps(POWER, indent=1) + "\n" for second in (0, 10))
    reading = read(text)
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000)
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"


def test_documents_without_times_take_an_origin(read):
    text = json.dumps(POWER) + json.dumps(POWER) + "\n" + json.dumps(POWER)
    with pytest.raises(LogError, match=r"no document has a time.*a date line before each.*--origin"):
        read(text)
    reading = read(text, origin="2024-05-31T10:00:00Z", every="10 s")
    assert reading.total * JOULE_PER_KWH == pytest.approx(2_000)
