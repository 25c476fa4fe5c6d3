"""Fetch a published file, or take one that was fetched already, and check that it is the one."""

import hashlib
from pathlib import Path
from typing import Final

import httpx

from models.published import PublishedBundle
from wetread.domain.errors import ConfigurationError

_TIMEOUT_SECONDS: Final = 30.0


def download_archive(bundle: PublishedBundle, path: Path) -> None:
    """Write the published zip to a file; raise `ConfigurationError` where it cannot be had."""
    host = httpx.URL(bundle.url).host
    written = 0
    try:
        with (
            httpx.stream(
                "GET", bundle.url, follow_redirects=True, timeout=_TIMEOUT_SECONDS
            ) as answer,
            path.open("wb") as file,
        ):
            answer.raise_for_status()
            for part in answer.iter_bytes():
                written += len(part)
                if written > bundle.largest_bytes:
                    raise ConfigurationError(
                        f"{bundle.name} is refused: the download is larger than expected"
                    )
                file.write(part)
    except httpx.HTTPStatusError as error:
        raise ConfigurationError(
            f"{host} does not give {bundle.name}: it answered {error.response.status_code}; "
            "download the zip elsewhere and use --from FILE"
        ) from error
    except httpx.HTTPError as error:
        raise ConfigurationError(
            f"cannot reach {host} for {bundle.name}; "
            "check the connection, or download the zip elsewhere and use --from FILE"
        ) from error


def check_archive(bundle: PublishedBundle, path: Path) -> None:
    """Raise `ConfigurationError` unless a file is the published zip."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    if digest.hexdigest() != bundle.sha1:
        raise ConfigurationError(
            f"{path.name} is refused: its SHA-1 is not that of {bundle.name} {bundle.version}"
        )
