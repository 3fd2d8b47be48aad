"""A result can be recomputed, or it is said exactly which rows moved and by how much."""

import copy
import json

import pytest

import lca_ai as lca
from lca_ai.interpretation.recompute import read_lock, recompute
from lca_ai.tables import data_root, packages


@pytest.fixture(scope="module")
def result():
    return lca.assess(lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml"))


@pytest.fixture
def old(result):
    return copy.deepcopy(json.loads(json.dumps(result.to_dict())))


def test_the_same_study_gives_the_same_rows(result, old):
    found = recompute(result, old)
    assert found.same
    assert found.lines() == []


def test_a_row_that_moved_is_named_with_its_change(result, old):
    row = next(row for row in old["impacts"] if row["category"] == "climate change")
    row["amount"] /= 1.25
    found = recompute(result, old)
    assert not found.same
    assert len(found.impacts) == 1
    assert found.impacts["change"].item() == pytest.approx(0.25)
    assert row["process"] in found.lines()[0]
    assert "+25 %" in found.lines()[0]


def test_a_factor_and_its_table_are_named(result, old):
    factor = next(
        row for row in old["factors"] if row["process"] == "electricity from gas" and row["flow"] == "climate change"
    )
    factor["amount"] = 0.5
    old["lock"]["tables"]["emission_factors/electricity/technologies"] = {"version": "0.9.0", "sha256": "0" * 64}
    found = recompute(result, old)
    now = packages()["emission_factors/electricity"].version
    assert found.tables == {"emission_factors/electricity/technologies": ("0.9.0", now)}
    assert found.factors[["process", "then", "now"]].values.tolist() == [["electricity from gas", 0.5, 0.43]]


def test_a_row_that_is_new_or_gone_is_told(result, old):
    gone = {**old["impacts"][0], "process": "a process of last year"}
    old["impacts"] = [*old["impacts"][1:], gone]
    lines = " ".join(recompute(result, old).lines())
    assert "gone, was" in lines
    assert "new, " in lines


def test_a_changed_log_is_told(result, old):
    old["lock"]["files"]["spl.txt"] = "0" * 64
    assert recompute(result, old).files == ("spl.txt",)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"impacts": []}', "\x00"])
def test_a_file_that_is_no_result_is_refused(tmp_path, text):
    file = tmp_path / "result.json"
    file.write_text(text)
    with pytest.raises(lca.LcaAiError, match=r"not a result\.json"):
        read_lock(file)


def test_every_factor_of_the_result_is_in_the_file(old):
    flows = {(row["process"], row["flow"]) for row in old["factors"]}
    for row in old["impacts"]:
        process = row["process"].split(": ", 1)[-1]
        assert (process, row["category"]) in flows or row["category"] in {"water use", "water consumption"}, row
