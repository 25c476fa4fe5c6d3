"""Lives of the service in processes of their own, to be killed."""

import logging
import multiprocessing
import os
import signal
from datetime import date
from pathlib import Path

from routing.pipeline.stops import AnalysisTools
from routing.records.findings import FindingsRecords
from tests.support.ball_analysis import ball_analysis
from tests.support.ball_ct import BIG, SMALL, Ball, write_ball_study
from tests.support.ball_service import BallService, FolderDestination, wait_until
from tests.support.ball_tools import BallDetector, ball_tools
from tests.support.record_rows import RECEIVED_AT
from wetread.domain.findings import Candidate
from wetread.domain.studies import StudyState
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress
from wetread.settings import PipelineSettings

CURRENT, PRIOR, LATER = "current", "prior", "later"


class DeadlyDetector(BallDetector):
    """Takes all memory, so that the kernel kills the process."""

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        del volume, progress, urgency
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def prepare(data_dir: Path) -> BallService:
    """Record a prior and an analysed later study, and a current study that waits."""
    spool = data_dir / "spool"
    smaller = Ball(x=BIG.x, y=BIG.y, z=BIG.z, diameter_mm=12.0)
    prior = write_ball_study(spool / PRIOR, [smaller], study=PRIOR, taken=date(2025, 12, 1))
    current = write_ball_study(spool / CURRENT, [BIG, SMALL], study=CURRENT)
    service = open_service(data_dir, PipelineSettings())
    service.receive(prior, StudyState.CONCLUDED)
    later = write_ball_study(spool / LATER, [SMALL], study=LATER, taken=date(2026, 9, 1))
    service.receive(later, StudyState.CONCLUDED)
    found = ball_analysis().analyze_study(later, None, data_dir / LATER).findings
    FindingsRecords(service.engine).conclude(found, at=RECEIVED_AT)
    service.receive(current)
    return service


def open_service(data_dir: Path, settings: PipelineSettings) -> BallService:
    """Return the service of a data folder, with one destination in it."""
    return BallService(
        data_dir=data_dir,
        destinations=(FolderDestination(data_dir / "archive"),),
        settings=settings,
    )


def live(data_dir: Path, settings: PipelineSettings, *, deadly: bool = False) -> int:
    """Let a process do all the work there is; return its exit code, -9 when it was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_work, args=(data_dir, settings, deadly))
    process.start()
    process.join(timeout=60)
    assert process.exitcode is not None, "the process hangs"
    return process.exitcode


def _work(data_dir: Path, settings: PipelineSettings, deadly: bool) -> None:
    logging.disable(logging.ERROR)
    tools: AnalysisTools = ball_tools(detector=DeadlyDetector() if deadly else None)
    service = open_service(data_dir, settings)
    workflows = service.workflows(tools)
    workflows.start()
    wait_until(lambda: not (workflows.pending().analyses or workflows.pending().deliveries))
    workflows.stop()
    service.engine.dispose()
