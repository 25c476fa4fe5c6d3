"""One nodule as it was at the time of the prior study, in a measurement report (TID 1410)."""

from collections.abc import Iterator

from highdicom.sr import (
    ContentItem,
    GraphicTypeValues,
    ImageRegion,
    Measurement,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    SourceImageForRegion,
    TrackingIdentifier,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes

from routing.results.drawing import circle_points
from routing.results.measurement_group import mean_diameter, time_point, volume
from wetread.domain.findings import Change, ImageMark, Nodule


def prior_group(
    nodule: Nodule, change: Change, mark: ImageMark, image: Dataset
) -> Iterator[ContentItem]:
    """Yield what was measured in the prior, circled on its image; nothing where nothing was."""
    measurements = list(_prior_measurements(change))
    if not measurements:
        return
    region = ImageRegion(
        GraphicTypeValues.CIRCLE,
        circle_points(mark, (int(image.Columns), int(image.Rows))),
        SourceImageForRegion(
            referenced_sop_class_uid=image.SOPClassUID,
            referenced_sop_instance_uid=image.SOPInstanceUID,
        ),
    )
    yield from PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=change.prior_tracking_uid or nodule.tracking_uid, identifier=nodule.tracking_id
        ),
        referenced_region=region,
        finding_type=codes.SCT.Nodule,
        time_point_context=time_point(change.prior_study_instance_uid, prior=True),
        measurements=measurements,
    )


def _prior_measurements(change: Change) -> Iterator[Measurement]:
    if change.prior_mean_diameter_mm is not None:
        yield mean_diameter(change.prior_mean_diameter_mm)
    if change.prior_volume_mm3 is not None:
        yield volume(change.prior_volume_mm3)
