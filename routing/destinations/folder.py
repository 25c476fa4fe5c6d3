"""Deliver results as copies in a folder."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from routing.destinations.headers import read_outgoing
from wetread.domain.errors import DeliveryError
from wetread.ports import DeliveryReceipt


class FolderDestination:
    """A folder that exists; each object becomes ``<SOP Instance UID>.dcm`` in it, whole or not."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    @property
    def name(self) -> str:
        """The configured name."""
        return self._name

    def send(self, paths: Sequence[Path]) -> tuple[DeliveryReceipt, ...]:
        """Copy all objects; raise `DeliveryError` when the folder cannot be written to."""
        headers = [read_outgoing(path) for path in paths]
        for path, header in zip(paths, headers, strict=True):
            self._copy(path, self._folder / f"{header.sop_instance_uid}.dcm")
        return tuple(
            DeliveryReceipt(
                sop_instance_uid=header.sop_instance_uid, confirmed=True, detail="copied"
            )
            for header in headers
        )

    def _copy(self, path: Path, target: Path) -> None:
        partial = target.with_suffix(".part")
        try:
            shutil.copyfile(path, partial)
            partial.replace(target)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise DeliveryError(
                f"{self._name}: cannot write to {self._folder}: {error.strerror}"
            ) from error
