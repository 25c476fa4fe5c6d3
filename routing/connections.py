"""How the TCP connections under DICOM associations behave: handlers of pynetdicom's events."""

import socket

from pynetdicom.events import Event

_LARGEST_MESSAGE_BYTES = 16 * 1024**2


def tune_connection(event: Event, timeout_seconds: float) -> None:
    """Send small messages at once, and give up on a peer that stalls in the middle of one.

    For ``EVT_CONN_OPEN``. pynetdicom leaves Nagle's algorithm on, which costs 40 ms a message with
    some peers, and reads and writes without a time limit.
    """
    assert event.assoc.dul.socket is not None
    connection = event.assoc.dul.socket.socket
    assert connection is not None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.settimeout(timeout_seconds)


def read_whole_messages(event: Event, maximum_bytes: int | None = None) -> None:
    """Read each message in as few pieces as it comes, and none that claims an absurd length.

    For ``EVT_CONN_OPEN``. pynetdicom reads 4 KiB at a time, which costs a tenth of all receiving,
    and would read 4 GiB into memory, from anybody, before it looks at them. More than
    ``maximum_bytes`` of all messages together break the connection.
    """
    received_bytes = 0
    assert event.assoc.dul.socket is not None
    connection = event.assoc.dul.socket.socket
    assert connection is not None

    def receive(nr_bytes: int) -> bytearray:
        nonlocal received_bytes
        received_bytes += nr_bytes
        if nr_bytes > _LARGEST_MESSAGE_BYTES:
            raise ConnectionError(f"a message of {nr_bytes} bytes was announced")
        if maximum_bytes is not None and received_bytes > maximum_bytes:
            raise ConnectionError(f"more than {maximum_bytes} bytes were sent")
        received = bytearray()
        while len(received) < nr_bytes:
            piece = connection.recv(nr_bytes - len(received))
            if not piece:
                break
            received += piece
        return received

    event.assoc.dul.socket.recv = receive  # type: ignore[method-assign]  # there is no other hook


def note_connection(event: Event, connections: list[socket.socket]) -> None:
    """Add the socket to the list, for the caller to close.

    For ``EVT_ACSE_SENT``, which comes before the connection is tried. pynetdicom leaves a refused
    or broken one open.
    """
    assert event.assoc.dul.socket is not None
    connection = event.assoc.dul.socket.socket
    if connection is not None:
        connections.append(connection)
