"""What a month costs over its studies, in all four modes, as a picture."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from wetread.domain.costs.break_even import BreakEven
from wetread.domain.costs.modes import CostMode, FourModes

_LINES: Final = {
    CostMode.ON_PREMISES: ("own machine", "#222222"),
    CostMode.CLOUD: ("cloud, held all month", "#8a8a8a"),
    CostMode.SCALE_TO_ZERO: ("cloud, scale to zero", "#1f5fa8"),
    CostMode.SPOT: ("spot, scale to zero", "#2c8a4b"),
}
_BUSY_ONLY: Final = ("cloud, busy hours only", "#9fbfe0")
_MARK, _GRID = "#c8371a", "#d8d8d8"
_POINTS: Final = 200
_FEWEST: Final = 100  # studies a month, at the left edge


def draw_modes(
    modes: FourModes,
    points: Mapping[str, BreakEven | None],
    *,
    seconds_per_study: Decimal,
    path: Path,
) -> None:
    """Write a PNG: yen a month over studies a month, every break-even marked."""
    figure = Figure(figsize=(9.0, 5.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    most = float(modes.month_hours * 3600 / seconds_per_study)
    studies = np.geomspace(min(_FEWEST, most / 2), most * (1 - 1e-9), _POINTS)
    loads = [modes.load(Decimal(float(count)), seconds_per_study) for count in studies]
    for mode, (label, color) in _LINES.items():
        costs = [float(modes.month_jpy(mode, load)) for load in loads]
        axes.plot(studies, costs, color=color, linewidth=2, label=label)
    label, color = _BUSY_ONLY
    busy = [float(modes.cloud.hour_jpy * load.busy_hours) for load in loads]
    axes.plot(studies, busy, color=color, linewidth=1.5, linestyle="--", label=label)
    for point in points.values():
        if point is None:
            continue
        place = (float(point.studies), float(point.month_jpy))
        axes.plot(*place, "D", color=_MARK, markersize=7, zorder=3)
        axes.annotate(
            f"{point.studies:,.0f} studies\n{point.paid_hours:.1f} paid h",
            place,
            xytext=(8, -28),
            textcoords="offset points",
            fontsize=9,
            color=_MARK,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
    axes.set_xscale("log")
    axes.set_xlim(studies[0], most)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(FuncFormatter(_grouped))
    axes.yaxis.set_major_formatter(FuncFormatter(_grouped))
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"studies a month, {seconds_per_study.normalize():f} s each, one machine")
    axes.set_ylabel("yen a month")
    axes.legend(loc="center left", bbox_to_anchor=(0.0, 0.72), fontsize=9)
    figure.savefig(path, format="png", metadata={"Software": None})


def _grouped(value: float, _: int | None) -> str:
    return f"{value:,.0f}"
