"""How much the device that the networks run on is used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUse:
    """Since the process started; a study that let others pass still has one turn."""

    turns: int = 0
    used_seconds: float = 0.0
    waited_seconds: float = 0.0  # of all studies together
    waiting: int = 0  # studies, now
