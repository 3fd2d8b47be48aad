"""What the tests of the meter share: sources of known power that other processes can import too, and such processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))


@pytest.fixture
def program():
    """Start a program that measures; its arguments are those of the fixture."""
    started = []

    def start(code, *args, **options):
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=env, **options,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def finished(program):
    """Run a program to its end; gives what it printed."""

    def run(code, *args, **options):
        process = program(code, *args, **options)
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return printed

    return run


@pytest.fixture
def rows():
    """The rows of the log in a folder, as dictionaries of text."""

    def read(folder):
        (path,) = folder.glob("power-*.csv")
        header, *lines = path.read_text().splitlines()
        return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]

    return read
