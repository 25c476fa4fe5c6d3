"""Which detector reads which kind of model package."""

from inference.detection.classical import ClassicalDetector
from inference.turns import DeviceTurns
from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError
from wetread.ports import Detector


def load_detector(
    package: ModelPackage,
    device: str = "auto",
    *,
    precision: str = "auto",
    turns: DeviceTurns | None = None,
) -> Detector:
    """Return the detector of a checked package, on a device as `choose_device` names it.

    ``precision`` as `Precision` names it; ``turns`` are those of the device.
    Raises `ConfigurationError` for unknown kinds, wrong weights and missing devices.
    """
    match package.kind:
        case "classical":
            return ClassicalDetector(package)
        # Only who uses a network waits the seconds that its framework takes to import.
        case "network":
            from inference.detection.network import NetworkDetector  # noqa: PLC0415 - slow
            from inference.devices import Precision, choose_device  # noqa: PLC0415 - slow

            return NetworkDetector(
                package, choose_device(device), precision=Precision(precision), turns=turns
            )
        case "retinanet":
            from inference.detection.retinanet import RetinaNetDetector  # noqa: PLC0415 - slow
            from inference.devices import Precision, choose_device  # noqa: PLC0415 - slow

            return RetinaNetDetector(
                package, choose_device(device), precision=Precision(precision), turns=turns
            )
        case kind:
            raise ConfigurationError(f"no detector reads models of kind {kind!r} ({package.name})")
