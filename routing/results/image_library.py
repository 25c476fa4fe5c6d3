"""The image library of a measurement report (PS3.16 TID 1600)."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeAlias

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

_Descriptor: TypeAlias = tuple[Code, str, int, Code]  # concept, attribute, which value, unit

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

    What all images have in common is stated once, for their group (TID 1600 row 3). highdicom's
    own library refuses an image that lacks, say, a slice thickness; this states what is known.
    """
    first = next(iter(images))
    stated = (*_SIZE, *_SPACING, *_PLACE)
    common = [one for one in stated if len({_value(header, one) for header in images}) == 1]
    own = [one for one in stated if one not in common]
    entries = (with_children(image(one, CONTAINS), _numbers(one, own)) for one in images)
    group = [*_series_descriptors(first), *_numbers(first, common), *entries]
    return container(codes.DCM.ImageLibrary, [container(codes.DCM.ImageLibraryGroup, group)])


def pixel_spacing(header: Dataset) -> Iterator[ContentItem]:
    """Yield the distances of an image's pixels where they are known."""
    yield from _numbers(header, _SPACING)


def _series_descriptors(header: Dataset) -> Iterator[ContentItem]:
    if header.get("Modality") == _CT.value:
        yield code(codes.DCM.Modality, _CT, HAS_ACQ_CONTEXT)
    if header.get("FrameOfReferenceUID"):
        frame = str(header.FrameOfReferenceUID)
        yield uid(codes.DCM.FrameOfReferenceUID, frame, HAS_ACQ_CONTEXT)


def _numbers(header: Dataset, descriptors: Iterable[_Descriptor]) -> Iterator[ContentItem]:
    for descriptor in descriptors:
        value = _value(header, descriptor)
        if value is not None:
            name, _, _, unit = descriptor
            yield number(name, value, unit, HAS_ACQ_CONTEXT)


def _value(header: Dataset, descriptor: _Descriptor) -> float | None:
    _, keyword, index, _ = descriptor
    value = header.get(keyword)
    values = value if isinstance(value, MultiValue) else [value]
    return values[index] if index < len(values) else None
