"""What is given in place of what is known: by a call, by a study; and what is refused."""

import numpy as np
import pytest

import lca_ai as lca
from lca_ai.errors import InputError

CLIMATE = "climate change"


def central(subject, scope=None, **given):
    return lca.monte_carlo(subject, scope, samples=8, **given).totals.loc[CLIMATE, "amount"]


@pytest.mark.parametrize(
    ("name", "value", "change"),
    [
        ("pue", 1.3, {"pue": 1.3}),
        ("grid_losses", 0.3, {"grid_losses": 0.3}),
    ],
)
def test_a_figure_of_the_place_gives_what_an_assessment_with_it_gives(example, name, value, change):
    (run,) = example.workloads
    other = run.replace(location=run.location.replace(**change))
    expected = lca.assess(other, example.goal_and_scope)[CLIMATE].magnitude
    assert central(example, inputs={name: value}) == pytest.approx(expected, rel=1e-9)
    assert lca.compile(example)(**{name: value})[CLIMATE] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", ["machine_hours", "energy", "service_life", "utilisation", "power_supply_efficiency"])
def test_a_call_and_the_compiled_model_agree_on_every_figure(run, scope, name):
    model = lca.compile(run, scope)
    value = 0.9 * next(one.value for one in model.found.model.variables if one.key == name)
    assert central(run, scope, inputs={name: value}) == pytest.approx(model(**{name: value})[CLIMATE], rel=1e-12)


def test_a_figure_is_held_at_its_own_value_by_its_name(example):
    free, held = (
        lca.monte_carlo(example, samples=1024, inputs=given).totals.loc[CLIMATE]
        for given in (None, {"factors of hydro (WOR)": "central"})
    )
    assert held["amount"] == free["amount"]
    assert held["sd"] < 0.8 * free["sd"]


def test_a_factor_of_one_category_is_given_as_a_number_in_its_unit(example):
    name = "factors of nuclear (EU28), climate change"
    more, less = (central(example, inputs={name: value}) for value in (0.02, 0.01))
    halfway = central(example, inputs={name: "15 g CO2e"})
    assert halfway == pytest.approx((more + less) / 2, rel=1e-9)


def test_a_spread_alone_holds_in_every_category(example):
    name = "factors of nuclear (EU28)"
    wide = lca.monte_carlo(example, samples=512, inputs={name: lca.Lognormal(4.0)}).totals
    free = lca.monte_carlo(example, samples=512).totals
    for category in (CLIMATE, "human toxicity, cancer"):
        assert wide.loc[category, "sd"] > free.loc[category, "sd"]
        assert wide.loc[category, "median"] == pytest.approx(free.loc[category, "median"], rel=0.2)


@pytest.mark.parametrize("given", [lca.Uniform(0.005, 0.006), lca.Normal(0.005, "5 %"), lca.Choice((1.0, 2.0)), 0.02])
def test_figures_of_one_unit_for_all_categories_are_refused(example, given):
    with pytest.raises(InputError, match="units of their own"):
        central(example, inputs={"factors of nuclear (EU28)": given})


@pytest.mark.parametrize("spread", [{"uniform": [0.99, 1.3]}, {"triangular": [1.0, 1.05, 1.4]}, {"lognormal": 1.1}])
def test_the_amount_stays_that_of_the_assessment_where_the_study_states_a_spread(example, spread):
    (run,) = example.workloads
    own = run.replace(uncertainty={"energy": spread} if "lognormal" in spread else {"pue": spread})
    found = lca.monte_carlo(own, example.goal_and_scope, samples=64).totals.loc[CLIMATE]
    assert found["amount"] == pytest.approx(lca.assess(own, example.goal_and_scope)[CLIMATE].magnitude, rel=1e-12)


@pytest.mark.parametrize(
    "key", ["service_life", "cpu_power_share_of_rated", "grid_losses", "factors of hydro (WOR)", "utilisation"]
)
def test_every_figure_can_be_stated_by_the_study(run, scope, key):
    stated = run.replace(uncertainty={key: {"lognormal": 1.02}})
    held, free = (lca.monte_carlo(one, scope, samples=256).inputs for one in (stated, run))
    assert not held.drop(columns="source").equals(free.drop(columns="source"))


def test_a_key_of_the_study_that_is_no_figure_is_refused(run, scope):
    with pytest.raises(InputError, match=r"fine-tune.uncertainty: no such input \(got 'puee'\).*pue"):
        central(run.replace(uncertainty={"puee": {"lognormal": 1.1}}), scope)


def test_a_figure_outside_of_its_own_distribution_is_refused(example):
    (run,) = example.workloads
    with pytest.raises(InputError, match="outside of its distribution"):
        central(run.replace(uncertainty={"pue": {"uniform": [1.2, 1.3]}}), example.goal_and_scope)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"inputs": {"pue": "1.2 kg"}}, "another dimension"),
        ({"inputs": {"service_life": "5 kWh"}}, "another dimension"),
        ({"inputs": {"energy": lca.Uniform("1 kg", "2 kg")}}, "another dimension"),
        ({"inputs": {"pue": True}}, "no number"),
        ({"inputs": {"pue": float("nan")}}, "no finite number"),
        ({"seed": -1}, "this is no seed"),
        ({"seed": 1.5}, "this is no seed"),
        ({"samples": 2**25}, "too many draws"),
        ({"correlated": "x"}, "no mapping"),
        ({"choices": "lifetime"}, "no such choice"),
    ],
)
def test_what_is_no_figure_is_refused_in_a_line(example, given, told):
    with pytest.raises(InputError, match=told):
        lca.monte_carlo(example, **{"samples": 8, **given})


@pytest.mark.parametrize("probability", [1.5, -0.1, float("nan"), "a"])
def test_what_is_no_probability_is_refused(example, probability):
    with pytest.raises(InputError, match="from 0 to 1"):
        lca.monte_carlo(example, samples=8).quantile([probability])


def test_arrays_of_a_compiled_model_go_together_or_are_refused(example):
    model = lca.compile(example)
    assert model(energy=["10 kWh", "20 kWh"])[CLIMATE] == pytest.approx(model(energy=np.array([10.0, 20.0]))[CLIMATE])
    with pytest.raises(InputError, match="do not go together"):
        model(energy=[10, 20], pue=[1.1, 1.2, 1.3])
    with pytest.raises(InputError, match="no finite number"):
        model(energy=np.array([1.0, np.nan]))
    with pytest.raises(InputError, match="not physically possible"):
        model(pue=np.array([0.5, 1.0]))


def test_own_tables_of_a_study_hold_in_its_comparison_and_its_report(example, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "sources.csv").write_text(
        "id,title,url,licence,accessed,page\nplant,The plant's report,https://example.org,CC-BY-4.0,2026-01-01,p. 3\n"
    )
    (own / "technologies.csv").write_text(
        "activity,part,life_cycle_stage,category,amount,unit,per,grade,method_in_source,source,note\n"
        "nuclear,,use,climate change,0.05,kg CO2e,kWh,sourced,unknown,plant,measured\n"
    )
    plain, changed = (lca.compare(example, samples=8, tables=tables) for tables in (None, own))
    assert changed["amount"].iloc[1] > plain["amount"].iloc[1]
    lca.report(changed).write(tmp_path / "page.html")
