"""A log written as Parquet holds what the log holds."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from lca_ai.cli import app
from lca_ai.cli import logs as commands
from lca_ai.errors import LogError
from lca_ai.logs.convert import to_parquet
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.models.power import PowerLog


@pytest.mark.parametrize("name", ["nvidia-smi_headerless.csv", "codecarbon_2.0.csv", "boamps_llm_inference.json"])
def test_the_energy_is_the_same(logs, tmp_path, name):
    log = read_power_log(logs / name, timezone="UTC")
    before = read_energy(log)
    out = tmp_path / "log.parquet"
    rows = to_parquet(log, out)
    after = read_energy(read_power_log(out))
    assert rows > 0
    assert after.per_device() == pytest.approx(before.per_device(), rel=1e-9)
    assert not list(tmp_path.glob(".*.partial"))


def test_several_kinds_are_refused(tmp_path):
    head = "2024-05-31T10:00:00Z,a,1\n2024-05-31T10:00:10Z,a,2\n"
    (tmp_path / "a.csv").write_text("time,device,power\n" + head)
    (tmp_path / "b.csv").write_text("time,device,counter [J]\n" + head)
    log = PowerLog(files=(str(tmp_path / "a.csv"), str(tmp_path / "b.csv")))
    with pytest.raises(LogError, match="several kinds"):
        to_parquet(log, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_a_large_log_of_text_offers_to_become_parquet(tmp_path, monkeypatch):
    path = tmp_path / "a log.csv"
    path.write_text("time,device,power\n" + "".join(f"2024-05-31T10:00:{n:02d}Z,a,1\n" for n in range(9)))
    assert CliRunner().invoke(app, ["energy", str(path)]).stderr == ""
    monkeypatch.setattr(commands, "_LARGE", 9)
    done = CliRunner().invoke(app, ["energy", str(path), "--json"])
    assert "lca-ai convert '" in done.stderr
    assert "a log.csv' --out log.parquet" in done.stderr
    assert "convert" not in done.stdout
    to_parquet(read_power_log(path), tmp_path / "a.parquet")
    assert "convert" not in CliRunner().invoke(app, ["energy", str(tmp_path / "a.parquet")]).stderr
