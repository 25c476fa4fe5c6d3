"""Findings as a Comprehensive 3D SR: Measurement Report (PS3.16 TID 1500).

highdicom's own root refuses a report without measurement groups. The template allows it: where
there are none, Qualitative Evaluations (row 12) is required, and always says how the analysis went.
"""

from collections.abc import Iterator
from typing import Final

from highdicom.sr import Comprehensive3DSR, ContainerContentItem, ContentItem
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.content_items import HAS_CONCEPT_MOD, code, container, root, text
from routing.results.image_library import image_library
from routing.results.material import Material
from routing.results.measurement_group import measurement_group
from routing.results.objects import InheritedAsBytes, ObjectKind, stamp
from routing.results.report_header import complete_header, header, language, observer
from routing.results.summary import RESEARCH_USE, guidance_lines, summary_code, summary_lines
from wetread.domain.findings import Findings, Outcome

# The context group has no CT of the chest (CID 100): the series description says it.
_CT: Final = Code("25045-6", "LN", "CT unspecified body region")
_QUALITATIVE_EVALUATIONS: Final = Code("C0034375", "UMLS", "Qualitative Evaluations")


class _Report(InheritedAsBytes, Comprehensive3DSR):
    pass


def encode_measurement_report(material: Material) -> tuple[Dataset, ...]:
    """Return the report of a study; without its patient and study attributes, which are inherited.

    A further revision names the one before as its predecessor.
    """
    kind = ObjectKind.MEASUREMENT_REPORT
    report = _Report(
        evidence=material.source.evidence,
        content=_content(material),
        **header(
            kind,
            material.findings,
            is_complete=material.findings.outcome is not Outcome.PARTIAL,
        ),
    )
    complete_header(report, kind, material.findings)
    stamp(report, material.encoded_at)
    return (report,)


def _content(material: Material) -> ContainerContentItem:
    findings, images = material.findings, material.source.images
    items: list[ContentItem] = [
        *language(),
        *observer(findings),
        code(codes.DCM.ProcedureReported, _CT, HAS_CONCEPT_MOD),
    ]
    if images:
        items.append(image_library(images.values()))
    if findings.nodules:
        groups = [
            item
            for nodule in findings.nodules
            for item in measurement_group(
                nodule, findings, images[nodule.measurement.mark.sop_instance_uid]
            )
        ]
        items.append(container(codes.DCM.ImagingMeasurements, groups))
    items.append(container(_QUALITATIVE_EVALUATIONS, _evaluations(findings)))
    return root(codes.DCM.ImagingMeasurementReport, "1500", items)


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
