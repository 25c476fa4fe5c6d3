"""Studies that more than one reader reads, each without knowing what the others say.

Reports are compared as structured findings, not as text: what one reader reports and another does
not, and conclusions on different sides of "something is to be done", go to an arbiter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import combinations

from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import ChangeState, Findings, GrowthVerdict, Nodule, Prescreen
from wetread.domain.guidelines.guidance import Indication
from wetread.domain.words import Words

MOST_READS = 3
AI_READER = "AI"


class Conclusion(StrEnum):
    """What a report concludes, mildest first."""

    NORMAL = "normal"
    BENIGN = "benign"
    FOLLOW_UP = "follow_up"
    WORK_UP = "work_up"

    @property
    def asks_for_action(self) -> bool:
        """Tell whether something is to be done."""
        return self in {Conclusion.FOLLOW_UP, Conclusion.WORK_UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A nodule as a report tells it."""

    side: str  # right, left, or empty where it is not told
    zone: str  # upper, middle, lower, or empty
    mean_diameter_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredReport:
    """What one reader says of a study."""

    reader: str
    site: str  # where the reader works; empty where it is not told
    conclusion: Conclusion
    findings: tuple[ReportedFinding, ...]
    reported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleReadingRules:
    """Which studies are read how often, and what counts as disagreement; dated data."""

    name: str
    effective_from: date
    source: str
    verified: bool
    screening_reads: int
    new_or_grown_reads: int  # of studies with a nodule that is new or has grown
    random_share: float  # of all others
    random_reads: int
    different_sites: bool
    ai_is_a_reader: bool  # a whole analysis counts as one of the reads; never as the only one
    least_diameter_mm: float  # smaller findings need not agree
    size_tolerance_mm: float

    def __post_init__(self) -> None:
        reads = (self.screening_reads, self.new_or_grown_reads, self.random_reads)
        if not all(1 <= count <= MOST_READS for count in reads):
            raise ConfigurationError(f"a study is read once to {MOST_READS} times")
        if not 0 <= self.random_share <= 1:
            raise ConfigurationError("random_share is from 0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReads:
    """How often a study is to be read, and why more than once."""

    count: int
    reasons: tuple[Words, ...]


class ReadStage(StrEnum):
    """How far the reading of a study has come."""

    OPEN = "open"  # another reader is to read it
    ARBITRATION = "arbitration"  # the readers disagree
    SETTLED = "settled"  # they agree, or the arbiter has spoken


def reads_wanted(
    findings: Findings | None, rules: DoubleReadingRules, *, drawn: float
) -> WantedReads:
    """Return how often to read a study; ``drawn`` is a random number from 0 to below 1."""
    reasons = []
    counts = [1]
    guidance = None if findings is None else findings.triage.guidance
    if guidance is not None and guidance.indication is Indication.SCREENING:
        counts.append(rules.screening_reads)
        if rules.screening_reads > 1:
            reasons.append(Words("It is a screening study.", "検診の検査"))
    if findings is not None and any(_is_new_or_grown(nodule) for nodule in findings.nodules):
        counts.append(rules.new_or_grown_reads)
        if rules.new_or_grown_reads > 1:
            reasons.append(Words("A nodule is new or has grown.", "新規または増大した結節"))
    if max(counts) == 1 and drawn < rules.random_share and rules.random_reads > 1:
        counts.append(rules.random_reads)
        reasons.append(Words("It was chosen at random.", "無作為抽出"))
    return WantedReads(count=max(counts), reasons=tuple(reasons))


def report_of_analysis(findings: Findings, reported_at: datetime) -> StructuredReport | None:
    """Return what a whole analysis says as a reader would; None where it has no clear word."""
    if not findings.is_whole or findings.triage.prescreen is Prescreen.UNDETERMINED:
        return None
    asks = findings.triage.prescreen is Prescreen.REQUEST
    return StructuredReport(
        reader=AI_READER,
        site="",
        conclusion=Conclusion.FOLLOW_UP if asks else Conclusion.NORMAL,
        findings=tuple(
            ReportedFinding(
                side=nodule.measurement.side,
                zone="" if nodule.measurement.zone is None else nodule.measurement.zone.value,
                mean_diameter_mm=nodule.measurement.mean_diameter_mm,
            )
            for nodule in findings.nodules
        ),
        reported_at=reported_at,
    )


def disagreements(
    reports: Sequence[StructuredReport], rules: DoubleReadingRules
) -> tuple[Words, ...]:
    """Return in what any two reports differ, for the arbiter; empty: they agree."""
    return tuple(
        words
        for one, other in combinations(reports, 2)
        for words in _differences(one, other, rules)
    )


def stage_of(
    wanted: int,
    reports: Sequence[StructuredReport],
    rules: DoubleReadingRules,
    *,
    arbitrated: bool,
) -> ReadStage:
    """Return how far the reading is; an arbiter's word settles whatever the others said."""
    if arbitrated:
        return ReadStage.SETTLED
    humans = sum(report.reader != AI_READER for report in reports)
    if len(reports) < wanted or not humans:
        return ReadStage.OPEN
    return ReadStage.ARBITRATION if disagreements(reports, rules) else ReadStage.SETTLED


def _is_new_or_grown(nodule: Nodule) -> bool:
    change = nodule.change
    return change is not None and (
        change.state is ChangeState.NEW or change.verdict is GrowthVerdict.GROWN
    )


def _differences(
    one: StructuredReport, other: StructuredReport, rules: DoubleReadingRules
) -> Iterator[Words]:
    if one.conclusion.asks_for_action is not other.conclusion.asks_for_action:
        yield Words(
            f"{one.reader} concludes {one.conclusion}, {other.reader} {other.conclusion}.",
            f"結論: {one.reader} {one.conclusion}、{other.reader} {other.conclusion}",
        )
    yield from _reported_by_one(one, other, rules)
    yield from _reported_by_one(other, one, rules)


def _reported_by_one(
    one: StructuredReport, other: StructuredReport, rules: DoubleReadingRules
) -> Iterator[Words]:
    left = list(other.findings)
    for finding in sorted(one.findings, key=lambda found: -found.mean_diameter_mm):
        partner = next((known for known in left if _alike(finding, known, rules)), None)
        if partner is not None:
            left.remove(partner)
        elif finding.mean_diameter_mm >= rules.least_diameter_mm:
            where = " ".join(part for part in (finding.side, finding.zone) if part)
            size = f"{finding.mean_diameter_mm:.1f} mm"
            yield Words(
                f"Only {one.reader} reports a nodule of {size} ({where or 'no place told'}).",
                f"{one.reader}のみ: {size}の結節（{where or '部位不明'}）",
            )


def _alike(one: ReportedFinding, other: ReportedFinding, rules: DoubleReadingRules) -> bool:
    """Tell whether two findings may be one; a place that is not told fits any."""
    return (
        (not one.side or not other.side or one.side == other.side)
        and (not one.zone or not other.zone or one.zone == other.zone)
        and abs(one.mean_diameter_mm - other.mean_diameter_mm) <= rules.size_tolerance_mm
    )
