"""Read a multipart/related answer as it comes (RFC 2387, RFC 2046 5.1), part by part."""

import re
from collections.abc import Iterable, Iterator

from wetread.domain.errors import PriorRefused

_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^\s;,"]+))', re.IGNORECASE)
_LONGEST_HEADERS = 8192


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a content type names; raise `PriorRefused` if it names none."""
    match = _BOUNDARY.search(content_type)
    if match is None or not content_type.lower().startswith("multipart/related"):
        raise PriorRefused("the answer is not multipart/related with a boundary")
    return (match[1] or match[2]).encode("latin-1")


def read_parts(pieces: Iterable[bytes], boundary: bytes, *, largest_bytes: int) -> Iterator[bytes]:
    """Yield the content of each part; pieces may be cut anywhere.

    Raise `PriorRefused` for a part that is larger than allowed or a message without its end.
    """
    delimiter = b"\r\n--" + boundary
    buffer = bytearray(b"\r\n")  # the first delimiter needs no line break before it
    searched, before_first = 0, True
    for piece in pieces:
        buffer += piece
        while (at := buffer.find(delimiter, searched)) >= 0:
            after = bytes(buffer[at + len(delimiter) : at + len(delimiter) + 2])
            if len(after) < len(b"--"):
                break
            if not before_first:
                yield _content(bytes(buffer[:at]))
            if after == b"--":
                return
            del buffer[: at + len(delimiter)]
            searched, before_first = 0, False
        else:
            searched = max(0, len(buffer) - len(delimiter))
        if len(buffer) > largest_bytes + _LONGEST_HEADERS:
            raise PriorRefused(f"one instance is larger than {largest_bytes} bytes")
    raise PriorRefused("the answer ends before its last part")


def _content(part: bytes) -> bytes:
    """Return what follows the headers of a part."""
    head, found, content = part.partition(b"\r\n\r\n")
    if not found or len(head) > _LONGEST_HEADERS:
        raise PriorRefused("a part of the answer has no headers")
    return content
