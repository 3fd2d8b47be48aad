"""DCGM: ``dcgmi dmon`` and the scrapes of dcgm-exporter; a counter rather than a power, a whole GPU rather than slices.

No ``dcgmi dmon`` file with a licence was found: these are laid out as NVIDIA/DCGM's ``dcgmi/DeviceMonitor.cpp`` writes
them (Apache-2.0; https://docs.nvidia.com/datacenter/dcgm/latest/reference/command-line-reference/dcgmi/dcgmi-dmon.html).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.energy import read_power_log
from lca_ai.logs.records import Options

JOULE_PER_KWH = 3.6e6
HEADER = "#Entity   POWER          TOTEC               SMCLK     GPUTL\nID        W              mJ                            \n"
GPU = "ub20-a100-k8s/GPU-34319582-d595-d1c7-d1d2-179bcfa61660"


def row(entity, power, energy):
    return f"{entity:<10}{power:<15}{energy:<20}{1410:<10}{43:<8}\n"


def stamped(*lines, every=1):
    """Lines as ``| ts '%Y-%m-%dT%H:%M:%.S'`` writes them, ``every`` seconds apart."""
    return "".join(
        f"2024-05-31T10:00:{n * every:02d}.000000 {line}"
        for n, line in enumerate("".join(lines).splitlines(keepends=True))
    )


def records(path, **options):
    return formats.read(path, None, Options(**options))


# --- dcgmi dmon


def test_the_counter_is_read_rather_than_the_power(read):
    # 1,000 J in 2 s by the counter; the power would make 200 J
    text = stamped(
        HEADER, row("GPU 0", "100.000", 5_000_000), row("GPU 0", "N/A", 5_500_000), row("GPU 0", "100.000", 6_000_000)
    )
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)
    assert list(reading.per_device()) == ["GPU-0"]
    assert reading.format == "dcgmi-dmon"


@pytest.mark.parametrize("blank", ["N/A", "9223372036854775792", "9223372036854775794"])
def test_a_gpu_without_a_counter_is_read_by_its_power(read, blank):
    rows = [row(f"GPU {gpu}", "100.000", energy) for energy in (0, 200_000) for gpu in (0, 1)]
    text = stamped(HEADER, *(line if "GPU 0" in line else row("GPU 1", "100.000", blank) for line in rows))
    joules = {name: energy * JOULE_PER_KWH for name, energy in read(text, timezone="UTC").per_device().items()}
    # the rows of one GPU are 2 s apart
    assert joules == pytest.approx({"GPU-0": 200.0, "GPU-1": 200.0})


@pytest.mark.parametrize("blank", ["N/A", "140737488355328.000", "140737488355330.000"])
def test_a_blank_power_is_unknown(write, blank):
    text = stamped("#Entity   POWER\nID        W\n", f"GPU 0     {blank}\n", "GPU 0     100.000\n")
    (found,) = records(write(text), timezone="UTC")
    assert found.kind == "power"
    assert found.frame["power"].fillna(-1).tolist() == [-1, 100.0]


def test_the_header_comes_again_and_again(read, counts):
    text = stamped(HEADER, row("GPU 0", "1.000", 0), HEADER, row("GPU 0", "1.000", 3_000))
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(3.0)
    assert counts(reading) == {"repeated header": 1}


def test_a_mig_slice_is_not_added_to_its_gpu(read, counts):
    slices = [row("GPU-I 0", "100.000", "N/A"), row("GPU-I 1", "100.000", "N/A"), row("GPU-CI 0", "100.000", "N/A")]
    scrape = "2024-05-31T10:00:{:02d}Z\n" + HEADER
    text = "".join(
        scrape.format(second) + row("GPU 0", "100.000", 1_000_000 + second * 100_000) + "".join(slices)
        for second in (0, 10)
    )
    reading = read(text)
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0)
    assert counts(reading) == {"repeated header": 1, "row of a MIG slice": 6}


def test_slices_without_their_gpu_are_refused(read):
    text = stamped(HEADER, row("GPU-I 0", "100.000", 1), row("GPU-I 1", "100.000", 1))
    with pytest.raises(LogError, match=r"MIG slices.*GPU-I 0, GPU-I 1.*dcgmi dmon -i"):
        read(text, timezone="UTC")


def test_rows_without_a_time_are_refused_with_their_readings(read):
    with pytest.raises(LogError, match=r"no time stamps.*GPU 0: 120.512 W, 1234567890 mJ.*\| ts "):
        read(HEADER + row("GPU 0", "120.512", 1234567890), timezone="UTC")


def test_a_log_of_other_fields_says_what_to_record(read):
    with pytest.raises(LogError, match=r"no column of the power or the energy.*-e 155,156"):
        read(stamped("#Entity   SMCLK\nID\n", "GPU 0     1410\n"), timezone="UTC")


def test_a_row_cut_short_is_not_read(read, counts):
    # the last counter is cut to 2,000 mJ; whole it is 20,000,000
    text = stamped(
        HEADER, row("GPU 0", "1.000", 10_000_000), row("GPU 0", "1.000", 10_001_000), "GPU 0     1.000          2000"
    )
    reading = read(text, timezone="UTC")
    assert reading.total * JOULE_PER_KWH == pytest.approx(1.0)
    assert counts(reading) == {"row cut short": 1}


def test_the_end_of_the_tool_is_no_row(read, counts):
    text = stamped(
        HEADER, row("GPU 0", "1.000", 0), row("GPU 0", "1.000", 3_000), "dmon was stopped do to receiving a signal\n"
    )
    assert counts(read(text, timezone="UTC")) == {"unreadable line": 1}


@given(counted=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 10**12)), min_size=2, max_size=40))
def test_what_is_written_is_read_back(write, counted):
    lines = "".join(row(f"GPU {gpu}", "N/A", energy) for gpu, energy in counted)
    text = "".join(
        f"{1_717_149_600 + n}.25 {line}" for n, line in enumerate((HEADER + lines).splitlines(keepends=True))
    )
    (found,) = records(write(text))
    assert found.kind == "counter"
    assert found.frame["counter"].tolist() == pytest.approx([energy / 1e3 for _, energy in counted])
    assert found.frame["device"].tolist() == [f"GPU-{gpu}" for gpu, _ in counted]
    assert found.frame["time"].tolist() == [1_717_149_602_250_000 + n * 1_000_000 for n in range(len(counted))]


# --- dcgm-exporter


@pytest.fixture
def scrape(logs):
    """A real scrape, without a date: 409.692 W and 319,159,391 mJ."""
    return (logs / "dcgm-exporter_a100.prom").read_text()


def test_a_scrape_without_a_date_is_refused_with_its_readings(logs):
    with pytest.raises(LogError, match=r"no date.*409\.692000 W, 319159391 mJ.*date -Is"):
        read_power_log(logs / "dcgm-exporter_a100.prom")


def test_a_single_scrape_tells_power_and_energy(write, scrape):
    (power,) = records(write(f"2024-05-31T10:00:00Z\n{scrape}"))
    assert (power.kind, power.frame["power"].tolist()) == ("power", [409.692])
    assert power.frame["device"].tolist() == [GPU]
    without = "".join(line for line in scrape.splitlines(keepends=True) if "POWER_USAGE" not in line)
    (energy,) = records(write(f"2024-05-31T10:00:00Z\n{without}"))
    assert (energy.kind, energy.frame["counter"].tolist()) == ("counter", [319_159.391])


def later(scrape, millijoules):
    return scrape.replace("319159391", str(319159391 + millijoules))


@pytest.mark.parametrize(
    "dated",
    [
        pytest.param(lambda second, text: f"2024-05-31T10:00:{second:02d}+02:00\n{text}", id="date -Is"),
        pytest.param(lambda second, text: f"# 2024-05-31T08:00:{second:02d}Z\n{text}", id="a comment"),
        pytest.param(lambda second, text: f"{1717142400 + second}\n{text}", id="date +%s"),
        pytest.param(lambda second, text: f"Fri May 31 08:00:{second:02d} UTC 2024\n{text}", id="date"),
        pytest.param(
            lambda second, text: "".join(
                f"{1717142400 + second}.000 {line}" for line in text.splitlines(keepends=True)
            ),
            id="ts",
        ),
        pytest.param(
            lambda second, text: "".join(f"{line} {1717142400 + second}000\n" for line in text.splitlines()),
            id="the samples' own, in ms",
        ),
    ],
)
def test_scrapes_one_after_another_are_a_log_of_the_counter(read, scrape, dated):
    # 4,096.9 J in 10 s
    reading = read(dated(0, scrape) + dated(10, later(scrape, 4_096_900)))
    assert reading.total * JOULE_PER_KWH == pytest.approx(4_096.9)
    assert reading.start.isoformat() == "2024-05-31T08:00:00+00:00"
    assert list(reading.per_device()) == [GPU]
    assert reading.covers == ("gpu",)


def test_a_naive_date_needs_a_zone(read, scrape):
    with pytest.raises(LogError, match=r"no zone"):
        read(f"2024-05-31 10:00:00\n{scrape}")


def slices(watts):
    labels = 'gpu="0",UUID="GPU-1f027ee8",GPU_I_PROFILE="2g.20gb",GPU_I_ID="{}",Hostname="h"'
    return "".join(
        f"DCGM_FI_DEV_POWER_USAGE{{{labels.format(name)}}} {value}\n"
        for name, value in zip((3, 5, 6), watts, strict=True)
    )


def test_slices_that_repeat_their_gpu_are_one_device(read, counts):
    # An A800 in three slices: each bears the power of the GPU, taken a moment apart (78.174, 78.174 and 78.446 W)
    text = "".join(f"{1717149600 + second}\n" + slices([78.174, 78.174, 78.446]) for second in (0, 10))
    reading = read(text)
    assert {name: energy * JOULE_PER_KWH for name, energy in reading.per_device().items()} == pytest.approx(
        {"h/GPU-1f027ee8": 781.74}
    )
    assert counts(reading) == {"row of a MIG slice": 4}
    assert reading.facts["MIG slices"] == (
        "GPU-1f027ee8 3 (2g.20gb); GPU-1f027ee8 5 (2g.20gb); GPU-1f027ee8 6 (2g.20gb)"
    )


@pytest.mark.parametrize(
    ("name", "blank"), [("POWER_USAGE", "140737488355328"), ("TOTAL_ENERGY_CONSUMPTION", "9223372036854775794")]
)
def test_a_blank_value_is_unknown(write, name, blank):
    lines = [
        f'{second}\nDCGM_FI_DEV_{name}{{UUID="GPU-a"}} {value}\n'
        for second, value in enumerate((blank, 5, 6), 1717149600)
    ]
    (found,) = records(write("".join(lines)))
    assert found.frame.iloc[:, 2].isna().tolist() == [True, False, False]


def test_a_counter_that_was_reset_never_counts_backwards(read, counts, scrape):
    text = f"1717142400\n{scrape}1717142410\n{later(scrape, 1_000_000)}1717142420\n{later(scrape, -319_000_000)}"
    text += f"1717142430\n{later(scrape, -318_500_000)}"
    reading = read(text)
    assert reading.total * JOULE_PER_KWH == pytest.approx(1_000.0 + 500.0)
    assert counts(reading)["counter reset"] == 1


def test_a_scrape_without_power_says_which_metrics(read):
    with pytest.raises(LogError, match=r"no metric is of power or energy.*TOTAL_ENERGY_CONSUMPTION"):
        read('1717142400\nDCGM_FI_DEV_GPU_TEMP{gpu="0"} 61\n')


def test_the_real_scrape_is_recognised(scrape):
    assert next(name for name, one in formats.FORMATS.items() if one.matches(scrape)) == "dcgm-exporter"
    assert not formats.FORMATS["dcgmi-dmon"].matches(scrape)


def test_a_column_of_the_name_of_what_a_row_is_of_is_no_such(read):
    lines = ["#Entity  KIND  POWER", "ID              W", *["GPU 0  5  100.0"] * 3]
    text = "".join(f"2024-05-31T10:00:{second:02d} {line}\n" for second, line in enumerate(lines))
    assert read(text, timezone="UTC").total * 3.6e6 == pytest.approx(200.0)


def test_a_header_with_a_sign_at_its_first_name_is_no_header(read):
    with pytest.raises(LogError, match=r"not recognised.*nearly dcgmi-dmon"):
        read("#Entity| POWER\n" + "".join(f"2024-05-31T10:00:{n:02d} GPU 0| 100.0\n" for n in range(3)))
