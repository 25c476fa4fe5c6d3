"""Which series of a study is analysed, and why each other is not: values only."""

from dataclasses import dataclass

from wetread.domain.studies import StoredInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A sentence for people, in both languages, and a stable code for programs."""

    code: str  # e.g. "too_thick"
    english: str
    japanese: str

    def __str__(self) -> str:
        return self.english


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDecision:
    """What the rules said of one series; ``excluded`` is empty for a usable one."""

    series_instance_uid: str
    description: str
    modality: str
    instance_count: int
    excluded: tuple[Reason, ...]
    limitations: tuple[Reason, ...]  # usable, but the result must say so
    preference: float  # larger is better among the usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The outcome of the rules for a whole study.

    ``instances`` are those of the chosen series in ascending slice order; empty, with ``chosen``
    None, where no series is usable: then ``decisions`` (or ``reason``) tell why.
    """

    chosen: SeriesDecision | None
    instances: tuple[StoredInstance, ...]
    decisions: tuple[SeriesDecision, ...]
    reason: Reason | None  # why none was chosen; None when one was
