"""Analyses on their way to the queue: those that may wait for money go one by one."""

import threading
from collections.abc import Callable
from typing import Final, TypeAlias

import structlog

from routing.ledger.guard import BudgetGuard
from routing.records.catalog import StudyCatalog
from routing.records.reading import ReadingRecords
from wetread.domain.studies import StudyState

Submit: TypeAlias = Callable[[str, int], None]
"""Queues the analysis of a study's revision; doing it twice changes nothing."""

_Analysis: TypeAlias = tuple[str, int]  # study instance UID, revision
_POLL_SECONDS: Final = 1.0
_SPENT_SECONDS: Final = 30.0  # between two looks at a budget that is spent
_UNDER_WAY: Final = {StudyState.COMPLETE, StudyState.ANALYSING}

_log = structlog.get_logger(__name__)


class BudgetedAnalyses:
    """Passes on what may not wait at once. The rest is kept while budgets are spent.

    Of those no more are under way than are worked on at once: what is queued can no longer be
    held back. They are kept in memory only, since a study that is complete and not analysed is
    announced again at the next start.
    """

    def __init__(
        self,
        submit: Submit,
        *,
        guard: BudgetGuard,
        catalog: StudyCatalog,
        reading: ReadingRecords,
        most_under_way: int,
    ) -> None:
        self._submit = submit
        self._guard = guard
        self._catalog = catalog
        self._reading = reading
        self._most_under_way = most_under_way
        self._waiting: dict[_Analysis, str] = {}  # and the site; first come, first served
        self._under_way: set[_Analysis] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="budgets", daemon=True)

    def start(self) -> None:
        """Begin to pass on what waits."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """End; what waits is announced again at the next start."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout_seconds)

    def submit(self, study_instance_uid: str, revision: int) -> None:
        """Pass an analysis on, now or as soon as it may start."""
        study = self._catalog.study(study_instance_uid)
        if study is None or not self._guard.may_wait(study):
            self._submit(study_instance_uid, revision)
            return
        with self._lock:
            self._waiting[study_instance_uid, revision] = study.site
        self._wake.set()

    def submit_now(self, study_instance_uid: str) -> bool:
        """Pass a study on whatever it costs; False where it does not wait."""
        with self._lock:
            found = [one for one in self._waiting if one[0] == study_instance_uid]
            for analysis in found:
                self._submit(*analysis)
                del self._waiting[analysis]
        return bool(found)

    def advance(self) -> bool:
        """Pass on what may start now; return whether something waits for money."""
        with self._lock:
            self._under_way = {one for one in self._under_way if not self._has_ended(one)}
            if not self._waiting or len(self._under_way) >= self._most_under_way:
                return False
            standings = self._guard.standings()
            spent = False
            for analysis, site in list(self._waiting.items()):
                reason = self._guard.reason_to_wait(site, standings)
                if reason is not None:
                    self._reading.note_waiting(analysis[0], reason)
                    spent = True
                elif len(self._under_way) < self._most_under_way:
                    self._submit(*analysis)
                    self._under_way.add(analysis)
                    del self._waiting[analysis]
            return spent

    def _run(self) -> None:
        while not self._stopping.is_set():
            spent = False
            try:
                spent = self.advance()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next look
                _log.error("Budgets cannot be looked at now", error=type(error).__name__)
            self._wake.wait(_SPENT_SECONDS if spent else _POLL_SECONDS)
            self._wake.clear()

    def _has_ended(self, analysis: _Analysis) -> bool:
        study = self._catalog.study(analysis[0])
        return study is None or study.revision != analysis[1] or study.state not in _UNDER_WAY
