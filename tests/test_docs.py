"""The documentation is executed: every block of Python, every example of the command line, every link.

A page runs in a folder of its own that holds the files it speaks of; its blocks share their names, in order.
"""

import datetime as dt
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from lca_ai import cli, tables

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKED = [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "LICENSES.md", "CHANGELOG.md", "benchmarks/README.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^(?:\$ )?(lca-ai .*)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|home|root|Users)/\w")

GPUS, SECONDS = 8, 600
START = dt.datetime(2024, 3, 1, 9, 0, 0, tzinfo=dt.UTC)


def gpu_log():
    """As nvidia-smi writes it: eight GPUs, one reading a second for ten minutes, local time."""
    random = np.random.default_rng(1)
    lines = ["timestamp, index, uuid, power.draw [W]"]
    for second in range(SECONDS + 1):
        stamp = (START + dt.timedelta(seconds=second)).strftime("%Y/%m/%d %H:%M:%S.000")
        watts = 600 + 40 * random.random(GPUS)
        lines += [
            f"{stamp}, {gpu}, GPU-{gpu:08d}-0000-0000-0000-000000000000, {watts[gpu]:.2f} W" for gpu in range(GPUS)
        ]
    return "\n".join(lines) + "\n"


def run_log():
    times = pd.date_range("2024-03-01 09:30", periods=3601, freq="s", tz="UTC")
    return pd.concat(
        [pd.DataFrame({"time": times, "device": f"gpu{one}", "power [W]": 350.0 + one}) for one in range(2)]
    )


def meter_log():
    return "ts,p,host\n" + "".join(f"{1_709_280_000 + 10 * step},{480_000 + step},node-1\n" for step in range(60))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files that the documentation speaks of, under the names it gives them."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "runs/042").mkdir(parents=True)
    for name in ("gpus.csv", "nvidia-smi.csv", "runs/042/nvidia-smi.csv"):
        (folder / name).write_text(gpu_log(), encoding="utf-8")
    (folder / "meter.csv").write_text(meter_log(), encoding="utf-8")
    run_log().to_parquet(folder / "run.parquet", index=False)
    shutil.copy(tables.data_root() / "datasets/mlperf-r7525/spl.txt", folder)
    for name in ("studies", "mlperf-r7525"):
        shutil.copytree(tables.data_root() / "datasets" / name, folder / "datasets" / name)
    study = (folder / "datasets/studies/resnet50-france.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(study.replace("../mlperf-r7525/", ""), encoding="utf-8")
    return folder


@pytest.fixture
def folder(files, tmp_path, monkeypatch):
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page):
    """Each block with the number of its line."""
    text = page.read_text(encoding="utf-8")
    return [(text[: found.start(1)].count("\n"), found[1]) for found in BLOCK.finditer(text)]


def run_page(page):
    names = {"__name__": "docs"}
    for line, code in blocks(page):
        exec(compile("\n" * line + code, str(page), "exec"), names)  # noqa: S102 (the documentation is the test)
    return names


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_a_page_runs(page):
    run_page(page)


def test_getting_started_does_what_it_says(folder, capsys):
    names = run_page(ROOT / "docs/getting-started.md")
    shown = capsys.readouterr().out
    for file in ("run-042.html", "run-042.md"):
        assert (folder / file).stat().st_size > 1_000
    assert "climate change" in shown
    assert re.search(r"^[\d.e-]+ t CO2e$", shown, re.MULTILINE)
    assert "Frnace" in shown
    assert "did you mean France" in shown
    assert re.search(r"^FR 0\.65\d* 0\.0\d+$", shown, re.MULTILINE)
    assert names["shown"].zone == "FR"
    assert "hourly series" in [one.what for one in names["shown"].missing]
    measured = names["lca"].assess(names["run"], names["scope"]).readings["run 042"]
    assert measured.total == pytest.approx(GPUS * 620 * SECONDS / 3.6e6, rel=1e-2)
    assert names["hours"]["energy [kWh]"].sum() == pytest.approx((350 + 351) / 1000, rel=1e-9)
    assert len(names["hours"]) == 4


def test_getting_started_shows_the_calls_that_matter():
    text = (ROOT / "docs/getting-started.md").read_text(encoding="utf-8")
    calls = [
        'lca.read_power_log("gpus.csv", timezone="Europe/Paris", covers=["gpu"])', 'lca.hardware("dgx-h100")',
        'lca.location("FR", pue=', "lca.GoalAndScope(", "lca.energy(", "lca.assess(run, scope)", "result.summary()",
        'result["climate change"].to("tonne CO2e")', 'result.by("life cycle stage")', "result.impacts",
        "lca.contributions(result).head(5)", "result.gaps", 'lca.report(result).write("run-042.html")',
        "lca.InferenceService(", ".between(", 'lca.assess(lca.read_study("study.yaml"))',
    ]  # fmt: skip
    assert not [call for call in calls if call not in text]


def examples():
    """The examples that the commands themselves give."""
    group = typer.main.get_command(cli.app)
    return [
        (name, command.epilog.removeprefix("Example: ")) for name, command in group.commands.items() if command.epilog
    ]


@pytest.mark.parametrize(("name", "example"), examples(), ids=[name for name, _ in examples()])
@pytest.mark.usefixtures("folder")
def test_an_example_of_a_command_runs(name, example):
    words = shlex.split(example.partition(" > ")[0])
    assert words[:2] == ["lca-ai", name]
    done = CliRunner().invoke(cli.app, words[1:])
    assert done.exit_code == 0, done.output or done.exception


def test_every_command_gives_an_example():
    group = typer.main.get_command(cli.app)
    assert {name for name, _ in examples()} == set(group.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_on_a_page_exist(page):
    group = typer.main.get_command(cli.app)
    shown = {shlex.split(line, comments=True)[1] for line in CONSOLE.findall(page.read_text(encoding="utf-8"))}
    assert shown <= set(group.commands)


def test_the_generated_parts_are_up_to_date():
    command = [sys.executable, ROOT / "tools/build_docs.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run tools/build_docs.py"


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    missing = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(target)
    assert not missing


def anchors(page):
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_no_path_of_a_machine_is_on_a_page(page):
    assert not MACHINE.search(page.read_text(encoding="utf-8"))


def test_every_page_is_linked_from_the_index():
    index = set(LINK.findall((ROOT / "docs/index.md").read_text(encoding="utf-8")))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= index


def test_every_package_is_in_the_licences():
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
    attribution = text.partition("## Attribution")[2]
    for name, package in tables.packages().items():
        assert f"[`{name}`]({name}/NOTICE.md)" in text
        assert f"`{name}`" in attribution
        assert package.licence in text


def test_every_share_alike_package_is_named_as_one():
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8").partition("## Share-alike packages")[2]
    alike = {name for name, package in tables.packages().items() if {"SA", "ODbL"} & set(package.licence.split("-"))}
    assert alike
    assert not [name for name in alike if f"`{name}`" not in text]


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("Apache License\n")
    assert all(f"\n   {number}. " in text for number in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in text
    assert "APPENDIX: How to apply" in text
