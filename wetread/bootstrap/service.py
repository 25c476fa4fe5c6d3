"""Wires the service and runs it: receiver, indexer, watcher, workflows and HTTP in one process."""

import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from api.health import database_check, disk_check
from api.metrics import ServiceMetrics
from api.services import ApiServices
from routing.commitments import ExpectedCommitments
from routing.feedback.assessment_codes import load_assessment_codes
from routing.feedback.desk import FeedbackDesk
from routing.feedback.quality import QualityDesk
from routing.feedback.report_marks import MarkReader
from routing.feedback.report_reading import ReportReading
from routing.identity.kanji import KanjiFolder, load_kanji_variants
from routing.identity.linking import LinkedPatients, PatientLinker
from routing.identity.match_table import load_match_table
from routing.intake.completeness import CompletenessWatcher
from routing.intake.indexer import Indexer
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from routing.ledger.budget_watch import BudgetWatch
from routing.ledger.waiting import BudgetedAnalyses
from routing.pipeline.analysis import StudyAnalysis
from routing.pipeline.delivery import DeliveryDesk
from routing.pipeline.effects import StudyEffects
from routing.pipeline.faults import fault_from_setting
from routing.pipeline.pictures import key_image_path
from routing.pipeline.recorded_outputs import RecordedOutputs
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.redelivery import Redelivery
from routing.pipeline.run import FetchPriors
from routing.pipeline.workflow import StudyWorkflows
from routing.priors.prefetching import PriorPrefetcher
from routing.reading.assignment.timer import AssignmentTimer
from routing.records.assignments import AssignmentRecords
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.feedback import FeedbackRecords
from routing.records.findings import FindingsRecords
from routing.records.ledger import LedgerRecords
from routing.records.links import LinkRecords
from routing.records.mark_preferences import MarkPreferenceRecords
from routing.records.overview import RecordsOverview
from routing.records.patients import PatientRecords
from routing.records.quality import QualityRecords
from routing.records.results import ResultRecords
from routing.records.totals import RecordsTotals
from routing.records.tracks import TrackRecords
from wetread.bootstrap.analysis import (
    build_analysis,
    clock_of,
    configured_package,
    load_analysis_rules,
)
from wetread.bootstrap.assignment import build_desk
from wetread.bootstrap.destinations import build_destinations, build_recipients
from wetread.bootstrap.engine import build_server
from wetread.bootstrap.ledger import budgets_of, build_guard
from wetread.bootstrap.priors import build_fetcher, build_moves
from wetread.bootstrap.reading import build_double_reading, build_prescreening, build_reading_desk
from wetread.domain.drift import DriftPolicy
from wetread.domain.errors import ConfigurationError
from wetread.domain.identity.matching import Matcher
from wetread.domain.studies import CompletenessPolicy
from wetread.ports import Clock
from wetread.settings import ApiSettings, Settings

if TYPE_CHECKING:
    from inference.serving.server import TritonServer

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything wired and nothing started yet."""

    indexer: Indexer
    receiver: StorageReceiver
    watcher: CompletenessWatcher
    workflows: StudyWorkflows
    budgeted: BudgetedAnalyses
    budget_watch: BudgetWatch
    prefetcher: PriorPrefetcher
    assigner: AssignmentTimer
    app: FastAPI
    settings: Settings
    inference_server: "TritonServer | None"

    def run(self) -> None:
        """Work until the process is told to end; what is under way then goes on at next start.

        Raise `ConfigurationError` when a port cannot be had.
        """
        # uvicorn ends HTTP on a signal, then passes it on: the rest has to end in order too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        http = _listen(self.settings.api)
        with suppress(KeyboardInterrupt), http, ExitStack() as stack:
            # Each part starts when those it tells are there, and ends before them.
            for part in (
                *(() if self.inference_server is None else (self.inference_server,)),
                self.assigner,
                self.prefetcher,
                self.workflows,
                self.budgeted,
                self.budget_watch,
                self.watcher,
                self.indexer,
                self.receiver,
            ):
                part.start()
                stack.callback(part.stop)
            _log.info(
                "the service is ready",
                dicom_port=self.receiver.port,
                ae_title=self.settings.intake.ae_title,
                http=f"http://{self.settings.api.host}:{self.settings.api.port}/",
            )
            config = uvicorn.Config(self.app, log_config=None, access_log=False)
            uvicorn.Server(config).run(sockets=[http])


def build_service(settings: Settings) -> Service:
    """Construct every adapter; raise `ConfigurationError`."""
    clock = clock_of(settings)
    engine = open_database(settings.database_url)
    results = ResultRecords(engine, settings.results_dir)
    desk = build_reading_desk(settings, engine, clock)
    desk.apply_rules()
    prescreening = build_prescreening(settings, engine, desk)
    totals = RecordsTotals(engine)
    quality = QualityDesk(QualityRecords(engine), DriftPolicy(), clock)
    metrics = ServiceMetrics(totals, quality, started_at=clock())
    catalog = StudyCatalog(engine, clock, spool_dir=settings.spool_dir)
    moves = build_moves(settings)
    commitments = ExpectedCommitments()
    fetcher = build_fetcher(settings, moves, catalog, clock)
    assignment_desk = build_desk(settings, engine, catalog, desk)
    rules = load_analysis_rules(settings)
    tracks = TrackRecords(engine, clock, LinkedPatients(LinkRecords(engine)))
    findings, feedback = FindingsRecords(engine), FeedbackRecords(engine)
    studies = RecordedStudies(
        catalog,
        findings,
        tracks,
        rules.selection,
        most_priors=settings.pipeline.most_priors,
    )
    ledger = LedgerRecords(engine)
    guard = build_guard(settings, ledger, rules.payers)
    delivery_desk = DeliveryDesk(build_destinations(settings, commitments), results, clock)
    preferences = MarkPreferenceRecords(engine)
    outputs = RecordedOutputs(build_recipients(settings), preferences, catalog)
    analysis = build_analysis(settings, rules, outputs)
    effects = StudyEffects(
        findings=findings,
        results=results,
        ledger=ledger,
        desk=desk,
        prescreening=prescreening,
        prices=rules.prices,
        payers=rules.payers,
        clock=clock,
    )
    redelivery = Redelivery(
        analysis=analysis,
        studies=studies,
        findings=findings,
        results=results,
        outputs=outputs,
        clock=clock,
    )

    def waits_for_budget(study_instance_uid: str) -> bool:
        study = catalog.study(study_instance_uid)
        return study is not None and guard.may_wait(study)

    workflows = _build_workflows(
        settings=settings,
        engine=engine,
        clock=clock,
        analysis=analysis,
        studies=studies,
        effects=effects,
        desk=delivery_desk,
        fetch_priors=fetcher.fetch_priors,
        waits_for_budget=waits_for_budget,
    )
    budgeted = BudgetedAnalyses(
        workflows.submit,
        guard=guard,
        catalog=catalog,
        reading=desk.records,
        most_under_way=settings.pipeline.concurrent_studies,
    )

    reports = ReportReading(
        feedback=feedback,
        findings=findings,
        results=results,
        catalog=catalog,
        marks=MarkReader(load_assessment_codes(settings.assessment_codes), clock().tzinfo),
        spool_dir=settings.spool_dir,
        clock=clock,
    )
    spool = Spool(settings.spool_dir, settings.intake.minimum_free_bytes)
    indexer = Indexer(
        spool,
        catalog,
        clock=clock,
        sites={sender.ae_title: sender.site for sender in settings.intake.senders},
        on_documents=reports.read_new,
    )

    def begin_study(study_instance_uid: str, revision: int) -> None:
        desk.open(study_instance_uid)  # to be read from here on, whatever becomes of the analysis
        budgeted.submit(study_instance_uid, revision)

    watcher = CompletenessWatcher(
        catalog,
        CompletenessPolicy(quiet=settings.intake.quiet, forced_after=settings.intake.forced_after),
        clock,
        begin_study,
        indexed_until=indexer.indexed_until,
    )

    def note_stored(content_sha256: str) -> None:
        metrics.count_received_instance()
        indexer.submit(content_sha256)

    def complete_study(study_instance_uid: str) -> None:
        watcher.complete_now(study_instance_uid)

    def redeliver(study_instance_uid: str, actor: str) -> bool:
        found = redelivery.readdress(study_instance_uid, actor=actor)
        if found:
            workflows.retry_deliveries()
        return found

    services = ApiServices(
        overview=RecordsOverview(engine),
        tracks=tracks,
        feedback=feedback,
        feedback_desk=FeedbackDesk(findings, feedback, clock),
        quality=quality,
        totals=totals,
        patients=PatientRecords(engine),
        links=LinkRecords(engine),
        desk=desk,
        double_reading=build_double_reading(settings, engine, desk),
        prescreening=prescreening,
        ledger=ledger,
        payers=rules.payers,
        budgets=budgets_of(settings),
        assignment_desk=assignment_desk,
        assignments=AssignmentRecords(engine),
        complete_study=complete_study,
        analyse_now=budgeted.submit_now,
        expect_instances=catalog.set_expected,
        redeliver=redeliver,
        mark_preferences=preferences,
        key_image_path=lambda study, revision, tracking_id: key_image_path(
            results.folder(study, revision), tracking_id
        ),
        readiness=(
            database_check(engine),
            disk_check(settings.spool_dir, minimum_free_bytes=settings.intake.minimum_free_bytes),
        ),
        metrics=metrics,
        clock=clock,
        token=settings.api.token,
    )
    return Service(
        indexer=indexer,
        receiver=StorageReceiver(
            settings.intake,
            spool,
            note_stored,
            on_refused=metrics.count_refusal,
            moves=moves,
            commitments=commitments,
        ),
        watcher=watcher,
        workflows=workflows,
        budgeted=budgeted,
        budget_watch=BudgetWatch(guard),
        prefetcher=PriorPrefetcher(fetcher, catalog, studies.open),
        assigner=AssignmentTimer(
            assignment_desk, interval_seconds=60 * settings.assignment.interval_minutes
        ),
        app=create_app(services),
        settings=settings,
        inference_server=build_server(configured_package(settings), settings),
    )


def _build_workflows(  # noqa: PLR0913 - as many as the workflow has rooms
    *,
    settings: Settings,
    engine: Engine,
    clock: Clock,
    analysis: StudyAnalysis,
    studies: RecordedStudies,
    effects: StudyEffects,
    desk: DeliveryDesk,
    fetch_priors: FetchPriors,
    waits_for_budget: Callable[[str], bool],
) -> StudyWorkflows:
    return StudyWorkflows(
        database_url=settings.workflow_database_url,
        analysis=analysis,
        studies=studies,
        linker=PatientLinker(
            PatientRecords(engine),
            LinkRecords(engine),
            matcher=Matcher(load_match_table(settings.match_table)),
            kanji=KanjiFolder(load_kanji_variants()),
            clock=clock,
        ),
        effects=effects,
        desk=desk,
        settings=settings.pipeline,
        fetch_priors=fetch_priors,
        fault=fault_from_setting(settings.pipeline.fault, settings.data_dir),
        waits_for_budget=waits_for_budget,
    )


def _listen(settings: ApiSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"cannot serve HTTP on {settings.host}: {error.strerror}"
        ) from error
