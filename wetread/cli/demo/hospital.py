"""The hospital of the demo: sends the images of one folder over a real association."""

from collections.abc import Callable
from pathlib import Path

from pydicom import dcmread
from pynetdicom.ae import ApplicationEntity

from routing.selection.folder import FolderScan
from wetread.domain.errors import DeliveryError

AE_TITLE = "DEMO_HOSPITAL"
SITE = "Demo Hospital"


def send_study(
    scan: FolderScan, *, host: str, port: int, ae_title: str, sent: Callable[[int], None]
) -> None:
    """Send every instance by C-STORE, telling ``sent`` the count; raise `DeliveryError`."""
    entity = ApplicationEntity(AE_TITLE)
    kinds = {(one.sop_class_uid, one.transfer_syntax_uid) for one in scan.instances}
    for sop_class_uid, transfer_syntax_uid in sorted(kinds):
        entity.add_requested_context(sop_class_uid, transfer_syntax_uid)
    association = entity.associate(host, port, ae_title=ae_title)
    if not association.is_established:
        raise DeliveryError("the service did not accept the association of the demo's hospital")
    try:
        for count, path in enumerate((one.path for one in scan.instances), start=1):
            _send(association.send_c_store, path)
            sent(count)
    finally:
        association.release()


def _send(send_c_store: Callable[..., object], path: Path) -> None:
    status = getattr(send_c_store(dcmread(path)), "Status", None)
    if status != 0:
        answer = "nothing" if status is None else f"0x{status:04X}"
        raise DeliveryError(f"{path.name} was not stored: the service answered {answer}")
