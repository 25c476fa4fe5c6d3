"""The reading floor: studies come, readers come and go and read, a policy hands out.

Whatever the policy, a reader reads one study at a time to its end, begins none after the shift, and
gives back what was not begun. A study is handed out to a reader of its kind only.
"""

from collections.abc import Generator, Iterator, KeysView, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeAlias

import numpy as np
import simpy
from numpy.typing import NDArray

from routing.simulation.reading.readers import ReaderPool
from routing.simulation.reading.scenario import MINUTES_A_DAY, Scenario
from routing.simulation.reading.studies import BoolArray, ReadingStudies
from wetread.domain.geometry import FloatArray

_EXTRA_DAYS = 5  # after the last request, to read what is left
_NOBODY = -1


class Urgency(IntEnum):
    """What is known of a study before it is read; the larger, the sooner it should be."""

    ROUTINE = 0
    AI_POSITIVE = 1
    URGENT = 2  # asked for as such


Line: TypeAlias = tuple[int, Urgency]
"""The waiting studies of one kind and urgency."""

HandOut: TypeAlias = tuple[int, int]
"""A study and the reader it goes to."""


class Policy(Protocol):
    """One way to hand out reading."""

    every_min: float | None  # hands out so often, too; None: whenever a study comes

    def hand_out(self, floor: "Floor") -> Iterator[HandOut]:
        """Yield what goes to whom now: waiting studies, to readers on shift who read their kind.

        Each is done before the next is asked for. Asked, too, whenever a reader has nothing to
        read, or a study comes while some have nothing.
        """

    def choose(self, worklist: Sequence[int], floor: "Floor") -> int:
        """Return which study of the own list a reader begins."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """What became of each study, all (N,); NaN and -1 where it was never read."""

    begun_min: FloatArray
    end_min: FloatArray
    reader: NDArray[np.int64]
    moves: NDArray[np.int64]  # how often it went from one reader to another
    reading_min: FloatArray  # what the reader took


class Floor:
    """The state that policies look at; they change nothing of it."""

    def __init__(
        self, scenario: Scenario, studies: ReadingStudies, readers: ReaderPool, policy: Policy
    ) -> None:
        self.studies = studies
        self.readers = readers
        self.kind_min = scenario.reading_min  # (K,), the minutes to expect
        self.hard = np.array([kind.hard for kind in scenario.kinds])  # (K,)
        self.reads = readers.scores > 0  # (R, K)
        self.urgency = np.where(
            studies.urgent,
            Urgency.URGENT,
            np.where(studies.ai_positive, Urgency.AI_POSITIVE, Urgency.ROUTINE),
        )
        self.waiting: dict[Line, dict[int, None]] = {
            (kind, urgency): {} for kind in range(len(scenario.kinds)) for urgency in Urgency
        }
        count, pool = len(studies.kind), len(readers.start_min)
        self.on_shift: BoolArray = np.zeros(pool, dtype=bool)
        self.shift_ends_min = np.zeros(pool)
        self.shifts_min = np.zeros(pool)  # of all shifts that were begun, to their ends
        self.pending_min = np.zeros(pool)  # expected minutes handed out and not yet read
        self.given_min = np.zeros(pool)  # expected minutes handed out since the beginning
        self.given_hard_min = np.zeros(pool)
        self._took_min = np.zeros(count)  # of all readers on shift, by the study they went to
        self._requested = 0
        self._policy = policy
        self._environment = simpy.Environment()
        self._all_read = self._environment.event()
        self._left = count
        self._worklists: list[list[int]] = [[] for _ in range(pool)]
        self._idle: dict[int, simpy.Event] = {}  # readers with nothing to read, and their call
        self._kinds: list[int] = studies.kind.tolist()
        self._begun_min = np.full(count, np.nan)
        self._end_min = np.full(count, np.nan)
        self._reader = np.full(count, _NOBODY)
        self._moves = np.zeros(count, dtype=int)

    @property
    def now_min(self) -> float:
        """Return the minutes since the first midnight."""
        return float(self._environment.now)

    @property
    def idle(self) -> KeysView[int]:
        """Return the readers who have nothing to read, longest idle first."""
        return self._idle.keys()

    @property
    def lines(self) -> list[Line]:
        """Return the lines in which studies wait."""
        return [line for line, studies in self.waiting.items() if studies]

    @property
    def entitled_min(self) -> FloatArray:
        """Return the minutes that readers have been on shift, (R,)."""
        entitled: FloatArray = self.shifts_min - np.where(
            self.on_shift, self.shift_ends_min - self.now_min, 0.0
        )
        return entitled

    def with_room(self, room_min: float) -> BoolArray:
        """Return which readers have less than so many minutes to read, and longer to stay, (R,)."""
        rest_min = self.shift_ends_min - self.now_min
        return self.on_shift & (self.pending_min < np.minimum(room_min, rest_min))

    def head(self, line: Line) -> int:
        """Return the study of a line that was asked for first."""
        return next(iter(self.waiting[line]))

    def overtaken_min(self, study: int) -> float:
        """Return how long a study was held up by later requests that were handed out before it."""
        return float(self._took_min[study + 1 : self._requested].sum())

    def play(self) -> Played:
        """Play all requests, and on until everything is read or the extra days are over."""
        days = int(self.studies.arrival_min[-1] // MINUTES_A_DAY) + 1 + _EXTRA_DAYS
        self._environment.process(self._requests())
        for reader in range(len(self.on_shift)):
            self._environment.process(self._work(reader, days))
        if self._policy.every_min is not None:
            self._environment.process(self._ticks(self._policy.every_min))
        last = self._environment.timeout((days + 1) * MINUTES_A_DAY)
        self._environment.run(until=last | self._all_read)
        factor = np.append(self.readers.minutes_factor, np.nan)  # NaN for nobody, who is last
        return Played(
            begun_min=self._begun_min,
            end_min=self._end_min,
            reader=self._reader,
            moves=self._moves,
            reading_min=self.studies.reading_min * factor[self._reader],
        )

    def _requests(self) -> Generator[simpy.Event, None, None]:
        for study, at_min in enumerate(self.studies.arrival_min.tolist()):
            # At one moment, sums may lie a rounding error behind.
            yield self._environment.timeout(max(0.0, at_min - self.now_min))
            self._line(study)[study] = None
            self._requested = study + 1
            if self._idle or self._policy.every_min is None:
                self._hand_out()

    def _ticks(self, every_min: float) -> Generator[simpy.Event, None, None]:
        while True:
            yield self._environment.timeout(every_min)
            self._hand_out()

    def _work(self, reader: int, days: int) -> Generator[simpy.Event, None, None]:
        start_min, shift_min = self.readers.start_min[reader], self.readers.shift_min[reader]
        for day in range(days):
            begins_min = day * MINUTES_A_DAY + float(start_min)
            yield self._environment.timeout(max(0.0, begins_min - self.now_min))
            self.on_shift[reader] = True
            self.shift_ends_min[reader] = begins_min + shift_min
            self.shifts_min[reader] += shift_min
            self._environment.process(self._close(reader))
            while self.on_shift[reader]:
                if self._worklists[reader]:
                    yield from self._read(reader)
                    continue
                self._idle[reader] = self._environment.event()
                self._hand_out()
                if reader in self._idle:
                    yield self._idle[reader]

    def _read(self, reader: int) -> Generator[simpy.Event, None, None]:
        study = self._policy.choose(self._worklists[reader], self)
        self._worklists[reader].remove(study)
        self._begun_min[study] = self.now_min
        minutes = self.studies.reading_min[study] * self.readers.minutes_factor[reader]
        yield self._environment.timeout(float(minutes))
        self._end_min[study] = self.now_min
        self.pending_min[reader] -= self._expected_min(study, reader)
        self._left -= 1
        if not self._left:
            self._all_read.succeed()

    def _close(self, reader: int) -> Generator[simpy.Event, None, None]:
        yield self._environment.timeout(float(self.shift_ends_min[reader]) - self.now_min)
        self.on_shift[reader] = False
        for study in self._worklists[reader]:
            line = self._line(study)
            line[study] = None
            ordered = sorted(line)
            line.clear()
            line.update(dict.fromkeys(ordered))
            self._book(study, reader, -1)
        self._worklists[reader].clear()
        if (call := self._idle.pop(reader, None)) is not None:
            call.succeed()
        self._hand_out()

    def _hand_out(self) -> None:
        for study, reader in self._policy.hand_out(self):
            del self._line(study)[study]
            self._moves[study] += self._reader[study] not in {_NOBODY, reader}
            self._reader[study] = reader
            self._worklists[reader].append(study)
            self._book(study, reader, +1)
            if (call := self._idle.pop(reader, None)) is not None:
                call.succeed()

    def _book(self, study: int, reader: int, times: int) -> None:
        minutes = times * self._expected_min(study, reader)
        self._took_min[study] = max(minutes, 0.0) / max(1, int(np.count_nonzero(self.on_shift)))
        self.pending_min[reader] += minutes
        self.given_min[reader] += minutes
        if self.hard[self._kinds[study]]:
            self.given_hard_min[reader] += minutes

    def _expected_min(self, study: int, reader: int) -> float:
        return float(self.kind_min[self._kinds[study]] * self.readers.minutes_factor[reader])

    def _line(self, study: int) -> dict[int, None]:
        return self.waiting[self._kinds[study], Urgency(self.urgency[study])]
