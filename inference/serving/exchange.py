"""What a client and a served detector say to each other: arrays, and texts as UTF-8 bytes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wetread.domain.findings import Candidate
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point
from wetread.domain.triage import HIGHEST_PRIORITY

HU: Final = "hu"  # int16 (z, y, x)
GEOMETRY: Final = "geometry"  # float64 (5, 3): see `encode_geometry`
CANDIDATES: Final = "candidates"  # float64 (N, 5): see `encode_candidates`
REFUSAL: Final = "refusal"  # text: why nothing was looked at; empty where it was
DEVICE: Final = "device"  # text: on what it was looked at
CPU_SECONDS: Final = "cpu_seconds"  # float64 (1,): of the server's processors, for this volume
IMAGE: Final = "image"  # of a network alone: float32 (1, 1, D, H, W), 0 to 1
CELLS: Final = "cells"  # what it gives: float32 (1, 5, D/4, H/4, W/4)
NETWORK: Final = "network"  # a detector's parameter: the model that computes its network
LEVELS: Final = HIGHEST_PRIORITY + 1  # of urgency, that Triton keeps one queue each for
VERSION: Final = "1"  # of a model in its repository: the folder's name
PACKAGES: Final = "packages"  # beside `model.py`; holds the one package that is served

_TextArray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """Which weights a server says it has."""

    version: str
    sha256: str


def level_of(urgency: int) -> int:
    """Return Triton's priority level of an urgency 0 to 100: 1 is served first."""
    return LEVELS - min(max(urgency, 0), HIGHEST_PRIORITY)


def encode_geometry(geometry: VolumeGeometry) -> FloatArray:
    """Return spacing (z, y, x) in mm, origin in LPS mm, and the three directions as rows."""
    return np.asarray(
        [geometry.spacing_zyx_mm, geometry.origin_lps_mm, *geometry.direction_zyx], np.float64
    )


def decode_geometry(rows: FloatArray, shape_zyx: tuple[int, int, int]) -> VolumeGeometry:
    """Return the geometry that `encode_geometry` gave; raise `VolumeError`."""
    spacing, origin, *directions = (as_point(row) for row in rows)
    z, y, x = directions
    return VolumeGeometry(
        shape_zyx=shape_zyx,
        spacing_zyx_mm=spacing,
        origin_lps_mm=origin,
        direction_zyx=(z, y, x),
    )


def encode_candidates(candidates: tuple[Candidate, ...]) -> FloatArray:
    """Return a row of centre x, y, z (LPS mm), diameter (mm) and score for each."""
    rows = [(*one.center_lps_mm, one.diameter_mm, one.score) for one in candidates]
    return np.asarray(rows, np.float64).reshape(-1, 5)


def decode_candidates(rows: FloatArray) -> tuple[Candidate, ...]:
    """Return the candidates that `encode_candidates` gave."""
    return tuple(
        Candidate(center_lps_mm=as_point(row[:3]), diameter_mm=float(row[3]), score=float(row[4]))
        for row in rows
    )


def encode_text(text: str) -> _TextArray:
    """Return a text as numbers: Triton's own strings are not safe with numpy 2."""
    return np.frombuffer(bytearray(text, "utf-8"), np.uint8)


def decode_text(numbers: _TextArray) -> str:
    """Return the text that `encode_text` gave."""
    return numbers.tobytes().decode("utf-8")
