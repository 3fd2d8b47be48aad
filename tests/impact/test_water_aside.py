"""Water use without the end of life stands beside the total: in the result, its summary, its report and its file."""

import json
import re

import pytest

import lca_ai as lca
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.workload import TrainingRun
from lca_ai.reports.build import write_all

WATER = "water use"


def assessed(*stages):
    run = TrainingRun(
        name="run", energy="10 kWh", runtime={"duration": "1 hour"}, hardware="a100-pcie-40gb",
        location={"zone": "FR", "year": 2021, "pue": 1.0}, allocation={"service_life": "4 year", "utilisation": 1.0},
    )  # fmt: skip
    boundary = {"system_boundary": stages} if stages else {}
    unit = FunctionalUnit("one trained model", reference_flow="1 model")
    return lca.assess(run, GoalAndScope(goal="to test", functional_unit=unit, **boundary))


@pytest.fixture(scope="module")
def whole():
    return assessed()


def test_what_is_left_and_what_is_left_out_sum_to_the_total(whole):
    """A100 PCIe 40GB, end of life: 527 m3 world eq a card (ADEME 2026), over 35,064 hours of life."""
    left = whole.without_stage(WATER, "end of life")
    ended = float(whole.by("life cycle stage")[WATER]["end of life"])
    assert left + ended == pytest.approx(float(whole.totals["amount"][WATER]), rel=1e-12)
    assert ended * 35_064 == pytest.approx(527, rel=1e-3)


def test_the_summary_tells_it_beside_the_total(whole):
    [line] = [line for line in whole.summary().splitlines() if line.startswith("water use")]
    assert re.search(r"water use +\S+ m3 world eq \(\S+ m3 world eq without the stage end of life\)", line)
    others = [line for line in whole.summary().splitlines() if "without the stage" in line]
    assert others == [line]


def test_the_file_and_the_report_tell_it(whole, tmp_path):
    write_all(whole, tmp_path)
    told = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["water_use_without_end_of_life"]
    assert told["amount"] == pytest.approx(whole.without_stage(WATER, "end of life"), rel=1e-12)
    assert (told["category"], told["unit"], told["left_out"]) == (WATER, "m3 world eq", "end of life")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    row = page[page.index("<td>water use") :].split("</tr>")[0]
    assert "without the stage end of life" in row
    assert "without the stage end of life" in lca.report(whole).markdown()


@pytest.mark.parametrize("stages", [("use",), ("manufacture", "use")])
def test_without_an_end_of_life_nothing_is_told_apart(stages):
    result = assessed(*stages)
    assert result.without_stage(WATER, "end of life") is None
    assert "without the stage" not in result.summary()
    assert result.to_dict()["water_use_without_end_of_life"] is None


def test_an_end_of_life_alone_is_the_total():
    assert assessed("end of life").without_stage(WATER, "end of life") is None
