"""``turbostat``: the rows of its tables that hold a power, and the intervals between them.

Layout: turbostat(8), tools/power/x86/turbostat/turbostat.8 of Linux; the numbers here are made up.
"""

import pytest

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options

PREAMBLE = "turbostat version 2023.11.07 - Len Brown <lenb@kernel.org>\nCPUID(0): GenuineIntel 0x16 CPUID levels\n"
COLUMNS = "usec\tTime_Of_Day_Seconds\tPackage\tCore\tCPU\tAvg_MHz\tPkgTmp\tPkgWatt\tCorWatt\tGFXWatt\tRAMWatt\n"
FIRST = 1_717_149_600


def block(second, watts, *, header=COLUMNS):
    """A table of two packages: the system's row, and rows with and without the columns of a package."""
    end = FIRST + second
    rows = [
        [200, f"{end}.100000", "-", "-", "-", 40, 60, watts[0] + watts[1], 5, 0, 10],
        [10, f"{end}.000000", 0, 0, 0, 40, 60, watts[0], 2.5, 0, 5],
        [10, f"{end}.000000", 0, 0, 8, 40],
        [10, f"{end}.000000", 1, 0, 1, 40, 60, watts[1], 2.5, 0, 5],
    ]
    return header + "\n".join("\t".join(map(str, row)) for row in rows) + "\n"


LOG = PREAMBLE + block(5, (20.0, 30.0)) + block(10, (40.0, 30.0)) + block(15, (20.0, 30.0))


def readings(path):
    (found,) = formats.read(path, None, Options())
    return found


def energies(found):
    return found.frame.groupby("device")["energy"].sum(min_count=1).to_dict()


def test_the_mean_power_of_each_package_over_each_interval(write):
    found = readings(write(LOG))
    # 5 s each: (20 + 40 + 20) W and 3 * 30 W
    assert found.kind == "interval"
    assert energies(found) == pytest.approx(
        {
            "package-0": 400.0,
            "package-1": 450.0,
            "package-0/core": 37.5,
            "package-1/core": 37.5,
            "package-0/gfx": 0.0,
            "package-1/gfx": 0.0,
            "dram-0": 75.0,
            "dram-1": 75.0,
        }
    )
    assert found.parents["package-1/core"] == "package-1"
    assert "dram-0" not in found.parents
    assert found.covers == ("cpu", "memory")


def test_the_interval_ends_at_its_stamp_and_the_first_is_as_long_as_the_others(write):
    found = readings(write(LOG))
    package = found.frame[found.frame["device"] == "package-0"]
    assert list(package["start"] / 1e6 - FIRST) == [0.0, 5.0, 10.0]
    assert list(package["time"] / 1e6 - FIRST) == [5.0, 10.0, 15.0]
    assert {note.what: note.count for note in found.notes} == {"interval length assumed": 8}


def test_after_a_pause_the_mean_power_is_not_stretched_over_it(write):
    text = LOG + PREAMBLE + block(3_600, (20.0, 30.0)) + block(3_605, (20.0, 30.0))
    assert energies(readings(write(text)))["package-0"] == pytest.approx(400.0 + 200.0)


@pytest.mark.parametrize("topology", ["", "Core\tCPU\t"], ids=["--Summary", "one package"])
def test_without_a_column_of_the_package_the_systems_row_is_read(write, topology):
    header = f"Time_Of_Day_Seconds\t{topology}Busy%\tPkgWatt\tRAMWatt\n"
    rows = [
        f"{FIRST + second}.0\t{system}1.5\t10.00\t0.00\n"
        for second in (1, 2, 3)
        for system in ([""] if not topology else ["-\t-\t", "0\t0\t"])
    ]
    found = readings(write(header + "".join(rows)))
    assert energies(found)["package"] == pytest.approx(30.0)
    # memory that draws nothing at all has no counter
    assert found.frame[found.frame["device"] == "dram"]["energy"].isna().all()
    assert "domain without a counter" in {note.what for note in found.notes}


def test_energies_need_no_length(write):
    header = "Time_Of_Day_Seconds\tBusy%\tPkg_J\tRAM_J\n"
    found = readings(write(header + "".join(f"{FIRST + 2 * n}.0\t1\t{n + 1}.00\t0.50\n" for n in range(3))))
    assert energies(found) == pytest.approx({"package": 6.0, "dram": 1.5})


def test_the_power_of_each_core_of_a_package_adds_up(write):
    """An AMD processor has a counter in each core; its package column comes in the first row only."""
    header = "Time_Of_Day_Seconds\tCore\tCPU\tBusy%\tCorWatt\tPkgWatt\n"
    rows = "".join(
        f"{FIRST + n}.0\t-\t-\t9\t3.00\t20.00\n{FIRST + n}.0\t0\t0\t9\t1.00\t20.00\n{FIRST + n}.0\t1\t1\t9\t2.00\n"
        for n in range(2)
    )
    assert energies(readings(write(header + rows))) == pytest.approx({"package": 40.0, "package/core": 6.0})
    packages = header.replace("Core\t", "Package\tCore\t")
    rows = rows.replace(".0\t-", ".0\t-\t-").replace(".0\t0\t0", ".0\t0\t0\t0").replace(".0\t1\t1", ".0\t0\t1\t1")
    assert energies(readings(write(packages + rows))) == pytest.approx({"package-0": 40.0, "package-0/core": 6.0})


def test_the_platform_holds_the_packages(write):
    header = "Time_Of_Day_Seconds\tBusy%\tPkgWatt\tSysWatt\n"
    found = readings(write(header + "".join(f"{FIRST + n}.0\t1\t6.00\t13.00\n" for n in range(2))))
    assert found.parents == {"package": "psys"}
    assert energies(found) == pytest.approx({"package": 12.0, "psys": 26.0})


def test_names_that_an_old_version_glues_together_are_two(write):
    glued = COLUMNS.replace("GFXWatt\tRAMWatt", "GFXWattRAMWatt")
    text = "".join(block(second, (20.0, 30.0), header=glued) for second in (5, 10))
    assert energies(readings(write(text)))["dram-1"] == pytest.approx(50.0)


def test_a_row_whose_cells_are_joined_is_set_aside(write):
    text = LOG.replace("\t60\t40.0\t2.5", "\t60.5040.0\t2.5")
    found = readings(write(text))
    assert {note.what: note.count for note in found.notes}["row with joined cells"] == 1


def test_a_table_without_times_is_refused_with_the_remedy(write):
    text = LOG.replace("usec\tTime_Of_Day_Seconds\t", "")
    with pytest.raises(LogError, match=r"no times.*--enable Time_Of_Day_Seconds"):
        readings(write(text))


def test_a_single_interval_has_no_known_length(write):
    with pytest.raises(LogError, match=r"nothing tells its length"):
        readings(write(PREAMBLE + block(5, (20.0, 30.0))))


@pytest.mark.parametrize("lost", range(1, 30, 4))
def test_a_file_cut_short_gives_no_wrong_power(write, lost):
    whole = energies(readings(write(LOG)))
    found = energies(readings(write(LOG[:-lost])))
    assert found["package-0"] == pytest.approx(whole["package-0"])
    assert found["package-1"] <= whole["package-1"] + 1e-9


@pytest.mark.parametrize("text", ["Core CPU Avg_MHz\n0 0 5\n", "time,device,power\n", "PkgWattage is high\n"])
def test_other_texts_are_not_turbostat(text):
    assert not formats.FORMATS["turbostat"].matches(text)


def test_a_column_that_is_there_twice_is_read_once(write):
    again = [line + "\t" + line.split("\t")[-1] for line in LOG.splitlines()[2:]]
    assert energies(readings(write(PREAMBLE + "\n".join(again) + "\n"))) == energies(readings(write(LOG)))


@pytest.mark.parametrize(
    "stamp", ["2024-05-31T10:00:%02dZ", "2024-05-31 10:00:%02d.25+00:00", "17171496%02d", "2024-05-31T12:00:%02d"]
)
def test_the_stamp_that_another_program_wrote_before_each_line(write, stamp):
    rows = ["Core\tCPU\tAvg_MHz\tPkgWatt", "-\t-\t10\t{watts}", "0\t0\t10\t{watts}", "1\t1\t10"]
    lines = [
        f"{stamp % second} {row}".format(watts=watts)
        for second, watts in ((5, 50.0), (10, 60.0), (15, 70.0))
        for row in rows
    ]
    (found,) = formats.read(write("\n".join(lines) + "\n"), None, Options("Europe/Paris"))
    assert energies(found) == pytest.approx({"package": 900.0})
    assert found.frame["time"].iloc[0] // 1_000_000 == FIRST + 5
    if stamp.endswith("12:00:%02d"):
        with pytest.raises(LogError, match=r"no zone"):
            readings(write("\n".join(lines) + "\n"))


def test_a_row_that_ends_before_its_package_is_counted(write):
    header = "Time_Of_Day_Seconds PkgWatt Package\n"
    rows = [f"{FIRST + n} 20.0 0\n{FIRST + n} 30.0\n" for n in range(3)]
    found = readings(write(header + "".join(rows)))
    assert energies(found) == {"package-0": 60.0}
    assert {note.what: note.count for note in found.notes} == {"row without a package": 3, "interval length assumed": 1}
    with pytest.raises(LogError, match=r"no row"):
        readings(write(header + f"{FIRST} 20.0\n{FIRST + 1} 20.0\n"))
