"""What was measured, as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from routing.bench.figures import LoadSeries
from routing.bench.stages import Stage

_GRID: Final = "#d8d8d8"


def draw_bench(series: Sequence[LoadSeries], path: Path) -> None:
    """Write a PNG: seconds by stage, latency, throughput and CPU seconds over the load."""
    figure = Figure(figsize=(13.0, 8.0), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    (stages, latency), (throughput, cost) = figure.subplots(2, 2)
    _draw_stages(stages, series)
    for index, one in enumerate(series):
        at_once = [load.at_once for load in one.loads]
        label, color = _name(one), f"C{index}"
        middle = [load.percentile_seconds(50) for load in one.loads]
        late = [load.percentile_seconds(95) for load in one.loads]
        latency.plot(at_once, middle, "o-", color=color, label=label)
        latency.plot(at_once, late, "o:", color=color)
        hourly = [load.studies_per_hour for load in one.loads]
        throughput.plot(at_once, hourly, "o-", color=color, label=label)
        used = [load.cpu_seconds for load in one.loads]
        cost.plot([load.studies for load in one.loads], used, "o-", color=color, label=label)
    _finish(latency, "latency: median, and 95th percentile dotted", "studies at once", "s")
    _finish(throughput, "throughput", "studies at once", "studies an hour")
    _finish(cost, "CPU seconds of a load: a line is linear growth", "studies of the load", "s")
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_stages(axes: Axes, series: Sequence[LoadSeries]) -> None:
    """Stack what the stages of a study took, of the first load of each series."""
    names = [_name(one) for one in series]
    tab20 = colormaps["tab20"]  # ten colours would come twice
    left = [0.0] * len(series)
    for index, stage in enumerate(Stage):
        spent = [one.loads[0].stages.get(stage) for one in series]
        seconds = [0.0 if one is None else one.wall_seconds for one in spent]
        if any(seconds):
            axes.barh(names, seconds, left=left, label=stage, color=tab20(index))
            left = [before + more for before, more in zip(left, seconds, strict=True)]
    _finish(axes, f"stages, {series[0].loads[0].at_once} at once", "s a study", "")


def _name(series: LoadSeries) -> str:
    return f"{series.part}, {series.engine}"


def _finish(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_xlim(left=0)
    if y_label:
        axes.set_ylim(bottom=0)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(fontsize=8)
