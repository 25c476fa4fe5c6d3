"""The summary pages as Secondary Captures (PS3.3 A.8.1), for viewers that show nothing else."""

from typing import Final

import numpy as np
from highdicom.sc import SCImage
from pydicom import Dataset
from pydicom.valuerep import DA, TM

from routing.results.material import Material
from routing.results.objects import InheritedAsBytes, ObjectKind, identity, stamp
from routing.results.page import Page, draw_pages

_KIND: Final = ObjectKind.SECONDARY_CAPTURE


class _Capture(InheritedAsBytes, SCImage):
    pass


def encode_secondary_captures(material: Material) -> tuple[Dataset, ...]:
    """Return the pages, at least one whatever the outcome; nobody's name is in their pixels."""
    return tuple(_capture(material, page, part) for part, page in enumerate(draw_pages(material)))


def _capture(material: Material, page: Page, part: int) -> Dataset:
    capture = _Capture(
        pixel_array=np.asarray(page.picture),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "P"),
        study_instance_uid=material.findings.study_instance_uid,
        **identity(_KIND, material.findings, part=part),
    )
    capture.PatientOrientation = []  # a page has none
    capture.BodyPartExamined = "CHEST"  # without it the standard asks for a laterality
    capture.ConversionType = "WSD"  # made by a workstation, not captured
    capture.BurnedInAnnotation = "NO"
    capture.DateOfSecondaryCapture = DA(material.encoded_at.date())
    capture.TimeOfSecondaryCapture = TM(material.encoded_at.time())
    sources = dict.fromkeys(page.sop_instance_uids)
    if sources:
        capture.SourceImageSequence = [_reference(material, uid) for uid in sources]
    stamp(capture, material.encoded_at)
    return capture


def _reference(material: Material, sop_instance_uid: str) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = material.source.instances[sop_instance_uid].sop_class_uid
    reference.ReferencedSOPInstanceUID = sop_instance_uid
    return reference
