"""Kana as it is compared: one width, one script, one way to write a long vowel."""

import re
import unicodedata
from typing import Final

import jaconv

# Old systems knew neither small kana nor these; the sounds are the same.
_MERGED: Final = str.maketrans(
    "ヂヅヲヰヱヴァィゥェォャュョッヮヵヶ", "ジズオイエブアイウエオヤユヨツワカケ"
)
_ROWS: Final = {
    "アー": "アカガサザタダナハバパマヤラワ",
    "イー": "イキギシジチニヒビピミリ",
    "ウー": "ウクグスズツヌフブプムユル",
    "エイー": "エケゲセゼテデネヘベペメレ",
    "オウー": "オコゴソゾトドノホボポモヨロ",
}
_LONG_VOWEL: Final = re.compile(
    "|".join(f"(?<=[{row}])[{sounds}]+" for sounds, row in _ROWS.items())
)
_DASHES: Final = re.compile(r"(?<=[ァ-ヺ])[-‐‑–—−ｰ]")  # typed for the long vowel mark
_KANA: Final = re.compile(r"[ァ-ヺー]+")


def katakana(text: str) -> str:
    """Return text in full-width katakana, as it is spelled; what is no kana stays."""
    wide = unicodedata.normalize("NFKC", jaconv.h2z(text))
    return _DASHES.sub("ー", jaconv.hira2kata(wide))


def kana_key(text: str) -> str | None:
    """Return what kana is compared by; None where the text has anything else in it.

    コウ, コー and コオ are one: systems without the long vowel mark wrote it in all three ways.
    """
    spelled = katakana(text)
    if not _KANA.fullmatch(spelled):
        return None
    return _LONG_VOWEL.sub("ー", spelled.translate(_MERGED))
