"""Wires the service and runs it: receiver, indexer, watcher, workflows and HTTP in one process."""

import signal
import socket
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.health import database_check, disk_check
from api.metrics import ServiceMetrics
from api.services import ApiServices
from inference.turns import DeviceTurns
from routing.commitments import ExpectedCommitments
from routing.feedback.desk import FeedbackDesk
from routing.feedback.quality import QualityDesk
from routing.intake.completeness import CompletenessWatcher
from routing.intake.indexer import Indexer
from routing.intake.receiver import StorageReceiver
from routing.ledger.budget_watch import BudgetWatch
from routing.ledger.waiting import BudgetedAnalyses
from routing.pipeline.pictures import key_image_path
from routing.pipeline.workflow import StudyWorkflows
from routing.priors.prefetching import PriorPrefetcher
from routing.reading.assignment.desk import AssignmentDesk
from routing.reading.assignment.timer import AssignmentTimer
from routing.reading.prescreening import Prescreening
from wetread.bootstrap.analysis import (
    configured_package,
)
from wetread.bootstrap.assignment import build_desk
from wetread.bootstrap.clock import clock_of
from wetread.bootstrap.engine import build_server
from wetread.bootstrap.intake import Intake, build_intake
from wetread.bootstrap.ledger import budgets_of
from wetread.bootstrap.pipeline import Pipeline, build_pipeline
from wetread.bootstrap.priors import build_moves
from wetread.bootstrap.reading import build_double_reading, build_prescreening, build_reading_desk
from wetread.bootstrap.records import Records
from wetread.domain.drift import DriftPolicy
from wetread.domain.errors import ConfigurationError
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
    records = Records.open(settings, clock_of(settings))
    desk = build_reading_desk(settings, records.engine, records.clock)
    desk.apply_rules()
    prescreening = build_prescreening(settings, records.engine, desk)
    assignment_desk = build_desk(settings, records.engine, records.catalog, desk)
    quality = QualityDesk(records.quality, DriftPolicy(), records.clock)
    turns = DeviceTurns()
    metrics = ServiceMetrics(
        records.totals, quality, started_at=records.clock(), device_use=turns.use
    )
    moves, commitments = build_moves(settings), ExpectedCommitments()
    pipeline = build_pipeline(
        settings, records, prescreening, moves=moves, commitments=commitments, turns=turns
    )

    def begin_study(study_instance_uid: str, revision: int) -> None:
        desk.open(study_instance_uid)  # to be read from here on, whatever becomes of the analysis
        pipeline.budgeted.submit(study_instance_uid, revision)

    intake = build_intake(
        settings,
        records,
        moves=moves,
        commitments=commitments,
        on_complete=begin_study,
        on_stored=metrics.count_received_instance,
        on_refused=metrics.count_refusal,
    )
    services = _build_api(
        settings, records, pipeline, intake, prescreening, assignment_desk, quality, metrics
    )
    return Service(
        indexer=intake.indexer,
        receiver=intake.receiver,
        watcher=intake.watcher,
        workflows=pipeline.workflows,
        budgeted=pipeline.budgeted,
        budget_watch=BudgetWatch(pipeline.guard),
        prefetcher=pipeline.prefetcher,
        assigner=AssignmentTimer(
            assignment_desk, interval_seconds=60 * settings.assignment.interval_minutes
        ),
        app=create_app(services),
        settings=settings,
        inference_server=build_server(configured_package(settings), settings),
    )


def _build_api(
    settings: Settings,
    records: Records,
    pipeline: Pipeline,
    intake: Intake,
    prescreening: Prescreening,
    assignment_desk: AssignmentDesk,
    quality: QualityDesk,
    metrics: ServiceMetrics,
) -> ApiServices:
    desk = prescreening.desk

    def complete_study(study_instance_uid: str) -> None:
        intake.watcher.complete_now(study_instance_uid)

    def analyse_now(study_instance_uid: str) -> bool:
        return pipeline.budgeted.submit_now(study_instance_uid) or pipeline.workflows.hasten(
            study_instance_uid
        )

    def redeliver(study_instance_uid: str, actor: str) -> bool:
        found = pipeline.redelivery.readdress(study_instance_uid, actor=actor)
        if found:
            pipeline.workflows.retry_deliveries()
        return found

    return ApiServices(
        overview=records.overview,
        tracks=records.tracks,
        feedback=records.feedback,
        feedback_desk=FeedbackDesk(records.findings, records.feedback, records.clock),
        quality=quality,
        totals=records.totals,
        patients=records.patients,
        links=records.links,
        desk=desk,
        double_reading=build_double_reading(settings, records.engine, desk),
        prescreening=prescreening,
        ledger=records.ledger,
        payers=pipeline.rules.payers,
        budgets=budgets_of(settings),
        assignment_desk=assignment_desk,
        assignments=records.assignments,
        complete_study=complete_study,
        analyse_now=analyse_now,
        expect_instances=records.catalog.set_expected,
        redeliver=redeliver,
        mark_preferences=records.preferences,
        key_image_path=lambda study, revision, tracking_id: key_image_path(
            records.results.folder(study, revision), tracking_id
        ),
        readiness=(
            database_check(records.engine),
            disk_check(settings.spool_dir, minimum_free_bytes=settings.intake.minimum_free_bytes),
        ),
        metrics=metrics,
        clock=records.clock,
        token=settings.api.token,
    )


def _listen(settings: ApiSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"cannot serve HTTP on {settings.host}: {error.strerror}"
        ) from error
