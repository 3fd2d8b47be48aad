"""What the tests share: where the real logs lie, how a log is written and read, how long examples are searched."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from lca_ai.logs.energy import read_energy, read_power_log

settings.register_profile(
    "default",
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("search", settings.get_profile("default"), derandomize=False, max_examples=1_000)
settings.load_profile("default")


@pytest.fixture(scope="session")
def logs():
    """Folder of the real logs."""
    return Path(__file__).parent / "data" / "logs"


@pytest.fixture(scope="session")
def mlperf():
    """The wall power of a server over one MLPerf run."""
    return Path(__file__).parent.parent / "datasets" / "mlperf-r7525" / "spl.txt"


@pytest.fixture
def write(tmp_path):
    """Write a log file; give its path."""

    def _write(content, name="log.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def read(write):
    """Write a log file and integrate it."""

    def _read(content, name="log.csv", **options):
        return read_energy(read_power_log(write(content, name), **options))

    return _read


@pytest.fixture
def counts():
    """The notes of a reading, as name -> count."""
    return lambda reading: {note.what: note.count for note in reading.notes}


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """Take Ctrl-C, as what is run here does: a shell that runs the tests in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
