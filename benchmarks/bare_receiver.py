"""The least a C-STORE receiver does with pynetdicom: raw bytes to a file, synced, and no more.

Usage: bare_receiver.py FOLDER; prints its port and serves until standard input ends.
"""

import os
import socket
import sys
from pathlib import Path

from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, evt
from pynetdicom.events import Event


def store(event: Event, folder: Path) -> int:
    """Write the dataset as it came."""
    path = folder / f"{event.request.AffectedSOPInstanceUID}.dcm"
    with path.open("wb") as file:
        file.write(event.encoded_dataset())
        file.flush()
        os.fsync(file.fileno())
    return 0x0000


def answer_at_once(event: Event) -> None:
    """Set TCP_NODELAY, which pynetdicom does not."""
    connection = event.assoc.dul.socket.socket
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main() -> None:
    """Serve."""
    ae = AE(ae_title="WETREAD")
    ae.maximum_pdu_size = 131072
    ae.maximum_associations = 20
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(context.abstract_syntax, ALL_TRANSFER_SYNTAXES)
    handlers = [(evt.EVT_C_STORE, store, [Path(sys.argv[1])]), (evt.EVT_CONN_OPEN, answer_at_once)]
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    ae.shutdown()


if __name__ == "__main__":
    main()
