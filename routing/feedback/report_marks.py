"""The marks of a structured report (PS3.16 TID 1500): small deviations are tolerated."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final, TypeAlias

from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.valuerep import DT

from routing.feedback.assessment_codes import AssessmentCodes
from routing.feedback.content import (
    children,
    coded_value,
    concept,
    descendants,
    first_code,
    text_value,
)
from routing.results.measurement_group import NODULE_TYPE_CODES
from wetread.domain.geometry import Point
from wetread.domain.reader_report import MarkReport, ReportedMark

LocateOnImage: TypeAlias = Callable[[str, float, float], Point | None]
"""Returns where (SOP Instance UID, column, row) lies in the patient; None where nobody knows."""

_LONGEST_ACTOR: Final = 64
_MILLIMETRES: Final = {"mm": 1.0, "cm": 10.0}
_CUBIC_MILLIMETRES: Final = {"mm3": 1.0, "cm3": 1000.0, "ml": 1000.0, "mL": 1000.0}
_TYPES: Final = {code.value: nodule_type for nodule_type, code in NODULE_TYPE_CODES.items()}


class MarkReader:
    """Reads reports; times without an offset are of ``zone``."""

    def __init__(self, assessments: AssessmentCodes, zone: tzinfo | None) -> None:
        self._assessments = assessments
        self._zone = zone or UTC

    def read(self, dataset: Dataset, locate: LocateOnImage) -> MarkReport:
        """Return what a report holds of marks; whatever it is, it is read as far as it goes."""
        verified = dataset.get("VerificationFlag") == "VERIFIED"
        actor, said_at = self._verifier(dataset) if verified else ("", None)
        return MarkReport(
            document_uid=str(dataset.SOPInstanceUID),
            replaces=frozenset(_predecessors(dataset)),
            actor=(actor or _person_observer(dataset))[:_LONGEST_ACTOR],
            said_at=said_at,
            verified=verified and bool(actor),
            complete=dataset.get("CompletionFlag") == "COMPLETE",
            marks=tuple(
                self._mark(group, locate)
                for group in descendants(dataset, codes.DCM.MeasurementGroup)
            ),
        )

    def _verifier(self, dataset: Dataset) -> tuple[str, datetime | None]:
        """Return who verified the report last, and when (PS3.3 C.17.2)."""
        last: tuple[str, datetime | None] = ("", None)
        for item in dataset.get("VerifyingObserverSequence", ()):
            actor, at = text_value(item, "VerifyingObserverName"), self._moment(item)
            if actor and (last[1] is None or (at is not None and at >= last[1])):
                last = actor, at
        return last

    def _moment(self, item: Dataset) -> datetime | None:
        try:
            at = DT(text_value(item, "VerificationDateTime"))
        except ValueError:
            return None
        return (
            None if at is None else datetime.combine(at.date(), at.time(), at.tzinfo or self._zone)
        )

    def _mark(self, group: Dataset, locate: LocateOnImage) -> ReportedMark:
        unread: list[str] = []

        def size(name: Code, units: dict[str, float], said: str) -> float | None:
            values = {_measured(item, units) for item in children(group, name)}
            if None in values or len(values) > 1:
                unread.append(f"its {said} cannot be told")
                return None
            return values.pop() if values else None

        regions = list(_regions(group))
        center = _center(regions, locate)
        if regions and center is None:
            unread.append("its place cannot be told")
        evaluations = [
            (name, value)
            for item in children(group)
            if (name := concept(item)) is not None and (value := coded_value(item)) is not None
        ]
        acts = {self._assessments.act(name, value) for name, value in evaluations}
        types = [value.value for name, value in evaluations if name == codes.DCM.LesionDensity]
        if len(types) > 1 or not _TYPES.keys() >= set(types):
            unread.append("its type cannot be told")
            types = []
        return ReportedMark(
            tracking_uid=text_value(
                next(children(group, codes.DCM.TrackingUniqueIdentifier), None), "UID"
            ),
            is_nodule=(codes.DCM.Finding, codes.SCT.Nodule) in evaluations,
            center_lps_mm=center,
            long_axis_mm=size(codes.SCT.LongAxis, _MILLIMETRES, "long axis"),
            short_axis_mm=size(codes.SCT.ShortAxis, _MILLIMETRES, "short axis"),
            volume_mm3=size(codes.SCT.Volume, _CUBIC_MILLIMETRES, "volume"),
            type=_TYPES[types[0]] if types else None,
            assessments=frozenset(act for act in acts if act is not None),
            unread=tuple(unread),
        )


def _predecessors(dataset: Dataset) -> Iterator[str]:
    for study in dataset.get("PredecessorDocumentsSequence", ()):
        for series in study.get("ReferencedSeriesSequence", ()):
            for document in series.get("ReferencedSOPSequence", ()):
                yield text_value(document, "ReferencedSOPInstanceUID")


def _person_observer(dataset: Dataset) -> str:
    for item in children(dataset, codes.DCM.PersonObserverName):
        return text_value(item, "PersonName")
    return ""


def _measured(item: Dataset, units: dict[str, float]) -> float | None:
    """Return a measured value in the unit of the domain; None where it cannot be understood."""
    for measured in item.get("MeasuredValueSequence", ()):
        unit = first_code(measured, "MeasurementUnitsCodeSequence")
        value = measured.get("NumericValue")
        if unit is not None and unit.value in units and value is not None and value > 0:
            return float(value) * units[unit.value]
    return None


def _regions(group: Dataset) -> Iterator[Dataset]:
    for item in children(group):
        if item.get("ValueType") in {"SCOORD", "SCOORD3D"}:
            yield item


def _center(regions: list[Dataset], locate: LocateOnImage) -> Point | None:
    """Return the middle of the regions in the patient; None where one of them has no place."""
    centers = []
    for region in regions:
        center = _center_of(region, locate)
        if center is None:
            return None
        centers.append(center)
    if not centers:
        return None
    x, y, z = (sum(axis) / len(centers) for axis in zip(*centers, strict=True))
    return x, y, z


def _center_of(region: Dataset, locate: LocateOnImage) -> Point | None:
    data = [float(value) for value in region.get("GraphicData", ())]
    if region.ValueType == "SCOORD3D":
        middle = _middle(data, 3, region)
        return None if middle is None else (middle[0], middle[1], middle[2])
    middle = _middle(data, 2, region)
    image = next(
        (
            text_value(reference, "ReferencedSOPInstanceUID")
            for item in children(region)
            for reference in item.get("ReferencedSOPSequence", ())
        ),
        "",
    )
    return None if middle is None else locate(image, middle[0], middle[1])


def _middle(data: list[float], axes: int, region: Dataset) -> list[float] | None:
    """Return the middle of the box around points; of a circle, its first point (C.18.6.1.2)."""
    if not data or len(data) % axes:
        return None
    if text_value(region, "GraphicType") == "CIRCLE":
        return data[:axes]
    return [(min(data[axis::axes]) + max(data[axis::axes])) / 2 for axis in range(axes)]
