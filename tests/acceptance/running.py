"""`wetread serve` in a process of its own: set by its environment, asked over HTTP, killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.support.private_network import free_port

T = TypeVar("T")

AE_TITLE = "WETREAD"
SCANNER, MR_SCANNER = "SCANNER", "MR_ROOM"
HOSPITAL = "Invented Hospital"
PACS_AE_TITLE = "PACS"
_PROGRAM = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stays when the service restarts: its folder and the ports of all around it."""

    folder: Path
    dicom_port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    pacs_port: int = field(default_factory=free_port)

    @property
    def data_dir(self) -> Path:
        """Where the service keeps everything."""
        return self.folder / "data"

    @property
    def log(self) -> str:
        """Return what all lives of the service have said."""
        return (self.folder / "service.log").read_text(encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """Return the settings of a small hospital with one PACS."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("WETREAD_")}
        senders = [{"ae_title": title, "site": HOSPITAL} for title in (SCANNER, MR_SCANNER)]
        pacs = {"name": "pacs", "host": "127.0.0.1", "ae_title": PACS_AE_TITLE}
        return inherited | {
            "PYTHONPATH": str(_PROGRAM),
            "WETREAD_DATA_DIR": str(self.data_dir),
            "WETREAD_INTAKE__PORT": str(self.dicom_port),
            "WETREAD_INTAKE__AE_TITLE": AE_TITLE,
            "WETREAD_INTAKE__SENDERS": json.dumps(senders),
            "WETREAD_INTAKE__QUIET_SECONDS": "1",
            "WETREAD_INTAKE__MINIMUM_FREE_BYTES": "0",
            "WETREAD_API__PORT": str(self.http_port),
            "WETREAD_DESTINATIONS": json.dumps([pacs | {"port": self.pacs_port}]),
            "WETREAD_PIPELINE__DELIVERY_FIRST_WAIT_SECONDS": "0.2",
        }


class RunningService:
    """One life of the service at a site."""

    def __init__(self, site: Site, process: subprocess.Popen[bytes]) -> None:
        self.site = site
        self._process = process
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{site.http_port}", timeout=30)

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """Return what is answered at a path, an error too."""
        return self._http.get(path, params=parameters or None)

    def post(self, path: str, body: object = None) -> httpx.Response:
        """Return what is answered to a request to do something."""
        return self._http.post(path, json=body)

    def study(self, study_instance_uid: str) -> dict[str, Any] | None:
        """Return a study; None while it is unknown."""
        answer = self.get(f"/api/studies/{study_instance_uid}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return _object(answer)

    def findings(self, study_instance_uid: str) -> dict[str, Any]:
        """Return the newest findings of a study."""
        return _object(self.get(f"/api/studies/{study_instance_uid}/findings"))

    def reading_item(self, study_instance_uid: str) -> dict[str, Any] | None:
        """Return the item of a study in the reading list."""
        for item in _object(self.get("/api/reading-list"))["items"]:
            if item["study"]["study_instance_uid"] == study_instance_uid:
                return dict(item)
        return None

    def bookings(self, study_instance_uid: str) -> int:
        """Return how many entries of this month's ledger are of a study."""
        studies = _object(self.get("/api/costs"))["studies"]
        entries = {one["study_instance_uid"]: one["entries"] for one in studies}
        return int(entries.get(study_instance_uid, 0))

    def await_study(
        self, study_instance_uid: str, state: str = "delivered", *, revision: int = 0
    ) -> dict[str, Any]:
        """Return a study as soon as it has come to a state."""

        def arrived() -> dict[str, Any] | None:
            study = self.study(study_instance_uid)
            here = study is not None and (study["state"], study["revision"]) == (state, revision)
            return study if here else None

        return wait_for(arrived)

    def answers(self) -> bool:
        """Tell whether the service is there and takes studies."""
        try:
            return self.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def await_ready(self) -> None:
        """Return when the service takes studies."""

        def ready() -> bool:
            assert self._process.poll() is None, self.site.log
            return self.answers()

        wait_for(ready)

    def await_death(self) -> int:
        """Wait until the process has ended; return its status, -9 where it was killed."""
        return self._process.wait(60)

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def tell_to_end(self) -> None:
        """Send what a supervisor sends."""
        self._process.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Leave nothing behind."""
        self._http.close()
        self.kill()


@contextmanager
def serving(site: Site, **settings: str) -> Iterator[RunningService]:
    """Run the service until the end of the block, whichever way it ends."""
    site.folder.mkdir(parents=True, exist_ok=True)
    with (site.folder / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "wetread", "serve"],
            env=site.environment() | settings,
            cwd=site.folder,  # whatever it would write beside its data is seen there
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    service = RunningService(site, process)
    try:
        service.await_ready()
        yield service
    finally:
        service.close()


def wait_for(ask: Callable[[], T | None], seconds: float = 90.0) -> T:
    """Ask until the answer is something true; fail where it never is."""
    until = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)
    return answer


def _object(answer: httpx.Response) -> dict[str, Any]:
    answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


def own_triton(url: str) -> dict[str, str]:
    """Return the settings of a service that starts its own Triton server."""
    return {
        "WETREAD_ENGINE__KIND": "triton",
        "WETREAD_ENGINE__URL": url,
        "WETREAD_ENGINE__START_SERVER": "true",
    }
