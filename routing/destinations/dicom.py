"""Deliver results to a DICOM node by C-STORE (PS3.4 annex B)."""

from collections.abc import Sequence
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import UID
from pynetdicom import build_context
from pynetdicom.association import Association

from routing.associations import PeerNode, associated
from routing.destinations.headers import read_outgoing
from routing.destinations.storing import describe_storing, means_stored
from routing.intake.headers import InstanceHeader
from routing.tls import tls_context
from wetread.domain.errors import DeliveryError
from wetread.ports import DeliveryReceipt
from wetread.settings import DestinationSettings

_MOST_CONTEXTS = 128  # PS3.8 9.3.2.2: their IDs are the odd bytes


def destination_node(settings: DestinationSettings) -> PeerNode:
    """Return the node to call; raise `ConfigurationError` where its TLS files are no good."""
    return PeerNode(
        name=settings.name,
        host=settings.host,
        port=settings.port,
        ae_title=settings.ae_title,
        calling_ae_title=settings.calling_ae_title,
        timeout_seconds=settings.timeout_seconds,
        tls=None if settings.tls is None else tls_context(settings.tls, peer=settings.name),
    )


class DicomDestination:
    """A node that stores what it is sent; one association carries all objects of a call.

    Raise `ConfigurationError` where its TLS files are no good.
    """

    def __init__(self, settings: DestinationSettings) -> None:
        self._node = destination_node(settings)

    @property
    def name(self) -> str:
        """The configured name."""
        return self._node.name

    def send(self, paths: Sequence[Path]) -> tuple[DeliveryReceipt, ...]:
        """Send every object in its own transfer syntax; one receipt each, in the same order.

        Success, warnings and "duplicate" count as confirmed. Raise `DeliveryError` when the node
        cannot be reached, rejects the association, or falls silent or away in the middle of it.
        """
        headers = [read_outgoing(path) for path in paths]
        if not headers:
            return ()
        kinds = dict.fromkeys((one.sop_class_uid, one.transfer_syntax_uid) for one in headers)
        contexts = [build_context(*kind) for kind in list(kinds)[:_MOST_CONTEXTS]]
        with associated(self._node, contexts, failure=DeliveryError) as association:
            return tuple(
                self._store(association, path, header)
                for path, header in zip(paths, headers, strict=True)
            )

    def _store(
        self, association: Association, path: Path, header: InstanceHeader
    ) -> DeliveryReceipt:
        accepted = {
            (str(context.abstract_syntax), *context.transfer_syntax)
            for context in association.accepted_contexts
        }
        sop_class, syntax = header.sop_class_uid, header.transfer_syntax_uid
        if (sop_class, syntax) not in accepted:
            return DeliveryReceipt(
                sop_instance_uid=header.sop_instance_uid,
                confirmed=False,
                detail=f"{self._node} does not accept {UID(sop_class).name} in {UID(syntax).name}",
            )
        try:
            answer = association.send_c_store(dcmread(path))
        except RuntimeError as error:  # pynetdicom: the association is gone
            raise DeliveryError(f"{self._node} broke off the association") from error
        if "Status" not in answer:
            raise DeliveryError(f"{self._node} broke off, or did not answer, while storing")
        status = int(answer.Status)
        return DeliveryReceipt(
            sop_instance_uid=header.sop_instance_uid,
            confirmed=means_stored(status),
            detail=describe_storing(status, str(answer.get("ErrorComment", ""))),
        )
