"""One nodule as it is measured beside what its readers drew, and tables over many."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from inference.measurement.attenuation import classify_type
from inference.measurement.largest_slice import outline_largest
from inference.measurement.sampling import sample
from inference.measurement.segmenter import NoduleSegmenter
from inference.measurement.training.held_out import HeldOutNodule
from wetread.domain.findings import NoduleType
from wetread.domain.geometry import FloatArray, Point, as_point

_HINT_SPREAD, _HINTS = 0.2, (0.6, 1.6)  # of the diameter that a detector says
_JITTER = 0.25  # of the diameter: how far off the middle a detector's candidate lies
_HALF = 0.5
_TEXTURES = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a measurement differs from the readers'; None where nothing was outlined."""

    texture: int
    diameter_mm: float  # of the ball with the readers' volume
    dice: float
    volume_error: float  # relative
    mean_diameter_error_mm: float
    long_axis_error_mm: float
    type: NoduleType


def _sized(from_mm: float, below_mm: float) -> Callable[[Comparison], bool]:
    return lambda one: from_mm <= one.diameter_mm < below_mm


def _textured(*textures: int) -> Callable[[Comparison], bool]:
    return lambda one: one.texture in textures


_GROUPS = (
    ("all", _sized(0, np.inf)),
    ("below 6 mm", _sized(0, 6)),
    ("6 to 8 mm", _sized(6, 8)),
    ("8 to 15 mm", _sized(8, 15)),
    ("15 mm and more", _sized(15, np.inf)),
    ("texture 5", _textured(5)),
    ("texture 4", _textured(4)),
    ("texture 2 and 3", _textured(2, 3)),
    ("texture 1", _textured(1)),
)


def draw_candidate(nodule: HeldOutNodule, random: Generator) -> tuple[Point, float]:
    """Return a place and a diameter as far off as a detector's."""
    direction = random.normal(size=3)
    aside = direction / np.linalg.norm(direction) * random.uniform(0, _JITTER) * nodule.diameter_mm
    hint = float(np.clip(np.exp(random.normal(0, _HINT_SPREAD)), *_HINTS))
    return as_point(np.asarray(nodule.center_lps_mm) + aside), nodule.diameter_mm * hint


def compare_with_readers(
    segmenter: NoduleSegmenter, nodule: HeldOutNodule, random: Generator
) -> Comparison | None:
    """Measure a nodule from a candidate as far off as a detector's."""
    found = segmenter.segment(nodule.volume, *draw_candidate(nodule, random))
    outline = None if found is None else outline_largest(found, nodule.volume)
    if found is None or outline is None:
        return None
    mask = sample(found.share, found.geometry, nodule.volume.geometry) > found.level
    readers = nodule.share > _HALF
    long_axis, short_axis = nodule.axes_mm()
    mean_diameter = (outline.long_axis_mm + outline.short_axis_mm) / 2
    return Comparison(
        texture=nodule.texture,
        diameter_mm=nodule.diameter_mm,
        dice=float(2 * (mask & readers).sum() / max(1, mask.sum() + readers.sum())),
        volume_error=found.volume_mm3 / nodule.volume_mm3 - 1,
        mean_diameter_error_mm=mean_diameter - (long_axis + short_axis) / 2,
        long_axis_error_mm=outline.long_axis_mm - long_axis,
        type=classify_type(found),
    )


def tabulate_accuracy(comparisons: Sequence[Comparison | None]) -> Iterator[str]:
    """Yield a table of medians, by size and by texture."""
    measured = [one for one in comparisons if one is not None]
    yield (
        "| nodules | n | Dice | volume | absolute (quartiles) | mean diameter, mm | absolute "
        "| long axis, mm | absolute |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, belongs in _GROUPS:
        group = [one for one in measured if belongs(one)]
        if group:
            yield f"| {name} | {len(group)} | {_row(group)} |"
    yield f"not outlined: {len(comparisons) - len(measured)} of {len(comparisons)}"


def tabulate_types(comparisons: Sequence[Comparison | None]) -> Iterator[str]:
    """Yield the confusion of the readers' texture and our type."""
    counts = Counter((one.texture, one.type) for one in comparisons if one is not None)
    yield "| texture | " + " | ".join(NoduleType) + " |"
    yield "|---|" + "---|" * len(NoduleType)
    for texture in _TEXTURES:
        row = " | ".join(str(counts[texture, one]) for one in NoduleType)
        yield f"| {texture} | {row} |"


def _row(group: Sequence[Comparison]) -> str:
    volume = np.asarray([one.volume_error for one in group]) * 100
    low, high = np.percentile(np.abs(volume), [25, 75])
    mean = np.asarray([one.mean_diameter_error_mm for one in group])
    long_axis = np.asarray([one.long_axis_error_mm for one in group])
    return " | ".join(
        [
            f"{np.median([one.dice for one in group]):.2f}",
            f"{np.median(volume):+.0f} %",
            f"{np.median(np.abs(volume)):.0f} % ({low:.0f} to {high:.0f})",
            *_errors(mean),
            *_errors(long_axis),
        ]
    )


def _errors(values: FloatArray) -> tuple[str, str]:
    return f"{np.median(values):+.1f}", f"{np.median(np.abs(values)):.1f}"
