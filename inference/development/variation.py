"""The same scan as other scanners, kernels and patients might have shown it."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from inference.development.sources import KnownFinding
from wetread.domain.geometry import FloatArray, Point
from wetread.domain.volumes import CtVolume

_SIZES = (0.85, 1.12)
_NOISE_HU = (10.0, 60.0)
_THICK_BELOW_MM = 3.0


def vary_scan(
    volume: CtVolume, findings: tuple[KnownFinding, ...], random: Generator
) -> tuple[CtVolume, tuple[KnownFinding, ...]]:
    """Return the scan with another body size, noise, sharpness and slice thickness."""
    size = float(random.uniform(*_SIZES))
    geometry = volume.geometry
    hu = np.clip(volume.hu, -1024, 1500).astype(np.float32)
    kind = int(random.integers(4))
    if kind == 0:
        noise = random.normal(size=hu.shape).astype(np.float32)
        noise = ndimage.gaussian_filter(noise, (0, 0.7, 0.7))
        hu += noise * float(random.uniform(*_NOISE_HU) / noise.std())
    elif kind == 1:
        blur = float(random.uniform(0.5, 1.0))
        hu = ndimage.gaussian_filter(hu, (0, blur, blur))
    z, y, x = geometry.spacing_zyx_mm
    origin = np.asarray(geometry.origin_lps_mm)
    if kind == 2 and z <= _THICK_BELOW_MM:  # noqa: PLR2004 the third kind: slices in pairs
        hu = (hu[0 : len(hu) // 2 * 2 : 2] + hu[1 : len(hu) // 2 * 2 : 2]) * np.float32(0.5)
        origin = origin + np.asarray(geometry.direction_zyx[0]) * z / 2
        z *= 2
    changed = replace(
        geometry,
        shape_zyx=hu.shape,
        spacing_zyx_mm=(z * size, y * size, x * size),
        origin_lps_mm=_scaled(origin, size),
    )
    moved = tuple(
        replace(
            finding,
            center_lps_mm=_scaled(np.asarray(finding.center_lps_mm), size),
            diameter_mm=finding.diameter_mm * size,
        )
        for finding in findings
    )
    varied = replace(
        volume,
        hu=np.rint(hu).astype(np.int16),
        geometry=changed,
        sop_instance_uids=("",) * len(hu),
    )
    return varied, moved


def _scaled(point: FloatArray, size: float) -> Point:
    x, y, z = (float(value) * size for value in point)
    return x, y, z
