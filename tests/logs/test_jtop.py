"""The CSV of jetson_stats (jtop), laid out as its logger example writes it."""

from __future__ import annotations

import pytest

from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log

HEADER = "time,uptime,CPU1,CPU2,RAM,SWAP,EMC,GPU,APE,Fan pwmfan0,Temp CPU,Temp GPU,Power VDD_CPU_GPU_CV,Power VDD_SOC,Power TOT,jetson_clocks,nvp model\n"
ROW = "2023-07-14 16:24:{:09.6f},0:38:48.140000,5,6,0.2,0,0,0,174,30.0,48.1,46.2,{},{},{},OFF,MODE_15W\n"
TEXT = HEADER + ROW.format(11, 400, 1000, 4000) + ROW.format(13, 600, 1000, 6000)


def test_the_rails_lie_within_the_module(tmp_path) -> None:
    """4 to 6 W over 2 s: 10 J; its rails 1 and 2 J."""
    path = tmp_path / "log.csv"
    path.write_text(TEXT)
    found = read_energy(read_power_log(path, timezone="Europe/Rome"))
    assert found.format == "jtop"
    assert found.covers == ("node",)
    assert {name: kwh * 3.6e6 for name, kwh in found.per_device().items()} == pytest.approx({"TOT": 10.0})
    assert {name: kwh * 3.6e6 for name, kwh in found.per_nested_device().items()} == pytest.approx(
        {"VDD_CPU_GPU_CV": 1.0, "VDD_SOC": 2.0}
    )
    assert found.start.isoformat() == "2023-07-14T14:24:11+00:00"


def test_unknown_cells_are_not_zero(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(TEXT + ROW.format(15, "", "", "") + HEADER + ROW.format(17, 600, 1000, 6000))
    found = read_energy(read_power_log(path, timezone="UTC"))
    assert found.total * 3.6e6 == pytest.approx(10.0 + 4 * 6.0)
    notes = {note.what: note.count for note in found.notes}
    assert (notes["not a number"], notes["repeated header"]) == (3, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [(TEXT, r"no zone"), (HEADER, r"no row"), (TEXT.replace("2023-07-14", "a day"), r"no row has a time stamp")],
)
def test_what_is_missing_is_named(tmp_path, text, problem) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(LogError, match=problem):
        read_energy(read_power_log(path, timezone=None if problem == "no zone" else "UTC"))
