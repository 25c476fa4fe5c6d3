"""The phantom's files satisfy an outside validator."""

import subprocess
from collections.abc import Callable

import pytest

from inference.phantom.studies import PhantomPair


@pytest.mark.peer("dciodvfy")
def test_dciodvfy_finds_no_error(
    small_phantom: PhantomPair, require_program: Callable[[str], str]
) -> None:
    program = require_program("dciodvfy")
    for study in (small_phantom.prior, small_phantom.current):
        for instance in study.instances[:: len(study.instances) // 3]:
            said = subprocess.run(
                [program, instance.path], capture_output=True, text=True, timeout=30, check=False
            )
            assert "CTImage" in said.stderr
            assert "Error" not in said.stderr
            assert said.returncode == 0
