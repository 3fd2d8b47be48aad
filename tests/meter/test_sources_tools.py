"""Power that tools, a network or another library tell: stand-ins of ipmitool, powermetrics, a controller and amdsmi."""

import json
import math
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lca_ai.meter.base import Counting, SourceUnavailable
from lca_ai.meter.sources.amd import AmdSource
from lca_ai.meter.sources.apple import AppleSource
from lca_ai.meter.sources.ipmi import IpmiSource
from lca_ai.meter.sources.redfish import RedfishSource

DCMI = """
    Instantaneous power reading:                   {watts} Watts
    Minimum during sampling period:                  4 Watts
    Maximum during sampling period:                612 Watts
    Average power reading over sample period:      300 Watts
    IPMI timestamp:                           Fri May 31 10:00:00 2024
    Sampling period:                          00000001 Seconds.
    Power reading state is:                   {state}
"""


def tool(path, body):
    """A program that runs a few lines of Python."""
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n")
    path.chmod(0o755)
    return str(path)


def until(test):
    end = time.monotonic() + 10
    while not (found := test()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


@pytest.fixture
def controller(tmp_path):
    """A root with the device of a management controller, and a tool that prints a file."""
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/ipmi0").touch()
    (tmp_path / "says").write_text(DCMI.format(watts=312, state="activated"))
    return tmp_path, tool(tmp_path / "ipmitool", f"print(open({str(tmp_path / 'says')!r}).read())")


def test_the_meter_of_a_computer(controller):
    root, ipmitool = controller
    source = IpmiSource(ipmitool, every_s=0.05, root=root)
    (sensor,) = source.open()
    assert (sensor.name, sensor.covers, sensor.kind, sensor.parent) == ("node", "node", "power", "")
    assert [(one.power_w, one.fault) for one in source.read()] == [(312.0, "")]
    (root / "says").write_text(DCMI.format(watts=400, state="activated"))
    assert until(lambda: source.read()[0].power_w == 400.0)
    (root / "says").write_text(DCMI.format(watts=0, state="deactivated"))
    (reading,) = until(lambda: [one for one in source.read() if one.fault])
    assert math.isnan(reading.power_w)
    assert reading.fault == "the controller does not measure power"
    source.close()


def test_a_tick_does_not_wait_for_a_slow_tool_and_its_reading_grows_old(controller):
    root, ipmitool = controller
    source = IpmiSource(ipmitool, every_s=0.05, root=root)
    source.open()
    tool(root / "ipmitool", "time.sleep(2)")
    began = time.monotonic()
    assert source.read()[0].power_w == 312.0
    assert time.monotonic() - began < 0.05
    (reading,) = until(lambda: [one for one in source.read() if one.fault])
    assert reading.fault.startswith("no answer for")
    assert math.isnan(reading.power_w)
    source.close()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sys.exit('Could not open device at /dev/ipmi0: Permission denied')", "Permission denied"),
        ("print('DCMI request failed because: Invalid command'); sys.exit(1)", "Invalid command"),
        (f"print({DCMI.format(watts=0, state='activated')!r})", "does not measure"),
    ],
)
def test_why_the_controller_gives_nothing(controller, body, reason):
    root, ipmitool = controller
    tool(root / "ipmitool", body)
    with pytest.raises(SourceUnavailable, match=reason):
        IpmiSource(ipmitool, root=root).open()


def test_without_a_controller_the_tool_is_not_started(tmp_path):
    ipmitool = tool(tmp_path / "ipmitool", f"open({str(tmp_path / 'started')!r}, 'w')")
    with pytest.raises(SourceUnavailable, match="no management controller"):
        IpmiSource(ipmitool, root=tmp_path).open()
    assert not (tmp_path / "started").exists()


SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>elapsed_ns</key><integer>500000000</integer>
<key>processor</key><dict><key>cpu_energy</key><integer>1500</integer><key>gpu_energy</key><integer>250</integer>
<key>ane_energy</key><integer>0</integer><key>combined_power</key><real>3500</real></dict></dict></plist>
"""


def test_energies_of_samples_add_up(tmp_path):
    go = tmp_path / "go"
    body = (
        f"import os\nsample = {SAMPLE!r}\nsys.stdout.write(sample + '\\0' + sample[:300]); sys.stdout.flush()\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
        "sys.stdout.write(sample[300:] + '\\0'); sys.stdout.flush(); time.sleep(60)"
    )
    source = AppleSource(tool(tmp_path / "powermetrics", body), every_s=0.5)
    sensors = {one.name: one for one in source.open()}
    assert {name: (one.covers, one.also, one.parent, one.kind) for name, one in sensors.items()} == {
        "combined": ("cpu", ("gpu",), "", "counter"),
        "cpu": ("cpu", (), "combined", "counter"),
        "gpu": ("gpu", (), "combined", "counter"),
        "ane": ("gpu", (), "combined", "counter"),
    }
    first = {one.sensor: (one.energy_j, one.power_w) for one in source.read()}
    assert first["combined"] == pytest.approx((1.75, 3.5))
    assert first["cpu"] == pytest.approx((1.5, 3.0))
    go.touch()
    assert until(lambda: source.read()[0].energy_j == pytest.approx(3.5))
    source.close()


def test_powermetrics_that_ends_is_a_fault(tmp_path):
    body = f"sys.stdout.write({SAMPLE!r} + '\\0'); sys.stdout.flush(); time.sleep(0.3)"
    source = AppleSource(tool(tmp_path / "powermetrics", body), every_s=0.5)
    source.open()
    readings = until(lambda: [one for one in source.read() if one.fault])
    assert {one.sensor for one in readings} == {"combined", "cpu", "gpu", "ane"}
    source.close()


def test_powermetrics_needs_root(tmp_path):
    body = "sys.exit('powermetrics must be invoked as the superuser')"
    with pytest.raises(SourceUnavailable, match="must be invoked as the superuser") as fault:
        AppleSource(tool(tmp_path / "powermetrics", body), every_s=0.5).open()
    assert "sudo" in fault.value.remedy
    with pytest.raises(SourceUnavailable, match="a tool of macOS"):
        AppleSource(str(tmp_path / "away")).open()


@pytest.fixture
def bmc():
    """A controller on this machine: gives its address, and the document that it answers."""
    answers = {"document": {}, "asked": []}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            answers["asked"].append(self.headers.get("Authorization"))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answers["document"]).encode())

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("document", "kind", "energy", "power"),
    [
        ({"PowerControl": [{"PowerConsumedWatts": 344}]}, "power", math.nan, 344.0),
        ({"PowerWatts": {"Reading": 374}, "EnergykWh": {"Reading": 2.5}}, "counter", 9e6, 374.0),
        ({"ReadingType": "Power", "Reading": 12.5}, "power", math.nan, 12.5),
        ({"ReadingType": "EnergyJoules", "Reading": 50}, "counter", 50.0, math.nan),
    ],
)
def test_documents_of_a_controller(bmc, document, kind, energy, power):
    address, answers = bmc
    answers["document"] = document
    source = RedfishSource(f"http://{address}/redfish/v1/Chassis/1/Power", every_s=0.05)
    (sensor,) = source.open()
    assert (sensor.covers, sensor.kind) == ("node", kind)
    (reading,) = source.read()
    assert reading.energy_j == pytest.approx(energy, nan_ok=True)
    assert reading.power_w == pytest.approx(power, nan_ok=True)
    answers["document"] = {"PowerControl": [{"PowerConsumedWatts": None}]}
    assert until(lambda: source.read()[0].fault == "the document has no energy and no power")
    source.close()


def test_user_and_password_are_given_and_not_told(bmc):
    address, answers = bmc
    answers["document"] = {"PowerWatts": 10}
    source = RedfishSource(f"http://root:calvin@{address}/redfish/v1/Chassis/1/EnvironmentMetrics")
    (sensor,) = source.open()
    source.close()
    assert answers["asked"][0] == "Basic cm9vdDpjYWx2aW4="
    assert "calvin" not in repr(sensor)
    assert sensor.facts["address"] == f"http://{address}/redfish/v1/Chassis/1/EnvironmentMetrics"


@pytest.mark.parametrize("address", ["", "bmc", "file:///etc/passwd", "http://127.0.0.1:9/redfish/v1"])
def test_without_an_address_or_an_answer_there_is_none(address):
    with pytest.raises(SourceUnavailable):
        RedfishSource(address).open()


AMDSMI = '''
"""What amdsmi 7.0 gives, for three cards and a partition."""
class AmdSmiException(Exception): pass
class AmdSmiLibraryException(AmdSmiException): pass
steps = {"one": 1_000_000_000, "part": 1_000_000_000}
def amdsmi_init(): pass
def amdsmi_shut_down(): pass
def amdsmi_get_processor_handles(): return ["one", "two", "part", "still"]
def amdsmi_get_gpu_device_uuid(handle): return {"one": "01ff", "two": "02ff", "part": "01ff-1", "still": "03ff"}[handle]
def amdsmi_get_gpu_device_bdf(handle): return {"one": "0000:0C:00.0", "two": "0000:0D:00.0", "part": "0000:0c:00.1", "still": "0000:0E:00.0"}[handle]
def amdsmi_get_gpu_asic_info(handle): return {"market_name": "AMD Instinct MI300X"}
def amdsmi_get_energy_count(handle):
    if handle not in steps: raise AmdSmiLibraryException("not supported")
    return {"energy_accumulator": steps[handle], "counter_resolution": 15.259, "timestamp": 1}
def amdsmi_get_power_info(handle):
    if handle == "still": return {"current_socket_power": "N/A", "average_socket_power": "N/A"}
    return {"current_socket_power": 550 if handle == "one" else "N/A", "average_socket_power": 90}
def amdsmi_get_gpu_activity(handle): return {"gfx_activity": 75, "umc_activity": "N/A"}
def amdsmi_get_gpu_vram_usage(handle): return {"vram_total": 196_592, "vram_used": 1024}
'''


@pytest.fixture
def amdsmi(tmp_path, monkeypatch):
    """Write a module of the name amdsmi; the one that was imported is forgotten after."""

    def write(text):
        (tmp_path / "amdsmi.py").write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "amdsmi", raising=False)

    yield write
    sys.modules.pop("amdsmi", None)


def test_cards_of_amd(amdsmi):
    amdsmi(AMDSMI)
    source = AmdSource()
    one, two = source.open()
    assert (one.name, one.kind, one.model, one.facts["bus"]) == (
        "GPU-01ff",
        "counter",
        "AMD Instinct MI300X",
        "0000:0c:00.0",
    )
    assert (two.name, two.kind) == ("GPU-02ff", "averaged")
    assert [why.reason for why in source.left_out] == [
        "GPU-01ff-1 is left out: a partition of a package that is read already",
        "GPU-03ff is left out: it tells neither energy nor power",
    ]
    first, second = source.read()
    assert first.energy_j == pytest.approx(1e9 * 15.259e-6)
    assert (first.power_w, second.power_w) == (550.0, 90.0)
    assert first.values == {"utilisation_percent": 75.0, "memory_used_bytes": 1024.0**3}
    sys.modules["amdsmi"].steps.clear()
    (reading,) = source.read_counters()
    assert math.isnan(reading.energy_j)
    assert reading.fault
    assert isinstance(source, Counting)
    source.close()


def test_amdsmi_without_its_library_fails_by_a_missing_key_and_prints_nothing(amdsmi, capsys):
    amdsmi("print('libamd_smi.so: cannot open shared object file')\n{}['libamd_smi.so']")
    with pytest.raises(SourceUnavailable, match="finds no library of the driver"):
        AmdSource().open()
    assert capsys.readouterr().out == ""
