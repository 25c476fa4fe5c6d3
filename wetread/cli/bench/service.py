"""Measures the real service: from the first byte of a study to its last result in the PACS."""

import os
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from pydicom import Dataset, dcmread

from routing.bench.figures import LoadSeries, Part, StudyRun
from routing.bench.load import run_loads, take_until_ready
from routing.bench.process_use import cpu_seconds
from routing.bench.stages import Stage
from routing.pipeline.metering import Meter, Spent, processor_name
from routing.pipeline.sharing import SharedAmount
from routing.results.document import findings_from_document
from routing.selection.folder import FolderScan, scan_folder
from wetread.cli.demo.hospital import send_study
from wetread.cli.demo.pacs import DemoPacs
from wetread.cli.demo.service import AE_TITLE, DemoService, free_ports, running_service
from wetread.domain.errors import AnalysisError, DeliveryError
from wetread.domain.findings import Outcome, Timing
from wetread.domain.studies import StudyState
from wetread.domain.uids import derive_uid
from wetread.ports import Progress
from wetread.settings import Settings

_DELIVERED_WITHIN_SECONDS: Final = 1800.0
_LOOKED_AFTER_SECONDS: Final = 0.25


def measure_service(
    settings: Settings,
    folders: Sequence[Path],
    *,
    at_once: Sequence[int],
    repeat: int,
    progress: Progress,
) -> LoadSeries:
    """Return how a service goes under each load; each study sent is a new patient's.

    What the environment sets holds for the service, too, such as how many it analyses at once.
    Raise `DeliveryError`, `AnalysisError`.
    """
    ports = free_ports()
    variables = {
        "WETREAD_MODEL": settings.model,
        "WETREAD_DEVICE": settings.device,
        "WETREAD_ENGINE__KIND": settings.engine.kind,
        "WETREAD_ENGINE__START_SERVER": str(settings.engine.start_server),
        "WETREAD_ENGINE__FALL_BACK": "false",
    }
    handle, log_name = tempfile.mkstemp(prefix="wetread-bench-", suffix=".log")
    os.close(handle)
    log = Path(log_name)  # left where it is when something fails, for whoever wants to know why
    with tempfile.TemporaryDirectory(prefix="wetread-bench-") as name:
        scratch = Path(name)
        received = scratch / "pacs"
        with (
            DemoPacs(received, ports.pacs),
            running_service(scratch / "data", ports, log, None, variables) as service,
        ):
            play = _Played(service, ports.intake, received, [scan_folder(one) for one in folders])
            take_until_ready(partial(play.take, "before"), AnalysisError)
            loads = run_loads(
                play.take,
                at_once=at_once,
                repeat=repeat,
                meter=_meter_of(service.process_id),
                process=service.process_id,
                progress=progress,
            )
    log.unlink()
    return LoadSeries(
        engine=settings.engine.kind, part=Part.SERVICE, device=play.device, loads=loads
    )


def _meter_of(process: int) -> Meter:
    """Return a meter of the service's own process: what hospital and PACS use is not counted."""
    return Meter(
        wall_seconds=time.perf_counter,
        cpu_seconds=SharedAmount(lambda: cpu_seconds(process)),
        device=processor_name(),
    )


class _Played:
    """The hospital and the PACS around the service."""

    def __init__(
        self, service: DemoService, port: int, received: Path, scans: Sequence[FolderScan]
    ) -> None:
        self._service = service
        self._port = port
        self._received = received
        self._scans = scans
        self.device = ""

    def take(self, load: str, number: int) -> StudyRun:
        """Send a study and wait until the PACS has what came of it."""
        scan = self._scans[number % len(self._scans)]
        uid = derive_uid("benchmark", load, number, scan.study_instance_uid)
        begun = time.time()  # as the files in the PACS are dated
        send_study(
            scan,
            host="127.0.0.1",
            port=self._port,
            ae_title=AE_TITLE,
            sent=lambda _: None,
            change=partial(_make_another, uid),
        )
        sent = time.time()
        self._await_delivery(uid)
        arrivals = [path.stat().st_mtime for path in self._objects_of(uid)]
        if not arrivals:
            raise DeliveryError("the service says delivered, and the PACS has nothing")
        findings = findings_from_document(self._service.get(f"/api/studies/{uid}/findings").content)
        if findings.outcome not in {Outcome.ANALYSED, Outcome.PARTIAL}:
            raise AnalysisError(f"the analysis that was to be measured failed: {findings.reason}")
        self.device = findings.model.device
        seconds = max(arrivals) - begun
        known = {
            Stage.SEND: sent - begun,
            **_analysis_stages(findings.timing_s),
            Stage.DELIVER: max(arrivals) - min(arrivals),
        }
        known[Stage.WAIT] = max(0.0, seconds - sum(known.values()))
        return StudyRun(
            seconds=seconds,
            stages={stage: Spent(wall_seconds=took) for stage, took in known.items()},
            gpu_seconds=findings.cost.gpu_seconds,
            energy_joule=findings.cost.energy_joule,
        )

    def _await_delivery(self, uid: str) -> None:
        deadline = time.monotonic() + _DELIVERED_WITHIN_SECONDS
        path = f"/api/studies/{uid}"
        while not self._service.exists(path) or (
            StudyState(self._service.get(path).json()["state"]) is not StudyState.DELIVERED
        ):
            if time.monotonic() > deadline:
                raise DeliveryError("a study of the benchmark was not delivered in time")
            time.sleep(_LOOKED_AFTER_SECONDS)

    def _objects_of(self, uid: str) -> list[Path]:
        return [
            path
            for path in self._received.glob("*.dcm")
            if dcmread(path, specific_tags=["StudyInstanceUID"]).StudyInstanceUID == uid
        ]


def _make_another(uid: str, dataset: Dataset) -> None:
    """Make the image one of another study, of a patient of its own who has no prior."""
    dataset.StudyInstanceUID = uid
    dataset.SeriesInstanceUID = derive_uid(uid, str(dataset.SeriesInstanceUID))
    dataset.SOPInstanceUID = derive_uid(uid, str(dataset.SOPInstanceUID))
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.PatientID = f"BENCH-{uid[-12:]}"
    dataset.PatientName = f"BENCHMARK^{uid[-12:]}"


def _analysis_stages(timing: Timing) -> dict[Stage, float]:
    stages = {
        Stage.DECODE: timing.read,
        Stage.SELECT: timing.select,
        Stage.DETECT: timing.detect,
        Stage.MEASURE: timing.measure,
        Stage.COMPARE: timing.compare,
        Stage.ENCODE: timing.encode,
    }
    stages[Stage.OTHER] = max(0.0, timing.total - sum(stages.values()))
    return stages
