"""Watch receiving studies, declare them complete, and announce that to the pipeline."""

import threading
import time
from collections.abc import Callable
from typing import TypeAlias

import structlog

from routing.records.catalog import StudyCatalog
from routing.records.studies import CompletedStudy, StudySummary
from wetread.domain.studies import CompletenessPolicy
from wetread.ports import Clock

OnComplete: TypeAlias = Callable[[str, int], None]
"""Is told study UID and revision; may be told the same again, after a restart or its own error."""

_POLL_SECONDS = 0.25
_SETTLE_SECONDS = 10.0
_SETTLE_POLL_SECONDS = 0.02

_log = structlog.get_logger(__name__)


class CompletenessWatcher:
    """One thread that completes studies as the policy says.

    ``indexed_until`` gives the time before which everything received is in the catalog: silence
    counts up to then only, since the next image of a study may be waiting to be indexed. Nor does
    the time before `start` count, when nothing could be received.
    """

    def __init__(
        self,
        catalog: StudyCatalog,
        policy: CompletenessPolicy,
        clock: Clock,
        on_complete: OnComplete,
        *,
        indexed_until: Clock,
    ) -> None:
        self._catalog = catalog
        self._policy = policy
        self._indexed_until = indexed_until
        self._on_complete = on_complete
        self._clock = clock
        self._listening_since = clock()
        self._announced: set[CompletedStudy] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="completeness", daemon=True)

    def start(self) -> None:
        """Begin to watch; studies that were complete but not analysed are announced again."""
        self._listening_since = self._clock()
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """End after the poll in progress."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout_seconds)

    def complete_now(self, study_instance_uid: str) -> CompletedStudy | None:
        """Complete a study because somebody says so; None when it is not receiving.

        What was received before the call is indexed first.
        """
        asked_at, gives_up_at = self._clock(), time.monotonic() + _SETTLE_SECONDS
        while self._indexed_until() < asked_at and time.monotonic() < gives_up_at:
            time.sleep(_SETTLE_POLL_SECONDS)
        completed = self._catalog.complete_study(study_instance_uid)
        self._wake.set()
        return completed

    def poll(self) -> None:
        """Complete what is due and announce every completion not announced yet."""
        for study in self._catalog.receiving_studies():
            if self._is_due(study) and self._catalog.complete_study(study.study_instance_uid):
                _log.info(
                    "A study is complete",
                    study_instance_uid=study.study_instance_uid,
                    instances=study.stored_instances,
                )
        complete = self._catalog.complete_studies()
        self._announced.intersection_update(complete)
        for completed in complete:
            if completed not in self._announced:
                self._announce(completed)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.poll()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next poll
                _log.error(
                    "The studies cannot be watched now; trying again", error=type(error).__name__
                )
            self._wake.wait(_POLL_SECONDS)
            self._wake.clear()

    def _is_due(self, study: StudySummary) -> bool:
        return self._policy.is_complete(
            first_received_at=study.first_received_at,
            last_received_at=max(study.last_received_at, self._listening_since),
            received_instances=study.stored_instances,
            expected_instances=study.expected_instances,
            now=self._indexed_until(),
        )

    def _announce(self, completed: CompletedStudy) -> None:
        try:
            self._on_complete(completed.study_instance_uid, completed.revision)
        except Exception as error:  # noqa: BLE001 - it is tried again at the next poll
            _log.error(
                "The analysis of a study could not be started; trying again",
                study_instance_uid=completed.study_instance_uid,
                error=type(error).__name__,
            )
        else:
            self._announced.add(completed)
