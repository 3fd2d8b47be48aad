"""``lca-ai compare`` and ``lca-ai uncertainty`` as a user meets them."""

import json
import sys

import pandas as pd
import pytest

import lca_ai as lca
from lca_ai import tables
from lca_ai.cli import main

STUDY = tables.data_root() / "datasets/studies/resnet50-france.yaml"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command here; its status, what it printed, and what it told of faults."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["lca-ai", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_a_comparison_is_written_as_page_rows_and_result(run, tmp_path):
    status, out, _ = run(
        "compare", STUDY, "--location", "FR,DE,US-MISO", "--hardware", "dgx-h100,dgx-b200",
        "--samples", 256, "--seed", 7, "--out", tmp_path,
    )  # fmt: skip
    assert status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"compare.html", "compare.csv", "details.csv", "result.json"}
    rows = pd.read_csv(tmp_path / "compare.csv")
    told = ["category", "amount", "low", "high", "unit", "activity_basis"]
    assert list(rows.columns) == ["hardware", "location", *told]
    assert len(rows) == 2 * 3 * 19
    plain = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert plain["seed"] == 7
    assert "published peak figures" in out + " ".join(str(one) for one in plain["data_quality"])
    assert "6 cases, 256 draws" in out


def test_the_same_seed_writes_the_same_bytes_with_any_number_of_threads(run, tmp_path):
    for name, threads in (("one", 1), ("two", 2)):
        given = ("--location", "FR,DE", "--samples", 64, "--seed", 3, "--threads", threads, "--out", tmp_path / name)
        assert run("compare", STUDY, *given)[0] == 0
    for name in ("compare.csv", "result.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_stated_ratios_inputs_and_correlations_are_taken(run, tmp_path):
    status, out, _ = run(
        "compare", STUDY, "--hardware", "r7525-3xa100,dgx-h100:2:1.4", "--because", "our own benchmark", "--json",
        "-i", "pue=uniform(1.1, 1.4)", "-i", "service_life=5 year", "--correlated", "factors of *=0.3",
        "--samples", 32, "--out", tmp_path,
    )  # fmt: skip
    assert status == 0
    plain = json.loads(out)
    inputs = {one["name"]: one for one in plain["inputs"]}
    assert inputs["PUE of FR"]["spread"] == "uniform(low 1.1, high 1.4)"
    assert inputs["throughput of dgx-h100, over the measured one"]["value"] == 2.0
    assert any("our own benchmark" in one["detail"] for one in plain["data_quality"])


def test_several_studies_are_cases_by_the_name_of_their_file(run, tmp_path):
    other = tables.data_root() / "datasets/studies/resnet50-texas.yaml"
    status, _, _ = run("compare", STUDY, other, "--samples", 8, "--out", tmp_path)
    assert status == 0
    assert set(pd.read_csv(tmp_path / "compare.csv")["case"]) == {"resnet50-france", "resnet50-texas"}


def test_the_interval_of_a_study_is_printed_and_written(run, tmp_path):
    status, out, _ = run("uncertainty", "resnet50-france", "--samples", 512, "--seed", 1, "--out", tmp_path)
    assert status == 0
    assert "climate change" in out
    rows = pd.read_csv(tmp_path / "uncertainty.csv").set_index("category")
    expected = lca.monte_carlo(lca.read_study(STUDY), samples=512, seed=1).totals
    assert rows["low"].to_numpy() == pytest.approx(expected["low"].to_numpy(), rel=1e-12)
    assert {"contributions.csv", "inputs.csv", "result.json"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("compare", STUDY, "--location", "FR,FR"), "--location: a case is there twice"),
        (("compare", STUDY, "--location", ","), "--location: an empty list"),
        (("compare", STUDY, "--location", "Atlantis"), "unknown grid zone"),
        (("compare", STUDY, "--hardware", "dgx-h100:2"), "NAME:THROUGHPUT:POWER"),
        (("compare", STUDY, "--hardware", "dgx-h1000"), "did you mean"),
        (("compare", STUDY, STUDY), "two studies of one name"),
        (("compare", "nothing.yaml"), "nothing.yaml"),
        (("uncertainty", STUDY, "--samples", 1000), "--samples: .* accepted: 512 or 1024"),
        (("uncertainty", STUDY, "-i", "pue"), "NAME=VALUE"),
        (("uncertainty", STUDY, "-i", "pue=normal(0)"), "no spread"),
        (("uncertainty", STUDY, "--choices", "colour"), "no such choice"),
        (("uncertainty", STUDY, "--correlated", "factors=x"), "not a correlation"),
    ],
)
def test_wrong_input_exits_with_2_and_one_line(run, arguments, told, tmp_path):
    import re

    out = ("--out", tmp_path) if arguments[0] == "compare" else ()
    status, _, err = run(*arguments, *out)
    assert status == 2
    assert err.count("\n") == 1
    assert re.search(told, err), err
