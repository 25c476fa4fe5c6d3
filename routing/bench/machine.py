"""Says what a benchmark ran on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from routing.bench.figures import Machine
from routing.pipeline.metering import processor_name

_LIBRARIES: Final = ("wetread", "torch", "numpy", "scipy", "pydicom", "highdicom", "monai")


def describe_machine(accelerator: str | None) -> Machine:
    """Return this machine; ``accelerator`` is what the networks run on beside the processor."""
    return Machine(
        processor=processor_name().removeprefix("cpu: "),
        cores=usable_cores(),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        accelerator=accelerator,
        system=f"{platform.system()} {platform.release()}",
        versions={"python": platform.python_version()}
        | {name: found for name in _LIBRARIES if (found := _version(name)) is not None},
        load_average=os.getloadavg()[0],
    )


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
