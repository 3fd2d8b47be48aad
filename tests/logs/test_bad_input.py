"""Whatever a file holds: an error of ours that names the fault, or rows set aside and counted. Nothing else, ever."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import InputError, LcaAiError, LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import FORMATS

NOISE = hashlib.shake_128(b"noise").digest(5_000)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"
ELF = b"\x7fELF\x02\x01\x01\x00" + bytes(200)


@pytest.mark.parametrize(
    "content", [b"", b" \n\t\r\n ", "\ufeff".encode(), b"\xff\xfe", "\ufeff\n".encode("utf-16-le")]
)
def test_an_empty_file(write, content):
    with pytest.raises(LogError, match=r"the file is empty"):
        read_power_log(write(content))


@pytest.mark.parametrize(
    "content",
    [NOISE, PNG, ELF, b"\xff\xfe" + NOISE, "time,power\n".encode("utf-16-le"), b"\x00" * 100, b"PK\x03\x04" + NOISE],
)
def test_a_binary_file(write, content):
    with pytest.raises(LogError, match=r"binary file.*CSV or Parquet"):
        read_power_log(write(content))


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + NOISE, b"PAR1" + NOISE + b"PAR1"])
def test_a_broken_parquet_file(write, content):
    with pytest.raises(LogError, match=r"Parquet file cannot be read"):
        read_power_log(write(content))


def test_a_parquet_file_cut_short(tmp_path):
    path = tmp_path / "log.parquet"
    pd.DataFrame({"time": pd.to_datetime(["2024-05-31T10:00Z"] * 2), "power": [1.0, 2.0]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(LogError, match=r"Parquet file cannot be read"):
        read_power_log(path)


def test_a_parquet_file_of_something_else(tmp_path):
    path = tmp_path / "log.parquet"
    pd.DataFrame({"city": ["Paris"]}).to_parquet(path)
    with pytest.raises(LogError, match=r"no column of a time.*city"):
        read_power_log(path)


@pytest.mark.parametrize("content", ["hello\nworld\n", "city,population\nParis,2\n", "{}", "<html>", "x" * 3_000_000])
def test_a_text_that_is_no_log_names_the_formats(write, content):
    with pytest.raises(LogError, match=r"not recognised.*MLPerf.*nvidia-smi.*CodeCarbon.*CSV.*Parquet.*columns="):
        read_power_log(write(content))


@pytest.mark.parametrize(("name", "near"), [("nvidia", "nvidia-smi"), ("mlperf", "mlperf-ptdaemon"), ("CSV", "csv")])
def test_an_unknown_format_is_answered_with_the_nearest(write, name, near):
    with pytest.raises(LogError, match=rf"unknown format.*did you mean.*{near}"):
        read_power_log(write("time,power\n"), format=name)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"csv"}))
def test_a_file_is_not_read_in_a_format_it_is_not_in(write, name):
    with pytest.raises(LogError, match=r"this is not|cannot be read"):
        read_power_log(write("time,power\n2024-05-31T10:00Z,1\n2024-05-31T10:01Z,1\n"), format=name)


@pytest.mark.parametrize(
    "header",
    [
        "time,device,power",
        "time,duration [s],energy [J]",
        "timestamp, uuid, power.draw [W]",
        "timestamp,project_name,duration,emissions,energy_consumed",
    ],
)
def test_a_header_and_no_row(write, header):
    with pytest.raises(LogError, match=r"a header and no"):
        read_power_log(write(header + "\n"), timezone="UTC")


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "-1", "1e7", "1e400", "", "W", "[N/A]", "9" * 400])
def test_a_log_of_no_usable_power(read, cell):
    rows = "".join(f"2024-05-31T10:00:{n:02d}Z,a,{cell}\n" for n in range(10))
    with pytest.raises(LogError, match=r"no usable row is left.*10 "):
        read("time,device,power\n" + rows)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("9" * 2_000_000 + "x", id="digits"),
        pytest.param("," * 2_000_000, id="cells"),
        pytest.param('"' + "x" * 2_000_000, id="an open quotation mark"),
        pytest.param(" " * 2_000_000 + "x", id="blanks"),
    ],
)
@pytest.mark.parametrize(
    "header", ["time,power", "timestamp, power.draw [W]", "timestamp,project_name,duration,energy_consumed"]
)
def test_a_huge_line_ends_in_an_error(read, header, line):
    with pytest.raises(LogError):
        read(f"{header}\n2024-05-31T10:00:00Z,{line}\n", timezone="UTC")


@pytest.mark.parametrize(
    "line", ["time,power" + ",x" * 1_000_000, 'time,power,"' + "x" * 1_000_000, "time;power" * 100_000]
)
def test_a_huge_first_line_ends_in_an_error(read, line):
    with pytest.raises(LogError):
        read(f"{line}\n1,2\n", timezone="UTC")


def test_an_empty_folder_is_no_log(tmp_path):
    with pytest.raises(InputError, match=r"the folder holds no file"):
        read_power_log(tmp_path)


# --- mutations of real logs: each reader gives an energy, or one of our errors


def _cut(draw, data):
    return data[: draw(st.integers(0, len(data)))]


def _flip(draw, data):
    at = draw(st.integers(0, len(data) - 1))
    return data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]


def _insert(draw, data):
    at = draw(st.integers(0, len(data)))
    signs = [
        b",",
        b";",
        b'"',
        b"\n",
        b"\r",
        b"\x00",
        b"-",
        b"e",
        b"E9",
        b"9" * 30,
        b"\xff\xfe",
        b"inf",
        b"nan",
        b"[N/A]",
    ]
    return data[:at] + draw(st.sampled_from(signs) | st.binary(max_size=8)) + data[at:]


def _delete(draw, data):
    start = draw(st.integers(0, len(data)))
    return data[:start] + data[start + draw(st.integers(1, 200)) :]


def _repeat(draw, data):
    lines = data.split(b"\n")
    start, size, to = (draw(st.integers(0, len(lines))) for _ in range(3))
    return b"\n".join(lines[:to] + lines[start : start + size % 50] + lines[to:])


def _shuffle(draw, data):
    lines = data.split(b"\n")
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


@st.composite
def mutated(draw, data):
    """The bytes of a log with up to six changes."""
    for change in draw(
        st.lists(st.sampled_from([_cut, _flip, _insert, _delete, _repeat, _shuffle]), min_size=1, max_size=6)
    ):
        data = change(draw, data) or b"\n"
    return data


def _head(path, lines):
    return b"\n".join(path.read_bytes().split(b"\n")[:lines]) + b"\n"


def _generic():
    rows = [f"2024-05-31T10:00:{n:02d}Z,{n % 3},{n * 7.5}" for n in range(60)]
    return ("time,device,power [W]\n" + "\n".join(rows) + "\n").encode()


def _counter():
    rows = [f"{1717149600 + n};GPU-{n % 2};{n * 7},5" for n in range(40)]
    return ("time [s];device;counter [J]\n" + "\n".join(rows) + "\n").encode()


def _gpus():
    rows = [f"2024/05/31 10:00:{n:02d}.{g}00, GPU-{g}, {100 + n}.00 W" for n in range(30) for g in range(2)]
    return ("timestamp, uuid, power.draw [W]\n" + "\n".join(rows) + "\n").encode()


def _dmon():
    header = "#Date       Time        gpu    pwr  gtemp\n#YYYYMMDD   HH:MM:SS    Idx      W      C\n"
    rows = [f" 20240531   10:00:{n:02d}      {g}    {100 + n}     55\n" for n in range(30) for g in range(2)]
    return (header + "".join(rows[:30]) + header + "".join(rows[30:])).encode()


def _dcgmi():
    header = "#Entity   POWER    TOTEC     \nID        W        mJ        \n"
    rows = "".join(f"GPU {n % 2}     100.000  {n * 10_000:<10}\n" for n in range(40))
    lines = (header + rows).splitlines(keepends=True)
    return "".join(f"2024-05-31T10:00:{n:02d}.000 {line}" for n, line in enumerate(lines)).encode()


def _scrapes():
    one = (LOGS / "dcgm-exporter_a100.prom").read_text()
    many = [one.replace("319159391", str(319_159_391 + n * 400_000)) for n in range(3)]
    return "".join(f"{1717149600 + 10 * n}\n{text}" for n, text in enumerate(many)).encode()


def _reports():
    one = (LOGS / "nvidia-smi_q_h100-mig.txt").read_text()
    return "".join(one.replace("09:00:44", f"09:00:{second}") for second in (10, 20, 30)).encode()


HERE = Path(__file__).parent
LOGS = HERE.parent / "data" / "logs"
REAL = {
    "mlperf": _head(HERE.parent.parent / "datasets" / "mlperf-r7525" / "spl.txt", 60),
    "nvidia-smi without header": _head(LOGS / "nvidia-smi_headerless.csv", 60),
    "nvidia-smi, every column": (LOGS / "nvidia-smi_h100-80gb-hbm3.csv").read_bytes(),
    "nvidia-smi, two devices": _gpus(),
    "nvidia-smi dmon": _dmon(),
    "nvidia-smi -q": _reports(),
    "dcgmi dmon": _dcgmi(),
    "dcgm-exporter": _scrapes(),
    "codecarbon": (LOGS / "codecarbon_2.4.3_apple_m1.csv").read_bytes(),
    "codecarbon with tasks": (LOGS / "codecarbon_tasks.csv").read_bytes(),
    "csv": _generic(),
    "csv of a counter": _counter(),
}


def assert_energy_or_our_error(path, **options):
    try:
        reading = read_energy(read_power_log(path, **options))
    except LcaAiError:
        return
    assert 0.0 <= reading.total < float("inf")
    assert reading.hours["energy"].ge(0).all()
    assert reading.dropped >= 0


@pytest.mark.parametrize("name", REAL)
@given(data=st.data(), zone=st.sampled_from(["Europe/Paris", "America/Chicago", None]))
def test_a_mutated_log_gives_an_energy_or_our_error(write, name, data, zone):
    assert_energy_or_our_error(write(data.draw(mutated(REAL[name]))), timezone=zone)


@given(content=st.binary(max_size=400) | st.text(max_size=400).map(str.encode), name=st.sampled_from([None, *FORMATS]))
def test_any_bytes_give_an_energy_or_our_error(write, content, name):
    assert_energy_or_our_error(write(content), format=name, timezone="UTC")


@given(
    content=st.text(max_size=300),
    columns=st.dictionaries(st.sampled_from(["time", "power", "energy", "x"]), st.text(max_size=8)),
)
def test_any_columns_give_an_energy_or_our_error(write, content, columns):
    assert_energy_or_our_error(write(content), columns=columns or {"time": "0"}, timezone="UTC")


CELLS = st.sampled_from(
    [
        "",
        "0",
        "1.5",
        "-3",
        "nan",
        "1e308",
        "1e-320",
        "99999999999999999999",
        "2024-05-31T10:00:00",
        "2024-05-31T10:00:00Z",
        "2024-10-27 02:30:00",
        "2024-03-31 02:30:00",
        "9999-12-31T23:59:59",
        "1717149600",
        "5 W",
        "a",
        '"',
        "\ufeff",
        "٣",
    ]
)
NAMES = st.sampled_from(
    [
        "time",
        "time [s]",
        "time [ns]",
        "device",
        "power",
        "power [kW]",
        "power_mw",
        "counter [J]",
        "energy_kwh",
        "duration",
        "",
        "timestamp",
        "energy_consumed",
        "emissions",
        "project_name",
        "run_id",
        "cpu_energy",
        "task_name",
        "power.draw [W]",
        "uuid",
    ]
)


@given(
    header=st.lists(NAMES, min_size=1, max_size=6),
    rows=st.lists(st.lists(CELLS, max_size=6), max_size=6),
    sign=st.sampled_from([",", ";", "\t"]),
)
def test_any_table_gives_an_energy_or_our_error(write, header, rows, sign):
    text = "\n".join(sign.join(cells) for cells in [header, *rows])
    assert_energy_or_our_error(write(text), timezone="Europe/Paris")


@given(data=st.data())
def test_a_mutated_parquet_file_gives_an_energy_or_our_error(tmp_path, data):
    path = tmp_path / "log.parquet"
    pd.DataFrame({"time": pd.to_datetime(["2024-05-31T10:00Z", "2024-05-31T10:01Z"]), "power": [1.0, 2.0]}).to_parquet(
        path
    )
    path.write_bytes(data.draw(mutated(path.read_bytes())))
    assert_energy_or_our_error(path)
