"""A real records database behind the HTTP side, filled through the records themselves."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.app import create_app
from api.health import ReadinessCheck, database_check
from api.metrics import ServiceMetrics
from api.services import ApiServices
from routing.feedback.desk import FeedbackDesk
from routing.feedback.quality import QualityDesk
from routing.identity.linking import same_patient
from routing.ledger.payers import load_payer_tables
from routing.reading.desk import ReadingDesk
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.assignments import AssignmentRecords
from routing.records.catalog import StudyCatalog
from routing.records.feedback import FeedbackRecords
from routing.records.findings import FindingsRecords
from routing.records.ledger import LedgerRecords
from routing.records.links import LinkRecords
from routing.records.mark_preferences import MarkPreferenceRecords
from routing.records.overview import RecordsOverview
from routing.records.patients import PatientRecords
from routing.records.quality import QualityRecords
from routing.records.results import Parcel, ResultRecords
from routing.records.tables import InstanceRecord, StudyRecord
from routing.records.totals import RecordsTotals
from routing.records.tracks import TrackRecords
from routing.results.objects import EncodedObject, ObjectKind
from tests.support.assignment import assignment_desk
from tests.support.findings import findings
from tests.support.ledger import ledger_entry
from tests.support.reading import double_reading, prescreening, reading_desk
from wetread.domain.costs.budgets import Budget
from wetread.domain.device_use import DeviceUse
from wetread.domain.drift import DriftPolicy
from wetread.domain.findings import Findings
from wetread.domain.studies import StudyState
from wetread.domain.uids import derive_uid
from wetread.ports import DeliveryReceipt, QueueItem

JAPAN = timezone(timedelta(hours=9))
NOW = datetime(2026, 4, 1, 8, 30, tzinfo=JAPAN)
NAME = "HOSTILE^<script>alert(1)</script>"
PATIENT_ID = "P-INVENTED-77"
DEVICE_USE = DeviceUse(turns=9, used_seconds=40.5, waited_seconds=8.25, waiting=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """The records of one service, and what its HTTP side is made of."""

    engine: Engine
    results_dir: Path
    completed: list[str] = field(default_factory=list)
    waiting_for_money: set[str] = field(default_factory=set)
    redelivered: list[tuple[str, str]] = field(default_factory=list)

    def add_study(
        self,
        number: int,
        *,
        state: StudyState = StudyState.COMPLETE,
        name: str = NAME,
        received: datetime = NOW - timedelta(hours=1),
    ) -> str:
        """Record a study with three stored images and a conflicting one; return its UID."""
        uid = derive_uid("api test", number)
        study = StudyRecord(
            study_instance_uid=uid,
            issuer="Test Hospital",
            patient_id=PATIENT_ID,
            patient_name=name,
            study_date="20260401",
            study_description="Chest <b>CT</b>",
            accession_number="A&1",
            sending_ae="SENDER",
            site="Test Hospital",
            state=state.value,
            revision=0,
            expected_instances=None,
            first_received_at=received,
            last_received_at=received + timedelta(minutes=1),
            completed_at=None,
        )
        with Session(self.engine) as session, session.begin():
            session.add(study)
            session.flush()
            session.add_all(
                InstanceRecord(
                    content_sha256=f"{number:032x}{image:032x}",
                    sop_instance_uid=derive_uid(uid, image % 3),
                    sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
                    series_instance_uid=derive_uid(uid, "series"),
                    study_instance_uid=uid,
                    transfer_syntax_uid="1.2.840.10008.1.2.1",
                    relative_path=f"{image}",
                    sending_ae="SENDER",
                    received_at=received,
                    status="stored" if image < 3 else "conflicting",
                )
                for image in range(4)
            )
        return uid

    @property
    def desk(self) -> ReadingDesk:
        """Return where readers get their studies."""
        return reading_desk(self.engine, lambda: NOW)

    def late_images(self, uid: str) -> None:
        """Complete a study once more."""
        with Session(self.engine) as session, session.begin():
            session.get_one(StudyRecord, uid).revision += 1

    def ask_for_read(self, uid: str, *, waited: timedelta = timedelta(minutes=12)) -> None:
        """Put a study into the reading queue."""
        queue = SqlReadingQueue(self.engine, lambda: NOW)
        queue.put(QueueItem(study_instance_uid=uid, place_at=NOW - waited))

    def conclude(self, found: Findings, *, at: datetime = NOW) -> None:
        """Keep findings, tell the reader, and book their cost."""
        FindingsRecords(self.engine).conclude(found, at=at)
        self.desk.note_analysis(found)
        self.book(found.study_instance_uid, at=at, revision=found.revision)

    def book(
        self, uid: str, *, at: datetime, revision: int = 0, cost_jpy: str = "0.123456"
    ) -> None:
        """Book the cost of one analysis; the hospital that sent it pays."""
        LedgerRecords(self.engine).book(
            ledger_entry(uid, revision=revision, cost_jpy=cost_jpy, at=at)
        )

    def deliver(self, uid: str, *, destination: str, confirmed: bool, detail: str) -> None:
        """Record one result object and what a destination said of it."""
        results = ResultRecords(self.engine, self.results_dir)
        sop_instance_uid = derive_uid(uid, "report")
        report = EncodedObject(
            kind=ObjectKind.MEASUREMENT_REPORT,
            sop_class_uid="1.2.840.10008.5.1.4.1.1.88.33",
            sop_instance_uid=sop_instance_uid,
            path=results.folder(uid, 0) / "report.dcm",
        )
        results.address(uid, 0, objects=[report], destinations=[destination])
        receipt = DeliveryReceipt(
            sop_instance_uid=sop_instance_uid, confirmed=confirmed, detail=detail
        )
        parcel = Parcel(study_instance_uid=uid, revision=0, destination=destination)
        results.note_receipts(parcel, [receipt], at=NOW)

    def redeliver(self, uid: str, actor: str) -> bool:
        """Note who asked; there is something to deliver once there are findings."""
        self.redelivered.append((uid, actor))
        return FindingsRecords(self.engine).newest(uid) is not None

    def key_image_path(self, uid: str, revision: int, tracking_id: str) -> Path:
        """Tell where a key image lies."""
        return self.results_dir / uid / str(revision) / f"{tracking_id}.png"

    def services(
        self, *, token: str | None = None, readiness: tuple[ReadinessCheck, ...] | None = None
    ) -> ApiServices:
        """Return what the application is made of."""
        totals = RecordsTotals(self.engine)
        feedback = FeedbackRecords(self.engine)
        policy = DriftPolicy(reference_scans=3, recent_scans=10)
        quality = QualityDesk(QualityRecords(self.engine), policy, lambda: NOW)
        return ApiServices(
            overview=RecordsOverview(self.engine),
            totals=totals,
            patients=PatientRecords(self.engine),
            links=LinkRecords(self.engine),
            feedback=feedback,
            feedback_desk=FeedbackDesk(FindingsRecords(self.engine), feedback, lambda: NOW),
            quality=quality,
            ledger=LedgerRecords(self.engine),
            payers=load_payer_tables(),
            budgets=(Budget(payer="Test Hospital", month_jpy=Decimal("0.2")),),
            tracks=TrackRecords(self.engine, lambda: NOW, same_patient),
            desk=self.desk,
            prescreening=prescreening(self.desk, self.engine),
            double_reading=double_reading(self.desk, self.engine),
            assignment_desk=assignment_desk(self.engine, lambda: NOW, spool_dir=self.results_dir),
            assignments=AssignmentRecords(self.engine),
            complete_study=self.completed.append,
            expect_instances=StudyCatalog(
                self.engine, lambda: NOW, spool_dir=self.results_dir
            ).set_expected,
            analyse_now=self.waiting_for_money.__contains__,
            redeliver=self.redeliver,
            mark_preferences=MarkPreferenceRecords(self.engine),
            key_image_path=self.key_image_path,
            readiness=(database_check(self.engine),) if readiness is None else readiness,
            metrics=ServiceMetrics(
                totals, quality, started_at=NOW - timedelta(hours=2), device_use=lambda: DEVICE_USE
            ),
            clock=lambda: NOW,
            token=None if token is None else SecretStr(token),
        )

    def client(self, services: ApiServices | None = None) -> "AppClient":
        """Return a client that calls the service as a program on the same machine does."""
        return AppClient(create_app(services or self.services()))


class AppClient:
    """Calls an application without a socket; what it raises is an answer of status 500."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, path: str, **options: Any) -> Response:
        """Ask for a path."""
        return asyncio.run(self._ask("GET", path, **options))

    def post(self, path: str, **options: Any) -> Response:
        """Post nothing to a path."""
        return asyncio.run(self._ask("POST", path, **options))

    def put(self, path: str, **options: Any) -> Response:
        """Put something to a path."""
        return asyncio.run(self._ask("PUT", path, **options))

    def delete(self, path: str, **options: Any) -> Response:
        """Delete what is at a path."""
        return asyncio.run(self._ask("DELETE", path, **options))

    async def _ask(self, method: str, path: str, **options: Any) -> Response:
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **options)


def hostile_findings(uid: str, **changes: object) -> Findings:
    """Return findings whose texts a page must not take for HTML."""
    found = findings(study_instance_uid=uid)
    triage = replace(found.triage, priority=55, reasons=("<img src=x onerror=alert(1)>",))
    return replace(found, triage=triage, **changes)  # type: ignore[arg-type]
