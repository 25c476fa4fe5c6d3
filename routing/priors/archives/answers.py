"""What is asked of an archive about a patient's studies, and what its answers say."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from pydicom import Dataset
from pydicom.multival import MultiValue

from wetread.domain.days import day_from_da
from wetread.domain.errors import ArchiveError, PriorRefused
from wetread.domain.priors import DescribedSeries, DescribedStudy
from wetread.domain.studies import PatientKey
from wetread.domain.uids import is_uid

STUDY_RETURN_KEYS: Final = ("StudyInstanceUID", "StudyDescription", "ModalitiesInStudy")
SERIES_RETURN_KEYS: Final = (
    "SeriesInstanceUID",
    "Modality",
    "SeriesDescription",
    "BodyPartExamined",
    "ConvolutionKernel",
    "SliceThickness",
    "NumberOfSeriesRelatedInstances",
)
_WILDCARDS: Final = set("*?\\")  # PS3.4 C.2.2.2: they would match other patients


def matching_keys(
    patient: PatientKey, *, issuers: Sequence[str], until: date | None
) -> dict[str, str]:
    """Return what a study has to match, by keyword; raise `ArchiveError` for an ID that cannot be.

    An archive of one issuer's patients is not asked for the issuer: few support that key, and some
    then answer nothing.
    """
    if _WILDCARDS & {*patient.patient_id, *patient.issuer}:
        raise ArchiveError("a patient ID with wildcards in it cannot be asked for")
    keys = {"PatientID": patient.patient_id}
    if len(issuers) > 1:
        keys["IssuerOfPatientID"] = patient.issuer
    if until is not None:
        keys["StudyDate"] = f"-{until:%Y%m%d}"
    return keys


def studies_from_answers(
    answers: Iterable[Dataset],
    patient: PatientKey,
    *,
    issuers: Sequence[str],
    find_series: Callable[[str], Iterable[Dataset]],
) -> tuple[DescribedStudy, ...]:
    """Return the studies that answers at study level describe, each with its series.

    ``find_series`` returns the answers at series level for a study instance UID. A study whose UID
    is none is left out. Raise `PriorRefused` where one is another patient's.
    """
    studies = []
    for answer in answers:
        if _patient(answer, issuers) != patient:
            raise PriorRefused("it answered with a study of another patient")
        uid = str(answer.get("StudyInstanceUID", ""))
        if is_uid(uid):
            found = map(_series, find_series(uid))
            studies.append(
                DescribedStudy(
                    study_instance_uid=uid,
                    patient_key=patient,
                    study_date=day_from_da(_text(answer, "StudyDate")),
                    description=_text(answer, "StudyDescription"),
                    series=tuple(one for one in found if one is not None),
                )
            )
    return tuple(studies)


def _patient(answer: Dataset, issuers: Sequence[str]) -> PatientKey:
    """Return whose study an archive says it is; an issuer that is not named is its only one."""
    issuer = _text(answer, "IssuerOfPatientID") or (issuers[0] if len(issuers) == 1 else "")
    return PatientKey(issuer=issuer, patient_id=_text(answer, "PatientID"))


def _series(answer: Dataset) -> DescribedSeries | None:
    """Return the series that an answer at series level describes; None where its UID is none."""
    uid = _text(answer, "SeriesInstanceUID")
    if not is_uid(uid):
        return None
    instances = _number(answer, "NumberOfSeriesRelatedInstances")
    return DescribedSeries(
        series_instance_uid=uid,
        modality=_text(answer, "Modality"),
        body_part=_text(answer, "BodyPartExamined"),
        description=_text(answer, "SeriesDescription"),
        kernel=_text(answer, "ConvolutionKernel"),
        slice_thickness_mm=_number(answer, "SliceThickness"),
        instances=None if instances is None else int(instances),
    )


def _text(answer: Dataset, keyword: str) -> str:
    """Return an attribute as text, whatever the archive put there."""
    try:
        value = answer.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom raises anything on what archives write
        return ""
    values = value if isinstance(value, MultiValue | list) else [value]
    return "\\".join(str(one).strip() for one in values if one is not None)


def _number(answer: Dataset, keyword: str) -> float | None:
    try:
        number = float(_text(answer, keyword))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
