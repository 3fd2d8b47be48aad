"""Ranks of one job: each with its own GPUs they join, and what several of them measured is never added up."""

from __future__ import annotations

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log

CODECARBON = (
    "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,tracking_mode"
)


def smi(*gpus: str, second: float = 0.0) -> str:
    rows = [
        f"2024/05/31 10:00:{10 * turn + second:06.3f}, {index}, {uuid}, {watts} W"
        for turn in range(3)
        for index, (uuid, watts) in enumerate((gpu.split("=")) for gpu in gpus)
    ]
    return "\n".join(["timestamp, index, uuid, power.draw [W]", *rows, ""])


def files(tmp_path, *texts: str):
    for rank, text in enumerate(texts):
        (tmp_path / f"rank{rank}.csv").write_text(text)
    return read_energy(read_power_log(tmp_path, timezone="UTC"))


def test_ranks_with_a_gpu_each_join_by_its_uuid(tmp_path) -> None:
    """Both call their GPU 0: two cards of 100 and 200 W for 20 s."""
    found = files(tmp_path, smi("GPU-aa=100.00"), smi("GPU-bb=200.00"))
    assert {name: kwh * 3.6e6 for name, kwh in found.per_device().items()} == pytest.approx(
        {"GPU-aa": 2000.0, "GPU-bb": 4000.0}
    )


def test_ranks_that_wrote_the_same_rows_count_once(tmp_path) -> None:
    both = smi("GPU-aa=100.00", "GPU-bb=200.00")
    found = files(tmp_path, both, both)
    assert found.total * 3.6e6 == pytest.approx(6000.0)
    assert {note.what: note.count for note in found.notes} == {"duplicate": 6}


def test_ranks_that_polled_the_same_gpus_are_refused(tmp_path) -> None:
    with pytest.raises(LogError, match=r"two parts of the log cover the same device at the same time.*GPU-aa"):
        files(tmp_path, smi("GPU-aa=100.00", "GPU-bb=200.00"), smi("GPU-aa=101.00", "GPU-bb=201.00", second=0.4))


def codecarbon(stamp: str, run: str, gpu: float, mode: str = "machine", seconds: float = 600.0) -> str:
    return f"2024-05-31T{stamp},p,{run},{seconds},0.01,0.1,{gpu},0.1,{gpu + 0.2},{mode}"


def test_ranks_with_a_file_of_codecarbon_each_are_refused(tmp_path) -> None:
    texts = [f"{CODECARBON}\n{codecarbon(*row)}\n" for row in (("10:10:00", "a", 0.5), ("10:10:02", "b", 0.51))]
    with pytest.raises(LogError, match=r"rank1.csv.*cover the same device at the same time.*ranks of a job"):
        files(tmp_path, *texts)


def test_runs_of_codecarbon_one_after_the_other_join(tmp_path) -> None:
    texts = [f"{CODECARBON}\n{codecarbon(*row)}\n" for row in (("10:10:00", "a", 0.5), ("10:20:01", "b", 0.5))]
    assert files(tmp_path, *texts).total == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("second", "mode", "refused"),
    [("10:10:02", "machine", True), ("10:10:02", "process", False), ("10:15:00", "machine", False)],
)
def test_ranks_in_one_file_of_codecarbon(tmp_path, second, mode, refused) -> None:
    """Only runs that start and last together, each of the whole machine, are ranks."""
    text = "\n".join([CODECARBON, codecarbon("10:10:00", "a", 0.5, mode), codecarbon(second, "b", 0.5, mode), ""])
    if refused:
        with pytest.raises(LogError, match=r"each measured the whole machine.*2 runs"):
            files(tmp_path, text)
    else:
        assert files(tmp_path, text).total == pytest.approx(1.4)
