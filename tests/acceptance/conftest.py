"""Runs the program as its users do: a process of its own, judged by what it leaves behind."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import TypeAlias

import pytest

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
