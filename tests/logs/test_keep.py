"""Parts that were integrated before are kept: the next run reads only what is new, and gives the same energy."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from lca_ai.errors import LogError
from lca_ai.logs import files, pieces, stream
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.keep import Kept
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
    read: list[pieces.Piece] = []
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


def test_parts_of_what_has_changed_are_let_go(tmp_path, hour):
    log = None
    for number in range(20):
        hour(0, watts=100.0 + number)
        log = read_power_log(tmp_path / "logs")
        read_energy(log, keep=tmp_path / "kept")
    told = [parquet.read_schema(path).metadata[b"lca_ai"] for path in (tmp_path / "kept").glob("parts-*.parquet")]
    assert sum(len(json.loads(one)) for one in told) < 10
    assert read_energy(log, keep=tmp_path / "kept").total == pytest.approx(3 * 0.119 * 3_599 / 3_600, rel=1e-12)


def test_a_broken_file_of_parts_is_named(tmp_path, hour):
    hour(0)
    log = read_power_log(tmp_path / "logs")
    read_energy(log, keep=tmp_path / "kept")
    next((tmp_path / "kept").glob("parts-*.parquet")).write_bytes(b"PAR1 no")
    with pytest.raises(LogError, match=r"kept parts cannot be read.*remove it"):
        read_energy(log, keep=tmp_path / "kept")


def test_a_kept_piece_is_known_by_its_file(tmp_path, hour):
    def digest(path):
        kept = Kept(tmp_path / "kept", Options())
        [piece] = stream.pieces_of([path], Options(), least_rows=0, kept=kept)
        return kept.digest_of(piece)

    first = digest(hour(0))
    assert digest(tmp_path / "logs" / "0000.parquet") == first
    assert digest(hour(1)) != first
    assert digest(hour(0, watts=150.0)) != first


def test_a_known_file_is_not_opened_again(tmp_path, hour, monkeypatch):
    for number in range(3):
        hour(number)
    log = read_power_log(tmp_path / "logs")
    first = read_energy(log, keep=tmp_path / "kept")
    hour(3)
    looked = []
    whole = pieces.pieces_of
    monkeypatch.setattr(pieces, "pieces_of", lambda path, *given: looked.append(path.name) or whole(path, *given))
    monkeypatch.setattr(files, "compression", lambda path: looked.append(path.name))
    second = read_energy(log, keep=tmp_path / "kept")
    assert looked == ["0003.parquet"] * 2
    assert second.total > first.total
    assert second.total == pytest.approx(read_energy(log).total, rel=1e-12)


@pytest.fixture
def packed_hour(tmp_path, hour):
    """Write one hour as a compressed CSV."""

    def _packed(number: int):
        frame = pd.read_parquet(hour(number))
        path = tmp_path / "packed" / f"{number:04d}.csv.gz"
        path.parent.mkdir(exist_ok=True)
        frame.to_csv(path, index=False)
        return path

    return _packed


def test_a_compressed_file_whose_parts_are_kept_is_not_unpacked_again(tmp_path, packed_hour, read_pieces, monkeypatch):
    packed_hour(0)
    packed_hour(1)
    log = read_power_log(tmp_path / "packed")
    read_energy(log, keep=tmp_path / "kept")
    packed_hour(2)
    read_pieces.clear()
    unpacked = []
    whole = files._unpacked
    monkeypatch.setattr(files, "_unpacked", lambda path, *given: unpacked.append(path.name) or whole(path, *given))
    second = read_energy(log, keep=tmp_path / "kept")
    assert unpacked == ["0002.csv.gz"]
    assert [piece.path.name for piece in read_pieces] == ["0002.csv"]
    assert second.total == pytest.approx(0.3 * (3 * 3_600 - 1) / 3_600, rel=1e-12)


def test_a_compressed_file_is_unpacked_where_a_new_one_repeats_its_rows(tmp_path, packed_hour):
    first = packed_hour(0)
    log = read_power_log(tmp_path / "packed")
    total = read_energy(log, keep=tmp_path / "kept").total
    copy = first.with_name("0000-again.csv.gz")
    copy.write_bytes(first.read_bytes())
    again = read_energy(log, keep=tmp_path / "kept")
    assert again.total == pytest.approx(total, rel=1e-12)
    assert [(note.what, note.count) for note in again.notes] == [("duplicate", 7_200)]


def test_a_new_device_brings_its_own_cadence(tmp_path, hour):
    hour(0)
    log = read_power_log(tmp_path / "logs")
    read_energy(log, keep=tmp_path / "kept")
    slow = pd.DataFrame(
        {
            "time": pd.to_datetime(START + np.arange(60) * 60 * SECOND, unit="us", utc=True),
            "device": "slow",
            "power [W]": 100.0,
        }
    )
    slow.to_parquet(tmp_path / "logs" / "slow.parquet")
    found = read_energy(log, keep=tmp_path / "kept")
    assert found.per_device()["slow"] == pytest.approx(0.1 * 59 / 60, rel=1e-12)
    assert found.total == pytest.approx(read_energy(log).total, rel=1e-12)


def test_a_remote_file_is_fetched_once(tmp_path, hour):
    fsspec = pytest.importorskip("fsspec")
    bucket = fsspec.filesystem("memory")
    for number in range(2):
        bucket.pipe(f"/bucket/{number}.parquet", hour(number).read_bytes())
    log = read_power_log("memory://bucket/*.parquet")
    first = read_energy(log, keep=tmp_path / "kept")
    copies = {
        path: path.stat().st_mtime_ns for path in (tmp_path / "kept" / "copies").iterdir() if path.name != "cache"
    }
    assert len(copies) == 2
    bucket.pipe("/bucket/2.parquet", hour(2).read_bytes())
    second = read_energy(log, keep=tmp_path / "kept")
    assert first.total == pytest.approx(0.3 * (2 * 3_600 - 1) / 3_600, rel=1e-12)
    assert second.total == pytest.approx(0.3 * (3 * 3_600 - 1) / 3_600, rel=1e-12)
    assert all(path.stat().st_mtime_ns == written for path, written in copies.items())


def test_a_broken_list_of_files_is_named(tmp_path, hour):
    hour(0)
    log = read_power_log(tmp_path / "logs")
    read_energy(log, keep=tmp_path / "kept")
    next((tmp_path / "kept").glob("files-*.json")).write_text("{}", encoding="utf-8")
    with pytest.raises(LogError, match=r"known files cannot be read.*remove it"):
        read_energy(log, keep=tmp_path / "kept")


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
