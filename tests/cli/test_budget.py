"""``lca-ai largest`` as a user meets it."""

import json
import sys

import pytest

import lca_ai as lca
from lca_ai.cli import main
from lca_ai.tables import data_root

STUDY = data_root() / "datasets" / "studies" / "resnet50-france.yaml"
SAMPLES = ["--samples", "64"]


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the command; give its exit status, what it printed, and its errors."""

    def _run(*arguments):
        monkeypatch.setattr(sys, "argv", ["lca-ai", "largest", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capsys.readouterr()

    return _run


def test_it_prints_what_python_finds(command):
    status, out, _ = command(STUDY, "--within", "1 tonne CO2e", "--confidence", "0.9", *SAMPLES, "--json")
    assert status == 0
    found = lca.largest(lca.read_study(STUDY), within="1 tonne CO2e", confidence=0.9, samples=64)
    assert json.loads(out) == found.to_dict()


def test_an_example_study_by_its_name_and_two_budgets(command):
    status, out, _ = command(
        "resnet50-france", "--within", "1 tonne CO2e", "--within", "primary energy=1000 MJ", *SAMPLES
    )
    assert status == 0
    assert "primary energy binds" in out
    assert "image" in out


def test_an_input(command):
    status, out, _ = command(STUDY, "--within", "1 g CO2e", "--of", "energy", *SAMPLES, "--json")
    assert status == 0
    row = json.loads(out)["table"][0]
    assert (row["quantity"], row["unit"], row["bound"]) == ("energy", "kWh", "at most")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--within", "1 kg"], "no impact category"),
        (["--within", "1 kg CO2e", "--within", "2 kg CO2e"], "two budgets of one category"),
        (["--within", "climate=1 kg CO2e"], "did you mean climate change"),
        (["--within", "1 kg CO2e", "--confidence", "95"], "--confidence: a confidence is a share"),
        (["--within", "1 kg CO2e", "--of", "colour"], "no such input"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(command, arguments, told):
    status, out, errors = command(STUDY, *arguments, *SAMPLES)
    assert (status, out) == (2, "")
    assert len(errors.strip().splitlines()) == 1
    assert told in errors
