"""Find a patient's studies and their series by C-FIND (PS3.4 C.4.1, Study Root)."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date

from pydicom import Dataset
from pynetdicom import build_context
from pynetdicom.association import Association

from routing.associations import PeerNode, associated
from routing.priors.archives.answers import (
    SERIES_RETURN_KEYS,
    STUDY_RETURN_KEYS,
    matching_keys,
    patient_of_answer,
    series_from_answer,
    study_from_answer,
)
from routing.priors.archives.statuses import PENDING, SUCCESS, describe_status
from wetread.domain.errors import ArchiveError, PriorRefused
from wetread.domain.priors import DescribedSeries, DescribedStudy
from wetread.domain.studies import PatientKey
from wetread.domain.uids import is_uid
from wetread.settings import DicomArchiveSettings

_FIND = "1.2.840.10008.5.1.4.1.2.2.1"  # Study Root Query/Retrieve Information Model - FIND
_LARGEST_ANSWERS_BYTES = 16 * 1024**2
_MOST_SERIES = 500  # of one study


def find_studies(
    node: PeerNode, settings: DicomArchiveSettings, patient: PatientKey, *, until: date | None
) -> tuple[DescribedStudy, ...]:
    """Return the patient's studies, each with its series.

    Raise `PriorRefused` where the archive answers with another patient's study, `ArchiveError`
    where it does not answer.
    """
    matching = matching_keys(patient, issuers=settings.issuers, until=until)
    keys = dict.fromkeys((*STUDY_RETURN_KEYS, "IssuerOfPatientID", "StudyDate"), "") | matching
    with associated(
        node,
        [build_context(_FIND)],
        failure=ArchiveError,
        maximum_bytes=_LARGEST_ANSWERS_BYTES,
    ) as association:
        if not association.is_established:
            raise ArchiveError(f"{node} does not accept C-FIND (Study Root)")
        studies = []
        for answer in _ask(association, node, "STUDY", keys, most=settings.maximum_found):
            owner = patient_of_answer(answer, settings.issuers)
            if owner != patient:
                raise PriorRefused("it answered with a study of another patient")
            study_uid = str(answer.get("StudyInstanceUID", ""))
            if is_uid(study_uid):
                series = _find_series(association, node, study_uid)
                studies.append(study_from_answer(answer, series, patient=owner))
        return tuple(studies)


def _find_series(
    association: Association, node: PeerNode, study_instance_uid: str
) -> list[DescribedSeries]:
    keys = dict.fromkeys(SERIES_RETURN_KEYS, "") | {"StudyInstanceUID": study_instance_uid}
    answers = _ask(association, node, "SERIES", keys, most=_MOST_SERIES)
    return [one for answer in answers if (one := series_from_answer(answer)) is not None]


def _ask(
    association: Association, node: PeerNode, level: str, keys: dict[str, str], *, most: int
) -> Sequence[Dataset]:
    """Return all answers; those beyond ``most`` are taken off the wire and left out."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    if not all(value.isascii() for value in keys.values()):
        identifier.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in keys.items():
        setattr(identifier, keyword, value)
    answers: list[Dataset] = []
    for status, answer in _responses(association, node, identifier):
        if status not in PENDING and status != SUCCESS:
            raise ArchiveError(f"{node} answered C-FIND with {describe_status(status)}")
        if status in PENDING and answer is not None and len(answers) < most:
            answers.append(answer)
    return answers


def _responses(
    association: Association, node: PeerNode, identifier: Dataset
) -> Iterator[tuple[int, Dataset | None]]:
    try:
        with closing(association.send_c_find(identifier, _FIND)) as responses:  # type: ignore[type-var]  # it is a generator
            for response, answer in responses:
                if "Status" not in response:
                    raise ArchiveError(f"{node} broke off, or did not answer, while finding")
                yield int(response.Status), answer
    except RuntimeError as error:  # pynetdicom: the association is gone
        raise ArchiveError(f"{node} broke off the association") from error
