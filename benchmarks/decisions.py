"""What a decision costs: estimates, draws and comparisons, in one run on one machine; printed, never tested.

``python benchmarks/decisions.py`` takes two minutes on two cores. ``--rivals PYTHON`` times BoaviztAPI and EcoLogits
beside, in an environment of their own that has them.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import time
import timeit
import warnings
from collections.abc import Callable

import numpy as np

import lca_ai as lca
from lca_ai import tables
from lca_ai.interpretation.arrays import Samples
from lca_ai.interpretation.cases import Assembled, assembled
from lca_ai.interpretation.figures import choices_of
from lca_ai.interpretation.linear import draw
from lca_ai.interpretation.moments import moments
from lca_ai.models import catalogue

STUDY = tables.data_root() / "datasets/studies/resnet50-france.yaml"
ZONES, MACHINES, SAMPLES = 300, 40, 8192
BOAVIZTA = """
import asyncio, timeit
from boaviztapi.routers.server_router import server_impact_from_model
run = asyncio.new_event_loop().run_until_complete
call = lambda: run(server_impact_from_model("platform_compute_medium", False, 1.0, ["gwp", "adp", "pe"]))
call(); print(min(timeit.repeat(call, number=20, repeat=5)) / 20)
"""
ECOLOGITS = """
import timeit
from ecologits.tracers.utils import llm_impacts
call = lambda: llm_impacts("openai", "gpt-4o", 100, 1.0, "FRA")
call(); print(min(timeit.repeat(call, number=50, repeat=5)) / 50)
"""


def best(call: Callable[[], object], *, number: int = 1, repeat: int = 5) -> float:
    """The shortest time of a call. [s]"""
    return min(timeit.repeat(call, number=number, repeat=repeat)) / number


def told(seconds: float) -> str:
    """A time for reading."""
    return (
        f"{seconds:.2f} s"
        if seconds >= 1
        else f"{seconds * 1e3:.3g} ms"
        if seconds >= 1e-3
        else f"{seconds * 1e6:.3g} us"
    )


def estimates(study: lca.Study) -> None:
    """One estimate, and a million."""
    model = lca.compile(study)
    single = best(lambda: model(pue=1.2, energy=3.0, service_life=5.0), number=1000)
    print(f"one estimate, {len(model().categories)} categories: {told(single)}")
    values = np.linspace(1.0, 2.0, 1_000_000)
    many = best(lambda: model(pue=values, service_life=values), repeat=3)
    print(f"a million estimates as arrays: {told(many)}: {1 / many:.2f} million a second on one core")
    full = best(lambda: lca.assess(study), repeat=3)
    print(f"lca.assess of the same study: {told(full)}, {full / single:,.0f} times as long")


def rivals(python: str) -> None:
    """One estimate of others, in their own environment."""
    for name, code in (
        ("BoaviztAPI, one server, 3 criteria", BOAVIZTA),
        ("EcoLogits, one request, 4 criteria", ECOLOGITS),
    ):
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        shown = (
            told(float(done.stdout.split()[-1])) if done.returncode == 0 else f"failed: {done.stderr.splitlines()[-1]}"
        )
        print(f"{name}: {shown}")


def simulation(study: lca.Study) -> None:
    """Monte Carlo of one study, beside the iterations of bw2calc on the same factors."""
    model = lca.compile(study)
    seconds = best(lambda: lca.monte_carlo(model, samples=4096, seed=7))
    rate = 4096 / seconds
    print(
        f"Monte Carlo, 4,096 draws, {len(model().categories)} categories: {told(seconds)}, {rate:,.0f} draws a second"
    )
    theirs = brightway_rate(model.found)
    ratio = f"ratio {rate / theirs:,.0f}"
    print(f"bw2calc, the same factors as uncertain exchanges: {theirs:,.0f} iterations a second; {ratio}")


def brightway_rate(found: Assembled) -> float:
    """Iterations a second of bw2calc's own Monte Carlo: every factor an uncertain exchange, every category a method."""
    warnings.simplefilter("ignore")
    import bw2calc
    import bw_processing as bwp

    model, terms = found.model, found.items[0].terms
    package = bwp.create_datapackage()
    package.add_persistent_vector(
        matrix="technosphere_matrix", indices_array=np.array([(1, 1)], dtype=bwp.INDICES_DTYPE),
        data_array=np.array([1.0]), flip_array=np.array([False]),
    )  # fmt: skip
    amounts: list[float] = []
    for category, rows in enumerate(model.table.rows):
        taken = model.amounts(terms, model.central)
        own = rows.amounts * sum(amount * rows.exchanges[[product]].toarray()[0] for _, product, amount in taken)
        characterised = [(10 + len(amounts) + index, 0) for index in range(len(own))]
        package.add_persistent_vector(
            matrix="characterization_matrix", identifier=[str(category)], name=str(category),
            indices_array=np.array(characterised, dtype=bwp.INDICES_DTYPE), data_array=np.ones(len(own)),
        )  # fmt: skip
        amounts += own.tolist()
    spread = np.array(
        [(2, np.log(abs(one) or 1.0), 0.3, *(np.nan,) * 3, False) for one in amounts], dtype=bwp.UNCERTAINTY_DTYPE
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix", data_array=np.array(amounts), distributions_array=spread,
        indices_array=np.array([(10 + index, 1) for index in range(len(amounts))], dtype=bwp.INDICES_DTYPE),
    )  # fmt: skip
    methods = {"impact_categories": [(str(one),) for one in range(len(model.table.rows))]}
    theirs = bw2calc.MultiLCA({"study": {1: 1.0}}, methods, [package], use_distributions=True)
    theirs.lci()
    theirs.lcia()
    count, start = 200, time.perf_counter()
    for _ in range(count):
        next(theirs)
        _ = theirs.scores
    return count / (time.perf_counter() - start)


def large(study: lca.Study, zones: int, machines: int) -> tuple[Assembled, float]:
    """Many places and machines, assembled; and the time that took. [s]"""
    servers = list(catalogue.servers())[:machines]
    hardware = {name: lca.scaled(throughput=1.5, power=lca.Lognormal(1.2, 1.1)) for name in servers}
    places = {zone: zone for zone in lca.zones("all")} | {f"aws {one.region}": one for one in lca.cloud_regions("aws")}
    start = time.perf_counter()
    chosen = lca.cases(study, location=dict(list(places.items())[:zones]), hardware=hardware)
    found = assembled(chosen, study.goal_and_scope, choices=choices_of(None))
    return found, time.perf_counter() - start


def comparison(study: lca.Study) -> None:
    """All places on all machines: moments, quantiles, and how the cost grows."""
    found, seconds = large(study, ZONES, MACHINES)
    terms = tuple(one.terms for one in found.items)
    results = len(terms) * len(found.model.table.categories)
    print(f"{ZONES} places x {MACHINES} machines, {results:,} results: inventory and factors {told(seconds)}")

    def both() -> None:
        moments(found.model, draw(found.model, SAMPLES, 7), terms)

    print(f"  {SAMPLES:,} draws, mean and deviation of every result: {told(best(both, repeat=3))}")
    own = Samples(found.model, draw(found.model, SAMPLES, 7), terms)
    start, begun = time.perf_counter(), time.process_time()
    own.quantiles((0.05, 0.5, 0.95))
    taken, processor = time.perf_counter() - start, time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    scaled = f"{taken / results * 192_000:.1f} s for 192,000"
    print(f"  5, 50 and 95 % of every result: {told(taken)}, {scaled}; peak {peak:.2f} GiB")
    print(f"    processor time {told(processor)}, {processor / results * 192_000:.1f} s for 192,000")
    print("  cost by cases and samples:")
    for cases, samples in ((1500, 4096), (3000, 4096), (6000, 4096), (3000, 2048), (3000, 8192)):
        part = Samples(found.model, draw(found.model, samples, 7), terms[:cases])
        start = time.perf_counter()
        part.quantiles((0.05, 0.5, 0.95))
        taken = time.perf_counter() - start
        each = taken / cases / samples * 1e9
        print(f"    {cases:,} cases x {samples:,} draws: {told(taken)}, {each:.0f} ns a draw of a case")


def main() -> None:
    """Print what decisions cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", help="a Python that has boaviztapi and ecologits")
    given = parser.parse_args()
    study = lca.read_study(STUDY)
    estimates(study)
    if given.rivals:
        rivals(given.rivals)
    simulation(study)
    comparison(study)


if __name__ == "__main__":
    main()
