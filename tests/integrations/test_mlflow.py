"""MLflow, the real one, with a store in a file."""

import json
import time

import pytest

mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("default")  # those of the library are not ours

from lca_ai.integrations.mlflow import log_energy, log_files, log_impacts  # noqa: E402


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "store").as_uri())
    with mlflow.start_run() as started:
        yield started
    mlflow.set_tracking_uri(None)


def test_energy_impacts_and_files_are_logged(measurement, run):
    with measurement as window, window.stage("fit: a"):
        time.sleep(0.3)
    logged = log_energy(window)
    assert logged["energy kWh"] * 3.6e6 == pytest.approx(100 * window.seconds, abs=3.0)
    assert logged["mean power W"] == pytest.approx(100.0, rel=0.05)
    assert logged["stage/fit_ a kWh"] <= logged["energy kWh"]
    impacts = log_impacts(window, "FR", hardware=None)
    assert impacts["impact/climate change kg CO2e"] > 0
    assert impacts["impact/gaps"] > 0
    assert len(log_files(window)) == 2
    stored = mlflow.get_run(run.info.run_id).data.metrics
    assert stored == pytest.approx(logged | impacts)
    files = [one.path for one in mlflow.MlflowClient().list_artifacts(run.info.run_id, "energy")]
    assert {path.rpartition(".")[2] for path in files} == {"csv", "json"}


def test_a_machine_that_the_catalogue_has_not_is_told_in_a_tag(measurement, run):
    with measurement as window:
        time.sleep(0.25)
    (path,) = window.folder.glob("_meter-*.json")
    told = json.loads(path.read_text())
    told["recordings"][-1]["sensors"] = [{"name": "GPU-a", "covers": "gpu", "kind": "counter", "model": "NVIDIA H100"}]
    path.write_text(json.dumps(told))
    assert log_impacts(window, "FR")["impact/climate change kg CO2e"] > 0
    tag = mlflow.get_run(run.info.run_id).data.tags["lca_ai.hardware"]
    assert "h100-sxm5-80gb" in tag
