"""Findings as a Measurement Report (PS3.16 TID 1500), in three forms of the same content.

highdicom's own root refuses a report without measurement groups. The template allows it: where
there are none, Qualitative Evaluations (row 12) is required, and always says how the analysis went.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from highdicom.sr import (
    Comprehensive3DSR,
    ComprehensiveSR,
    ContainerContentItem,
    ContentItem,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.content_items import HAS_CONCEPT_MOD, code, container, root, text
from routing.results.image_library import image_library
from routing.results.material import Material
from routing.results.measurement_group import measurement_group
from routing.results.objects import InheritedAsBytes, ObjectKind, stamp
from routing.results.prior_group import prior_group
from routing.results.report_header import complete_header, header, language, observer
from routing.results.summary import RESEARCH_USE, guidance_lines, summary_code, summary_lines
from wetread.domain.findings import Findings, Outcome

# The context group has no CT of the chest (CID 100): the series description says it.
_CT: Final = Code("25045-6", "LN", "CT unspecified body region")
_QUALITATIVE_EVALUATIONS: Final = Code("C0034375", "UMLS", "Qualitative Evaluations")


class _Report3D(InheritedAsBytes, Comprehensive3DSR):
    pass


class _PlainReport(InheritedAsBytes, ComprehensiveSR):
    pass


REPORT_FORMS: Final[Mapping[ObjectKind, type[_Report3D | _PlainReport]]] = {
    ObjectKind.MEASUREMENT_REPORT: _Report3D,
    ObjectKind.COMPREHENSIVE_REPORT: _PlainReport,
    ObjectKind.SPATIAL_REPORT: _Report3D,
}


def encode_measurement_report(material: Material, kind: ObjectKind) -> tuple[Dataset, ...]:
    """Return the report of a study; without its patient and study attributes, which are inherited.

    A further revision names the one before as its predecessor.
    """
    # Viewers and validators that hold one study take references to another for broken ones: the
    # report that is sent by default tells of the prior in words and numbers alone.
    tells_in_images = kind is not ObjectKind.MEASUREMENT_REPORT
    prior_images = material.prior_images() if tells_in_images else {}
    report = REPORT_FORMS[kind](
        evidence=(*material.source.evidence, *prior_images.values()),
        content=_content(material, prior_images, in_space=kind is ObjectKind.SPATIAL_REPORT),
        **header(
            kind,
            material.findings,
            is_complete=material.findings.outcome is not Outcome.PARTIAL,
        ),
    )
    complete_header(report, kind, material.findings)
    stamp(report, material.encoded_at)
    return (report,)


def _content(
    material: Material, prior_images: Mapping[str, Dataset], *, in_space: bool
) -> ContainerContentItem:
    findings, images = material.findings, material.source.images
    items: list[ContentItem] = [
        *language(),
        *observer(findings),
        code(codes.DCM.ProcedureReported, _CT, HAS_CONCEPT_MOD),
    ]
    if images:
        items.append(image_library(images.values()))
    if findings.nodules:
        groups = _groups(material, prior_images, in_space=in_space)
        items.append(container(codes.DCM.ImagingMeasurements, groups))
    items.append(container(_QUALITATIVE_EVALUATIONS, _evaluations(findings)))
    return root(codes.DCM.ImagingMeasurementReport, "1500", items)


def _groups(
    material: Material, prior_images: Mapping[str, Dataset], *, in_space: bool
) -> Iterator[ContentItem]:
    """Yield the nodules as they are now, then those of them that the prior shows, as they were."""
    findings = material.findings
    for nodule in findings.nodules:
        image = material.source.images[nodule.measurement.mark.sop_instance_uid]
        yield from measurement_group(nodule, findings, image, in_space=in_space)
    for nodule in findings.nodules:
        change = nodule.change
        mark = None if change is None else change.prior_mark
        if change is not None and mark is not None and mark.sop_instance_uid in prior_images:
            yield from prior_group(nodule, change, mark, prior_images[mark.sop_instance_uid])


def _evaluations(findings: Findings) -> Iterator[ContentItem]:
    yield code(codes.DCM.CADProcessingAndFindingsSummary, summary_code(findings))
    for line in summary_lines(findings):
        yield text(codes.DCM.CADProcessingAndFindingsSummary, line)
    for sentence in guidance_lines(findings):
        yield text(codes.DCM.Recommendation, sentence)
    for gone in findings.resolved:
        x, y, z = gone.center_lps_mm
        yield text(
            codes.DCM.Comment,
            f"No longer seen: nodule {gone.prior_tracking_uid} of the prior study, "
            f"at {x:.1f}, {y:.1f}, {z:.1f} mm (LPS)",
        )
    yield text(codes.DCM.AlgorithmName, findings.model.name)
    yield text(codes.DCM.AlgorithmVersion, findings.model.version)
    yield text(codes.DCM.Comment, RESEARCH_USE.english)
