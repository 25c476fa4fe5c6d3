"""Associations that we open: bounded in time, and closed whatever happens."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.events import EventHandlerType
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext

from routing.connections import note_connection, read_whole_messages, tune_connection
from wetread.domain.errors import WetreadError


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerNode:
    """A DICOM node that we call."""

    name: str  # as configured
    host: str
    port: int
    ae_title: str
    calling_ae_title: str
    timeout_seconds: float  # of silence
    tls: ssl.SSLContext | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.ae_title} at {self.host}:{self.port})"


@contextmanager
def associated(
    node: PeerNode,
    contexts: Sequence[PresentationContext],
    *,
    failure: type[WetreadError],
    roles: Sequence[SCP_SCU_RoleSelectionNegotiation] = (),
    handlers: Sequence[EventHandlerType] = (),
    maximum_bytes: int | None = None,
) -> Iterator[Association]:
    """Yield an association; not established where the node accepts none of the contexts.

    Raise ``failure`` when the node cannot be reached or rejects it. The node may send
    ``maximum_bytes`` in all; with more the connection breaks.
    """
    ae = ApplicationEntity(node.calling_ae_title)
    ae.connection_timeout = node.timeout_seconds
    ae.acse_timeout = node.timeout_seconds
    ae.dimse_timeout = node.timeout_seconds
    ae.network_timeout = node.timeout_seconds
    opened: list[socket.socket] = []
    try:
        association = ae.associate(
            node.host,
            node.port,
            contexts=list(contexts),
            ae_title=node.ae_title,
            ext_neg=list(roles),
            tls_args=None if node.tls is None else (node.tls, node.host),
            evt_handlers=[
                (evt.EVT_ACSE_SENT, note_connection, [opened]),
                (evt.EVT_CONN_OPEN, tune_connection, [node.timeout_seconds]),
                (evt.EVT_CONN_OPEN, read_whole_messages, [maximum_bytes]),
                *handlers,
            ],
        )
        if association.is_rejected:
            answer = association.acceptor.primitive
            reason = answer.reason_str.lower() if answer else "no reason given"
            raise failure(f"{node} rejected the association: {reason}")
        if not (association.is_established or association.rejected_contexts):
            raise failure(f"{node} cannot be reached or does not answer")
        try:
            yield association
            association.release()
        finally:
            if association.is_established:
                association.abort()
    finally:
        for connection in opened:
            connection.close()
