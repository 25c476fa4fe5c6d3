"""The whole pipeline on `ball_ct` studies: real records, workflow, rules and encoding."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydicom import dcmread
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from routing.identity.linking import same_patient
from routing.pipeline.delivery import DeliveryDesk
from routing.pipeline.effects import StudyEffects
from routing.pipeline.faults import fault_from_setting
from routing.pipeline.recorded_outputs import RecordedOutputs
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.redelivery import Redelivery
from routing.pipeline.stops import AnalysisTools
from routing.pipeline.study import StudyInput
from routing.pipeline.workflow import StudyWorkflows
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.findings import FindingsRecords
from routing.records.ledger import LedgerRecords
from routing.records.mark_preferences import MarkPreferenceRecords
from routing.records.results import ResultRecords
from routing.records.tables import InstanceRecord
from routing.records.tracks import TrackRecords
from routing.results.objects import DEFAULT_KINDS
from routing.results.outputs import Recipient
from tests.support.ball_analysis import ball_analysis, shipped_rules
from tests.support.patients import patient_linker
from tests.support.reading import prescreening, reading_desk
from tests.support.record_rows import RECEIVED_AT, add_reading_item, add_study
from wetread.domain.errors import DeliveryError
from wetread.domain.studies import StudyState
from wetread.ports import Clock, DeliveryReceipt, Destination
from wetread.settings import PipelineSettings


class FolderDestination:
    """Keeps what it receives in a folder; unreachable while a file named ``down`` lies there."""

    def __init__(self, folder: Path, name: str = "archive") -> None:
        self.name = name
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, paths: list[Path]) -> tuple[DeliveryReceipt, ...]:
        if (self._folder / "down").exists():
            raise DeliveryError("the archive does not answer")
        receipts = []
        for path in paths:
            with (self._folder / "received.txt").open("a") as received:
                received.write(f"{path.name}\n")
            receipts.append(_receipt(path))
        return tuple(receipts)

    @property
    def received(self) -> list[str]:
        """Return the names of the files received, each as often as it came."""
        log = self._folder / "received.txt"
        return log.read_text().split() if log.exists() else []


@dataclass(frozen=True, kw_only=True)
class BallService:
    """A service in a data folder, as `bootstrap` would build it."""

    data_dir: Path
    destinations: tuple[Destination, ...] = ()
    settings: PipelineSettings = field(
        default_factory=lambda: PipelineSettings(delivery_first_wait_seconds=0.2)
    )
    clock: Clock = lambda: datetime.now(UTC)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "engine", open_database(f"sqlite:///{self.data_dir / 'records.sqlite'}")
        )

    @property
    def results(self) -> ResultRecords:
        return ResultRecords(self.engine, self.data_dir / "results")

    @property
    def tracks(self) -> TrackRecords:
        return TrackRecords(self.engine, self.clock, same_patient)

    @property
    def preferences(self) -> MarkPreferenceRecords:
        return MarkPreferenceRecords(self.engine)

    @property
    def _catalog(self) -> StudyCatalog:
        return StudyCatalog(self.engine, self.clock, spool_dir=self.data_dir / "spool")

    @property
    def _studies(self) -> RecordedStudies:
        return RecordedStudies(
            self._catalog, FindingsRecords(self.engine), self.tracks, shipped_rules().selection
        )

    @property
    def _outputs(self) -> RecordedOutputs:
        recipients = [
            Recipient(name=one.name, viewer="generic", kinds=DEFAULT_KINDS)
            for one in self.destinations
        ]
        return RecordedOutputs(recipients, self.preferences, self._catalog)

    def redelivery(self, tools: AnalysisTools | None = None) -> Redelivery:
        """Return what encodes and addresses findings anew."""
        return Redelivery(
            analysis=ball_analysis(tools),
            studies=self._studies,
            findings=FindingsRecords(self.engine),
            results=self.results,
            outputs=self._outputs,
            clock=self.clock,
        )

    def workflows(self, tools: AnalysisTools | None = None) -> StudyWorkflows:
        """Return the workflows, not started."""
        findings = FindingsRecords(self.engine)
        desk = reading_desk(self.engine, self.clock)
        rules = shipped_rules()
        return StudyWorkflows(
            database_url=f"sqlite:///{self.data_dir / 'workflow.sqlite'}",
            analysis=ball_analysis(tools, outputs=self._outputs),
            studies=self._studies,
            linker=patient_linker(self.engine, self.clock),
            effects=StudyEffects(
                findings=findings,
                results=self.results,
                ledger=LedgerRecords(self.engine),
                desk=desk,
                prescreening=prescreening(desk, self.engine),
                prices=rules.prices,
                payers=rules.payers,
                clock=self.clock,
            ),
            desk=DeliveryDesk(self.destinations, self.results, self.clock),
            settings=self.settings,
            fault=fault_from_setting(self.settings.fault, self.data_dir),
        )

    def receive(self, study: StudyInput, state: StudyState = StudyState.COMPLETE) -> None:
        """Record a study that lies in the spool as complete, as the intake does."""
        day = "" if study.study_date is None else f"{study.study_date:%Y%m%d}"
        uid = study.study_instance_uid
        add_study(
            self.engine,
            uid,
            patient=study.patient_key,
            study_date=day,
            state=state,
            revision=study.revision,
        )
        add_reading_item(self.engine, uid)
        with Session(self.engine) as session, session.begin():
            session.add_all(self._instance_records(study))

    def _instance_records(self, study: StudyInput) -> list[InstanceRecord]:
        return [
            InstanceRecord(
                content_sha256=instance.sop_instance_uid,  # as unique as the content
                sop_instance_uid=instance.sop_instance_uid,
                sop_class_uid=instance.sop_class_uid,
                series_instance_uid=instance.series_instance_uid,
                study_instance_uid=study.study_instance_uid,
                transfer_syntax_uid=instance.transfer_syntax_uid,
                relative_path=str(instance.path.relative_to(self.data_dir / "spool")),
                sending_ae="TEST",
                received_at=RECEIVED_AT,
                status="stored",
                detail="",
            )
            for instance in study.instances
        ]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true; fail where it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def _receipt(path: Path) -> DeliveryReceipt:
    uid = str(dcmread(path, stop_before_pixels=True).SOPInstanceUID)
    return DeliveryReceipt(sop_instance_uid=uid, confirmed=True, detail="0000")
