"""When to run: the best window of a year of hours in 200 zones, beside a plain prefix sum and pandas' rolling mean.

``python benchmarks/hours.py`` takes some seconds. The numbers are printed and never tested: a machine is not a
specification. Budget: 0.2 s for 200 zones x 8,784 hours x a window of 24 h.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import lca_ai as lca
from lca_ai.interpretation.hours.windows import Chunks, best_windows, cheapest_chunks

ZONES, HOURS, WINDOW = 200, 8784, 24
BUDGET = 0.2


def best(call: Callable[[], object], repeats: int = 7) -> float:
    """Return the shortest time of some runs [s]."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Measure and print."""
    values = np.random.default_rng(1).uniform(0.05, 0.6, (ZONES, HOURS))
    frame = pd.DataFrame(values.T)  # as pandas likes it: hours down, zones across
    start, mean = best_windows(values, WINDOW)
    rolled = frame.rolling(WINDOW).mean().iloc[WINDOW - 1 :]
    if not (np.allclose(rolled.min(), mean, rtol=1e-9) and (rolled.to_numpy().argmin(axis=0) == start).all()):
        raise SystemExit("the two best windows differ")
    own = best(lambda: best_windows(values, WINDOW))
    sums = best(lambda: np.cumsum(values, axis=-1))
    rolling = best(lambda: frame.rolling(WINDOW).mean().min(), 3)
    over = "  over budget" if own > BUDGET else ""
    print(f"best of {WINDOW} h in {ZONES} zones x {HOURS:,} hours: {own * 1e3:.1f} ms{over}")
    print(f"  against np.cumsum of the same array ({sums * 1e3:.1f} ms): {own / sums:.2f}")
    print(f"  against pandas rolling mean and its minimum ({rolling * 1e3:.0f} ms): {own / rolling:.3f}")
    for hours, work, least in ((168, 48, 4), (HOURS, 200, 4)):
        curve, load, chunks = values[0, :hours], np.ones(work), Chunks(least, least, 0.5)
        spent = best(lambda curve=curve, load=load, chunks=chunks: cheapest_chunks(curve, load, chunks=chunks), 3)
        print(f"chunks of {least} h or more for {work} h of work in {hours:,} hours, exact: {spent * 1e3:.1f} ms")
    run = lca.TrainingRun(
        name="run", energy="100 kWh", runtime={"duration": "24 h", "start": "2022-07-01T00:00Z"},
        location=lca.location("US-CISO", pue=1.1),
    )  # fmt: skip
    whole = best(lambda: lca.best_hours(run, within="7 d", interruptible=True, min_chunk="4 h"), 3)
    print(f"best_hours of a day within a week in US-CISO, all categories, intervals and regret: {whole * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
