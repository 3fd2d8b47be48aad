"""Where the pieces of a log are integrated: on the cores of this machine, or on a Dask or Spark cluster.

All of them run the same function, which integrates a piece; only parts travel.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Any

from lca_ai.errors import LogError
from lca_ai.logs.parts import Part

if TYPE_CHECKING:
    import pyarrow as pa

    from lca_ai.logs.pieces import Piece

Work = Callable[["Piece"], Part]

_ENGINES = "local, dask (the open client, or this machine), dask://host:port, spark (the session), or spark://host:port"
#: Pieces that one task of a cluster integrates, so that its parts travel as one.
_PIECES_PER_TASK = 8
_LEAST_TASKS = 16


def run(engine: str, work: Work, pieces: list[Piece]) -> Iterator[tuple[Piece, Part]]:
    """Integrate pieces, in any order: each piece and its part, as they are done.

    Raises
    ------
    LogError : for an unknown engine, or one whose library is not installed
    """
    name, _, address = engine.partition("://")
    if name == "local" and not address:
        return _local(work, pieces)
    if name == "dask":
        return _dask(work, pieces, f"tcp://{address}" if address else None)
    if name == "spark":
        return _spark(work, pieces, engine if address else None)
    raise LogError("unknown engine", field="engine", value=engine, accepted=_ENGINES)


def _local(work: Work, pieces: list[Piece]) -> Iterator[tuple[Piece, Part]]:
    """A thread for each core: reading and the sums of arrays let go of the interpreter."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores == 1 or len(pieces) == 1:
        yield from ((piece, work(piece)) for piece in pieces)
        return
    with ThreadPoolExecutor(cores) as pool:
        waiting: dict[Future[Part], Piece] = {}
        rest = iter(pieces)
        try:
            for piece in islice(rest, 2 * cores):
                waiting[pool.submit(work, piece)] = piece
            while waiting:
                done = next(iter(waiting))
                part = done.result()
                piece = waiting.pop(done)
                for following in islice(rest, 1):
                    waiting[pool.submit(work, following)] = following
                yield piece, part
        finally:
            for one in waiting:
                one.cancel()


def _batches(pieces: list[Piece]) -> list[list[Piece]]:
    """A few pieces for each task, fewer where there would be too few tasks for all to have work."""
    size = max(1, min(_PIECES_PER_TASK, len(pieces) // _LEAST_TASKS))
    return [pieces[first : first + size] for first in range(0, len(pieces), size)]


def _together(work: Work, pieces: Iterable[Piece]) -> list[Part]:
    return [work(piece) for piece in pieces]


def _dask(work: Work, pieces: list[Piece], address: str | None) -> Iterator[tuple[Piece, Part]]:
    """A task for a few pieces, on the cluster at an address, the client's that is open, or one of this machine."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise _missing("dask", "dask") from None
    connect: Any = Client
    completed: Any = as_completed
    with ExitStack() as stack:
        try:
            client = stack.enter_context(connect(address)) if address else connect.current()
        except ValueError:
            client = stack.enter_context(connect(processes=True, dashboard_address=None))
        tasks = {client.submit(_together, work, batch, pure=False): batch for batch in _batches(pieces)}
        for task in completed(list(tasks)):
            yield from zip(tasks[task], task.result(), strict=True)


def _spark(work: Work, pieces: list[Piece], master: str | None) -> Iterator[tuple[Piece, Part]]:
    """``mapInArrow`` over rows that are a few pieces each: pickled pieces in, pickled parts out, nothing shuffled."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("spark", "pyspark") from None
    active = SparkSession.getActiveSession()
    builder: Any = SparkSession.builder.appName("lca_ai")
    session: Any = active or (builder.master(master) if master else builder).getOrCreate()
    if active is None and session.sparkContext.master.startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        session.sparkContext.pythonExec = sys.executable
    batches = _batches(pieces)
    rows = [(number, pickle.dumps((work, batch))) for number, batch in enumerate(batches)]
    try:
        frame = session.createDataFrame(rows, "number long, content binary")
        # All at once: fetched one partition after the other, the partitions would be integrated so.
        for number, content in frame.mapInArrow(_map_in_arrow, frame.schema).collect():
            parts = pickle.loads(content)  # noqa: S301 (what our own function wrote)
            if isinstance(parts, LogError):
                raise parts
            yield from zip(batches[number], parts, strict=True)
    finally:
        if active is None:
            session.stop()


def _map_in_arrow(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Integrate the pieces that each row holds; a fault travels as a part does, to be raised by the driver."""
    import pyarrow as pa

    for batch in batches:
        for number, content in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            try:
                parts: list[Part] | LogError = _together(*pickle.loads(content))  # noqa: S301 (what the driver wrote)
            except LogError as fault:
                parts = fault
            yield pa.RecordBatch.from_pydict({"number": [number], "content": [pickle.dumps(parts)]})


def _missing(engine: str, library: str) -> LogError:
    return LogError(
        f"the engine needs {library}, which is not installed", field="engine", value=engine,
        accepted=f"pip install 'lca-ai[{engine}]', or the local engine",
    )  # fmt: skip
