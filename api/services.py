"""What the HTTP side needs from the rest of the program; wired in `bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import SecretStr

from api.health import ReadinessCheck
from api.metrics import ServiceMetrics
from routing.feedback.desk import FeedbackDesk
from routing.feedback.quality import QualityDesk
from routing.reading.assignment.desk import AssignmentDesk
from routing.reading.desk import ReadingDesk
from routing.reading.double_reading import DoubleReading
from routing.reading.prescreening import Prescreening
from routing.records.assignments import AssignmentRecords
from routing.records.feedback import FeedbackRecords
from routing.records.ledger import LedgerRecords
from routing.records.links import LinkRecords
from routing.records.mark_preferences import MarkPreferenceRecords
from routing.records.overview import RecordsOverview
from routing.records.patients import PatientRecords
from routing.records.totals import RecordsTotals
from routing.records.tracks import TrackRecords
from wetread.domain.costs.budgets import Budget
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.payers import PayerTable
from wetread.ports import Clock

CompleteStudy: TypeAlias = Callable[[str], None]
"""Declares a receiving study complete now, by its UID; doing it twice changes nothing."""

ExpectInstances: TypeAlias = Callable[[str, int], object]
"""Notes how many instances a study will have: with the last of them it is complete."""

AnalyseNow: TypeAlias = Callable[[str], bool]
"""Starts an analysis that waits for money or in the queue, by its study's UID; False otherwise."""
Redeliver: TypeAlias = Callable[[str, str], bool]
"""Encodes and sends (study UID) anew what its destinations are to have now, as (who) asked.

False where there are no findings yet.
"""

KeyImagePath: TypeAlias = Callable[[str, int, str], Path]
"""Tells where the key image of (study UID, revision, tracking ID) lies, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """Everything the application is made of."""

    overview: RecordsOverview
    totals: RecordsTotals
    tracks: TrackRecords
    desk: ReadingDesk
    prescreening: Prescreening
    double_reading: DoubleReading
    feedback: FeedbackRecords
    feedback_desk: FeedbackDesk
    quality: QualityDesk
    assignment_desk: AssignmentDesk
    assignments: AssignmentRecords
    patients: PatientRecords
    links: LinkRecords
    ledger: LedgerRecords
    payers: DatedTables[PayerTable]
    budgets: tuple[Budget, ...]
    complete_study: CompleteStudy
    expect_instances: ExpectInstances
    analyse_now: AnalyseNow
    redeliver: Redeliver
    mark_preferences: MarkPreferenceRecords
    key_image_path: KeyImagePath
    readiness: tuple[ReadinessCheck, ...]
    metrics: ServiceMetrics
    clock: Clock  # its time zone decides where a month begins
    token: SecretStr | None  # None: only requests to this machine by its own name are answered
