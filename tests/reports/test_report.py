"""The report tells everything: every source arrives, gaps are not zeros, and nothing of a user's file runs as markup."""

import csv
import io
import json
import re

import pytest

import lca_ai as lca
from lca_ai.reports.build import write_all
from lca_ai.tables import data_root

STUDIES = ("resnet50-france", "resnet50-texas", "bloom-training")


@pytest.fixture(scope="module", params=STUDIES)
def result(request):
    return lca.assess(lca.read_study(data_root() / "datasets" / "studies" / f"{request.param}.yaml"))


@pytest.fixture(scope="module")
def france():
    return lca.assess(lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml"))


def test_every_source_of_the_result_arrives_in_the_report(result):
    cited = {one for text in result.impacts["source"] for one in text.split(";")}
    cited |= {one for assumed in result.assumed for one in assumed.source.split(";") if one}
    assert cited == set(result.sources)
    page = lca.report(result).html()
    listed = re.findall(r'<li id="source-(\d+)"', page)
    assert len(listed) == len(result.sources)
    for source in result.sources.values():
        assert source.title.split("&")[0].split("'")[0].split('"')[0] in page


def test_every_figure_of_the_table_of_impacts_stands_in_the_report(result):
    page = lca.report(result).html()
    table = page[page.index('id="figures"') : page.index('id="sources"')]
    assert table.count("<tr>") == len(result.impacts) + 1


def test_the_page_needs_nothing_from_elsewhere(result):
    page = lca.report(result).html()
    assert "<script" not in page
    assert not re.search(r'(?:src|href)\s*=\s*"(?!#|https?://)', page)
    assert not re.search(r"<(?:img|link|iframe|object|embed)\b", page)
    assert not re.search(r"url\(\s*['\"]?https?:|@import", page)


def test_a_category_that_is_incomplete_is_never_a_headline(result):
    page = lca.report(result).html()
    headline = page[page.index('id="headline"') : page.index('id="scope"')]
    cards = re.findall(r'<div class="card"><small>([^<]+)</small>', headline)
    assert cards == [name for name, row in result.totals.iterrows() if row["complete"]]


def test_a_stage_without_a_figure_is_shown_as_a_gap(france):
    page = lca.report(france).html()
    row = re.search(r"<tr><td>ozone depletion.*?</tr>", page, re.DOTALL)[0]
    assert '<td class="gap">gap</td>' in row
    assert ">0</td>" not in row


def hostile(text):
    return lca.TrainingRun(
        name=f"run {text}",
        energy="100 kWh",
        runtime={"duration": "10 h"},
        hardware={
            "name": f"box {text}",
            "components": [{"kind": "other", "name": f"part {text}"}, {"kind": "mainboard"}],
        },
        location=lca.location("FR", year=2021, pue=1.0),
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "</style><b>",
        "javascript:alert(1)",
        "a & b",
    ],
)
def test_text_of_a_user_is_shown_and_never_run(text):
    scope = lca.GoalAndScope(
        goal=f"goal {text}",
        functional_unit=lca.FunctionalUnit(f"unit {text}", reference_flow="1 model"),
        cut_offs=[{"what": f"cut {text}", "reason": f"why {text}"}],
    )
    page = lca.report(lca.assess(hostile(text), scope)).html()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "</style><b>" not in page
    assert not re.search(r'href="javascript', page)
    from markupsafe import escape

    assert str(escape(f"goal {text}")) in page


def test_markdown_escapes_cells_and_markup():
    scope = lca.GoalAndScope(
        goal="a | b <script>", functional_unit=lca.FunctionalUnit("u | v", reference_flow="1 model")
    )
    text = lca.report(lca.assess(hostile("|x|"), scope)).markdown()
    assert "<script>" not in text
    rows = [line for line in text.splitlines() if line.startswith(("| manufacture", "| missing"))]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == len(re.findall(r"(?<!\\)\|", rows[0])) for row in rows)


def test_the_three_files_agree(france, tmp_path):
    html, table, data = write_all(france, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert list(rows[0]) == [
        "workload", "life_cycle_stage", "process", "category", "amount", "unit", "activity_basis", "factor_grade", "source",
    ]  # fmt: skip
    plain = json.loads(data.read_text(encoding="utf-8"))
    assert [float(row["amount"]) for row in rows] == [row["amount"] for row in plain["impacts"]]
    assert {row["activity_basis"] for row in rows} <= {"measured", "modelled", "given", "assumed"}
    assert {row["factor_grade"] for row in rows} <= {"sourced", "proxy", "partial"}
    assert html.stat().st_size < 1_000_000


def test_a_figure_traced_by_hand(france):
    """Gas in the French use stage: kWh per million images x share of gas / (1 - losses) x UNECE's 430 g."""
    rows = france.impacts
    gas = rows[rows["process"].str.endswith("electricity from gas") & (rows["category"] == "climate change")][
        "amount"
    ].item()
    kwh = 658_184.108 / 3.6e6 / 46.785984
    assert gas == pytest.approx(kwh * 0.06053 / (1 - 0.0705384) * 0.43, rel=1e-5)


def test_the_same_result_gives_the_same_bytes(france):
    again = lca.assess(lca.read_study(data_root() / "datasets" / "studies" / "resnet50-france.yaml"))
    assert lca.report(france).html() == lca.report(again).html()


def test_an_unknown_form_is_refused(france, tmp_path):
    with pytest.raises(lca.LcaAiError, match=r"accepted: \.html or \.md"):
        lca.report(france).write(tmp_path / "report.pdf")


def test_a_folder_that_cannot_be_written_is_a_clear_error(france, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(lca.LcaAiError, match="cannot be written"):
        lca.report(france).write(tmp_path / "file" / "report.html")
