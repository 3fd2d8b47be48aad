"""PyTorch Lightning, the real one: a model of one weight."""

import pytest

pytest.importorskip("lightning.pytorch", reason="Lightning is not installed", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("default")  # those of the library are not ours

import torch  # noqa: E402
from lightning.pytorch import LightningModule, Trainer  # noqa: E402

from lca_ai.integrations.lightning import EnergyCallback  # noqa: E402


class Line(LightningModule):
    def __init__(self, *, fails=False):
        super().__init__()
        self.line, self.fails = torch.nn.Linear(1, 1), fails

    def training_step(self, batch, _):
        if self.fails:
            raise ValueError("out of memory")
        return self.line(batch[0]).pow(2).mean()

    def validation_step(self, batch, _):
        self.line(batch[0])

    test_step = validation_step

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


def loader():
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 1)), batch_size=4)


def trainer(callback, folder, **given):
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    return Trainer(max_epochs=2, accelerator="cpu", callbacks=[callback], default_root_dir=folder, **quiet, **given)


def test_fit_and_test_are_stages_with_epochs_and_validations_within(measurement, tmp_path, checked):
    with measurement as window:
        callback = EnergyCallback(window)
        own = trainer(callback, tmp_path)
        own.fit(Line(), loader(), loader())
        own.test(Line(), loader())
    assert checked(window) == [
        ".", "fit", "fit/sanity check", "fit/epoch 0", "fit/epoch 0/validation", "fit/epoch 1",
        "fit/epoch 1/validation", "test",
    ]  # fmt: skip


def test_a_folder_is_measured_from_setup_to_teardown(tmp_path, steady, checked):
    callback = EnergyCallback(tmp_path / "run", epochs=False, sources=steady, every="100 ms")
    trainer(callback, tmp_path, num_sanity_val_steps=0).fit(Line(), loader())
    assert checked(callback.stages.window) == [".", "fit"]
    assert callback.stages.window.end is not None


def test_what_was_measured_before_an_error_stays(tmp_path, steady):
    callback = EnergyCallback(tmp_path / "run", sources=steady, every="100 ms")
    with pytest.raises(ValueError, match="out of memory"):
        trainer(callback, tmp_path).fit(Line(fails=True), loader())
    assert callback.stages.window.end is not None
    assert callback.stages.window.energy.magnitude > 0
