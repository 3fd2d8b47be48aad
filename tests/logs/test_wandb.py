"""Weights & Biases: the history of system metrics as CSV, JSON or JSON lines.

Names: https://docs.wandb.ai/ref/python/experiments/system-metrics; the shape is that of
``run.history(stream="system")`` written by pandas. The numbers are made up.
"""

import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_power_log
from lca_ai.logs.formats import FORMATS
from lca_ai.logs.formats import read as read_records
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
START = 1_717_149_600.25
# two GPUs, each 15 s: 100, 200, 100 W and 50, 50, 50 W
ROWS = [
    {
        "_timestamp": START + 15 * n,
        "_runtime": 15.0 * n,
        "system.gpu.0.powerWatts": watts,
        "system.gpu.0.powerPercent": 40.0,
        "system.gpu.0.enforcedPowerLimitWatts": 700,
        "system.gpu.process.0.powerWatts": watts,
        "system.gpu.1.powerWatts": 50,
        "system.proc.memory.rssMB": 900.0,
    }
    for n, watts in enumerate((100, 200, 100))
]
TABLE = pd.DataFrame(ROWS)
JOULES = {"gpu-0": 4_500.0, "gpu-1": 1_500.0}


def joules(reading):
    return {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()}


def csv(table, *, index=False):
    text = io.StringIO()
    table.to_csv(text, index=index)
    return text.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(csv(TABLE), id="CSV"),
        pytest.param(csv(TABLE, index=True), id="CSV with an index"),
        pytest.param(csv(TABLE).replace("system.", "system/"), id="a slash"),
        pytest.param(json.dumps(ROWS), id="JSON"),
        pytest.param(json.dumps(TABLE.to_dict("list")), id="JSON by column"),
        pytest.param(TABLE.to_json(), id="JSON of pandas"),
        pytest.param("\n".join(map(json.dumps, ROWS)) + "\n", id="JSON lines"),
        pytest.param(csv(TABLE.rename(columns=lambda name: name.replace("Watts", "Watts/l:n1"))), id="a label"),
    ],
)
def test_every_shape_gives_the_same_energy(read, text):
    host = "n1/" if "l:n1" in text else ""
    reading = read(text)
    assert joules(reading) == pytest.approx({host + name: energy for name, energy in JOULES.items()})
    assert reading.covers == ("gpu",)
    assert reading.longest_interval == pytest.approx(15.0)


def test_the_gpu_of_the_process_stands_in_where_there_is_no_other(read):
    reading = read(csv(TABLE[["_timestamp", "system.gpu.process.0.powerWatts"]]))
    assert joules(reading) == pytest.approx({"gpu-0": 4_500.0})


def test_rows_of_other_metrics_are_no_unknown_readings(read, counts):
    others = pd.DataFrame([{"_timestamp": START + 7, "loss": 0.5}, {"_timestamp": START + 22, "loss": 0.4}])
    reading = read(csv(pd.concat([TABLE, others]).sort_values("_timestamp")))
    assert joules(reading) == pytest.approx(JOULES)
    assert counts(reading) == {}
    assert reading.facts["rows of other metrics"] == "2"


def test_an_empty_cell_is_unknown_and_not_zero(read, counts):
    table = TABLE.astype(object)
    table.loc[1, "system.gpu.0.powerWatts"] = None
    reading = read(csv(table), max_gap="1 min")
    # 100 W over 30 s
    assert joules(reading) == pytest.approx({"gpu-0": 3_000.0, "gpu-1": 1_500.0})
    assert counts(reading) == {"not a number": 1}


def test_the_parts_of_an_apple_computer_are_not_added_to_it(read):
    rows = [
        {
            "_timestamp": START + 15 * n,
            "system.cpu.powerWatts": 4,
            "system.gpu.0.powerWatts": 10,
            "system.ane.power": 1,
            "system.system.powerWatts": 20,
        }
        for n in range(2)
    ]
    reading = read(csv(pd.DataFrame(rows)))
    assert joules(reading) == pytest.approx({"node": 300.0})
    assert reading.covers == ("node",)
    reading = read(csv(pd.DataFrame(rows).drop(columns="system.system.powerWatts")))
    assert joules(reading) == pytest.approx({"cpu": 60.0, "gpu-0": 150.0, "ane": 15.0})


def test_a_broken_line_is_counted(read, counts):
    text = "\n".join([*map(json.dumps, ROWS), json.dumps(ROWS[0])[:40]])
    reading = read(text)
    assert joules(reading) == pytest.approx(JOULES)
    assert counts(reading) == {"unreadable line": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("_timestamp,system.gpu.0.powerPercent\n1,2\n", r"no column of a power.*system.gpu.0.powerPercent.*history"),
        ('"Relative Time (Process)","run-1 - system/gpu.0.powerWatts"\n15,100\n', r"or no _timestamp.*history"),
        ("_timestamp,system.gpu.0.powerWatts\n", r"a header and no row"),
        ("_timestamp,system.gpu.0.powerWatts\nx,1\ny,2\n", r"no row has a time stamp"),
        (f"_timestamp,system.gpu.0.powerWatts\n{START},\n{START},\n", r"no row has a power"),
    ],
)
def test_a_file_without_power_or_time_is_named(write, text, message):
    with pytest.raises(LogError, match=message):
        read_power_log(write(text))


@pytest.mark.parametrize("text", ["_timestamp,loss\n1,2\n", "{}", "time,power\n1,2\n", '{"system": 1}'])
def test_other_texts_are_not_taken_for_it(text):
    assert not FORMATS["wandb"].matches(text)


def test_no_other_real_log_is_taken_for_it(logs):
    assert not [
        path.name for path in logs.iterdir() if FORMATS["wandb"].matches(path.read_text(errors="replace")[:20_000])
    ]


@given(
    st.lists(st.floats(0, 1e4) | st.none(), min_size=1, max_size=20).filter(
        lambda watts: any(one is not None for one in watts)
    )
)
def test_what_is_written_is_read(tmp_path_factory, watts):
    rows = [
        {"_timestamp": START + n, "system.gpu.0.powerWatts": one, "system.gpu.1.powerWatts": 1.0}
        for n, one in enumerate(watts)
    ]
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_text(csv(pd.DataFrame(rows)))
    [records] = read_records(path, None, Options())
    own = records.frame[records.frame["device"] == "gpu-0"]
    assert [None if pd.isna(one) else one for one in own["power"]] == watts
    assert own["time"].tolist() == [round((START + n) * 1e6) for n in range(len(watts))]


def test_half_a_character_in_a_cell_is_no_number(read):
    """JSON can name half of a pair of 16 bits, which nothing can encode."""
    row = '{{"_timestamp": {}, "_runtime": {}, "system.gpu.0.powerWatts": {}}}\n'
    rows = [row.format(1_717_149_600 + 10 * n, 10 * n, 100) for n in range(3)]
    reading = read("".join([*rows, row.format(1_717_149_630, 30, r'"\ud800"'), row.format(r'"\uDC00"', 40, 100)]))
    assert reading.total * 3.6e6 == pytest.approx(2_000.0)


def test_a_chart_over_relative_time_is_a_table_from_the_start_of_the_run(read):
    text = (
        '"Relative Time (Process)","run-1 - system/gpu.0.powerWatts","run-1 - system/gpu.0.powerWatts__MIN"\n'
        '"0","100","100"\n"15","200","200"\n'
    )
    with pytest.raises(LogError, match=r"--columns time=COLUMN:s,power=COLUMN:W.*--origin"):
        read(text)
    columns = {"time": "Relative Time (Process):s", "power": "run-1 - system/gpu.0.powerWatts:W"}
    reading = read(text, columns=columns, origin="2024-05-31T10:00:00Z")
    assert reading.total * 3.6e6 == pytest.approx(2_250.0)
