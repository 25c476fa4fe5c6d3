"""An archive that is asked by QIDO-RS and sends by WADO-RS (PS3.18 10.4, 10.6)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import httpx
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from routing.intake.headers import decode_header
from routing.intake.part10 import meta_end
from routing.priors.archives.answers import (
    SERIES_RETURN_KEYS,
    STUDY_RETURN_KEYS,
    matching_keys,
    studies_from_answers,
)
from routing.priors.archives.multipart import boundary_of, read_parts
from routing.web_peers import WebPeer
from wetread.domain.errors import ArchiveError, PriorRefused, UnreadableInstance
from wetread.domain.priors import DescribedStudy
from wetread.domain.studies import PatientKey
from wetread.ports import KeepInstance, ReceivedInstance
from wetread.settings import DicomWebArchiveSettings

_READ: Final = (
    "PatientID",
    "IssuerOfPatientID",
    "StudyDate",
    *STUDY_RETURN_KEYS,
    *SERIES_RETURN_KEYS,
)
# As it is stored there: an archive would else turn everything into explicit VR little endian.
_INSTANCES: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'


class DicomWebArchive:
    """Asks and fetches over HTTP."""

    def __init__(self, settings: DicomWebArchiveSettings, *, maximum_bytes: int) -> None:
        self._settings = settings
        self._maximum_bytes = maximum_bytes
        self._peer = WebPeer(settings, failure=ArchiveError, refusal=PriorRefused)

    @property
    def name(self) -> str:
        """The configured name."""
        return self._settings.name

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose patient IDs it knows."""
        return self._settings.issuers

    def find_studies(
        self, patient: PatientKey, *, until: date | None
    ) -> tuple[DescribedStudy, ...]:
        """Return the patient's studies up to a day; raise `ArchiveError`, `PriorRefused`."""
        settings = self._settings
        matching = matching_keys(patient, issuers=settings.issuers, until=until)
        query = {**matching, "limit": str(settings.maximum_found)}
        with self._peer.client() as client:
            answers = self._ask(
                client, "/studies", query, ("IssuerOfPatientID", *STUDY_RETURN_KEYS)
            )
            return studies_from_answers(
                answers[: settings.maximum_found],
                patient,
                issuers=settings.issuers,
                find_series=lambda uid: self._ask(
                    client, f"/studies/{uid}/series", {}, SERIES_RETURN_KEYS
                ),
            )

    def fetch_series(
        self, study_instance_uid: str, series_instance_uids: Sequence[str], keep: KeepInstance
    ) -> None:
        """Hand every instance of the series to ``keep``; raise what it raises, `ArchiveError`."""
        with self._peer.client() as client:
            for uid in series_instance_uids:
                path = f"/studies/{study_instance_uid}/series/{uid}"
                with self._peer.getting(client, path, accept=_INSTANCES) as answer:
                    boundary = boundary_of(answer.headers.get("content-type", ""))
                    parts = read_parts(
                        answer.iter_bytes(), boundary, largest_bytes=self._maximum_bytes
                    )
                    for part in parts:
                        keep(_received(part))

    def _ask(
        self,
        client: httpx.Client,
        path: str,
        query: Mapping[str, str],
        return_keys: Sequence[str],
    ) -> list[Dataset]:
        answers = self._peer.query(client, path, query, return_keys)
        try:
            return [_dataset(one) for one in answers]
        except (ValueError, TypeError, AttributeError) as error:
            raise ArchiveError(f"{self.name} did not answer in DICOM JSON") from error


def _received(file: bytes) -> ReceivedInstance:
    """Return the instance in a file of the DICOM file format; raise `PriorRefused`."""
    header = decode_header(file)
    try:
        start = meta_end(file)
    except UnreadableInstance as error:
        raise PriorRefused(f"a part of the answer is no instance: {error}") from error
    return ReceivedInstance(
        sop_class_uid=header.sop_class_uid,
        sop_instance_uid=header.sop_instance_uid,
        transfer_syntax_uid=header.transfer_syntax_uid,
        source_ae_title="",
        dataset=memoryview(file)[start:],
    )


def _dataset(answer: Mapping[str, Any]) -> Dataset:
    """Return the texts and numbers that we ask for in an object of the DICOM JSON model (F.2)."""
    dataset = Dataset()
    for keyword in _READ:
        element = answer.get(f"{tag_for_keyword(keyword):08X}", {})
        values = [
            value for value in element.get("Value", ()) if isinstance(value, str | int | float)
        ]
        if values:
            setattr(dataset, keyword, values if len(values) > 1 else values[0])
    return dataset
