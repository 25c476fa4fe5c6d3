"""Rule one: once C-STORE answered success, nothing loses the instance."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from routing.intake.receiver import SUCCESS
from tests.support.instances import instance
from tests.support.intake import Intake, associated

STUDY = instance().StudyInstanceUID


def _start(folder: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.receiver_process", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


@pytest.mark.parametrize("wait_seconds", [0.0, 0.03, 0.06, 0.1])
def test_an_instance_survives_a_kill_right_after_success(
    tmp_path: Path, wait_seconds: float
) -> None:
    """The waits lie before, in and after the indexing of what was received."""
    process, port = _start(tmp_path)
    with associated(port, instance()) as association:
        for number in range(10):
            assert association.send_c_store(instance(number)).Status == SUCCESS
        time.sleep(wait_seconds)
        process.send_signal(signal.SIGKILL)
        _end(process)

    intake = Intake(tmp_path)
    intake.index()

    instances = intake.catalog.instances_of(STUDY)
    assert {one.sop_instance_uid for one in instances} == {
        instance(number).SOPInstanceUID for number in range(10)
    }
    assert all(one.path.is_file() for one in instances)
    assert intake.waiting() == ()


def test_a_sender_that_was_not_answered_sends_again(tmp_path: Path) -> None:
    process, port = _start(tmp_path)
    with associated(port, instance()) as association:
        assert association.send_c_store(instance(0)).Status == SUCCESS
        process.send_signal(signal.SIGSTOP)  # it will never answer the next
        association.dimse_timeout = 0.5
        assert "Status" not in association.send_c_store(instance(1))
        process.send_signal(signal.SIGKILL)
        _end(process)

    process, port = _start(tmp_path)
    with associated(port, instance()) as association:
        for number in range(2):
            assert association.send_c_store(instance(number)).Status == SUCCESS
    _end(process)

    intake = Intake(tmp_path)
    intake.index()
    assert len(intake.catalog.instances_of(STUDY)) == 2
    assert list(intake.statuses().values()) == ["stored", "stored"]
