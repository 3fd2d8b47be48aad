"""The command ``location``, and messages in the words of whoever reads them: an option in the shell, an argument in Python."""

import json
import subprocess
import sys

import pytest

import lca_ai as lca
from lca_ai.logs.energy import read_energy, read_power_log

NAIVE = "time,power\n2024-01-01T00:00:00,100\n2024-01-01T01:00:00,100\n"


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", "from lca_ai.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd, timeout=120,
    )  # fmt: skip


def fails(*arguments, cwd=None):
    """The one line of a failure."""
    done = command(*arguments, cwd=cwd)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_the_time_zone_is_asked_for_by_its_option_in_the_shell_and_its_argument_in_python(tmp_path):
    (tmp_path / "log.csv").write_text(NAIVE)
    told = fails("energy", "log.csv", cwd=tmp_path)
    assert "accepted: --timezone ..., e.g. Europe/Paris" in told
    assert "timezone=" not in told
    with pytest.raises(lca.LcaAiError, match=r"accepted: timezone=\.\.\."):
        read_power_log(tmp_path / "log.csv")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--timezone", "Foo/Bar"], "--timezone: unknown time zone"),
        (["--timezone", "UTC", "--max-gap", "3"], "--max-gap: a number without a unit"),
        (["--timezone", "UTC", "--start", "noon"], "--start: this is not a time"),
        (["--timezone", "UTC", "--start", "2025-01-01"], "--start, --end: the window holds no reading"),
        (["--columns", "time=0,power=9"], "--columns: no such column"),
    ],
)
def test_a_fault_of_an_option_names_the_option(options, words, tmp_path):
    (tmp_path / "log.csv").write_text(NAIVE)
    assert words in fails("energy", "log.csv", *options, cwd=tmp_path)


def test_columns_are_asked_for_as_the_shell_writes_them(tmp_path):
    (tmp_path / "log.csv").write_text("a,b\n1,2\n")
    assert "accepted: --columns time=COLUMN,power=COLUMN:W\n" in fails("energy", "log.csv", cwd=tmp_path)
    (tmp_path / "log.csv").write_text("time,power\n1704067200,100\n1704070800,100\n")
    told = fails("energy", "log.csv", cwd=tmp_path)
    assert "--columns time=" in told
    assert "columns={" not in told


def test_the_command_of_another_tool_is_told_as_it_is(tmp_path):
    (tmp_path / "dmon.txt").write_text("# gpu    pwr\n# Idx      W\n    0     67\n    0     68\n")
    told = fails("energy", "dmon.txt", cwd=tmp_path)
    assert "accepted: nvidia-smi --query-gpu=timestamp,uuid,power.draw.average --format=csv -l 1; or" in told


def test_an_empty_folder_is_not_called_a_missing_file(tmp_path):
    assert "LOG: the folder holds no file" in fails("energy", tmp_path)
    assert "LOG: no such file" in fails("energy", tmp_path / "none.csv")
    with pytest.raises(lca.LcaAiError, match=r"power\.files: the folder holds no file"):
        read_power_log(tmp_path)


@pytest.mark.parametrize(
    ("stamps", "timezone", "told"),
    [
        (["2024-01-01T00:00:00Z", "2024-01-01T00:10:00", "2024-01-01T00:20:00Z", "2024-01-01T00:30:00Z"], None,
         "1 without an offset among times with one"),
        (["2024-01-01T00:00:00", "2024-01-01T00:10:00Z", "2024-01-01T00:20:00", "2024-01-01T00:30:00"], "UTC",
         "1 with an offset among times without one"),
        (["2024-01-01T00:00:00Z", "broken", "2024-01-01T00:20:00Z", "2024-01-01T00:30:00Z"], None,
         "the cell is not a time stamp"),
    ],
)  # fmt: skip
def test_times_of_two_kinds_are_counted_and_told_apart_from_unreadable_ones(stamps, timezone, told, tmp_path):
    (tmp_path / "log.csv").write_text("time,power\n" + "".join(f"{stamp},100\n" for stamp in stamps))
    found = read_energy(read_power_log(tmp_path / "log.csv", timezone=timezone))
    note = next(note for note in found.notes if note.what == "unreadable time")
    assert note.count == 1
    assert note.detail.startswith(told)


def test_location_shows_each_figure_with_its_source():
    done = command("location", "FR", "--year", "2021", "--pue", "1.15")
    assert done.returncode == 0, done.stderr
    for words in (
        "FR: France",
        "share of nuclear",
        "grid losses",
        "1.15 kWh/kWh",
        "given",
        "[world-bank-losses]",
        "not the EF 3.1 set",
    ):
        assert words in done.stdout


def test_location_as_json_is_the_table(tmp_path):
    (tmp_path / "series.csv").write_text("time,coal_mw\n2022-06-01T05:00Z,1000\n")
    done = command("location", "IN-SO", "--hourly", "series.csv", "--json", cwd=tmp_path)
    data = json.loads(done.stdout)
    figures = {one["what"]: one for one in data["figures"]}
    assert (data["zone"], data["name"], data["country"]) == ("IN-SO", "Southern India", "IN")
    assert figures["hourly series"]["value"] == "series.csv"
    assert figures["generation mix"]["basis"] == "missing"
    assert figures["generation mix"]["value"] is None
    assert {key for one in data["figures"] for key in one["source"].split(";")} - {"", "study"} == set(data["sources"])


def test_location_of_a_cloud_region_and_by_proxy():
    assert "aws eu-west-3" in command("location", "--cloud", "aws", "--region", "eu-west-3").stdout
    assert "WOR stands in for XX, as chosen" in command("location", "XX", "--proxy", "WOR").stdout


def test_location_search_lists_zones_and_regions():
    lines = command("location", "--search", "virginia").stdout.splitlines()
    codes = {line[:28].strip() for line in lines}
    assert {"US-VA", "US-WV", "aws us-east-1"} <= codes
    assert {one["code"] for one in json.loads(command("location", "--search", "virginia", "--json").stdout)} == codes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["XX"], "ZONE: unknown grid zone"),
        (["Georgia"], "GE (country: Georgia) or US-GA"),
        (["eu-west-3"], "--cloud aws --region eu-west-3"),
        ([], "ZONE: no place"),
        (["--cloud", "aws"], "accepted: --cloud aws, --region eu-west-3"),
        (["FR", "--proxy", "WOR"], "--proxy: FR has a mix of its own"),
        (["FR", "--hourly", "none.csv"], "--hourly: no such file"),
        (["FR", "--year", "1066"], "--year: "),
        (["--search", "virgina"], "did you mean Virginia"),
    ],
)
def test_a_place_that_is_none_is_one_line_with_the_remedy(arguments, words):
    assert words in fails("location", *arguments)
