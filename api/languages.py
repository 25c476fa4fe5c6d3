"""The languages of the web pages, and everything that they say."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

_TEXTS: Final = Path(__file__).with_name("texts.toml")


class Language(StrEnum):
    """A language of the pages."""

    ENGLISH = "en"
    JAPANESE = "ja"

    @property
    def other(self) -> "Language":
        """The one to change to."""
        return Language.ENGLISH if self is Language.JAPANESE else Language.JAPANESE


class Texts:
    """The table of texts; every text exists in every language."""

    def __init__(self, path: Path = _TEXTS) -> None:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        self._texts = TypeAdapter(dict[str, dict[Language, str]]).validate_python(table)

    @property
    def keys(self) -> frozenset[str]:
        """Which texts there are."""
        return frozenset(self._texts)

    def raw(self, language: Language, key: str) -> str:
        """Return a text as the table has it."""
        return self._texts[key][language]

    def text(self, language: Language, key: str, /, **values: object) -> str:
        """Return a text with its braces filled in."""
        return self.raw(language, key).format(**values)


def preferred_language(accept_language: str) -> Language:
    """Return what an Accept-Language header (RFC 9110 12.5.4) likes best; English if neither."""
    wanted: list[tuple[float, Language]] = []
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if primary in set(Language) and quality > 0:
            wanted.append((quality, Language(primary)))
    return max(wanted, key=lambda one: one[0], default=(0.0, Language.ENGLISH))[1]
