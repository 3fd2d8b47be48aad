"""Series of Prometheus as promtool prints them and as Grafana exports a panel."""

import pytest

from lca_ai.errors import LogError

JOULE_PER_KWH = 3.6e6
FIRST = 1_717_151_940  # 2024-05-31T10:39:00Z


def joules(reading):
    return {device: round(kwh * JOULE_PER_KWH, 6) for device, kwh in reading.per_device().items()}


# --- promtool

RANGE = f"""DCGM_FI_DEV_POWER_USAGE{{Hostname="n1", UUID="GPU-a"}} =>
67.2 @[{FIRST}]
69.2 @[{FIRST + 10}.500]
DCGM_FI_DEV_POWER_USAGE{{Hostname="n1", UUID="GPU-b"}} =>
50 @[{FIRST}]
NaN @[{FIRST + 5}]
50 @[{FIRST + 10}]
"""


def test_a_range_is_a_log(read):
    # 68.2 W * 10.5 s, and 50 W * 10 s
    reading = read(RANGE)
    assert reading.format == "promtool"
    assert joules(reading) == {"n1/GPU-a": 716.1, "n1/GPU-b": 500.0}


def test_instant_queries_one_after_another_are_a_log(read, counts):
    line = 'DCGM_FI_DEV_POWER_USAGE{{Hostname="n1", UUID="GPU-a"}} => {} @[{}.25]\n'
    reading = read(line.format(67.2, FIRST) + "\n" + line.format(69.2, FIRST + 10) + "query failed\n")
    assert joules(reading) == {"n1/GPU-a": 682.0}
    assert counts(reading)["unreadable line"] == 1


def test_an_own_metric_of_promtool(read):
    text = f'my_meter{{rack="1"}} =>\n1000 @[{FIRST}]\n1000 @[{FIRST + 10}]\n'
    with pytest.raises(LogError, match="no series is of a metric that is known"):
        read(text)
    assert sum(joules(read(text, columns={"power": "my_meter:mW"})).values()) == pytest.approx(10.0)


# --- Grafana


def panel(*names, rows, first='"Time"'):
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    return f"{first},{header}\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


@pytest.mark.parametrize(
    "name",
    [
        'DCGM_FI_DEV_POWER_USAGE{{Hostname="n1", UUID="GPU-{}"}}',
        '{{__name__="DCGM_FI_DEV_POWER_USAGE", Hostname="n1", UUID="GPU-{}"}}',
    ],
)
@pytest.mark.parametrize("first", ['"Time"', 'sep=,\n"Time"', '"sep=,"\r\n"Time"', "Time"])
def test_the_columns_of_a_panel_are_series(read, name, first):
    # an empty cell is no sample: 50 W over 20 s
    at = FIRST * 1000
    rows = [(at, 67.2, 50), (at + 10_000, 69.2, ""), (at + 20_000, 69.2, 50)]
    reading = read(panel(name.format("a"), name.format("b"), rows=rows, first=first))
    assert reading.format == "grafana"
    assert joules(reading) == {"n1/GPU-a": 1374.0, "n1/GPU-b": 1000.0}


def test_a_panel_in_local_time(read):
    rows = [("2024-05-31 12:39:00", 67.2), ("2024-05-31 12:39:10", 69.2)]
    text = panel('DCGM_FI_DEV_POWER_USAGE{UUID="GPU-a"}', rows=rows)
    with pytest.raises(LogError, match="timezone="):
        read(text)
    assert read(text, timezone="Europe/Paris").start.isoformat() == "2024-05-31T10:39:00+00:00"


def test_series_whose_metric_grafana_left_out(read):
    rows = [(FIRST * 1000, 67.2, 50), (FIRST * 1000 + 10_000, 69.2, 50)]
    text = panel('{UUID="GPU-a"}', '{UUID="GPU-b"}', rows=rows)
    with pytest.raises(LogError, match="'value' stands for"):
        read(text)
    assert joules(read(text, columns={"power": "value:W"})) == {"GPU-a": 682.0, "GPU-b": 500.0}


def test_formatted_cells_are_refused(read):
    rows = [(FIRST * 1000, "67.2 W"), (FIRST * 1000 + 10_000, "69.2 W")]
    with pytest.raises(LogError, match=r"formatted by the panel.*'67.2 W'.*without 'Formatted data'"):
        read(panel('DCGM_FI_DEV_POWER_USAGE{UUID="GPU-a"}', rows=rows))


def test_a_panel_with_names_of_its_own_is_a_table(read):
    rows = [("2024-05-31 10:39:00", "67.2 W", "1.05 kW"), ("2024-05-31 10:39:10", "69.2 W", "950 W")]
    columns = {"time": "Time", "power": "GPU 0+PDU:W"}
    reading = read(panel("GPU 0", "PDU", rows=rows), columns=columns, timezone="UTC")
    assert joules(reading) == {"GPU 0": 682.0, "PDU": 10_000.0}


def test_a_time_beyond_any_clock_is_implausible(read, counts):
    text = f"p_watts =>\n100 @[{FIRST}]\n900 @[17171496005000000000]\n100 @[{FIRST + 10}]\n"
    reading = read(text, columns={"power": "p_watts:W"})
    assert reading.total * 3.6e6 == pytest.approx(1_000.0)
    assert counts(reading)["implausible time"] == 1
