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
from sqlalchemy import Engine

from api.app import create_app
from api.health import database_check, disk_check
from api.metrics import ServiceMetrics
from api.services import ApiServices
from routing.destinations.dicom import DicomDestination
from routing.destinations.folder import FolderDestination
from routing.identity.kanji import KanjiFolder, load_kanji_variants
from routing.identity.linking import LinkedPatients, PatientLinker
from routing.identity.match_table import load_match_table
from routing.intake.completeness import CompletenessWatcher
from routing.intake.indexer import Indexer
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from routing.pipeline.delivery import DeliveryDesk
from routing.pipeline.effects import StudyEffects
from routing.pipeline.faults import fault_from_setting
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.stops import AnalysisRules, key_image_path
from routing.pipeline.workflow import StudyWorkflows
from routing.priors.fetching import PriorFetcher
from routing.priors.prefetching import PriorPrefetcher
from routing.reading.queue import SqlReadingQueue
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.findings import FindingsRecords
from routing.records.ledger import LedgerRecords
from routing.records.links import LinkRecords
from routing.records.overview import RecordsOverview
from routing.records.patients import PatientRecords
from routing.records.reading import ReadingRecords
from routing.records.results import ResultRecords
from routing.records.totals import RecordsTotals
from routing.records.tracks import TrackRecords
from wetread.bootstrap.analysis import (
    build_analysis,
    clock_of,
    configured_package,
    load_analysis_rules,
)
from wetread.bootstrap.engine import build_server
from wetread.bootstrap.priors import build_fetcher, build_moves
from wetread.domain.errors import ConfigurationError
from wetread.domain.identity.matching import Matcher
from wetread.domain.studies import CompletenessPolicy
from wetread.ports import Clock, Destination, ReadingQueue
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
    prefetcher: PriorPrefetcher
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
                self.prefetcher,
                self.workflows,
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
    queue = SqlReadingQueue(engine, clock)
    totals = RecordsTotals(engine)
    metrics = ServiceMetrics(totals, started_at=clock())
    catalog = StudyCatalog(engine, clock, spool_dir=settings.spool_dir)
    moves = build_moves(settings)
    fetcher = build_fetcher(settings, moves, catalog, clock)
    rules = load_analysis_rules(settings)
    tracks = TrackRecords(engine, clock, LinkedPatients(LinkRecords(engine)))
    studies = RecordedStudies(
        catalog,
        FindingsRecords(engine),
        tracks,
        rules.selection,
        most_priors=settings.pipeline.most_priors,
    )
    workflows = _build_workflows(settings, engine, clock, rules, studies, results, queue, fetcher)

    spool = Spool(settings.spool_dir, settings.intake.minimum_free_bytes)
    indexer = Indexer(
        spool,
        catalog,
        clock=clock,
        sites={sender.ae_title: sender.site for sender in settings.intake.senders},
    )
    watcher = CompletenessWatcher(
        catalog,
        CompletenessPolicy(quiet=settings.intake.quiet, forced_after=settings.intake.forced_after),
        clock,
        workflows.submit,
        indexed_until=indexer.indexed_until,
    )

    def note_stored(content_sha256: str) -> None:
        metrics.count_received_instance()
        indexer.submit(content_sha256)

    def complete_study(study_instance_uid: str) -> None:
        watcher.complete_now(study_instance_uid)

    services = ApiServices(
        overview=RecordsOverview(engine),
        tracks=tracks,
        totals=totals,
        patients=PatientRecords(engine),
        links=LinkRecords(engine),
        reading_queue=queue,
        complete_study=complete_study,
        expect_instances=catalog.set_expected,
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
        ),
        watcher=watcher,
        workflows=workflows,
        prefetcher=PriorPrefetcher(fetcher, catalog, studies.open),
        app=create_app(services),
        settings=settings,
        inference_server=build_server(configured_package(settings), settings),
    )


def _build_workflows(
    settings: Settings,
    engine: Engine,
    clock: Clock,
    rules: AnalysisRules,
    studies: RecordedStudies,
    results: ResultRecords,
    queue: ReadingQueue,
    fetcher: PriorFetcher,
) -> StudyWorkflows:
    return StudyWorkflows(
        database_url=settings.workflow_database_url,
        analysis=build_analysis(settings, rules),
        studies=studies,
        linker=PatientLinker(
            PatientRecords(engine),
            LinkRecords(engine),
            matcher=Matcher(load_match_table(settings.match_table)),
            kanji=KanjiFolder(load_kanji_variants()),
            clock=clock,
        ),
        effects=StudyEffects(
            findings=FindingsRecords(engine),
            results=results,
            ledger=LedgerRecords(engine),
            reading=ReadingRecords(engine),
            queue=queue,
            prices=rules.prices,
            clock=clock,
        ),
        desk=DeliveryDesk(_build_destinations(settings), results, clock),
        settings=settings.pipeline,
        fetch_priors=fetcher.fetch_priors,
        fault=fault_from_setting(settings.pipeline.fault, settings.data_dir),
    )


def _listen(settings: ApiSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"cannot serve HTTP on {settings.host}: {error.strerror}"
        ) from error


def _build_destinations(settings: Settings) -> list[Destination]:
    return [
        *(DicomDestination(one) for one in settings.destinations),
        *(FolderDestination(one.name, one.folder) for one in settings.folders),
    ]
