"""Which algorithm made a result, exactly (PS3.16 TID 4019)."""

from collections.abc import Iterator

from highdicom.sr import ContentItem, RelationshipTypeValues
from pydicom.sr.codedict import codes

from routing.results.content_items import text
from routing.results.objects import MANUFACTURER
from wetread.domain.explanation import describe_operating_point
from wetread.domain.findings import Findings


def algorithm_parameters(findings: Findings) -> tuple[str, ...]:
    """Return what determines the marks beside name and version."""
    checksum, point = f"sha256 {findings.model.sha256}", findings.operating_point
    if point is None:
        return (checksum,)
    return checksum, describe_operating_point(point).english


def algorithm_items(
    name: str,
    version: str,
    relationship: RelationshipTypeValues,
    parameters: tuple[str, ...] = (),
) -> Iterator[ContentItem]:
    """Yield the rows of the template; highdicom's own relate only as concept modifiers."""
    yield text(codes.DCM.AlgorithmName, name, relationship)
    yield text(codes.DCM.AlgorithmVersion, version, relationship)
    yield text(codes.DCM.AlgorithmManufacturer, MANUFACTURER, relationship)
    for parameter in parameters:
        yield text(codes.DCM.AlgorithmParameters, parameter, relationship)
