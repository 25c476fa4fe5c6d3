"""One nodule as a single image finding of a Chest CAD SR (PS3.16 TID 4104)."""

from collections.abc import Iterator
from typing import Final

from highdicom.sr import ContentItem, GraphicTypeValues, ScoordContentItem
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.algorithm import algorithm_items, algorithm_parameters
from routing.results.content_items import (
    HAS_CONCEPT_MOD,
    HAS_OBS_CONTEXT,
    HAS_PROPERTIES,
    INFERRED_FROM,
    SELECTED_FROM,
    code,
    image,
    number,
    text,
    uid,
    with_children,
)
from routing.results.drawing import circle_points, encloses, outline_points
from routing.results.measurement_group import SITES
from wetread.domain.findings import Findings, Nodule
from wetread.domain.geometry import FloatArray
from wetread.domain.presentation import RenderingIntent

_INTENTS: Final = {  # CID 6034
    RenderingIntent.REQUIRED: codes.DCM.PresentationRequiredRenderingDeviceIsExpectedToPresent,
    RenderingIntent.OPTIONAL: codes.DCM.PresentationOptionalRenderingDeviceMayPresent,
    RenderingIntent.NOT_FOR_PRESENTATION: (
        codes.DCM.NotForPresentationRenderingDeviceExpectedNotToPresent
    ),
}


def single_image_finding(
    nodule: Nodule, findings: Findings, header: Dataset, intent: RenderingIntent
) -> ContentItem:
    """Return the finding, on the image that shows the nodule largest."""
    finding = code(codes.DCM.SingleImageFinding, codes.DCM.AbnormalOpacity, INFERRED_FROM)
    return with_children(
        finding,
        [
            *_identity(nodule, findings, intent),
            *_geometry(nodule, header),
            *_properties(nodule),
        ],
    )


def _identity(nodule: Nodule, findings: Findings, intent: RenderingIntent) -> Iterator[ContentItem]:
    """Yield the rows up to the certainty, which the template puts before the place."""
    yield code(codes.DCM.SingleImageFindingModifier, codes.SCT.Nodule, HAS_CONCEPT_MOD)
    yield code(codes.DCM.RenderingIntent, _INTENTS[intent], HAS_CONCEPT_MOD)
    yield text(codes.DCM.TrackingIdentifier, nodule.tracking_id, HAS_OBS_CONTEXT)  # TID 4108
    yield uid(codes.DCM.TrackingUniqueIdentifier, nodule.tracking_uid, HAS_OBS_CONTEXT)
    model = findings.model
    yield from algorithm_items(
        model.name, model.version, HAS_OBS_CONTEXT, algorithm_parameters(findings)
    )
    certainty = round(100 * nodule.score, 2)
    yield number(codes.DCM.CertaintyOfFinding, certainty, codes.UCUM.Percent, HAS_PROPERTIES)


def _geometry(nodule: Nodule, header: Dataset) -> Iterator[ContentItem]:
    """Yield centre and outline (TID 4107)."""
    mark, size = nodule.measurement.mark, (int(header.Columns), int(header.Rows))
    circle = circle_points(mark, size)
    yield _coordinates(codes.DCM.Center, GraphicTypeValues.POINT, circle[:1], header)
    kind, points = GraphicTypeValues.CIRCLE, circle
    if encloses(mark):
        kind, points = GraphicTypeValues.POLYLINE, outline_points(mark, size)
    yield _coordinates(codes.DCM.Outline, kind, points, header)


def _properties(nodule: Nodule) -> Iterator[ContentItem]:
    """Yield the sizes (TID 1400, TID 1402) and the place (TID 4105)."""
    measured, mm = nodule.measurement, codes.UCUM.Millimeter
    yield number(codes.SCT.LongAxis, measured.long_axis_mm, mm, HAS_PROPERTIES)
    yield number(codes.SCT.ShortAxis, measured.short_axis_mm, mm, HAS_PROPERTIES)
    cubic = codes.UCUM.CubicMillimeter
    yield number(codes.SCT.Volume, measured.volume_mm3, cubic, HAS_PROPERTIES)
    if measured.zone is not None:  # the context group has no lung as a whole (CID 6124)
        yield code(codes.DCM.LocationInChest, SITES[measured.zone], HAS_PROPERTIES)


def _coordinates(
    name: Code, kind: GraphicTypeValues, points: FloatArray, header: Dataset
) -> ContentItem:
    item = ScoordContentItem(
        name=name, graphic_type=kind, graphic_data=points, relationship_type=HAS_PROPERTIES
    )
    return with_children(item, [image(header, SELECTED_FROM)])
