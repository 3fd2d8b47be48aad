"""A result can be recomputed, or it is said exactly which rows moved and by how much."""

import copy
import json

import pandas as pd
import pytest

import lca_ai as lca
from lca_ai.errors import InputError
from lca_ai.interpretation.recompute import read_lock, recompute
from lca_ai.reports.build import write_moved
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
    assert found.factors[["process", "then", "now"]].to_numpy().tolist() == [["electricity from gas", 0.5, 0.43]]


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


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda data: data.update(impacts="none"), "impacts"),
        (lambda data: data["impacts"].insert(2, "a row"), "impacts[2]"),
        (lambda data: data["impacts"][0].update(amount="0.5 kg"), "impacts[0].amount"),
        (lambda data: data["impacts"][0].update(amount=True), "impacts[0].amount"),
        (lambda data: data["impacts"][0].pop("amount"), "impacts[0].amount"),
        (lambda data: data["impacts"][0].update(process=["a", "b"]), "impacts[0].process"),
        (lambda data: data["totals"][1].pop("category"), "totals[1].category"),
        (lambda data: data["factors"][3].update(flow=None), "factors[3].flow"),
        (lambda data: data.update(lock=[]), "lock"),
        (lambda data: data["lock"].update(tables="all"), "lock.tables"),
        (lambda data: data["lock"].update(files=["spl.txt"]), "lock.files"),
        (
            lambda data: data["lock"]["tables"].update({"datasets/grid/losses": "2026.11"}),
            "lock.tables.datasets/grid/losses",
        ),
    ],
)
def test_a_field_that_is_not_as_a_result_has_it_is_named(spoil, field, old, tmp_path):
    spoil(old)
    file = tmp_path / "result.json"
    file.write_text(json.dumps(old))
    with pytest.raises(InputError, match=r"not a result\.json") as caught:
        read_lock(file)
    assert (caught.value.file, caught.value.field) == (str(file), field)


def test_a_result_without_what_older_versions_did_not_write_is_compared(result, old, tmp_path):
    for name in ("totals", "factors"):
        del old[name]
    old["lock"] = {}
    file = tmp_path / "result.json"
    file.write_text(json.dumps(old))
    found = recompute(result, read_lock(file))
    assert found.same
    assert {then for then, _ in found.tables.values()} == {"absent"}


def test_every_row_that_moved_is_in_the_table_of_moves(result, old, tmp_path):
    """Each impact a quarter more than it was, one total, and a factor that is gone: the list is cut, the table is not."""
    for row in old["impacts"]:
        row["amount"] /= 1.25
    total = next(row for row in old["totals"] if row["category"] == "climate change")
    total["amount"] /= 2.0
    old["factors"].append({"process": "a process of last year", "flow": "climate change", "amount": 3.0})
    found = recompute(result, old)
    assert any(line.endswith(" more rows") for line in found.lines())
    file = write_moved(found, tmp_path)
    assert file.name == "moved.csv"
    rows = pd.read_csv(file, keep_default_na=False)
    moved = [row for row in old["impacts"] if row["amount"] != 0]
    assert rows["kind"].value_counts().to_dict() == {"impact": len(moved), "total": 1, "factor": 1}
    impacts = rows[rows["kind"] == "impact"]
    assert impacts["change"].astype(float).tolist() == pytest.approx([0.25] * len(moved))
    keys = ["workload", "life_cycle_stage", "process", "category"]
    assert set(map(tuple, impacts[keys].to_numpy())) == {tuple(row[key] for key in keys) for row in moved}
    assert rows.loc[rows["kind"] == "total", ["process", "change"]].to_numpy().tolist() == [["", "1.0"]]
    gone = rows[rows["kind"] == "factor"].iloc[0]
    assert (gone["flow"], gone["then"], gone["now"], gone["change"]) == ("climate change", 3.0, "", "")


def test_where_nothing_moved_the_table_of_moves_has_no_row(result, old):
    table = recompute(result, old).moved()
    assert table.empty
    assert list(table) == [
        "kind", "workload", "life_cycle_stage", "process", "flow", "category", "then", "now", "change",
    ]  # fmt: skip


def test_every_factor_of_the_result_is_in_the_file(old):
    flows = {(row["process"], row["flow"]) for row in old["factors"]}
    for row in old["impacts"]:
        process = row["process"].split(": ", 1)[-1]
        assert (process, row["category"]) in flows or row["category"] in {"water use", "water consumption"}, row
