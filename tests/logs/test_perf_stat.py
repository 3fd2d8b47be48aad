"""``perf stat -I -x,``: lines of perf-stat(1), CSV FORMAT; the energies are made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options

STARTED = "# started on Mon Mar 18 10:00:00 2024\n\n"
ORIGIN = 1_710_756_000  # 10:00 UTC
LOG = STARTED + (
    "     1.001048308,19.63,Joules,power/energy-pkg/,2002406532,100.00,,\n"
    "     1.001048308,2.50,Joules,power/energy-ram/,2002406532,100.00,,\n"
    "     2.002369058,19.41,Joules,power/energy-pkg/,2002617705,100.00,,\n"
    "     2.002369058,<not counted>,Joules,power/energy-ram/,2002617705,100.00,,\n"
)


def readings(path, zone="UTC"):
    (found,) = formats.read(path, None, Options(zone))
    return found


def test_the_energy_of_each_interval(write):
    found = readings(write(LOG))
    package = found.frame[found.frame["device"] == "package"]
    assert list(package["energy"]) == [19.63, 19.41]
    assert list(package["start"]) == [ORIGIN * 1_000_000, ORIGIN * 1_000_000 + 1_001_048]
    assert list(package["time"]) == [ORIGIN * 1_000_000 + 1_001_048, ORIGIN * 1_000_000 + 2_002_369]
    assert found.covers == ("cpu", "memory")


@pytest.mark.parametrize("word", ["<not counted>", "<not supported>"])
def test_an_event_that_was_not_counted_is_unknown_and_not_zero(write, word):
    found = readings(write(LOG.replace("<not counted>", word)))
    assert found.frame["energy"].isna().sum() == 1
    assert found.frame["energy"].sum() == pytest.approx(19.63 + 19.41 + 2.5)


def test_sockets_and_domains_are_told_apart(write):
    rows = [
        "1.001,S0,1,38.25,Joules,power/energy-pkg/,1,100.00,,",
        "1.001,S0,1,18.25,Joules,power/energy-cores/,1,100.00,,",
        "1.001,S0,1,8.00,Joules,power/energy-ram/,1,100.00,,",
        "1.001,S1,1,28.25,Joules,power/energy-pkg/,1,100.00,,",
        "1.001,S0,1,1.00,Joules,power/energy-gpu/,1,100.00,,",
    ]
    found = readings(write(STARTED + "\n".join(rows) + "\n"))
    assert dict(zip(found.frame["device"], found.frame["energy"], strict=True)) == {
        "package-S0": 38.25,
        "package-S0/core": 18.25,
        "package-S0/gfx": 1.0,
        "dram-S0": 8.0,
        "package-S1": 28.25,
    }
    assert found.parents == {"package-S0/core": "package-S0", "package-S0/gfx": "package-S0"}


def test_a_log_that_was_appended_to_starts_again(write):
    later = LOG.replace("10:00:00", "11:00:00")
    found = readings(write(LOG + later))
    assert list(found.frame["start"].unique() // 1_000_000 - ORIGIN) == [0, 1, 3_600, 3_601]


def test_the_stamp_is_local(write):
    with pytest.raises(LogError, match=r"no zone"):
        readings(write(LOG), None)
    assert readings(write(LOG), "Europe/Paris").frame["start"][0] == (ORIGIN - 3_600) * 1_000_000


def test_without_a_start_the_log_is_refused_with_the_remedy(write):
    with pytest.raises(LogError, match=r"when the measurement started.*-o file"):
        readings(write(LOG.removeprefix(STARTED)))


def test_a_decimal_comma_is_refused(write):
    with pytest.raises(LogError, match=r"decimal point"):
        readings(write(STARTED + "     1.001048308,19,63,Joules,power/energy-pkg/,2002406532,100.00,,\n"))


@pytest.mark.parametrize("lost", range(1, 60, 7))
def test_a_line_cut_short_is_whole_or_counted(write, lost):
    text = LOG.rsplit("\n", 2)[0] + "\n"
    found = readings(write(text[:-lost]))
    assert set(found.frame["energy"]) <= {19.63, 2.5, 19.41}
    assert len(found.frame) + sum(note.count for note in found.notes) == 3 or len(found.frame) == 2


@given(st.lists(st.tuples(st.floats(0.01, 500), st.floats(0.01, 80)), min_size=1, max_size=10))
def test_what_is_written_is_read(write, energies):
    rows = "".join(
        f"{number + 1}.000000000,{value:.2f},Joules,power/energy-{event}/,1,100.00,,\n"
        for number, pair in enumerate(energies)
        for event, value in zip(("pkg", "ram"), pair, strict=True)
    )
    found = readings(write(STARTED + rows))
    assert list(found.frame["energy"]) == [float(f"{value:.2f}") for pair in energies for value in pair]
    assert (found.frame["time"] - found.frame["start"]).eq(1_000_000).all()


@pytest.mark.parametrize("text", ["893.33,Joules,power/energy-pkg/,20005559241,100.00,,\n", "1.0,1,cycles,1,100\n"])
def test_other_outputs_of_perf_are_not_taken_for_it(text):
    assert not formats.FORMATS["perf-stat"].matches(text)


def energies(found):
    return found.frame.groupby("device")["energy"].sum().to_dict()


TABLE = STARTED + (
    "#           time socket cpus             counts unit events\n"
    "     1.000105300 S0        1              12.50 Joules power/energy-pkg/   (99.5%)\n"
    "     1.000105300 S1        1           1,010.25 Joules power/energy-pkg/\n"
    "     2.000205300 S0        1              12.25 Joules power/energy-pkg/\n"
    "     2.000205300 S1        1      <not counted> Joules power/energy-pkg/\n"
)


def test_the_table_without_a_separator(write):
    found = readings(write(TABLE))
    assert energies(found) == {"package-S0": 24.75, "package-S1": 1010.25}
    assert list(found.frame["time"].unique() // 1_000 - ORIGIN * 1_000) == [1_000, 2_000]


@pytest.mark.parametrize(
    "row",
    [
        "     1,000105300;12,34;Joules;power/energy-pkg/;1;100,00;;\n",
        "   1,000105300    1.012,34 Joules power/energy-pkg/\n",
    ],
)
def test_a_decimal_comma_where_no_comma_separates(write, row):
    assert energies(readings(write(STARTED + row))) in ({"package": 12.34}, {"package": 1012.34})


@pytest.mark.parametrize("place", ["", '"socket" : "S1", "counters" : 1, ', '"core" : "S1-D0-C3", "counters" : 1, '])
def test_json(write, place):
    row = '{"interval" : %d.5, ' + place + '"counter-value" : "%s", "unit" : "Joules", "event" : "power/energy-pkg/"}\n'
    found = readings(write(STARTED + row % (1, "12.250000") + row % (3, "<not counted>") + row % (4, "2.500000")))
    (device,) = energies(found)
    assert device == {"": "package", "1": "package-S1", "3": "package-S1-D0"}[place[13:14] and place.split('"')[3][-1]]
    assert energies(found)[device] == 14.75
    assert found.frame["energy"].isna().sum() == 1


def test_the_energy_of_a_run_with_its_length(write):
    run = (
        " Performance counter stats for 'system wide':\n\n             12.74 Joules power/energy-pkg/\n"
        "              3.59 Joules power/energy-cores/\n\n       5.002000000 seconds time elapsed\n\n"
    )
    found = readings(write(STARTED + run + STARTED.replace("10:00", "11:00") + run))
    assert energies(found) == {"package": 25.48, "package/core": 7.18}
    assert (found.frame["time"] - found.frame["start"]).eq(5_002_000).all()
    assert list(found.frame["start"].unique() // 1_000_000 - ORIGIN) == [0, 3_600]
    with pytest.raises(LogError, match=r"nothing tells how long it took.*12\.74 J of energy-pkg"):
        readings(write(STARTED + run.partition("\n\n       5")[0] + "\n"))


def test_means_of_runs_are_refused(write):
    text = (
        STARTED + " Performance counter stats for 'ls' (10 runs):\n\n  85.09 Joules power/energy-pkg/ ( +-  0.83% )\n"
    )
    with pytest.raises(LogError, match=r"means of several runs.*without -r"):
        readings(write(text + "\n    34.922801 +- 0.000736 seconds time elapsed ( +-  0.00% )\n"))


def test_cores_of_a_package_are_added_and_lie_in_it(write):
    rows = "".join(
        f"1.5,S0-D0-C{core},1,{2 + core}.25,Joules,power_core/energy-core/,1,100.00,,\n"
        f"1.5,S0-D0-C{core},{int(core == 0)},{'30.00' if core == 0 else '<not counted>'},Joules,power/energy-pkg/,1,100.00,,\n"
        for core in range(3)
    )
    found = readings(write(STARTED + rows))
    assert energies(found) == {"package-S0-D0": 30.0, "package-S0-D0/core": 9.75}
    assert found.parents == {"package-S0-D0/core": "package-S0-D0"}
    assert not found.notes


def test_cores_of_other_cpus_than_the_packages_are_not_added_to_them(write):
    rows = [f"1.5,CPU{cpu},2.25,Joules,power_core/energy-core/,1,100.00,," for cpu in (0, 1, 8)]
    rows += [f"1.5,CPU{cpu},30.00,Joules,power/energy-pkg/,1,100.00,," for cpu in (0, 8)]
    found = readings(write(STARTED + "\n".join(rows) + "\n"))
    assert set(energies(found)) == {"package-CPU0", "package-CPU0/core", "package-CPU8", "package-CPU8/core"}
    assert [(note.what, note.count) for note in found.notes] == [("core whose package is not told", 1)]


def test_the_platform_of_sockets_holds_them(write):
    rows = [
        "1.5,S0,1,90.00,Joules,power/energy-psys/,1,100.00,,",
        "1.5,S1,1,0.00,Joules,power/energy-psys/,1,100.00,,",
        "1.5,S0,1,30.00,Joules,power/energy-pkg/,1,100.00,,",
        "1.5,S1,1,35.00,Joules,power/energy-pkg/,1,100.00,,",
    ]
    found = readings(write(STARTED + "\n".join(rows) + "\n"))
    assert energies(found) == {"package-S0": 30.0, "package-S1": 35.0, "psys": 90.0}
    assert found.parents == {"package-S0": "psys", "package-S1": "psys"}
    assert [(note.what, note.count) for note in found.notes] == [("platform told again", 1)]


def test_a_count_without_unit_is_not_taken_for_joules(write):
    rows = "1.5,53150515,,power/energy-pkg/,1,100.00,,\n2.5,12.25,,power/energy-pkg/,1,100.00,,\n"
    found = readings(write(STARTED + rows))
    assert energies(found) == {"package": 12.25}
    assert [note.what for note in found.notes] == ["unreadable line"]


def test_the_sum_of_a_run_after_its_intervals_is_not_added(write):
    run = " Performance counter stats for 'system wide':\n\n  24.75 Joules power/energy-pkg/\n\n  2.01 seconds time elapsed\n"
    found = readings(write(TABLE.replace("S0        1", "").replace("S1        1", "") + run))
    assert 24.75 not in set(found.frame["energy"])
    assert [(note.what, note.count) for note in found.notes] == [("sum of the run", 1)]


def test_a_domain_that_is_always_zero_is_unknown(write):
    rows = "".join(
        f"{n}.5,{j},Joules,power/energy-{e}/,1,100.00,,\n" for n in (1, 2) for e, j in (("pkg", 9.25), ("ram", "0.00"))
    )
    found = readings(write(STARTED + rows + "2.5,0.00,Joules,power/energy-gpu/,1,100.00,,\n"))
    assert found.frame["energy"].isna().sum() == 2
    assert energies(found) == {"dram": 0.0, "package": 18.5, "package/gfx": 0.0}
    assert [(note.what, note.count) for note in found.notes] == [("domain without a counter", 2)]
