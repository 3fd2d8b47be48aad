"""Energy and power of the sensors for a monitoring system to fetch: OpenMetrics 1.0, on this machine alone.

Source: OpenMetrics 1.0, https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from lca_ai.errors import InputError
from lca_ai.meter.live import Figures

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_PATHS = ("/metrics", "/")
_ENERGY = "Energy since the start; parts (within) are not to be added to their whole."
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def exposition(figures: Sequence[Figures], impacts: Mapping[str, tuple[float, str]] | None = None) -> str:
    """Figures of sensors as text; what is not known is left out, and never 0.

    Parameters
    ----------
    impacts : category -> amount so far and unit

    Examples
    --------
    >>> text = exposition([Figures("node-1", "GPU-0", ("gpu",), energy_j=12.5, power_w=300.0)])
    >>> text.splitlines()[3]
    'lca_ai_energy_joules_total{host="node-1",sensor="GPU-0",covers="gpu",within="",modelled="no"} 12.5'
    """
    labels = [
        {"host": one.host, "sensor": one.sensor, "covers": " ".join(one.covers), "within": one.within}
        | {"modelled": "yes" if one.modelled else "no"}
        for one in figures
    ]
    told = list(zip(labels, figures, strict=True))
    energy = [(name, one.energy_j) for name, one in told]
    power = [(name, one.power_w) for name, one in told]
    covered = [(name, one.covered) for name, one in told]
    lines = [
        *_family("lca_ai_energy_joules", "counter", _ENERGY, energy),
        *_family("lca_ai_power_watts", "gauge", "Power by the last reading.", power),
        *_family("lca_ai_covered_ratio", "gauge", "Share of the time whose energy is known.", covered),
    ]
    if impacts:
        rows = [({"category": name, "unit": unit}, amount) for name, (amount, unit) in impacts.items()]
        lines += _family("lca_ai_impact", "counter", "Impacts of the electricity since the start.", rows)
    return "\n".join([*lines, "# EOF", ""])


def _family(name: str, kind: str, what: str, rows: Iterable[tuple[Mapping[str, str], float]]) -> list[str]:
    suffix = "_total" if kind == "counter" else ""
    unit = name.rpartition("_")[2]
    head = [f"# TYPE {name} {kind}", *([f"# UNIT {name} {unit}"] if unit != "impact" else []), f"# HELP {name} {what}"]
    return [*head, *(f"{name}{suffix}{{{_labels(of)}}} {value!r}" for of, value in rows if math.isfinite(value))]


def _labels(of: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in of.items())


class Endpoint:
    """A server of one page on this machine, which no other machine reaches.

    Parameters
    ----------
    port : 0 for any that is free
    page : gives the text at each request

    Raises
    ------
    InputError : where the port cannot be had
    """

    def __init__(self, port: int, page: Callable[[], str]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path.partition("?")[0] in _PATHS
                body = page().encode() if found else b"see /metrics\n"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", CONTENT_TYPE if found else "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of http.server)
                """Requests are not told: the terminal has the view."""

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except (OSError, OverflowError) as fault:
            accepted = "a free port, e.g. 9400"
            raise InputError(
                f"the port cannot be had: {fault}", field="--metrics", value=port, accepted=accepted
            ) from None
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="lca_ai metrics", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None, /) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
