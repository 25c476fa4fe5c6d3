"""How a name sounds, from Latin letters in any spelling or from kana: a lossy key.

Hepburn, Kunrei and passport spellings of one name give one key (ISO 3602; passports write Ohno or
Ono for オオノ). Some names that differ in kana give one key as well: it never counts as kana.
"""

import re
import unicodedata
from typing import Final

import jaconv

from routing.identity.kana import katakana

_LATIN: Final = re.compile(r"[A-Za-z' .-]+")
_TO_HEPBURN: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("l", "r"),
        ("v", "b"),
        ("tch", "cch"),
        ("si", "shi"),
        ("ti", "chi"),
        ("tu", "tsu"),
        ("(?<![cs])hu", "fu"),
        ("sy", "sh"),
        ("ty|cy", "ch"),
        ("jy|zy|dy", "j"),
        ("zi|di", "ji"),
        ("du|dzu", "zu"),
        ("wo", "o"),
        ("m(?=[bpm])", "n"),
        # Large kana where small ones are meant: キヨウコ for キョウコ.
        ("([kgnhbpmr])iy(?=[aou])", r"\1y"),
        ("(sh|ch|j)iy(?=[aou])", r"\1"),
        ("o[ou]+", "o"),
        ("oh(?![aiueoy])", "o"),
        ("uu+", "u"),
        ("ei|ee+", "e"),
        ("aa+", "a"),
        ("ii+", "i"),
        ("([^aiueon])\\1+", r"\1"),
    )
)


def romaji_key(text: str) -> str | None:
    """Return how Latin letters sound; None where the text has anything else in it."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    if not _LATIN.fullmatch(plain):
        return None
    return _sound(plain) or None


def sound_of_kana(text: str) -> str | None:
    """Return how kana sounds, by the same key; None where the text has anything else in it."""
    letters = jaconv.kana2alphabet(jaconv.kata2hira(katakana(text)).replace("ー", ""))
    return _sound(letters) or None if letters.isascii() else None


def _sound(letters: str) -> str:
    sound = re.sub("[^a-z]", "", letters.lower())
    before = ""
    while before != sound:  # one rule may make room for another
        before = sound
        for pattern, replacement in _TO_HEPBURN:
            sound = pattern.sub(replacement, sound)
    return sound
