"""Key images: the slice a mark lies on, in lung window, for people who have no viewer at hand."""

from pathlib import Path
from textwrap import fill

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from wetread.domain.errors import EncodingError
from wetread.domain.findings import ImageMark
from wetread.domain.volumes import CtVolume

_WINDOW_CENTER_HU, _WINDOW_WIDTH_HU = -600, 1500
_LEAST_SIDE_PX = 768
_COMPRESS_LEVEL = 2  # of zlib: noise hardly shrinks, and 6 takes three times as long
_INSET_ZOOM, _INSET_SHARE = 4, 0.33  # of the picture's shorter side
_AIR_PX = 4.0  # between the nodule and its circle, so that the circle covers nothing
_LETTER_PX, _CORNER_PX = 16, (10, 8)
# All but the circle is grey: one byte a pixel is written in half the time that three are.
_SHADE, _TEXT, _MARK = 0, 254, 255
_PALETTE = (*(grey for level in range(_TEXT) for grey in (level,) * 3), 255, 255, 255, 255, 214, 0)


def draw_key_image(volume: CtVolume, mark: ImageMark, *, caption: str, path: Path) -> None:
    """Write the mark's slice with its circle, a 4-fold inset and any caption, as an 8-bit PNG.

    This is a `wetread.ports.KeyImageRenderer`. The caption is drawn as given: the caller keeps
    patient data out of it. Raises `EncodingError` where the volume has no such image.
    """
    if mark.sop_instance_uid not in volume.sop_instance_uids:
        raise EncodingError("the mark lies on an image that is not in the volume")
    grey = window_lung(volume.hu[volume.sop_instance_uids.index(mark.sop_instance_uid)])
    _, spacing_y, spacing_x = volume.geometry.spacing_zyx_mm
    zoom = max(1.0, _LEAST_SIDE_PX / max(grey.shape))
    scale = (zoom, zoom * spacing_y / spacing_x)  # columns, rows: pixels need not be square
    size = (round(grey.shape[1] * scale[0]), round(grey.shape[0] * scale[1]))
    source = Image.fromarray(grey)
    picture = _in_palette(source.resize(size, Image.Resampling.BICUBIC))
    draw = ImageDraw.Draw(picture)
    x, y = mark.center_px[0] * scale[0], mark.center_px[1] * scale[1]
    radius = mark.radius_px * max(scale) + _AIR_PX
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_MARK, width=2)
    _place_inset(picture, source, mark, scale)
    if caption:
        _write_caption(draw, caption, picture.width)
    picture.putpalette(_PALETTE)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, format="PNG", compress_level=_COMPRESS_LEVEL)


def window_lung(hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Map HU to grey in lung window, centre -600 and width 1500 (PS3.3 C.11.2.1.2, linear)."""
    share = (hu.astype(np.float32) - (_WINDOW_CENTER_HU - 0.5)) / (_WINDOW_WIDTH_HU - 1) + 0.5
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def _in_palette(grey: Image.Image) -> Image.Image:
    """Return a grey image whose levels are the palette's: white is one level lower there."""
    return grey.point([min(level, _TEXT) for level in range(256)])


def _write_caption(draw: ImageDraw.ImageDraw, caption: str, width: int) -> None:
    """Write the caption's lines into the upper left corner, wrapped to the picture's width."""
    font = ImageFont.load_default(size=_LETTER_PX)
    letters = int((width - 2 * _CORNER_PX[0]) / font.getlength("n"))
    text = "\n".join(fill(line, letters) for line in caption.splitlines())
    left, top, right, bottom = draw.textbbox(_CORNER_PX, text, font=font)
    draw.rectangle((left - 4, top - 3, right + 4, bottom + 3), fill=_SHADE)
    draw.text(_CORNER_PX, text, font=font, fill=_TEXT)


def _place_inset(
    picture: Image.Image, source: Image.Image, mark: ImageMark, scale: tuple[float, float]
) -> None:
    """Put an enlarged view without any mark into the lower corner away from the nodule."""
    side = round(min(picture.size) * _INSET_SHARE)
    zoom = min(_INSET_ZOOM, 0.8 * side / (2 * mark.radius_px * max(scale)))
    half_x, half_y = (side / (2 * zoom * step) for step in scale)
    x, y = mark.center_px
    view = source.transform(
        (side, side),
        Image.Transform.EXTENT,
        (x - half_x, y - half_y, x + half_x, y + half_y),
        resample=Image.Resampling.BICUBIC,
    )
    on_left = x * scale[0] > picture.width / 2
    corner = (0 if on_left else picture.width - side, picture.height - side)
    picture.paste(_in_palette(view), corner)
    ImageDraw.Draw(picture).rectangle(
        (*corner, corner[0] + side - 1, corner[1] + side - 1), outline=_TEXT, width=1
    )
