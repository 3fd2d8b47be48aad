"""A sensor whose energy is known by heart: a steady 100 W, counted; and the law that every callback keeps."""

import os
import time

import pytest

from lca_ai.meter.base import Reading, Sensor
from lca_ai.meter.measure import measure

WATTS = 100.0

os.environ.setdefault("KERAS_BACKEND", "torch")


class Steady:
    """Counts 100 J each second."""

    name = "steady"

    def open(self):
        return [Sensor("meter", "node", "counter", model="a steady load")]

    def read(self):
        return [Reading("meter", energy_j=WATTS * time.monotonic())]

    def close(self):
        pass


@pytest.fixture
def steady():
    return Steady()


@pytest.fixture
def measurement(tmp_path):
    return measure(tmp_path / "run", sources=Steady(), every="100 ms")


@pytest.fixture
def checked():
    """Check that the stages of a window add up to it, each its time at 100 W; gives its paths in their order."""

    def check(window):
        table = window.stages
        whole = table.loc[table["path"] == ".", "energy [kWh]"].iloc[0]
        assert whole > 0
        assert table["own energy [kWh]"].sum() == pytest.approx(whole, rel=1e-9)
        joules = (table["energy [kWh]"] * 3.6e6).tolist()
        assert joules == pytest.approx((WATTS * table["seconds"]).tolist(), abs=5.0)
        return table["path"].tolist()

    return check
