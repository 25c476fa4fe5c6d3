"""On what the networks run: one choice for the whole program."""

import torch

from wetread.domain.errors import ConfigurationError

AUTOMATIC = "auto"


def choose_device(wanted: str = AUTOMATIC) -> torch.device:
    """Return the device called ``auto``, ``cpu`` or ``cuda:N``; ``auto`` prefers a GPU.

    Raises `ConfigurationError` where that device is unknown or not in this machine.
    """
    if wanted == AUTOMATIC:
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise ConfigurationError(f"device {wanted!r} is not auto, cpu or cuda:0") from error
    if device.type == "cpu":
        return torch.device("cpu")
    if device.type != "cuda":
        raise ConfigurationError(f"device {wanted!r} is not auto, cpu or cuda:0")
    if (device.index or 0) >= torch.cuda.device_count():
        raise ConfigurationError(f"this machine has no device {wanted!r}; use auto or cpu")
    return torch.device("cuda", device.index or 0)


def describe_device(device: torch.device) -> str:
    """Return the name of a device for results and people, e.g. ``cuda:0 (NVIDIA H200)``."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return "cpu"
