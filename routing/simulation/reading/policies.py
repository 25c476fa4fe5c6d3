"""The ways of handing out reading that ours is compared with."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from routing.simulation.reading.floor import Floor, HandOut, Line
from routing.simulation.reading.studies import BoolArray


class _OldestOfOwn:
    """Readers take the studies of their own list in order of request."""

    def choose(self, worklist: Sequence[int], floor: Floor) -> int:  # noqa: ARG002 - asked for by the other policies
        return min(worklist)


class _OpenList(_OldestOfOwn, ABC):
    """One list for all: whoever has nothing to read takes a study from it."""

    every_min: float | None = None

    def hand_out(self, floor: Floor) -> Iterator[HandOut]:
        waiting = floor.lines
        for reader in tuple(floor.idle) if waiting else ():
            lines = [line for line in waiting if floor.reads[reader, line[0]]]
            if lines:
                yield floor.head(self._pick(lines, floor)), reader
                waiting = floor.lines

    @abstractmethod
    def _pick(self, lines: Sequence[Line], floor: Floor) -> Line:
        """Return the line whose oldest study the reader takes."""


class OldestFirst(_OpenList):
    """First in, first out: the oldest study that the reader reads."""

    def _pick(self, lines: Sequence[Line], floor: Floor) -> Line:
        return min(lines, key=floor.head)


class CherryPicking(_OpenList):
    """Everybody takes what is quickest to read, since studies are paid alike."""

    def _pick(self, lines: Sequence[Line], floor: Floor) -> Line:
        return min(lines, key=lambda line: (floor.kind_min[line[0]], floor.head(line)))


class _InOrder(_OldestOfOwn, ABC):
    """Each study, oldest first, goes to one of the readers who have room for it."""

    def hand_out(self, floor: Floor) -> Iterator[HandOut]:
        while lines := floor.lines:
            room = np.flatnonzero(self._room(floor))
            read = set(np.nonzero(floor.reads[room])[1].tolist())
            study = min((floor.head(line) for line in lines if line[0] in read), default=None)
            if study is None:
                return
            kind = int(floor.studies.kind[study])
            yield study, self._pick(kind, room[floor.reads[room, kind]], floor)

    @abstractmethod
    def _room(self, floor: Floor) -> BoolArray:
        """Return which readers may be given a study, (R,)."""

    @abstractmethod
    def _pick(self, kind: int, readers: NDArray[np.intp], floor: Floor) -> int:
        """Return the one of the readers who gets it."""


class _WholeShift(_InOrder, ABC):
    """Every study is handed out as it comes, for as long as the shift has room."""

    every_min: float | None = None

    def _room(self, floor: Floor) -> BoolArray:
        return floor.with_room(np.inf)


class RoundRobin(_WholeShift):
    """The readers of a kind take turns."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}  # reader by kind

    def _pick(self, kind: int, readers: NDArray[np.intp], floor: Floor) -> int:  # noqa: ARG002 - asked for by the other policies
        later = readers[readers > self._last.get(kind, -1)]
        self._last[kind] = int(later[0] if later.size else readers[0])
        return self._last[kind]


class ShortestQueue(_WholeShift):
    """To the reader with the fewest minutes before it."""

    def _pick(self, kind: int, readers: NDArray[np.intp], floor: Floor) -> int:  # noqa: ARG002 - asked for by the other policies
        return int(readers[np.argmin(floor.pending_min[readers])])


class BestScore(_InOrder):
    """The rule in use: oldest first, to the reader with the best score of their own.

    Among those who have little left to read: with room for a whole shift, the best readers would
    hold studies for hours that others could read at once.
    """

    def __init__(self, room_min: float) -> None:
        self.every_min: float | None = 2.0
        self._room_min = room_min

    def _room(self, floor: Floor) -> BoolArray:
        return floor.with_room(self._room_min)

    def _pick(self, kind: int, readers: NDArray[np.intp], floor: Floor) -> int:
        return int(readers[np.argmax(floor.readers.scores[readers, kind])])
