"""``nvidia-smi --query-gpu`` without ``timestamp``: times of turns from a stated origin, and never a guess."""

from __future__ import annotations

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log

TIMES = {"origin": "2024-05-31T10:00:00Z", "every": "2 s"}
HEADED = "index, name, power.draw [W], utilization.gpu [%]\n"
ROWS = "0, NVIDIA A100, 60.00 W, 0 %\n1, NVIDIA A100, 50.00 W, 0 %\n0, NVIDIA A100, 80.00 W, 9 %\n1, NVIDIA A100, 50.00 W, 9 %\n"


@pytest.fixture
def read(tmp_path):
    def read(text: str, **given):
        path = tmp_path / "gpu.csv"
        path.write_text(text)
        return read_energy(read_power_log(path, **given))

    return read


@pytest.mark.parametrize("text", [HEADED + ROWS, HEADED + ROWS.replace(" W", ""), ROWS])
def test_a_turn_has_a_row_of_each_gpu(read, text) -> None:
    """GPU 0: 60 to 80 W over 2 s, 140 J; GPU 1: 50 W, 100 J."""
    if text == HEADED + ROWS.replace(" W", ""):
        text = text.replace(" [W]", " [W]")
    found = read(text, **TIMES)
    assert {name: kwh * 3.6e6 for name, kwh in found.per_device().items()} == pytest.approx({"0": 140.0, "1": 100.0})
    assert {note.what: note.count for note in found.notes} == {"times assumed": 4}


def test_a_header_that_comes_again_is_no_reading(read) -> None:
    rows = ROWS.split("\n")
    text = HEADED + "\n".join(rows[:2]) + "\n" + HEADED + "\n".join(rows[2:])
    found = read(text, **TIMES)
    assert found.total * 3.6e6 == pytest.approx(240.0)
    assert {note.what: note.count for note in found.notes} == {"times assumed": 4, "repeated header": 1}


@pytest.mark.parametrize("text", [HEADED + ROWS, ROWS, "power.draw [W]\n60.00 W\n80.00 W\n", "60.00 W\n80.00 W\n"])
def test_without_an_origin_the_remedy_is_named(read, text) -> None:
    with pytest.raises(LogError, match=r"the column timestamp is missing.*--query-gpu=timestamp.*--origin.*--every"):
        read(text)


@pytest.mark.parametrize("text", ["power.draw [W]\n60.00 W\n80.00 W\n", "60.00 W\n80.00 W\n"])
def test_rows_without_a_name_may_be_those_of_several_gpus(read, text) -> None:
    with pytest.raises(LogError, match=r"nothing tells whose rows these are.*device=\.\.\. if it is one GPU"):
        read(text, **TIMES)
    assert read(text, device="gpu0", **TIMES).total * 3.6e6 == pytest.approx(140.0)


def test_a_row_that_is_missing_is_not_passed_over(read) -> None:
    with pytest.raises(LogError, match=r"do not come in equal turns"):
        read(HEADED + ROWS.replace("1, NVIDIA A100, 50.00 W, 0 %\n", ""), **TIMES)


def test_a_log_with_times_takes_no_origin(read) -> None:
    text = (
        "timestamp, index, power.draw [W]\n2024/05/31 10:00:00.000, 0, 60.00 W\n2024/05/31 10:00:02.000, 0, 80.00 W\n"
    )
    with pytest.raises(LogError, match=r"takes no origin"):
        read(text, timezone="UTC", **TIMES)


def test_an_origin_for_several_files_names_the_way(tmp_path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(HEADED + ROWS)
    with pytest.raises(LogError, match=r"one origin for several files.*--origin a.csv="):
        read_energy(read_power_log(tmp_path, **TIMES))
