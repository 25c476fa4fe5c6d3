"""Findings as a Comprehensive 3D SR: Measurement Report (PS3.16 TID 1500).

highdicom's own root refuses a report without measurement groups. The template allows it: where
there are none, Qualitative Evaluations (row 12) is required, and always says how the analysis went.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    Comprehensive3DSR,
    ContainerContentItem,
    ContentItem,
    ContentSequence,
    DeviceObserverIdentifyingAttributes,
    LanguageOfContentItemAndDescendants,
    ObservationContext,
    ObserverContext,
    RelationshipTypeValues,
    TextContentItem,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import Comprehensive3DSRStorage

from routing.results.image_library import image_library
from routing.results.measurement_group import measurement_group
from routing.results.objects import (
    MANUFACTURER,
    InheritedAsBytes,
    ObjectKind,
    identity,
    instance_uid,
    stamp,
)
from routing.results.source import Source
from routing.results.summary import RESEARCH_USE, guidance_lines, summary_code, summary_lines
from wetread.domain.findings import Findings, Outcome
from wetread.domain.uids import derive_uid

_KIND: Final = ObjectKind.MEASUREMENT_REPORT
_ENGLISH: Final = Code("en", "RFC5646", "English")
# The context group has no CT of the chest (CID 100): the series description says it.
_CT: Final = Code("25045-6", "LN", "CT unspecified body region")
_QUALITATIVE_EVALUATIONS: Final = Code("C0034375", "UMLS", "Qualitative Evaluations")


class _Report(InheritedAsBytes, Comprehensive3DSR):
    pass


def encode_measurement_report(findings: Findings, source: Source, encoded_at: datetime) -> Dataset:
    """Return the report of a study; without its patient and study attributes, which are inherited.

    A further revision names the one before as its predecessor.
    """
    report = _Report(
        evidence=source.evidence,
        content=_content(findings, source),
        is_complete=findings.outcome is not Outcome.PARTIAL,
        previous_versions=_previous(findings) if findings.revision else None,
        **identity(_KIND, findings),
    )
    if findings.outcome is Outcome.PARTIAL:
        report.CompletionFlagDescription = summary_lines(findings)[0][:64]
    stamp(report, encoded_at)
    return report


def _content(findings: Findings, source: Source) -> ContainerContentItem:
    report = ContainerContentItem(name=codes.DCM.ImagingMeasurementReport, template_id="1500")
    report.ContentSequence = ContentSequence()
    report.ContentSequence.extend(
        LanguageOfContentItemAndDescendants(CodedConcept.from_code(_ENGLISH))
    )
    report.ContentSequence.extend(_observer(findings))
    report.ContentSequence.append(
        _code(codes.DCM.ProcedureReported, _CT, RelationshipTypeValues.HAS_CONCEPT_MOD)
    )
    if source.images:
        report.ContentSequence.append(image_library(source.images.values()))
    if findings.nodules:
        measurements = _container(codes.DCM.ImagingMeasurements)
        for nodule in findings.nodules:
            image = source.images[nodule.measurement.mark.sop_instance_uid]
            measurements.ContentSequence.extend(measurement_group(nodule, findings, image))
        report.ContentSequence.append(measurements)
    evaluations = _container(_QUALITATIVE_EVALUATIONS)
    evaluations.ContentSequence.extend(_evaluations(findings))
    report.ContentSequence.append(evaluations)
    return report


def _observer(findings: Findings) -> ObservationContext:
    return ObservationContext(
        observer_device_context=ObserverContext(
            observer_type=codes.DCM.Device,
            observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
                uid=derive_uid("Wetread", "device observer", findings.model.sha256),
                name="Wetread",
                manufacturer_name=MANUFACTURER,
                model_name=f"{findings.model.name} {findings.model.version}",
            ),
        )
    )


def _evaluations(findings: Findings) -> Iterator[ContentItem]:
    yield _code(codes.DCM.CADProcessingAndFindingsSummary, summary_code(findings))
    for line in summary_lines(findings):
        yield _text(codes.DCM.CADProcessingAndFindingsSummary, line)
    for sentence in guidance_lines(findings):
        yield _text(codes.DCM.Recommendation, sentence)
    for gone in findings.resolved:
        x, y, z = gone.center_lps_mm
        yield _text(
            codes.DCM.Comment,
            f"No longer seen: nodule {gone.prior_tracking_uid} of the prior study, "
            f"at {x:.1f}, {y:.1f}, {z:.1f} mm (LPS)",
        )
    yield _text(codes.DCM.AlgorithmName, findings.model.name)
    yield _text(codes.DCM.AlgorithmVersion, findings.model.version)
    yield _text(codes.DCM.Comment, RESEARCH_USE)


def _previous(findings: Findings) -> list[Dataset]:
    predecessor = Dataset()
    predecessor.StudyInstanceUID = findings.study_instance_uid
    predecessor.SeriesInstanceUID = identity(_KIND, findings)["series_instance_uid"]
    predecessor.SOPClassUID = Comprehensive3DSRStorage
    predecessor.SOPInstanceUID = instance_uid(_KIND, findings, revision=findings.revision - 1)
    return [predecessor]


def _container(name: Code) -> ContainerContentItem:
    container = ContainerContentItem(name=name, relationship_type=RelationshipTypeValues.CONTAINS)
    container.ContentSequence = ContentSequence()
    return container


def _code(
    name: Code,
    value: Code,
    relationship: RelationshipTypeValues = RelationshipTypeValues.CONTAINS,
) -> CodeContentItem:
    return CodeContentItem(name=name, value=value, relationship_type=relationship)


def _text(name: Code, value: str) -> TextContentItem:
    return TextContentItem(
        name=name, value=value, relationship_type=RelationshipTypeValues.CONTAINS
    )
