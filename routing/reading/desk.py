"""Where readers get their studies: the records say what is to be read, the queue in which order."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from routing.reading.calendars import SiteCalendars
from routing.records.discrepancies import DiscrepancyRecords
from routing.records.reading import ReadingRecords, ReadingTask
from wetread.domain.findings import Findings
from wetread.domain.reading import ai_state_from_outcome
from wetread.domain.reading_order import OrderRules, Urgency, place_of
from wetread.ports import Clock, QueueItem, ReadingQueue

_ACTOR: Final = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDesk:
    """Places studies, hands them out, and takes the report; every step may safely happen twice."""

    records: ReadingRecords
    discrepancies: DiscrepancyRecords
    queue: ReadingQueue
    rules: OrderRules
    calendars: SiteCalendars
    lease: timedelta
    clock: Clock

    def open(self, study_instance_uid: str) -> None:
        """Place a study whose read is requested: from here on it can be read, whatever AI does."""
        task = self.records.find(study_instance_uid)
        if task is None or task.is_reported:
            return
        due_at = self.calendars.due_at(task.site, task.request.requested_at)
        self.records.note_due(study_instance_uid, due_at)
        self._place(self.records.find(study_instance_uid))

    def note_analysis(self, findings: Findings) -> None:
        """Raise the study by what was found; after the report, tell it only if it matters."""
        uid, triage = findings.study_instance_uid, findings.triage
        task = self.records.note_analysis(
            uid,
            findings.revision,
            ai_state=ai_state_from_outcome(findings.outcome),
            priority=triage.priority,
            reasons=triage.reasons,
        )
        if task is not None and task.is_reported:
            if findings.nodules and triage.priority >= self.rules.discrepancy_from_points:
                self.discrepancies.raise_once(
                    uid, findings.revision, reasons=triage.reasons, at=self.clock()
                )
            return
        self._place(task)

    def announce_result(self, study_instance_uid: str) -> None:
        """Tell whoever reads the study that its analysis has ended."""
        self.queue.announce_result(study_instance_uid)

    def change_request(
        self,
        study_instance_uid: str,
        *,
        urgency: Urgency | None,
        due_at: datetime | None,
        actor: str,
    ) -> bool:
        """Keep how urgent a study is, and when it is due; False where it is not to be read."""
        task = self.records.change_request(
            study_instance_uid, urgency=urgency, due_at=due_at, actor=actor, at=self.clock()
        )
        if task is None:
            return False
        item = self._item(task)
        self.records.note_places([item])
        self.queue.move([item])  # a human may take an urgency back
        return True

    def claim_next(self, reader: str, *, skip: Collection[str] = ()) -> QueueItem | None:
        """Give a reader what to read next."""
        return self.queue.claim_next(reader, until=self._until(), skip=skip)

    def claim(self, study_instance_uid: str, reader: str) -> bool:
        """Give a reader one study, or prolong the claim they have."""
        return self.queue.claim(study_instance_uid, reader, until=self._until())

    def report(self, study_instance_uid: str, reader: str) -> bool:
        """Take the report of whoever has the study; False where another has it."""
        if not self.claim(study_instance_uid, reader):
            return False
        # The records first: what is gone from the queue alone would never be read.
        self.records.note_report(study_instance_uid, reader=reader, at=self.clock())
        self.queue.remove(study_instance_uid)
        return True

    def pass_on(self, study_instance_uid: str, reader: str) -> None:
        """Have a study read by another: whom it was assigned to has done their part."""
        task = self.records.unassign(study_instance_uid, at=self.clock())
        if task is not None:
            self.queue.move([self._item(task)])
        self.queue.release(study_instance_uid, reader)

    def withdraw(self, study_instance_uid: str, *, by: str) -> bool:
        """Take a study out unread; False where somebody reads it, or it is out already."""
        if not self.claim(study_instance_uid, by):
            return False
        self.records.withdraw(study_instance_uid, actor=by, at=self.clock())
        self.queue.remove(study_instance_uid)
        return True

    def request_again(self, study_instance_uid: str, *, by: str) -> bool:
        """Have a study read that was taken out unread; False where it was not."""
        if not self.records.request_again(study_instance_uid, actor=by, at=self.clock()):
            return False
        self._place(self.records.find(study_instance_uid))
        return True

    def apply_rules(self) -> bool:
        """Order the list by rules that are new, and note it; False where they are not new."""
        digest = hashlib.sha256(repr(self.rules).encode()).hexdigest()
        changed = self.records.note_rules(self.rules.name, digest, actor=_ACTOR, at=self.clock())
        if changed:
            self.reprioritise()
        return changed

    def reprioritise(self) -> None:
        """Give every waiting study the place that the rules say."""
        items = self._items(self.records.waiting())
        self.records.note_places(items)
        self.queue.move(items)

    def take_over_readers(self) -> None:
        """Tell the queue to whom the records say that studies are assigned."""
        self.queue.move(self.records.waiting_items())

    def _place(self, task: ReadingTask | None) -> None:
        if task is not None:
            item = self._item(task)
            if item.place_at < task.place_at:
                self.records.note_places([item])
            self.queue.put(item)

    def _items(self, tasks: Sequence[ReadingTask]) -> list[QueueItem]:
        return [self._item(task) for task in tasks]

    def _item(self, task: ReadingTask) -> QueueItem:
        place = place_of(task.request, self.rules)
        return QueueItem(
            study_instance_uid=task.study_instance_uid, place_at=place.place_at, reader=task.reader
        )

    def _until(self) -> datetime:
        return self.clock() + self.lease
