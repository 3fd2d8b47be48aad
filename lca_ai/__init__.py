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
    "Cluster": "lca_ai.models.hardware",
    "Cpu": "lca_ai.models.hardware",
    "CutOff": "lca_ai.models.scope",
    "FunctionalUnit": "lca_ai.models.scope",
    "GoalAndScope": "lca_ai.models.scope",
    "InferenceService": "lca_ai.models.workload",
    "LcaAiError": "lca_ai.errors",
    "Location": "lca_ai.models.location",
    "Mainboard": "lca_ai.models.hardware",
    "Memory": "lca_ai.models.hardware",
    "NetworkSwitch": "lca_ai.models.hardware",
    "OtherPart": "lca_ai.models.hardware",
    "PowerLog": "lca_ai.models.power",
    "PowerSupply": "lca_ai.models.hardware",
    "Rack": "lca_ai.models.hardware",
    "Result": "lca_ai.impact.result",
    "Runtime": "lca_ai.models.runtime",
    "Server": "lca_ai.models.hardware",
    "Storage": "lca_ai.models.hardware",
    "Study": "lca_ai.models.study",
    "TrainingRun": "lca_ai.models.workload",
    "assess": "lca_ai.impact.assess",
    "check_result": "lca_ai.interpretation.checks",
    "contributions": "lca_ai.interpretation.contribution",
    "embodied": "lca_ai.inventory.machines",
    "energy": "lca_ai.logs.energy",
    "factors": "lca_ai.inventory.lookup",
    "hardware": "lca_ai.models.catalogue",
    "location": "lca_ai.models.location",
    "place": "lca_ai.inventory.place",
    "quantity": "lca_ai.units",
    "read_power_log": "lca_ai.logs.energy",
    "read_study": "lca_ai.models.study",
    "report": "lca_ai.reports.build",
}

__all__ = [
    "Accelerator",
    "Allocation",
    "Chassis",
    "Cluster",
    "Cpu",
    "CutOff",
    "FunctionalUnit",
    "GoalAndScope",
    "InferenceService",
    "LcaAiError",
    "Location",
    "Mainboard",
    "Memory",
    "NetworkSwitch",
    "OtherPart",
    "PowerLog",
    "PowerSupply",
    "Rack",
    "Result",
    "Runtime",
    "Server",
    "Storage",
    "Study",
    "TrainingRun",
    "assess",
    "check_result",
    "contributions",
    "embodied",
    "energy",
    "factors",
    "hardware",
    "location",
    "place",
    "quantity",
    "read_power_log",
    "read_study",
    "report",
]

if TYPE_CHECKING:
    from lca_ai.errors import LcaAiError
    from lca_ai.impact.assess import assess
    from lca_ai.impact.result import Result
    from lca_ai.interpretation.checks import check_result
    from lca_ai.interpretation.contribution import contributions
    from lca_ai.inventory.lookup import factors
    from lca_ai.inventory.machines import embodied
    from lca_ai.inventory.place import place
    from lca_ai.logs.energy import energy, read_power_log
    from lca_ai.models.catalogue import hardware
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
    if name not in _PUBLIC:
        raise AttributeError(f"module 'lca_ai' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
