"""The DICOM storage SCP: what it answers with success is on disk (PS3.4 annex B)."""

import secrets
import time
from collections.abc import Callable
from io import BytesIO
from typing import cast

import structlog
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import (
    ALL_TRANSFER_SYNTAXES,
    AllStoragePresentationContexts,
    VerificationPresentationContexts,
    evt,
)
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.transport import ThreadedAssociationServer

from routing.commitments import COMMITMENT, ExpectedCommitments
from routing.connections import read_whole_messages, tune_connection
from routing.implementation import IMPLEMENTATION_CLASS_UID
from routing.intake.moves import Claim, ExpectedMoves
from routing.intake.part10 import IMPLEMENTATION_VERSION_NAME
from routing.intake.spool import Spool
from wetread.domain.errors import ConfigurationError, StorageFull
from wetread.ports import ReceivedInstance
from wetread.settings import IntakeSettings

SUCCESS = 0x0000
NOT_AUTHORIZED = 0x0124  # PS3.7 C.5.17: not wanted, and no more so when it is sent again
OUT_OF_RESOURCES = 0xA700  # PS3.4 table B.2-1: the sender should try again

_LARGEST_PDU_BYTES = 131072  # what DCMTK sends at most
_REQUEST_SECONDS = 10.0  # whoever connects and asks nothing holds a place that long
_STALL_SECONDS = 60.0  # within one message
_IDLE_SECONDS = 600.0  # between messages: scanners pause while they reconstruct
_CLOSE_POLL_SECONDS = 0.05

_log = structlog.get_logger(__name__)


class StorageReceiver:
    """Receives every storage SOP class in every transfer syntax from the configured senders.

    ``on_stored`` is told the content hash of each instance that lies in the spool's inbox, and
    ``on_refused`` a short reason for each association or instance that was refused. ``moves`` takes
    what archives send because they were asked to, ``commitments`` what destinations report of the
    results they store. A port of 0 in the settings takes a free one.
    """

    def __init__(
        self,
        settings: IntakeSettings,
        spool: Spool,
        on_stored: Callable[[str], None],
        *,
        on_refused: Callable[[str], None] = lambda _reason: None,
        moves: ExpectedMoves | None = None,
        commitments: ExpectedCommitments | None = None,
    ) -> None:
        self._settings = settings
        self._spool = spool
        self._on_stored = on_stored
        self._on_refused = on_refused
        self._moves = ExpectedMoves() if moves is None else moves
        self._commitments = ExpectedCommitments() if commitments is None else commitments
        self._server: ThreadedAssociationServer | None = None

    @property
    def port(self) -> int:
        """The port it listens on; only between `start` and `stop`."""
        assert self._server is not None
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen; raise `ConfigurationError` when the address cannot be had."""
        settings = self._settings
        ae = ApplicationEntity(settings.ae_title)
        ae.implementation_class_uid = IMPLEMENTATION_CLASS_UID
        ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        ae.maximum_pdu_size = _LARGEST_PDU_BYTES
        ae.maximum_associations = settings.maximum_associations
        ae.acse_timeout = _REQUEST_SECONDS
        ae.network_timeout = _IDLE_SECONDS
        ae.require_called_aet = True
        # An empty list would let everybody in: nobody knows this title.
        titles = [sender.ae_title for sender in settings.senders] or [secrets.token_hex(8)]
        ae.require_calling_aet = titles
        try:
            server = ae.start_server(
                (settings.host, settings.port),
                block=False,
                contexts=_supported_contexts(),
                evt_handlers=[
                    (evt.EVT_CONN_OPEN, tune_connection, [_STALL_SECONDS]),
                    (evt.EVT_CONN_OPEN, read_whole_messages),
                    (evt.EVT_REJECTED, self._note_rejection),
                    (evt.EVT_C_STORE, self._store),
                    (evt.EVT_N_EVENT_REPORT, self._commitments.note_report),
                ],
            )
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {settings.host} port {settings.port}: {error.strerror}"
            ) from error
        assert server is not None  # it is when not blocking
        _unbind_debugging(server)
        self._server = server
        self._moves.receiving.set()
        _log.info("Receiving DICOM", ae_title=settings.ae_title, host=settings.host, port=self.port)

    def stop(self, grace_seconds: float = 5.0) -> None:
        """Accept no more associations, let the open ones finish, then abort what is left."""
        server, self._server = self._server, None
        if server is None:
            return
        self._moves.receiving.clear()
        server.shutdown()
        until = time.monotonic() + grace_seconds
        while _established(server) and time.monotonic() < until:
            time.sleep(_CLOSE_POLL_SECONDS)
        for association in _established(server):
            association.abort()

    def _store(self, event: Event) -> int:
        request = cast("C_STORE", event.request)
        try:
            with cast("BytesIO", request.DataSet).getbuffer() as dataset:
                instance = ReceivedInstance(
                    sop_class_uid=str(request.AffectedSOPClassUID),
                    sop_instance_uid=str(request.AffectedSOPInstanceUID),
                    transfer_syntax_uid=event.context.transfer_syntax,
                    source_ae_title=event.assoc.requestor.ae_title,
                    dataset=dataset,
                )
                originator = request.MoveOriginatorApplicationEntityTitle or ""
                claim = self._moves.claim(instance, move_originator=originator.strip())
                if claim is not Claim.ORDINARY:
                    return SUCCESS if claim is Claim.KEPT else NOT_AUTHORIZED
                content_sha256 = self._spool.receive(instance)
        except (StorageFull, OSError) as error:
            _log.error("An instance was refused", error=type(error).__name__, detail=str(error))
            self._on_refused("storage")
            return OUT_OF_RESOURCES
        self._on_stored(content_sha256)
        return SUCCESS

    def _note_rejection(self, event: Event) -> None:
        requestor = event.assoc.requestor
        request, answer = requestor.primitive, event.assoc.acceptor.primitive
        assert request is not None
        assert answer is not None
        reason = _REJECTIONS.get((answer.result_source, answer.diagnostic), "other")
        _log.warning(
            "An association was rejected",
            reason=reason,
            calling_ae_title=requestor.ae_title,
            called_ae_title=request.called_ae_title,
            address=requestor.address,
        )
        self._on_refused(reason)


_REJECTIONS: dict[object, str] = {  # PS3.8 table 9-21
    (1, 3): "calling AE title",
    (1, 7): "called AE title",
    (3, 2): "too many associations",
}


def _established(server: ThreadedAssociationServer) -> list[Association]:
    return [one for one in server.active_associations if one.is_established]


class _SharedContexts(list[PresentationContext]):
    """Contexts that all associations read: pynetdicom would copy 7 650 UIDs for each."""

    def __deepcopy__(self, memo: object) -> "_SharedContexts":
        return self


def _supported_contexts() -> _SharedContexts:
    # The first that the sender, too, has in a context is taken: the plainest that keeps the VRs.
    syntaxes = [ExplicitVRLittleEndian, *ALL_TRANSFER_SYNTAXES]
    storage = [str(one.abstract_syntax) for one in AllStoragePresentationContexts]
    return _SharedContexts(
        [build_context(uid, list(dict.fromkeys(syntaxes))) for uid in storage]
        + VerificationPresentationContexts
        + [_commitment_context()]
    )


def _commitment_context() -> PresentationContext:
    """Return the context in which the caller is the SCP: it reports what we have asked for."""
    context = build_context(COMMITMENT)
    context.scu_role = context.scp_role = True
    return context


def _unbind_debugging(server: ThreadedAssociationServer) -> None:
    """Take off pynetdicom's handlers that describe every message for a debug log nobody reads."""
    for event in (evt.EVT_DIMSE_RECV, evt.EVT_DIMSE_SENT, evt.EVT_PDU_RECV, evt.EVT_PDU_SENT):
        for bound in cast("list[tuple[Callable[..., object], object]]", server.get_handlers(event)):
            server.unbind(event, bound[0])
