"""Reads a CT series into one volume."""

from collections.abc import Sequence
from math import radians, tan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.volumes.headers import SliceHeader, read_header
from inference.volumes.pixels import read_hu
from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.stack import SliceStack, describe_stack
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume

# What still makes one regular volume; whether it is good enough is the selection's to say.
_PIXEL_SPACING_TOLERANCE_MM = 1e-4
_MISALIGNMENT_DEGREES = 0.1
_JITTER_MM = 0.15
_DEVIATION_MM = 1.0
_SHIFT_BY_TILT_MM = 1.0

# Every CT of a body shows some air and some soft tissue; a wrong rescale loses one of them.
_AIR_HU = (-1250, -500)
_SOFT_TISSUE_HU = (-200, 300)
_LEAST_SHARE = 0.01
_SAMPLES = 32  # along each axis


class SeriesReader:
    """Reads the files of one series, in whatever order, syntax and orientation they come.

    Headers first, so that a bad series is refused before a pixel is decoded; then slice after
    slice into one array. Slices are not decoded in parallel: OpenJPEG already uses all cores,
    and for the faster codecs starting processes costs more than they save.
    """

    def read(self, instances: Sequence[StoredInstance]) -> CtVolume:
        """Return the volume in HU, slices ascending along the normal.

        Raise `UnreadableInstance` for a file that is broken, `VolumeError` for slices that do
        not form one regular volume of HU; the message names the file or the slices.
        """
        if len({instance.series_instance_uid for instance in instances}) > 1:
            raise VolumeError("the slices belong to different series")
        if len(instances) < 2:  # noqa: PLR2004 - one slice has no thickness
            raise VolumeError(f"a volume needs two slices, the series has {len(instances)}")
        headers = [read_header(instance.path) for instance in instances]
        _check_alike(headers)
        stack = describe_stack(
            [header.orientation for header in headers],
            [header.position_lps_mm for header in headers],
        )
        ordered = [headers[index] for index in stack.order]
        _check_regular(stack, [header.path for header in ordered])
        first = ordered[0]
        hu = np.empty((len(ordered), first.rows, first.columns), dtype=np.int16)
        for z, header in enumerate(ordered):
            hu[z] = read_hu(header)
        _check_plausible(hu)
        return CtVolume(
            series_instance_uid=instances[0].series_instance_uid,
            frame_of_reference_uid=first.frame_of_reference_uid,
            hu=hu,
            geometry=VolumeGeometry(
                shape_zyx=hu.shape,
                spacing_zyx_mm=(stack.spacing_mm, *first.pixel_spacing_mm),
                origin_lps_mm=stack.first_position_lps_mm,
                direction_zyx=stack.direction_zyx,
            ),
            sop_instance_uids=tuple(instances[index].sop_instance_uid for index in stack.order),
        )


def _check_alike(headers: Sequence[SliceHeader]) -> None:
    """Raise `VolumeError` where a slice differs from the first in what all must share."""
    first = headers[0]
    for other in headers[1:]:
        pair = f"{first.path.name} and {other.path.name}"
        if (other.rows, other.columns) != (first.rows, first.columns):
            raise VolumeError(
                f"{pair} differ in size: {first.rows} × {first.columns} "
                f"and {other.rows} × {other.columns}"
            )
        if not np.allclose(
            other.pixel_spacing_mm, first.pixel_spacing_mm, atol=_PIXEL_SPACING_TOLERANCE_MM
        ):
            raise VolumeError(f"{pair} differ in pixel spacing")
        if other.frame_of_reference_uid != first.frame_of_reference_uid:
            raise VolumeError(f"{pair} do not share a frame of reference")


def _check_regular(stack: SliceStack, paths: Sequence[Path]) -> None:
    """Raise `VolumeError` where slices do not lie one behind the other at equal distances."""
    if stack.misalignment_degrees > _MISALIGNMENT_DEGREES:
        raise VolumeError(
            f"the slices differ in orientation by {stack.misalignment_degrees:.1f} degrees"
        )
    if stack.duplicates:
        one, other = stack.duplicates[0]
        names = [paths[stack.order.index(index)].name for index in (one, other)]
        raise VolumeError(
            f"{len(stack.duplicates)} slices lie where another does, "
            f"the first are {names[0]} and {names[1]}"
        )
    if stack.gaps:
        below, above = paths[stack.gaps[0]].name, paths[stack.gaps[0] + 1].name
        raise VolumeError(
            f"{stack.missing_slices} slices are missing, the first between {below} and {above}"
        )
    if stack.coverage_mm * tan(radians(stack.tilt_degrees)) > _SHIFT_BY_TILT_MM:
        raise VolumeError(f"the gantry was tilted by {stack.tilt_degrees:.1f} degrees")
    if stack.jitter_mm > _JITTER_MM or stack.deviation_mm > _DEVIATION_MM:
        raise VolumeError(
            f"the slices are not equally spaced: up to {stack.jitter_mm:.2f} mm off "
            f"their distance of {stack.spacing_mm:.2f} mm"
        )


def _check_plausible(hu: NDArray[np.int16]) -> None:
    """Raise `VolumeError` where the values cannot be Hounsfield units of a body."""
    every_z, every_y, every_x = (max(1, size // _SAMPLES) for size in hu.shape)
    sample = hu[::every_z, ::every_y, ::every_x]
    for name, (low, high) in (("air", _AIR_HU), ("soft tissue", _SOFT_TISSUE_HU)):
        if np.mean((sample >= low) & (sample <= high)) < _LEAST_SHARE:
            raise VolumeError(
                f"hardly a pixel has the value of {name} ({low} to {high} HU): "
                "the rescale of the series is wrong"
            )
