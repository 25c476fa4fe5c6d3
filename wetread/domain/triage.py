"""Where a study goes in the reading queue: rules over a dated table, and the reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import (
    ChangeState,
    GrowthVerdict,
    Nodule,
    Outcome,
    Prescreen,
    Triage,
    is_whole,
)
from wetread.domain.guidelines.guidance import Guidance

HIGHEST_PRIORITY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeBand:
    """What a nodule of at least this mean diameter raises its study by."""

    from_mean_diameter_mm: float
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityTable:
    """How far each finding raises a study above the request order; 0 leaves it there.

    A nodule raises by its size band plus its change; the study by its highest nodule.
    """

    effective_from: date
    source: str
    verified: bool  # False: general knowledge, no source was read
    request_from_mean_diameter_mm: float  # from here on a read is advised
    size_bands: tuple[SizeBand, ...]  # ascending, the first from 0 mm
    new: int
    grown: int
    ambiguous: int
    partial: int  # a human should look where the analysis could not
    failed: int
    not_analysed: int
    limited: int  # analysed, but with a limitation such as thick slices

    def __post_init__(self) -> None:
        raised = [self.new, self.grown, self.ambiguous, *(b.priority for b in self.size_bands)]
        raised += [self.partial, self.failed, self.not_analysed, self.limited]
        if any(not 0 <= points <= HIGHEST_PRIORITY for points in raised):
            raise ConfigurationError("a priority table only raises: every value is from 0 to 100")
        starts = [band.from_mean_diameter_mm for band in self.size_bands]
        if not starts or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
            raise ConfigurationError("the size bands of a priority table ascend from 0 mm")


def triage_study(
    *,
    outcome: Outcome,
    reason: str | None,
    nodules: Sequence[Nodule],
    table: PriorityTable,
    guidance: Guidance,
) -> Triage:
    """Return priority, advice and reasons; the priority is never below the request order.

    The guideline's category is told beside them and moves nothing: it depends on the indication,
    which may be wrong.
    """
    shortfall, sentence = _shortfall(outcome, reason, table)
    raised = [_raised_by(nodule, table) for nodule in nodules]
    return Triage(
        guideline=guidance.guideline,
        category=guidance.category,
        prescreen=_prescreen(outcome, reason, nodules, table),
        priority=min(max([shortfall, *raised]), HIGHEST_PRIORITY),
        reasons=(*sentence, *(_sentence(nodule) for nodule in nodules), *guidance.english),
        guidance=guidance,
    )


def _shortfall(
    outcome: Outcome, reason: str | None, table: PriorityTable
) -> tuple[int, tuple[str, ...]]:
    """Return what an incomplete analysis raises by, and the sentence that says so."""
    because = (reason or "no reason is known").rstrip(".")
    match outcome:
        case Outcome.FAILED:
            return table.failed, (f"The analysis failed: {because}.",)
        case Outcome.PARTIAL:
            return table.partial, (f"The analysis is incomplete: {because}.",)
        case Outcome.NOT_ANALYSED:
            return table.not_analysed, (f"Not analysed: {because}.",)
        case Outcome.ANALYSED if reason is not None:
            return table.limited, (f"The analysis is {because}.",)
        case Outcome.ANALYSED:
            return 0, ()


def _raised_by(nodule: Nodule, table: PriorityTable) -> int:
    diameter = nodule.measurement.mean_diameter_mm
    by_size = max(b.priority for b in table.size_bands if diameter >= b.from_mean_diameter_mm)
    if nodule.change is None:
        return by_size
    if nodule.change.verdict is GrowthVerdict.GROWN:
        return by_size + table.grown
    if nodule.change.state is ChangeState.NEW:
        return by_size + table.new
    if nodule.change.state is ChangeState.AMBIGUOUS:
        return by_size + table.ambiguous
    return by_size


def _prescreen(
    outcome: Outcome, reason: str | None, nodules: Sequence[Nodule], table: PriorityTable
) -> Prescreen:
    if any(_asks_for_read(nodule, table) for nodule in nodules):
        return Prescreen.REQUEST
    if is_whole(outcome, reason) and not nodules:
        return Prescreen.NO_REQUEST
    return Prescreen.UNDETERMINED


def _asks_for_read(nodule: Nodule, table: PriorityTable) -> bool:
    change = nodule.change
    return (
        nodule.measurement.mean_diameter_mm >= table.request_from_mean_diameter_mm
        or (change is not None and change.state is ChangeState.NEW)
        or (change is not None and change.verdict is GrowthVerdict.GROWN)
    )


def _sentence(nodule: Nodule) -> str:
    kind = nodule.measurement.type.replace("_", "-")
    text = f"{nodule.tracking_id}: {kind}, {nodule.measurement.mean_diameter_mm:.1f} mm"
    return f"{text}{_change_clause(nodule)}."


def _change_clause(nodule: Nodule) -> str:
    change = nodule.change
    if change is None:
        return ""
    match change.state:
        case ChangeState.NEW:
            return ", new since the prior study"
        case ChangeState.AMBIGUOUS:
            return ", to be compared with the prior study by eye"
        case ChangeState.NOT_COVERED:
            return ", its place is not covered by the prior study"
        case ChangeState.MATCHED:
            return _growth_clause(change.verdict, change.volume_change_percent)


def _growth_clause(verdict: GrowthVerdict | None, volume_change_percent: float | None) -> str:
    volume = "" if volume_change_percent is None else f" ({volume_change_percent:+z.0f} % volume)"
    match verdict:
        case GrowthVerdict.GROWN:
            return f", grown since the prior study{volume}"
        case GrowthVerdict.SHRUNK:
            return f", smaller than in the prior study{volume}"
        case GrowthVerdict.STABLE:
            return f", as in the prior study{volume}"
        case GrowthVerdict.NOT_RESOLVABLE:
            return f", change within the error of measurement{volume}"
        case None:
            return ", also in the prior study"
