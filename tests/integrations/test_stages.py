"""Stages that a library begins and ends in its own order, and what a missing library is told by."""

import subprocess
import sys
import time

import pytest

from lca_ai.errors import InputError
from lca_ai.integrations.stages import Stages, kwh, needed


def test_stages_end_with_what_is_within_them(measurement, checked):
    stages = Stages(measurement)
    stages.open()
    for name in ("fit", "epoch 0", "validation"):
        stages.begin(name)
        time.sleep(0.05)
    stage = stages.end("fit")
    assert not any(stages.has(name) for name in ("fit", "epoch 0", "validation"))
    stages.close()
    assert checked(stages.window) == [".", "fit", "fit/epoch 0", "fit/epoch 0/validation"]
    assert kwh(stage) * 3.6e6 == pytest.approx(100 * (stage.end.moment - stage.start.moment), abs=2.0)


def test_a_window_that_is_given_stays_open(measurement):
    with measurement as window:
        stages = Stages(window)
        stages.open()
        stages.begin("fit")
        stages.close()
        assert window.end is None
    assert window.end is not None


def test_a_folder_is_measured_while_it_is_open(tmp_path, steady):
    stages = Stages(tmp_path / "own", sources=steady, every="100 ms")
    with pytest.raises(InputError, match="nothing was measured yet"):
        _ = stages.window
    stages.begin("before")
    assert stages.end("before") is None
    assert stages.open()
    assert not stages.open()
    stages.close()
    assert stages.window.end is not None
    assert (tmp_path / "own").is_dir()


def test_an_error_is_in_the_log(tmp_path, steady):
    stages = Stages(tmp_path / "own", sources=steady)
    stages.open()
    stages.begin("fit")
    stages.close(ValueError("out of memory"))
    (log,) = (tmp_path / "own").glob("power-*.csv")
    told = [line for line in log.read_text().splitlines() if "ValueError: out of memory" in line]
    assert [line.split(",")[2] for line in told] == ["stage-", "end"]


def test_a_missing_library_is_named():
    needed("lightning", None)
    with pytest.raises(InputError, match="accepted: pip install lightning"):
        needed("lightning", ImportError("No module named 'lightning'"))


@pytest.mark.parametrize("library", ["keras", "lightning", "transformers"])
def test_a_callback_without_its_library_says_so_when_it_is_made(library):
    code = (
        f"import sys\nfor name in ('{library}', 'pytorch_lightning'): sys.modules[name] = None\n"
        f"from lca_ai.integrations.{library} import EnergyCallback\n"
        "try:\n    EnergyCallback('run')\nexcept ValueError as fault:\n    print(fault)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"{library} cannot be imported" in done.stdout
    assert f"accepted: pip install {library}" in done.stdout


def test_importing_the_integrations_brings_none_of_the_libraries():
    code = (
        "import sys\nimport lca_ai.integrations.stages, lca_ai.integrations.optuna\n"
        "print(sorted({'torch', 'optuna', 'keras', 'mlflow', 'transformers', 'lightning'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
