"""MLflow: the file of a system metric in a local store, and the history of a metric as JSON or CSV.

Names and folders: https://mlflow.org/docs/latest/ml/tracking/system-metrics/; mlflow/system_metrics/metrics/
gpu_monitor.py and mlflow/store/tracking/file_store.py. The numbers are made up.
"""

import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import FORMATS
from lca_ai.logs.formats import read as read_records
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
START = 1_717_149_600_123
KEY = "system/gpu_0_power_usage_watts"
# 100, 200, 100 W, each 10 s
LINES = "".join(f"{START + 10_000 * n} {watts} {n}\n" for n, watts in enumerate((100.0, 200.0, 100.0)))
JOULES = 3_000.0


def joules(reading):
    return {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()}


def history(key=KEY, *, watts=(100.0, 200.0, 100.0), **more):
    return [
        {"key": key, "value": one, "timestamp": START + 10_000 * n, "step": n, **more} for n, one in enumerate(watts)
    ]


def csv(rows):
    text = io.StringIO()
    pd.DataFrame(rows).to_csv(text, index=False)
    return text.getvalue()


@pytest.fixture
def store(tmp_path):
    """Write the file of a metric into a local store; give its path."""

    def _store(name, content):
        path = tmp_path / "mlruns" / "0" / ("5" * 32) / "metrics" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return _store


@pytest.mark.parametrize(
    ("name", "device"),
    [
        (KEY, "gpu-0"),
        ("system/gpu_11_power_usage_watts", "gpu-11"),
        ("system/node_1/gpu_0_power_usage_watts", "node_1/gpu-0"),
    ],
)
def test_the_file_of_a_metric(store, name, device):
    reading = read_energy(read_power_log(store(name, LINES)))
    assert joules(reading) == pytest.approx({device: JOULES})
    assert reading.covers == ("gpu",)
    assert reading.seconds == pytest.approx(20.0)


def test_the_files_of_several_gpus_are_one_log(store):
    files = [store(f"system/gpu_{n}_power_usage_watts", LINES) for n in (0, 1)]
    assert joules(read_energy(read_power_log(files))) == pytest.approx({"gpu-0": JOULES, "gpu-1": JOULES})


def test_a_file_that_was_copied_out_of_its_folder(read):
    assert joules(read(LINES, name="gpu_2_power_usage_watts.txt")) == pytest.approx({"gpu-2": JOULES})


@pytest.mark.parametrize("name", ["loss", "system/gpu_0_power_usage_percentage", "system/gpu_0_utilization_percentage"])
def test_the_file_of_another_metric_is_refused(store, name):
    with pytest.raises(LogError, match=r"does not tell that this is the power of a GPU.*gpu_0_power_usage_watts"):
        read_power_log(store(name, LINES))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"metrics": history()}), id="REST"),
        pytest.param(json.dumps(history()), id="list"),
        pytest.param(csv(history()), id="CSV"),
        pytest.param(csv(history(run_id="a")), id="CSV of one run"),
        pytest.param(csv(history() + history("system/gpu_0_power_usage_percentage")), id="with another metric"),
    ],
)
def test_the_history_of_a_metric(read, text):
    assert joules(read(text)) == pytest.approx({"gpu-0": JOULES})


def test_several_runs_are_told_apart(read):
    text = csv(history(run_id="a") + history(run_id="b"))
    assert joules(read(text)) == pytest.approx({"a/gpu-0": JOULES, "b/gpu-0": JOULES})


def test_an_unknown_value_is_not_zero(store, counts):
    lines = LINES.replace("200.0", "nan")
    reading = read_energy(read_power_log(store(KEY, lines), max_gap="1 min"))
    assert joules(reading) == pytest.approx({"gpu-0": 2_000.0})
    assert counts(reading) == {"not a number": 1}


@pytest.mark.parametrize("keep", range(1, len(LINES.splitlines()[-1]) - 1))
def test_a_file_cut_anywhere_in_its_last_line_loses_that_line_only(store, keep):
    whole, last = LINES.rstrip("\n").rsplit("\n", 1)
    reading = read_energy(read_power_log(store(KEY, f"{whole}\n{last[:keep]}")))
    assert joules(reading) == pytest.approx({"gpu-0": 1_500.0})
    assert reading.dropped == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps({"metrics": history()})[:-20], r"cut short or broken"),
        (json.dumps({"metrics": history("loss")}), r"no metric is the power of a GPU.*'loss'"),
        (csv(history())[:25], r"has no row|not recognised"),
        (csv([{"key": KEY, "value": 1, "timestamp": "now", "step": 0}]), r"no row has a time stamp.*ms since 1970"),
    ],
)
def test_a_broken_history_is_named(write, text, message):
    with pytest.raises(LogError, match=message):
        read_power_log(write(text))


@pytest.mark.parametrize(
    "text", ["1759592247532228 9553228173\n", "1717149600 1 2\n", "1717149600123,1,2\n", "{}", "key,value\na,1\n"]
)
def test_other_texts_are_not_taken_for_it(text):
    assert not FORMATS["mlflow"].matches(text)


def test_no_other_real_log_is_taken_for_it(logs):
    assert not [
        path.name for path in logs.iterdir() if FORMATS["mlflow"].matches(path.read_text(errors="replace")[:20_000])
    ]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1e4)), min_size=1, max_size=20))
def test_what_is_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("log") / "gpu_0_power_usage_watts"
    path.write_text("".join(f"{START + after} {watts!r} {n}\n" for n, (after, watts) in enumerate(rows)))
    [records] = read_records(path, None, Options())
    assert records.frame["time"].tolist() == [(START + after) * 1000 for after, _ in rows]
    assert records.frame["power"].tolist() == [watts for _, watts in rows]
