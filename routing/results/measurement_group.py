"""One nodule as a measurement group (PS3.16 TID 1410)."""

from collections.abc import Iterator
from typing import Final

from highdicom.sr import (
    AlgorithmIdentification,
    FindingSite,
    GraphicTypeValues,
    GraphicTypeValues3D,
    ImageRegion,
    ImageRegion3D,
    Measurement,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    SourceImageForRegion,
    TimePointContext,
    TrackingIdentifier,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.algorithm import algorithm_parameters
from routing.results.change import change_text
from routing.results.content_items import text
from routing.results.drawing import circle_points, encloses, outline_lps_mm, outline_points
from routing.results.objects import MANUFACTURER
from wetread.domain.findings import (
    ChangeState,
    Findings,
    GrowthVerdict,
    LungZone,
    Nodule,
    NoduleType,
)

_SIDES: Final = {"left": codes.SCT.Left, "right": codes.SCT.Right}
SITES: Final = {  # PS3.16 CID 6171, and the whole lung where the zone is not known
    LungZone.UPPER: codes.SCT.UpperZoneOfLung,
    LungZone.MIDDLE: codes.SCT.MiddleZoneOfLung,
    LungZone.LOWER: codes.SCT.LowerZoneOfLung,
    None: codes.SCT.Lung,
}
# The dictionary of DICOM has no code for two of the three: RadLex has all.
NODULE_TYPE_CODES: Final = {
    NoduleType.SOLID: Code("RID50151", "RADLEX", "solid pulmonary nodule"),
    NoduleType.PART_SOLID: Code("RID50152", "RADLEX", "part-solid pulmonary nodule"),
    NoduleType.GROUND_GLASS: Code("RID50153", "RADLEX", "non-solid pulmonary nodule"),
}
# No standard code exists for these two; a negative doubling time is the time to halve.
_VOLUME_CHANGE: Final = Code("VOLUME_CHANGE", "99WETREAD", "Volume change since prior study")
_DOUBLING_TIME: Final = Code("DOUBLING_TIME", "99WETREAD", "Volume doubling time")
_DAYS: Final = Code("d", "UCUM", "day")
_GROWTH: Final = {
    GrowthVerdict.GROWN: codes.SCT.IncreaseInSize,
    GrowthVerdict.STABLE: codes.SCT.NoSignificantChangesInTheFinding,
    GrowthVerdict.SHRUNK: codes.SCT.DecreaseInSize,
}


def measurement_group(
    nodule: Nodule, findings: Findings, image: Dataset, *, in_space: bool
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    """Return the group of a nodule, its outline selected from the image that it was drawn on.

    ``in_space`` adds the outline in patient coordinates, where the image's place is known.
    """
    measurement, change = nodule.measurement, nodule.change
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=nodule.tracking_uid, identifier=nodule.tracking_id
        ),
        referenced_region=_region(nodule, image),
        finding_type=codes.SCT.Nodule,
        finding_sites=[
            FindingSite(SITES[measurement.zone], laterality=_SIDES.get(measurement.side))
        ],
        algorithm_id=_algorithm(findings),
        time_point_context=time_point(findings.study_instance_uid) if change else None,
        measurements=list(_measurements(nodule)),
        qualitative_evaluations=list(_evaluations(nodule)),
    )
    if change:
        group[0].ContentSequence.append(text(codes.DCM.Comment, change_text(change)))
    if in_space:
        group[0].ContentSequence.extend(_region_in_space(nodule, image))
    return group


def time_point(study_instance_uid: str, *, prior: bool = False) -> TimePointContext:
    """Return when a group was measured (TID 1502).

    Without Time Point Order: validators take that number for a measurement.
    """
    return TimePointContext(
        time_point="Prior" if prior else "Current",
        subject_time_point_identifier=study_instance_uid,
    )


def mean_diameter(diameter_mm: float) -> Measurement:
    """Return the mean of long and short axis."""
    return Measurement(
        codes.SCT.Diameter,
        round(diameter_mm, 2),
        codes.UCUM.Millimeter,
        derivation=codes.SCT.Mean,
    )


def volume(volume_mm3: float) -> Measurement:
    """Return the volume."""
    return Measurement(codes.SCT.Volume, volume_mm3, codes.UCUM.CubicMillimeter)


def _algorithm(findings: Findings) -> AlgorithmIdentification:
    return AlgorithmIdentification(
        name=findings.model.name,
        version=findings.model.version,
        parameters=algorithm_parameters(findings),
        manufacturer=MANUFACTURER,
    )


def _region(nodule: Nodule, image: Dataset) -> ImageRegion:
    mark = nodule.measurement.mark
    source = SourceImageForRegion(
        referenced_sop_class_uid=image.SOPClassUID,
        referenced_sop_instance_uid=image.SOPInstanceUID,
    )
    size = image.Columns, image.Rows
    if encloses(mark):
        return ImageRegion(GraphicTypeValues.POLYLINE, outline_points(mark, size), source)
    return ImageRegion(GraphicTypeValues.CIRCLE, circle_points(mark, size), source)


def _region_in_space(nodule: Nodule, image: Dataset) -> Iterator[ImageRegion3D]:
    points, frame = outline_lps_mm(nodule.measurement.mark, image), image.get("FrameOfReferenceUID")
    if points is not None and frame:
        yield ImageRegion3D(
            graphic_type=GraphicTypeValues3D.POLYGON,
            graphic_data=points,
            frame_of_reference_uid=str(frame),
        )


def _measurements(nodule: Nodule) -> Iterator[Measurement]:
    measured, mm = nodule.measurement, codes.UCUM.Millimeter
    yield Measurement(codes.SCT.LongAxis, measured.long_axis_mm, mm)
    yield Measurement(codes.SCT.ShortAxis, measured.short_axis_mm, mm)
    yield mean_diameter(measured.mean_diameter_mm)
    yield volume(measured.volume_mm3)
    yield Measurement(
        codes.DCM.CertaintyOfFinding, round(100 * nodule.score, 2), codes.UCUM.Percent
    )
    change = nodule.change
    if change is None:
        return
    if change.volume_change_percent is not None:
        yield Measurement(_VOLUME_CHANGE, change.volume_change_percent, codes.UCUM.Percent)
    if change.doubling_time_days is not None:
        yield Measurement(_DOUBLING_TIME, change.doubling_time_days, _DAYS)


def _evaluations(nodule: Nodule) -> Iterator[QualitativeEvaluation]:
    yield QualitativeEvaluation(codes.DCM.LesionDensity, NODULE_TYPE_CODES[nodule.measurement.type])
    change = nodule.change
    if change is None:
        return
    if change.state is ChangeState.NEW:
        yield QualitativeEvaluation(codes.DCM.QualitativeDifference, codes.SCT.NewFinding)
    elif change.verdict in _GROWTH:
        yield QualitativeEvaluation(codes.DCM.QualitativeDifference, _GROWTH[change.verdict])
