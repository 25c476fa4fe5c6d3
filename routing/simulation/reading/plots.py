"""The policies side by side, and what our policy depends on, as pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from routing.simulation.estimates import estimate_mean
from routing.simulation.reading.measures import (
    CORRELATIONS,
    Statistic,
    StudyGroup,
    misses_name,
    wait_name,
)
from routing.simulation.reading.trial import PolicyName, ReadingTrial, Run

_SHOWN = (StudyGroup.URGENT, StudyGroup.DISEASED, StudyGroup.MISSED, StudyGroup.NEGATIVE)
_GRID = "#d8d8d8"


def draw_policies(trial: ReadingTrial, runs: Sequence[Run], path: Path) -> None:
    """Write a PNG: mean and longest waits, match against fairness, misses by correlation."""
    figure = Figure(figsize=(13.0, 9.0), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    (means, longest), (shared, missed) = figure.subplots(2, 2)
    _draw_waits(means, trial, runs, Statistic.MEAN)
    _draw_waits(longest, trial, runs, Statistic.MAX)
    _draw_match(shared, trial, runs)
    _draw_misses(missed, trial, runs)
    figure.savefig(path, format="png", metadata={"Software": None})


def draw_sensitivity(varied: Mapping[float, Sequence[Run]], path: Path) -> None:
    """Write a PNG: our policy's mean waits with an AI of other sensitivities."""
    figure = Figure(figsize=(7.0, 4.6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for group in (StudyGroup.DISEASED, StudyGroup.MISSED, StudyGroup.NEGATIVE):
        name = wait_name(group, Statistic.MEAN)
        _draw_line(axes, group, varied, [(runs, PolicyName.OURS, name) for runs in varied.values()])
    _finish(axes, "our policy", "sensitivity of the AI", "mean wait, min")
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw_waits(axes: Axes, trial: ReadingTrial, runs: Sequence[Run], statistic: Statistic) -> None:
    width = 0.8 / len(trial.policies)
    for place, policy in enumerate(trial.policies):
        for index, group in enumerate(_SHOWN):
            estimate = estimate_mean([run[policy][wait_name(group, statistic)] for run in runs])
            if estimate is None:
                continue
            x = index + place * width
            label = policy if index == 0 else None
            axes.bar(x, estimate.value, width, color=f"C{place}", label=label)
            if estimate.interval is not None:
                axes.plot((x, x), estimate.interval, color="black", linewidth=1)
    axes.set_xticks([index + 0.4 - width / 2 for index in range(len(_SHOWN))], _SHOWN)
    _finish(axes, f"{statistic} wait until reading", "", "min")


def _draw_match(axes: Axes, trial: ReadingTrial, runs: Sequence[Run]) -> None:
    for place, policy in enumerate(trial.policies):
        score = estimate_mean([run[policy]["mean_score"] for run in runs])
        uneven = estimate_mean([run[policy]["gini_minutes"] for run in runs])
        if score is None or uneven is None:
            continue
        axes.plot(score.value, uneven.value, "o", color=f"C{place}", label=policy)
        if score.interval is not None and uneven.interval is not None:
            axes.plot(score.interval, [uneven.value] * 2, color=f"C{place}", linewidth=1)
            axes.plot([score.value] * 2, uneven.interval, color=f"C{place}", linewidth=1)
    _finish(axes, "match and fairness: best at the lower right", "mean score", "Gini of minutes")


def _draw_misses(axes: Axes, trial: ReadingTrial, runs: Sequence[Run]) -> None:
    names = [misses_name(correlation) for correlation in CORRELATIONS]
    for policy in trial.policies:
        _draw_line(axes, policy, CORRELATIONS, [(runs, policy, name) for name in names])
    _finish(
        axes,
        "expected misses × severity, per 100 000",
        "correlation of scores with quality",
        "",
    )


def _draw_line(
    axes: Axes,
    label: str,
    at: Sequence[float] | Mapping[float, object],
    points: Sequence[tuple[Sequence[Run], PolicyName, str]],
) -> None:
    estimates = [
        estimate_mean([run[policy][name] for run in runs]) for runs, policy, name in points
    ]
    known = [(x, one.value) for x, one in zip(at, estimates, strict=True) if one is not None]
    axes.plot([x for x, _ in known], [y for _, y in known], "o-", label=label)


def _finish(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(fontsize=8)
