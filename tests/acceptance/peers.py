"""The nodes around the service: a scanner that sends, and a PACS that receives."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.uid import (
    Comprehensive3DSRStorage,
    CTImageStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    MRImageStorage,
)
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from tests.acceptance.running import AE_TITLE, PACS_AE_TITLE, SCANNER, Site

SUCCESS = 0x0000


class RecordingPacs:
    """Keeps every object as often as it came."""

    def __init__(self) -> None:
        self.received: list[Dataset] = []

    def reports(self, study_instance_uid: str) -> list[Dataset]:
        """Return the reports of a study in the order they came."""
        return [
            one
            for one in self.of_study(study_instance_uid)
            if one.SOPClassUID == Comprehensive3DSRStorage
        ]

    def of_study(self, study_instance_uid: str) -> list[Dataset]:
        """Return everything received of a study."""
        return [one for one in self.received if one.StudyInstanceUID == study_instance_uid]

    def store(self, event: Event) -> int:
        """Keep one object."""
        self.received.append(dcmread(BytesIO(event.encoded_dataset())))
        return SUCCESS


@contextmanager
def listening(pacs: RecordingPacs, port: int) -> Iterator[RecordingPacs]:
    """Let a PACS receive on a port of this machine until the end of the block."""
    ae = AE(PACS_AE_TITLE)
    ae.require_called_aet = True
    for sop_class in (Comprehensive3DSRStorage, GrayscaleSoftcopyPresentationStateStorage):
        ae.add_supported_context(sop_class)
    ae.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, pacs.store)])
    try:
        yield pacs
    finally:
        ae.shutdown()


@contextmanager
def associated(site: Site) -> Iterator[Association]:
    """Open an association from the scanner, or a reader's workstation, to the service."""
    ae = AE(SCANNER)
    for sop_class in (CTImageStorage, MRImageStorage, Comprehensive3DSRStorage):
        ae.add_requested_context(sop_class, "1.2.840.10008.1.2.1")
    association = ae.associate("127.0.0.1", site.dicom_port, ae_title=AE_TITLE)
    assert association.is_established
    try:
        yield association
    finally:
        association.release()


def send(site: Site, datasets: Sequence[Dataset]) -> None:
    """Send instances as the scanner does; every one has to be stored."""
    with associated(site) as association:
        for dataset in datasets:
            assert association.send_c_store(dataset).Status == SUCCESS


def send_bytes(association: Association, content: bytes, *, sop_instance_uid: str) -> int:
    """Send anything at all as a CT image; return the status of the answer."""
    request = C_STORE()
    request.MessageID = 1
    request.Priority = 2
    request.AffectedSOPClassUID = CTImageStorage
    request.AffectedSOPInstanceUID = sop_instance_uid
    request.DataSet = BytesIO(content)
    context = next(
        one for one in association.accepted_contexts if one.abstract_syntax == CTImageStorage
    )
    # What `send_c_store` does; it takes nothing but datasets that can be encoded.
    association._reactor_checkpoint.clear()  # noqa: SLF001 - there is no public way
    while not association._is_paused:  # noqa: SLF001 - likewise
        time.sleep(0.001)
    association.dimse.send_msg(request, context.context_id)
    _, answer = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()  # noqa: SLF001 - likewise
    return int(answer.Status)


def storescu(
    program: str,
    port: int,
    folder: Path,
    *,
    calling: str = SCANNER,
    called: str = AE_TITLE,
) -> subprocess.CompletedProcess[bytes]:
    """Send a folder with DCMTK."""
    titles = ["-aet", calling, "-aec", called]
    return subprocess.run(
        [program, *titles, "-R", "+sd", "127.0.0.1", str(port), str(folder)],
        env={**os.environ, "TCP_NODELAY": "1"},  # DCMTK would wait 40 ms for each answer
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
