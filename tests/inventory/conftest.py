"""A run of a known energy, to be changed one thing at a time."""

import pytest

from lca_ai.impact.assess import assess
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.workload import TrainingRun


@pytest.fixture
def scope():
    """Make a goal and scope of one trained model, all stages or those named."""

    def _scope(*stages):
        unit = FunctionalUnit("one trained model", reference_flow="1 model")
        boundary = {"system_boundary": stages} if stages else {}
        return GoalAndScope(goal="to test", functional_unit=unit, **boundary)

    return _scope


@pytest.fixture
def run():
    """Make a training run: 10 kWh at the plug of a machine in France in 2021, without cooling, unless told otherwise."""

    def _run(**changes):
        given = {"name": "run", "energy": "10 kWh", "location": {"zone": "FR", "year": 2021, "pue": 1.0}}
        given |= changes
        return TrainingRun(**{name: value for name, value in given.items() if value is not None})

    return _run


@pytest.fixture
def use(scope):
    """Assess the use stage of a workload."""
    return lambda workload: assess(workload, scope("use"))
