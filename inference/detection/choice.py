"""Which detector reads which kind of model package."""

from inference.detection.classical import ClassicalDetector
from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError
from wetread.ports import Detector


def load_detector(package: ModelPackage) -> Detector:
    """Return the detector of a checked package; raise `ConfigurationError` for unknown kinds."""
    match package.metadata.kind:
        case "classical":
            return ClassicalDetector(package)
        case kind:
            raise ConfigurationError(
                f"no detector reads models of kind {kind!r} ({package.metadata.name})"
            )
