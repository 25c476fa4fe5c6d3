"""Kanji as they are compared: old and new forms of one sign are one."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from routing.dated_tables import read_table
from routing.identity.kana import katakana
from wetread.domain.errors import ConfigurationError

_OF_NAMES: Final = re.compile(r"[々〆㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffffァ-ヺー]+")
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # which glyph of one sign
_REPEATED: Final = re.compile("(.)々")


@dataclass(frozen=True, slots=True, kw_only=True)
class KanjiVariants:
    """Groups of signs that write one name; each is compared as the first of its group."""

    effective_from: date
    source: str
    verified: bool  # False: general knowledge, no source was read
    groups: tuple[str, ...]

    def __post_init__(self) -> None:
        twice = [sign for sign, count in Counter("".join(self.groups)).items() if count > 1]
        if twice:
            raise ConfigurationError(f"kanji variants: {twice[0]} stands twice")


class KanjiFolder:
    """Turns kanji into what they are compared by."""

    def __init__(self, variants: KanjiVariants) -> None:
        self._signs = str.maketrans(
            {sign: group[0] for group in variants.groups for sign in group[1:]}
        )

    def key(self, text: str) -> str | None:
        """Return the key of a name in kanji, or kana among kanji; None for any other text."""
        spelled = katakana(_SELECTORS.sub("", unicodedata.normalize("NFKC", text)))
        if not _OF_NAMES.fullmatch(spelled):
            return None
        return _REPEATED.sub(r"\1\1", spelled.translate(self._signs))


def load_kanji_variants() -> KanjiVariants:
    """Read the shipped table."""
    return read_table(Path(__file__).with_name("kanji_variants.toml"), KanjiVariants)
