"""An archive that is asked by QIDO-RS and sends by WADO-RS (PS3.18 10.4, 10.6)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
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
from routing.priors.archives.tls import tls_context
from wetread.domain.errors import ArchiveError, PriorRefused, UnreadableInstance
from wetread.domain.priors import DescribedStudy
from wetread.domain.studies import PatientKey
from wetread.ports import KeepInstance, ReceivedInstance
from wetread.settings import DicomWebArchiveSettings

_LARGEST_ANSWER_BYTES: Final = 16 * 1024**2
_READ: Final = (
    "PatientID",
    "IssuerOfPatientID",
    "StudyDate",
    *STUDY_RETURN_KEYS,
    *SERIES_RETURN_KEYS,
)
_JSON: Final = "application/dicom+json"
# As it is stored there: an archive would else turn everything into explicit VR little endian.
_INSTANCES: Final = 'multipart/related; type="application/dicom"; transfer-syntax=*'


class DicomWebArchive:
    """Asks and fetches over HTTP; httpx, since instances are wanted as bytes and one by one."""

    def __init__(self, settings: DicomWebArchiveSettings, *, maximum_bytes: int) -> None:
        self._settings = settings
        self._maximum_bytes = maximum_bytes
        self._tls = tls_context(settings.tls)

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
        with self._client() as client:
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
        with self._client() as client:
            for uid in series_instance_uids:
                path = f"/studies/{study_instance_uid}/series/{uid}"
                with self._answering(client, path, accept=_INSTANCES) as answer:
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
        parameters = [*query.items(), *(("includefield", key) for key in return_keys)]
        content = bytearray()
        with self._answering(client, path, accept=_JSON, parameters=parameters) as answer:
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LARGEST_ANSWER_BYTES:
                    raise PriorRefused("it answered with too much")
            if answer.status_code == HTTPStatus.NO_CONTENT or not content:
                return []
        try:
            return [_dataset(one) for one in json.loads(content)]
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ArchiveError(f"{self.name} did not answer in DICOM JSON") from error

    @contextmanager
    def _answering(
        self,
        client: httpx.Client,
        path: str,
        *,
        accept: str,
        parameters: Sequence[tuple[str, str]] = (),
    ) -> Iterator[httpx.Response]:
        url = str(self._settings.url).rstrip("/") + path
        try:
            with client.stream(
                "GET", url, params=list(parameters), headers={"Accept": accept}
            ) as answer:
                if not answer.is_success:
                    raise ArchiveError(f"{self.name} answered with status {answer.status_code}")
                yield answer
        except httpx.HTTPError as error:
            raise ArchiveError(
                f"{self.name} cannot be reached, broke off or does not answer "
                f"({type(error).__name__})"
            ) from error

    def _client(self) -> httpx.Client:
        settings = self._settings
        basic = None
        if settings.user is not None and settings.password is not None:
            basic = httpx.BasicAuth(settings.user, settings.password.get_secret_value())
        bearer = {}
        if settings.token is not None:
            bearer["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        return httpx.Client(
            auth=basic,
            headers=bearer,
            timeout=settings.timeout_seconds,
            verify=self._tls,
            trust_env=False,  # no proxy and no .netrc of somebody else's
        )


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
