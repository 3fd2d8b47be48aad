from pathlib import Path

import pytest

import lca_ai as lca
from lca_ai import tables


@pytest.fixture(scope="session")
def example():
    """The example study: ResNet-50, wall power measured, France 2021."""
    return lca.read_study(Path(tables.data_root()) / "datasets" / "studies" / "resnet50-france.yaml")


@pytest.fixture(scope="session")
def scope():
    return lca.GoalAndScope(
        goal="test", functional_unit=lca.FunctionalUnit("one trained model", reference_flow="1 model")
    )


@pytest.fixture(scope="session")
def run():
    """A training run of which only the GPUs were metered, on assumed lives, in a cloud region."""
    return lca.TrainingRun(
        name="fine-tune",
        energy="1200 kWh",
        energy_basis="measured",
        covers=["gpu"],
        runtime={"duration": "240 h", "start": "2023-05-01T00:00:00Z"},
        hardware="dgx-h100",
        location=lca.location(cloud="aws", region="eu-west-3"),
    )
