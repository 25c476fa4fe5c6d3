"""The licences under which a model may be used here, and how their texts are told apart."""

from collections.abc import Mapping
from typing import Final

ACCEPTED: Final[Mapping[str, tuple[str, ...]]] = {
    "Apache-2.0": ("Apache License", "Version 2.0"),
    "BSD-3-Clause": ("Redistribution and use in source and binary forms", "Neither the name"),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0",),
    "MIT": ("Permission is hereby granted, free of charge",),
}
"""SPDX identifier: the phrases its text has. None of these forbids clinical or commercial use."""


def is_text_of(spdx: str, text: str) -> bool:
    """Tell whether a text is that of an accepted licence."""
    phrases = ACCEPTED.get(spdx)
    words = " ".join(text.split())
    return phrases is not None and all(phrase in words for phrase in phrases)
