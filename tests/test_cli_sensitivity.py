"""The command that tells what drives a result, as a user meets it."""

import csv
import json
import subprocess
import sys

import pytest

STUDY = ["sensitivity", "resnet50-france", "--samples", "256"]
CLIMATE = ["--category", "climate change"]


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", "from lca_ai.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd, timeout=120,
    )  # fmt: skip


def test_the_sentences_are_printed():
    done = command(*STUDY, *CLIMATE)
    assert done.returncode == 0, done.stderr
    assert "climate change: 71 % of the variance hangs on factors of hydro (WOR)" in done.stdout
    assert "taken as they are" in done.stdout


def test_json_has_every_table_and_no_nan():
    found = json.loads(
        command(*STUDY, *CLIMATE, "--category", "water use", "-i", "pue=uniform(1, 1.4)", "--json").stdout
    )
    assert {row["category"] for row in found["variance"]} == {"climate change", "water use"}
    assert "PUE of FR" in {row["input"] for row in found["indices"]}
    assert {"indices", "tornado", "measure_next", "sentences", "samples", "seed"} <= set(found)


def test_out_writes_indices_tornado_and_result(tmp_path):
    done = command(*STUDY, "--choices", "all", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"sensitivity.csv", "tornado.csv", "result.json"}
    data = json.loads((tmp_path / "out" / "result.json").read_text())
    for name, key in (("sensitivity", "indices"), ("tornado", "tornado")):
        with (tmp_path / "out" / f"{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["input"] for row in rows] == [row["input"] for row in data[key]]
    assert "choice" in {row["kind"] for row in data["indices"]}


def test_the_same_seed_gives_the_same_files(tmp_path):
    for name in ("one", "two"):
        command(*STUDY, "-i", "energy=normal(5 %)", "--seed", "4", "--out", tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--samples", "1000"], "--samples: Sobol points are balanced only in powers of two"),
        (["--category", "climate"], "did you mean climate change"),
        (["-i", "pu=1.2"], "no such input"),
        (["--choices", "life"], "no such choice"),
        (["--out", "taken/file"], "cannot be written"),
    ],
)
def test_a_wrong_question_is_one_line_and_status_2(arguments, told, tmp_path):
    (tmp_path / "taken").write_text("a file")
    done = command("sensitivity", "resnet50-france", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert told in lines[0]


def test_a_study_that_does_not_exist_is_told():
    done = command("sensitivity", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
