"""Findings as Grayscale Softcopy Presentation States: circles and words over the images."""

from collections.abc import Iterable, Iterator
from typing import Final

from highdicom.color import CIELabColor
from highdicom.pr import (
    AnnotationUnitsValues,
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GraphicTypeValues,
    GrayscaleSoftcopyPresentationState,
    TextJustificationValues,
    TextObject,
)
from pydicom import Dataset

from routing.results.drawing import Size, circle_points, heading_boxes, label_boxes
from routing.results.instance import ascii_text
from routing.results.material import Material
from routing.results.objects import (
    CONTENT_LABEL,
    MARK_COLOR,
    SERIES_DESCRIPTIONS,
    InheritedAsBytes,
    ObjectKind,
    identity,
    stamp,
)
from routing.results.summary import category_lines, hidden_lines, nodule_lines, summary_lines
from wetread.domain.findings import Nodule

_KIND: Final = ObjectKind.PRESENTATION_STATE
_HEADING: Final = "Wetread AI (research use):"
_PIXEL: Final = AnnotationUnitsValues.PIXEL
_LEFT: Final = TextJustificationValues.LEFT
_RIGHT: Final = TextJustificationValues.RIGHT
# A presentation state has one size and one rescale for all of its images.
_SHARED: Final = (
    "Rows",
    "Columns",
    "PixelSpacing",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
)


class _State(InheritedAsBytes, GrayscaleSoftcopyPresentationState):
    pass


def encode_presentation_states(material: Material) -> tuple[Dataset, ...]:
    """Return the states that show the findings; none where no image could be shown with them.

    Each nodule is marked on its own slice only; without nodules, words on the central slice say
    why. The reader's window is left alone. Patient and study attributes are inherited.
    """
    return tuple(
        _state(material, images, part) for part, images in enumerate(_alike(_shown(material)))
    )


def _shown(material: Material) -> tuple[Dataset, ...]:
    """Return the images with a mark that is to be seen; one where all marks are hidden."""
    images = material.source.images
    marked = dict.fromkeys(
        nodule.measurement.mark.sop_instance_uid for nodule in material.shown_nodules
    )
    return tuple(images[uid] for uid in marked if uid in images) or tuple(images.values())[:1]


def _alike(images: Iterable[Dataset]) -> tuple[tuple[Dataset, ...], ...]:
    groups: dict[str, list[Dataset]] = {}
    for image in images:
        shared = repr([image.get(keyword) for keyword in _SHARED])
        groups.setdefault(shared, []).append(image)
    return tuple(tuple(group) for group in groups.values())


def _state(material: Material, images: tuple[Dataset, ...], part: int) -> Dataset:
    layer = GraphicLayer(
        layer_name=CONTENT_LABEL,
        order=1,
        description="Wetread AI, research use",
        display_color=CIELabColor(*MARK_COLOR),
    )
    state = _State(
        referenced_images=images,
        content_label=CONTENT_LABEL,
        content_description=SERIES_DESCRIPTIONS[_KIND],
        graphic_layers=[layer],
        graphic_annotations=[_annotation(material, image, layer) for image in images],
        **identity(_KIND, material.findings, part=part),
    )
    area = state.DisplayedAreaSelectionSequence[0]
    spacing = images[0].get("PixelSpacing")
    if spacing:
        del area.PresentationPixelAspectRatio
        area.PresentationPixelSpacing = spacing
    state.BodyPartExamined = "CHEST"  # without it the standard asks for a laterality
    stamp(state, material.encoded_at)
    return state


def _annotation(material: Material, image: Dataset, layer: GraphicLayer) -> GraphicAnnotation:
    size = int(image.Columns), int(image.Rows)
    findings, shown = material.findings, material.shown_nodules
    said = (
        *summary_lines(findings),
        *hidden_lines(len(findings.nodules) - len(shown)),
        *category_lines(findings),
    )
    heading = heading_boxes([ascii_text(line) for line in (_HEADING, *said)], size)
    nodules = [
        nodule
        for nodule in shown
        if nodule.measurement.mark.sop_instance_uid == image.SOPInstanceUID
    ]
    return GraphicAnnotation(
        referenced_images=[image],
        graphic_layer=layer,
        graphic_objects=[_circle(nodule, size) for nodule in nodules] or None,
        text_objects=[
            *(
                TextObject(text, _PIXEL, bounding_box=box, text_justification=_LEFT)
                for text, box in heading
            ),
            *(line for nodule in nodules for line in _label(nodule, size)),
        ],
    )


def _circle(nodule: Nodule, size: Size) -> GraphicObject:
    return GraphicObject(
        graphic_type=GraphicTypeValues.CIRCLE,
        graphic_data=circle_points(nodule.measurement.mark, size),
        units=_PIXEL,
        tracking_id=nodule.tracking_id,
        tracking_uid=nodule.tracking_uid,
    )


def _label(nodule: Nodule, size: Size) -> Iterator[TextObject]:
    measured = nodule.measurement
    lines = [ascii_text(line) for line in nodule_lines(nodule)]
    for text, box in zip(lines, label_boxes(lines, measured.mark, size), strict=True):
        on_the_left = box[2] <= measured.mark.center_px[0]
        yield TextObject(
            text_value=text,
            units=_PIXEL,
            bounding_box=box,
            text_justification=_RIGHT if on_the_left else _LEFT,  # towards the circle
            tracking_id=nodule.tracking_id,
            tracking_uid=nodule.tracking_uid,
        )
