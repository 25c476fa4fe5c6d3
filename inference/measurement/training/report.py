"""How good the measurement is on nodules and lungs that the network never saw."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from inference.development.held_out import held_out_crops, held_out_sources
from inference.development.sources import NoduleCrop, load_crops
from inference.development.split import is_held_out
from inference.measurement.largest_slice import outline_largest
from inference.measurement.segmenter import NoduleSegmenter
from inference.measurement.training.accuracy import (
    Comparison,
    compare_with_readers,
    tabulate_accuracy,
    tabulate_types,
)
from inference.measurement.training.cubes import NoduleCube, crops_in_cubes, load_cubes
from inference.measurement.training.held_out import HeldOutNodule, as_cut, in_lung, volume_of
from inference.measurement.training.repeatability import (
    repeat_measurement,
    tabulate_repeatability,
)
from inference.measurement.training.surroundings import Surroundings
from wetread.domain.geometry import Point, as_point

_REPEATED, _REPEATED_FROM_MM, _SOLID = 50, 6.0, 5

_Placed = tuple[NoduleCrop, Surroundings, Point, float]


def report_held_out(
    data: Path, segmenter: NoduleSegmenter, nodules: int | None, seed: int
) -> Iterator[str]:
    """Yield the tables, line by line; ``nodules`` takes only the first ones."""
    crops = list(held_out_crops(data))[:nodules]
    placed = list(_placed(crops, data, seed))
    yield "# Crops as they were cut: own surroundings within the slices, none beyond"
    cut = _compare(segmenter, (as_cut(crop) for crop in crops), seed)
    yield from tabulate_accuracy(cut)
    yield from tabulate_types(cut)
    yield "# Crops put into lungs nobody trained on"
    inserted = _compare(segmenter, (in_lung(*one) for one in placed), seed)
    yield from tabulate_accuracy(inserted)
    yield from tabulate_types(inserted)
    yield "# The same nodule again (solid, from 6 mm)"
    solid = [one for one in placed if one[0].texture == _SOLID]
    solid = [one for one in solid if one[0].diameter_mm >= _REPEATED_FROM_MM][:_REPEATED]
    yield from tabulate_repeatability(
        change for one in solid for change in repeat_measurement(segmenter, *one)
    )
    yield "# Cubes: nodules in their own lung"
    yield from _report_cubes(segmenter, list(load_crops(data)), list(load_cubes(data)), seed)


def _compare(
    segmenter: NoduleSegmenter, nodules: Iterator[HeldOutNodule], seed: int
) -> list[Comparison | None]:
    return [
        compare_with_readers(segmenter, nodule, np.random.default_rng([seed, number]))
        for number, nodule in enumerate(nodules)
    ]


def _placed(crops: list[NoduleCrop], data: Path, seed: int) -> Iterator[_Placed]:
    """Yield each crop with a place in a held-out lung and how it is turned there."""
    lungs = [Surroundings.of(scan) for scan in held_out_sources(data)]
    for number, crop in enumerate(crops):
        random = np.random.default_rng([seed, number])
        around = lungs[number % len(lungs)]
        place = around.free_place(crop.diameter_mm / 2, random)
        if place is not None:
            yield crop, around, place, float(random.uniform(0, 2 * np.pi))


def _report_cubes(
    segmenter: NoduleSegmenter, crops: list[NoduleCrop], cubes: list[NoduleCube], seed: int
) -> Iterator[str]:
    """Yield masks where a crop was cut from the cube, and diameters from the readers' table."""
    for number, crop in enumerate(crops_in_cubes(crops, cubes)):
        compared = compare_with_readers(
            segmenter, as_cut(crop), np.random.default_rng([seed, number])
        )
        yield f"{crop.name} ({_role(crop.patient)}): {_worded(compared)}"
    yield "| cube | | readers | texture | volume as a ball, mm | ours | long axis, mm | ours |"
    yield "|---|---|---|---|---|---|---|---|"
    for cube in cubes:
        volume = volume_of(cube.hu, cube.spacing_zyx_mm)
        for read in cube.nodules:
            center = as_point(volume.geometry.lps_from_voxel(np.asarray(read.voxel_zyx)))
            found = segmenter.segment(volume, center, read.diameter_eq_volume_mm)
            outline = None if found is None else outline_largest(found, volume)
            ours = (
                "none | | none"
                if found is None or outline is None
                else f"{found.diameter_mm:.1f} | {read.diameter_max_axial_mm} "
                f"| {outline.long_axis_mm:.1f}"
            )
            yield (
                f"| {cube.name} | {_role(cube.patient)} | {read.readers} | {read.texture} "
                f"| {read.diameter_eq_volume_mm} | {ours} |"
            )


def _worded(compared: Comparison | None) -> str:
    if compared is None:
        return "not outlined"
    return (
        f"{compared.diameter_mm:.1f} mm, Dice {compared.dice:.2f}, "
        f"volume {100 * compared.volume_error:+.0f} %, "
        f"mean diameter {compared.mean_diameter_error_mm:+.1f} mm, {compared.type}"
    )


def _role(patient: str) -> str:
    return "held out" if is_held_out(patient) else "trained on"
