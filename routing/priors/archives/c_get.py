"""An archive that sends on the association on which it was asked (PS3.4 C.4.3, C-GET)."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final, cast

from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom import build_context, build_role, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from routing.associations import associated
from routing.priors.archives.dimse import DimseArchive
from routing.priors.archives.retrieve import await_retrieval, series_identifier
from wetread.domain.errors import ArchiveError
from wetread.ports import KeepInstance, ReceivedInstance
from wetread.settings import DicomArchiveSettings

_GET: Final = "1.2.840.10008.5.1.4.1.2.2.3"  # Study Root Query/Retrieve Information Model - GET
_MESSAGE_ID: Final = 1
_STORED, _REFUSED = 0x0000, 0xA700  # PS3.4 table B.2-1
# A context of its own for each: then the archive can send what it has as it has it.
_SYNTAXES: Final = (
    [ExplicitVRLittleEndian, ImplicitVRLittleEndian],
    [JPEGLosslessSV1],
    [JPEGLSLossless],
    [JPEG2000Lossless],
    [RLELossless],
)


class CGetArchive(DimseArchive):
    """Asks by C-FIND, fetches by C-GET: nothing has to be configured at the archive's side."""

    def __init__(self, settings: DicomArchiveSettings, *, maximum_bytes: int) -> None:
        super().__init__(settings)
        self._maximum_bytes = maximum_bytes

    def fetch_series(
        self, study_instance_uid: str, series_instance_uids: Sequence[str], keep: KeepInstance
    ) -> None:
        """Hand every CT image of the series to ``keep``; raise what it raises, `ArchiveError`."""
        failures: list[Exception] = []

        def store(event: Event) -> int:
            if failures:
                return _REFUSED
            try:
                keep(_received(event))
            except Exception as error:  # noqa: BLE001 - pynetdicom would swallow it
                failures.append(error)
                event.assoc.send_c_cancel(_MESSAGE_ID, query_model=_GET)
                return _REFUSED
            return _STORED

        with associated(
            self._node,
            [build_context(_GET), *(build_context(CTImageStorage, [*one]) for one in _SYNTAXES)],
            failure=ArchiveError,
            roles=[build_role(CTImageStorage, scp_role=True)],
            handlers=[(evt.EVT_C_STORE, store)],
            maximum_bytes=self._maximum_bytes,
        ) as association:
            if _GET not in {str(one.abstract_syntax) for one in association.accepted_contexts}:
                raise ArchiveError(f"{self._node} does not accept C-GET (Study Root)")
            for series_instance_uid in series_instance_uids:
                identifier = series_identifier(study_instance_uid, series_instance_uid)
                responses = association.send_c_get(identifier, _GET, msg_id=_MESSAGE_ID)
                await_retrieval(self._node, responses, failures)


def _received(event: Event) -> ReceivedInstance:
    request = cast("C_STORE", event.request)
    return ReceivedInstance(
        sop_class_uid=str(request.AffectedSOPClassUID),
        sop_instance_uid=str(request.AffectedSOPInstanceUID),
        transfer_syntax_uid=event.context.transfer_syntax,
        source_ae_title=event.assoc.acceptor.ae_title,
        dataset=cast("BytesIO", request.DataSet).getvalue(),
    )
