"""DICOMweb servers that we call (PS3.18): who we are to them, and what their answers are worth."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import httpx

from routing.tls import tls_context
from wetread.domain.errors import WetreadError
from wetread.settings import WebPeerSettings

DICOM_JSON: Final = "application/dicom+json"
_LARGEST_ANSWER_BYTES: Final = 16 * 1024**2


class WebPeer:
    """One server; httpx, since instances are wanted as bytes and one by one.

    Whatever goes wrong there is raised as ``failure``; what is not wanted, as ``refusal``.
    """

    def __init__(
        self,
        settings: WebPeerSettings,
        *,
        failure: type[WetreadError],
        refusal: type[WetreadError],
    ) -> None:
        self._settings = settings
        self._failure = failure
        self._refusal = refusal
        self._tls = tls_context(settings.tls, peer=settings.name)

    @property
    def name(self) -> str:
        """The configured name."""
        return self._settings.name

    def client(self) -> httpx.Client:
        """Return a client that says who we are."""
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

    def query(
        self,
        client: httpx.Client,
        path: str,
        matching: Mapping[str, str],
        return_keys: Sequence[str] = (),
    ) -> list[Mapping[str, Any]]:
        """Return what matches (QIDO-RS, PS3.18 10.6), each an object of the DICOM JSON model."""
        parameters = [*matching.items(), *(("includefield", key) for key in return_keys)]
        with self.getting(client, path, accept=DICOM_JSON, parameters=parameters) as answer:
            content = self.content(answer)
        if answer.status_code == HTTPStatus.NO_CONTENT or not content:
            return []
        try:
            return list(json.loads(content))
        except (ValueError, TypeError, RecursionError) as error:
            raise self._failure(f"{self.name} did not answer in DICOM JSON") from error

    @contextmanager
    def getting(
        self,
        client: httpx.Client,
        path: str,
        *,
        accept: str,
        parameters: Sequence[tuple[str, str]] = (),
    ) -> Iterator[httpx.Response]:
        """Yield the answer to a GET, its content not yet read; raise where it is no success."""
        with self.exchanging(client, "GET", path, accept=accept, parameters=parameters) as answer:
            if not answer.is_success:
                raise self._failure(f"{self.name} answered with status {answer.status_code}")
            yield answer

    @contextmanager
    def exchanging(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        *,
        accept: str,
        parameters: Sequence[tuple[str, str]] = (),
        content_type: str | None = None,
        content: bytes | None = None,
    ) -> Iterator[httpx.Response]:
        """Yield the answer to any request, whatever its status, its content not yet read."""
        url = str(self._settings.url).rstrip("/") + path
        headers = {"Accept": accept}
        if content_type is not None:
            headers["Content-Type"] = content_type
        try:
            with client.stream(
                method, url, params=list(parameters), headers=headers, content=content
            ) as answer:
                yield answer
        except httpx.HTTPError as error:
            raise self._failure(
                f"{self.name} cannot be reached, broke off or does not answer "
                f"({type(error).__name__})"
            ) from error

    def content(self, answer: httpx.Response) -> bytes:
        """Read an answer that is no instance; raise where it is absurdly long."""
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _LARGEST_ANSWER_BYTES:
                raise self._refusal(f"{self.name} answered with too much")
        return bytes(content)
