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
    studies_from_answers,
)
from routing.priors.archives.statuses import PENDING, SUCCESS, describe_status
from wetread.domain.errors import ArchiveError
from wetread.domain.priors import DescribedStudy
from wetread.domain.studies import PatientKey
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

        def find_series(study_instance_uid: str) -> Sequence[Dataset]:
            keys = dict.fromkeys(SERIES_RETURN_KEYS, "") | {"StudyInstanceUID": study_instance_uid}
            return _ask(association, node, "SERIES", keys, most=_MOST_SERIES)

        return studies_from_answers(
            _ask(association, node, "STUDY", keys, most=settings.maximum_found),
            patient,
            issuers=settings.issuers,
            find_series=find_series,
        )


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
