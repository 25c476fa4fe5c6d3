"""On what the networks run, and in which numbers: one choice for the whole program."""

from enum import StrEnum
from typing import Final

import torch

from wetread.domain.errors import AnalysisError, ConfigurationError

AUTOMATIC = "auto"
# What PyTorch and the libraries below it say where they do not raise its own error.
_OUT_OF_MEMORY: Final = ("out of memory", "can't allocate memory", "ALLOC_FAILED")


class Precision(StrEnum):
    """In which numbers a network computes."""

    AUTO = AUTOMATIC  # mixed on a GPU, single on a processor
    FP32 = "fp32"  # single
    MIXED = "mixed"  # half where that is enough, single elsewhere


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


def half_precision(device: torch.device, precision: Precision) -> torch.dtype | None:
    """Return in which halves a network computes what allows it; None: everything in single."""
    if device.type == "cuda":
        return None if precision is Precision.FP32 else torch.float16
    # Of a processor only what it is told to: without instructions for halves it is far slower.
    return torch.bfloat16 if precision is Precision.MIXED else None


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """Return the context in which a network computes in that precision."""
    half = half_precision(device, precision)
    return torch.autocast(device.type, half, enabled=half is not None)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether a device had too little memory for what failed."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(part in str(error) for part in _OUT_OF_MEMORY)


def too_little_memory(device: torch.device) -> AnalysisError:
    """Return what to say where nothing smaller is left to try."""
    instead = 'set device = "cpu"' if device.type == "cuda" else "analyse fewer studies at once"
    return AnalysisError(f"{device} has too little memory for this scan: free some, or {instead}")
