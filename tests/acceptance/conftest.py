"""Runs the program as its users do: a process of its own, judged by what it leaves behind."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pytest

from tests.acceptance.peers import RecordingPacs, listening
from tests.acceptance.running import RunningService, Site, serving

Wetread: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def wetread() -> Wetread:
    """Return a function that runs `wetread` with arguments, and settings given by keyword."""

    def run(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WETREAD_")}
        environment |= {"LC_ALL": "C.UTF-8"} | settings
        return subprocess.run(
            [sys.executable, "-m", "wetread", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A service that runs as long as the tests do, and the PACS that receives its results."""

    site: Site
    service: RunningService
    pacs: RecordingPacs


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """Return the service of all tests that need none of their own; each sends its own studies."""
    # A folder of its own above it: what escapes upwards is seen there, and no other test writes.
    site = Site(folder=tmp_path_factory.mktemp("clinic") / "site")
    site.folder.mkdir()
    with listening(RecordingPacs(), site.pacs_port) as pacs, serving(site) as service:
        yield Clinic(site=site, service=service, pacs=pacs)
