from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.rendering import draw_key_image, window_lung
from tests.support.volumes import grid, volume_of
from wetread.domain.errors import EncodingError
from wetread.domain.findings import ImageMark
from wetread.domain.geometry import Point
from wetread.domain.volumes import CtVolume

MARKED = (255, 214, 0)


def blank_volume(spacing: Point = (2.0, 0.7, 0.7)) -> CtVolume:
    geometry = grid((4, 200, 200), spacing)
    return volume_of(geometry, np.full((4, 200, 200), -860, dtype=np.int16))


def mark(volume: CtVolume) -> ImageMark:
    return ImageMark(
        sop_instance_uid=volume.sop_instance_uids[2],
        center_px=(150.0, 60.0),
        radius_px=9.0,
        outline_px=((150.0, 55.0), (155.0, 60.0), (150.0, 65.0)),
    )


@pytest.mark.parametrize(
    ("hu", "grey"), [(-2000, 0), (-1350, 0), (-600, 128), (150, 255), (3000, 255)]
)
def test_lung_window_maps_hu_to_grey(hu: int, grey: int) -> None:
    assert int(window_lung(np.asarray([[hu]], dtype=np.int16))[0, 0]) == pytest.approx(grey, abs=1)


def test_the_circle_lies_around_the_marked_place(tmp_path: Path) -> None:
    volume = blank_volume()
    path = tmp_path / "made" / "key.png"

    draw_key_image(volume, mark(volume), caption="N1", path=path)

    with Image.open(path) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    assert (pixels.shape, pixels.dtype) == ((768, 768, 3), np.uint8)
    rows, columns = np.nonzero(np.all(pixels == MARKED, axis=-1))
    zoom = 768 / 200
    assert (columns.min() + columns.max()) / 2 == pytest.approx(150 * zoom, abs=1.5)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(60 * zoom, abs=1.5)
    assert np.ptp(columns) / 2 >= 9.0 * zoom


def test_pixels_that_are_not_square_are_drawn_in_true_proportion(tmp_path: Path) -> None:
    volume = blank_volume((2.0, 1.4, 0.7))

    draw_key_image(volume, mark(volume), caption="N1", path=tmp_path / "key.png")

    with Image.open(tmp_path / "key.png") as opened:
        assert opened.height == 2 * opened.width


def test_a_long_caption_is_wrapped_inside_the_picture(tmp_path: Path) -> None:
    volume = blank_volume()

    draw_key_image(volume, mark(volume), caption="why " * 100, path=tmp_path / "key.png")

    with Image.open(tmp_path / "key.png") as opened:
        shaded = np.asarray(opened.convert("L")) == 0
    rows, columns = np.nonzero(shaded)
    assert np.ptp(rows) > 60  # several lines
    assert columns.max() < shaded.shape[1] - 1


def test_the_same_mark_gives_the_same_file(tmp_path: Path) -> None:
    volume = blank_volume()
    for name in ("a.png", "b.png"):
        draw_key_image(volume, mark(volume), caption="N1", path=tmp_path / name)

    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_mark_on_another_series_is_refused(tmp_path: Path) -> None:
    volume = blank_volume()
    elsewhere = ImageMark(
        sop_instance_uid="2.25.1", center_px=(1, 1), radius_px=1, outline_px=((0, 0),)
    )

    with pytest.raises(EncodingError, match="not in the volume"):
        draw_key_image(volume, elsewhere, caption="N1", path=tmp_path / "key.png")
