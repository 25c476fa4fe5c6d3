"""How the marks of one model do at one site: what readers reject, and whether counts drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median, variance

from wetread.domain.cusum import Direction, design_chart, run_chart
from wetread.domain.estimates import Estimate, poisson_estimate, wilson_estimate
from wetread.domain.feedback import Standing

SCORE_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ModelAtSite:
    """A model version at a hospital: figures of different ones are never added up."""

    site: str
    model_name: str
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMark:
    """One mark, and how it stands after what readers said."""

    score: float
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedScan:
    """One analysed study by its newest findings; ``missed`` counts the nodules readers added."""

    concluded_at: datetime
    marks: tuple[JudgedMark, ...]
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPolicy:
    """When a change in marks per scan is an alarm."""

    reference_scans: int = 100  # the first of a model at a site: what is usual there
    shift: float = 1.5  # the factor, up or down, that is to be noticed
    in_control_run_scans: float = 1000.0  # mean scans to a false alarm, of each side by itself
    recent_scans: int = 100  # an alarm stands for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSignal:
    """The chart passed its threshold."""

    direction: Direction
    at: datetime  # when the scan was concluded


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartState:
    """Where one side of the chart stands; run lengths are means, in scans."""

    direction: Direction
    level: float
    threshold: float
    in_control_run_scans: float
    shifted_run_scans: float  # how soon the shift is noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Whether the number of marks per scan has changed since the reference."""

    reference_rate: float | None  # marks per scan; None until there are enough scans
    dispersion: float | None  # of the reference; the variance is rate + dispersion × rate²
    monitored_scans: int  # after the reference
    charts: tuple[ChartState, ...]
    signals: tuple[DriftSignal, ...]
    alarm: bool  # a signal among the most recent scans


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The figures of one model at one site."""

    scans: int
    marks_per_scan: Estimate
    accepted: int
    rejected: int
    disputed: int
    open: int
    missed: int
    false_share: Estimate | None  # rejected among accepted and rejected; None: none was judged
    false_marks_per_scan: Estimate | None  # as if the other marks were like the judged ones
    score_counts: tuple[int, ...]  # of ten equal bins from 0 to 1
    median_score: float | None
    drift: Drift


def assess_quality(
    scans: Sequence[JudgedScan], policy: DriftPolicy, *, since: datetime
) -> Quality | None:
    """Sum up the scans of one model at one site since a moment; None where there are none.

    All its scans are given, in the order they were concluded: drift is told from the first on.
    """
    recent = [scan for scan in scans if scan.concluded_at >= since]
    if not recent:
        return None
    marks = [mark for scan in recent for mark in scan.marks]
    counted = {one: sum(mark.standing is one for mark in marks) for one in Standing}
    accepted, rejected = counted[Standing.ACCEPTED], counted[Standing.REJECTED]
    judged = accepted + rejected
    per_scan = poisson_estimate(len(marks), len(recent))
    share = wilson_estimate(rejected, judged) if judged else None
    return Quality(
        scans=len(recent),
        marks_per_scan=per_scan,
        accepted=accepted,
        rejected=rejected,
        disputed=counted[Standing.DISPUTED],
        open=counted[Standing.OPEN],
        missed=sum(scan.missed for scan in recent),
        false_share=share,
        false_marks_per_scan=None if share is None else share.times(per_scan.value),
        score_counts=_score_counts([mark.score for mark in marks]),
        median_score=median(mark.score for mark in marks) if marks else None,
        drift=watch_drift(scans, policy),
    )


def watch_drift(scans: Sequence[JudgedScan], policy: DriftPolicy) -> Drift:
    """Run both sides of the chart over the scans that follow the reference."""
    counts = [len(scan.marks) for scan in scans]
    reference, watched = counts[: policy.reference_scans], counts[policy.reference_scans :]
    if len(reference) < policy.reference_scans:
        return Drift(
            reference_rate=None,
            dispersion=None,
            monitored_scans=0,
            charts=(),
            signals=(),
            alarm=False,
        )
    # Where nothing was marked, half a mark stands for it: a rate of zero has no chart.
    rate = max(sum(reference), 0.5) / len(reference)
    # Patients differ: counts vary more than Poisson's, and false alarms would come more often.
    dispersion = max(0.0, (variance(reference) - rate) / rate**2)
    charts, signals = [], []
    for direction in Direction:
        chart = design_chart(
            direction,
            rate,
            dispersion=dispersion,
            shift=policy.shift,
            in_control_run_scans=policy.in_control_run_scans,
        )
        signalled, level = run_chart(chart, watched)
        signals += [(number, direction) for number in signalled]
        charts.append(
            ChartState(
                direction=direction,
                level=level,
                threshold=chart.threshold_marks,
                in_control_run_scans=chart.run_length_scans(rate),
                shifted_run_scans=chart.run_length_scans(chart.shifted_rate),
            )
        )
    signals.sort()
    first_recent = len(watched) - policy.recent_scans
    return Drift(
        reference_rate=rate,
        dispersion=dispersion,
        monitored_scans=len(watched),
        charts=tuple(charts),
        signals=tuple(
            DriftSignal(direction=direction, at=scans[policy.reference_scans + number].concluded_at)
            for number, direction in signals
        ),
        alarm=any(number >= first_recent for number, _ in signals),
    )


def _score_counts(scores: Sequence[float]) -> tuple[int, ...]:
    counts = [0] * SCORE_BINS
    for score in scores:
        counts[min(int(score * SCORE_BINS), SCORE_BINS - 1)] += 1
    return tuple(counts)
