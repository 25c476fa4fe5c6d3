"""Decode the text of a DICOM element, whatever its character sets (PS3.5 6.1.2)."""

import re
from collections.abc import Sequence

from pydicom.charset import CODES_TO_ENCODINGS, python_encoding

_FRAGMENTS = re.compile(rb"[^\x1b]+|\x1b[^\x1b]*")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def decode_text(value: bytes, character_sets: Sequence[str]) -> str:
    """Return the text; what cannot be decoded becomes U+FFFD, control characters go.

    pydicom's own decoding is not used: it warns with the text in hand, and it splits names at
    bytes 3D and 5C inside kanji of ISO 2022 IR 87 (春 is 3D 55).
    """
    first = python_encoding.get(character_sets[0] if character_sets else "", "utf-8")
    text = "".join(_decode_fragment(part, first) for part in _FRAGMENTS.findall(value))
    return _UNPRINTABLE.sub("", text).strip()


def decode_code(value: bytes) -> str:
    """Return text of the default repertoire: UIDs, dates, codes; nothing is dropped but padding."""
    return _UNPRINTABLE.sub("\ufffd", value.decode("ascii", "replace").strip(" \0"))


def _decode_fragment(fragment: bytes, first: str) -> str:
    codec = first
    for escape, designated in CODES_TO_ENCODINGS.items():
        if fragment.startswith(escape):
            codec = designated
            if not codec.startswith("iso2022"):  # Python's own ISO 2022 codecs want to see it
                fragment = fragment[len(escape) :]
            break
    return fragment.decode(codec, "replace")
