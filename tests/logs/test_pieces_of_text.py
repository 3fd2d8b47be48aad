"""CSV and Parquet in pieces, whatever their times and cells look like: as one that is read whole, and nothing stops it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lca_ai.errors import LogError
from lca_ai.logs import pieces
from lca_ai.logs.energy import read_energy, read_power_log

TIMES = pd.Timestamp("2024-05-31T10:00:00Z") + pd.to_timedelta(np.arange(300), unit="s")
J = 3.6e6
WAYS = {
    "Z": (lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), None),
    "an offset": (lambda t: t.tz_convert("Europe/Paris").strftime("%Y-%m-%dT%H:%M:%S%z"), None),
    "nanoseconds": (lambda t: t.strftime("%Y-%m-%d %H:%M:%S.%f") + "789+00:00", None),
    "without a zone": (lambda t: t.strftime("%Y-%m-%d %H:%M:%S"), "UTC"),
    "local": (lambda t: t.tz_convert("Europe/Paris").strftime("%Y-%m-%dT%H:%M:%S.%f"), "Europe/Paris"),
    "with slashes": (lambda t: t.strftime("%Y/%m/%d %H:%M:%S.%f"), "UTC"),
}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 2_000)


def write(path, stamps, power=100.0) -> None:
    pd.DataFrame({"time": stamps, "gpu": "a", "power [W]": power}).to_csv(path, index=False)


def in_pieces(path, folder, **options):
    return read_energy(read_power_log(path, max_gap="10 s", **options), keep=folder / "kept")


@pytest.mark.parametrize("way", WAYS)
def test_times_of_any_form(tmp_path, way) -> None:
    write_time, zone = WAYS[way]
    write(tmp_path / "log.csv", write_time(TIMES))
    found = in_pieces(tmp_path / "log.csv", tmp_path, timezone=zone)
    assert found.total * J == pytest.approx(29_900.0, rel=1e-9)
    assert (found.start, found.samples, found.notes) == (TIMES[0], 300, ())


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_times_without_a_zone_are_refused_at_once(tmp_path, form) -> None:
    frame = pd.DataFrame({"time": TIMES.tz_localize(None), "gpu": "a", "power [W]": 100.0})
    path = tmp_path / f"log.{form}"
    frame.to_parquet(path) if form == "parquet" else frame.to_csv(path, index=False)
    with pytest.raises(LogError, match=r"no zone \(got '2024-05-31 10:00:00'\); accepted: timezone="):
        in_pieces(path, tmp_path)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_hour_that_a_clock_repeats(tmp_path, form) -> None:
    """00:30 to 01:30 UTC of 2024-10-27 is 02:30 to 02:30 in Paris: the clock jumps back in between."""
    times = pd.Timestamp("2024-10-27T00:30:00Z") + pd.to_timedelta(np.arange(0, 3601, 60), unit="s")
    frame = pd.DataFrame({"time": times.tz_convert("Europe/Paris").tz_localize(None), "gpu": "a", "power [W]": 100.0})
    path = tmp_path / f"log.{form}"
    frame.to_parquet(path) if form == "parquet" else frame.to_csv(path, index=False)
    pieces.BLOCK_BYTES = 1 << 20
    found = read_energy(read_power_log(path, timezone="Europe/Paris"), keep=tmp_path / "kept")
    assert found.total == pytest.approx(0.1, rel=1e-9)
    assert list(found.hours.index.get_level_values("hour").hour) == [0, 1]


def test_what_arrow_cannot_read_is_set_aside_and_counted(tmp_path) -> None:
    path = tmp_path / "log.csv"
    write(path, TIMES.strftime("%Y-%m-%dT%H:%M:%SZ"))
    lines = path.read_text().splitlines()
    lines[100] = lines[0]
    lines[150] = lines[150].replace("100.0", "ERR!")
    lines[200] = lines[200].replace("2024", "20x4")
    path.write_text("\n".join(lines) + "\n2024-05-31T10:0")
    found = in_pieces(path, tmp_path)
    whole = read_energy(read_power_log(path, max_gap="10 s"))
    assert found.total == pytest.approx(whole.total, rel=1e-12)
    assert found.dropped == whole.dropped == 4
    assert found.samples == whole.samples == 297


def test_a_row_of_too_many_cells_is_named_by_its_line(tmp_path) -> None:
    path = tmp_path / "log.csv"
    write(path, TIMES.strftime("%Y-%m-%dT%H:%M:%SZ"))
    lines = path.read_text().splitlines()
    lines[211] += ",1,2,3"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(LogError, match=r"line 212: a row has more cells"):
        in_pieces(path, tmp_path)


def test_parquet_of_texts(tmp_path) -> None:
    frame = pd.DataFrame({"time": TIMES.strftime("%Y/%m/%d %H:%M:%S"), "gpu": "a", "power": "100 W", "job": "7"})
    frame.loc[7, "power"] = "[N/A]"
    frame.to_parquet(tmp_path / "log.parquet", row_group_size=70)
    log = read_power_log(tmp_path / "log.parquet", timezone="UTC", max_gap="10 s")
    found = read_energy(log, keep=tmp_path / "kept", jobs=True)
    assert found.total * J == pytest.approx(29_900.0, rel=1e-9)
    assert {(note.what, note.count) for note in found.notes} == {("not a number", 1)}
    assert found.by("job")["job"].tolist() == ["7"]


def test_dates_under_a_name_with_a_unit(tmp_path) -> None:
    stamps = TIMES.strftime("%Y/%m/%d %H:%M:%S.%f")
    pd.DataFrame({"Timestamp (s)": stamps, "power [W]": 100.0}).to_csv(tmp_path / "log.csv", index=False)
    found = in_pieces(tmp_path / "log.csv", tmp_path, timezone="UTC")
    assert found.total * J == pytest.approx(29_900.0, rel=1e-9)


def test_a_column_for_each_device(tmp_path) -> None:
    frame = pd.DataFrame({"time": TIMES.strftime("%Y-%m-%dT%H:%M:%SZ"), "gpu0_w": 100.0, "gpu1_w": 50.0})
    frame.to_csv(tmp_path / "log.csv", index=False)
    found = in_pieces(tmp_path / "log.csv", tmp_path, columns={"time": "time", "power": "gpu0_w+gpu1_w"})
    assert found.per_device() == pytest.approx({"gpu0_w": 29_900.0 / J, "gpu1_w": 14_950.0 / J})


def test_the_comma_of_a_stamp_in_nanoseconds(tmp_path) -> None:
    write(tmp_path / "log.csv", "@" + TIMES.strftime("%Y-%m-%dT%H:%M:%S,%f") + "789+00:00")
    text = (tmp_path / "log.csv").read_text().replace('"', "").replace("@", "")
    (tmp_path / "log.csv").write_text(text)  # as a script writes it, without quotation marks
    found = in_pieces(tmp_path / "log.csv", tmp_path)
    assert (found.total * J, found.samples) == (pytest.approx(29_900.0, rel=1e-9), 300)
