"""Search the log readers for inputs that break them, guided by the branches that an input reaches.

    python tools/fuzz_logs.py nvidia-smi --seconds 600
    python tools/fuzz_logs.py nvidia-smi --replay /tmp/fuzz/nvidia-smi/faults/1f0c...
    python tools/fuzz_logs.py --list

Needs atheris (``pip install atheris``; Linux, Python 3.11 or later), and pytest, polars and pyarrow of the extra
``dev``. A target is a format of the log readers, or one of ``recognition``, ``pieces``, ``frames``, ``jobs`` and
``compressed``. The search begins with the small logs of the tests, and with those that ``--collect`` gathers from all
of their tests; it goes on after a fault. Under ``--out`` (``/tmp/fuzz``) it leaves, for each target, ``report.json``
(executions, seconds, faults) and the smallest input of each fault.

A fault is any error but those of ``lca_ai``, any warning, an energy that does not add up (see ``fuzz_checks``), and an
input that takes seconds. Crashes of the interpreter and too much memory end the search, with the input in ``crash-*``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType, ModuleType

ROOT = Path(__file__).parent.parent
#: An input that takes longer is a fault, and one that takes this long is given up. [s of the processor]
_SLOW, _GIVEN_UP = 2.0, 20.0
#: Longer pauses between two inputs are those of a stopped process, and are not counted. [s]
_PAUSE = 10.0
_MOST_MEMORY_MB = 3_000
_LONGEST_SEED, _SHORTENED_LINES = 24_000, 12
_REPORT_EVERY = 10.0


class TooSlowError(Exception):
    """An input that takes seconds."""


@dataclass
class Fault:
    """One way in which inputs fail: how it is told from others, its smallest input, and how many there were."""

    what: str
    smallest: bytes
    trace: str
    count: int = 1


@dataclass
class Search:
    """The search for one target: how inputs are checked, and what was found."""

    target: str
    name: str
    out: Path
    seconds: float
    check: Callable[[str, bytes, Path, str], bool]
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fuzz_logs-")))
    executions: int = 0
    accepted: int = 0
    active: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)
    faults: dict[str, Fault] = field(default_factory=dict)
    _last: float = 0.0
    _written: float = 0.0

    def one(self, data: bytes) -> None:
        """Check one input; leave the process when the time is over."""
        now = time.monotonic()
        self.active += min(now - self._last, _PAUSE) if self._last else 0.0
        self._last = now
        if self.active > self._written + _REPORT_EVERY or self.active >= self.seconds:
            self.report()
            self._written = self.active
        if self.active >= self.seconds:
            sys.stderr.flush()
            os._exit(0)
        self.executions += 1
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, _GIVEN_UP)
        try:
            self.accepted += self.check(self.target, data, self.folder, self.name)
        except Exception as fault:  # noqa: BLE001 (this is what is looked for)
            self._add(data, fault)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        took = time.process_time() - began
        self.slowest = max(self.slowest, (round(took, 3), len(data)))
        if took > _SLOW:
            self._add(data, TooSlowError(f"more than {_SLOW:g} s"))

    def _add(self, data: bytes, fault: Exception) -> None:
        frames = traceback.extract_tb(fault.__traceback__)
        own = [frame for frame in frames if "/lca_ai/" in frame.filename] or frames
        place = f"{Path(own[-1].filename).name}:{own[-1].name}:{own[-1].lineno}" if own else ""
        rule = str(fault) if type(fault).__name__ in {"BrokenRuleError", "TooSlowError"} else ""
        what = " ".join(filter(None, (type(fault).__name__, rule or place)))
        known = self.faults.setdefault(what, Fault(what, data, "", 0))
        known.count += 1
        if known.count > 1 and len(data) >= len(known.smallest):
            return
        known.smallest = data
        known.trace = "".join(traceback.format_exception(fault))[-4_000:]
        folder = self.out / "faults"
        folder.mkdir(parents=True, exist_ok=True)
        key = f"{crc32(what.encode()):08x}"
        (folder / key).write_bytes(data)
        (folder / f"{key}.txt").write_text(f"{what}\n\n{known.trace}", encoding="utf-8", errors="replace")

    def report(self) -> None:
        """Write what was done and found."""
        told = {
            "target": self.target,
            "executions": self.executions,
            "accepted": self.accepted,
            "seconds": round(self.active),
            "slowest [s], bytes": self.slowest,
            "faults": {one.what: {"count": one.count, "bytes": len(one.smallest)} for one in self.faults.values()},
        }
        (self.out / "report.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def _tests_of_logs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("log_samples", ROOT / "tests" / "logs" / "conftest.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tests/logs/conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seeds(collected: Path) -> dict[str, list[tuple[str, bytes]]]:
    """The logs that a search begins with, by target: the name of each file, and its bytes."""
    from fuzz_seeds import of_others, shortened

    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, list[tuple[str, bytes]]] = _tests_of_logs().small_logs(Path(folder))
    for one in sorted(collected.glob("*/*")):
        found[one.parent.name].append((found[one.parent.name][0][0], one.read_bytes()))
    found |= of_others(found)
    return {
        target: [(name, part) for name, data in many for part in shortened(data, _LONGEST_SEED, _SHORTENED_LINES)]
        for target, many in found.items()
    }


def collect(folder: Path) -> None:
    """Gather the small logs that the tests read, by their formats."""
    import pytest

    from lca_ai.logs import formats

    plain = formats.read

    def read(path: Path, name: str | None, options: Any) -> Any:
        found = plain(path, name, options)
        data = path.read_bytes()
        if found and len(data) <= _LONGEST_SEED:
            place = folder / found[0].format
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{crc32(data):08x}").write_bytes(data)
        return found

    formats.read = read
    left_out = ["test_bad_input", "test_oracle", "test_laws", "test_stream"]
    ignored = [f"--ignore={ROOT}/tests/logs/{name}.py" for name in left_out]
    pytest.main(["-q", "-p", "no:cacheprovider", *ignored, str(ROOT / "tests" / "logs")])


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError(f"more than {_GIVEN_UP:g} s")


def search(target: str, out: Path, seconds: float, collected: Path) -> None:
    """Search one target; does not return."""
    import atheris

    with atheris.instrument_imports(include=["lca_ai.logs"]):
        from fuzz_changes import ODD, changed
        from fuzz_checks import check, narrow
    narrow()
    found = seeds(collected)
    others = [data for target, many in found.items() if target not in {"parquet", "compressed"} for _, data in many]
    own = list(dict.fromkeys(data for _, data in found[target]))
    corpus = out / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in own:
        (corpus / f"seed-{crc32(data):08x}").write_bytes(data)
    words = out / "words"
    words.write_text("".join('"' + "".join(f"\\x{sign:02x}" for sign in odd) + '"\n' for odd in ODD if odd))

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        rng = Random(seed)  # noqa: S311 (no secret)
        if rng.random() < 0.35 or not data:  # noqa: PLR2004 (a third)
            return atheris.Mutate(data, most)
        return changed(data, rng, others)[:most]

    state = Search(target, found[target][0][0], out, seconds, check)
    signal.signal(signal.SIGVTALRM, _give_up)
    warnings.simplefilter("error")
    options = {
        "max_len": min(2 * max(map(len, own)) + 1_000, 2 * _LONGEST_SEED), "len_control": 0, "timeout": 3_600,
        "rss_limit_mb": _MOST_MEMORY_MB, "dict": words, "artifact_prefix": f"{out}/", "reload": 0,
    }  # fmt: skip
    arguments = ["fuzz_logs", *(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    atheris.Setup(arguments, state.one, custom_mutator=mutated)
    atheris.Fuzz()


def replay(target: str, path: Path, collected: Path) -> None:
    """Check one input that a search kept, and let its error through."""
    from fuzz_checks import check, narrow

    narrow()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        read = check(target, path.read_bytes(), Path(folder), seeds(collected)[target][0][0])
        print(f"{target}: {'an energy' if read else 'an error of ours'}, {time.process_time() - began:.2f} s")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the tool from the shell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", help="a format, or another target")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long; a stopped process does not count")
    parser.add_argument("--out", type=Path, default=Path("/tmp/fuzz"), help="where the findings go")  # noqa: S108
    parser.add_argument("--replay", type=Path, help="an input to check again")
    parser.add_argument("--collect", action="store_true", help="gather the logs of the tests first")
    parser.add_argument("--list", action="store_true", help="name the targets")
    given = parser.parse_args(arguments)
    collected = given.out / "collected"
    if given.collect:
        collect(collected)
    elif given.list or given.target is None:
        from fuzz_checks import OTHERS

        from lca_ai.logs.formats import FORMATS

        print("\n".join((*FORMATS, *OTHERS)))
    elif given.replay is not None:
        replay(given.target, given.replay, collected)
    else:
        search(given.target, given.out / given.target, given.seconds, collected)


if __name__ == "__main__":
    main()
