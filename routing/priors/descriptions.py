"""Describe studies that are here as an archive describes those that are there."""

from collections.abc import Sequence
from datetime import date

from routing.selection.headers import ImageHeader, read_header
from wetread.domain.errors import UnreadableInstance
from wetread.domain.priors import DescribedSeries, DescribedStudy
from wetread.domain.studies import PatientKey, StoredInstance

_KEYWORDS = ("BodyPartExamined", "StudyDescription")


def describe_study(
    study_instance_uid: str,
    patient: PatientKey,
    study_date: date | None,
    instances: Sequence[StoredInstance],
) -> DescribedStudy:
    """Return what the first readable image of each series says of it."""
    described: dict[str, DescribedSeries] = {}
    study_description = ""
    for instance in instances:
        if instance.series_instance_uid in described:
            continue
        try:
            header = read_header(instance, _KEYWORDS)
        except UnreadableInstance:
            continue
        study_description = study_description or _text(header, "StudyDescription")
        described[instance.series_instance_uid] = DescribedSeries(
            series_instance_uid=instance.series_instance_uid,
            modality=_text(header, "Modality"),
            body_part=_text(header, "BodyPartExamined"),
            description=_text(header, "SeriesDescription"),
            kernel=_text(header, "ConvolutionKernel"),
            slice_thickness_mm=header.thickness_mm,
        )
    return DescribedStudy(
        study_instance_uid=study_instance_uid,
        patient_key=patient,
        study_date=study_date,
        description=study_description,
        series=tuple(described.values()),
    )


def _text(header: ImageHeader, keyword: str) -> str:
    return "\\".join(str(value) for value in header.values(keyword))
