"""The engine: a product system as Brightway matrices, solved for every demand and characterised in every category.

Inventory g = B A^-1 f and impacts h = C g, contributions by column (Heijungs and Suh 2002, The Computational Structure
of Life Cycle Assessment). Everything stays in memory; no project folder is written. Only this module imports Brightway.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.inventory.system import WATER, WATER_CONSUMPTION, WATER_USE, Demand, Process, ProductSystem
from lca_ai.inventory.technology import characterisation_factors

_FIRST_FLOW = 1_000_000


@dataclass(frozen=True)
class _Flow:
    """A row of the biosphere matrix: an elementary flow, and the categories in which it is characterised.

    A flow is characterised only where its inventory is the source of the category: the others have another source,
    which counts it already. A score that its source has characterised has no compartment and factor 1.
    """

    name: str
    compartment: str
    categories: frozenset[str]


_CONSUMED = _Flow(WATER, "water", frozenset({WATER_USE, WATER_CONSUMPTION}))


@dataclass(frozen=True)
class Contributions:
    """Characterised impacts by demand, category and the process where they arise.

    ``amounts`` has shape (demands, categories, processes), each category in its own unit.
    """

    amounts: NDArray[np.float64]
    categories: tuple[str, ...]
    processes: tuple[str, ...]


def solve(system: ProductSystem) -> Contributions:
    """Solve the product system for each of its demands.

    Raises
    ------
    StudyError : where a demand is not a finite number, or a process takes from one that does not exist
    """
    processes, categories = tuple(system.processes), tuple(tables.categories())
    _check(system)
    if not system.demands:
        return Contributions(np.zeros((0, len(categories), len(processes))), categories, processes)
    lca = _calculate(system, processes, categories)
    order = [lca.dicts.activity[index] for index in range(len(processes))]
    characterisation = np.vstack([lca.characterization_matrices[(name,)].diagonal() for name in categories])
    unit_scores = characterisation @ lca.biosphere_matrix.toarray()
    supply = np.vstack([lca.supply_arrays[str(index)] for index in range(len(system.demands))])
    amounts = unit_scores[None, :, :] * supply[:, None, :]
    return Contributions(amounts[:, :, order], categories, processes)


@dataclass(frozen=True)
class UnitScores:
    """Characterised impacts of one unit of every process.

    Attributes
    ----------
    own : what arises in the process itself, shape (processes, categories)
    whole : with all of its supply, likewise
    requirements : how much of each process one unit of each product takes, shape (products, processes)
    """

    own: NDArray[np.float64]
    whole: NDArray[np.float64]
    requirements: NDArray[np.float64]
    products: tuple[str, ...]
    processes: tuple[str, ...]
    categories: tuple[str, ...]


def unit_scores(system: ProductSystem, products: Sequence[str]) -> UnitScores:
    """Impacts of one unit of every process, from the engine's matrices, by one adjoint solve: A^T X = (C B)^T.

    Parameters
    ----------
    products : processes whose supply chain is told process by process

    Raises
    ------
    StudyError : where a process takes from one that does not exist
    """
    from scipy.sparse.linalg import splu

    processes, categories = tuple(system.processes), tuple(tables.categories())
    _check(system)
    any_demand = Demand("", "use", "", processes[0], 1.0, "", "given")
    whole_system = ProductSystem(system.processes, [any_demand])
    lca = _calculate(whole_system, processes, categories)
    order = [lca.dicts.activity[index] for index in range(len(processes))]
    characterisation = np.vstack([lca.characterization_matrices[(name,)].diagonal() for name in categories])
    own: NDArray[np.float64] = (characterisation @ lca.biosphere_matrix.toarray()).T
    technosphere = lca.technosphere_matrix.tocsc()
    factorised: Any = splu(technosphere)
    whole = factorised.solve(own, trans="T")
    demand: NDArray[np.float64] = np.zeros((len(processes), len(products)))
    column = {name: order[index] for index, name in enumerate(processes)}
    demand[[column[name] for name in products], np.arange(len(products))] = 1.0
    taken = factorised.solve(demand).T if len(products) else np.zeros((0, len(processes)))
    return UnitScores(own[order], whole[order], taken[:, order], tuple(products), processes, categories)


def _check(system: ProductSystem) -> None:
    for demand in system.demands:
        if not np.isfinite(demand.amount):
            raise StudyError(
                "the amount of an activity is not a finite number", field=demand.activity, value=demand.amount
            )
    for process in system.processes.values():
        unknown = set(process.inputs) - set(system.processes)
        if unknown:
            raise StudyError(
                "a process takes from one that does not exist", field=process.name, value=", ".join(sorted(unknown))
            )


def _calculate(system: ProductSystem, processes: tuple[str, ...], categories: tuple[str, ...]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # import-time notices of optional solvers, and categories that no process touches
        import bw2calc
        import bw_processing

        package = bw_processing.create_datapackage()
        column = {name: index for index, name in enumerate(processes)}
        scores = {_score(name): None for name in categories}
        flows = dict.fromkeys(flow for process in system.processes.values() for flow, _ in _exchanges(process))
        row = {flow: _FIRST_FLOW + index for index, flow in enumerate(scores | flows)}
        _add_technosphere(bw_processing, package, system, column)
        _add_biosphere(bw_processing, package, system, column, row)
        _add_characterisation(bw_processing, package, row, categories)
        demands = {str(index): {column[demand.process]: demand.amount} for index, demand in enumerate(system.demands)}
        lca = bw2calc.MultiLCA(demands, {"impact_categories": [(name,) for name in categories]}, [package])
        lca.lci()
        lca.load_lcia_data()
    return lca


def _add_technosphere(bwp: Any, package: Any, system: ProductSystem, column: dict[str, int]) -> None:
    own = [(index, index, 1.0, False) for index in column.values()]
    inputs = [
        (column[name], column[process.name], amount, True)
        for process in system.processes.values()
        for name, amount in process.inputs.items()
    ]
    entries = own + inputs
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        name="technosphere",
        indices_array=np.array([(row, col) for row, col, _, _ in entries], dtype=bwp.INDICES_DTYPE),
        data_array=np.array([amount for _, _, amount, _ in entries], dtype="float64"),
        flip_array=np.array([flip for _, _, _, flip in entries], dtype=bool),
    )


def _score(category: str) -> _Flow:
    return _Flow(category, "", frozenset({category}))


def _exchanges(process: Process) -> list[tuple[_Flow, float]]:
    """Elementary flows and scores of a process, per unit of it."""
    scores = [
        (_CONSUMED if one.category == WATER_CONSUMPTION else _score(one.category), one.amount)
        for one in process.factors
        if not one.of_flows
    ]
    inventoried = process.inventoried
    return scores + [(_Flow(one.flow, one.compartment, inventoried), one.amount) for one in process.flows]


def _add_biosphere(
    bwp: Any, package: Any, system: ProductSystem, column: dict[str, int], row: dict[_Flow, int]
) -> None:
    entries = [
        (row[flow], column[process.name], amount)
        for process in system.processes.values()
        for flow, amount in _exchanges(process)
    ]
    # every flow has a row, so that a category which no process touches still has its place in the matrices
    entries += [(index, 0, 0.0) for index in row.values()]
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=np.array([(flow, col) for flow, col, _ in entries], dtype=bwp.INDICES_DTYPE),
        data_array=np.array([amount for _, _, amount in entries], dtype="float64"),
    )


def _add_characterisation(bwp: Any, package: Any, row: dict[_Flow, int], categories: tuple[str, ...]) -> None:
    """A score has factor 1 in its own category; elementary flows have the method's factors, in their categories."""
    method = characterisation_factors()
    for name in categories:
        factors = {row[_score(name)]: 1.0}
        factors |= {
            index: method[flow.name, flow.compartment, name]
            for flow, index in row.items()
            if name in flow.categories and (flow.name, flow.compartment, name) in method
        }
        package.add_persistent_vector(
            matrix="characterization_matrix",
            name=f"characterisation {name}",
            identifier=[name],
            indices_array=np.array([(flow, 0) for flow in factors], dtype=bwp.INDICES_DTYPE),
            data_array=np.array(list(factors.values()), dtype="float64"),
        )
