"""Figures as SVG text, drawn without a display and without global state; the same input gives the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from lca_ai.logs.reading import EnergyReading

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lca_ai",
    "font.family": "sans-serif",
    "font.sans-serif": ["system-ui", "Helvetica", "Arial", "DejaVu Sans", "sans-serif"],
    "font.size": 9.0,
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a9a94",
    "xtick.color": "#4c5a55",
    "ytick.color": "#4c5a55",
    "axes.labelcolor": "#4c5a55",
}
_COLOURS = ("#0f766e", "#b45309", "#4338ca", "#be185d", "#4d7c0f", "#0369a1", "#7c2d12", "#6b21a8")
_MOST_NAMED = 8
_LONGEST_LABEL = 18


def power_curve(reading: EnergyReading) -> str:
    """The power of each device over time, the stated window, and the gaps in it, as an SVG element."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9.0, 3.0))
        figure.subplots_adjust(left=0.075, right=0.985, bottom=0.17, top=0.96)
        axes = figure.subplots()
        start = pd.Timestamp(reading.start)
        devices = list(reading.curve.groupby("device", sort=True))
        for index, (name, rows) in enumerate(devices):
            minutes = (rows["time"].to_numpy() / 6e7) - start.timestamp() / 60.0
            power = rows["power"].where(rows["time"].diff().fillna(0) <= reading.max_gap * 1e6)
            axes.plot(minutes, power, color=_COLOURS[index % len(_COLOURS)], linewidth=1.1, label=_label(str(name)))
            _shade_gaps(axes, rows, minutes, reading.max_gap)
        axes.axvspan(0.0, reading.seconds / 60.0, color="#0f766e", alpha=0.07, linewidth=0)
        axes.set_xlabel(f"minutes since {start.strftime('%Y-%m-%d %H:%M:%S')} UTC (shaded: the window that is counted)")
        axes.set_ylabel("power [W]")
        axes.set_ylim(bottom=0.0)
        axes.margins(x=0.01)
        if 1 < len(devices) <= _MOST_NAMED:
            axes.legend(frameon=False, ncols=4, fontsize=8)
        return _svg(figure)


def _label(name: str) -> str:
    """A device's name, its middle left out where it is long."""
    return name if len(name) <= _LONGEST_LABEL else f"{name[:9]}…{name[-7:]}"


def _shade_gaps(axes: Any, rows: pd.DataFrame, minutes: Any, max_gap: float) -> None:
    wide = rows["time"].diff().gt(max_gap * 1e6).to_numpy()
    for index in [i for i, found in enumerate(wide) if found]:
        axes.axvspan(minutes[index - 1], minutes[index], color="#b91c1c", alpha=0.15, linewidth=0)


def _svg(figure: Any) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    svg = text.getvalue()
    return svg[svg.index("<svg") :].replace("<svg ", '<svg role="img" aria-label="Power over time" ', 1)
