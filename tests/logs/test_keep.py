"""Parts that were integrated before are kept: the next run reads only what is new, and gives the same energy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from lca_ai.errors import LogError
from lca_ai.logs import chunks, stream
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options

START, SECOND = 1_700_000_000_000_000, 1_000_000


@pytest.fixture
def hour(tmp_path):
    """Write one hour of two devices, 100 W and 200 W, a reading a second; 0.3 kWh less the last second."""

    def _hour(number: int, watts: float = 100.0):
        seconds = START + (number * 3_600 + np.arange(3_600)) * SECOND
        table = pa.table(
            {
                "time": pa.array(np.tile(seconds, 2), pa.timestamp("us", tz="UTC")),
                "device": pa.array(["a"] * 3_600 + ["b"] * 3_600).dictionary_encode(),
                "power [W]": pa.array([watts] * 3_600 + [2 * watts] * 3_600),
            }
        )
        path = tmp_path / "logs" / f"{number:04d}.parquet"
        path.parent.mkdir(exist_ok=True)
        parquet.write_table(table, path)
        return path

    return _hour


@pytest.fixture
def read_pieces(monkeypatch):
    """Count the pieces that are read."""
    read: list[chunks.Piece] = []
    whole = stream.integrate
    monkeypatch.setattr(stream, "integrate", lambda piece, **given: read.append(piece) or whole(piece, **given))
    return read


def test_only_a_new_file_is_read(tmp_path, hour, read_pieces):
    for number in range(3):
        hour(number)
    log = read_power_log(tmp_path / "logs")
    first = read_energy(log, keep=tmp_path / "kept")
    assert len(read_pieces) == 3
    assert first.total == pytest.approx(0.3 * (3 * 3_600 - 1) / 3_600, rel=1e-12)
    hour(3)
    read_pieces.clear()
    second = read_energy(log, keep=tmp_path / "kept")
    assert [piece.path.name for piece in read_pieces] == ["0003.parquet"]
    assert second.total == pytest.approx(0.3 * (4 * 3_600 - 1) / 3_600, rel=1e-12)
    pd.testing.assert_frame_equal(second.hours, read_energy(log).hours, rtol=1e-12)


def test_nothing_new_reads_nothing(tmp_path, hour, read_pieces):
    hour(0)
    log = read_power_log(tmp_path / "logs")
    first = read_energy(log, keep=tmp_path / "kept")
    read_pieces.clear()
    assert read_energy(log, keep=tmp_path / "kept").total == first.total
    assert read_pieces == []


def test_a_file_that_has_changed_is_read_again(tmp_path, hour):
    hour(0)
    hour(1)
    log = read_power_log(tmp_path / "logs")
    read_energy(log, keep=tmp_path / "kept")
    hour(1, watts=300.0)
    again = read_energy(log, keep=tmp_path / "kept")
    assert again.total == pytest.approx(read_energy(log).total, rel=1e-12)
    assert again.total > 1.1


def test_an_interruption_loses_nothing_that_is_done(tmp_path, hour):
    for number in range(4):
        hour(number)
    log = read_power_log(tmp_path / "logs")
    seen = []

    def stop(done, _):
        seen.append(done)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_energy(log, keep=tmp_path / "kept", progress=stop)
    kept = list((tmp_path / "kept").glob("parts-*.parquet"))
    assert kept
    assert read_energy(log, keep=tmp_path / "kept").total == pytest.approx(read_energy(log).total, rel=1e-12)


def test_other_rules_do_not_mix_with_kept_parts(tmp_path, hour):
    hour(0)
    log = read_power_log(tmp_path / "logs")
    read_energy(log, keep=tmp_path / "kept")
    with pytest.raises(LogError, match="other rules"):
        read_energy(log.replace(start="2023-11-14T22:20:00Z"), keep=tmp_path / "kept")


def test_many_small_files_of_parts_become_one(tmp_path, hour):
    log = None
    for number in range(20):
        hour(number)
        log = read_power_log(tmp_path / "logs")
        read_energy(log, keep=tmp_path / "kept")
    assert len(list((tmp_path / "kept").glob("parts-*.parquet"))) < 20
    assert read_energy(log, keep=tmp_path / "kept").total == pytest.approx(read_energy(log).total, rel=1e-12)


def test_a_broken_file_of_parts_is_named(tmp_path, hour):
    hour(0)
    log = read_power_log(tmp_path / "logs")
    read_energy(log, keep=tmp_path / "kept")
    next((tmp_path / "kept").glob("parts-*.parquet")).write_bytes(b"PAR1 no")
    with pytest.raises(LogError, match=r"kept parts cannot be read.*remove it"):
        read_energy(log, keep=tmp_path / "kept")


def test_a_kept_piece_is_known_by_its_file(hour):
    path = hour(0)
    [piece] = stream.pieces_of([path], Options(), least_rows=0)
    assert stream.digest_of(piece) == stream.digest_of(piece)
    hour(0, watts=150.0)
    assert stream.digest_of(piece) != stream.digest_of(stream.pieces_of([hour(1)], Options(), least_rows=0)[0])


def test_a_file_without_a_usable_row_is_kept_as_such(tmp_path, hour, read_pieces):
    log = tmp_path / "logs" / "log.csv"
    log.parent.mkdir()
    log.write_text("time,power_w\n2024-05-31T10:00:00Z,N/A\n2024-05-31T10:00:10Z,N/A\n")
    for _ in range(2):
        with pytest.raises(LogError, match=r"log\.csv: no usable row is left"):
            read_energy(read_power_log(log), keep=tmp_path / "kept")
    assert len(read_pieces) == 1
    hour(0)
    assert read_energy(read_power_log(tmp_path / "logs"), keep=tmp_path / "kept").total > 0.2
