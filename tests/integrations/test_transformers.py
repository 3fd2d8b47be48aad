"""The Hugging Face Trainer, the real one: a model of one weight."""

import pytest

pytest.importorskip("torch", reason="torch is not installed", exc_type=ImportError)
pytest.importorskip("accelerate", reason="accelerate is not installed", exc_type=ImportError)
pytest.importorskip("transformers", reason="transformers is not installed", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("default")  # those of the library are not ours

import torch  # noqa: E402
from transformers import Trainer, TrainingArguments  # noqa: E402

from lca_ai.integrations.transformers import EnergyCallback  # noqa: E402


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(1, 1)

    def forward(self, x, labels=None):
        found = self.line(x)
        return {"loss": (found - labels).pow(2).mean(), "logits": found}


DATA = [{"x": torch.ones(1), "labels": torch.zeros(1)} for _ in range(8)]


def trainer(callback, folder, **given):
    arguments = TrainingArguments(
        output_dir=str(folder), num_train_epochs=2, per_device_train_batch_size=4, report_to=[], use_cpu=True,
        save_strategy="no", disable_tqdm=True, **given,
    )  # fmt: skip
    return Trainer(model=Line(), args=arguments, train_dataset=DATA, eval_dataset=DATA, callbacks=[callback])


def test_training_and_evaluation_are_stages_with_epochs_within(measurement, tmp_path, checked):
    with measurement as window:
        own = trainer(EnergyCallback(window), tmp_path, eval_strategy="epoch")
        own.train()
        own.evaluate()
        own.predict(DATA)
    assert checked(window) == [
        ".", "train", "train/epoch 0", "train/evaluate", "train/epoch 1", "train/evaluate", "evaluate", "evaluate",
    ]  # fmt: skip


def test_a_folder_is_measured_and_continued(tmp_path, steady, checked):
    callback = EnergyCallback(tmp_path / "run", epochs=False, sources=steady, every="100 ms")
    own = trainer(callback, tmp_path)
    own.train()
    first = callback.stages.window
    assert checked(first) == [".", "train"]
    own.evaluate()
    assert callback.stages.window is not first
    assert checked(callback.stages.window) == [".", "evaluate"]
    (log,) = (tmp_path / "run").glob("power-*.csv")
    assert [line.split(",")[2] for line in log.read_text().splitlines() if ",resume," in line][:1] == ["resume"]
