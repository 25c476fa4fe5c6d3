"""Text of both languages in pictures: the letters, and where a line breaks."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import ImageFont

from wetread.domain.errors import EncodingError

# A package that only brings the font (IPAex Gothic): imported, it would set matplotlib's own.
_FONT_PACKAGE: Final = "matplotlib_fontja"
_FONT_FILE: Final = Path("fonts", "ipaexg.ttf")
# What a line may not break: a word of Latin letters with the space after it, else any one letter.
_UNBROKEN: Final = re.compile(r"[\x21-\x7e]+\s?|.")


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont:
    """Return the font, which has Latin and Japanese letters; raise `EncodingError`."""
    spec = find_spec(_FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncodingError(f"the font of the package {_FONT_PACKAGE} is not installed")
    path = Path(spec.submodule_search_locations[0]) / _FONT_FILE
    # The plain layout: another one, where its library is installed, would give other pixels.
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.BASIC)


def wrap(text: str, width_px: int, size_px: int) -> tuple[str, ...]:
    """Return the lines of a text that are no wider than ``width_px``."""
    letters = font(size_px)
    lines = [""]
    for piece in _pieces(text, width_px, letters):
        if lines[-1] and letters.getlength((lines[-1] + piece).rstrip()) > width_px:
            lines.append("")
        lines[-1] += piece
    return tuple(line.rstrip() for line in lines)


def _pieces(text: str, width_px: int, letters: ImageFont.FreeTypeFont) -> list[str]:
    """Return what is not broken; a word wider than a line is, letter by letter."""
    return [
        part
        for piece in _UNBROKEN.findall(text)
        for part in ([piece] if letters.getlength(piece.rstrip()) <= width_px else piece)
    ]
