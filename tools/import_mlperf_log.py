"""Carry one MLPerf power log, as it was submitted, into a data package of its own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from import_support import importer
from packages import Package, write_file, write_package

FOLDER = "datasets/mlperf-r7525"
NOTICE = """
# Notice

`spl.txt` (wall power, 1 Hz, Yokogawa WT210, local time America/Chicago without a zone) and `system.json` are carried
unchanged from MLPerf Inference v1.0, closed division, Dell EMC, R7525_A100_PCIe-40GBx3, ResNet-50, Server scenario:
https://github.com/mlcommons/inference_results_v1.0, commit f7759baf. Copyright MLCommons and the submitter; licensed
under the Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0.

The measured window is 2021-03-18 19:54:12.181 to 20:04:12.184 local time. The submission's `server.json` states an
offset of 21,600 s (UTC-6); its own epoch stamps show that daylight saving time (UTC-5) was in force.
"""
SOURCES = [
    {
        "id": "mlperf-v1.0-r7525-log",
        "title": "MLCommons, MLPerf Inference v1.0 results, Dell EMC PowerEdge R7525 with 3 x A100 PCIe, power log",
        "url": "https://github.com/mlcommons/inference_results_v1.0",
        "licence": "Apache-2.0",
        "accessed": "2026-11-21",
        "page": "closed/DellEMC/results, run_1/spl.txt and systems/R7525_A100_PCIe-40GBx3.json",
    }
]


def main() -> None:
    """Write the package from the two upstream files."""
    parser = importer(__doc__)
    parser.add_argument("log", type=Path, help="spl.txt")
    parser.add_argument("system", type=Path, help="system description, JSON")
    given = parser.parse_args()
    package = Package(
        FOLDER,
        "An MLPerf wall-power log",
        "1.0.0",
        "Apache-2.0",
        "https://www.apache.org/licenses/LICENSE-2.0",
        NOTICE,
        SOURCES,
    )
    folder = write_package(package)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for name, path in (("spl.txt", given.log), ("system.json", given.system)):
        content = path.read_bytes()
        write_file(folder / name, content)
        descriptor["resources"].append(
            {
                "name": path.stem if name == "system.json" else "spl",
                "path": name,
                "bytes": len(content),
                "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
            }
        )
    descriptor["resources"][-1]["name"] = "system"
    (folder / "datapackage.json").write_text(json.dumps(descriptor, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
