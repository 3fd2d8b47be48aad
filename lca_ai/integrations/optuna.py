"""Optuna: each trial as a stage, its energy as an attribute of the trial.

Source: https://optuna.readthedocs.io/en/stable/reference/generated/optuna.trial.Trial.html (user attributes).
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lca_ai.integrations.stages import kwh
from lca_ai.meter.window import Window

if TYPE_CHECKING:
    from lca_ai.models.location import Location

T = TypeVar("T")
ENERGY, CLIMATE_CHANGE = "energy [kWh]", "climate change of the electricity [kg CO2e]"


def measured(
    objective: Callable[[Any], T], window: Window, *, location: Location | str | None = None
) -> Callable[[Any], T]:
    """The objective of a study, each call of it measured: ``study.optimize(measured(objective, window))``.

    Parameters
    ----------
    objective : takes a trial
    window : an open window, e.g. of ``with lca.measure("runs/search") as window``
    location : place, for the climate change of the electricity as a second attribute

    Returns
    -------
    The objective; its trials have the attribute ``energy [kWh]``, those that failed or were pruned too. What trials
    draw that run at the same time is divided equally between them.

    Raises
    ------
    InputError : for a place that no table has
    """
    place, running, lock = _place(location), set[int](), threading.Lock()
    shared: set[int] = set()

    @functools.wraps(objective)
    def call(trial: Any) -> T:
        number = int(trial.number)
        with lock:
            running.add(number)
            if len(running) > 1:
                shared.update(running)
        stage = window.stage(f"trial {number}")
        try:
            with stage:
                return objective(trial)
        finally:
            with lock:
                running.discard(number)
                alone = number not in shared
                shared.discard(number)
            energy = kwh(stage) if alone else _own(window, stage.path)
            if energy == energy:  # noqa: PLR0124 (what is not known is no attribute)
                trial.set_user_attr(ENERGY, energy)
                if place is not None:
                    trial.set_user_attr(CLIMATE_CHANGE, place(energy))

    return call


def _own(window: Window, path: str) -> float:
    """Energy of a stage without those at the same time. [kWh]"""
    table = window.stages
    return float(table.loc[table["path"] == path, "own energy [kWh]"].iloc[-1])


def _place(location: Location | str | None) -> Callable[[float], float] | None:
    """Climate change of an energy at a place, compiled once."""
    if location is None:
        return None
    from lca_ai.meter.so_far import compiled

    known = compiled(location)
    return lambda energy: known(energy).get("climate change", (0.0, ""))[0]
