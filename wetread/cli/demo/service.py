"""The service of the demo: `wetread serve` in a process of its own, on free loopback ports."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from wetread.cli.demo import hospital, pacs
from wetread.domain.errors import WetreadError

AE_TITLE = "WETREAD"
_READY_WITHIN_SECONDS = 60.0
_STOPPED_WITHIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Loopback ports that were free a moment ago."""

    intake: int
    api: int
    pacs: int


class DemoService:
    """A running service, spoken to as its users would: DICOM and HTTP."""

    def __init__(self, process: subprocess.Popen[bytes], ports: Ports, log: Path) -> None:
        self._process = process
        self._log = log
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{ports.api}", timeout=30.0)

    @property
    def process_id(self) -> int:
        """Return which process it is."""
        return self._process.pid

    def get(self, path: str) -> httpx.Response:
        """Return what the API says at a path; raise `WetreadError` when it does not answer."""
        try:
            answer = self._http.get(path)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise WetreadError(f"the service does not answer ({error}); see {self._log}") from error
        return answer

    def exists(self, path: str) -> bool:
        """Tell whether the API knows the path."""
        try:
            return self._http.get(path).is_success
        except httpx.HTTPError:
            return False

    def await_ready(self) -> None:
        """Return when the service takes studies."""
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while not self.exists("/health/ready"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise WetreadError(f"the service did not start; see {self._log}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask the service to end, then insist."""
        self._http.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def running_service(
    data_dir: Path,
    ports: Ports,
    log: Path,
    rules: Path | None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[DemoService]:
    """Start `wetread serve` configured for the demo; yield it ready, stop it after.

    ``variables`` are further settings, as the environment gives them.
    """
    settings = {**_settings(data_dir, ports, rules), **(variables or {})}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wetread", "serve"],
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        service = DemoService(process, ports, log)
        try:
            service.await_ready()
            yield service
        finally:
            service.stop()


def free_ports() -> Ports:
    """Return three different free loopback ports."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(3)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        intake, api, pacs_port = (one.getsockname()[1] for one in sockets)
    return Ports(intake=intake, api=api, pacs=pacs_port)


def _settings(data_dir: Path, ports: Ports, rules: Path | None) -> Mapping[str, str]:
    destination = {
        "name": "demo-pacs",
        "host": "127.0.0.1",
        "port": ports.pacs,
        "ae_title": pacs.AE_TITLE,
    }
    sender = {"ae_title": hospital.AE_TITLE, "site": hospital.SITE}
    settings = {
        "WETREAD_DATA_DIR": str(data_dir),
        "WETREAD_INTAKE__PORT": str(ports.intake),
        "WETREAD_INTAKE__AE_TITLE": AE_TITLE,
        "WETREAD_INTAKE__SENDERS": json.dumps([sender]),
        "WETREAD_INTAKE__QUIET_SECONDS": "2",
        "WETREAD_INTAKE__MINIMUM_FREE_BYTES": str(256 * 1024**2),
        "WETREAD_API__PORT": str(ports.api),
        "WETREAD_DESTINATIONS": json.dumps([destination]),
    }
    if rules is not None:
        settings["WETREAD_SELECTION_RULES"] = str(rules.absolute())
    return settings
