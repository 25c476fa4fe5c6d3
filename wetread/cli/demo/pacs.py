"""The PACS of the demo: a real DICOM node that keeps what the service sends it."""

from pathlib import Path
from typing import Self

from pynetdicom import AllStoragePresentationContexts, evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from wetread.domain.uids import is_uid

AE_TITLE = "DEMO_PACS"
_SUCCESS = 0x0000
_INVALID_UID = 0x0117


class DemoPacs:
    """Receives result objects into ``folder``, one file each, named by SOP Instance UID."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._entity = ApplicationEntity(AE_TITLE)
        self._entity.supported_contexts = AllStoragePresentationContexts
        self._port = port

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._entity.start_server(
            ("127.0.0.1", self._port),
            block=False,
            evt_handlers=[(evt.EVT_C_STORE, self._store)],
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._entity.shutdown()

    def _store(self, event: Event) -> int:
        request = event.request
        assert isinstance(request, C_STORE)
        uid = str(request.AffectedSOPInstanceUID)
        if not is_uid(uid):
            return _INVALID_UID
        (self._folder / f"{uid}.dcm").write_bytes(event.encoded_dataset())
        return _SUCCESS
