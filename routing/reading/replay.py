"""What other rules would have made of the reading list at a moment: tried before they go live."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.records.reading import ReadingTask
from wetread.domain.reading_order import OrderRules, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One study under both rules; ranks count from 1."""

    task: ReadingTask
    rank: int
    tried_rank: int

    @property
    def sooner_by(self) -> int:
        """By how many studies it would have come sooner; negative: later."""
        return self.rank - self.tried_rank


def replay(tasks: Sequence[ReadingTask], rules: OrderRules, tried: OrderRules) -> tuple[Moved, ...]:
    """Return every study in the order of ``tried``."""
    ranks = _ranks(tasks, rules)
    return tuple(
        Moved(task=task, rank=ranks[task.study_instance_uid], tried_rank=rank)
        for rank, task in enumerate(_ordered(tasks, tried), start=1)
    )


def _ordered(tasks: Sequence[ReadingTask], rules: OrderRules) -> list[ReadingTask]:
    return sorted(
        tasks, key=lambda task: (place_of(task.request, rules).place_at, task.study_instance_uid)
    )


def _ranks(tasks: Sequence[ReadingTask], rules: OrderRules) -> dict[str, int]:
    ordered = enumerate(_ordered(tasks, rules), start=1)
    return {task.study_instance_uid: rank for rank, task in ordered}
