"""The measurer of a model package."""

from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError
from wetread.ports import NoduleMeasurer

MEASURING_KIND = "outline"


def load_measurer(package: ModelPackage) -> NoduleMeasurer:
    """Return the measurer of a checked package; raise `ConfigurationError` for another kind."""
    if package.kind != MEASURING_KIND:
        raise ConfigurationError(
            f"nothing measures with models of kind {package.kind!r} ({package.name})"
        )
    # Only who measures waits the seconds that the network's framework takes to import.
    from inference.measurement.measurer import SegmentationMeasurer  # noqa: PLC0415
    from inference.measurement.segmenter import load_segmenter  # noqa: PLC0415

    return SegmentationMeasurer(load_segmenter(package))
