"""Tables that a user holds already give what the same rows in a file give."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import lca_ai as lca
from lca_ai.errors import LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.models.scope import FunctionalUnit, GoalAndScope

#: 100 W for an hour on two devices: 0.2 kWh.
FRAME = pd.DataFrame(
    {
        "time": pd.to_datetime([1_700_000_000 + 60 * minute for minute in range(61)] * 2, unit="s", utc=True),
        "device": ["a"] * 61 + ["b"] * 61,
        "power": [100.0] * 122,
    }
)


def polars():
    return pytest.importorskip("polars").from_pandas(FRAME)


def lazy_polars():
    return polars().lazy()


def duckdb():
    found = pytest.importorskip("duckdb")
    return found.from_arrow(pa.Table.from_pandas(FRAME, preserve_index=False))


def dask():
    return pytest.importorskip("dask.dataframe").from_pandas(FRAME, npartitions=3)


HELD = {
    "pandas": lambda: FRAME,
    "pandas with an index of time": lambda: FRAME.set_index("time"),
    "pyarrow": lambda: pa.Table.from_pandas(FRAME, preserve_index=False),
    "polars": polars,
    "lazy polars": lazy_polars,
    "duckdb": duckdb,
    "dask": dask,
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", HELD)
def test_a_held_table_is_a_log(kind):
    found = read_energy(read_power_log(HELD[kind](), covers=["gpu"]))
    assert found.per_device() == pytest.approx({"a": 0.1, "b": 0.1})
    assert found.samples == 122


def test_columns_may_be_named():
    frame = FRAME.rename(columns={"time": "when", "power": "p"})
    log = read_power_log(frame, columns={"time": "when", "power": "p:kW", "device": "device"})
    assert read_energy(log).total == pytest.approx(200.0)


def test_a_table_of_two_columns_of_one_name_is_refused():
    names = ["time", "device", "power", "power"]
    pandas = FRAME.assign(other=5.0)
    arrow = pa.Table.from_pandas(pandas, preserve_index=False)
    for held in (pandas.set_axis(names, axis="columns"), arrow.rename_columns(names)):
        with pytest.raises(LogError, match=r"DataFrame: this table cannot be read.*power.*a name of its own"):
            read_power_log(held)


def test_cells_of_bytes_are_texts():
    frame = FRAME.assign(device=FRAME["device"].str.encode("utf-8"), power=b"0.1 kW")
    assert read_energy(read_power_log(frame)).per_device() == pytest.approx({"a": 0.1, "b": 0.1})
    for name in ("time", "device", "power"):
        with pytest.raises(LogError, match=rf"{name}: a cell is not text.*xff"):
            read_power_log(frame.assign(**{name: [b"\xff"] + [b"2024-05-31T10:00:00Z"] * 121}))


def test_anything_else_is_refused():
    with pytest.raises(LogError, match=r"neither a file nor a table.*pandas, Polars"):
        read_power_log(3.5)


def test_a_result_holds_the_hash_of_a_table():
    unit = FunctionalUnit("one trained model", reference_flow="1 model")
    scope = GoalAndScope(goal="to test", functional_unit=unit, system_boundary=("use",))

    def locked(frame):
        run = lca.TrainingRun(
            name="run", power=read_power_log(frame, covers=["node"]), location=lca.location("FR", year=2021, pue=1.0)
        )
        result = lca.assess(run, scope)
        return result["climate change"].to("g CO2e").magnitude, result.lock["files"]["table of run"]

    grams, digest = locked(FRAME)
    assert grams == pytest.approx(0.2 * 64.4, rel=1e-3)
    assert locked(FRAME)[1] == digest != locked(FRAME.assign(power=101.0))[1]
