"""PyTorch Lightning: fit, validate, test and predict as stages, with epochs and validations within.

Source: https://lightning.ai/docs/pytorch/stable/extensions/callbacks.html (hooks and their order).
"""

from __future__ import annotations

from typing import Any

from lca_ai.integrations.stages import Into, Stages, needed

_missing: ImportError | None = None
try:
    from lightning.pytorch import Callback
except ImportError as _fault:
    try:
        from pytorch_lightning import Callback  # the name it had
    except ImportError:
        Callback, _missing = object, _fault


class EnergyCallback(Callback):  # type: ignore[misc, unused-ignore]
    """Measures a trainer's work: ``Trainer(callbacks=[EnergyCallback("runs/042")])``.

    Parameters
    ----------
    into : an open window, or a folder; every process of a node may have one for the same folder
    epochs : whether each epoch of the training is a stage
    measured : how a folder is measured, e.g. ``every="2 s"``

    Raises
    ------
    InputError : where Lightning is not installed
    """

    def __init__(self, into: Into, *, epochs: bool = True, **measured: Any) -> None:
        needed("lightning", _missing)
        super().__init__()
        self.stages, self._epochs = Stages(into, **measured), epochs

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:  # noqa: ARG002 (the hook)
        """Measure from here."""
        self.stages.open()
        self.stages.begin(_named(stage))

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:  # noqa: ARG002
        """To here."""
        self.stages.end(_named(stage))
        self.stages.close()

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """An epoch begins."""
        if self._epochs:
            self.stages.begin(f"epoch {trainer.current_epoch}")

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """An epoch ends."""
        self.stages.end(f"epoch {trainer.current_epoch}")

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """A validation within the training begins."""
        if self.stages.has("fit"):
            self.stages.begin("sanity check" if trainer.sanity_checking else "validation")

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """And ends."""
        self.stages.end("sanity check" if trainer.sanity_checking else "validation")

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:  # noqa: ARG002
        """The work ended with an error: what was measured stays."""
        self.stages.close(exception)


def _named(stage: Any) -> str:
    """The name of a trainer's work, which newer versions give as a member of an enumeration."""
    return str(getattr(stage, "value", stage))
