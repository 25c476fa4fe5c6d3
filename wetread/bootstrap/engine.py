"""Wires where the detector runs: in this process, or on a Triton server that may be ours."""

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from inference.detection import load_detector
from inference.devices import choose_device
from inference.energy import open_energy_clock
from inference.turns import DeviceTurns
from models.registry import ModelPackage
from routing.pipeline.metering import Meter, this_machine
from wetread.ports import Detector
from wetread.settings import Engine, Settings

# Only who uses Triton waits for its client to be imported.
if TYPE_CHECKING:
    from inference.serving.server import TritonServer, TritonWheel


def build_detector(
    package: ModelPackage, settings: Settings, turns: DeviceTurns
) -> tuple[Detector, Meter]:
    """Return the detector of a package on the engine of the settings, and what meters both.

    ``turns`` are those of the device of the settings. The local engine is loaded whatever is
    chosen: it says what the package marks, and takes over. Raise `ConfigurationError`.
    """
    local = load_detector(
        package, settings.device, precision=settings.engine.precision, turns=turns
    )
    machine = partial(
        this_machine,
        energy=open_energy_clock(choose_device(settings.device)),
        core_watts=settings.costs.core_watts,
        waited_seconds=turns.own_waited_seconds,
    )
    if settings.engine.kind is Engine.LOCAL:
        return local, machine()
    from inference.detection.triton import FallbackDetector, TritonDetector  # noqa: PLC0415 - for Triton only

    served = TritonDetector(local.model, local.operating_point, settings.engine)
    meter = machine(lambda: served.cpu_seconds)
    if not settings.engine.fall_back:
        return served, meter
    return FallbackDetector(served, local, rest_seconds=settings.engine.rest_seconds), meter


def build_server(package: ModelPackage, settings: Settings) -> "TritonServer | None":
    """Return the server that the settings say is ours, not started; raise `ConfigurationError`."""
    wheel = find_server(settings)
    if wheel is None:
        return None
    from inference.serving.server import TritonServer  # noqa: PLC0415 - for Triton only

    host, port = settings.engine.host_and_port
    repository = settings.triton_dir / "models"
    shutil.rmtree(repository, ignore_errors=True)  # a model that was served before is not wanted
    export_to_triton(package, repository, most_together=settings.engine.most_together)
    return TritonServer(
        wheel,
        repository=repository,
        work_dir=settings.triton_dir,
        host=host,
        port=port,
    )


def find_server(settings: Settings) -> "TritonWheel | None":
    """Return what to start where the settings want it; raise `ConfigurationError` without it."""
    if not settings.engine.start_server:
        return None
    from inference.serving.server import DEFAULT_DIR, TritonWheel  # noqa: PLC0415 - for Triton only

    wheel = TritonWheel(folder=settings.engine.server_dir or DEFAULT_DIR)
    wheel.check()
    return wheel


def export_to_triton(
    package: ModelPackage, folder: Path, *, most_together: int, backend: str = "python"
) -> Path:
    """Write a package into a model repository; return its folder there.

    Raise `ConfigurationError` for one that no detector reads: no server would start with it.
    """
    load_detector(package, "cpu")
    from inference.serving.configuration import ServingBackend  # noqa: PLC0415 - for Triton only
    from inference.serving.repository import write_repository  # noqa: PLC0415 - for Triton only

    return write_repository(
        package, folder, most_together=most_together, backend=ServingBackend(backend)
    )
