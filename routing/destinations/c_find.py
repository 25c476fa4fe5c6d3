"""Ask a DICOM node by C-FIND which objects it has (PS3.4 C.4.1, level IMAGE)."""

from collections.abc import Sequence

from pynetdicom import build_context

from routing.associations import PeerNode, associated
from routing.finding import FIND, LARGEST_ANSWERS_BYTES, find_answers
from routing.intake.headers import InstanceHeader
from wetread.domain.errors import DeliveryError
from wetread.ports import DeliveryReceipt

_MOST = 100  # some nodes ignore a key and answer with the whole series


class FindConfirmation:
    """Asks for each object by its UIDs: the plainest query that there is."""

    def __init__(self, node: PeerNode) -> None:
        self._node = node

    def __call__(self, headers: Sequence[InstanceHeader]) -> tuple[DeliveryReceipt, ...]:
        """Return what is found; raise `DeliveryError` where the node does not answer."""
        with associated(
            self._node,
            [build_context(FIND)],
            failure=DeliveryError,
            maximum_bytes=LARGEST_ANSWERS_BYTES,
        ) as association:
            if not association.is_established:
                raise DeliveryError(f"{self._node} does not accept C-FIND (Study Root)")
            receipts = []
            for header in headers:
                keys = {
                    "StudyInstanceUID": header.study_instance_uid,
                    "SeriesInstanceUID": header.series_instance_uid,
                    "SOPInstanceUID": header.sop_instance_uid,
                }
                answers = find_answers(
                    association, self._node, "IMAGE", keys, most=_MOST, failure=DeliveryError
                )
                found = [str(one.get("SOPInstanceUID", "")) for one in answers]
                receipts.append(found_or_not(header, found, asked_by="C-FIND"))
        return tuple(receipts)


def found_or_not(header: InstanceHeader, found: Sequence[str], *, asked_by: str) -> DeliveryReceipt:
    """Return the receipt for an object by the SOP Instance UIDs that were found."""
    there = header.sop_instance_uid in found
    return DeliveryReceipt(
        sop_instance_uid=header.sop_instance_uid,
        confirmed=there,
        detail=f"found by {asked_by}" if there else f"not found by {asked_by}",
    )
