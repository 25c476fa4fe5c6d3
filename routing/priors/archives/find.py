"""Find a patient's studies and their series by C-FIND (PS3.4 C.4.1, Study Root)."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from pydicom import Dataset
from pynetdicom import build_context

from routing.associations import PeerNode, associated
from routing.finding import FIND, LARGEST_ANSWERS_BYTES, find_answers
from routing.priors.archives.answers import (
    SERIES_RETURN_KEYS,
    STUDY_RETURN_KEYS,
    matching_keys,
    studies_from_answers,
)
from wetread.domain.errors import ArchiveError
from wetread.domain.priors import DescribedStudy
from wetread.domain.studies import PatientKey
from wetread.settings import DicomArchiveSettings

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
        [build_context(FIND)],
        failure=ArchiveError,
        maximum_bytes=LARGEST_ANSWERS_BYTES,
    ) as association:
        if not association.is_established:
            raise ArchiveError(f"{node} does not accept C-FIND (Study Root)")

        ask = partial(find_answers, association, node, failure=ArchiveError)

        def find_series(study_instance_uid: str) -> Sequence[Dataset]:
            keys = dict.fromkeys(SERIES_RETURN_KEYS, "") | {"StudyInstanceUID": study_instance_uid}
            return ask("SERIES", keys, most=_MOST_SERIES)

        return studies_from_answers(
            ask("STUDY", keys, most=settings.maximum_found),
            patient,
            issuers=settings.issuers,
            find_series=find_series,
        )
