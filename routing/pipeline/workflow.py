"""The durable way of each study: one DBOS workflow a revision, one for each delivery attempt.

A process killed at any moment goes on at the step it was in when it starts again. Every effect
can be repeated without being doubled, so that a step killed before its checkpoint does no harm.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final

import structlog
from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
    WorkflowStatusString,
)

from routing.identity.linking import PatientLinker
from routing.pipeline.analysis import StudyAnalysis
from routing.pipeline.delivery import DeliveryDesk, DeliveryReport, DeliveryState
from routing.pipeline.durable_steps import DurableSteps
from routing.pipeline.effects import StudyEffects
from routing.pipeline.faults import Fault
from routing.pipeline.lanes import ALIVE, POLLING_SECONDS, StudyLanes
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.run import FetchPriors, fetch_nothing
from routing.pipeline.steps import Step
from routing.pipeline.study import Opened
from routing.records.results import Parcel
from wetread.domain.errors import WetreadError
from wetread.settings import PipelineSettings

# A restarted process is the same executor with the same version, and takes up what it left. A
# second machine needs an identity of its own, as fixed as this one.
_EXECUTOR: Final = "wetread"
# Of the order of steps, not of the program: an upgraded program takes up what it left as well.
# Changing the order means changing this, after the last workflow of the old order has ended.
_STEPS_VERSION: Final = "3"

_DELIVERIES: Final = "deliveries"
_ANALYSE: Final = "analyse_study"
_DELIVER: Final = "deliver_results"
_KEPT_FOR: Final = timedelta(days=7)  # for whoever looks into a study that went wrong
_FORGOTTEN_AT_ONCE: Final = 20  # more than one study adds
_STEP_FIRST_WAIT_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingWork:
    """What is queued or under way."""

    analyses: tuple[tuple[str, int], ...]  # study instance UID, revision
    deliveries: tuple[Parcel, ...]


class StudyWorkflows:
    """Runs the workflows of all studies in this process; DBOS allows one such object at a time."""

    def __init__(  # noqa: PLR0913 one for each room a study passes through
        self,
        *,
        database_url: str,
        analysis: StudyAnalysis,
        studies: RecordedStudies,
        linker: PatientLinker,
        effects: StudyEffects,
        desk: DeliveryDesk,
        settings: PipelineSettings,
        fetch_priors: FetchPriors = fetch_nothing,
        fault: Fault | None = None,
        waits_for_budget: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._database_url = database_url
        self._analysis = analysis
        self._studies = studies
        self._linker = linker
        self._effects = effects
        self._desk = desk
        self._settings = settings
        self._fetch_priors = fetch_priors
        self._delivery_retries = RetryPolicy(
            attempts=settings.delivery_attempts,
            first_wait_seconds=settings.delivery_first_wait_seconds,
        )
        self._lanes = StudyLanes(
            most=settings.concurrent_studies, most_urgent=settings.urgent_studies
        )
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._running = 0
        self._fault = fault
        self._waits_for_budget = waits_for_budget
        self._analyse_study: Callable[[str, int], None]
        self._deliver_results: Callable[[str, int, str, str, int], None]

    def start(self) -> None:
        """Take up what an earlier process left, and work on all that is submitted."""
        self._stopping.clear()
        # Its lines go where all others go; DBOS adds a handler of its own where it finds none.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        config: DBOSConfig = {
            "name": "wetread",
            "system_database_url": self._database_url,
            "executor_id": _EXECUTOR,
            "application_version": _STEPS_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
        DBOS(config=config)
        self._analyse_study = DBOS.workflow(name=_ANALYSE)(self._analysing())
        self._deliver_results = DBOS.workflow(name=_DELIVER)(self._delivering())
        DBOS.launch()
        self._lanes.open()
        # One attempt at a time for each destination; they do not wait for each other.
        DBOS.register_queue(
            _DELIVERIES,
            partition_concurrency=1,
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
        )
        for study_instance_uid, revision in self._effects.findings.missing():
            self._take_up(study_instance_uid, revision)
        self.retry_deliveries()

    def stop(self, timeout_seconds: float = 30.0) -> None:
        """End between two steps; what is under way then goes on at the next start."""
        self._stopping.set()
        with self._idle:
            self._idle.wait_for(lambda: self._running == 0, timeout_seconds)
        DBOS.destroy(destroy_registry=True)

    def submit(self, study_instance_uid: str, revision: int) -> None:
        """Have a revision analysed, once however often it is submitted; the more urgent sooner.

        Returns when the study is durably queued.
        """
        self._lanes.enqueue(
            self._analyse_study,
            study_instance_uid,
            revision,
            workflow_id=_analysis_id(study_instance_uid, revision),
            urgency=self._studies.urgency_of(study_instance_uid),
        )
        self._forget_finished()

    def hasten(self, study_instance_uid: str) -> bool:
        """Have what is queued of a study wait for no routine study; False where it is not."""
        return self._lanes.hasten(_analysis_id(study_instance_uid))

    def pending(self) -> PendingWork:
        """Return what is queued or under way."""
        analyses: list[tuple[str, int]] = []
        deliveries: list[Parcel] = []
        for status in DBOS.list_workflows(status=ALIVE, load_output=False):
            arguments = status.input["args"] if status.input else ()
            if status.name == _ANALYSE:
                analyses.append((arguments[0], arguments[1]))
            elif status.name == _DELIVER:
                deliveries.append(_parcel(*arguments[:3]))
        return PendingWork(analyses=tuple(analyses), deliveries=tuple(deliveries))

    def retry_deliveries(self) -> int:
        """Try again to deliver whatever has not arrived and is not being tried; return how many."""
        under_way = self.pending().deliveries
        stranded = [
            parcel
            for parcel in self._effects.results.waiting()
            if parcel not in under_way and parcel.destination in self._desk.names
        ]
        for parcel in stranded:
            self._enqueue_delivery(parcel, round_name=f"{self._effects.clock():%Y%m%dT%H%M%S.%f}")
        return len(stranded)

    def _forget_finished(self) -> None:
        """Delete some old checkpoints: the records hold all that matters of a finished study."""
        finished = DBOS.list_workflows(
            status=WorkflowStatusString.SUCCESS.value,
            completed_before=(self._effects.clock() - _KEPT_FOR).isoformat(),
            limit=_FORGOTTEN_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if finished:
            DBOS.delete_workflows([status.workflow_id for status in finished])

    def _take_up(self, study_instance_uid: str, revision: int) -> None:
        """Submit a study that waits, and conclude one whose workflow has died for good."""
        status = DBOS.get_workflow_status(_analysis_id(study_instance_uid, revision))
        if status is None and self._waits_for_budget(study_instance_uid):
            return  # it has not begun: its completion is announced again
        if status is None or status.status in ALIVE:
            self.submit(study_instance_uid, revision)
        else:
            self._give_up(study_instance_uid, revision, "the analysis was interrupted for good")

    def _analysing(self) -> Callable[[str, int], None]:
        def analyse_study(study_instance_uid: str, revision: int) -> None:
            with self._counted():
                steps = self._durable_steps()
                try:
                    self._analyse(study_instance_uid, revision, steps)
                except Exception as error:  # noqa: BLE001 - nothing may leave a study unconcluded
                    ours = isinstance(error, WetreadError)
                    reason = str(error) if ours else f"stopped: {type(error).__name__}"
                    _log().error("a study was given up", reason=reason)
                    steps.effect(
                        Step.CONCLUDE,
                        lambda: self._give_up(study_instance_uid, revision, reason),
                    )

        return analyse_study

    def _analyse(self, study_instance_uid: str, revision: int, steps: DurableSteps) -> None:
        effects = self._effects
        study = steps.value(
            Step.OPEN, Opened, lambda: self._studies.begin(study_instance_uid, revision)
        ).study
        if study is None:
            return
        folder = effects.results.folder(study_instance_uid, revision)
        run = self._analysis.start(study, folder=folder, run_step=steps)
        found = run.analyse(
            self._studies.find_background,
            link_patient=self._linker.link,
            fetch_priors=self._fetch_priors,
        )
        steps.effect(Step.PRIORITISE, lambda: effects.prioritise(found))
        analysed = run.publish(found, folder)
        findings, objects = analysed.findings, analysed.objects
        steps.effect(Step.BOOK, lambda: effects.book(findings, objects))
        steps.effect(Step.ADDRESS, lambda: effects.address(findings, objects, self._desk.names))
        steps.effect(Step.CONCLUDE, lambda: effects.conclude(findings))
        for name in self._desk.names if objects else ():
            parcel = _parcel(study_instance_uid, revision, name)
            self._enqueue_delivery(parcel, round_name="first")

    def _give_up(self, study_instance_uid: str, revision: int, reason: str) -> None:
        study = self._studies.open(study_instance_uid, revision)
        self._effects.conclude(self._analysis.failed(study, reason))

    def _enqueue_delivery(
        self, parcel: Parcel, *, round_name: str, attempt: int = 1, wait_seconds: float = 0.0
    ) -> None:
        uid, revision, destination = parcel.study_instance_uid, parcel.revision, parcel.destination
        with (
            SetWorkflowID(f"deliver:{uid}:{revision}:{destination}:{round_name}:{attempt}"),
            SetEnqueueOptions(queue_partition_key=destination, delay_seconds=wait_seconds or None),
        ):
            DBOS.enqueue_workflow(
                _DELIVERIES, self._deliver_results, uid, revision, destination, round_name, attempt
            )

    def _delivering(self) -> Callable[[str, int, str, str, int], None]:
        def deliver_results(
            study_instance_uid: str, revision: int, destination: str, round_name: str, attempt: int
        ) -> None:
            with self._counted():
                parcel = _parcel(study_instance_uid, revision, destination)
                report = self._durable_steps().value(
                    Step.SEND, DeliveryReport, lambda: self._desk.send(parcel)
                )
                waits = islice(self._delivery_retries.waits_seconds(), attempt - 1, attempt)
                wait_seconds = next(waits, None)
                # Waiting is the queue's: no thread sleeps, and a stop need not wait for it.
                if report.state is DeliveryState.WAITING and wait_seconds is not None:
                    self._enqueue_delivery(
                        parcel,
                        round_name=round_name,
                        attempt=attempt + 1,
                        wait_seconds=wait_seconds,
                    )

        return deliver_results

    def _durable_steps(self) -> DurableSteps:
        retries = RetryPolicy(
            attempts=self._settings.step_attempts, first_wait_seconds=_STEP_FIRST_WAIT_SECONDS
        )
        return DurableSteps(retries=retries, stopping=self._stopping, fault=self._fault)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()


def _analysis_id(study_instance_uid: str, revision: int | None = None) -> str:
    """Return the name of a workflow; without a revision, what those of all begin with."""
    return f"{study_instance_uid}:{'' if revision is None else revision}"


def _parcel(study_instance_uid: str, revision: int, destination: str) -> Parcel:
    return Parcel(study_instance_uid=study_instance_uid, revision=revision, destination=destination)


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)
    return logger
