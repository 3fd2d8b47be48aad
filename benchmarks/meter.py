"""What measuring costs, beside CodeCarbon and Zeus, in one run on one machine; printed, never tested.

``python benchmarks/meter.py`` takes a minute. ``--rivals PYTHON`` runs CodeCarbon and Zeus in an environment of their
own that has them. All read eight cards through the binding of NVML: a stand-in of the driver's library is compiled for
that, whose calls take ``--call-us`` each (those of a driver take some microseconds to some tens). ``--real`` reads the
cards of this machine. Zeus reads counters at the edges alone and samples nothing: no curve, and nothing after a kill.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CARDS, SECONDS = 8, 20
#: The functions of NVML that the three of them call; each takes CALL_NS.
# ruff: noqa: E501
STAND_IN = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define CARD(handle) ((int)(uintptr_t)(handle) - 1)
static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}
static int took(void) { uint64_t until = now() + CALL_NS; while (now() < until); return 0; }
int nvmlInit_v2(void) { return 0; }
int nvmlInitWithFlags(unsigned int flags) { (void)flags; return 0; }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int ret) { return ret ? "not supported" : "success"; }
int nvmlSystemGetDriverVersion(char *v, unsigned int n) { snprintf(v, n, "570.00"); return 0; }
int nvmlSystemGetNVMLVersion(char *v, unsigned int n) { snprintf(v, n, "12.570"); return 0; }
int nvmlDeviceGetCount_v2(unsigned int *n) { *n = CARDS; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int i, void **h) { *h = (void *)(uintptr_t)(i + 1); return i < CARDS ? 0 : 2; }
int nvmlDeviceGetHandleByUUID(const char *u, void **h) { *h = (void *)(uintptr_t)(u[strlen(u) - 1] - '0' + 1); return 0; }
int nvmlDeviceGetUUID(void *h, char *v, unsigned int n) {
    snprintf(v, n, "GPU-00000000-0000-0000-0000-00000000000%d", CARD(h));
    return took();
}
int nvmlDeviceGetIndex(void *h, unsigned int *i) { *i = CARD(h); return took(); }
int nvmlDeviceGetName(void *h, char *v, unsigned int n) { (void)h; snprintf(v, n, "NVIDIA H200"); return took(); }
int nvmlDeviceGetArchitecture(void *h, unsigned int *a) { (void)h; *a = 9; return took(); }
int nvmlDeviceGetTotalEnergyConsumption(void *h, unsigned long long *mj) {
    *mj = now() / 1000000ull * (300 + 10 * CARD(h)) / 1000 * 1;
    return took();
}
int nvmlDeviceGetPowerUsage(void *h, unsigned int *mw) { *mw = 300000 + 10000 * CARD(h); return took(); }
int nvmlDeviceGetEnforcedPowerLimit(void *h, unsigned int *mw) { (void)h; *mw = 700000; return took(); }
int nvmlDeviceGetPowerManagementLimit(void *h, unsigned int *mw) { (void)h; *mw = 700000; return took(); }
int nvmlDeviceGetPowerManagementLimitConstraints(void *h, unsigned int *low, unsigned int *high) {
    (void)h; *low = 200000; *high = 700000; return took();
}
int nvmlDeviceGetTemperature(void *h, int s, unsigned int *c) { (void)h; (void)s; *c = 60; return took(); }
int nvmlDeviceGetClockInfo(void *h, int c, unsigned int *mhz) { (void)h; (void)c; *mhz = 1980; return took(); }
int nvmlDeviceGetCurrentClocksThrottleReasons(void *h, unsigned long long *b) { (void)h; *b = 4; return took(); }
int nvmlDeviceGetCurrentClocksEventReasons(void *h, unsigned long long *b) { (void)h; *b = 4; return took(); }
int nvmlDeviceGetCudaComputeCapability(void *h, int *major, int *minor) { (void)h; *major = 9; *minor = 0; return took(); }
int nvmlDeviceGetUtilizationRates(void *h, unsigned int *rates) { (void)h; rates[0] = 90; rates[1] = 50; return took(); }
int nvmlDeviceGetMemoryInfo(void *h, unsigned long long *m) { (void)h; m[0] = 150ull << 30; m[1] = m[2] = m[0] / 2; return took(); }
int nvmlDeviceGetPciInfo_v3(void *h, char *pci) {
    memset(pci, 0, 68);
    snprintf(pci, 16, "0000:0%d:00.0", CARD(h));
    snprintf(pci + 36, 32, "00000000:0%d:00.0", CARD(h));
    return took();
}
int nvmlDeviceGetComputeMode(void *h, unsigned int *m) { (void)h; *m = 0; return took(); }
int nvmlDeviceGetComputeRunningProcesses_v3(void *h, unsigned int *n, void *p) { (void)h; (void)p; *n = 0; return took(); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *h, unsigned int *n, void *p) { (void)h; (void)p; *n = 0; return took(); }
struct field { unsigned int id, scope; int64_t time, latency; int type, ret; union { unsigned int small; double real; } value; };
int nvmlDeviceGetFieldValues(void *h, int n, struct field *f) {
    for (int i = 0; i < n; i++) { f[i].type = 1; f[i].ret = 0; f[i].value.small = 300000 + 10000 * CARD(h); }
    return took();
}
"""
COMMON = """
import json, os, resource, statistics, sys, time
def timed(call):
    began = time.perf_counter()
    value = call()
    return value, time.perf_counter() - began
def stages(begin, end, count=2000):
    begins, ends = [], []
    for number in range(count):
        begins.append(timed(begin)[1])
        ends.append(timed(end)[1])
    return statistics.median(begins), statistics.median(ends), max(begins + ends)
def tell(**told):
    told["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("TOLD " + json.dumps(told))
def share(seconds):
    began = time.process_time(), time.perf_counter()
    time.sleep(seconds)
    return (time.process_time() - began[0]) / (time.perf_counter() - began[1])
"""
OURS = """
lca, importing = timed(lambda: __import__("lca_ai"))
_, module = timed(lambda: lca.measure)
measure = lca.measure(FOLDER, "nvml", "1 s", process=PROCESS)
window, start = timed(measure.start)
core = share(SECONDS)
own = window.quality
stage = window.stage("step")
begin, end, most = stages(stage.__enter__, lambda: stage.__exit__(None, None, None))
time.sleep(1.5)
_, stop = timed(measure.stop)
tell(importing=importing + module, start=start, stop=stop, begin=begin, end=end, most=most, core=own.share_of_core if PROCESS else core)
"""
CODECARBON = """
codecarbon, importing = timed(lambda: __import__("codecarbon"))
tracker, start = timed(lambda: codecarbon.OfflineEmissionsTracker(
    country_iso_code="FRA", measure_power_secs=1, output_dir=FOLDER, log_level="critical", allow_multiple_runs=True))
start += timed(tracker.start)[1]
core = share(SECONDS)
_, stop = timed(tracker.stop)
tasks = codecarbon.OfflineEmissionsTracker(
    country_iso_code="FRA", save_to_file=False, log_level="critical", allow_multiple_runs=True)
begin, end, most = stages(lambda: tasks.start_task("step"), lambda: tasks.stop_task(), 20)
tell(importing=importing, start=start, stop=stop, begin=begin, end=end, most=most, core=core)
"""
ZEUS = """
_, importing = timed(lambda: __import__("zeus.monitor"))
from zeus.monitor import ZeusMonitor
monitor, start = timed(lambda: ZeusMonitor(log_file=FOLDER + "/zeus.csv"))
start += timed(lambda: monitor.begin_window("all", sync_execution=False))[1]
core = share(SECONDS)
begin, end, most = stages(lambda: monitor.begin_window("step", sync_execution=False),
                          lambda: monitor.end_window("step", sync_execution=False), 500)
_, stop = timed(lambda: monitor.end_window("all", sync_execution=False))
tell(importing=importing, start=start, stop=stop, begin=begin, end=end, most=most, core=core)
"""
ROWS = (
    ("importing", "import", "", 1e3, "ms"),
    ("start", "start", "<= 100", 1e3, "ms"),
    ("stop", "stop", "<= 20", 1e3, "ms"),
    ("core", "of one core, 1 Hz", "<= 0.2", 100.0, "%"),
    ("peak_mib", "peak memory", "<= 60", 1.0, "MiB"),
    ("begin", "begin of a stage, median", "<= 50", 1e6, "us"),
    ("end", "end of a stage, median", "<= 50", 1e6, "us"),
    ("most", "the slowest of either", "", 1e6, "us"),
)


def built(folder: Path, call_us: float) -> dict[str, str]:
    """The environment in which NVML is the stand-in."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("a C compiler is needed for the stand-in of NVML; or --real")
    source = folder / "nvml.c"
    source.write_text(STAND_IN)
    flags = [f"-DCARDS={CARDS}", f"-DCALL_NS={round(call_us * 1e3)}"]
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", *flags, "-o", library, source], check=True)
    return {**os.environ, "LD_LIBRARY_PATH": str(folder)}


def told(python: str, code: str, env: dict[str, str], folder: Path, *, process: bool = False) -> dict[str, float] | str:
    """What a program measured of itself; or why it did not."""
    given = f"FOLDER, SECONDS, PROCESS = {str(folder)!r}, {SECONDS}, {process}\n"
    done = subprocess.run([python, "-c", COMMON + given + code], capture_output=True, text=True, env=env, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    if not found:
        return (done.stderr.strip().splitlines() or ["nothing was told"])[-1]
    return dict(json.loads(found[0].removeprefix("TOLD ")))


def main() -> None:
    """Print what measuring costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", help="a Python that has codecarbon and zeus")
    parser.add_argument("--call-us", type=float, default=0.0, help="time that each call of the stand-in takes")
    parser.add_argument("--real", action="store_true", help="read the cards of this machine")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = dict(os.environ) if given.real else built(folder, given.call_us)
        programs = [("lca_ai", sys.executable, OURS, False), ("lca_ai, own process", sys.executable, OURS, True)]
        if given.rivals:
            programs += [("CodeCarbon", given.rivals, CODECARBON, False), ("Zeus", given.rivals, ZEUS, False)]
        found = {}
        for title, python, code, process in programs:
            place = folder / title
            place.mkdir()
            found[title] = told(python, code, env, place, process=process)
    for title, what in found.items():
        if isinstance(what, str):
            print(f"{title}: failed: {what}")
    measured = {title: what for title, what in found.items() if not isinstance(what, str)}
    print(f"{'':<28}{'aim':>9}" + "".join(f"{title:>22}" for title in measured))
    for key, title, aim, factor, unit in ROWS:
        cells = "".join(f"{what[key] * factor:>18.3g} {unit:<3}" for what in measured.values())
        print(f"{title:<28}{aim:>9}{cells}")


if __name__ == "__main__":
    main()
