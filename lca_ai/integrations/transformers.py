"""Hugging Face Trainer: training and evaluation as stages, with epochs within.

Source: https://huggingface.co/docs/transformers/main_classes/callback (events and their order).
"""

from __future__ import annotations

from typing import Any

from lca_ai.integrations.stages import Into, Stages, needed

_missing: ImportError | None = None
try:
    from transformers import TrainerCallback
except ImportError as _fault:
    TrainerCallback, _missing = object, _fault

_TRAIN, _EVALUATE = "train", "evaluate"


class EnergyCallback(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Measures a trainer's work: ``Trainer(..., callbacks=[EnergyCallback("runs/042")])``.

    Parameters
    ----------
    into : an open window, or a folder; every process of a node may have one for the same folder
    epochs : whether each epoch of the training is a stage
    measured : how a folder is measured, e.g. ``every="2 s"``

    Raises
    ------
    InputError : where transformers is not installed
    """

    def __init__(self, into: Into, *, epochs: bool = True, **measured: Any) -> None:
        needed("transformers", _missing)
        self.stages, self._epochs = Stages(into, **measured), epochs

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002 (the hook)
        """Measure from here."""
        self.stages.open()
        self.stages.begin(_TRAIN)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """To here."""
        self.stages.end(_TRAIN)
        self.stages.close()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """An epoch begins."""
        if self._epochs:
            self.stages.begin(f"epoch {round(state.epoch or 0)}")

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """An epoch ends; its number has grown meanwhile."""
        self.stages.end(f"epoch {round(state.epoch or 1) - 1}")

    def on_prediction_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """The first step of an evaluation is where it begins: no other event tells."""
        self.stages.open()
        self.stages.begin(_EVALUATE)

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """An evaluation has ended."""
        self._evaluated()

    def on_predict(self, args: Any, state: Any, control: Any, metrics: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """A prediction has ended."""
        self._evaluated()

    def _evaluated(self) -> None:
        self.stages.end(_EVALUATE)
        if not self.stages.has(_TRAIN):
            self.stages.close()
