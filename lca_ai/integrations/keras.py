"""Keras: fit, evaluate and predict as stages, with epochs and validations within.

Source: https://keras.io/api/callbacks/base_callback/ (methods and their order).
"""

from __future__ import annotations

from typing import Any

from lca_ai.integrations.stages import Into, Stages, needed

_missing: ImportError | None = None
try:
    from keras.callbacks import Callback
except ImportError as _fault:
    Callback, _missing = object, _fault

_FIT, _PREDICT = "fit", "predict"


class EnergyCallback(Callback):  # type: ignore[misc, unused-ignore]
    """Measures a model's work: ``model.fit(..., callbacks=[EnergyCallback("runs/042")])``.

    Parameters
    ----------
    into : an open window, or a folder
    epochs : whether each epoch of the training is a stage
    measured : how a folder is measured, e.g. ``every="2 s"``

    Raises
    ------
    InputError : where Keras is not installed
    """

    def __init__(self, into: Into, *, epochs: bool = True, **measured: Any) -> None:
        needed("keras", _missing)
        super().__init__()
        self.stages, self._epochs = Stages(into, **measured), epochs

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 (the hook)
        """Measure from here."""
        self.stages.open()
        self.stages.begin(_FIT)

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """To here."""
        self.stages.end(_FIT)
        self.stages.close()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """An epoch begins."""
        if self._epochs:
            self.stages.begin(f"epoch {epoch}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """An epoch ends."""
        self.stages.end(f"epoch {epoch}")

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        """An evaluation begins, or a validation within the training."""
        self.stages.open()
        self.stages.begin(self._test())

    def on_test_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """And ends."""
        self.stages.end(self._test())
        self._done()

    def on_predict_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        """A prediction begins."""
        self.stages.open()
        self.stages.begin(_PREDICT)

    def on_predict_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """And ends."""
        self.stages.end(_PREDICT)
        self._done()

    def _test(self) -> str:
        return "validation" if self.stages.has(_FIT) else "evaluate"

    def _done(self) -> None:
        if not self.stages.has(_FIT):
            self.stages.close()
