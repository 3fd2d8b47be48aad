"""``lca-ai measure`` and ``lca-ai watch``, as processes: exit status, output, signals, summary, view."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import version

import pytest

import lca_ai
from lca_ai import tables
from lca_ai.cli.meter_study import write
from lca_ai.errors import InputError
from lca_ai.logs.energy import read_energy
from lca_ai.meter.base import Reading, Sensor, SourceUnavailable
from lca_ai.meter.sources import NAMES, find
from lca_ai.models.power import PowerLog
from lca_ai.models.scope import FunctionalUnit, GoalAndScope
from lca_ai.models.study import read_study

RUN = [sys.executable, "-c", "from lca_ai.cli import main; main()"]
GOAL = GoalAndScope(goal="A test", functional_unit=FunctionalUnit(description="a run", reference_flow="1 model"))
posix = pytest.mark.skipif(os.name != "posix", reason="signals and exit statuses of POSIX")


@pytest.fixture(scope="module", autouse=True)
def _something_to_read():
    try:
        found = find("auto")
    except SourceUnavailable as why:  # pragma: no cover
        pytest.skip(str(why))
    found.close()
    if not found.opened:
        pytest.skip("no source is usable on this machine")


def cli(*words, **given):
    return subprocess.run([*RUN, *map(str, words)], capture_output=True, text=True, check=False, timeout=90, **given)


def measured(folder, *command, **given):
    return cli("measure", "--out", folder, "--every", "100ms", "--", *command, **given)


@posix
@pytest.mark.parametrize(
    ("code", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
)
def test_the_exit_status_is_that_of_the_command(tmp_path, code, status):
    done = measured(tmp_path / "run", "sh", "-c", code)
    assert done.returncode == status
    assert re.search(r"lca-ai: run: .* in \d+\.\d s", done.stderr)


@posix
def test_input_and_output_are_those_of_the_command(tmp_path):
    done = measured(tmp_path / "run", "sh", "-c", "cat; echo wrong >&2", input="in\nout\n")
    assert done.stdout == "in\nout\n"
    assert done.stderr.startswith("wrong\n")
    assert all(line.startswith("lca-ai: ") for line in done.stderr.splitlines()[1:])


def test_a_command_that_is_not_there_or_cannot_be_run_ends_as_in_shells(tmp_path):
    done = measured(tmp_path / "run", "no-such-command-here")
    assert (done.returncode, done.stderr) == (127, "lca-ai: no-such-command-here: command not found\n")
    plain = tmp_path / "plain"
    plain.write_text("text")
    assert measured(tmp_path / "run", str(plain)).returncode == 126
    assert not (tmp_path / "run").exists()


def test_options_of_the_command_are_not_ours(tmp_path):
    done = cli(
        "measure",
        "--out",
        tmp_path / "run",
        sys.executable,
        "-c",
        "import sys; print(sys.argv[1:])",
        "--out",
        "x",
        "-h",
    )
    assert done.stdout == "['--out', 'x', '-h']\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["measure"], "COMMAND: nothing to measure"),
        (["measure", "--pid", "1", "--", "true"], "a command or --pid, not both"),
        (["measure", "--location", "Frnace", "--", "true"], "unknown grid zone (got 'Frnace')"),
        (["measure", "--every", "0s", "--", "true"], "--every: no time passes"),
        (["measure", "--every", "abc", "--", "true"], "--every: this is no time (got 'abc'); accepted: a time such as"),
        (["measure", "--every", "nan", "--", "true"], "--every: this is no time (got 'nan')"),
        (["watch", "--every", "inf", "--once"], "--every: this is no time (got 'inf')"),
        (["measure", "--sources", "nvlm", "--", "true"], "unknown source (got 'nvlm')"),
        (["watch", "--sources", "bogus", "--once"], f"accepted: auto, {', '.join(NAMES)}"),
        (["measure", "--sources", "model=much", "--", "true"], "--sources: this is no rated power (got 'model=much')"),
        (["measure", "--sources", ",", "--", "true"], "--sources: no source is named"),
        (["measure", "--pid", "abc"], "'--pid'"),
        (["measure", "--bogus", "--", "true"], "--bogus"),
        (["watch", "and", "more"], "and more"),
        (["measure", "--pue", "1.2", "--", "true"], "--pue: there is no place for it (got 1.2)"),
        (["watch", "--pue", "1.2", "--once"], "--pue: there is no place for it (got 1.2)"),
        (["watch", "--metrics", "9400", "--once"], "--metrics: a view that ends serves nothing"),
        (["watch", "--metrics", "99999"], "--metrics: this is no port (got 99999)"),
        (["watch", "--out", "", "--once"], "--out: no folder"),
        (["measure", "--out", "", "--", "true"], "--out: no folder"),
        (["measure", "--study", "a.yaml", "--", "true"], "--study: a study needs a place"),
        (["measure", "--study", "a.txt", "--location", "FR", "--", "true"], "--study: not the name of a study"),
        (["measure", "--pid", "4194305"], "--pid: no such process"),
        (["watch", "--out", "no-such-folder"], "no such folder"),
        (["watch", "--location", "Frnace", "--once"], "unknown grid zone"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(words, told, tmp_path):
    done = cli(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("lca-ai: ")
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["measure", "--", "true"], ["watch", "--once"]])
def test_a_source_that_is_named_and_not_here_ends_it_with_the_reason(words, tmp_path):
    found = find("auto")
    found.close()
    here = {one.source.name for one in found.opened}
    why = next(one for one in found.unavailable if one.source not in here and one.source != "model")
    done = cli(words[0], "--sources", why.source, *words[1:], cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"lca-ai: --sources: {why.source}: {why.reason}")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_that_of_the_package():
    done = cli("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"lca-ai {version('lca-ai')}\n", "")
    assert lca_ai.__version__ == version("lca-ai")


def test_without_words_the_help_is_shown():
    done = cli()
    assert done.returncode in {0, 2}  # by the version of the library that reads the command line
    assert "Usage: " in done.stdout + done.stderr
    assert "measure" in done.stdout + done.stderr


def test_a_warning_is_marked_as_ours():
    code = (
        "import logging, sys; from lca_ai.cli import main; from lca_ai.cli.shared import app\n"
        "@app.command()\ndef warns(): logging.getLogger('lca_ai.meter').warning('the disk is full')\n"
        "sys.argv = ['lca-ai', 'warns']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=90)
    assert (done.returncode, done.stderr) == (0, "lca-ai: the disk is full\n")


def test_a_measurement_leads_to_a_report(tmp_path):
    """From the folder of a measurement to its impacts: the study that is written, and the command that is told."""
    words = ["--location", "FR", "--pue", "1.1", "--study", "run/study.yaml", "--", sys.executable, "-c", "pass"]
    done = cli("measure", "--out", "run", "--every", "100ms", *words, cwd=tmp_path)
    assert done.stderr.splitlines()[-1] == "lca-ai: lca-ai assess run/study.yaml"
    assessed = cli("assess", "run/study.yaml", cwd=tmp_path)
    assert assessed.returncode == 0, assessed.stderr
    result = json.loads((tmp_path / "report" / "result.json").read_text())
    measured = read_energy(PowerLog(files=(str(tmp_path / "run"),))).total  # the study beside the log is no log
    study = read_study(tmp_path / "run" / "study.yaml")
    assert study.workloads[0].location.pue == 1.1
    (climate,) = (row["amount"] for row in result["totals"] if row["category"] == "climate change")
    assert climate > 0.02 * measured  # the grid of France alone is above 20 g/kWh
    again = cli("measure", "--out", "run", *words, cwd=tmp_path)
    assert again.returncode == 2
    assert "--study: there is a study already" in again.stderr


def test_the_study_of_a_sensor_has_its_log(tmp_path):
    class Plug:
        name = "plug"

        def open(self):
            self.zero = time.monotonic()
            return [Sensor("node", "node", "counter")]

        def read(self):
            return [Reading("node", energy_j=500.0 * (time.monotonic() - self.zero))]

        def close(self):
            pass

    folder = tmp_path / "run [1]"
    with lca_ai.measure(folder, [Plug()], "50 ms") as window:
        time.sleep(0.3)
    told = write(tmp_path / "studies" / "one.yaml", window, "run 1", lca_ai.location("FR", pue=1.2))
    assert told == []
    (run,) = read_study(tmp_path / "studies" / "one.yaml").workloads
    assert run.power.files == ("../run [[]1]/power-*.csv",)
    assert (run.name, run.location.zone, run.location.pue) == ("run 1", "FR", 1.2)
    assert read_energy(run.power).total == pytest.approx(window.energy.to("kWh").magnitude, rel=1e-6)
    direct = lca_ai.assess(window.training_run(location=lca_ai.location("FR", pue=1.2)), GOAL).totals["amount"]
    assert lca_ai.assess(run, GOAL).totals["amount"].to_dict() == pytest.approx(direct.to_dict(), nan_ok=True)


def test_a_rated_power_of_the_processors_is_given_by_its_number(tmp_path):
    done = cli("watch", "--sources", "model=200 W", "--once", "--every", "200ms", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (cpu,) = (one for one in json.loads(done.stdout)["sensors"] if one["covers"] == ["cpu"])
    assert cpu["modelled"]
    share = tables.assumptions()["cpu_power_share_of_rated"]
    assert 200.0 * float(share["low"]) <= cpu["power_w"] <= 200.0 * float(share["high"])


@pytest.mark.parametrize("sources", [None, 5, [7]])
def test_what_is_no_source_is_told_in_python(tmp_path, sources):
    with pytest.raises(InputError, match=r"sources: this is no source.*; accepted: auto, names \(nvml, "):
        lca_ai.measure(tmp_path / "run", sources=sources).start()


def test_energy_takes_the_folder_of_a_log(tmp_path):
    assert measured(tmp_path / "run", sys.executable, "-c", "pass").returncode == 0
    table = lca_ai.energy(str(tmp_path / "run"))
    assert table["energy [kWh]"].sum() == read_energy(PowerLog(files=(str(tmp_path / "run"),))).total
    for wrong in (None, 5, ""):
        with pytest.raises(InputError, match="accepted: a path, or a log of read_power_log"):
            lca_ai.energy(wrong)


def test_the_end_of_a_command_waits_for_no_heavy_library(tmp_path):
    """The energy is told by the window's own account, before anything is imported to divide it."""
    code = (
        "import sys; from lca_ai.cli import meter_words; from lca_ai.meter.measure import measure\n"
        "with measure(sys.argv[1]) as window: pass\n"
        "told = list(meter_words.energy(window, 'run', 0, None))\n"
        "print([name for name in ('pandas', 'pint', 'pydantic') if name in sys.modules], told[0])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
    assert done.stdout.startswith("[] run: ")


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_a_signal_reaches_the_command_and_the_measurement_ends_well(tmp_path, name):
    number = getattr(signal, name)
    code = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda number, _: (print('got', number, flush=True), sys.exit(9)))\n"
        "print('up', flush=True)\ntime.sleep(30)\n"
    )
    command = [*RUN, "measure", "--out", str(tmp_path / "run"), "--every", "100ms", "--", sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout.readline() == "up\n"
        time.sleep(0.3)
        run.send_signal(number)
        out, told = run.communicate(timeout=30)
    assert (out, run.returncode) == (f"got {int(number)}\n", 9)
    assert "lca-ai: run: " in told
    (log,) = (tmp_path / "run").glob("power-*.csv")
    assert [line.split(",")[2] for line in log.read_text().splitlines() if ",end," in line]
    assert read_energy(PowerLog(files=(str(tmp_path / "run"),))).total > 0


@posix
def test_the_keys_of_a_terminal_reach_the_command_once(tmp_path):
    code = (
        "import signal, time\ncount = []\nsignal.signal(signal.SIGINT, lambda *_: count.append(1))\n"
        "print('up', flush=True)\nend = time.time() + 1.5\n"
        "while time.time() < end: time.sleep(0.1)\nprint('got', len(count), flush=True)\n"
    )
    command = [*RUN, "measure", "--out", str(tmp_path / "run"), "--every", "100ms", "--", sys.executable, "-c", code]
    pid, terminal = os.forkpty()
    if pid == 0:
        os.execv(command[0], command)  # noqa: S606 (the child of this test)
    shown = b""
    while b"up" not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    try:
        while piece := os.read(terminal, 1024):
            shown += piece
    except OSError:  # the terminal of a session that has ended
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert b"got 1\r\n" in shown
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"lca-ai: run: " in shown


@posix
def test_a_terminal_has_the_view_in_place(tmp_path):
    pid, terminal = os.forkpty()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(RUN[0], [*RUN, "watch", "--every", "100ms"])  # noqa: S606 (the child of this test)
    shown = b""
    while shown.count(b"together") < 3:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"\x03")
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    assert b"\x1b[?25h" in shown  # the cursor is there again
    assert b"Traceback" not in shown


@posix
def test_a_process_that_runs_is_followed_to_its_end(tmp_path):
    with subprocess.Popen(["sleep", "1.2"]) as other:
        done = cli("measure", "--pid", other.pid, "--out", tmp_path / "run", "--every", "100ms")
        assert other.poll() is not None or other.wait(2) == 0
    assert done.returncode == 0
    assert "the process and its children, while they ran" in done.stderr


@posix
def test_following_ends_with_ctrl_c_and_leaves_the_process(tmp_path):
    with subprocess.Popen(["sleep", "30"]) as other:
        command = [*RUN, "measure", "--pid", str(other.pid), "--out", str(tmp_path / "run"), "--every", "100ms"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
            until = time.monotonic() + 20
            while not list((tmp_path / "run").glob("power-*.csv")) and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(0.5)
            run.send_signal(signal.SIGINT)
            _, told = run.communicate(timeout=30)
        assert run.returncode == 0
        assert "lca-ai: run: " in told
        assert other.poll() is None
        other.kill()


def test_a_place_gives_impacts_and_a_name_is_a_stage(tmp_path):
    command = ["--name", "fit", "--location", "FR", "--pue", "1.1", "--", sys.executable, "-c", "pass"]
    done = cli("measure", "--out", tmp_path / "run", "--every", "100ms", *command)
    assert done.returncode == 0
    assert re.search(r"lca-ai: FR: climate change [\d.]+ \S*g CO2e, primary energy", done.stderr)
    (log,) = (tmp_path / "run").glob("power-*.csv")
    stages = [line.split(",")[2:4] for line in log.read_text().splitlines() if ",stage" in line]
    assert ["stage+", "fit"] in stages
    assert ["stage-", "fit"] in stages


def test_the_view_of_this_machine(tmp_path):
    done = cli("watch", "--once", "--every", "1s", "--location", "FR", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert found["seconds"] > 0.1
    counted = [one["energy_j"] for one in found["sensors"] if one["within"] is None and one["energy_j"] is not None]
    assert found["energy_kwh"] == pytest.approx(sum(counted) / 3.6e6)
    assert found["impacts"]["climate change"]["unit"] == "kg CO2e"
    assert found["impacts"]["climate change"]["amount"] / found["energy_kwh"] == pytest.approx(0.07, abs=0.04)
    shown = cli("watch", "--once", "--every", "200ms", cwd=tmp_path).stdout
    assert "together" in shown
    assert all(one["sensor"] in shown for one in found["sensors"])
    assert list(tmp_path.iterdir()) == []


def test_the_view_of_a_log_without_a_terminal_and_its_metrics(tmp_path):
    assert measured(tmp_path / "run", sys.executable, "-c", "import time; time.sleep(0.4)").returncode == 0
    total = read_energy(PowerLog(files=(str(tmp_path / "run"),))).total
    once = json.loads(cli("watch", "--out", tmp_path / "run", "--once", "--json").stdout)
    assert once["energy_kwh"] == pytest.approx(total, rel=1e-6)
    command = [*RUN, "watch", "--out", str(tmp_path / "run"), "--every", "100ms", "--metrics", "0", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as view:
        address = re.search(r"http://127\.0\.0\.1:\d+/metrics", view.stderr.readline())[0]
        lines = [json.loads(view.stdout.readline()) for _ in range(3)]
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (our own page)
            text = answer.read().decode()
        view.send_signal(signal.SIGINT)
        view.communicate(timeout=10)
    assert view.returncode == 0
    assert [one["energy_kwh"] for one in lines] == [pytest.approx(total, rel=1e-6)] * 3
    joules = sum(
        float(value) for value in re.findall(r'^lca_ai_energy_joules_total\{.*within="".*\} (\S+)$', text, re.MULTILINE)
    )
    assert joules == pytest.approx(total * 3.6e6, rel=1e-6)
