"""Where the pieces of a log are integrated: on the cores of this machine, or on a Dask or Spark cluster.

All of them run the same two functions, one that integrates a piece and one that adds parts; only parts travel.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any

from lca_ai.errors import LogError
from lca_ai.logs.parts import Part, add

if TYPE_CHECKING:
    from lca_ai.logs.chunks import Piece

Work = Callable[["Piece"], Part]

_ENGINES = "local, dask (a cluster of this machine), dask://host:port, spark, or spark://host:port"
#: Pieces that one task of a cluster integrates, so that its parts travel as one.
_PIECES_PER_TASK = 8


def run(engine: str, work: Work, pieces: list[Piece]) -> Iterator[tuple[list[Piece], Part]]:
    """Integrate pieces, in any order: some pieces and the sum of their parts, as they are done.

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


def _local(work: Work, pieces: list[Piece]) -> Iterator[tuple[list[Piece], Part]]:
    """A thread for each core: reading and the sums of arrays let go of the interpreter."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores == 1 or len(pieces) == 1:
        yield from (([piece], work(piece)) for piece in pieces)
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
                yield [piece], part
        finally:
            for one in waiting:
                one.cancel()


def _batches(pieces: list[Piece]) -> list[list[Piece]]:
    return [pieces[first : first + _PIECES_PER_TASK] for first in range(0, len(pieces), _PIECES_PER_TASK)]


def _together(work: Work, pieces: Iterable[Piece]) -> Part:
    return add(work(piece) for piece in pieces)


def _dask(work: Work, pieces: list[Piece], address: str | None) -> Iterator[tuple[list[Piece], Part]]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise _missing("dask", "dask") from None
    connect: Any = Client
    completed: Any = as_completed
    with connect(address) if address else connect(processes=True, dashboard_address=None) as client:
        tasks = {client.submit(_together, work, batch, pure=False): batch for batch in _batches(pieces)}
        for task in completed(list(tasks)):
            yield tasks[task], task.result()


def _spark(work: Work, pieces: list[Piece], master: str | None) -> Iterator[tuple[list[Piece], Part]]:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise _missing("spark", "pyspark") from None
    active = SparkSession.getActiveSession()
    builder: Any = SparkSession.builder.appName("lca_ai")
    session = active or (builder.master(master) if master else builder).getOrCreate()
    batches = _batches(pieces)
    try:
        context: Any = session.sparkContext
        numbered = context.parallelize(list(enumerate(batches)), max(1, len(batches)))
        for number, part in numbered.map(lambda pair: (pair[0], _together(work, pair[1]))).toLocalIterator():
            yield batches[number], part
    finally:
        if active is None:
            session.stop()


def _missing(engine: str, library: str) -> LogError:
    return LogError(
        f"the engine needs {library}, which is not installed", field="engine", value=engine,
        accepted=f"pip install 'lca-ai[{engine}]', or the local engine",
    )  # fmt: skip
