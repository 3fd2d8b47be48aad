"""Logs without dates: the user's own origin and interval give them times, and nothing else does."""

import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import lca_ai as lca
from lca_ai import cli
from lca_ai.errors import InputError, LcaAiError, LogError, StudyError
from lca_ai.logs import formats, origin
from lca_ai.logs.energy import read_energy, read_power_log
from lca_ai.logs.records import Options
from lca_ai.models.power import PowerLog

ORIGIN = "2024-05-31T10:00:00Z"
ORIGIN_US = 1_717_149_600_000_000
SECOND = Options(origin_us=ORIGIN_US, every_us=1_000_000)
ALONE = Options(origin_us=ORIGIN_US)


def joules(path, **options):
    reading = read_energy(read_power_log(path, **options))
    return reading.total * 3.6e6, reading


def seconds(records):
    """Seconds since the origin of each reading."""
    return [round(one, 6) for one in (records.frame["time"] - ORIGIN_US) / 1e6]


def assumed(reading):
    return [(note.count, note.detail) for note in reading.notes if note.what == origin.ASSUMED]


# ------------------------------------------------------------------ nvidia-smi dmon


@pytest.mark.parametrize(
    ("name", "watts"),
    [
        ("h100-80gb-hbm3", [631, 634, 633, 634, 636]),  # mean 633.6
        ("h100-mig", None),
        ("rtx-2080-super_windows", None),
    ],
)
def test_dmon(logs, name, watts):
    """Real logs of five rows: four seconds, the trapezoid of the powers."""
    path = logs / f"nvidia-smi_dmon_{name}.txt"
    watts = watts or [int(line.split()[1]) for line in path.read_text().splitlines() if line[:1] != "#"]
    assert sum(watts) / 5 == pytest.approx({"h100-80": 633.6, "h100-mi": 438.6, "rtx-208": 97.0}[name[:7]])
    energy, reading = joules(path, origin=ORIGIN, every="1 s")
    assert energy == pytest.approx(sum(watts) - (watts[0] + watts[-1]) / 2)
    assert assumed(reading) == [(5, f"first reading at {ORIGIN}, every 1 s")]
    assert reading.dropped == 0
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"
    assert reading.seconds == 4.0


def test_dmon_of_two_gpus_comes_in_turns(write):
    text = (
        "# gpu    pwr\n# Idx      W\n"
        "    0    100\n    1      -\n    0    300\n    1     50\n    0    100\n    1     70\n"
    )
    (records,) = formats.read(write(text), None, Options(origin_us=ORIGIN_US, every_us=2_500_000))
    assert seconds(records) == [0.0, 0.0, 2.5, 2.5, 5.0, 5.0]
    energy, _ = joules(write(text), origin=ORIGIN, every="2.5 s")
    assert energy == pytest.approx(2 * 2.5 * 200 + 2.5 * 60)


def test_turns_that_differ_are_refused(write):
    """A GPU that misses a turn would put the readings after it a turn early."""
    text = "# gpu    pwr\n# Idx      W\n    0    100\n    1     50\n    1     50\n    0    300\n    1     50\n"
    with pytest.raises(LogError, match=r"not come in equal turns.*reading 3: 1.*-o DT"):
        formats.read(write(text), None, SECOND)


def test_dmon_with_times_of_day_needs_the_day_only(write):
    """``-o T``: 23:59:59, 00:00:00 and 00:00:02 of the next day."""
    head = "#Time        gpu    pwr\n#HH:MM:SS    Idx      W\n"
    text = head + " 23:59:59      0    100\n 00:00:00      0    100\n 00:00:02      0    100\n"
    (records,) = formats.read(write(text), None, ALONE)
    assert seconds(records) == [0.0, 1.0, 3.0]
    with pytest.raises(LogError, match="every: the log tells the time between its readings itself"):
        formats.read(write(text), None, SECOND)


def test_a_line_that_is_lost_is_told(write):
    text = "# gpu    pwr\n# Idx      W\n    0    100\n    0\n    0    300\n    0    100\n"
    _, reading = joules(write(text), origin=ORIGIN, every="1 s")
    assert [(note.what, note.count) for note in reading.notes] == [
        ("unreadable line", 1),
        ("times assumed", 3),
        ("times may be early", 1),
    ]


# ------------------------------------------------------------------ the other formats


def test_dcgmi(write):
    text = "#Entity   POWER    TOTEC\nID        W        mJ\nGPU 0     100      1000\nGPU 1     50       2000\n"
    text += "GPU 0     120      103000\nGPU 1     50       52000\n"
    energy, reading = joules(write(text), origin=ORIGIN, every="1 s")
    assert energy == pytest.approx(102 + 50)
    assert assumed(reading)[0][0] == 4


def test_mlperf_tiny(logs):
    """Five windows that the device ran for, 7.99247 J; the time between them is not a part of the run."""
    path = logs / "mlperf-tiny_stm32h7a3.txt"
    energy, reading = joules(path, origin=ORIGIN)
    lines = [line.split()[-2] for line in path.read_text().splitlines() if "  Energy       :" in line]
    assert len(lines) == 5
    assert energy == pytest.approx(sum(map(float, lines)) * 1e-6, rel=1e-9)
    assert energy == pytest.approx(7.99247, abs=1e-5)
    assert reading.covers == ("node",)
    assert reading.gap_seconds == 0.0
    (records,) = formats.read(path, None, ALONE)
    assert (records.frame["start"] - ORIGIN_US).tolist()[:2] == [0, 19_140_000]  # 28.27 s - 9.13 s


def test_mlperf_tiny_of_windows_that_are_not_whole(logs, write):
    """Of the five, one lost its start, one is later than any log, one lost its energy: what is left is two."""
    text = (logs / "mlperf-tiny_stm32h7a3.txt").read_text()
    changes = [
        ("at time 28.27", "at time 2.8.27"),
        ("at time 47.34", f"at time {'9' * 400}"),
        ("1599411.500 uJ", "- uJ"),
    ]
    for was, now in changes:
        assert text.count(was) == 1
        text = text.replace(was, now)
    energy, reading = joules(write(text), origin=ORIGIN)
    assert energy == pytest.approx((1_598_789.9 + 1_596_224.3) * 1e-6, rel=1e-9)
    assert {note.what: note.count for note in reading.notes} == {
        "times assumed": 3, "window cut short": 1, "unreadable time": 1, "implausible time": 1
    }  # fmt: skip
    with pytest.raises(LogError, match=r"no window tells when it began"):
        joules(write(re.sub(r"at time \S+", "at time 1.1.1", text)), origin=ORIGIN)


@pytest.mark.parametrize(
    ("name", "window", "least", "gpus"),
    [
        ("zeus_a40.csv", 175, 4867.478, 1),
        ("zeus_a40_4_gpus.csv", 100, 3392.441, 4),
        ("zeus_v100_2_gpus.csv", 100, 1770.759, 2),
    ],
)
def test_zeus_since_boot(logs, name, window, least, gpus):
    """The energy of each window is that of its row; the least one is known."""
    (records,) = formats.read(logs / name, None, ALONE)
    sums = records.frame.groupby("start")["energy"].sum()
    rows = [line.split(",") for line in (logs / name).read_text().splitlines()[1:]]
    assert sums.min() == pytest.approx(least, abs=1e-3)
    at = [row[1] for row in rows].index(f"__GlobalPowerLimitOptimizer_{window}")
    assert sums.index[sums.argmin()] - ORIGIN_US == pytest.approx(
        (float(rows[at][0]) - float(rows[0][0])) * 1e6, abs=1.0
    )
    energy, reading = joules(logs / name, origin=ORIGIN)
    assert energy == pytest.approx(sum(float(cell) for row in rows for cell in row[3:]))
    assert len(reading.per_device()) == gpus


def test_power_gadget(logs):
    """3.141 J of the package (1.182 J of it the cores) and 1.426 J of the memory, from zero at the start."""
    energy, reading = joules(logs / "intel-power-gadget.csv", origin=ORIGIN)
    assert energy == pytest.approx(3.141 + 1.426)
    assert {name: kwh * 3.6e6 for name, kwh in reading.per_nested_device().items()} == pytest.approx(
        {"package-0/core": 1.182}
    )
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"


def test_powermetrics_has_dates_of_its_own(logs):
    """517.2 mW mean over ten samples of 1,074.06 ms together, each weighed by its length."""
    path = logs / "powermetrics_macbook_air_m1.txt"
    energy, reading = joules(path)
    assert reading.samples == 10
    assert energy == pytest.approx(0.5172 * 1.07406, rel=0.02)
    assert reading.per_nested_device()["cpu"] * 3.6e6 == pytest.approx(0.335212, abs=1e-6)
    with pytest.raises(LogError, match="origin: the log has its own times"):
        read_energy(read_power_log(path, origin=ORIGIN))


PERF = (
    "1.000,S0,1,10.00,Joules,power/energy-pkg/,100,100.00,,\n2.500,S0,1,30.00,Joules,power/energy-pkg/,100,100.00,,\n"
)


def test_perf_stat(write):
    """Intervals of 1 s and 1.5 s from the origin on."""
    (records,) = formats.read(write(PERF), None, ALONE)
    assert seconds(records) == [1.0, 2.5]
    assert (records.frame["start"] - ORIGIN_US).tolist() == [0, 1_000_000]
    assert joules(write(PERF), origin=ORIGIN)[0] == pytest.approx(40.0)


def test_two_measurements_of_perf_without_their_starts_are_refused(write):
    with pytest.raises(LogError, match="nothing tells when the measurement started"):
        formats.read(write(PERF + PERF), None, ALONE)


def test_perf_with_its_start_takes_no_origin(write):
    with pytest.raises(LogError, match="its own times"):
        formats.read(
            write("# started on Mon Mar 18 10:00:00 2024\n\n" + PERF), None, Options("UTC", origin_us=ORIGIN_US)
        )


def test_tegrastats(write):
    line = "RAM 100/1000MB SWAP 0/0MB CPU [1%@100] VDD_IN {0}mW/{0}mW VDD_CPU_GPU_CV 1000mW/1000mW\n"
    text = "".join(line.format(power) for power in (4000, 6000, 4000))
    energy, reading = joules(write(text), origin=ORIGIN, every="500 ms")
    assert energy == pytest.approx(0.5 * 5 + 0.5 * 5)
    assert assumed(reading) == [(3, f"first reading at {ORIGIN}, every 0.5 s")]


def turbostat(*watts):
    head = "Package\tCore\tCPU\tAvg_MHz\tPkgWatt\n"
    return "".join(f"{head}-\t-\t-\t40\t{power}\n0\t0\t0\t40\t{power}\n0\t1\t1\t40\n" for power in watts)


def test_turbostat(write):
    """Three tables of 5 s each; the origin is the start of the first one."""
    energy, reading = joules(write(turbostat(20.0, 40.0, 20.0)), origin=ORIGIN, every="5 s")
    assert energy == pytest.approx(5 * (20 + 40 + 20))
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"
    assert reading.seconds == 15.0
    assert assumed(reading) == [(3, f"first reading at {ORIGIN}, every 5 s")]


def test_one_table_of_turbostat_is_an_interval(write):
    assert joules(write(turbostat(20.0)), origin=ORIGIN, every="5 s")[0] == pytest.approx(100.0)


def test_turbostat_rows_that_nothing_tells_apart_are_refused(write):
    """Without a column of the processor, a row may be the system or a package of it."""
    with pytest.raises(LogError, match=r"which rows are of one interval.*Time_Of_Day_Seconds"):
        formats.read(write("PkgWatt\n50\n20\n30\n"), None, SECOND)
    (records,) = formats.read(write("PkgWatt\n50\nPkgWatt\n40\n"), None, SECOND)
    assert records.frame["energy"].tolist() == [50.0, 40.0]


def test_rocm_smi_csv(write):
    head = "device,Average Graphics Package Power (W)\n"
    text = head + "card0,210.0\ncard1,100.0\n" + head + "card0,190.0\ncard1,100.0\n"
    energy, _ = joules(write(text), origin=ORIGIN, every="2 s")
    assert energy == pytest.approx(2 * 200 + 2 * 100)


def test_rocm_smi_json(write):
    """Own numbers in the layout of ``rocm-smi --showpower --json``."""
    snapshots = [{"card0": {"Average Graphics Package Power (W)": str(watts)}} for watts in (35.0, 45.0)]
    text = "\n".join(map(json.dumps, snapshots)) + "\n"
    assert joules(write(text), origin=ORIGIN, every="10 s")[0] == pytest.approx(400.0)
    with pytest.raises(LogError, match=r"no time stamps.*--watch 1.*origin=.*every="):
        formats.read(write(text), None, Options())


def test_amd_smi_json(write):
    """Own numbers in the layout of ``amd-smi metric --power --json`` without ``--watch``."""
    power = [{"socket_power": {"value": watts, "unit": "W"}} for watts in (100, 140)]
    text = "\n".join(json.dumps([{"gpu": 0, "power": one}]) for one in power) + "\n"
    assert joules(write(text), origin=ORIGIN, every="1 s")[0] == pytest.approx(120.0)


DCGM = 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{gpu="0",UUID="GPU-a",Hostname="h"}} {0}\n'
DCGM += 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{gpu="1",UUID="GPU-b",Hostname="h"}} {1}\n'


def test_dcgm_exporter(write):
    text = DCGM.format(1000, 5000) + DCGM.format(101_000, 55_000) + DCGM.format(201_000, 105_000)
    energy, reading = joules(write(text), origin=ORIGIN, every="1 s")
    assert energy == pytest.approx(200 + 100)
    assert reading.seconds == 2.0


KEPLER = """# HELP kepler_platform_watts Power
# TYPE kepler_platform_watts gauge
process_open_fds{{job="x"}} 3
{extra}kepler_platform_watts{{node_name="n1",source="redfish"}} {watts}
"""


def test_prometheus_scrapes(write):
    """Series of other things may come and go: those that measure power tell the scrapes apart."""
    one, two = KEPLER.format(watts=100, extra=""), KEPLER.format(watts=300, extra='go_threads{job="x"} 5\n')
    energy, _ = joules(write(one + two + one), origin=ORIGIN, every="10 s")
    assert energy == pytest.approx(4000.0)


# ------------------------------------------------------------------ what is given


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# gpu    pwr\n# Idx      W\n    0    100\n", r"origin=.*--origin.*every=.*--every"),
        ("device,Average Graphics Package Power (W)\ncard0,210.0\n", r"origin=.*every="),
        (PERF, r"'# started on .*origin='2024-05-31T10:00:00Z' \(--origin\), the time of the first reading$"),
        (turbostat(20.0), r"origin=.*every="),
        ("RAM 100/1000MB VDD_IN 4000mW/4000mW\n", r"origin=.*every="),
        (DCGM.format(1, 2), r"date -Is.*origin=.*every="),
        (KEPLER.format(watts=1, extra=""), r"query_range.*origin=.*every="),
    ],
)
def test_the_error_names_what_to_give(write, text, wanted):
    with pytest.raises(LogError) as fault:
        formats.read(write(text), None, Options())
    assert fault.match(wanted)


def test_the_interval_is_never_guessed(write):
    with pytest.raises(LogError, match="every: the log does not tell how far apart its readings are"):
        formats.read(write("# gpu    pwr\n# Idx      W\n    0    100\n    0    100\n"), None, ALONE)


@pytest.mark.parametrize(
    "text", ["time,power\n2024-05-31T10:00Z,1\n2024-05-31T10:01Z,1\n", "time,device,power\n2024-05-31T10:00Z,a,1\n"]
)
def test_a_log_with_dates_takes_no_origin(write, text):
    with pytest.raises(LogError, match="its own times"):
        read_power_log(write(text), origin=ORIGIN)


def test_one_origin_is_of_one_file(write):
    text = "# gpu    pwr\n# Idx      W\n    0    100\n    0    100\n"
    files = [write(text, "a.txt"), write(text, "b.txt")]
    with pytest.raises(LogError, match=r"b.txt: origin: one origin for several files.*2 files"):
        read_power_log(files, origin=ORIGIN, every="1 s")


def test_each_file_has_an_origin_of_its_own(write, tmp_path):
    """Two logs of 100 W and 200 W, a reading each second for three seconds, the second a minute later; a third has dates."""
    text = "# gpu    pwr\n# Idx      W\n    0    {0}\n    0    {0}\n    0    {0}\n    0    {0}\n"
    files = [write(text.format(100), "a.txt"), write(text.format(200), "b.txt")]
    later = {"a.txt": "2024-05-31T10:00:00Z", "b.*": "2024-05-31T10:01:00Z"}
    found = read_energy(read_power_log(files, origin=later, every="1 s", max_gap="10 s"))
    assert found.total * 3.6e6 == pytest.approx(900.0)
    assert found.end.isoformat() == "2024-05-31T10:01:03+00:00"
    dated = write("time,device,power\n2024-05-31T10:00Z,x,60\n2024-05-31T10:01Z,x,60\n", "c.csv")
    assert read_energy(read_power_log([*files, dated], origin=later, every="1 s", max_gap="90 s")).per_device()[
        "x"
    ] * 3.6e6 == pytest.approx(3600.0)
    packed = tmp_path / "b.txt.gz"
    packed.write_bytes(gzip.compress(files[1].read_bytes()))
    again = read_power_log([files[0], packed], origin=later, every="1 s", max_gap="10 s")
    assert read_energy(again).total == pytest.approx(found.total)
    shell = ",".join(f"{name}={time}" for name, time in later.items())
    done = CliRunner().invoke(
        cli.app, ["energy", *map(str, files), "--origin", shell, "--every", "1 s", "--max-gap", "10 s", "--json"]
    )
    assert json.loads(done.stdout)["energy_kwh"] == pytest.approx(found.total)


def test_an_origin_of_no_file_and_two_of_one_are_refused(write):
    text = "# gpu    pwr\n# Idx      W\n    0    100\n    0    100\n"
    files = [write(text, "rank-0.txt"), write(text, "rank-1.txt")]
    with pytest.raises(LogError, match=r"no file has this name.*rank-2.txt.*accepted: did you mean rank-"):
        read_power_log(files, origin={"rank-0.txt": ORIGIN, "rank-2.txt": ORIGIN}, every="1 s")
    with pytest.raises(LcaAiError, match=r"several times for one file.*rank-0"):
        read_power_log(files, origin={"rank-*": ORIGIN, "rank-0.txt": "2024-06-01T00:00:00Z"}, every="1 s")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"every": "1 s"}, "every.*origin as well"),
        ({"origin": ORIGIN, "every": "0 s"}, "no time apart"),
        ({"origin": ORIGIN, "every": "3 W"}, "every"),
        ({"origin": "10:00"}, "not a time"),
        ({"origin": "2024-05-31T10:00:00"}, "time without a zone"),
        ({"origin": "2024-10-27T02:30:00", "timezone": "Europe/Paris"}, "happens twice"),
    ],
)
def test_bad_input(given, problem):
    with pytest.raises((StudyError, InputError), match=problem):
        PowerLog(files="log.txt", **given)


def test_a_naive_origin_is_read_in_the_time_zone(logs):
    path = logs / "nvidia-smi_dmon_h100-80gb-hbm3.txt"
    _, reading = joules(path, origin="2024-05-31T12:00:00", every="1 s", timezone="Europe/Paris")
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"


def test_on_the_command_line(logs):
    path = logs / "nvidia-smi_dmon_h100-80gb-hbm3.txt"
    found = CliRunner().invoke(cli.app, ["energy", str(path), "--origin", ORIGIN, "--every", "1 s", "--json"])
    assert found.exit_code == 0, found.output
    data = json.loads(found.output)
    assert data["energy_kwh"] * 3.6e6 == pytest.approx(2534.5)
    assert data["notes"] == [{"what": "times assumed", "count": 5, "detail": f"first reading at {ORIGIN}, every 1 s"}]


def test_in_a_study(logs, tmp_path):
    text = (logs / "nvidia-smi_dmon_h100-80gb-hbm3.txt").read_text()
    (tmp_path / "dmon.txt").write_text(text)
    log = PowerLog.model_validate({"files": "dmon.txt", "origin": ORIGIN, "every": "1 s"}).replace(folder=tmp_path)
    assert lca.energy(log)["energy [kWh]"].sum() * 3.6e6 == pytest.approx(2534.5)


@given(
    watts=st.lists(st.integers(0, 700), min_size=2, max_size=40),
    every=st.integers(1, 600),
    gpus=st.integers(1, 4),
)
def test_equal_turns_give_the_trapezoid(tmp_path_factory, watts, every, gpus):
    rows = "".join(f"    {gpu}    {power}\n" for power in watts for gpu in range(gpus))
    path = tmp_path_factory.mktemp("dmon") / "log.txt"
    path.write_text("# gpu    pwr\n# Idx      W\n" + rows)
    energy, reading = joules(path, origin=ORIGIN, every=f"{every} s")
    assert energy == pytest.approx(gpus * every * (sum(watts) - (watts[0] + watts[-1]) / 2), abs=1e-6)
    assert reading.seconds == every * (len(watts) - 1)


def test_ipmi(write):
    dcmi = "".join(
        f"    Instantaneous power reading:   {watts} Watts\n    Power reading state is: activated\n\n"
        for watts in (100, 300)
    )
    assert joules(write(dcmi), origin=ORIGIN, every="60 s")[0] == pytest.approx(60 * 200)
    sensors = "".join(
        f"Pwr Consumption  | {watts}.000  | Watts  | ok\nCPU Power  | 50.000  | Watts  | ok\n" for watts in (100, 300)
    )
    assert joules(write(sensors), origin=ORIGIN, every="60 s")[0] == pytest.approx(60 * 200)


def test_converted_to_parquet(logs, tmp_path):
    out = tmp_path / "run.parquet"
    command = ["convert", str(logs / "nvidia-smi_dmon_h100-80gb-hbm3.txt"), "--out", str(out)]
    refused = CliRunner().invoke(cli.app, command)
    assert refused.exit_code != 0
    assert "--origin" in str(refused.exception)
    found = CliRunner().invoke(cli.app, [*command, "--origin", ORIGIN, "--every", "1 s"])
    assert found.exit_code == 0, found.output
    assert joules(out)[0] == pytest.approx(2534.5)


def test_the_columns_of_an_unknown_table_are_told(write):
    """The words of the error, given back as they are, read the file."""
    text = "task,timestamp,cpu_load,rapl_power\na,2024-05-31T10:00:00Z,3,10\na,2024-05-31T10:00:10Z,3,30\n"
    with pytest.raises(LogError, match=r"--columns time=timestamp,power=rapl_power:W"):
        read_power_log(write(text))
    assert joules(write(text), columns={"time": "timestamp", "power": "rapl_power:W"})[0] == pytest.approx(200.0)
    since = text.replace("2024-05-31T10:00:00Z", "1717149600.25").replace("2024-05-31T10:00:10Z", "1717149610.25")
    with pytest.raises(LogError, match=r"--columns time=timestamp:s,power=rapl_power:W"):
        read_power_log(write(since))
    assert joules(write(since), columns={"time": "timestamp:s", "power": "rapl_power:W"})[0] == pytest.approx(200.0)


def test_of_several_columns_of_a_power_none_is_chosen(write):
    """One of them would be a part of the power, or the sum of the others."""
    text = "timestamp,board_power_a,board_power_b,board_power_sum\n2024-05-31T10:00:00Z,10,20,30\n2024-05-31T10:00:10Z,10,20,30\n"
    with pytest.raises(
        LogError, match=r"time=timestamp,power=COLUMN:W\); COLUMN\+COLUMN:W where each device has a column"
    ):
        read_power_log(write(text))
    columns = {"time": "timestamp", "power": "board_power_a+board_power_b"}
    assert joules(write(text), columns=columns)[0] == pytest.approx(300.0)


# ------------------------------------------------------------------ a CSV of elapsed times

ELAPSED = "elapsed_ms,device,power\n250,a,10\n250,b,1\n1250,a,20\n1250,b,1\nx,a,20\n-5,a,20\n3250,a,10\n3250,b,1\n"
IN_MS = {"time": "elapsed_ms:ms", "power": "power:W", "device": "device"}


def test_elapsed_times_of_a_csv_take_an_origin(write):
    energy, reading = joules(write(ELAPSED), columns=IN_MS, origin=ORIGIN)
    assert energy == pytest.approx(15 + 30 + 3)
    assert reading.start.isoformat() == "2024-05-31T10:00:00+00:00"
    assert assumed(reading) == [(6, f"first reading at {ORIGIN}, elapsed times of the log")]
    assert sum(note.count for note in reading.notes if note.what == "unreadable time") == 2


def test_elapsed_times_without_an_origin_are_told_of_it(write):
    with pytest.raises(LogError, match=r"no time is between 1990 and 2100, read in ms.*--origin"):
        read_power_log(write(ELAPSED), columns=IN_MS)
    with pytest.raises(LogError, match=r"tells the time between its readings itself"):
        read_power_log(write(ELAPSED), columns=IN_MS, origin=ORIGIN, every="1 s")


def test_a_csv_with_times_of_its_own_takes_no_origin(write):
    with pytest.raises(LogError, match=r"has its own times"):
        read_power_log(
            write("t,power\n1717149600,1\n1717149601,1\n"), columns={"time": "t:s", "power": "power"}, origin=ORIGIN
        )
