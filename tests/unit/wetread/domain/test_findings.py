"""The mean diameter is one number, wherever it is written."""

from dataclasses import replace

from routing.results.document import document_from_findings, findings_from_document
from tests.support.findings import findings, nodule


def test_a_mean_that_ends_in_a_half_is_written_alike_everywhere() -> None:
    one = nodule("1.2.3")
    measured = replace(one.measurement, long_axis_mm=17.7, short_axis_mm=17.4)
    told = findings(replace(one, measurement=measured))
    again = findings_from_document(document_from_findings(told)).nodules[0].measurement
    assert measured.mean_diameter_mm == again.mean_diameter_mm == 17.55
    assert '"mean_diameter_mm": 17.55' in document_from_findings(told)
    assert f"{measured.mean_diameter_mm:.1f}" == f"{17.55:.1f}"
