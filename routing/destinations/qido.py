"""Ask a DICOMweb server by QIDO-RS which objects it has (PS3.18 10.6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from routing.destinations.c_find import found_or_not
from routing.intake.headers import InstanceHeader
from routing.web_peers import WebPeer
from wetread.domain.errors import DeliveryError
from wetread.ports import DeliveryReceipt
from wetread.settings import WebDestinationSettings

_SOP_INSTANCE_UID = "00080018"


class QidoConfirmation:
    """Asks for each object by its UIDs.

    Raise `ConfigurationError` where its TLS files are no good.
    """

    def __init__(self, settings: WebDestinationSettings) -> None:
        self._peer = WebPeer(settings, failure=DeliveryError, refusal=DeliveryError)

    def __call__(self, headers: Sequence[InstanceHeader]) -> tuple[DeliveryReceipt, ...]:
        """Return what is found; raise `DeliveryError` where the server does not answer."""
        receipts = []
        with self._peer.client() as client:
            for header in headers:
                study, series = header.study_instance_uid, header.series_instance_uid
                answers = self._peer.query(
                    client,
                    f"/studies/{study}/series/{series}/instances",
                    {"SOPInstanceUID": header.sop_instance_uid},
                )
                found = [_sop_instance_uid(one) for one in answers]
                receipts.append(found_or_not(header, found, asked_by="QIDO-RS"))
        return tuple(receipts)


def _sop_instance_uid(answer: Mapping[str, Any]) -> str:
    try:
        return str(answer[_SOP_INSTANCE_UID]["Value"][0])
    except (LookupError, TypeError):
        return ""
