import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse, stats

import lca_ai as lca
from lca_ai.errors import InputError
from lca_ai.interpretation import sampling
from lca_ai.interpretation.arrays import HIGH, LOW
from lca_ai.interpretation.compiled import CompiledModel
from lca_ai.interpretation.factor_table import FactorRows, FactorTable, Latent
from lca_ai.interpretation.linear import Activity, Draws, LinearModel, Place, Term, Variable, draw
from lca_ai.interpretation.score_moments import ScoreMoments, quadrature, score_moments
from lca_ai.interpretation.sobol import indices, interval, product_amounts, sampled
from lca_ai.interpretation.tornado import tornado, uncertain_inputs
from lca_ai.interpretation.uncertainty import simulated
from lca_ai.models.distributions import Choice, Empirical, Lognormal, Normal, Pert, Range, Triangular, Uniform

CLIMATE = "climate change"


@pytest.fixture(scope="module")
def whole(example):
    return lca.sensitivity(example, samples=1024)


@pytest.fixture(scope="module")
def compared(example):
    return lca.compare(lca.cases(example, location=["FR", "DE", "NO"]), samples=1024, seed=3)


@pytest.fixture(scope="module")
def varied(example):
    """The example with four variables, of which one is a choice."""
    inputs = {"energy": lca.Normal("10 %"), "pue": lca.Uniform(1.0, 1.5), "service_life": lca.Range(2, 4, 8),
              "utilisation": lca.Triangular(0.4, 0.9, 1.0)}  # fmt: skip
    return lca.compile(example, inputs=inputs)


def of(table, category=CLIMATE):
    return table[table["category"] == category].set_index("input")


# --- the estimators ---------------------------------------------------------------------------------------------------


def constant():
    """One product whose score is 1 in a category."""
    one = np.ones((1, 1))
    none = np.zeros((0, 1, 1))
    return ScoreMoments(np.ones(1), one, 0.0 * one, one, one, none, none)


def test_the_ishigami_function():
    """f = sin x1 + 7 sin2 x2 + 0.1 x3^4 sin x1 on [-pi, pi]^3: Ishigami and Homma 1990, doi:10.1109/ISUMA.1990.151285."""
    a, b = 7.0, 0.1
    spread = Uniform(-np.pi, np.pi)
    variables = [Variable(f"x{one}", "x", 0.0, "", spread, choice=one == 3, low=-10.0) for one in (1, 2, 3)]

    def ishigami(values):
        x, y, z = values
        return (np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x))[None]

    found = indices(sampled(ishigami, variables, 2**14, 5), [constant()])[0]
    variance = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    first = np.array([0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0.0])
    both = b**2 * np.pi**8 * 8 / 225
    assert found.variance[0] == pytest.approx(variance, rel=2e-3)
    assert found.first[:, 0] == pytest.approx(first / variance, abs=5e-3)
    assert found.total[:, 0] == pytest.approx((first + np.array([both, 0.0, both])) / variance, abs=5e-3)
    assert found.choices[0] == pytest.approx(0.0, abs=5e-3)
    assert found.data[0] == pytest.approx((first[0] + first[1]) / variance, abs=5e-3)


def test_the_interval_holds_the_estimate_and_narrows_with_the_samples():
    variables = [Variable(name, "x", 0.0, "", Uniform(0.0, 1.0)) for name in "ab"]

    def widths(samples):
        found = indices(sampled(lambda v: (v[0] * np.exp(v[1]))[None], variables, samples, 1), [constant()])[0]
        low, high = interval(found.total)
        assert (low < found.total[:, 0]).all()
        assert (found.total[:, 0] < high).all()
        return high - low

    assert widths(4096) == pytest.approx(widths(256) / 4.0, rel=0.35)


# --- the moments of the factors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [Lognormal(median=3.0, gsd=1.5), Lognormal(median=3.0, gsd=10.0), Normal(mean=5.0, sd=0.5), Uniform(1.0, 4.0),
     Triangular(1.0, 2.0, 6.0), Pert(1.0, 2.0, 6.0), Choice((1.0, 5.0, 2.0), weights=(1.0, 2.0, 1.0)),
     Empirical((1.0, 2.0, 2.0, 7.0)), Range(1.0, 24.0, 2200.0), Range(-1.0, 2.0, 20.0)],
    ids=str,
)  # fmt: skip
def test_the_integral_gives_the_moments_in_closed_form(given):
    nodes, weights = quadrature([given])
    values = sampling.values(given, nodes)
    mean, square = sampling.moments(given)
    assert weights @ values == pytest.approx(mean, rel=1e-9)
    assert weights @ values**2 == pytest.approx(square, rel=1e-9)


def test_means_and_covariances_are_those_of_the_table(example):
    table = lca.compile(example).found.model.table
    for place, category in enumerate(table.categories):
        mean, covariance = table.moments(place)
        found = score_moments(table, place, list(range(len(table.products))))
        assert found.mean == pytest.approx(mean, rel=1e-10), category
        assert found.covariance == pytest.approx(covariance, rel=1e-9, abs=1e-9 * np.abs(covariance).max()), category
        assert found.first.sum(axis=0) == pytest.approx(covariance, abs=1e-9 * np.abs(covariance).max())


# --- by hand ----------------------------------------------------------------------------------------------------------


def small(**energy):
    """One kWh factor, lognormal with median 2 and GSD 1.5, times an energy of 10 kWh, or what is given of it."""
    rows = FactorRows(
        sparse.csr_array(np.array([[1.0]])), np.array([2.0]), np.array([0]), np.array([0]), np.zeros(1),
        np.array([np.log(1.5)]), {}, {}, np.array([-1]),
    )  # fmt: skip
    table = FactorTable((CLIMATE,), ("grid",), (rows,), (Latent("factor", choice=False, spread="", sources=()),), (),
                        np.array([[2.0]]))  # fmt: skip
    variables = (Variable("energy", "energy", 10.0, "kWh", **energy), Variable("hours", "machine_hours", 1.0, "hour"))
    return LinearModel(variables, (Activity("run", 0, 1, -1, -1),), (Place("place", 0),), table)


def test_a_product_of_two_figures_by_hand():
    """f = E F: V(E) = s2 mF2, V(F) = mE2 vF, V(EF) = s2 vF; with E normal (10, 1) and F lognormal (2, 1.5)."""
    model = small(spread=Normal(mean=10.0, sd=1.0), choice=True)
    sigma = np.log(1.5)
    mean, square = 2.0 * np.exp(sigma**2 / 2), 4.0 * np.exp(2 * sigma**2)
    of_energy, of_factor, of_both = 1.0 * mean**2, 100.0 * (square - mean**2), 1.0 * (square - mean**2)
    variance = of_energy + of_factor + of_both
    products, at = product_amounts(model, (Term(0, 0, 1.0),))
    found = indices(sampled(at, model.variables, 2**14, 0), [score_moments(model.table, 0, products)])[0]
    assert found.mean[0] == pytest.approx(10.0 * mean, rel=1e-4)
    assert found.variance[0] == pytest.approx(variance, rel=2e-3)
    assert found.first[:, 0] == pytest.approx([of_energy / variance, of_factor / variance], abs=2e-3)
    assert found.total[:, 0] == pytest.approx(
        [(of_energy + of_both) / variance, (of_factor + of_both) / variance], abs=2e-3
    )
    assert found.choices[0] == pytest.approx(of_energy / variance, abs=2e-3)
    assert found.data[0] == pytest.approx(of_factor / variance, abs=2e-3)


def test_factors_alone_are_exact_whatever_the_samples(example):
    """Without an uncertain variable a result is a sum of independent factors: shares are a2 var(F) / sum of them."""
    model = lca.compile(example).found.model
    found = lca.sensitivity(example, samples=2)
    place = model.table.categories.index(CLIMATE)
    rows = model.table.rows[place]
    products, at = product_amounts(model, lca.compile(example).terms)
    amounts = at(model.central)[:, 0] @ rows.exchanges[products]
    parts = amounts**2 * rows.moments()[1]
    names = [model.table.latents[one].name if one >= 0 else "" for one in rows.latent]
    expected = {name: part / parts.sum() for name, part in zip(names, parts, strict=True) if part > 0.0}
    own = of(found.indices)
    assert set(own.index) == set(expected)
    for column in ("first", "first_low", "first_high", "total", "total_low", "total_high"):
        assert own[column].to_dict() == pytest.approx(expected, rel=1e-9)
    assert own["total"].sum() == pytest.approx(1.0)
    assert own["rank"].tolist() == list(range(1, len(own) + 1))


# --- against scipy, and against draws ---------------------------------------------------------------------------------


def scipys(model, category, exponent):
    """Both orders of the whole model by scipy.stats.sobol_indices, every input a standard normal score."""
    inner = model.found.model
    place = inner.table.categories.index(category)
    spread = [index for index, one in enumerate(inner.variables) if one.spread is not None]

    def at(scores):
        values = [one.value for one in inner.variables]
        for row, index in enumerate(spread):
            one = inner.variables[index]
            values[index] = np.clip(sampling.values(one.spread, scores[row]), one.low, one.high)
        own = scores[len(spread) :]
        drawn = Draws(tuple(values), own, sampling.shoulders(own), scores.shape[1], 0, {})
        return simulated(model.found, drawn, threads=1).draws[:, place]

    count = len(uncertain_inputs(inner, model.terms))
    return stats.sobol_indices(func=at, n=2**exponent, dists=[stats.norm()] * count, rng=np.random.default_rng(4))


@pytest.mark.parametrize("category", ["eutrophication, terrestrial", "primary energy"])
def test_the_indices_are_those_of_scipy_on_the_same_function(varied, category):
    expected = scipys(varied, category, 11)
    own = of(lca.sensitivity(varied, samples=4096, categories=[category]).indices, category)
    names = [one.name for one in uncertain_inputs(varied.found.model, varied.terms)]
    for order, reference in (("first", expected.first_order), ("total", expected.total_order)):
        assert own[order].reindex(names).fillna(0.0).to_numpy() == pytest.approx(reference, abs=0.04)


def test_mean_and_interval_are_those_of_the_simulation(varied):
    found = lca.sensitivity(varied, samples=1024, seed=9).variance.set_index("category")
    drawn = lca.monte_carlo(varied, samples=1024, seed=9).totals
    assert found["low"].to_numpy() == pytest.approx(drawn["low"].to_numpy(), rel=1e-9, nan_ok=True)
    assert found["high"].to_numpy() == pytest.approx(drawn["high"].to_numpy(), rel=1e-9, nan_ok=True)
    assert found["amount"].to_numpy() == pytest.approx(drawn["amount"].to_numpy(), rel=1e-9, nan_ok=True)
    assert found["mean"].to_numpy() == pytest.approx(drawn["mean"].to_numpy(), rel=2e-3)
    assert found["sd"].to_numpy() == pytest.approx(drawn["sd"].to_numpy(), rel=2e-2)


@pytest.mark.parametrize("category", ["climate change", "eutrophication, terrestrial"])
def test_data_and_choices_share_the_variance(example, category):
    """The share of all data: the covariance of two simulations that share the data and draw the choices anew."""
    model = lca.compile(example, inputs={"service_life": lca.Range(1, 4, 12), "pue": lca.Uniform(1.0, 1.5)},
                        choices=True)  # fmt: skip
    inner = model.found.model
    place = inner.table.categories.index(category)
    one, two = draw(inner, 2**16, 1), draw(inner, 2**16, 2)
    order = np.random.default_rng(3).permutation(2**16)  # two scrambles of a sequence are independent out of order only
    two = replace(two, values=tuple(value[order] if np.ndim(value) else value for value in two.values),
                  scores=two.scores[:, order], shoulders=two.shoulders[:, order])  # fmt: skip
    choice = np.array([latent.choice for latent in inner.table.latents])
    assert choice.any()
    mixed = replace(
        one,
        values=tuple(b if variable.choice else a
                     for variable, a, b in zip(inner.variables, one.values, two.values, strict=True)),
        scores=np.where(choice[:, None], two.scores, one.scores),
        shoulders=np.where(choice[:, None], two.shoulders, one.shoulders),
    )  # fmt: skip
    a, b, c = (simulated(model.found, each).draws[:, place] for each in (one, mixed, two))
    shared_data, shared_choices = np.cov(a, b)[0, 1], np.cov(c, b)[0, 1]
    variance = np.var(np.concatenate([a, b, c]))
    row = of(lca.sensitivity(model, samples=4096, categories=[category]).variance.assign(input=""), category).iloc[0]
    assert row["of_data"] == pytest.approx(shared_data / variance, abs=0.03)
    assert row["of_choices"] == pytest.approx(shared_choices / variance, abs=0.03)
    assert row["of_data"] + row["of_choices"] + row["of_both"] == pytest.approx(1.0)
    assert row["of_choices"] > 0.05


def test_without_choices_all_is_data(whole):
    assert (whole.variance["of_data"] == 1.0).all()
    assert (whole.variance["of_choices"] == 0.0).all()
    assert (whole.variance["of_both"] == 0.0).all()


# --- the tornado ------------------------------------------------------------------------------------------------------


def test_a_variable_of_the_tornado_is_the_model_called_with_it(varied):
    own = of(tornado(varied.found))
    for key in ("pue", "energy", "service_life"):
        variable = varied.inputs[key]
        row = own.loc[variable.name]
        for end in ("low", "high"):
            assert row[f"amount_{end}"] == pytest.approx(varied(**{key: float(row[end])})[CLIMATE], rel=1e-12)
    energy = varied.inputs["energy"]
    assert own.loc[energy.name, "low"] == pytest.approx(energy.value * (1 - 0.1 * 1.6448536269514722))
    assert own.loc[varied.inputs["pue"].name, ["low", "high"]].tolist() == pytest.approx([1.025, 1.475])
    assert own.loc[varied.inputs["service_life"].name, "kind"] == "choice"


def test_a_factor_of_the_tornado_by_hand(varied):
    """Nuclear, lognormal: the amount of its kWh times the factor at 5 and 95 %, over the rest."""
    model, category = varied.found.model, "water consumption"
    row = of(tornado(varied.found, categories=[category]), category).loc["factors of nuclear (EU28)"]
    place = model.table.categories.index(category)
    rows = model.table.rows[place]
    (member,) = np.flatnonzero(
        rows.latent == [one.name for one in model.table.latents].index("factors of nuclear (EU28)")
    )
    wide = np.exp(1.6448536269514722 * rows.up[member])
    assert row["low"] == pytest.approx(rows.amounts[member] / wide)
    assert row["high"] == pytest.approx(rows.amounts[member] * wide)
    assert row["input_unit"] == "m3/kWh"
    changed = (row["amount_high"] - row["amount"]) / (row["high"] - rows.amounts[member])
    products, at = product_amounts(model, varied.terms)
    kwh = at(model.central)[:, 0] @ rows.exchanges[products].toarray()[:, member]
    assert changed == pytest.approx(kwh, rel=1e-9)
    assert "geometric standard deviation" in row["spread"]
    assert row["source"] == "lca-ai-convention;unece-2022"


def test_the_tornado_is_sorted_by_swing_and_of_all_that_bears(whole):
    for category, rows in whole.tornado.groupby("category", sort=False):
        assert rows["swing"].is_monotonic_decreasing, category
        assert set(rows["input"]) == set(of(whole.indices, category).index)
        assert (rows["swing"] == (rows["amount_high"] - rows["amount_low"]).abs()).all()


def test_every_option_of_a_choice_is_tried(example):
    model = lca.compile(example, inputs={"pue": lca.Choice((1.1, 2.0, 1.0)), "factors of gas (EU28), climate change": lca.Choice((0.9, 0.1, 0.5))},
                        choices=["source of factors"])  # fmt: skip
    own = of(tornado(model.found))
    assert own.loc["PUE of FR", ["low", "high"]].tolist() == [1.0, 2.0]
    assert own.loc["factors of gas (EU28)", ["low", "high"]].tolist() == [0.1, 0.9]
    assert own.loc["factors of gas (EU28)", "kind"] == "choice"
    coal = own.loc["source of coal (EU28)"]
    assert coal["low"] == pytest.approx(0.82)  # UNECE and IPCC: 0.82 to 1.164 kg/kWh
    assert coal["high"] > 1.0
    assert coal["spread"] == "7 sources"


def test_the_tornado_of_a_case_of_a_comparison_is_that_of_its_study(compared, whole):
    own = of(tornado(compared.found, compared.keys.index(("FR",))))
    alone = of(whole.tornado)
    assert own["amount_high"].to_dict() == pytest.approx(alone["amount_high"].to_dict(), rel=1e-9)


# --- differences ------------------------------------------------------------------------------------------------------


def test_the_difference_of_two_cases_is_paired(compared):
    found = lca.sensitivity(compared, one="FR", other="DE", samples=1024)
    rows = found.variance.set_index("category")
    told = compared.discernible("FR", "DE").table.set_index("category")
    ranked = told.index[told["reason"] == ""]
    assert len(ranked) > 3
    for column, reference in (("low", "difference_low"), ("high", "difference_high")):
        assert rows.loc[ranked, column].to_dict() == pytest.approx(told.loc[ranked, reference].to_dict(), rel=1e-9)
    place = compared.categories.index(CLIMATE)
    drawn = compared.samples.of_category(place)
    assert rows.loc[CLIMATE, "sd"] == pytest.approx((drawn[0] - drawn[1]).std(), rel=0.03)
    assert not any("manufacture" in name for name in found.indices["input"])  # the same machine in both
    assert (found.case, found.less) == ("FR", "DE")
    assert rows["reason"].to_dict() == dict(
        zip(compared.categories, compared.completeness.reasons([0, 1]), strict=True)
    )


def test_the_difference_of_alike_cases_is_told(compared):
    found = lca.sensitivity(compared, one="FR", other="NO", categories=["ozone depletion", CLIMATE])
    alike, driven = found.sentences
    assert alike.startswith("ozone depletion: FR and NO do not differ. No uncertain figure bears on it.")
    assert driven.startswith("climate change: FR is lower than NO in ")
    assert "The order turns with factors of hydro (WOR) at " in driven
    assert list(found.indices["category"].unique()) == [CLIMATE]
    (row,) = found.variance[found.variance["category"] == "ozone depletion"].to_dict("records")
    assert row["amount"] == row["sd"] == row["low"] == row["high"] == 0.0


def test_what_turns_the_order_does_so(compared):
    """The end of hydropower that the sentence names, put in by hand, makes the other place the lower one."""
    found = of(lca.sensitivity(compared, one="FR", other="NO", categories=[CLIMATE]).tornado).loc[
        "factors of hydro (WOR)"
    ]
    assert found["amount_low"] > 0.0 > found["amount_high"]
    fr, no = (
        of(tornado(compared.found, compared.keys.index((zone,)))).loc["factors of hydro (WOR)"] for zone in ("FR", "NO")
    )
    assert found["amount_high"] == pytest.approx(fr["amount_high"] - no["amount_high"], rel=1e-9)
    assert found["amount"] == pytest.approx(fr["amount"] - no["amount"], rel=1e-9)


def test_one_case_of_a_comparison_is_that_of_its_study(compared, whole):
    one = lca.sensitivity(compared, one="FR")
    assert of(one.indices)["total"].to_dict() == pytest.approx(of(whole.indices)["total"].to_dict(), rel=1e-9)
    assert one.less == ""


# --- in words ---------------------------------------------------------------------------------------------------------


def test_the_sentence_tells_the_driver_and_what_to_measure(whole):
    told = next(one for one in whole.sentences if one.startswith(CLIMATE))
    top = of(whole.indices).iloc[0]
    assert f"{top['total']:.0%}".replace("%", " %") + " of the variance hangs on factors of hydro (WOR)" in told
    assert "(range 0.001 to 2.2 kg CO2e/kWh; ipcc-ar5-annex3)" in told
    assert "Measure or source factors of hydro (WOR) first" in told
    (row,) = whole.measure_next[whole.measure_next["category"] == CLIMATE].to_dict("records")
    assert row["high_if_known"] - row["low_if_known"] < row["high"] - row["low"]


def test_the_interval_with_a_figure_known_is_that_of_draws_with_it_fixed(varied):
    found = lca.sensitivity(varied, samples=1024, seed=2)
    inner = varied.found.model
    row = found.measure_next.set_index("category").loc[CLIMATE]
    drawn = draw(inner, 1024, 2)
    held = (np.array([one.name for one in inner.table.latents]) != row["input"])[:, None]
    fixed = replace(drawn, scores=drawn.scores * held, shoulders=drawn.shoulders * held)
    place = inner.table.categories.index(CLIMATE)
    expected = np.quantile(simulated(varied.found, fixed).draws[:, place], (LOW, HIGH))
    assert [row["low_if_known"], row["high_if_known"]] == pytest.approx(expected, rel=1e-9)


def test_a_choice_is_decided_and_a_datum_is_measured(example):
    category = "resource use, minerals and metals"
    found = lca.sensitivity(example, samples=1024, inputs={"service_life": lca.Uniform(1, 40)})
    told = next(one for one in found.sentences if one.startswith(category))
    top = of(found.indices, category).iloc[0]
    assert (top.name.partition(" of ")[0], top["kind"]) == ("service life", "choice")
    assert "is a choice of the study: to be decided, not measured. Choices make " in told
    chosen = found.measure_next.merge(found.indices, on=["category", "input"])
    assert set(chosen["kind"]) == {"data"}
    assert len(chosen) == len(found.categories)


def test_incomplete_categories_are_computed_and_flagged(whole):
    row = whole.variance.set_index("category").loc["ionising radiation"]
    assert not row["complete"]
    assert row["reason"].startswith("incomplete in ionising radiation")
    assert len(of(whole.indices, "ionising radiation"))
    told = next(one for one in whole.sentences if one.startswith("ionising radiation:"))
    assert "Not ranked: incomplete in ionising radiation" in told
    assert whole.summary().index("climate change:") < whole.summary().index("ionising radiation:")


def test_what_has_no_spread_is_told(whole):
    assert "grid losses of FR" in whole.without_spread
    assert "taken as they are, so that no index tells of them: energy of ResNet-50" in str(whole)


def test_the_same_seed_gives_the_same_bytes(varied):
    one, two, other = (
        json.dumps(lca.sensitivity(varied, samples=256, seed=seed).to_dict(), allow_nan=False) for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_plain_data_has_every_table(whole):
    data = whole.to_dict()
    assert len(data["indices"]) == len(whole.indices)
    assert len(data["tornado"]) == len(whole.tornado)
    assert [row["category"] for row in data["variance"]] == list(whole.categories)
    assert data["sentences"] == list(whole.sentences)


# --- wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"samples": 1000},
            "samples: Sobol points are balanced only in powers of two (got 1000); accepted: 512 or 1024",
        ),
        ({"categories": ["climate"]}, "did you mean climate change"),
        ({"categories": []}, "no category to analyse"),
        ({"inputs": {"pu": 1.2}}, "no such input"),
        (
            {"correlated": {"factors of *": 0.5}},
            "independent of one another (got 'factors of *'); accepted: no correlation",
        ),
        ({"one": "FR"}, "only a comparison has cases by name"),
    ],
)
def test_a_wrong_question_is_refused(example, options, told):
    with pytest.raises(InputError) as fault:
        lca.sensitivity(example, **options)
    assert told in str(fault.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "it is not said which case"),
        ({"other": "FR"}, "it is not said which case"),
        ({"one": "FR", "other": "FR"}, "a case is not compared with itself"),
        ({"one": "FR", "other": "PT"}, "no such case"),
        ({"one": "FR", "inputs": {"pue": 1.2}}, "a Comparison has its own inputs"),
        ({"one": "FR", "choices": False}, "a Comparison has its own choices"),
    ],
)
def test_a_wrong_question_to_a_comparison_is_refused(compared, options, told):
    with pytest.raises(InputError, match=told):
        lca.sensitivity(compared, **options)


def test_a_comparison_with_correlated_figures_is_refused(example):
    found = lca.compare(example, samples=16, correlated={"factors of *": 0.5})
    with pytest.raises(InputError, match=r"independent of one another.*monte_carlo\(correlated=\.\.\.\)"):
        lca.sensitivity(found)


def test_several_cases_without_a_comparison_are_refused(example):
    with pytest.raises(InputError, match=r"several cases.*sensitivity\(compare\(cases\)"):
        lca.sensitivity(lca.cases(example, location=["FR", "DE"]))


def test_a_study_without_any_uncertain_figure_is_refused(example):
    found = lca.compile(example).found
    certain = replace(found, model=replace(found.model, table=replace(found.model.table, latents=())))
    with pytest.raises(InputError, match=r'inputs: no figure is uncertain; accepted: a spread, e.g. inputs=\{"energy"'):
        lca.sensitivity(CompiledModel(certain))
