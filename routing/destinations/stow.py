"""Deliver results to a DICOMweb server by STOW-RS (PS3.18 10.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
from pydicom import Dataset

from routing.destinations.headers import read_outgoing
from routing.destinations.storing import SUCCESS, describe_storing, means_stored
from routing.intake.headers import InstanceHeader
from routing.web_peers import DICOM_JSON, WebPeer
from wetread.domain.errors import DeliveryError, DestinationRefused
from wetread.ports import DeliveryReceipt
from wetread.settings import WebDestinationSettings

# Whatever is sent would be refused: the settings are wrong, or the peer's.
_FOR_GOOD: Final = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_ACCEPTABLE,
}
_FOR_NOW: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class StowDestination:
    """A server that stores what it is sent; each object goes in a request of its own.

    So each has an answer of its own, also from servers that give no more than a status. Raise
    `ConfigurationError` where its TLS files are no good.
    """

    def __init__(self, settings: WebDestinationSettings) -> None:
        self._peer = WebPeer(settings, failure=DeliveryError, refusal=DeliveryError)

    @property
    def name(self) -> str:
        """The configured name."""
        return self._peer.name

    def send(self, paths: Sequence[Path]) -> tuple[DeliveryReceipt, ...]:
        """Send every object; one receipt each, in the same order.

        Raise `DeliveryError` when the server cannot be reached or is busy, `DestinationRefused`
        when it lets nobody in who says what we say.
        """
        headers = [read_outgoing(path) for path in paths]
        if not headers:
            return ()
        with self._peer.client() as client:
            return tuple(
                self._store(client, path, header)
                for path, header in zip(paths, headers, strict=True)
            )

    def _store(self, client: httpx.Client, path: Path, header: InstanceHeader) -> DeliveryReceipt:
        boundary = f"wetread-{header.sop_instance_uid}"
        content_type = f'multipart/related; type="application/dicom"; boundary={boundary}'
        with self._peer.exchanging(
            client,
            "POST",
            f"/studies/{header.study_instance_uid}",
            accept=DICOM_JSON,
            content_type=content_type,
            content=_one_part(path.read_bytes(), boundary),
        ) as answer:
            status = answer.status_code
            told = f"{self.name} answered with status {status} {answer.reason_phrase}".strip()
            if status in _FOR_GOOD:
                raise DestinationRefused(told)
            if status in _FOR_NOW or answer.is_server_error:
                raise DeliveryError(told)
            verdict = _verdict(self._peer.content(answer), header.sop_instance_uid)
        if verdict is None:
            # A server may give no more than the status; 202 says that something went wrong.
            verdict = _Verdict(stored=status == HTTPStatus.OK, detail=told)
        return DeliveryReceipt(
            sop_instance_uid=header.sop_instance_uid,
            confirmed=verdict.stored,
            detail=verdict.detail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    stored: bool
    detail: str


def _one_part(file: bytes, boundary: str) -> bytes:
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return head + file + f"\r\n--{boundary}--\r\n".encode()


def _verdict(content: bytes, sop_instance_uid: str) -> _Verdict | None:
    """Return what a Store Instances Response (PS3.18 10.5.3) says of one instance, if anything."""
    try:
        response = Dataset.from_json(content.decode())
        for item in response.get("FailedSOPSequence", ()):
            if item.get("ReferencedSOPInstanceUID") in {sop_instance_uid, None}:
                reason = int(item.FailureReason)
                return _Verdict(stored=means_stored(reason), detail=describe_storing(reason))
        for item in response.get("ReferencedSOPSequence", ()):
            if item.get("ReferencedSOPInstanceUID") == sop_instance_uid:
                reason = int(item.get("WarningReason", SUCCESS))
                return _Verdict(stored=True, detail=describe_storing(reason))
    except Exception:  # noqa: BLE001 - pydicom raises anything on what servers write
        return None  # no DICOM JSON: some answer in XML or in words, whatever is asked for
    return None
