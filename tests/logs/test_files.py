"""Files as they lie: folders, patterns, compressed ones, addresses; and the sums that one may ask for."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pyarrow as pa
import pytest

import lca_ai as lca
from lca_ai.errors import InputError, LogError
from lca_ai.logs import files
from lca_ai.logs.energy import read_energy, read_power_log

JOULE_PER_KWH = 3.6e6
ROWS = "time,device,power\n" + "".join(
    f"2024-05-31T{10 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z,{device},100\n"
    for device in ("host1/gpu0", "host1/gpu1", "host2/gpu0")
    for second in range(0, 7_201, 10)
)


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(data)
    return sink.getvalue().to_pybytes()


PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}


@pytest.mark.parametrize("suffix", PACKED)
def test_a_compressed_log_is_read_as_it_is(tmp_path, suffix):
    path = tmp_path / f"log.csv.{suffix}"
    path.write_bytes(PACKED[suffix](ROWS.encode()))
    assert read_energy(read_power_log(path)).total == pytest.approx(0.6)


@pytest.mark.parametrize("suffix", PACKED)
def test_a_compressed_log_cut_short_is_told(tmp_path, suffix):
    path = tmp_path / f"log.csv.{suffix}"
    path.write_bytes(PACKED[suffix](ROWS.encode())[:-30])
    with pytest.raises(LogError, match=rf"log\.csv\.{suffix}.*(cannot be unpacked|is empty|no row|not recognised)"):
        read_energy(read_power_log(path))


def test_a_compressed_log_with_a_broken_byte_is_told(tmp_path):
    packed = bytearray(gzip.compress(ROWS.encode()))
    packed[10] = 0xFF  # the first byte of what is compressed: a kind of block that there is not
    path = tmp_path / "log.csv.gz"
    path.write_bytes(packed)
    with pytest.raises(LogError, match=r"log\.csv\.gz: this gzip file cannot be unpacked: Error -3"):
        read_power_log(path)


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 100_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 10_000_000))
    with pytest.raises(LogError, match="more than a log does"):
        read_power_log(path)


def test_a_folder_is_all_its_files(tmp_path):
    head, *rows = ROWS.splitlines(keepends=True)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.csv").write_text(head + "".join(rows[:1_000]))
    (tmp_path / "two.csv").write_text(head + "".join(rows[1_000:]))
    (tmp_path / ".hidden").write_text("nothing of a log")
    assert read_energy(read_power_log(tmp_path)).total == pytest.approx(0.6)


def test_a_pattern_is_the_files_it_fits(tmp_path):
    (tmp_path / "one.csv").write_text(ROWS)
    (tmp_path / "one.txt").write_text("nothing of a log")
    assert read_energy(read_power_log(str(tmp_path / "*.csv"))).total == pytest.approx(0.6)
    with pytest.raises(InputError, match="no file fits"):
        read_power_log(str(tmp_path / "*.parquet"))


def test_an_address_is_fetched():
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://logs/one.csv", "w") as file:
        file.write(ROWS)
    assert read_energy(read_power_log("memory://logs/one.csv")).total == pytest.approx(0.6)
    with pytest.raises(InputError, match="cannot be fetched"):
        read_power_log("memory://logs/none.csv")


def test_energy_by_other_keys(tmp_path):
    """Three devices at 100 W for two hours: 0.4 kWh on host1, 0.2 on host2; 0.3 kWh in each hour."""
    path = tmp_path / "log.csv"
    path.write_text(ROWS)
    log = read_power_log(path)
    hosts = lca.energy(log, by=["host"]).set_index("host")
    assert hosts["energy [kWh]"].to_dict() == pytest.approx({"host1": 0.4, "host2": 0.2})
    hours = lca.energy(log, by=["hour"])
    assert hours["energy [kWh]"].head(2).tolist() == pytest.approx([0.3, 0.3])
    assert lca.energy(log, by=["day", "device"])["energy [kWh]"].sum() == pytest.approx(0.6)
    assert lca.energy(log, by=["month"])["month"].tolist() == ["2024-05"]


def test_an_unknown_key_lists_those_known(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(ROWS)
    with pytest.raises(LogError, match="device, host, job, hour, day, month"):
        lca.energy(read_power_log(path), by=["rack"])
