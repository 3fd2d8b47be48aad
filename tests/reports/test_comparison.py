"""The report of a comparison without a browser: its numbers are the comparison's, nothing incomplete is a ranking."""

import base64
import csv
import hashlib
import io
import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

import lca_ai as lca
from lca_ai.interpretation.tornado import tornado
from lca_ai.reports import comparison_plots as plots
from lca_ai.reports.comparison import ComparisonReport
from lca_ai.reports.comparison_numbers import Numbers, model_data
from lca_ai.reports.comparison_view import words
from lca_ai.tables import data_root

STUDY = data_root() / "datasets" / "studies" / "resnet50-france.yaml"


@pytest.fixture(scope="module")
def study():
    return lca.read_study(STUDY)


@pytest.fixture(scope="module")
def cases(study):
    return lca.cases(study, location=["FR", "DE", "IN"], hardware=["dgx-h100", "dgx-a100"])


@pytest.fixture(scope="module")
def compared(cases):
    return lca.compare(cases, samples=256, seed=7)


@pytest.fixture(scope="module")
def page(compared):
    return lca.report(compared).html()


@pytest.fixture(scope="module")
def world(study):
    return lca.compare(lca.cases(study, location=lca.zones("all")), samples=64, seed=7)


def recomputed(model, pue=None, life=None, utilisation=None):
    """What the script of the page does with the model that it carries."""
    found = []
    for terms in model["cases"]:
        amounts = 0.0
        for activity, place, energy, weight in terms:
            if place >= 0:
                at = model["places"][place]
                factor = 1.0 if at["pue"] is None else at["pue"] if pue is None else pue
                amounts = amounts + energy * factor * np.array(at["grid"])
                if at["water"]:
                    amounts = amounts + energy * at["wue"] * np.array(at["water"])
            machine = model["activities"][activity]
            if machine["made"]:
                used = machine["utilisation"] if utilisation is None else utilisation
                used = used + (1.0 - used) * machine["rule"]
                lives = machine["years"] / ((machine["life"] if life is None else life) * used)
                amounts = amounts + weight * lives * np.array(machine["made"])
        found.append(amounts)
    return np.array(found)


@pytest.mark.parametrize(
    ("given_values", "inputs"),
    [
        ({}, {}),
        ({"pue": 1.8}, {"pue": 1.8}),
        ({"life": 7.0}, {"service_life": 7.0}),
        ({"utilisation": 0.25}, {"utilisation": 0.25}),
        ({"pue": 1.1, "life": 2.0, "utilisation": 0.4}, {"pue": 1.1, "service_life": 2.0, "utilisation": 0.4}),
    ],
)
def test_the_model_in_the_page_is_that_of_the_comparison(cases, compared, given_values, inputs):
    other = lca.compare(cases, samples=32, inputs=inputs)
    wanted = other["amount"].to_numpy().reshape(len(other.keys), -1)
    found = recomputed(model_data(compared), **given_values)
    known = np.isfinite(wanted)
    np.testing.assert_allclose(found[known], wanted[known], rtol=1e-12)


def test_a_transfer_and_a_place_with_water_are_in_the_model(study):
    places = ["FR", lca.Location(cloud="aws", region="eu-west-3")]
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(*(lca.compare(lca.cases(study, location=["FR", "DE"], transfer=data), samples=32)["amount"]
                                     for data in (None, "500 GB")))  # fmt: skip
    for found in (
        lca.compare(lca.cases(study, location=["FR", "DE"], transfer="500 GB"), samples=32),
        lca.compare(lca.cases(study, location=places), samples=32),
    ):
        wanted = found["amount"].to_numpy().reshape(len(found.keys), -1)
        known = np.isfinite(wanted)
        np.testing.assert_allclose(recomputed(model_data(found))[known], wanted[known], rtol=1e-12)


def embedded(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_carries_the_model_to_the_last_bit(page, compared):
    assert embedded(page)["model"] == json.loads(json.dumps(model_data(compared)))


def test_the_page_needs_nothing_from_elsewhere_and_runs_one_script_alone(page):
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert len(scripts[0]) < 15_000
    assert not re.search(r'(?:src|href)\s*=\s*"(?!#|https?://)', page)
    assert not re.search(r"<(?:img|link|iframe|object|embed)\b", page)
    assert not re.search(r"url\(\s*['\"]?https?:|@import", page)


def test_pages_are_small(page, world):
    assert len(page.encode()) < 2_000_000
    assert len(lca.report(world).html().encode()) < 3_000_000


def test_the_same_comparison_gives_the_same_bytes(page, cases):
    assert lca.report(lca.compare(cases, samples=256, seed=7)).html() == page


def test_differences_are_those_of_discernible(compared):
    numbers = Numbers(compared)
    for category in numbers.ranked:
        name = numbers.categories[category]
        for one in (1, 5):
            told = compared.discernible(compared.keys[one], compared.keys[2], [name]).table.iloc[0]
            found = numbers.differences[category][2, one]
            wanted = told[["difference_low", "difference", "difference_high", "lower"]].astype(float)
            np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_the_words_say_what_can_be_told_apart(compared):
    told = dict(words(compared, Numbers(compared)))
    lower = compared.discernible(("dgx-h100", "FR"), ("dgx-h100", "DE"), ["climate change"]).table["lower"].item()
    assert lower == 1.0
    assert "dgx-h100 FR is lower than dgx-h100 DE on climate change in 100 % of 256 draws" in told["Climate change"]
    close = compared.discernible(("dgx-h100", "FR"), ("dgx-a100", "FR"), ["climate change"]).table["lower"].item()
    assert 0.05 < close < 0.95
    assert f"dgx-h100 FR and dgx-a100 FR ({plots.percent(close)})" in told["Climate change"]
    assert told["Not ranked"].startswith(f"{len(compared.not_ranked)} of 19 categories")


def test_no_category_that_is_not_ranked_is_told_drawn_or_compared(compared, page):
    told = dict(words(compared, Numbers(compared)))
    data = embedded(page)
    assert compared.not_ranked
    for index, name in enumerate(compared.categories):
        reason = compared.not_ranked.get(name)
        assert (name[:1].upper() + name[1:] in told) == (reason is None)
        assert (str(index) in data["differences"]) == (reason is None)
        assert all((str(index) in one) == (reason is None) for one in data["tornado"])
        assert data["categories"][index]["reason"] == (reason or "")
        if reason is not None:
            assert str(escape(reason)) in page
            assert f'<td data-c="{index}"' not in page
    drawn_together = {int(one) for pair in data["fronts"] for one in pair.split(",")}
    assert drawn_together == set(Numbers(compared).ranked)


def test_bars_of_a_category_that_is_not_ranked_keep_the_given_order(compared):
    numbers = Numbers(compared)
    place = compared.categories.index("resource use, fossils")
    _, bars = plots.interval_plot(numbers, place)
    assert [one.index for one in bars] == list(range(6))
    assert all("unranked" in one.kind and " to " in one.texts[1] for one in bars)
    assert plots.difference_plot(numbers, place)[1] == []


def test_the_moved_energy_and_the_weakest_basis_are_said_where_they_are(study, page):
    assert "The measured energy moves between regions unchanged" in page
    assert page.count("weakest basis</span>") == 2
    assert "4.04" not in page[: page.index('id="words"')]
    own = lca.report(lca.compare(study, samples=64)).html()
    assert "moves between regions" not in own
    assert "weakest basis</span>" not in own
    assert "Weakest basis" not in own


def test_the_reason_of_a_scaling_is_printed(study):
    how = {"dgx-h100": lca.scaled(throughput=2.0, power=1.5, because="our <own> benchmark of 3 May")}
    text = lca.report(lca.compare(lca.cases(study, hardware=how), samples=64)).html()
    assert "our &lt;own&gt; benchmark of 3 May" in text
    assert "x 2" in text
    assert "weakest basis</span>" not in text


def test_seed_draws_inputs_assumptions_and_sources_are_listed(page, compared):
    assert "256 draws shared by all cases, seed 7" in page
    for name in compared.inputs["name"]:
        assert str(escape(name)) in page
    for one in compared.assumed:
        assert str(escape(one.subject)) in page
    cited = {one for text in compared.inputs["source"] for one in text.split(";") if one}
    listed = set(re.findall(r'<li id="source-\d+" value="\d+"><code>([^<]+)</code>', page))
    assert cited <= listed
    assert "ipcc-ar5-annex3" in listed
    for detail in compared.data_quality["detail"]:
        assert str(escape(detail))[:200] in page


def test_optional_steps_are_left_out_unless_asked_for_and_stand_beside_the_categories(page, compared):
    assert 'id="optional"' not in page
    assert "person-years" not in page
    text = lca.report(compared, weighting=True).html()
    part = text[text.index('<section id="optional"') :]
    part = part[: part.index("</section>")]
    assert "Weighting shall not be used in comparative assertions" in part
    names = [one for one in compared.categories if one not in compared.not_ranked]
    assert part.count("<tr>") == 1 + len(names) * len(compared.keys)
    amounts = compared.query("category == 'climate change' and location == 'FR' and hardware == 'dgx-h100'")
    wanted = lca.weighted({"climate change": float(amounts["amount"].item())}).table.set_index("category")["points"]
    row = re.search(r"<tr><td>dgx-h100 FR</td><td>climate change</td>(.*?)</tr>", part)[1]
    assert f"{wanted['climate change']:.3g}" in row
    assert "mg CO2e" in row or "g CO2e" in row
    assert "single score 1" not in text


def test_a_tornado_that_is_given_takes_the_place_of_the_one_found(compared):
    found = Numbers(compared)
    own = plots.tornado_rows(found)
    assert len(own) == 6
    climate = compared.categories.index("climate change")
    wanted = tornado(compared.found, 3, categories=["climate change"]).iloc[0]
    assert own[3][climate][0][0] == wanted["input"]
    assert own[3][climate][0][2:] == pytest.approx([wanted["amount_low"], wanted["amount_high"], wanted["amount"]])
    columns = ["category", "input", "low", "high", "amount_low", "amount_high", "amount"]
    rows = [
        ("climate change", "small <one>", 1.0, 2.0, 0.9, 1.2, 1.0),
        ("climate change", "large", 1.0, 3.0, 0.5, 2.0, 1.0),
    ]
    text = lca.report(compared, tornado=pd.DataFrame(rows, columns=columns)).html()
    part = text[text.index('<section id="tornado"') :]
    assert part.index("large") < part.index("small &lt;one&gt;")
    assert embedded(text)["tornado"][0][str(climate)][0] == ["large", "1.00 to 3.00", 0.5, 2.0, 1.0]


def test_many_cases_are_folded_and_capped(world):
    text = lca.report(world).html()
    assert text.count("<summary>265 more</summary>") == 2
    assert "differences are to the first case alone" in text
    assert "are in the CSV and JSON files" in text
    assert text.count('<tr data-i="') < 4000
    assert len(embedded(text)["differences"]["1"]) == 1


def test_one_case_is_a_page_without_differences(study):
    found = lca.compare(study, samples=64)
    text = lca.report(found).html()
    assert 'id="difference-section"' not in text
    assert 'id="intervals"' in text


@pytest.mark.parametrize("suffix", [".html", ".md", ".json", ".csv"])
def test_every_form_is_written(compared, tmp_path, suffix):
    file = lca.report(compared).write(tmp_path / "deep" / f"choice{suffix}")
    assert file.stat().st_size > 1000


def test_csv_and_json_hold_everything(compared):
    report = lca.report(compared)
    rows = list(csv.DictReader(io.StringIO(report.csv())))
    assert list(rows[0])[:8] == ["hardware", "location", "category", "amount", "low", "high", "unit", "activity_basis"]
    assert [float(row["amount"]) for row in rows] == compared["amount"].tolist()
    plain = json.loads(report.json())
    assert plain["seed"] == 7
    assert plain["samples"] == 256
    assert plain["not_ranked"] == dict(compared.not_ranked)


def test_markdown_escapes_cells_and_markup(study):
    found = lca.compare(lca.cases({"a | b <script>": study, "*c*": study}), samples=64)
    text = lca.report(found).markdown()
    assert "<script>" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ") and "climate change" in line]
    assert len(rows) == 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 7 for row in rows)


def test_an_unknown_form_or_an_option_of_another_report_is_refused(compared, study, tmp_path):
    with pytest.raises(lca.LcaAiError, match=r"accepted: \.html, \.md, \.json or \.csv"):
        lca.report(compared).write(tmp_path / "choice.pdf")
    with pytest.raises(lca.LcaAiError, match="option of the report of a comparison"):
        lca.report(lca.assess(study), weighting=True)
    assert isinstance(lca.report(compared), ComparisonReport)


@given(st.lists(st.floats(-1e9, 1e9).filter(lambda one: one == 0 or abs(one) > 1e-9), min_size=1, max_size=20))
def test_an_axis_holds_zero_and_all_values(values):
    axis = plots.axis_of(values)
    slack = 1e-6 * (axis.high - axis.low)
    assert all(axis.low - slack <= one <= axis.high + slack for one in [0.0, *values])
    assert 2 <= len(axis.ticks) <= 9
    assert [place for place, _ in axis.ticks] == sorted(place for place, _ in axis.ticks)
    assert axis.ticks[0][0] == pytest.approx(0.0, abs=1e-6)
    assert axis.ticks[-1][0] == pytest.approx(100.0, abs=1e-6)
    assert len({label for _, label in axis.ticks}) == len(axis.ticks)


def test_shares_and_verdicts_at_their_ends():
    assert [plots.percent(one) for one in (0.0, 0.0004, 0.8125, 0.9995, 1.0)] == [
        "0 %", "<0.1 %", "81.3 %", ">99.9 %", "100 %",
    ]  # fmt: skip
    assert [plots.verdict(one) for one in (0.95, 0.05, 0.5, 0.949)] == [
        "lower",
        "higher",
        "not told apart",
        "not told apart",
    ]


def test_the_front_is_that_of_pareto(compared):
    numbers = Numbers(compared)
    one, other = numbers.front
    _, _, points = plots.scatter(numbers)
    front = lca.pareto(compared, [numbers.categories[one], numbers.categories[other]])
    assert [point.on_front for point in points] == front["on_front"].tolist()
    assert [point.share for point in points] == [plots.percent(share) for share in front["share_of_draws"]]
    assert not math.isnan(front["share_of_draws"].iloc[0])


def run(name, part):
    return lca.TrainingRun(
        name=name,
        energy="100 kWh",
        runtime={"duration": "10 h"},
        hardware={"name": "box", "components": [{"kind": "other", "name": part}, {"kind": "mainboard"}]},
        location=lca.location("FR", year=2021, pue=1.0),
    )


def test_where_nothing_is_ranked_nothing_is_told_apart():
    scope = lca.GoalAndScope(goal="test", functional_unit=lca.FunctionalUnit("one model", reference_flow="1 model"))
    found = lca.compare(lca.cases({"a": run("a", "one"), "b": run("b", "two")}), scope, samples=64)
    assert set(found.not_ranked) == set(found.categories)
    told = words(found, Numbers(found))
    assert [of for of, _ in told] == ["", "Ranked"]
    text = lca.report(found, weighting=True).html()
    assert "Not ranked, so in no order" in text
    assert "there is no front" in text
    assert 'id="optional"' not in text
    assert embedded(text)["differences"] == {}
    part = text[text.index('id="intervals"') :]
    assert re.findall(r'<tr data-i="(\d)" class="unranked', part[: part.index("</table>")]) == ["0", "1"]
    assert "## Not ranked" in lca.report(found).markdown()
