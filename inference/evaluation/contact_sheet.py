"""Contact sheets: many small axial views in lung window on one picture."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference.evaluation.examples import Examples, FalseMark, NoduleExample
from inference.rendering import window_lung
from wetread.domain.geometry import Point
from wetread.domain.volumes import CtVolume

MOST_VIEWS: Final = 24
_COLUMNS = 6
_VIEW_PX = 220
_CAPTION_PX = 22
_VIEW_MM = 50.0
_LEAST_AIR = 2.5  # the view is at least so many times as wide as the circle
_FALSE_MARK_MM = 12.0  # its circle: a false mark has no true size
_NODULE, _CANDIDATE, _TEXT, _GROUND = (255, 214, 0), (90, 200, 250), (255, 255, 255), (0, 0, 0)

ReadVolume = Callable[[str], CtVolume]
"""Returns the volume of a scan by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One place to be shown: the circle's, and the candidate's where it is another."""

    sheet: str
    scan: str
    center_lps_mm: Point
    diameter_mm: float
    candidate_lps_mm: Point | None
    caption: str


def draw_contact_sheets(
    examples: Examples, read_volume: ReadVolume, folder: Path
) -> tuple[Path, ...]:
    """Write hits.png, misses.png and false-marks.png, each where there is any; return the paths.

    At most `MOST_VIEWS` each: hits evenly from the surest to the least sure, the largest misses,
    the surest false marks. Yellow circles the nodule or the false mark, a blue cross is the
    candidate within a nodule. Each volume is read once. Captions number the views in order.
    """
    sheets = {
        "hits": [_nodule_view("hits", one) for one in _spread(examples.hits)],
        "misses": [_nodule_view("misses", one) for one in examples.misses[:MOST_VIEWS]],
        "false-marks": [_false_mark_view(one) for one in examples.false_marks[:MOST_VIEWS]],
    }
    of_scan: dict[str, list[_View]] = defaultdict(list)
    for views in sheets.values():
        for view in views:
            of_scan[view.scan].append(view)
    drawn: dict[_View, Image.Image] = {}
    for scan, views in of_scan.items():
        volume = read_volume(scan)
        drawn |= {view: _draw_view(volume, view) for view in views}
    paths = []
    for name, views in sheets.items():
        if views:
            paths.append(folder / f"{name}.png")
            _lay_out(views, drawn).save(paths[-1], format="PNG")
    return tuple(paths)


def _spread(hits: Sequence[NoduleExample]) -> list[NoduleExample]:
    if len(hits) <= MOST_VIEWS:
        return list(hits)
    return [hits[int(at)] for at in np.linspace(0, len(hits) - 1, MOST_VIEWS)]


def _nodule_view(sheet: str, example: NoduleExample) -> _View:
    nodule = example.nodule
    said = [f"{nodule.diameter_mm:.1f} mm"]
    if nodule.type is not None:
        said.append(nodule.type.replace("_", "-"))
    said.append("no candidate" if example.score is None else f"score {example.score:.2f}")
    return _View(
        sheet=sheet,
        scan=example.scan,
        center_lps_mm=nodule.center_lps_mm,
        diameter_mm=nodule.diameter_mm,
        candidate_lps_mm=example.candidate_lps_mm,
        caption=", ".join(said),
    )


def _false_mark_view(mark: FalseMark) -> _View:
    return _View(
        sheet="false-marks",
        scan=mark.scan,
        center_lps_mm=mark.center_lps_mm,
        diameter_mm=_FALSE_MARK_MM,
        candidate_lps_mm=None,
        caption=f"score {mark.score:.2f}",
    )


def _draw_view(volume: CtVolume, view: _View) -> Image.Image:
    """Cut a square of the slice nearest to the place and draw the circle and the cross."""
    z, y, x = volume.geometry.voxel_from_lps(np.asarray(view.center_lps_mm))
    _, spacing_y, spacing_x = volume.geometry.spacing_zyx_mm
    side_mm = max(_VIEW_MM, _LEAST_AIR * view.diameter_mm)
    px_per_mm = _VIEW_PX / side_mm
    index = int(np.clip(np.rint(z), 0, len(volume.hu) - 1))
    half_x, half_y = side_mm / 2 / spacing_x, side_mm / 2 / spacing_y
    # PIL counts from the corner of the first pixel, a voxel index from its middle.
    left, top = x + 0.5 - half_x, y + 0.5 - half_y
    picture = (
        Image.fromarray(window_lung(volume.hu[index]))
        .transform(
            (_VIEW_PX, _VIEW_PX),
            Image.Transform.EXTENT,
            (left, top, left + 2 * half_x, top + 2 * half_y),
            resample=Image.Resampling.BICUBIC,
        )
        .convert("RGB")
    )
    draw = ImageDraw.Draw(picture)
    middle, radius = _VIEW_PX / 2, view.diameter_mm / 2 * px_per_mm + 3
    draw.ellipse(
        (middle - radius, middle - radius, middle + radius, middle + radius), None, _NODULE
    )
    if view.candidate_lps_mm is not None:
        _, found_y, found_x = volume.geometry.voxel_from_lps(np.asarray(view.candidate_lps_mm))
        across = middle + (found_x - x) * spacing_x * px_per_mm
        down = middle + (found_y - y) * spacing_y * px_per_mm
        draw.line((across - 4, down, across + 4, down), _CANDIDATE)
        draw.line((across, down - 4, across, down + 4), _CANDIDATE)
    return picture


def _lay_out(views: Sequence[_View], drawn: dict[_View, Image.Image]) -> Image.Image:
    columns = min(_COLUMNS, len(views))
    rows = -(-len(views) // columns)
    step = _VIEW_PX + _CAPTION_PX
    sheet = Image.new("RGB", (columns * (_VIEW_PX + 4), rows * step), _GROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=13)
    for number, view in enumerate(views):
        left, top = number % columns * (_VIEW_PX + 4), number // columns * step
        sheet.paste(drawn[view], (left, top))
        draw.text((left + 3, top + _VIEW_PX + 3), f"{number + 1}: {view.caption}", _TEXT, font)
    return sheet
