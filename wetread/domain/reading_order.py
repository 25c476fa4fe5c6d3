"""Where a study stands in the reading list: as if it had been requested so much sooner.

Every reason to read a study sooner is worth minutes, and the list is ordered by the moment of
request less these minutes. Two studies therefore never change places by waiting alone, the list
need not be sorted again as time passes, and nothing waits for ever: what was requested more than
``most_minutes`` later can never go first.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from wetread.domain.errors import ConfigurationError
from wetread.domain.triage import HIGHEST_PRIORITY
from wetread.domain.words import Words

URGENT_FROM: Final = 60  # of 100: analyses that need not wait for routine ones


class Urgency(StrEnum):
    """How urgent the hospital says a study is."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def analysis_urgency(self) -> int:
        """How soon the analysis is to have the machine, 0 to 100 as findings raise a study."""
        match self:
            case Urgency.ROUTINE:
                return 0
            case Urgency.URGENT:
                return URGENT_FROM
            case Urgency.EMERGENCY:
                return HIGHEST_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRules:
    """What each reason is worth, in minutes; dated data."""

    name: str
    effective_from: date
    source: str
    verified: bool  # False: our own choice, no source was read
    minutes_per_ai_point: float  # of the 100 that findings can raise a study by
    urgent_minutes: float
    emergency_minutes: float
    due_lead_minutes: float  # a study stands at the latest so long before it is due
    most_minutes: float  # of all reasons together: the longest that one study can make another wait
    ai_patience_minutes: float  # after so long without a result the analysis is told to be late
    discrepancy_from_points: int  # what is found after the report matters from here on

    def __post_init__(self) -> None:
        minutes = (
            self.minutes_per_ai_point,
            self.urgent_minutes,
            self.emergency_minutes,
            self.due_lead_minutes,
            self.most_minutes,
            self.ai_patience_minutes,
        )
        if min(minutes) < 0:
            raise ConfigurationError("rules of the reading order only raise: no minutes below 0")
        if not 0 <= self.discrepancy_from_points <= HIGHEST_PRIORITY:
            raise ConfigurationError("discrepancy_from_points is from 0 to 100")

    @property
    def ai_patience(self) -> timedelta:
        """How long a reader should count on a result to come."""
        return timedelta(minutes=self.ai_patience_minutes)

    def urgency_minutes(self, urgency: Urgency) -> float:
        """Return what the hospital's urgency is worth."""
        match urgency:
            case Urgency.ROUTINE:
                return 0.0
            case Urgency.URGENT:
                return self.urgent_minutes
            case Urgency.EMERGENCY:
                return self.emergency_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What decides where a study stands."""

    requested_at: datetime
    urgency: Urgency = Urgency.ROUTINE
    due_at: datetime | None = None
    ai_points: int = 0  # 0 to 100, of its findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a study stands: smaller moments are read first. And why, beside the request order."""

    place_at: datetime
    reasons: tuple[Words, ...]


def place_of(request: ReadRequest, rules: OrderRules) -> Place:
    """Return the place of a study; never behind its request, never sooner than the most allowed."""
    ai_minutes = request.ai_points * rules.minutes_per_ai_point
    urgency_minutes = rules.urgency_minutes(request.urgency)
    raised = request.requested_at - timedelta(minutes=ai_minutes + urgency_minutes)
    reasons = []
    if urgency_minutes:
        reasons.append(_urgency_words(request.urgency, urgency_minutes))
    if ai_minutes:
        reasons.append(
            Words(
                f"Findings: {ai_minutes:.0f} minutes sooner.", f"AI所見: {ai_minutes:.0f}分繰り上げ"
            )
        )
    if request.due_at is not None:
        needed = request.due_at - timedelta(minutes=rules.due_lead_minutes)
        if needed < raised:
            raised = needed
            reasons.append(Words("It is due soon.", "期限が近い"))
    earliest = request.requested_at - timedelta(minutes=rules.most_minutes)
    return Place(place_at=min(max(raised, earliest), request.requested_at), reasons=tuple(reasons))


def _urgency_words(urgency: Urgency, minutes: float) -> Words:
    english, japanese = (
        ("Emergency", "緊急") if urgency is Urgency.EMERGENCY else ("Urgent", "至急")
    )
    return Words(
        f"{english}: {minutes:.0f} minutes sooner.", f"{japanese}: {minutes:.0f}分繰り上げ"
    )
