"""Scans and nodule crops for development, read from a folder.

The folder holds::

    scans.csv          name,path,patient,whole     path: a DICOM folder or an image file
    findings.csv       scan,x_mm,y_mm,z_mm,diameter_mm,role     role: nodule | unclear
    nodule_crops.csv   patient_id,nodule_id,diameter_mm,Texture_value
    nodule_crops/image, nodule_crops/nodule_mask     <patient>_R_<nodule>.nii.gz

Points are LPS mm. ``whole`` is yes where the scan shows both lungs. Unclear findings count
neither as nodule nor as false mark.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from inference.volumes.images import read_image_file, volume_of_image
from wetread.domain.geometry import Point, ball_diameter_mm
from wetread.domain.volumes import CtVolume

_SOLID_TEXTURE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """A place in a scan of which something is known."""

    center_lps_mm: Point
    diameter_mm: float
    is_nodule: bool  # False: unclear
    texture: int | None = None  # of an inserted nodule, 1 ground-glass to 5 solid; else unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentScan:
    """One scan; ``patient`` groups scans that must not be split."""

    name: str
    patient: str
    path: Path
    whole: bool  # shows both lungs: its false marks count per scan
    findings: tuple[KnownFinding, ...]

    def read(self) -> CtVolume:
        """Return the scan in HU."""
        return read_image(self.path)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoduleCrop:
    """A nodule cut from a CT with the readers' mask on the same grid."""

    name: str
    patient: str
    texture: int  # 1 ground-glass to 5 solid
    hu: NDArray[np.int16]
    mask: NDArray[np.bool_]
    spacing_zyx_mm: tuple[float, float, float]

    @property
    def is_solid(self) -> bool:
        """Tell whether most of the readers called it solid."""
        return self.texture >= _SOLID_TEXTURE

    @property
    def diameter_mm(self) -> float:
        """Diameter of the ball with the mask's volume."""
        return ball_diameter_mm(float(self.mask.sum()) * float(np.prod(self.spacing_zyx_mm)))


def read_image(path: Path) -> CtVolume:
    """Read a DICOM folder of one series, or one image file, through SimpleITK."""
    if not path.is_dir():
        return read_image_file(path)
    files = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(path))  # type: ignore[no-untyped-call]  # SimpleITK
    return volume_of_image(SimpleITK.ReadImage(files))


def load_scans(folder: Path) -> tuple[DevelopmentScan, ...]:
    """Return the scans of the folder with what is known of them."""
    findings: dict[str, list[KnownFinding]] = {}
    for row in _rows(folder / "findings.csv"):
        finding = KnownFinding(
            center_lps_mm=(float(row["x_mm"]), float(row["y_mm"]), float(row["z_mm"])),
            diameter_mm=float(row["diameter_mm"]),
            is_nodule=row["role"] == "nodule",
        )
        findings.setdefault(row["scan"], []).append(finding)
    return tuple(
        DevelopmentScan(
            name=row["name"],
            patient=row["patient"],
            path=folder / row["path"],
            whole=row["whole"] == "yes",
            findings=tuple(findings.get(row["name"], ())),
        )
        for row in _rows(folder / "scans.csv")
    )


def load_crops(folder: Path) -> Iterator[NoduleCrop]:
    """Yield the nodule crops of the folder."""
    for row in _rows(folder / "nodule_crops.csv"):
        name = f"{row['patient_id']}_R_{row['nodule_id']}"
        image_path = folder / "nodule_crops" / "image" / f"{name}.nii.gz"
        mask_path = folder / "nodule_crops" / "nodule_mask" / f"{name}.nii.gz"
        if not (image_path.exists() and mask_path.exists()):
            continue
        image = SimpleITK.ReadImage(str(image_path))
        x, y, z = _spacing_xyz(image)
        yield NoduleCrop(
            name=name,
            patient=row["patient_id"],
            texture=int(row["Texture_value"]),
            hu=SimpleITK.GetArrayFromImage(image).astype(np.int16),
            mask=SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(mask_path))) > 0,
            spacing_zyx_mm=(z, y, x),
        )


def _spacing_xyz(image: SimpleITK.Image) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in image.GetSpacing())  # type: ignore[no-untyped-call]  # SimpleITK
    return x, y, z


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
