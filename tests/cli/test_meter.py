"""``lca-ai measure`` and ``lca-ai watch``, as processes: exit status, output, signals, summary, view."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from lca_ai.logs.energy import read_energy
from lca_ai.meter.base import SourceUnavailable
from lca_ai.meter.sources import find
from lca_ai.models.power import PowerLog

RUN = [sys.executable, "-c", "from lca_ai.cli import main; main()"]
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
        (["measure", "--every", "0s", "--", "true"], "no time passes"),
        (["measure", "--sources", "nvlm", "--", "true"], "unknown source"),
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
    done = cli("watch", "--once", "--every", "200ms", "--location", "FR", "--json", cwd=tmp_path)
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
