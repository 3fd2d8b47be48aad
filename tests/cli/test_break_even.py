"""``lca-ai break-even`` as a user meets it."""

import json
import sys

import pytest

import lca_ai as lca
from lca_ai.cli import main

ASKED = ["--keep", "dgx-a100", "--buy", "dgx-h100", "--work", "1e9 token/day", "--samples", "64"]
PLACE = ["--location", "FR", "--pue", "1.2", "--wue", "0.3 L/kWh"]
SPEED = ["--throughput", "dgx-a100=2000 token/s"]
RUN = """
name: a service
goal_and_scope:
  goal: test
  functional_unit: {description: a million tokens, reference_flow: 1e6 token}
workloads:
  - {name: served, type: inference, hardware: dgx-a100, location: {zone: FR, pue: 1.2}, energy: 50 kWh,
     runtime: {duration: 10 hour}, delivered: 1e8 token}
"""


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the command; give its exit status, what it printed, and its errors."""

    def _run(*arguments):
        monkeypatch.setattr(sys, "argv", ["lca-ai", "break-even", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capsys.readouterr()

    return _run


def test_it_prints_what_python_finds(command):
    status, out, _ = command(*ASKED, *PLACE, *SPEED, "--start", "2027-01-01", "--json")
    assert status == 0
    found = lca.break_even(
        keep="dgx-a100", buy="dgx-h100", work="1e9 token/day", throughput={"dgx-a100": "2000 token/s"}, samples=64,
        location=lca.location("FR", pue=1.2, wue="0.3 L/kWh"), start="2027-01-01",
    )  # fmt: skip
    assert json.loads(out) == found.to_dict()


def test_it_tells_and_writes(command, tmp_path):
    status, out, _ = command(*ASKED, *PLACE, *SPEED, "--grid-trend=-4 %/year", "--out", tmp_path / "out")
    assert status == 0
    assert out.startswith("keep dgx-a100, or buy dgx-h100, for 1e9 token/day")
    assert "the grid changes: climate change -0.04 per year" in out
    names = {"break_even.json", "table.csv", "curves.csv", "machines.csv", "inputs.csv", "gaps.csv"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert json.loads((tmp_path / "out" / "break_even.json").read_text())["keep"] == "dgx-a100"


def test_a_run_of_a_study_is_kept(command, tmp_path):
    study = tmp_path / "study.yaml"
    study.write_text(RUN)
    status, out, _ = command(
        "--keep", study, "--buy", "dgx-h100", "--work", "1e8 token/day", "--samples", "64", "--json"
    )
    assert status == 0
    machines = json.loads(out)["machines"]
    assert machines[0]["machine"] == "served"
    assert machines[0]["busy"] == pytest.approx(10 / 24)
    assert machines[0]["energy_per_work"] == pytest.approx(5e-7)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--keep", "a100-node", *ASKED[2:], *PLACE, *SPEED], "did you mean dgx-a100"),
        ([*ASKED, *PLACE], "the throughput of dgx-a100 at this work"),
        ([*ASKED, *SPEED], "the place is missing"),
        ([*ASKED, *SPEED, "--pue", "1.2"], "--location with it"),
        ([*ASKED, *PLACE, "--throughput", "2000 token/s"], "no machine and its amount"),
        ([*ASKED, *PLACE, *SPEED, "--years", "0"], "a whole number from 1"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(command, arguments, told):
    status, out, errors = command(*arguments)
    assert (status, out) == (2, "")
    assert len(errors.strip().splitlines()) == 1
    assert errors.startswith("lca-ai: ")
    assert told in errors
