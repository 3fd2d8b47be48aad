"""Intel Power Gadget: cumulative energies, the date in the file's name, and the totals at its end."""

import pytest

from lca_ai.errors import LogError
from lca_ai.logs import formats
from lca_ai.logs.records import Options

NAME = "PowerLog_2024-05-31.csv"
HEADER = (
    "System Time,RDTSC,Elapsed Time (sec),Processor Power_0(Watt),Cumulative Processor Energy_0(Joules),"
    "Cumulative Processor Energy_0(mWh),Cumulative DRAM Energy_0(Joules)\n"
)
TOTALS = '\n"Total Elapsed Time (sec) = 2.000"\n"Measured RDTSC Frequency (GHz) = 2.592"\n\n"Cumulative Processor Energy_0 (Joules) = 30.0"\n'


def readings(path, zone="UTC"):
    (found,) = formats.read(path, None, Options(zone))
    return found


def last(found):
    return found.frame.groupby("device")["counter"].last().to_dict()


def test_a_real_log(logs, write):
    """The counters of its last row; the energy before the first row is in them."""
    found = readings(write((logs / "intel-power-gadget.csv").read_bytes(), NAME))
    assert found.kind == "counter"
    assert last(found) == pytest.approx({"package-0": 3.141, "package-0/core": 1.182, "dram-0": 1.426})
    assert found.frame.groupby("device")["counter"].first().eq(0.0).all()
    assert found.parents == {"package-0/core": "package-0"}
    # 14:55:35.726, 0.102 s after the start, which is the first time in the file
    assert found.frame["time"].iloc[1] == 1_717_167_335_726_000
    assert found.frame["time"].iloc[0] == 1_717_167_335_624_000


def test_the_energy_of_a_real_log(logs, read):
    reading = read((logs / "intel-power-gadget.csv").read_bytes(), NAME, timezone="UTC")
    assert reading.total * 3.6e6 == pytest.approx(3.141 + 1.426)
    assert set(reading.covers) == {"cpu", "memory"}


ROWS = "23:59:59:500,1,0.500,10.0,5.000,1.389,0.500\n00:00:00:500,2,1.500,20.0,25.000,6.944,1.500\n"


def test_midnight_is_passed(write):
    found = readings(write(HEADER + ROWS, NAME))
    assert list(found.frame["time"].unique() / 1e6 - 1_717_199_999) == pytest.approx([0.0, 0.5, 1.5])


def test_the_totals_at_the_end_are_no_rows(write):
    found = readings(write(HEADER + ROWS + TOTALS, NAME))
    assert last(found) == pytest.approx({"package-0": 25.0, "dram-0": 1.5})
    assert (found.rows, found.notes) == (2, [])


@pytest.mark.parametrize("name", ["PowerLog.csv", "log_12345678901.csv", "PowerLog_2024-13-31.csv"])
def test_without_a_date_the_log_is_refused_with_the_remedy(write, name):
    with pytest.raises(LogError, match=r"times of day and no date.*PowerLog_2024-05-31"):
        readings(write(HEADER + ROWS, name))


def test_an_energy_that_is_no_number_is_unknown(write):
    found = readings(write(HEADER + ROWS.replace("5.000,1.389", ",1.389", 1), NAME))
    assert found.frame["counter"].isna().sum() == 1


def test_a_row_without_a_time_is_counted(write):
    found = readings(write(HEADER + ROWS + "soon,3,2.5,1,26,7,2\n", NAME))
    assert {note.what: note.count for note in found.notes} == {"unreadable time": 1}
    assert last(found)["package-0"] == 25.0


def test_a_log_without_its_energies_is_refused(write):
    text = "System Time,Elapsed Time (sec),Processor Power_0(Watt)\n10:00:00:000,0.5,10\n"
    with pytest.raises(LogError, match=r"a column is missing.*Cumulative Processor Energy_0"):
        readings(write(text, NAME))


def test_a_header_without_rows(write):
    with pytest.raises(LogError, match=r"a header and no row"):
        readings(write(HEADER + TOTALS, NAME))
