import numpy as np
import pytest
from scipy import stats

from lca_ai.errors import InputError
from lca_ai.interpretation import sampling
from lca_ai.models.distributions import (
    Choice,
    Empirical,
    Lognormal,
    Normal,
    Pert,
    Range,
    Triangular,
    Uniform,
    distribution,
)

ALL = [
    Lognormal(median=3.0, gsd=1.5),
    Normal(mean=5.0, sd=0.5),
    Uniform(1.0, 4.0),
    Triangular(1.0, 2.0, 6.0),
    Pert(1.0, 2.0, 6.0),
    Choice((1.0, 5.0, 2.0), weights=(1.0, 2.0, 1.0)),
    Empirical((1.0, 2.0, 2.0, 7.0)),
    Range(1.0, 2.0, 20.0),
    Range(-1.0, 2.0, 20.0),
    Range(2.0, 2.0, 20.0),
]


@pytest.mark.parametrize("given", ALL, ids=str)
def test_the_moments_of_the_draws_are_those_of_the_closed_form(given):
    drawn = sampling.values(given, sampling.scores(["x"], 2**16, 3)[0])
    mean, square = sampling.moments(given)
    assert drawn.mean() == pytest.approx(mean, rel=2e-3)
    assert (drawn**2).mean() == pytest.approx(square, rel=1e-2)


@pytest.mark.parametrize(
    ("given", "reference"),
    [
        (Lognormal(median=3.0, gsd=1.5), stats.lognorm(np.log(1.5), scale=3.0)),
        (Normal(mean=5.0, sd=0.5), stats.norm(5.0, 0.5)),
        (Uniform(1.0, 4.0), stats.uniform(1.0, 3.0)),
        (Triangular(1.0, 2.0, 6.0), stats.triang(0.2, 1.0, 5.0)),
        (Pert(1.0, 2.0, 6.0), stats.beta(1.8, 4.2, loc=1.0, scale=5.0)),
    ],
)
def test_quantiles_are_those_of_scipy(given, reference):
    points = np.linspace(0.001, 0.999, 400)
    assert sampling.values(given, stats.norm.ppf(points)) == pytest.approx(reference.ppf(points), rel=1e-10)


def test_a_range_has_its_figure_as_median_and_ends_where_it_says():
    drawn = sampling.values(Range(1.0, 24.0, 2200.0), sampling.scores(["x"], 2**14, 1)[0])
    assert np.median(drawn) == pytest.approx(24.0, rel=1e-3)
    assert drawn.min() >= 1.0
    assert drawn.max() <= 2200.0


def test_points_are_those_of_a_balanced_sequence_and_the_same_for_one_seed():
    one, other = (sampling.scores(["a", "b"], 1024, 7) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert one.tobytes() != sampling.scores(["a", "b"], 1024, 8).tobytes()
    halves = (one < 0).sum(axis=1)
    assert list(halves) == [512, 512]  # exactly balanced: what random numbers are not


def test_stated_correlations_hold_and_margins_stay():
    names = ["factors of coal", "factors of gas", "life"]
    drawn = sampling.scores(names, 2**14, 5, correlated={"factors of *": 0.6})
    assert np.corrcoef(drawn)[0, 1] == pytest.approx(0.6, abs=0.01)
    assert np.corrcoef(drawn)[0, 2] == pytest.approx(0.0, abs=0.02)
    assert drawn.std(axis=1) == pytest.approx([1.0] * 3, abs=0.01)


@pytest.mark.parametrize("samples", [0, 1, 3, 1000, -4, True, 2.0])
def test_other_numbers_than_powers_of_two_are_refused(samples):
    with pytest.raises(InputError, match="powers of two"):
        sampling.scores(["a"], samples, 1)


def test_the_error_names_the_nearest_powers():
    with pytest.raises(InputError, match="accepted: 512 or 1024"):
        sampling.scores(["a"], 1000, 1)


@pytest.mark.parametrize(
    ("correlated", "told"),
    [
        ({"a*": 1.5}, "above 0 and at most 1"),
        ({"b": 0.5}, "fewer than two"),
        ({"a*": 0.5, "*1": 0.2, "*": 0.1}, "two correlations|fewer than two"),
    ],
)
def test_correlations_that_cannot_be_are_refused(correlated, told):
    with pytest.raises(InputError, match=told):
        sampling.scores(["a1", "a2"], 8, 1, correlated=correlated)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Normal(0.0), "no spread"),
        (lambda: Normal(-1.0), "no spread"),
        (lambda: Lognormal(1.0), "no spread"),
        (lambda: Uniform(2.0, 2.0), "no width"),
        (lambda: Uniform(3.0, 2.0), "no width"),
        (lambda: Triangular(1.0, 7.0, 2.0), "outside the range"),
        (lambda: Empirical((1.0, 1.0)), "no spread"),
        (lambda: Empirical((1.0, float("nan"))), "not every value"),
        (lambda: Choice((1.0, 2.0), weights=(1.0,)), "as many weights"),
        (lambda: Choice((1.0, 2.0), weights=(0.0, 0.0)), "above 0"),
        (lambda: distribution({"weird": 1}), "no such distribution"),
        (lambda: distribution({"uniform": [1, 2, 3]}), "not the figures"),
    ],
)
def test_a_spread_that_is_none_is_refused_with_the_remedy(build, told):
    with pytest.raises(InputError, match=told):
        build()


def test_quantities_and_shares_are_taken_in_the_unit_of_the_figure():
    life = sampling.in_numbers(Triangular("3 year", "52596 hour"), value=4.0, unit="year", field="service_life")
    assert (life.low, life.mode, life.high) == pytest.approx((3.0, 4.0, 6.0))
    assert sampling.in_numbers(Normal("5 %"), value=200.0, unit="kWh", field="energy").sd == pytest.approx(10.0)
    with pytest.raises(InputError, match="service_life"):
        sampling.in_numbers(Triangular("7 year", "9 year"), value=4.0, unit="year", field="service_life")
