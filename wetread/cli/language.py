"""The reader's language: Japanese where the environment asks for it, else English."""

import os
from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both languages."""

    english: str
    japanese: str

    def __str__(self) -> str:
        return self.japanese if prefers_japanese() else self.english


def prefers_japanese() -> bool:
    """Tell whether the locale variables (POSIX order) name Japanese."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return value.startswith("ja")
    return False
