"""The engine: a product system as Brightway matrices, solved for every demand and characterised in every category.

Inventory g = B A^-1 f and impacts h = C g, contributions by column (Heijungs and Suh 2002, The Computational Structure
of Life Cycle Assessment). Everything stays in memory; no project folder is written. Only this module imports Brightway.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca_ai import tables
from lca_ai.errors import StudyError
from lca_ai.inventory.system import WATER, WATER_CONSUMPTION, ProductSystem

_FIRST_FLOW = 1_000_000


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
    flows = (*categories, WATER)
    lca = _calculate(system, processes, flows, categories)
    order = [lca.dicts.activity[index] for index in range(len(processes))]
    characterisation = np.vstack([lca.characterization_matrices[(name,)].diagonal() for name in categories])
    unit_scores = characterisation @ lca.biosphere_matrix.toarray()
    supply = np.vstack([lca.supply_arrays[str(index)] for index in range(len(system.demands))])
    amounts = unit_scores[None, :, :] * supply[:, None, :]
    return Contributions(amounts[:, :, order], categories, processes)


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


def _calculate(
    system: ProductSystem, processes: tuple[str, ...], flows: tuple[str, ...], categories: tuple[str, ...]
) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # import-time notices of optional solvers, and categories that no process touches
        import bw2calc
        import bw_processing

        package = bw_processing.create_datapackage()
        column = {name: index for index, name in enumerate(processes)}
        row = {name: _FIRST_FLOW + index for index, name in enumerate(flows)}
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


def _add_biosphere(bwp: Any, package: Any, system: ProductSystem, column: dict[str, int], row: dict[str, int]) -> None:
    entries = [
        (row[WATER if factor.category == WATER_CONSUMPTION else factor.category], column[process.name], factor.amount)
        for process in system.processes.values()
        for factor in process.factors
    ]
    # every flow has a row, so that a category which no process touches still has its place in the matrices
    entries += [(index, 0, 0.0) for index in row.values()]
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=np.array([(flow, col) for flow, col, _ in entries], dtype=bwp.INDICES_DTYPE),
        data_array=np.array([amount for _, _, amount in entries], dtype="float64"),
    )


def _add_characterisation(bwp: Any, package: Any, row: dict[str, int], categories: tuple[str, ...]) -> None:
    """A figure that is characterised already has factor 1 in its own category; real flows have the method's factors."""
    method = tables.rows("emission_factors/method", "characterisation")
    for name in categories:
        factors = {row[name]: 1.0}
        factors |= {
            row[one["flow"]]: float(one["factor"]) for one in method if one["category"] == name and one["flow"] in row
        }
        package.add_persistent_vector(
            matrix="characterization_matrix",
            name=f"characterisation {name}",
            identifier=[name],
            indices_array=np.array([(flow, 0) for flow in factors], dtype=bwp.INDICES_DTYPE),
            data_array=np.array(list(factors.values()), dtype="float64"),
        )
