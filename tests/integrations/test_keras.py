"""Keras, the real one: a model of one weight."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch, a backend of Keras, is not installed", exc_type=ImportError)
keras = pytest.importorskip("keras", reason="Keras is not installed", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("default")  # those of the library are not ours

from lca_ai.integrations.keras import EnergyCallback  # noqa: E402

X, Y = np.ones((8, 1)), np.zeros((8, 1))


@pytest.fixture
def model():
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def test_fit_evaluate_and_predict_are_stages(measurement, model, checked):
    with measurement as window:
        callback = EnergyCallback(window)
        model.fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0, callbacks=[callback])
        model.evaluate(X, Y, verbose=0, callbacks=[callback])
        model.predict(X, verbose=0, callbacks=[callback])
    assert checked(window) == [
        ".", "fit", "fit/epoch 0", "fit/epoch 0/validation", "fit/epoch 1", "fit/epoch 1/validation", "evaluate",
        "predict",
    ]  # fmt: skip


def test_a_folder_is_measured_while_the_model_works(tmp_path, model, steady, checked):
    callback = EnergyCallback(tmp_path / "run", epochs=False, sources=steady, every="100 ms")
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[callback])
    assert checked(callback.stages.window) == [".", "fit"]
    assert callback.stages.window.end is not None
