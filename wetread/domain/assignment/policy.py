"""What the assignment weighs: dated data, see ``routing/reading/assignment/policy.toml``."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from wetread.domain.errors import ConfigurationError
from wetread.domain.reading_order import Urgency as RequestedUrgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """How soon studies from this priority on are due, and what a minute too late weighs."""

    from_priority: int
    or_requested: RequestedUrgency | None = None  # by the hospital, whatever the priority
    due_minutes: float | None = None  # after the request; None: when the hospital's calendar says
    weight: float

    def due_at(self, requested_at: datetime, by_calendar: datetime) -> datetime:
        """Return when a study is due: urgency brings it forward and never puts it off."""
        if self.due_minutes is None:
            return by_calendar
        return min(by_calendar, requested_at + timedelta(minutes=self.due_minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What studies of a column cost a reader; the first that fits the end of its name counts."""

    ends_with: str = ""  # of the column; "" fits every one
    starts_with: str = ""
    minutes: float
    difficulty: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPolicy:
    """The whole table."""

    name: str
    effective_from: date
    verified: bool  # False: general knowledge where no source is named
    source: str
    urgencies: tuple[Urgency, ...]  # ascending, the first from priority 0
    workloads: tuple[Workload, ...]  # the last fits everything
    floor_score: int  # nobody below reads it while somebody above has room
    hard_from_difficulty: float
    hard_floor_score: int
    score_step: int  # scores within one step are not told apart
    tardiness_step_minutes: float  # nor is tardiness, weighted
    minutes_without_shifts: float  # a day of every reader, while no shift was ever imported
    ahead_minutes: float | None = None  # who has so much to read is given no more; None: no limit

    def __post_init__(self) -> None:
        starts = [one.from_priority for one in self.urgencies]
        if not starts or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
            raise ConfigurationError("the urgencies of an assignment policy ascend from 0")
        if not self.workloads or self.workloads[-1].ends_with or self.workloads[-1].starts_with:
            raise ConfigurationError("the last workload of an assignment policy fits every column")
        if self.score_step < 1 or self.tardiness_step_minutes <= 0:
            raise ConfigurationError("the steps of an assignment policy are above 0")
        if self.ahead_minutes is not None and self.ahead_minutes <= 0:
            raise ConfigurationError("ahead_minutes is above 0: nobody would get anything")

    def urgency(
        self, priority: int, requested: RequestedUrgency = RequestedUrgency.ROUTINE
    ) -> Urgency:
        """Return the highest urgency that findings or the hospital's request reach."""
        return [
            one
            for one in self.urgencies
            if priority >= one.from_priority or one.or_requested is requested
        ][-1]

    def workload(self, column: str) -> Workload:
        """Return what a study of a column costs."""
        return next(
            one
            for one in self.workloads
            if column.startswith(one.starts_with) and column.endswith(one.ends_with)
        )

    def floor(self, difficulty: float) -> int:
        """Return the score below which a study is not given while others have room."""
        return self.hard_floor_score if self.is_hard(difficulty) else self.floor_score

    def is_hard(self, difficulty: float) -> bool:
        """Tell whether a study counts as a hard case."""
        return difficulty >= self.hard_from_difficulty
