"""Stop the process hard at a chosen step, once, to prove that nothing is lost by it."""

import os
import re
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from routing.pipeline.steps import Step
from wetread.domain.errors import ConfigurationError

_FAULT = re.compile(r"kill:(before|after):(\w+)")


class Moment(StrEnum):
    """When in a step."""

    BEFORE = "before"  # nothing is done yet
    AFTER = "after"  # its work is done, its checkpoint is not written: the worst moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Kills the process at a step; ``marker`` is left behind so that it happens once."""

    moment: Moment
    step: Step
    marker: Path

    def strike(self, moment: Moment, step: Step) -> None:
        """Kill this process if this is the moment and it has not happened yet."""
        if (moment, step) != (self.moment, self.step) or self.marker.exists():
            return
        self.marker.parent.mkdir(parents=True, exist_ok=True)
        self.marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def fault_from_setting(setting: str | None, data_dir: Path) -> Fault | None:
    """Read e.g. ``kill:before:detect``; raise `ConfigurationError` where it names no step."""
    if setting is None:
        return None
    match = _FAULT.fullmatch(setting)
    if match is None or match[2] not in list(Step):
        steps = ", ".join(Step)
        raise ConfigurationError(
            f"pipeline.fault is not kill:before:STEP or kill:after:STEP with one of {steps}"
        )
    return Fault(
        moment=Moment(match[1]),
        step=Step(match[2]),
        marker=data_dir / f"fault-{match[1]}-{match[2]}",
    )
