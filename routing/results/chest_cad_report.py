"""Findings as a Chest CAD SR (PS3.16 TID 4100): the form in which marks can be switched.

The template is not extensible: every item stands in one of its rows, and words have no place but
in the document's header.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from highdicom.sr import ComprehensiveSR, ContainerContentItem, ContentItem
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import ChestCADSRStorage

from routing.results.algorithm import algorithm_items, algorithm_parameters
from routing.results.chest_cad_finding import single_image_finding
from routing.results.content_items import (
    CONTAINS,
    HAS_PROPERTIES,
    INFERRED_FROM,
    code,
    container,
    image,
    remove_image_names,
    root,
    uid,
    with_children,
)
from routing.results.image_library import pixel_spacing
from routing.results.material import Material
from routing.results.objects import InheritedAsBytes, ObjectKind, stamp
from routing.results.report_header import complete_header, header, language
from routing.results.summary import summary_code
from wetread import __version__
from wetread.domain.findings import Findings, Outcome

_KIND: Final = ObjectKind.CHEST_CAD_REPORT
_COMPARER: Final = "Wetread nodule comparison"
_SUCCEEDED: Final[Code] = codes.DCM.Succeeded  # CID 6042
_PARTIALLY_SUCCEEDED: Final[Code] = codes.DCM.PartiallySucceeded
_FAILED: Final[Code] = codes.DCM.Failed
_NOT_ATTEMPTED: Final[Code] = codes.DCM.NotAttempted
# Which lists a status asks for, by whether their algorithms succeeded (TID 4015, TID 4016).
_LISTS_OF: Final[Mapping[Code, tuple[bool, ...]]] = {
    _SUCCEEDED: (True,),
    _PARTIALLY_SUCCEEDED: (True, False),
    _FAILED: (False,),
    _NOT_ATTEMPTED: (),
}
_DETECTIONS: Final = {True: codes.DCM.SuccessfulDetections, False: codes.DCM.FailedDetections}
_ANALYSES: Final = {True: codes.DCM.SuccessfulAnalyses, False: codes.DCM.FailedAnalyses}


class _Report(InheritedAsBytes, ComprehensiveSR):
    pass


def encode_chest_cad_report(material: Material) -> tuple[Dataset, ...]:
    """Return the report, whatever the outcome; patient and study attributes are inherited."""
    findings = material.findings
    report = _Report(
        evidence=material.source.evidence,
        content=_content(material),
        **header(_KIND, findings, is_complete=findings.is_whole),
    )
    report.SOPClassUID = ChestCADSRStorage
    remove_image_names(report)
    complete_header(report, _KIND, findings)
    stamp(report, material.encoded_at)
    return (report,)


def detection_status(findings: Findings) -> Code:
    """Return how the search for nodules went (CID 6042); as a whole only without any lack."""
    if findings.outcome is Outcome.NOT_ANALYSED:
        return _NOT_ATTEMPTED
    if findings.outcome is Outcome.FAILED:
        return _FAILED
    return _SUCCEEDED if findings.is_whole else _PARTIALLY_SUCCEEDED


def analysis_status(findings: Findings) -> Code:
    """Return how the comparison with the prior went (CID 6042)."""
    if findings.comparison_failed:
        return _FAILED
    return _SUCCEEDED if findings.is_compared else _NOT_ATTEMPTED


def _content(material: Material) -> ContainerContentItem:
    findings, images = material.findings, material.source.images
    items: list[ContentItem] = [*language()]
    if images:
        entries = (
            with_children(image(one, CONTAINS), pixel_spacing(one))  # TID 4020
            for one in images.values()
        )
        items.append(container(codes.DCM.ImageLibrary, entries))
    marked = (
        single_image_finding(
            nodule,
            findings,
            images[nodule.measurement.mark.sop_instance_uid],
            material.intent_of(nodule),
        )
        for nodule in findings.nodules
    )
    summary = code(codes.DCM.CADProcessingAndFindingsSummary, summary_code(findings))
    items.append(with_children(summary, marked))  # TID 4101
    items += [_detections(material), _analyses(material)]
    return root(codes.DCM.ChestCADReport, "4100", items)


def _detections(material: Material) -> ContentItem:
    """Return what was looked for and in which series (TID 4015, TID 4017)."""
    findings, model = material.findings, material.findings.model

    def performed() -> ContentItem:
        algorithm = algorithm_items(
            model.name, model.version, HAS_PROPERTIES, algorithm_parameters(findings)
        )
        item = code(codes.DCM.DetectionPerformed, codes.SCT.Nodule)
        return with_children(item, [*algorithm, *_series(material, with_prior=False)])

    summary = codes.DCM.SummaryOfDetections
    return _summary(summary, detection_status(findings), _DETECTIONS, performed)


def _analyses(material: Material) -> ContentItem:
    """Return what was compared with the prior and in which series (TID 4016, TID 4018)."""

    def performed() -> ContentItem:
        algorithm = algorithm_items(_COMPARER, __version__, HAS_PROPERTIES)
        item = code(codes.DCM.AnalysisPerformed, codes.SCT.TemporalCorrelation)
        return with_children(item, [*algorithm, *_series(material, with_prior=True)])

    summary = codes.DCM.SummaryOfAnalyses
    return _summary(summary, analysis_status(material.findings), _ANALYSES, performed)


def _summary(
    name: Code,
    status: Code,
    lists: Mapping[bool, Code],
    performed: Callable[[], ContentItem],
) -> ContentItem:
    succeeded = (container(lists[well], [performed()], INFERRED_FROM) for well in _LISTS_OF[status])
    return with_children(code(name, status), succeeded)


def _series(material: Material, *, with_prior: bool) -> Iterator[ContentItem]:
    series = dict.fromkeys(str(one.SeriesInstanceUID) for one in material.source.evidence)
    if with_prior:
        prior = (one.series_instance_uid for one in material.prior_instances.values())
        series |= dict.fromkeys(prior)
    for series_instance_uid in series:
        yield uid(codes.DCM.SeriesInstanceUID, series_instance_uid, HAS_PROPERTIES)
