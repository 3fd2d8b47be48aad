"""MLflow: energy and impacts of a window as metrics of a run, and its log as artefacts.

Source: https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html (metrics, their names, artefacts, tags).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from lca_ai.errors import InputError
from lca_ai.integrations.stages import needed
from lca_ai.meter.window import Window

if TYPE_CHECKING:
    from lca_ai.models.location import Location

_missing: ImportError | None = None
try:
    import mlflow
except ImportError as _fault:
    mlflow, _missing = None, _fault

_NOT_IN_NAMES = re.compile(r"[^\w./ -]")


def log_energy(window: Window, *, step: int | None = None, run_id: str | None = None) -> dict[str, float]:
    """Log the energy so far, of the window and of its stages, as metrics; may be called at any time.

    Parameters
    ----------
    step : of the metrics
    run_id : run of MLflow; the active one where it is not given

    Returns
    -------
    The metrics: ``energy kWh``, ``mean power W``, ``stage/<path> kWh``; what is not known is left out.

    Raises
    ------
    InputError : where MLflow is not installed
    """
    needed("mlflow", _missing)
    kwh, seconds = float(window.energy.to("kWh").magnitude), window.seconds
    found = {"energy kWh": kwh, "mean power W": kwh * 3.6e6 / seconds if seconds > 0 else math.nan}
    table = window.stages
    of_stages = table[table["path"] != "."].groupby("path")["energy [kWh]"].sum()
    found |= {_NOT_IN_NAMES.sub("_", f"stage/{path} kWh"): float(energy) for path, energy in of_stages.items()}
    known = {name: value for name, value in found.items() if math.isfinite(value)}
    mlflow.log_metrics(known, step=step, run_id=run_id)
    return known


def log_impacts(
    window: Window, location: Location | str, *, hardware: Any = "auto", run_id: str | None = None, **fields: Any
) -> dict[str, float]:
    """Log the impacts of a window as metrics, ``impact/<category> <unit>``; the gaps are counted in ``impact/gaps``.

    Parameters
    ----------
    hardware : the machine; "auto" for the one that was found, without its making where the catalogue has not all of it
    fields : other fields of the training run

    Raises
    ------
    InputError : where MLflow is not installed; for a place that no table has
    """
    needed("mlflow", _missing)
    from lca_ai.impact.assess import assess
    from lca_ai.meter.handover import training_run
    from lca_ai.models.scope import FunctionalUnit, GoalAndScope

    try:
        run = training_run(window, location=location, hardware=hardware, **fields)
    except InputError as fault:
        if hardware != "auto":
            raise
        run = training_run(window, location=location, hardware=None, **fields)
        mlflow.set_tag("lca_ai.hardware", str(fault)) if run_id is None else mlflow.MlflowClient().set_tag(
            run_id, "lca_ai.hardware", str(fault)
        )
    unit = FunctionalUnit(description="one measured run", reference_flow="1 model")
    result = assess(run, GoalAndScope(goal="Metrics of a measured run", functional_unit=unit))
    totals = result.totals[result.totals["amount"].notna()]
    found = {
        _NOT_IN_NAMES.sub("_", f"impact/{category} {unit}"): float(amount)
        for category, amount, unit in zip(totals.index, totals["amount"], totals["unit"], strict=True)
    } | {"impact/gaps": float(len(result.gaps))}
    mlflow.log_metrics(found, run_id=run_id)
    return found


def log_files(window: Window, *, artifact_path: str = "energy", run_id: str | None = None) -> list[str]:
    """Log the files of a window as artefacts: the log, and the description from which it can be computed again.

    Raises
    ------
    InputError : where MLflow is not installed
    """
    needed("mlflow", _missing)
    files = sorted(path for path in window.folder.iterdir() if path.is_file() and not path.name.startswith("."))
    for path in files:
        mlflow.log_artifact(str(path), artifact_path=artifact_path, run_id=run_id)
    return [path.name for path in files]
