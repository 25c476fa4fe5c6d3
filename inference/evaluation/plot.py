"""The FROC curve and the sensitivity of every group as one picture."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from inference.evaluation.evaluation import Evaluation
from inference.evaluation.froc import FALSE_MARK_RATES, FrocResult
from inference.evaluation.operating_point import OperatingFigures
from inference.evaluation.strata import Stratum
from wetread.domain.estimates import Estimate

_CURVE, _OPERATING, _GRID = "#1f5fa8", "#c8371a", "#d8d8d8"
_CURVE_POINTS = 2000


def draw_froc(evaluation: Evaluation, path: Path) -> None:
    """Write a PNG: the curve with its 95 % band and operating point, and the groups beside it."""
    figure = Figure(figsize=(12.0, 5.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    _draw_curve(left, evaluation.froc, evaluation.operating)
    _draw_groups(right, evaluation)
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_curve(axes: Axes, froc: FrocResult, operating: OperatingFigures) -> None:
    rates = np.geomspace(FALSE_MARK_RATES[0], FALSE_MARK_RATES[-1], _CURVE_POINTS)
    if froc.band is not None:
        axes.fill_between(
            froc.band.false_marks_per_scan,
            froc.band.lower,
            froc.band.upper,
            color=_CURVE,
            alpha=0.15,
            linewidth=0,
            label="95 % interval",
        )
    axes.plot(rates, froc.curve.at(rates), color=_CURVE, linewidth=2, label="sensitivity")
    axes.plot(
        FALSE_MARK_RATES, [one.value for one in froc.sensitivity], "o", color=_CURVE, markersize=4
    )
    wrong, found = operating.false_marks_per_scan.value, operating.sensitivity.value
    axes.plot(
        [min(max(wrong, FALSE_MARK_RATES[0]), FALSE_MARK_RATES[-1])],  # at the edge when outside
        [found],
        "D",
        color=_OPERATING,
        markersize=8,
        clip_on=False,
        label=f"operating point: {found:.3f} at {wrong:.2f}, score {operating.score:.3f}",
    )
    axes.set_xscale("log", base=2)
    axes.set_xlim(FALSE_MARK_RATES[0], FALSE_MARK_RATES[-1])
    axes.set_xticks(FALSE_MARK_RATES, [str(Fraction(rate)) for rate in FALSE_MARK_RATES])
    axes.set_ylim(0, 1.02)
    axes.set_yticks(np.linspace(0, 1, 11))
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("false marks per scan")
    axes.set_ylabel("sensitivity")
    title = f"nodules: {froc.nodules}, scans: {froc.scans}, CPM {_said(froc.cpm)}"
    axes.set_title(title, fontsize=11)
    axes.legend(loc="lower right", fontsize=9)


def _draw_groups(axes: Axes, evaluation: Evaluation) -> None:
    rows = [("all", evaluation.operating)]
    rows += [(_label(result.stratum), result.operating) for result in evaluation.strata]
    for row, (_, point) in enumerate(rows):
        axes.barh(row, point.sensitivity.value, color=_CURVE, alpha=0.55, height=0.65)
        if point.sensitivity.interval is not None:
            axes.plot(point.sensitivity.interval, (row, row), color="black", linewidth=1.2)
    labels = [f"{label}: {point.hits} of {point.nodules}" for label, point in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.grid(axis="x", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_title("sensitivity at the operating point", fontsize=11)


def _label(stratum: Stratum) -> str:
    kind = stratum.type.replace("_", "-") if stratum.type is not None else ""
    return ", ".join(part for part in (kind, stratum.origin, stratum.size) if part)


def _said(estimate: Estimate) -> str:
    if estimate.interval is None:
        return f"{estimate.value:.3f}"
    lower, upper = estimate.interval
    return f"{estimate.value:.3f} ({lower:.3f}–{upper:.3f})"
