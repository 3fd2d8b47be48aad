"""A process whose NVML is the stand-in: it reads cards as it is told on its input, and answers in JSON.

The real binding finds the stand-in by LD_LIBRARY_PATH, which only counts where a process starts.
"""

import dataclasses
import json
import sys

from lca_ai.meter.base import SourceUnavailable
from lca_ai.meter.sources.nvml import NvmlSource


def main():
    source = NvmlSource()
    for line in sys.stdin:
        try:
            answer = getattr(source, line.strip())
            answer = answer() if callable(answer) else answer
            answer = [dataclasses.asdict(one) if dataclasses.is_dataclass(one) else str(one) for one in answer or ()]
        except SourceUnavailable as fault:
            answer = {"reason": fault.reason, "remedy": fault.remedy}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
