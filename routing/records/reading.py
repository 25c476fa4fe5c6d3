"""Reading items in the records: what the reader is told of the analysis."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from routing.records.tables import ReadingItemRecord, StudyRecord
from routing.records.transactions import writing
from wetread.domain.reading import AiState


class ReadingRecords:
    """Moves reading items by what the analysis says; never down, never out of the list."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note_analysis(
        self,
        study_instance_uid: str,
        revision: int,
        *,
        ai_state: AiState,
        priority: int,
        reasons: Sequence[str],
    ) -> datetime | None:
        """Raise the item and say how the analysis stands; return when the read was requested.

        None where nobody waits for the study. A revision that a newer one has followed may still
        raise the item, but the reader goes on waiting for the newer one.
        """
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is None or item.reported_at is not None:
                return None
            item.priority = max(item.priority, priority)
            item.reasons = list(reasons)
            if session.get_one(StudyRecord, study_instance_uid).revision == revision:
                item.ai_state = ai_state
            return item.requested_at

    def note_waiting(self, study_instance_uid: str, reason: str) -> None:
        """Say why the analysis has not begun; what was said of an earlier revision stays."""
        with writing(self._engine) as session:
            item = session.get(ReadingItemRecord, study_instance_uid, with_for_update=True)
            if item is not None and item.reported_at is None and reason not in item.reasons:
                item.reasons = [reason, *item.reasons]
