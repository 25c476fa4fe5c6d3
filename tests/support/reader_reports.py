"""Our measurement report as a reader's workstation sends it back, corrected."""

from copy import deepcopy

from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from routing.feedback.content import children

READER = "READER^AIKO"
VERIFIED_AT = "20260105171500+0900"


def corrected(
    report: Dataset, *, verified: bool = True, reader: str = READER, replaces: bool = True
) -> Dataset:
    """Return a copy under a UID of its own, with the same marks."""
    copy = deepcopy(report)
    copy.SOPInstanceUID = copy.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    copy.SeriesInstanceUID = generate_uid()
    if verified:
        copy.VerificationFlag = "VERIFIED"
        observer = Dataset()
        observer.VerifyingObserverName = reader
        observer.VerifyingOrganization = "Invented Hospital"
        observer.VerificationDateTime = VERIFIED_AT
        observer.VerifyingObserverIdentificationCodeSequence = []
        copy.VerifyingObserverSequence = [observer]
    if replaces:
        document = Dataset()
        document.ReferencedSOPClassUID = report.SOPClassUID
        document.ReferencedSOPInstanceUID = report.SOPInstanceUID
        series = Dataset()
        series.SeriesInstanceUID = report.SeriesInstanceUID
        series.ReferencedSOPSequence = [document]
        study = Dataset()
        study.StudyInstanceUID = report.StudyInstanceUID
        study.ReferencedSeriesSequence = [series]
        copy.PredecessorDocumentsSequence = [study]
    return copy


def name_observer(report: Dataset, reader: str = READER) -> None:
    """Name a person who made the report (PS3.16 TID 1003)."""
    item = _item("PNAME", codes.DCM.PersonObserverName, "HAS OBS CONTEXT")
    item.PersonName = reader
    report.ContentSequence.append(item)


def groups(report: Dataset) -> list[Dataset]:
    """Return the measurement groups."""
    return [
        group
        for container in children(report, codes.DCM.ImagingMeasurements)
        for group in children(container, codes.DCM.MeasurementGroup)
    ]


def remove_group(report: Dataset, group: Dataset) -> None:
    """Leave a group out."""
    for container in children(report, codes.DCM.ImagingMeasurements):
        container.ContentSequence.remove(group)


def add_group(report: Dataset, group: Dataset) -> None:
    """Put a group beside the others."""
    (container,) = children(report, codes.DCM.ImagingMeasurements)
    container.ContentSequence.append(group)


def measured(group: Dataset, name: Code) -> Dataset:
    """Return the measured value of a group, to be changed."""
    (item,) = children(group, name)
    return item.MeasuredValueSequence[0]


def evaluate(group: Dataset, name: Code, value: Code) -> None:
    """Say something of a group in a code."""
    item = _item("CODE", name, "CONTAINS")
    item.ConceptCodeSequence = [_code(value)]
    group.ContentSequence.append(item)


def outline(group: Dataset) -> Dataset:
    """Return the region of a group, to be moved."""
    return next(children(group, codes.DCM.ImageRegion))


def _item(value_type: str, name: Code, relationship: str) -> Dataset:
    item = Dataset()
    item.RelationshipType = relationship
    item.ValueType = value_type
    item.ConceptNameCodeSequence = [_code(name)]
    return item


def _code(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = (
        code.value,
        code.scheme_designator,
        code.meaning,
    )
    return item
