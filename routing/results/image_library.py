"""The image library of a measurement report (PS3.16 TID 1600)."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from highdicom.sr import ContainerContentItem, ContentItem
from pydicom import Dataset
from pydicom.multival import MultiValue
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.content_items import (
    CONTAINS,
    HAS_ACQ_CONTEXT,
    code,
    container,
    image,
    number,
    uid,
    with_children,
)

_CT: Final = Code("CT", "DCM", "Computed Tomography")
_PIXELS: Final = Code("{pixels}", "UCUM", "pixels")
_RATIO: Final = Code("{-1:1}", "UCUM", "{-1:1}")
_MM: Final = codes.UCUM.Millimeter

# Concept, attribute, which of its values, unit.
_SIZE: Final = (  # TID 1602
    (codes.DCM.PixelDataRows, "Rows", 0, _PIXELS),
    (codes.DCM.PixelDataColumns, "Columns", 0, _PIXELS),
)
_SPACING: Final = (  # TID 1602, TID 4020
    (codes.DCM.HorizontalPixelSpacing, "PixelSpacing", 1, _MM),
    (codes.DCM.VerticalPixelSpacing, "PixelSpacing", 0, _MM),
)
_PLACE: Final = (  # TID 1604
    (codes.DCM.SliceThickness, "SliceThickness", 0, _MM),
    (codes.DCM.ImagePositionPatientX, "ImagePositionPatient", 0, _MM),
    (codes.DCM.ImagePositionPatientY, "ImagePositionPatient", 1, _MM),
    (codes.DCM.ImagePositionPatientZ, "ImagePositionPatient", 2, _MM),
    (codes.DCM.ImageOrientationPatientRowX, "ImageOrientationPatient", 0, _RATIO),
    (codes.DCM.ImageOrientationPatientRowY, "ImageOrientationPatient", 1, _RATIO),
    (codes.DCM.ImageOrientationPatientRowZ, "ImageOrientationPatient", 2, _RATIO),
    (codes.DCM.ImageOrientationPatientColumnX, "ImageOrientationPatient", 3, _RATIO),
    (codes.DCM.ImageOrientationPatientColumnY, "ImageOrientationPatient", 4, _RATIO),
    (codes.DCM.ImageOrientationPatientColumnZ, "ImageOrientationPatient", 5, _RATIO),
)


def image_library(images: Collection[Dataset]) -> ContainerContentItem:
    """Return the library of at least one image, all of one series.

    highdicom's own refuses an image that lacks, say, a slice thickness; this states what is known.
    """
    entries = (
        with_children(image(one, CONTAINS), _numbers(one, (*_SIZE, *_SPACING, *_PLACE)))
        for one in images
    )
    series = _series_descriptors(next(iter(images)))
    group = container(codes.DCM.ImageLibraryGroup, [*series, *entries])
    return container(codes.DCM.ImageLibrary, [group])


def pixel_spacing(header: Dataset) -> Iterator[ContentItem]:
    """Yield the distances of an image's pixels where they are known."""
    yield from _numbers(header, _SPACING)


def _series_descriptors(header: Dataset) -> Iterator[ContentItem]:
    if header.get("Modality") == _CT.value:
        yield code(codes.DCM.Modality, _CT, HAS_ACQ_CONTEXT)
    if header.get("FrameOfReferenceUID"):
        frame = str(header.FrameOfReferenceUID)
        yield uid(codes.DCM.FrameOfReferenceUID, frame, HAS_ACQ_CONTEXT)


def _numbers(
    header: Dataset, descriptors: Iterable[tuple[Code, str, int, Code]]
) -> Iterator[ContentItem]:
    for name, keyword, index, unit in descriptors:
        value = header.get(keyword)
        values = value if isinstance(value, MultiValue) else [value]
        if index < len(values) and values[index] is not None:
            yield number(name, values[index], unit, HAS_ACQ_CONTEXT)
