"""Grain of the tissue, which moves with the patient, and noise of the scan, which does not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import gaussian_filter

from inference.phantom.shapes import Field, Points
from wetread.domain.geometry import VolumeGeometry

_CELLS = 128
_CUTOFF_PER_MM = 0.45
_SHOULDERS = 0.93  # of a row filled by the body
_CHEST_HEIGHT = 0.6  # of a column filled by the body; shoulders are flatter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grain:
    """A periodic block of smooth random values, mean 0 and deviation 1."""

    cells: Field
    cell_mm: float

    @classmethod
    def grow(cls, rng: np.random.Generator, *, structure_mm: float) -> "Grain":
        """Make one whose structures are about ``structure_mm`` wide."""
        white = rng.standard_normal((_CELLS,) * 3, dtype=np.float32)
        cells = gaussian_filter(white, 4.5, mode="wrap", truncate=2.5)
        return cls(cells=cells / cells.std(), cell_mm=structure_mm / 12)

    def at(self, points: Points) -> Field:
        """Return the value of the cell at each place; cells are finer than their structures."""
        z, y, x = (
            np.rint(axis / np.float32(self.cell_mm)).astype(np.intp) % _CELLS
            for axis in (points.z, points.y, points.x)
        )
        values: Field = self.cells[z, y, x]
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanNoise:
    """Quantum noise as filtered back-projection leaves it; the same for the same seed."""

    seed: int
    deviation_hu: float  # in the middle of the body

    def of_slice(self, k: int, body: Field, geometry: VolumeGeometry) -> Field:
        """Return the noise of slice ``k`` where ``body`` (0 to 1) attenuates.

        The ramp filter of the reconstruction leaves no coarse noise, its apodisation no very
        fine; it is stronger in the middle of the body, and streaked from side to side where the
        shoulders swallow the beam.
        """
        rng = np.random.default_rng((self.seed, k))
        white = fft.rfft2(rng.standard_normal(body.shape, dtype=np.float32))
        along = fft.rfftfreq(body.shape[1], geometry.spacing_zyx_mm[2])
        down = fft.fftfreq(body.shape[0], geometry.spacing_zyx_mm[1])[:, None]
        per_mm = np.hypot(along, down)
        kept = (per_mm * np.exp(-np.square(per_mm / _CUTOFF_PER_MM))).astype(np.float32)
        rows, columns = body.mean(axis=1, keepdims=True), body.mean(axis=0, keepdims=True)
        local = self.deviation_hu * (0.35 + rows * columns)  # more body in the way, more noise
        noise = _of_deviation_one(white * kept, body.shape) * local
        flat = np.clip(_CHEST_HEIGHT - columns.max(), 0, 0.1) * 10
        swallowed = flat * np.clip(rows - _SHOULDERS, 0, None) / (1 - _SHOULDERS)
        if swallowed.any():
            sideways = np.exp(-np.square(along * 60)) * np.exp(-np.square(down * 1.5))
            streaks = _of_deviation_one(white * sideways.astype(np.float32), body.shape)
            noise += streaks * (1.5 * self.deviation_hu * swallowed)
        return np.asarray(noise, dtype=np.float32)


def _of_deviation_one(spectrum: NDArray[np.complex64], shape: tuple[int, ...]) -> Field:
    noise = fft.irfft2(spectrum, shape)
    return np.asarray(noise / noise.std(), dtype=np.float32)
