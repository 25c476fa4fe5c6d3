"""Reads volumes, masks and points from image files (MetaImage, NIfTI and what else ITK reads)."""

from pathlib import Path

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.volumes import CtVolume

_DIMENSIONS = 3
_LOWEST_HU, _HIGHEST_HU = -2048, 3071


def read_image_file(path: Path) -> CtVolume:
    """Return the HU of an image file, its points in LPS mm; raise `VolumeError`."""
    return volume_of_image(_read(path))


def read_mask_file(path: Path) -> tuple[NDArray[np.bool_], VolumeGeometry]:
    """Return where an image file is not zero, and its grid; raise `VolumeError`."""
    image = _read(path)
    mask = SimpleITK.GetArrayFromImage(image) != 0
    if not mask.any():
        raise VolumeError(f"the mask {path} is empty")
    return mask, _geometry(image)


def volume_of_image(image: SimpleITK.Image) -> CtVolume:
    """Return an ITK image as a volume of HU that belongs to no DICOM series."""
    hu = np.clip(SimpleITK.GetArrayFromImage(image), _LOWEST_HU, _HIGHEST_HU).astype(np.int16)
    return CtVolume(
        series_instance_uid="",
        frame_of_reference_uid="",
        hu=hu,
        geometry=_geometry(image),
        sop_instance_uids=("",) * len(hu),
    )


def _read(path: Path) -> SimpleITK.Image:
    if not path.is_file():
        raise VolumeError(f"{path} is not a file")
    try:
        image = SimpleITK.ReadImage(str(path))
    except RuntimeError:  # ITK's own words are pages of source lines
        raise VolumeError(f"{path} is not a whole image file that ITK can read") from None
    if image.GetDimension() != _DIMENSIONS or image.GetNumberOfComponentsPerPixel() != 1:  # type: ignore[no-untyped-call]  # SimpleITK
        raise VolumeError(f"{path} is not an image of three dimensions with one value per voxel")
    return image


def _geometry(image: SimpleITK.Image) -> VolumeGeometry:
    direction = np.asarray(image.GetDirection()).reshape(3, 3)  # type: ignore[no-untyped-call]  # SimpleITK
    columns = [tuple(float(value) for value in direction[:, axis]) for axis in (2, 1, 0)]
    x, y, z = (float(value) for value in image.GetSpacing())  # type: ignore[no-untyped-call]  # SimpleITK
    columns_xyz, rows, slices = image.GetSize()  # type: ignore[no-untyped-call]  # SimpleITK
    return VolumeGeometry(
        shape_zyx=(slices, rows, columns_xyz),
        spacing_zyx_mm=(z, y, x),
        origin_lps_mm=tuple(image.GetOrigin()),  # type: ignore[no-untyped-call]  # SimpleITK
        direction_zyx=(columns[0], columns[1], columns[2]),  # type: ignore[arg-type]  # three each
    )
