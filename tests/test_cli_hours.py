"""The command that tells when to run, as a user meets it."""

import csv
import json
import subprocess
import sys

import pytest

STUDY = ["best-hours", "resnet50-texas", "--earliest", "2022-07-01T12:00Z", "--within", "3 d"]


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", "from lca_ai.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd, timeout=120,
    )  # fmt: skip


def test_the_summary_tells_the_plans_and_what_to_know():
    done = command(*STUDY, "--interruptible", "--timezone", "America/Chicago")
    assert done.returncode == 0, done.stderr
    for told in ("fixed", "deferrable", "interruptible", "saves", "90 % interval", "attributional", "-0500"):
        assert told in done.stdout


def test_json_has_every_table_and_no_nan():
    done = command(*STUDY, "--location", "US-CISO", "--json")
    found = json.loads(done.stdout)
    assert found["zone"] == "US-CISO"
    assert found["series"] == "US-CISO-2022"
    assert [row["kind"] for row in found["table"]] == ["fixed", "deferrable"]
    fixed, moved = found["table"]
    assert fixed["start"] == "2022-07-01T12:00:00+00:00"
    assert moved["saving"] == pytest.approx(fixed["amount"] - moved["amount"])
    assert moved["saving_low"] < moved["saving"] < moved["saving_high"]
    assert {"climate change", "water use"} <= {row["category"] for row in found["categories"]}
    assert "eia-930-2022" in found["sources"]


def test_out_writes_the_tables(tmp_path):
    done = command(*STUDY, "--out", tmp_path / "when")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "when").iterdir()} == {
        "best_hours.json", "table.csv", "hours.csv", "categories.csv", "regret.csv",
    }  # fmt: skip
    data = json.loads((tmp_path / "when" / "best_hours.json").read_text())
    with (tmp_path / "when" / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["amount"]) for row in rows] == pytest.approx([row["amount"] for row in data["table"]])


def test_a_series_of_ones_own_is_read(tmp_path):
    hours = "".join(f"2022-07-01T{hour:02}:00Z,{100 + 10 * abs(hour - 20)}\n" for hour in range(24))
    (tmp_path / "own.csv").write_text("time,carbon_intensity\n" + hours)
    done = command(
        *STUDY[:4], "--within", "12 h", "--hourly", "own.csv", "--grid-kind", "marginal", "--json", cwd=tmp_path
    )
    found = json.loads(done.stdout)
    assert found["grid_kind"] == "marginal"
    assert found["table"][1]["start"] == "2022-07-01T20:00:00+00:00"
    assert found["table"][1]["saving_low"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--within", "7 d"], "the run as it was is outside US-ERCO-2022"),
        (["--earliest", "2022-07-01T12:00", "--within", "7 d"], "earliest: a time without a zone"),
        (["--location", "FR", "--within", "7 d"], "no hourly series of FR"),
        (["--earliest", "2022-07-01T12:00Z", "--deadline", "2022-07-01T12:05Z"], "before the run can end"),
        (["--earliest", "2022-07-01T12:00Z", "--within", "0 h"], "more than zero"),
        (["--min-chunk", "1 h"], "not interruptible"),
        (["--out", "taken/file"], "cannot be written"),
    ],
)
def test_a_wrong_question_is_one_line_and_status_2(arguments, told, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = command("best-hours", "resnet50-texas", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert told in lines[0]


def test_a_study_that_does_not_exist_is_told():
    done = command("best-hours", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
