"""Apple ``powermetrics``: a real log as text, and property lists with the keys of ``-f plist``."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options


def readings(path):
    (found,) = formats.read(path, None, Options())
    return found


def energies(found):
    return found.frame.groupby("device")["energy"].sum(min_count=1).to_dict()


def test_a_real_log(logs):
    found = readings(logs / "powermetrics_macbook_air_m1.txt")
    length = (found.frame["time"] - found.frame["start"])[found.frame["device"] == "cpu"]
    assert length.sum() / 1e3 == pytest.approx(1_074.06)
    # the powers of the ten samples times their lengths; the mean power of the package is 517.2 mW over equal samples
    assert energies(found) == pytest.approx(
        {"package": 0.550957, "cpu": 0.335212, "gpu": 0.040927, "ane": 0.0, "dram": 0.109045}, abs=1e-6
    )
    assert found.parents == dict.fromkeys(["cpu", "gpu", "ane", "dram"], "package")
    assert found.covers == ("cpu", "gpu", "memory")


def test_the_parts_are_not_added_to_the_package(read, logs):
    reading = read((logs / "powermetrics_macbook_air_m1.txt").read_bytes())
    assert reading.total * 3.6e6 == pytest.approx(0.550957, abs=1e-6)


def test_samples_of_one_second_lie_end_to_end(logs):
    """Seven stamps of 12:37:08 and three of 12:37:09: ten samples of a tenth of a second each."""
    found = readings(logs / "powermetrics_macbook_air_m1.txt")
    package = found.frame[found.frame["device"] == "package"]
    assert (package["start"].to_numpy()[1:] == package["time"].to_numpy()[:-1]).all()
    assert package["time"].iloc[0] // 1_000_000 == 1_699_616_228
    assert package["time"].iloc[-1] // 1_000_000 == 1_699_616_229


def text(*samples):
    """Samples of (stamp, ms, lines)."""
    return "".join(
        f"\n*** Sampled system activity (Fri May 31 10:00:{stamp:02d} 2024 +0000) ({ms:.2f}ms elapsed) ***\n\n{lines}\n"
        for stamp, ms, lines in samples
    )


def test_a_part_that_is_missing_once_is_unknown_and_not_zero(write):
    both, one = "CPU Power: 1000 mW\nGPU Power: 500 mW\n", "CPU Power: 1000 mW\n"
    found = readings(write(text((1, 1000, both), (2, 1000, one), (3, 1000, both))))
    assert found.frame[found.frame["device"] == "gpu"]["energy"].isna().sum() == 1
    assert energies(found) == pytest.approx({"cpu": 3.0, "gpu": 1.0})


def test_the_combined_power_holds_processor_gpu_and_neural_engine(write):
    lines = "CPU Power: 600 mW\nGPU Power: 300 mW\nANE Power: 100 mW\nCombined Power (CPU + GPU + ANE): 1000 mW\n"
    found = readings(write(text((1, 2000, lines), (3, 2000, lines))))
    assert found.parents == {"cpu": "combined", "gpu": "combined", "ane": "combined"}
    assert energies(found)["combined"] == pytest.approx(4.0)
    assert found.covers == ("cpu", "gpu")


def test_an_intel_mac(write):
    lines = "Intel energy model derived package power (CPUs+GT+SA): 1.83W\n"
    found = readings(write(text((1, 1000, lines), (2, 1000, lines))))
    assert energies(found) == pytest.approx({"package": 3.66})
    assert found.covers == ("cpu",)


def test_a_pause_between_samples_is_a_gap(write):
    found = readings(write(text((1, 1000, "CPU Power: 1000 mW"), (40, 1000, "CPU Power: 1000 mW"))))
    assert found.frame["start"].iloc[1] - found.frame["time"].iloc[0] == 38_000_000


def plist(second, elapsed_ns, processor):
    keys = "".join(f"<key>{name}</key><real>{value}</real>" for name, value in processor.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
        '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n<dict>\n'
        f"<key>is_delta</key><true/><key>elapsed_ns</key><integer>{elapsed_ns}</integer>\n"
        f"<key>timestamp</key><date>2024-05-31T10:00:{second:02d}Z</date>\n"
        f"<key>processor</key><dict>{keys}</dict>\n</dict>\n</plist>\n"
    )


def test_property_lists_separated_by_nul(write):
    samples = [
        plist(second, 1_000_000_000, {"cpu_energy": 1500, "gpu_energy": 250, "ane_energy": 0, "combined_power": 1750.0})
        for second in (1, 2, 3)
    ]
    found = readings(write("\0".join(samples) + "\0"))
    assert energies(found) == pytest.approx({"cpu": 4.5, "gpu": 0.75, "ane": 0.0, "combined": 5.25})
    assert list(found.frame["time"].unique() // 1_000_000) == [1_717_149_601, 1_717_149_602, 1_717_149_603]


def test_powers_are_taken_where_there_is_no_energy(write):
    samples = [plist(second, 2_000_000_000, {"cpu_power": 1000.0, "gpu_power": 500.0}) for second in (2, 4)]
    assert energies(readings(write("\0".join(samples)))) == pytest.approx({"cpu": 4.0, "gpu": 2.0})


def test_a_property_list_cut_short_is_counted(write):
    samples = [plist(second, 1_000_000_000, {"cpu_energy": 1500}) for second in (1, 2)]
    found = readings(write("\0".join([*samples, samples[0][:-30]])))
    assert energies(found) == pytest.approx({"cpu": 3.0})
    assert {note.what: note.count for note in found.notes} == {"unreadable sample": 1}


def test_samples_without_a_power_are_refused_with_the_remedy(write):
    with pytest.raises(LogError, match=r"no sample has a power.*--samplers cpu_power"):
        readings(write(text((1, 1000, "nothing"))))


@given(
    lengths=st.lists(st.floats(90, 2_500), min_size=1, max_size=40),
    pauses=st.lists(st.floats(0, 30), min_size=40, max_size=40),
    offset=st.floats(0, 1),
)
def test_samples_end_in_the_second_of_their_stamps_and_never_overlap(write, lengths, pauses, offset):
    lengths = [round(length, 2) for length in lengths]
    ends = list(itertools.accumulate(length + pause for length, pause in zip(lengths, pauses, strict=False)))
    stamps = [int(offset + end / 1e3) for end in ends]
    if stamps[-1] > 59:
        return
    found = readings(write(text(*[(s, ms, "CPU Power: 1000 mW") for s, ms in zip(stamps, lengths, strict=True)])))
    start, end = found.frame["start"].to_numpy(), found.frame["time"].to_numpy()
    assert (start[1:] >= end[:-1]).all()
    assert [
        abs(int(one) - 1_717_149_600_000_000 - 1_000_000 * s) <= 1_000_000 for one, s in zip(end, stamps, strict=True)
    ]
    assert found.frame["energy"].sum() == pytest.approx(sum(lengths) / 1e3)


def test_the_gpu_of_the_sampler_gpu_power_alone(write):
    samples = [plist(second, 1_000_000_000, {}) for second in (1, 2)]
    alone = "<key>gpu</key><dict><key>freq_hz</key><real>444</real><key>gpu_energy</key><integer>26</integer></dict>"
    text = "\0".join(one.replace("<key>processor</key><dict></dict>", alone) for one in samples)
    assert energies(readings(write(text))) == {"gpu": pytest.approx(0.052)}


LINES = "E-Cluster Power: 10 mW\nCPU Power: 800 mW\nGPU Power: 200 mW\nCombined Power (CPU + GPU + ANE): 1000 mW\n"


def test_powers_without_their_headers_take_an_origin(write):
    path = write(LINES + LINES.replace("1000 mW", "2000 mW"))
    with pytest.raises(LogError, match=r"the samples have no times.*Sampled system activity.*--origin.*--every"):
        readings(path)
    (found,) = formats.read(path, None, Options(origin_us=1_717_149_600_000_000, every_us=2_000_000))
    assert energies(found) == pytest.approx({"combined": 6.0, "cpu": 3.2, "gpu": 0.8})
    assert list(found.frame["start"].unique()) == [1_717_149_600_000_000, 1_717_149_602_000_000]
    assert found.parents == {"cpu": "combined", "gpu": "combined"}
    assert {note.what for note in found.notes} == {"times assumed"}


def test_a_text_with_other_lines_is_not_taken_for_powers_alone():
    assert not formats.FORMATS["powermetrics"].matches("epoch 1\n" + LINES)
