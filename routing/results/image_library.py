"""The image library of a measurement report (PS3.16 TID 1600)."""

from collections.abc import Collection
from typing import Final

from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    ImageContentItem,
    NumContentItem,
    RelationshipTypeValues,
    UIDRefContentItem,
)
from pydicom import Dataset
from pydicom.multival import MultiValue
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

_SOURCE: Final = Code("260753009", "SCT", "Source")
_CT: Final = Code("CT", "DCM", "Computed Tomography")
_PIXELS: Final = Code("{pixels}", "UCUM", "pixels")
_RATIO: Final = Code("{-1:1}", "UCUM", "{-1:1}")
_MM: Final = codes.UCUM.Millimeter

# Concept, attribute, which of its values, unit (TID 1602 and TID 1604).
_DESCRIPTORS: Final = (
    (codes.DCM.PixelDataRows, "Rows", 0, _PIXELS),
    (codes.DCM.PixelDataColumns, "Columns", 0, _PIXELS),
    (codes.DCM.HorizontalPixelSpacing, "PixelSpacing", 1, _MM),
    (codes.DCM.VerticalPixelSpacing, "PixelSpacing", 0, _MM),
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
    group = _container(codes.DCM.ImageLibraryGroup, _series_descriptors(next(iter(images))))
    for image in images:
        entry = ImageContentItem(
            name=_SOURCE,
            referenced_sop_class_uid=image.SOPClassUID,
            referenced_sop_instance_uid=image.SOPInstanceUID,
            relationship_type=RelationshipTypeValues.CONTAINS,
        )
        entry.ContentSequence = ContentSequence(_image_descriptors(image))
        group.ContentSequence.append(entry)
    return _container(codes.DCM.ImageLibrary, [group])


def _container(name: Code, items: list[ContentItem]) -> ContainerContentItem:
    container = ContainerContentItem(name=name, relationship_type=RelationshipTypeValues.CONTAINS)
    container.ContentSequence = ContentSequence(items)
    return container


def _series_descriptors(image: Dataset) -> list[ContentItem]:
    descriptors: list[ContentItem] = []
    if image.get("Modality") == _CT.value:
        descriptors.append(
            CodeContentItem(
                name=codes.DCM.Modality,
                value=_CT,
                relationship_type=RelationshipTypeValues.HAS_ACQ_CONTEXT,
            )
        )
    if image.get("FrameOfReferenceUID"):
        descriptors.append(
            UIDRefContentItem(
                name=codes.DCM.FrameOfReferenceUID,
                value=str(image.FrameOfReferenceUID),
                relationship_type=RelationshipTypeValues.HAS_ACQ_CONTEXT,
            )
        )
    return descriptors


def _image_descriptors(image: Dataset) -> list[ContentItem]:
    descriptors: list[ContentItem] = []
    for name, keyword, index, unit in _DESCRIPTORS:
        value = image.get(keyword)
        values = value if isinstance(value, MultiValue) else [value]
        if index < len(values) and values[index] is not None:
            descriptors.append(
                NumContentItem(
                    name=CodedConcept.from_code(name),
                    value=values[index],
                    unit=unit,
                    relationship_type=RelationshipTypeValues.HAS_ACQ_CONTEXT,
                )
            )
    return descriptors
