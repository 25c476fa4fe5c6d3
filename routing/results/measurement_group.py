"""One nodule as a measurement group (PS3.16 TID 1410)."""

from collections.abc import Iterator
from typing import Final

from highdicom.sr import (
    AlgorithmIdentification,
    FindingSite,
    GraphicTypeValues,
    ImageRegion,
    Measurement,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForRegion,
    TextContentItem,
    TimePointContext,
    TrackingIdentifier,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.algorithm import algorithm_parameters
from routing.results.change import change_text
from routing.results.drawing import circle_points, encloses, outline_points
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
_TYPES: Final = {  # the dictionary of DICOM has no code for two of the three: RadLex has all
    NoduleType.SOLID: Code("RID50151", "RADLEX", "solid pulmonary nodule"),
    NoduleType.PART_SOLID: Code("RID50152", "RADLEX", "part-solid pulmonary nodule"),
    NoduleType.GROUND_GLASS: Code("RID50153", "RADLEX", "non-solid pulmonary nodule"),
}
_GROWTH: Final = {
    GrowthVerdict.GROWN: codes.SCT.IncreaseInSize,
    GrowthVerdict.STABLE: codes.SCT.NoSignificantChangesInTheFinding,
    GrowthVerdict.SHRUNK: codes.SCT.DecreaseInSize,
}


def measurement_group(
    nodule: Nodule, findings: Findings, image: Dataset
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    """Return the group of a nodule, its outline selected from the image that it was drawn on."""
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
        time_point_context=TimePointContext(time_point="Current") if change else None,
        measurements=list(_measurements(nodule)),
        qualitative_evaluations=list(_evaluations(nodule)),
    )
    if change:
        group[0].ContentSequence.append(
            TextContentItem(
                name=codes.DCM.Comment,
                value=change_text(change),
                relationship_type=RelationshipTypeValues.CONTAINS,
            )
        )
    return group


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


def _measurements(nodule: Nodule) -> Iterator[Measurement]:
    measured, mm = nodule.measurement, codes.UCUM.Millimeter
    yield Measurement(codes.SCT.LongAxis, measured.long_axis_mm, mm)
    yield Measurement(codes.SCT.ShortAxis, measured.short_axis_mm, mm)
    yield Measurement(
        codes.SCT.Diameter,
        round(measured.mean_diameter_mm, 2),
        mm,
        derivation=codes.SCT.Mean,
    )
    yield Measurement(codes.SCT.Volume, measured.volume_mm3, codes.UCUM.CubicMillimeter)
    yield Measurement(
        codes.DCM.CertaintyOfFinding, round(100 * nodule.score, 2), codes.UCUM.Percent
    )


def _evaluations(nodule: Nodule) -> Iterator[QualitativeEvaluation]:
    yield QualitativeEvaluation(codes.DCM.LesionDensity, _TYPES[nodule.measurement.type])
    change = nodule.change
    if change is None:
        return
    if change.state is ChangeState.NEW:
        yield QualitativeEvaluation(codes.DCM.QualitativeDifference, codes.SCT.NewFinding)
    elif change.verdict in _GROWTH:
        yield QualitativeEvaluation(codes.DCM.QualitativeDifference, _GROWTH[change.verdict])
