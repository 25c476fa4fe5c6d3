"""Received instances on disk, each under the hash of its content.

``inbox/`` is the write-ahead log of the receiver: what lies there was acknowledged but is not yet
indexed. ``objects/`` holds what is. Whoever fetches from archives has an inbox of its own, which
may be emptied: the archives still have what lies there. No path is ever built from anything a
sender wrote.
"""

import errno
import hashlib
import itertools
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from routing.intake.part10 import encode_file_meta
from wetread.domain.errors import StorageFull
from wetread.ports import ReceivedInstance

_FILE_NAME = re.compile(r"([0-9a-f]{64})\.dcm")
_ABANDONED_AFTER_SECONDS = 3600.0
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Spool:
    """The folder ``root``; writing stops while less than ``minimum_free_bytes`` are free."""

    def __init__(self, root: Path, minimum_free_bytes: int, *, inbox: str = "inbox") -> None:
        self.root = root.absolute()
        self._minimum_free_bytes = minimum_free_bytes
        self._inbox = self.root / inbox
        self._objects = self.root / "objects"
        self._unfinished = self.root / "unfinished"
        for folder in (self._inbox, self._unfinished):
            folder.mkdir(parents=True, exist_ok=True)
        for first_byte in range(256):
            (self._objects / f"{first_byte:02x}").mkdir(parents=True, exist_ok=True)
        for folder in (self._objects, self.root, self.root.parent):
            _sync_folder(folder)
        self._inbox_descriptor = os.open(self._inbox, os.O_RDONLY)
        self._serial = itertools.count(time.time_ns())
        self._remove_abandoned()

    def receive(self, instance: ReceivedInstance) -> str:
        """Write an instance to the inbox and return the SHA-256 of its dataset.

        When this returns, the file survives a power cut. Content that came before is not kept
        twice: the indexer knows it by its name. Raise `StorageFull`, leaving nothing behind, when
        there is no room.
        """
        dataset = instance.dataset
        self._require_room(len(dataset))
        content_sha256 = hashlib.sha256(dataset).hexdigest()
        meta = encode_file_meta(
            sop_class_uid=instance.sop_class_uid,
            sop_instance_uid=instance.sop_instance_uid,
            transfer_syntax_uid=instance.transfer_syntax_uid,
            source_ae_title=instance.source_ae_title,
        )
        unfinished = self._unfinished / f"{self._inbox.name}-{os.getpid()}-{next(self._serial)}"
        try:
            _write_synced(unfinished, meta, dataset)
            unfinished.rename(self.inbox_path(content_sha256))
            os.fsync(self._inbox_descriptor)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            if error.errno in _NO_ROOM:
                raise StorageFull from error
            raise
        return content_sha256

    def waiting(self) -> tuple[str, ...]:
        """Return the hashes of what lies in the inbox, earliest received first."""
        found = []
        with os.scandir(self._inbox) as entries:
            for entry in entries:
                if match := _FILE_NAME.fullmatch(entry.name):
                    with suppress(FileNotFoundError):  # indexed and released meanwhile
                        found.append((entry.stat().st_mtime, match[1]))
        return tuple(content_sha256 for _, content_sha256 in sorted(found))

    def keep(self, content_sha256: str) -> str:
        """Give an inbox file its lasting name too; return that path relative to the root."""
        path = self.object_path(content_sha256)
        with suppress(FileExistsError):  # a crash came between this and the release
            os.link(self.inbox_path(content_sha256), path)
        return str(path.relative_to(self.root))

    def release(self, content_sha256: str) -> None:
        """Take a file out of the inbox: what it says is recorded."""
        self.inbox_path(content_sha256).unlink(missing_ok=True)

    def discard(self, content_sha256: str) -> None:
        """Forget a file whose instance is stored from another file, in another encoding."""
        self.object_path(content_sha256).unlink(missing_ok=True)
        self.release(content_sha256)

    def inbox_path(self, content_sha256: str) -> Path:
        """Return where the file lies until it is indexed."""
        return self._inbox / f"{content_sha256}.dcm"

    def object_path(self, content_sha256: str) -> Path:
        """Return where the file lies from then on."""
        return self._objects / content_sha256[:2] / f"{content_sha256}.dcm"

    def _require_room(self, size: int) -> None:
        if shutil.disk_usage(self.root).free < self._minimum_free_bytes + size:
            raise StorageFull

    def _remove_abandoned(self) -> None:
        """Clear what a crash left half-written and unacknowledged; others may be writing now."""
        for path in self._unfinished.iterdir():
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                path.unlink(missing_ok=True)


def _write_synced(path: Path, meta: bytes, dataset: bytes | memoryview) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        # With as few calls as can be: after each, a thread may wait for the interpreter.
        written = os.writev(descriptor, (meta, dataset)) - len(meta)
        if written < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        while written < len(dataset):
            written += os.write(descriptor, dataset[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
