"""Volumes whose HU follow from where a voxel lies, and identities to write them under."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.phantom.ct_series import SeriesIdentity
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point
from wetread.domain.uids import derive_uid
from wetread.domain.volumes import CtVolume

AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
IDENTITY = SeriesIdentity(
    patient_id="INVENTED-7",
    issuer_of_patient_id="DEMO-HOSPITAL",
    patient_name="INVENTED^NOBODY",
    character_set=("ISO_IR 192",),
    birth_date=date(1960, 1, 2),
    sex="O",
    study_instance_uid=derive_uid("test", "study"),
    series_instance_uid=derive_uid("test", "series"),
    frame_of_reference_uid=derive_uid("test", "frame"),
    acquired_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    accession_number="A1",
)


def hu_at(points_lps_mm: FloatArray) -> FloatArray:
    """Return a wavy value between air and soft tissue for (..., 3) points."""
    x, y, z = np.moveaxis(points_lps_mm, -1, 0)
    return np.asarray(-400 + 600 * np.sin(1.1 * x + 0.8 * y + 1.3 * z))


def hu_of(geometry: VolumeGeometry) -> NDArray[np.int16]:
    """Sample `hu_at` at every voxel."""
    voxels = np.stack(np.indices(geometry.shape_zyx), axis=-1).astype(float)
    return np.rint(hu_at(geometry.lps_from_voxel(voxels))).astype(np.int16)


def volume_of(geometry: VolumeGeometry, hu: NDArray[np.int16] | None = None) -> CtVolume:
    """Return a volume on this grid, wavy unless HU are given."""
    return CtVolume(
        series_instance_uid=IDENTITY.series_instance_uid,
        frame_of_reference_uid=IDENTITY.frame_of_reference_uid,
        hu=hu_of(geometry) if hu is None else hu,
        geometry=geometry,
        sop_instance_uids=tuple(derive_uid("test", k) for k in range(geometry.shape_zyx[0])),
    )


def grid(
    shape: tuple[int, int, int] = (6, 9, 8),
    spacing: tuple[float, float, float] = (2.0, 0.7, 0.8),
) -> VolumeGeometry:
    """Return an axial grid that starts somewhere off the origin."""
    return VolumeGeometry(
        shape_zyx=shape,
        spacing_zyx_mm=spacing,
        origin_lps_mm=(-12.5, 7.25, -101.0),
        direction_zyx=AXIAL,
    )


@st.composite
def rotations(draw: st.DrawFn) -> FloatArray:
    """Draw a proper rotation whose columns are unit vectors."""
    number = st.floats(-1, 1, allow_nan=False)
    quaternion = np.array(
        draw(
            st.tuples(number, number, number, number).filter(lambda q: sum(v * v for v in q) > 0.1)
        )
    )
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


@st.composite
def geometries(draw: st.DrawFn, *, minimum: int = 2, maximum: int = 7) -> VolumeGeometry:
    """Draw a small grid in any orientation; normal = row direction × column direction."""
    length = st.integers(minimum, maximum)
    spacing = st.floats(0.4, 5.0)
    place = st.floats(-400, 400)
    row, column, normal = draw(rotations()).T
    return replace(
        grid(draw(st.tuples(length, length, length)), draw(st.tuples(spacing, spacing, spacing))),
        origin_lps_mm=draw(st.tuples(place, place, place)),
        direction_zyx=(as_point(normal), as_point(column), as_point(row)),
    )
