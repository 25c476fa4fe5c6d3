"""A DICOM person name (PN, PS3.5 6.2.1) in comparable form.

The groups are told apart by what they are written in, not by their place: the first holds Latin
letters, half-width kana or kanji, as the hospital's system was made.
"""

import re
from collections.abc import Callable
from typing import Final

from routing.identity.kana import kana_key, katakana
from routing.identity.kanji import KanjiFolder
from routing.identity.romaji import romaji_key, sound_of_kana
from wetread.domain.identity.person import PersonName, Spelling

_BETWEEN: Final = re.compile(r"[\^\s、,.・･　]+")
_UNKNOWN: Final = re.compile("[\ufffd?？*＊]")  # bytes that could not be read, or were masked
_NO_NAMES: Final = frozenset({"UNKNOWN", "ANONYMOUS", "ANON", "NONAME", "フメイ", "不明"})


def comparable_name(text: str, kanji: KanjiFolder) -> PersonName:
    """Return the name in each script it is known in.

    A group that was not decoded, or holds what no name is written in, is unknown.
    """
    groups = [_read_group(group, kanji) for group in text.split("=")]
    return PersonName(
        kana=next((one.kana for one in groups if one.kana), None),
        kanji=next((one.kanji for one in groups if one.kanji), None),
        sound=next((one.sound for one in groups if one.sound), None),
    )


def _read_group(group: str, kanji: KanjiFolder) -> PersonName:
    # Family, given, middle; a prefix and a suffix (様) are no part of the name.
    parts = [part for piece in group.split("^")[:3] for part in _BETWEEN.split(piece) if part]
    if not parts or _UNKNOWN.search(group) or katakana(parts[0]).upper() in _NO_NAMES:
        return PersonName()
    if (kana := _spell(parts, kana_key)) is not None:
        return PersonName(kana=kana, sound=_spell(parts, sound_of_kana))
    if (signs := _spell(parts, kanji.key)) is not None:
        return PersonName(kanji=signs)
    return PersonName(sound=_spell(parts, romaji_key))


def _spell(parts: list[str], key: Callable[[str], str | None]) -> Spelling | None:
    """Return the parts by their keys; None where any part is not of this script."""
    keys = [key(part) for part in parts]
    known = [one for one in keys if one is not None]
    if len(known) < len(keys):
        return None
    return Spelling(family=known[0], given="".join(known[1:]))
