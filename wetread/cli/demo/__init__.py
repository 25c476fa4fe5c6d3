"""`wetread demo`: plays the hospital and the PACS around the real service."""

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from routing.results.document import document_from_findings, findings_from_document
from routing.selection.folder import FolderScan, scan_folder
from wetread.cli.demo.hospital import send_study
from wetread.cli.demo.pacs import DemoPacs
from wetread.cli.demo.phantoms import generate_phantoms
from wetread.cli.demo.service import AE_TITLE, DemoService, free_ports, running_service
from wetread.cli.language import Text
from wetread.cli.progress import progress_bars
from wetread.cli.tables import findings_table, output_console
from wetread.domain.errors import AnalysisError, ConfigurationError, DeliveryError
from wetread.domain.findings import Findings, Outcome
from wetread.domain.studies import StudyState

_DELIVERED_WITHIN_SECONDS = 900.0
_LOG = "service.log"
_SENDING = Text("sending", "送信中")
_STATES = {
    StudyState.RECEIVING: Text("waiting for further images", "受信待ち"),
    StudyState.COMPLETE: Text("waiting for analysis", "解析待ち"),
    StudyState.ANALYSING: Text("analysing", "解析中"),
    StudyState.CONCLUDED: Text("delivering", "結果送信中"),
    StudyState.DELIVERED: Text("delivered", "送信済み"),
}
_SHARE_DONE = {
    StudyState.RECEIVING: 0.3,
    StudyState.COMPLETE: 0.4,
    StudyState.ANALYSING: 0.5,
    StudyState.CONCLUDED: 0.95,
    StudyState.DELIVERED: 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedStudy:
    """One study that went the whole way."""

    name: str
    findings: Findings
    document: str
    reader: str | None


def demo(
    study: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="DICOM folder, earliest first; may be repeated."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for what comes out.")] = Path("out/demo"),
    rules: Annotated[
        Path | None, typer.Option(help="Selection rules (TOML); the shipped ones by default.")
    ] = None,
) -> None:
    """Send studies to the real service by DICOM, receive its results, and show what it found.

    Without --study a generated chest is sent: a prior with one nodule smaller and one absent,
    then the current study.
    """
    _clear(out)
    ports = free_ports()
    with tempfile.TemporaryDirectory(prefix="wetread-demo-") as scratch, progress_bars() as bars:
        folders = study or generate_phantoms(Path(scratch) / "phantom", bars)
        scans = dict(zip(_names(folders), map(scan_folder, folders), strict=True))
        received = out / "pacs"
        data_dir = Path(scratch) / "data"
        with (
            DemoPacs(received, ports.pacs),
            running_service(data_dir, ports, out / _LOG, rules) as service,
        ):
            played = [
                _play(name, scan, service, ports.intake, bars) for name, scan in scans.items()
            ]
        for one in played:
            _keep(one, out, data_dir)
    _report(played, out, len(list(received.glob("*.dcm"))))


def _clear(out: Path) -> None:
    """Make room for a new demo where an earlier one was, and touch nothing else."""
    if out.exists():
        if any(out.iterdir()) and not (out / _LOG).exists():
            raise ConfigurationError(f"{out} holds other things than a demo; name another folder")
        shutil.rmtree(out)
    out.mkdir(parents=True)


def _names(folders: Sequence[Path]) -> list[str]:
    """Name each study by its folder, with a number where two have the same name."""
    names = [folder.resolve().name for folder in folders]
    return [
        name if names.count(name) == 1 else f"{number}-{name}"
        for number, name in enumerate(names, start=1)
    ]


def _play(
    name: str, scan: FolderScan, service: DemoService, port: int, bars: Progress
) -> PlayedStudy:
    """Send one study and wait until its results are confirmed by the PACS."""
    task = bars.add_task(f"{name}: {_SENDING}", total=1.0)
    images = len(scan.instances)
    share = _SHARE_DONE[StudyState.RECEIVING] / images
    send_study(
        scan,
        host="127.0.0.1",
        port=port,
        ae_title=AE_TITLE,
        sent=lambda count: bars.update(task, completed=count * share),
    )
    uid = scan.study_instance_uid
    deadline = time.monotonic() + _DELIVERED_WITHIN_SECONDS
    state = StudyState.RECEIVING
    while state is not StudyState.DELIVERED:
        if time.monotonic() > deadline:
            raise DeliveryError(f"{name} was not delivered in time; it is still {state}")
        time.sleep(0.25)
        if service.exists(f"/api/studies/{uid}"):  # indexing lags behind the last answer a little
            state = StudyState(service.get(f"/api/studies/{uid}").json()["state"])
        bars.update(task, completed=_SHARE_DONE[state], description=f"{name}: {_STATES[state]}")
    findings = findings_from_document(service.get(f"/api/studies/{uid}/findings").content)
    items = service.get("/api/reading-list").json()["items"]
    reader = next(
        (item["reader"] for item in items if item["study"]["study_instance_uid"] == uid), None
    )
    return PlayedStudy(
        name=name, findings=findings, document=document_from_findings(findings), reader=reader
    )


def _keep(played: PlayedStudy, out: Path, data_dir: Path) -> None:
    """Copy a study's results from the service's own folder, which goes with the demo."""
    folder = out / played.name
    folder.mkdir(parents=True)
    (folder / "findings.json").write_text(played.document, encoding="utf-8")
    results = data_dir / "results" / played.findings.study_instance_uid
    for path in sorted(results.rglob("*.png")) + sorted(results.rglob("*.dcm")):
        shutil.copy2(path, folder / path.name)


def _report(played: Sequence[PlayedStudy], out: Path, received: int) -> None:
    console = output_console()
    console.print(
        findings_table(
            [one.findings for one in played],
            names=[one.name for one in played],
            readers=[one.reader for one in played],
        )
    )
    console.print(
        str(
            Text(
                f"The PACS confirmed {received} objects. Results, key images and logs: {out}",
                f"PACSは{received}個の結果を受信しました。結果・キー画像・ログ: {out}",
            )
        )
    )
    failed = [one.name for one in played if one.findings.outcome is Outcome.FAILED]
    if failed:
        raise AnalysisError(f"the analysis failed: {', '.join(failed)}; see {out}")
