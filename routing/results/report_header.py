"""What the structured reports of a study have in common beside their templates."""

from typing import Final

from highdicom.sr import (
    CodedConcept,
    DeviceObserverIdentifyingAttributes,
    LanguageOfContentItemAndDescendants,
    ObservationContext,
    ObserverContext,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.objects import MANUFACTURER, Identity, ObjectKind, identity, instance_uid
from routing.results.summary import summary_lines
from wetread.domain.findings import Findings
from wetread.domain.uids import derive_uid

_ENGLISH: Final = Code("en", "RFC5646", "English")


class ReportHeader(Identity):
    """The arguments of highdicom's documents that do not depend on their content."""

    is_complete: bool


def header(kind: ObjectKind, findings: Findings, *, is_complete: bool) -> ReportHeader:
    """Return identity and completeness; nothing we say is verified."""
    return ReportHeader(**identity(kind, findings), is_complete=is_complete)


def complete_header(report: Dataset, kind: ObjectKind, findings: Findings) -> None:
    """Say why a document is not complete, and which one it follows (PS3.3 C.17.2)."""
    if report.CompletionFlag == "PARTIAL":
        report.CompletionFlagDescription = summary_lines(findings)[0][:64]
    if findings.revision:
        report.PredecessorDocumentsSequence = [_predecessor(report, kind, findings)]


def language() -> LanguageOfContentItemAndDescendants:
    """Return the language of our words (TID 1204)."""
    return LanguageOfContentItemAndDescendants(CodedConcept.from_code(_ENGLISH))


def observer(findings: Findings) -> ObservationContext:
    """Return who observed (TID 1001)."""
    return ObservationContext(observer_device_context=device(findings))


def device(findings: Findings) -> ObserverContext:
    """Return this program with its model as an observer (TID 1002)."""
    return ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
            uid=derive_uid("Wetread", "device observer", findings.model.sha256),
            name="Wetread",
            manufacturer_name=MANUFACTURER,
            model_name=f"{findings.model.name} {findings.model.version}",
        ),
    )


def _predecessor(report: Dataset, kind: ObjectKind, findings: Findings) -> Dataset:
    instance = Dataset()
    instance.ReferencedSOPClassUID = report.SOPClassUID
    instance.ReferencedSOPInstanceUID = instance_uid(kind, findings, revision=findings.revision - 1)
    series = Dataset()
    series.SeriesInstanceUID = report.SeriesInstanceUID
    series.ReferencedSOPSequence = [instance]
    study = Dataset()
    study.StudyInstanceUID = findings.study_instance_uid
    study.ReferencedSeriesSequence = [series]
    return study
