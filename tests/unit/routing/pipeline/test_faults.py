"""The setting that kills a process; that it does, the integration tests show."""

from pathlib import Path

import pytest

from routing.pipeline.faults import Fault, Moment, fault_from_setting
from routing.pipeline.steps import Step
from wetread.domain.errors import ConfigurationError


def test_no_setting_is_no_fault(tmp_path: Path) -> None:
    assert fault_from_setting(None, tmp_path) is None


def test_a_setting_names_moment_and_step(tmp_path: Path) -> None:
    fault = fault_from_setting("kill:after:detect", tmp_path)
    assert fault == Fault(
        moment=Moment.AFTER, step=Step.DETECT, marker=tmp_path / "fault-after-detect"
    )


@pytest.mark.parametrize("setting", ["", "kill", "kill:during:detect", "kill:after:lunch"])
def test_a_setting_that_names_no_step_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="find_prior"):
        fault_from_setting(setting, tmp_path)


def test_it_strikes_nowhere_else_and_not_again(tmp_path: Path) -> None:
    fault = fault_from_setting("kill:after:detect", tmp_path)
    assert fault is not None
    for step in Step:
        fault.strike(Moment.BEFORE, step)
    fault.strike(Moment.AFTER, Step.MEASURE)
    assert not fault.marker.exists()
    fault.marker.touch()
    fault.strike(Moment.AFTER, Step.DETECT)  # or this process would be gone
