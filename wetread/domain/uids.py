"""Derive and check DICOM unique identifiers (PS3.5 chapter 9)."""

import hashlib
import re

_COMPONENTS = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")
_MAXIMUM_LENGTH = 64


def is_uid(text: str) -> bool:
    """Tell whether ``text`` is a legal UID (PS3.5 9.1): digits and dots, no leading zeros, ≤ 64."""
    return len(text) <= _MAXIMUM_LENGTH and _COMPONENTS.fullmatch(text) is not None


def derive_uid(*parts: str | int) -> str:
    """Return the same ``2.25.…`` UID (PS3.5 B.2) for the same parts, whenever it is asked."""
    text = "\x1f".join(str(part) for part in parts)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    return f"2.25.{number}"
