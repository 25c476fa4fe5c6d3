"""Makes room for studies that are left: another study of a full reader goes to somebody else.

Capacities are filled with studies of different lengths, which the assignment problem knows only
on average: at the end a study may be left although one move would find room for it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.reading.assignment.pool import Floats, ReaderLoads, StudyArrays

OPEN: Final = -1  # instead of a reader
_MOST_TRIED: Final = 50  # studies; where capacity is short, moving does not help
_BELOW_FLOOR: Final = 1000.0  # more than any gain of suitability


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    gain: float
    moved: int  # the study that goes to ``to``
    to: int
    reader: int  # who takes the study that was left


def make_room(reader_of: NDArray[np.intp], arrays: StudyArrays, loads: ReaderLoads) -> bool:
    """Give studies that are left, each by moving one other; tell whether any was.

    Changes ``reader_of`` and the loads.
    """
    was_open = np.count_nonzero(reader_of == OPEN)
    worth = arrays.suitability - _BELOW_FLOOR * (arrays.scores < arrays.floors[:, None])
    for study in np.flatnonzero(reader_of == OPEN)[:_MOST_TRIED]:
        moves = [
            move
            for reader in np.flatnonzero(arrays.eligible[study])
            if (move := _best_move(study, reader, reader_of, worth, arrays, loads)) is not None
        ]
        if moves:
            best = max(moves, key=lambda one: (one.gain, -one.reader))
            _give(best.moved, best.to, reader_of, arrays, loads)
            _give(study, best.reader, reader_of, arrays, loads)
    return bool(np.count_nonzero(reader_of == OPEN) < was_open)


def _best_move(
    study: np.intp,
    reader: np.intp,
    reader_of: NDArray[np.intp],
    worth: Floats,
    arrays: StudyArrays,
    loads: ReaderLoads,
) -> _Move | None:
    short = arrays.minutes[study] - loads.free[reader]
    movable = np.flatnonzero((reader_of == reader) & (arrays.minutes >= short))
    fits = arrays.eligible[movable] & (loads.free >= arrays.minutes[movable, None])
    fits[:, reader] = False
    if not fits.any():
        return None
    gain = np.where(fits, worth[movable] - worth[movable, reader][:, None], -np.inf)
    place, to = np.unravel_index(int(gain.argmax()), gain.shape)
    return _Move(
        gain=float(gain[place, to] + worth[study, reader]),
        moved=int(movable[place]),
        to=int(to),
        reader=int(reader),
    )


def _give(
    study: int | np.intp,
    reader: int,
    reader_of: NDArray[np.intp],
    arrays: StudyArrays,
    loads: ReaderLoads,
) -> None:
    minutes, weighted = float(arrays.minutes[study]), float(arrays.weighted_minutes[study])
    if reader_of[study] != OPEN:
        loads.add(int(reader_of[study]), -minutes, -weighted)
    loads.add(reader, minutes, weighted)
    reader_of[study] = reader
