"""Whatever a file holds: an error of ours that names the fault, or rows set aside and counted. Nothing else, ever."""

import hashlib
import time

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from typer.testing import CliRunner

from lca_ai import cli
from lca_ai.errors import InputError, LcaAiError, LogError
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.formats import FORMATS
from lca_ai.models.power import PowerLog

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


@pytest.mark.parametrize("keep", [None, "kept"])
def test_a_parquet_file_of_two_columns_of_one_name(tmp_path, keep):
    path = tmp_path / "log.parquet"
    cells = [pa.array([1_717_149_600, 1_717_149_601]), pa.array([5.0, 5.0]), pa.array([6.0, 6.0])]
    parquet.write_table(pa.table(cells, names=["time [s]", "power", "power"]), path)
    with pytest.raises(LogError, match=r"log\.parquet: two columns have one name \(got 'power'"):
        read_energy(PowerLog(files=str(path)), keep=keep and tmp_path / keep)


@pytest.mark.parametrize("keep", [None, "kept"])
def test_a_parquet_file_whose_names_are_no_text(tmp_path, keep):
    path = tmp_path / "log.parquet"
    parquet.write_table(pa.table({"time [s]": [1_717_149_600], "powerXX": [5.0]}), path, store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"powerXX", b"power\xff\xff"))
    with pytest.raises(LogError, match=r"log\.parquet: this Parquet file cannot be read"):
        read_energy(PowerLog(files=str(path)), keep=keep and tmp_path / keep)


@pytest.mark.parametrize("content", ["hello\nworld\n", "{}", "<html>", "x" * 3_000_000])
def test_a_text_that_is_no_log_is_told_what_a_log_is(write, content):
    with pytest.raises(
        LogError, match=r"not recognised \(got.*CSV or Parquet.*columns=.*lca-ai energy --help"
    ) as fault:
        read_power_log(write(content))
    assert "nearly" not in str(fault.value)
    assert len(str(fault.value)) < 450


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            "timestamp,project_name,run_id,duration,emissions,cpu_energy\n2024-05-31T10:00:00,a,b,60,0.1,0.1\n",
            r"nearly codecarbon: no energy_consumed, has timestamp, duration, project_name",
            id="an emissions.csv without the energy",
        ),
        pytest.param(
            "timestamp, utilization.gpu [%], memory.used [MiB]\n2024/05/31 10:00:00.000, 5 %, 100 MiB\n",
            r"nearly nvidia-smi: no power.draw, has timestamp, utilization.gpu, memory.used: record with --query-gpu=t",
            id="a query without the power",
        ),
        pytest.param(
            "timestamp;uuid;power.draw [W]\n2024/05/31 10:00:00;GPU-1;5 W\n",
            r"nearly nvidia-smi: has timestamp, power.draw, uuid, but not laid out as its files are",
            id="a query with other signs between the cells",
        ),
        pytest.param(
            "JobID           JobName  Partition    Account  AllocCPUS      State ExitCode\n12 a b c 1 COMPLETED 0:0\n",
            r"nearly sacct: no Start, no End, no ConsumedEnergyRaw.*record with sacct -P",
            id="the default table of sacct",
        ),
        pytest.param(
            "Avg_MHz\tBusy%\tBzy_MHz\n5\t5\t5\n",
            r"nearly turbostat: no PkgWatt, no Time_Of_Day_Seconds.*--enable Time_Of_Day_Seconds",
            id="a turbostat without power",
        ),
        pytest.param(
            "RAM 2639/7620MB (lfb 9x4MB) SWAP 0/3810MB EMC_FREQ 0%@2133 GR3D_FREQ 7%@[611]\n",
            r"nearly tegrastats: no VDD_IN, has RAM, SWAP, EMC_FREQ",
            id="a tegrastats of a board without a meter",
        ),
        pytest.param(
            '{"@odata.id": "/redfish/v1/Chassis/1", "Members": []}\n',
            r"nearly redfish: no PowerConsumedWatts.*EnvironmentMetrics",
            id="a Redfish document of something else",
        ),
        pytest.param(
            "1234.5,Joules,power/energy-pkg/,20005559241,100.00,,\n",
            r"nearly perf-stat: has Joules, energy-pkg, .*not laid out.*perf stat -o file -I 1000 -x,",
            id="a perf stat of one total",
        ),
    ],
)
def test_a_file_that_is_nearly_a_log_is_told_what_it_lacks(write, content, message):
    with pytest.raises(LogError, match=rf"not recognised \({message}"):
        read_power_log(write(content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "city,population\nParis,2\n",
            r"its columns are city, population: no column of a time, no column of a power or an energy.*columns=",
        ),
        (
            "time,temperature,fan\n2024-05-31T10:00Z,5,6\n",
            r"temperature, fan: no column of a power or an energy\).*columns=\{'time': 'time', 'power': 'COLUMN:W'\}",
        ),
        ("t,pkg_uj\n2024,5\n", r"--columns time=COLUMN,counter=pkg_uj:uJ\), a running total; 'energy' in its place"),
        ("ts_sec,total_energy\n1717149600.5,5\n", r"--columns time=ts_sec:s,counter=total_energy"),
        ("when,Power:a (x)\n1,5\n", r"--columns 'time=COLUMN,power=Power:a \(x\):W'"),
        ('plug = {"Time": "x", "Power": 5}\nplug = {"Time": "x", "Power": 5}\n', r"accepted: a CSV or Parquet file"),
        ("when,watts\n2024-05-31T10:00Z,5\n", r"no column of a time\).*--columns time=COLUMN,power=watts"),
        ("2024-05-31T10:00Z,5\n2024-05-31T10:01Z,6\n", r"without names of columns.*--columns time=0,power=1:W"),
    ],
)
def test_a_table_of_other_columns_is_told_how_to_name_them(write, content, message):
    with pytest.raises(LogError, match=message):
        read_power_log(write(content))


def test_the_columns_that_the_error_names_are_read(write):
    path = write("when,watts\n2024-05-31T10:00Z,5\n2024-05-31T10:01Z,5\n")
    with pytest.raises(LogError, match=r"columns=\{'time': 'COLUMN', 'power': 'watts'\}"):
        read_power_log(path)
    assert read_energy(read_power_log(path, columns={"time": "when", "power": "watts"})).total * 3.6e6 == 300.0


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"csv", "parquet", "green-metrics-tool"}))
def test_the_marks_of_a_format_are_in_its_logs(samples, form):
    """Green Metrics Tool's lines are numbers; tables of any name have no words of their own."""
    texts = [content.decode() for _, content in samples[form]]
    assert FORMATS[form].marks
    for mark in FORMATS[form].marks:
        assert any(word in text for text in texts for word in mark.split("|")), mark


@pytest.mark.parametrize(("name", "near"), [("nvidia", "nvidia-smi"), ("mlperf", "mlperf-ptdaemon"), ("CSV", "csv")])
def test_an_unknown_format_is_answered_with_the_nearest(write, name, near):
    with pytest.raises(LogError, match=rf"unknown format.*did you mean.*{near}"):
        read_power_log(write("time,power\n"), format=name)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"csv"}))
def test_a_file_is_not_read_in_a_format_it_is_not_in(write, name):
    with pytest.raises(LogError, match=r"this is not|cannot be read"):
        read_power_log(write("time,power\n2024-05-31T10:00Z,1\n2024-05-31T10:01Z,1\n"), format=name)


@pytest.mark.parametrize("name", ["jtop", "zeus-power", "eco2ai", "rapl", "pdu"])
def test_columns_do_not_make_a_file_one_of_a_format_that_it_is_not(write, name):
    with pytest.raises(LogError, match=r"this is not"):
        read_power_log(write("Time,Watts\n2024-05-31T10:00Z,1\n"), format=name, columns={"power": "1:W"})


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


def assert_energy_or_our_error(path, **options):
    try:
        reading = read_energy(read_power_log(path, **options))
    except LcaAiError:
        return
    assert 0.0 <= reading.total < float("inf")
    assert reading.hours["energy"].ge(0).all()
    assert reading.dropped >= 0


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=20)
@given(data=st.data(), zone=st.sampled_from(["Europe/Paris", "America/Chicago", None]))
def test_a_mutated_log_gives_an_energy_or_our_error(write, samples, form, data, zone):
    name, content = data.draw(st.sampled_from(samples[form]))
    assert_energy_or_our_error(write(data.draw(mutated(content)), name), timezone=zone)


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_recognised_by_its_logs_and_by_no_other(samples, form):
    for _, content in samples[form]:
        head = content.decode("utf-8", errors="replace")[:20_000]
        assert next(name for name, one in FORMATS.items() if one.matches(head)) == form


@given(data=st.data())
def test_the_logs_of_two_tools_in_one_file_give_an_energy_or_our_error(write, samples, data):
    every = [log for form, many in samples.items() if form != "parquet" for log in many]
    (name, one), (_, other) = data.draw(st.tuples(st.sampled_from(every), st.sampled_from(every)))
    assert_energy_or_our_error(write(one + other, name), timezone="UTC")


def result(path):
    """The energies of a log, or the error that it gives."""
    try:
        reading = read_energy(read_power_log(path, timezone="UTC"))
    except LcaAiError as fault:
        return str(fault)
    return reading.per_device(), reading.dropped


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"parquet"}))
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "CRLF"])
def test_the_encoding_of_a_log_changes_nothing(write, samples, form, encoding):
    for name, content in samples[form]:
        text = content.decode()
        coded = text.replace("\n", "\r\n").encode() if encoding == "CRLF" else text.encode(encoding)
        assert result(write(coded, name)) == result(write(content, name))


@pytest.mark.parametrize("form", FORMATS)
def test_recognising_takes_no_longer_for_a_head_of_one_sign(form):
    """A pattern that backtracks takes seconds over the 20,000 characters; all of these together take a tenth of one."""
    signs = ["\n", " ", " \n", "- ", "[", "(", "|", ",", '"', "9", "a_", "A ", '{"a":', "1,", "a:", "# ", "\\", 'x="']
    began = time.process_time()
    for sign in signs:
        for first in ("", "time,power\n"):
            FORMATS[form].matches(first + sign * (20_000 // len(sign)))
    assert time.process_time() - began < 3.0


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


# --- faults that searching found


def test_a_header_of_too_many_columns(read):
    header = "Time_Of_Day_Seconds PkgWatt " + "A " * 100_000
    with pytest.raises(LogError, match=r"too many columns"):
        read(f"CPU {header}\n- 1717149600 5\n- 1717149605 5\n")


def test_a_powermetrics_log_without_line_ends(read):
    head = "*** Sampled system activity (Fri Nov 10 12:37:08 2023 +0100) (104.51ms elapsed) ***"
    with pytest.raises(LogError, match=r"no sample has a power"):
        read(f"{head} CPU Power: 50 mW {head} CPU Power: 50 mW\n")


def test_a_first_row_that_a_quotation_mark_spreads_over_lines_loses_no_cell(read):
    with pytest.raises(LogError, match=r"not a table of cells|more cells than the first"):
        read('time,power,"x\n2024-05-31T10:00:00Z,5,y\n","b,",,c\n2024-05-31T10:00:10Z,5,"\n')


def test_a_pdu_whose_outlets_have_one_reading_of_energy_each(read):
    rows = ["Timestamp,PDU,Outlet,Active Energy (Wh)", *(f"2024-05-31T10:0{n}:00Z,rack1,{n},1000" for n in range(3))]
    with pytest.raises(LogError, match=r"one reading per device"):
        read("\n".join(rows) + "\n")


def test_no_note_counts_below_zero(read, counts):
    rows = "".join(f"2024-05-31T10:00:{n:02d}Z    0    0  123 W    750 W\n" for n in range(5))
    reading = read("TIMESTAMP  GPU  XCP  POWER  PWR_CAP\n" + rows + "inf    0    1    N/A\n")
    assert all(count >= 0 for count in counts(reading).values())


def test_a_counter_of_one_reading_beside_a_power_has_no_curve_and_no_energy(read):
    one = '{metric}{{UUID="GPU-{gpu}",Hostname="n1"}} {value} {ms}\n'
    text = "".join(
        one.format(metric="DCGM_FI_DEV_POWER_USAGE", gpu="a", value=100, ms=(1_717_149_600 + n) * 1000)
        for n in range(3)
    ) + one.format(metric="DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", gpu="b", value=5_000, ms=1_717_149_600_000)
    reading = read(text)
    assert reading.total * 3.6e6 == pytest.approx(200.0)
    assert reading.silent == ("n1/GPU-b",)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "time,duration [s],energy [J]\n"
            + "".join(f"2024-05-31T10:00:{n % 60:02d}.{n:06d}Z,31000000,5\n" for n in range(10_000)),
            id="energies of a year each",
        ),
        pytest.param(
            "time,device,power\n"
            + "".join(f"{1995 + 50 * k}-05-31T10:00:00Z,d{n},5\n" for n in range(1_000) for k in range(3)),
            id="samples that are years apart",
        ),
        pytest.param(
            "time,device,counter [J]\n1995-05-31T10:00:00Z,late,5\n"
            + "".join(f"2024-05-31T10:00:0{k}Z,d{n},{k}\n" for n in range(1_000) for k in range(3)),
            id="one clock that is wrong",
        ),
    ],
)
def test_hours_that_do_not_fit_into_memory_are_refused(read, text):
    with pytest.raises(LogError, match=r"do not fit into memory.*hours of devices"):
        read(text)


def test_many_devices_take_seconds(read):
    rows = "".join(f"{1_717_149_600 + turn},{gpu},5,{gpu + 5 * turn}\n" for turn in range(2) for gpu in range(20_000))
    began = time.process_time()
    reading = read("timestamp,gpu,socket_power,total_energy_consumption\n" + rows)
    assert reading.total * 3.6e6 == pytest.approx(5 * 20_000)
    assert time.process_time() - began < 10.0


def test_many_jobs_take_seconds(read):
    hour = "2024-05-31T10:00:00|2024-05-31T11:00:00"
    rows = "".join(f"{job}|COMPLETED|{hour}|{job}\n" for job in range(1, 30_001))
    began = time.process_time()
    reading = read("JobID|State|Start|End|ConsumedEnergyRaw\n" + rows, timezone="UTC")
    assert reading.total * 3.6e6 == pytest.approx(30_000 * 30_001 / 2)
    assert time.process_time() - began < 10.0


def test_a_powermetrics_log_over_the_change_of_the_clock(read):
    stamps = ["Sun Oct 27 02:59:59 2024 +0200", "Sun Oct 27 02:00:00 2024 +0100", "Sun Oct 27 02:00:01 2024 +0100"]
    head = "*** Sampled system activity ({}) (1000.00ms elapsed) ***\n\nCPU Power: 5000 mW\n\n"
    reading = read("".join(map(head.format, stamps)))
    assert reading.total * 3.6e6 == pytest.approx(15.0)
    assert reading.end.isoformat() == "2024-10-27T01:00:01+00:00"


# --- links and folders


def test_links_that_lead_nowhere_or_in_circles_are_no_log(tmp_path):
    for name, aim in [("loop", "loop"), ("dangling", "nothing")]:
        (tmp_path / name).symlink_to(tmp_path / aim)
        with pytest.raises(InputError, match=r"no such file"):
            read_power_log(tmp_path / name)


def test_a_folder_that_holds_itself_is_read_once(tmp_path):
    (tmp_path / "itself").symlink_to(tmp_path)
    (tmp_path / "log.csv").write_text("time,power\n2024-05-31T10:00:00Z,5\n2024-05-31T10:00:10Z,5\n")
    assert read_energy(read_power_log(tmp_path)).total * 3.6e6 == pytest.approx(50.0)


# --- files of several tools that measured the same


SECONDS = range(11)
QUERY = "timestamp, uuid, power.draw [W]\n" + "".join(
    f"2024/05/31 10:00:{n:02d}.000, GPU-1a, 100.00 W\n" for n in SECONDS
)
DEVICE = "time,device,power [W]\n" + "".join(f"2024-05-31T10:00:{n:02d}Z,GPU-1a,100\n" for n in SECONDS)


@pytest.fixture
def read_both(write):
    """Integrate two files as one log."""

    def _read(one, other, **options):
        paths = [write(one, "one.log"), write(other, "other.log")]
        return read_energy(read_power_log(paths, **options))

    return _read


def test_what_two_tools_wrote_alike_counts_once(read_both, counts):
    reading = read_both(QUERY, DEVICE, timezone="UTC")
    assert reading.per_device() == pytest.approx({"GPU-1a": 1_000 / 3.6e6})
    assert counts(reading) == {"duplicate": 11}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(DEVICE.replace("Z", ".5Z"), id="at other moments"),
        pytest.param(
            "time,device,duration [s],energy [J]\n"
            + "".join(f"2024-05-31T10:00:{n:02d}Z,GPU-1a,1,100\n" for n in SECONDS[1:]),
            id="as energies of intervals",
        ),
    ],
)
def test_one_device_that_two_tools_measured_differently_is_refused(read_both, other):
    with pytest.raises(LogError, match=r"cover the same device at the same time.*GPU-1a"):
        read_both(QUERY, other, timezone="UTC")


def test_a_counter_of_another_tool_goes_before_samples(read_both, counts):
    counter = "time,device,counter [J]\n" + "".join(f"2024-05-31T10:00:{n:02d}Z,GPU-1a,{n * 90}\n" for n in SECONDS)
    reading = read_both(QUERY, counter, timezone="UTC")
    assert reading.per_device() == pytest.approx({"GPU-1a": 900 / 3.6e6})
    assert counts(reading) == {"power beside a counter": 1}


NODE = "".join(f"2024-05-31T10:00:{n:02d}Z\nhost1: Current Power : 500 Watts\n" for n in SECONDS)
GPU = "".join(
    f'DCGM_FI_DEV_POWER_USAGE{{UUID="GPU-1a",Hostname="host1"}} 100 {(1_717_149_600 + n) * 1000}\n' for n in SECONDS
)


def test_a_gpu_lies_within_the_computer_of_its_name(read_both, counts):
    reading = read_both(NODE, GPU)
    assert reading.per_device() == pytest.approx({"host1/node": 5_000 / 3.6e6})
    assert reading.per_nested_device() == pytest.approx({"host1/GPU-1a": 1_000 / 3.6e6})
    assert reading.covers == ("node",)
    assert counts(reading) == {"part of another device": 1}


@pytest.mark.parametrize(
    ("node", "gpu"),
    [
        pytest.param(NODE, GPU.replace("host1", "host2"), id="another computer"),
        pytest.param(NODE.replace("host1: ", ""), GPU, id="a computer without a name"),
        pytest.param(NODE, GPU.replace("17171496", "17171596"), id="at another time"),
    ],
)
def test_a_computer_and_a_gpu_that_no_name_relates_are_refused(read_both, node, gpu):
    with pytest.raises(LogError, match=r"one file measures the whole computer and another a part of it"):
        read_both(node, gpu)
    both = read_both(node, gpu, covers=["node"])
    assert both.total * 3.6e6 == pytest.approx(6_000)


def test_the_columns_that_the_error_names_are_quoted_for_the_shell(write):
    path = write("Time,Power:a (x)\n2024-05-31T10:00:00Z,5\n2024-05-31T10:00:10Z,5\n")
    told = CliRunner().invoke(cli.app, ["energy", str(path)])
    assert "--columns 'time=Time,power=Power:a (x):W'" in str(told.exception)
    done = CliRunner().invoke(cli.app, ["energy", str(path), "--columns", "time=Time,power=Power:a (x):W"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("eco2ai", '"a,start_time,duration(s),power_consumption(kWh),b",c\n1,2\n'),
        ("rapl", 'time,zone,name,energy_uj",max_energy_range_u"j\n1717149600,intel-rapl:0,package-0,5,9\n'),
    ],
)
def test_a_header_whose_cells_a_quotation_mark_joins(read, name, text):
    with pytest.raises(LogError, match=r"log\.csv: line 1: .*(no such column|is missing).*got"):
        read(text, format=name, timezone="UTC")


def test_a_name_of_thousands_of_signs_is_not_repeated(write):
    with pytest.raises(LogError) as fault:
        read_power_log(write("time " + "x y " * 2_000 + ",power " + "z" * 5_000 + ",a\n1,2,3\n"))
    assert len(str(fault.value)) < 1_000
