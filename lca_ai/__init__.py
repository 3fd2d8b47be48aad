"""Life-cycle assessment of AI: measured power in, multi-criteria environmental impacts out, every figure sourced.

The public names load on first use, so that importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "Accelerator": "lca_ai.models.hardware",
    "Allocation": "lca_ai.models.workload",
    "Chassis": "lca_ai.models.hardware",
    "Choice": "lca_ai.models.distributions",
    "Cluster": "lca_ai.models.hardware",
    "Comparison": "lca_ai.interpretation.compare",
    "Cpu": "lca_ai.models.hardware",
    "CutOff": "lca_ai.models.scope",
    "Empirical": "lca_ai.models.distributions",
    "FunctionalUnit": "lca_ai.models.scope",
    "GoalAndScope": "lca_ai.models.scope",
    "InferenceService": "lca_ai.models.workload",
    "LcaAiError": "lca_ai.errors",
    "Location": "lca_ai.models.location",
    "Lognormal": "lca_ai.models.distributions",
    "Mainboard": "lca_ai.models.hardware",
    "Memory": "lca_ai.models.hardware",
    "NetworkSwitch": "lca_ai.models.hardware",
    "Normal": "lca_ai.models.distributions",
    "OtherPart": "lca_ai.models.hardware",
    "Pert": "lca_ai.models.distributions",
    "PowerLog": "lca_ai.models.power",
    "PowerSupply": "lca_ai.models.hardware",
    "Rack": "lca_ai.models.hardware",
    "Range": "lca_ai.models.distributions",
    "Result": "lca_ai.impact.result",
    "Runtime": "lca_ai.models.runtime",
    "Server": "lca_ai.models.hardware",
    "Storage": "lca_ai.models.hardware",
    "Study": "lca_ai.models.study",
    "TrainingRun": "lca_ai.models.workload",
    "Triangular": "lca_ai.models.distributions",
    "Uniform": "lca_ai.models.distributions",
    "as_measured": "lca_ai.interpretation.scaling",
    "assess": "lca_ai.impact.assess",
    "best_hours": "lca_ai.interpretation.hours",
    "break_even": "lca_ai.interpretation.break_even",
    "cases": "lca_ai.interpretation.cases",
    "check_result": "lca_ai.interpretation.checks",
    "cloud_regions": "lca_ai.inventory.zone_list",
    "compare": "lca_ai.interpretation.compare",
    "compile": "lca_ai.interpretation.compiled",
    "contributions": "lca_ai.interpretation.contribution",
    "embodied": "lca_ai.inventory.machines",
    "energy": "lca_ai.logs.energy",
    "factors": "lca_ai.inventory.lookup",
    "hardware": "lca_ai.models.catalogue",
    "largest": "lca_ai.interpretation.budget",
    "location": "lca_ai.models.location",
    "measure": "lca_ai.meter.measure",
    "monte_carlo": "lca_ai.interpretation.uncertainty",
    "normalised": "lca_ai.impact.weighting",
    "pareto": "lca_ai.interpretation.pareto",
    "place": "lca_ai.inventory.place",
    "planetary_shares": "lca_ai.impact.weighting",
    "proposed_scaling": "lca_ai.interpretation.scaling",
    "quantity": "lca_ai.units",
    "read_power_log": "lca_ai.logs.energy",
    "read_study": "lca_ai.models.study",
    "report": "lca_ai.reports.build",
    "scaled": "lca_ai.interpretation.scaling",
    "sensitivity": "lca_ai.interpretation.sensitivity",
    "weighted": "lca_ai.impact.weighting",
    "zones": "lca_ai.inventory.zone_list",
}

__all__ = [
    "Accelerator",
    "Allocation",
    "Chassis",
    "Choice",
    "Cluster",
    "Comparison",
    "Cpu",
    "CutOff",
    "Empirical",
    "FunctionalUnit",
    "GoalAndScope",
    "InferenceService",
    "LcaAiError",
    "Location",
    "Lognormal",
    "Mainboard",
    "Memory",
    "NetworkSwitch",
    "Normal",
    "OtherPart",
    "Pert",
    "PowerLog",
    "PowerSupply",
    "Rack",
    "Range",
    "Result",
    "Runtime",
    "Server",
    "Storage",
    "Study",
    "TrainingRun",
    "Triangular",
    "Uniform",
    "as_measured",
    "assess",
    "best_hours",
    "break_even",
    "cases",
    "check_result",
    "cloud_regions",
    "compare",
    "compile",
    "contributions",
    "embodied",
    "energy",
    "factors",
    "hardware",
    "largest",
    "location",
    "measure",
    "monte_carlo",
    "normalised",
    "pareto",
    "place",
    "planetary_shares",
    "proposed_scaling",
    "quantity",
    "read_power_log",
    "read_study",
    "report",
    "scaled",
    "sensitivity",
    "weighted",
    "zones",
]
#: Of the package as it is installed; looked up on first use, as the public names are.
__version__: str

if TYPE_CHECKING:
    from lca_ai.errors import LcaAiError
    from lca_ai.impact.assess import assess
    from lca_ai.impact.result import Result
    from lca_ai.impact.weighting import normalised, planetary_shares, weighted
    from lca_ai.interpretation.break_even import break_even
    from lca_ai.interpretation.budget import largest
    from lca_ai.interpretation.cases import cases
    from lca_ai.interpretation.checks import check_result
    from lca_ai.interpretation.compare import Comparison, compare
    from lca_ai.interpretation.compiled import compile
    from lca_ai.interpretation.contribution import contributions
    from lca_ai.interpretation.hours import best_hours
    from lca_ai.interpretation.pareto import pareto
    from lca_ai.interpretation.scaling import as_measured, proposed_scaling, scaled
    from lca_ai.interpretation.sensitivity import sensitivity
    from lca_ai.interpretation.uncertainty import monte_carlo
    from lca_ai.inventory.lookup import factors
    from lca_ai.inventory.machines import embodied
    from lca_ai.inventory.place import place
    from lca_ai.inventory.zone_list import cloud_regions, zones
    from lca_ai.logs.energy import energy, read_power_log
    from lca_ai.meter.measure import measure
    from lca_ai.models.catalogue import hardware
    from lca_ai.models.distributions import Choice, Empirical, Lognormal, Normal, Pert, Range, Triangular, Uniform
    from lca_ai.models.hardware import (
        Accelerator,
        Chassis,
        Cluster,
        Cpu,
        Mainboard,
        Memory,
        NetworkSwitch,
        OtherPart,
        PowerSupply,
        Rack,
        Server,
        Storage,
    )
    from lca_ai.models.location import Location, location
    from lca_ai.models.power import PowerLog
    from lca_ai.models.runtime import Runtime
    from lca_ai.models.scope import CutOff, FunctionalUnit, GoalAndScope
    from lca_ai.models.study import Study, read_study
    from lca_ai.models.workload import Allocation, InferenceService, TrainingRun
    from lca_ai.reports.build import report
    from lca_ai.units import quantity


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return globals().setdefault(name, version("lca-ai"))
    if name not in _PUBLIC:
        raise AttributeError(f"module 'lca_ai' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
