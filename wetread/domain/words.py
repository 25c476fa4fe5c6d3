"""What is said to people, in both languages."""

from typing import NamedTuple


class Words(NamedTuple):
    """The same words in both languages."""

    english: str
    japanese: str
