"""Sobol indices and tornado of a study, beside scipy.stats.sobol_indices of the same function.

``python benchmarks/sensitivity.py`` takes some seconds. The numbers are printed and never tested: a machine is not a
specification. Budget: 1 s for 20 inputs in 16 categories.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy import stats

import lca_ai as lca
from lca_ai import tables
from lca_ai.interpretation import sampling
from lca_ai.interpretation.compiled import CompiledModel
from lca_ai.interpretation.linear import Draws
from lca_ai.interpretation.score_moments import score_moments
from lca_ai.interpretation.sobol import RESAMPLES, indices, product_amounts, sampled
from lca_ai.interpretation.tornado import tornado, uncertain_inputs
from lca_ai.interpretation.uncertainty import simulated

STUDY = tables.data_root() / "datasets/studies/resnet50-france.yaml"
SAMPLES, BUDGET = 4096, 1.0


def best(call: Callable[[], object], repeats: int = 5) -> float:
    """Return the shortest time of some runs [s]."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def twenty() -> CompiledModel:
    """A run on the grid of France with its energy and PUE uncertain: twenty inputs or about."""
    run = lca.TrainingRun(
        name="run", energy="100 kWh", runtime={"duration": "24 h", "start": "2022-07-01T00:00Z"},
        location=lca.location("FR", pue=1.2),
    )  # fmt: skip
    unit = lca.FunctionalUnit("one trained model", reference_flow="1 model")
    scope = lca.GoalAndScope(goal="benchmark", functional_unit=unit)
    return lca.compile(run, scope, inputs={"energy": lca.Normal("5 %"), "pue": lca.Uniform(1.1, 1.5)})


def plain(model: CompiledModel) -> Callable[[np.ndarray], np.ndarray]:
    """All categories of a model at standard normal scores of its inputs, shape (inputs, draws)."""
    variables = model.found.model.variables
    spread = [index for index, one in enumerate(variables) if one.spread is not None]

    def at(scores: np.ndarray) -> np.ndarray:
        values = [one.value for one in variables]
        for row, index in enumerate(spread):
            drawn = sampling.values(variables[index].spread, scores[row])
            values[index] = np.clip(drawn, variables[index].low, variables[index].high)
        own = np.ascontiguousarray(scores[len(spread) :])
        drawn = Draws(tuple(values), own, sampling.shoulders(own), scores.shape[1], 0, {})
        return simulated(model.found, drawn, threads=1).draws.T

    return at


def against_scipy(model: CompiledModel, told: str) -> None:
    """Indices of one model by both, with the distance of scipy's from them."""
    inner = model.found.model
    count = len(uncertain_inputs(inner, model.terms))
    products, amounts_at = product_amounts(inner, model.terms)

    def own() -> list[np.ndarray]:
        amounts = sampled(amounts_at, inner.variables, SAMPLES, 0)
        moments = [score_moments(inner.table, place, products) for place in range(len(inner.table.categories))]
        return [one.total[:, 0] for one in indices(amounts, moments)]

    at, known = plain(model), [index for index, one in enumerate(np.nan_to_num(np.stack(own()))) if one.any()]

    def scipys() -> stats._sensitivity_analysis.SobolResult:
        random = np.random.default_rng(1)
        return stats.sobol_indices(
            func=lambda scores: at(scores)[known], n=SAMPLES, dists=[stats.norm()] * count, rng=random
        )

    with_bootstrap, other = best(own), best(scipys, 2)
    off = np.abs(scipys().total_order - np.stack(own())[known])
    print(f"{told}: {count} inputs, {len(known)} categories, {SAMPLES:,} rows")
    print(f"  indices with {RESAMPLES} resamples {with_bootstrap * 1e3:.0f} ms; scipy without any {other * 1e3:.0f} ms")
    print(f"  ratio {with_bootstrap / other:.3f}; scipy is off by up to {off.max():.3f} of the variance")


def main() -> None:
    """Measure and print."""
    small, study = twenty(), lca.compile(lca.read_study(STUDY))
    against_scipy(small, "a run in France")
    against_scipy(study, "ResNet-50 in France, 49 figures of the factors")
    for told, model in (("a run in France", small), ("ResNet-50 in France", study)):
        whole = best(lambda model=model: lca.sensitivity(model, samples=SAMPLES), 3)
        swings = best(lambda model=model: tornado(model.found), 3)
        over = "  over budget" if whole > BUDGET else ""
        print(f"{told}: indices, intervals, tornado and sentences {whole * 1e3:.0f} ms{over}; the tornado alone "
              f"{swings * 1e3:.0f} ms")  # fmt: skip
    study_in = lca.cases(lca.read_study(STUDY), location=["FR", "DE"])
    compared = lca.compare(study_in, samples=SAMPLES)
    both = best(lambda: lca.sensitivity(compared, one="FR", other="DE"), 3)
    print(f"the difference of FR and DE: {both * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
