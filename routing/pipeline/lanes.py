"""The queues in which studies wait: one for all, and one past it for those that are urgent."""

from collections.abc import Callable
from typing import Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID, WorkflowStatusString

from wetread.domain.reading_order import URGENT_FROM
from wetread.domain.triage import HIGHEST_PRIORITY

POLLING_SECONDS: Final = 0.25
ALIVE: Final = [
    status.value
    for status in (
        WorkflowStatusString.ENQUEUED,
        WorkflowStatusString.DELAYED,
        WorkflowStatusString.PENDING,
    )
]
_STUDIES: Final = "studies"
_URGENT: Final = "urgent_studies"


class StudyLanes:
    """Begins so many studies at once, and so many more where they are urgent."""

    def __init__(self, *, most: int, most_urgent: int) -> None:
        self._most = most
        self._most_urgent = most_urgent

    def open(self) -> None:
        """Have DBOS take from both; what waits in one that is no longer wanted, too."""
        # Counted in the database: unlike what a process counts for itself, that never lags.
        for name, most in ((_STUDIES, self._most), (_URGENT, max(1, self._most_urgent))):
            DBOS.register_queue(
                name,
                global_concurrency=most,
                polling_interval_sec=POLLING_SECONDS,
                on_conflict="always_update",
            )

    def enqueue(
        self,
        analyse: Callable[[str, int], None],
        study_instance_uid: str,
        revision: int,
        *,
        workflow_id: str,
        urgency: int,
    ) -> None:
        """Queue an analysis, unless a workflow of that name was before; the more urgent sooner.

        Return when it is durably queued.
        """
        clamped = min(max(urgency, 0), HIGHEST_PRIORITY)
        lane = _URGENT if clamped >= URGENT_FROM and self._has_room_for_urgent() else _STUDIES
        with (
            SetWorkflowID(workflow_id),
            SetEnqueueOptions(priority=1 + HIGHEST_PRIORITY - clamped),  # DBOS: 1 is first
        ):
            DBOS.enqueue_workflow(lane, analyse, study_instance_uid, revision)

    def hasten(self, workflow_id_prefix: str) -> bool:
        """Have what is queued under such a name wait for urgent ones only; False where nothing is.

        What is begun at this very moment is then done twice, as after a killed process: that
        doubles no effect.
        """
        if not self._most_urgent:
            return False
        queued = DBOS.list_workflows(
            status=WorkflowStatusString.ENQUEUED.value,
            queue_name=_STUDIES,
            workflow_id_prefix=workflow_id_prefix,
            load_input=False,
            load_output=False,
        )
        for status in queued:
            DBOS.resume_workflow(status.workflow_id, queue_name=_URGENT)
        return bool(queued)

    def _has_room_for_urgent(self) -> bool:
        """Tell whether an urgent study would begin at once; else it is first where all wait."""
        under_way = DBOS.list_workflows(
            status=ALIVE, queue_name=_URGENT, load_input=False, load_output=False
        )
        return len(under_way) < self._most_urgent
