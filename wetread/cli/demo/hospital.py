"""The hospital of the demo: sends the images of one folder over a real association."""

from collections.abc import Callable
from pathlib import Path

from pydicom import Dataset, dcmread
from pynetdicom.ae import ApplicationEntity

from routing.selection.folder import FolderScan
from wetread.domain.errors import DeliveryError

AE_TITLE = "DEMO_HOSPITAL"
SITE = "Demo Hospital"


def as_it_is(dataset: Dataset) -> None:
    """Change nothing of what is sent."""


def send_study(
    scan: FolderScan,
    *,
    host: str,
    port: int,
    ae_title: str,
    sent: Callable[[int], None],
    change: Callable[[Dataset], None] = as_it_is,
) -> None:
    """Send every instance by C-STORE, telling ``sent`` the count; raise `DeliveryError`.

    ``change`` may make another study of it on the way.
    """
    entity = ApplicationEntity(AE_TITLE)
    kinds = {(one.sop_class_uid, one.transfer_syntax_uid) for one in scan.instances}
    for sop_class_uid, transfer_syntax_uid in sorted(kinds):
        entity.add_requested_context(sop_class_uid, transfer_syntax_uid)
    association = entity.associate(host, port, ae_title=ae_title)
    if not association.is_established:
        raise DeliveryError("the service did not accept the association of the demo's hospital")
    try:
        for count, path in enumerate((one.path for one in scan.instances), start=1):
            dataset = dcmread(path)
            change(dataset)
            _send(association.send_c_store, dataset, path)
            sent(count)
    finally:
        association.release()


def _send(send_c_store: Callable[..., object], dataset: Dataset, path: Path) -> None:
    status = getattr(send_c_store(dataset), "Status", None)
    if status != 0:
        answer = "nothing" if status is None else f"0x{status:04X}"
        raise DeliveryError(f"{path.name} was not stored: the service answered {answer}")
