import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.phantom.capsules import Capsules, touched
from tests.support.volumes import geometries
from wetread.domain.geometry import FloatArray, VolumeGeometry


def random_rods(geometry: VolumeGeometry, seed: int) -> Capsules:
    rng = np.random.default_rng(seed)
    ends = geometry.lps_from_voxel(rng.uniform(-3, 12, (2, 8, 3)))
    ends[1, 0] = ends[0, 0]  # a ball
    ends[1, 1] = ends[0, 1] + 5 * np.asarray(geometry.direction_zyx[1])  # lies in the slice
    return Capsules(
        start=ends[0],
        end=ends[1],
        start_radius_mm=rng.uniform(0.2, 4, 8),
        end_radius_mm=rng.uniform(0.2, 4, 8),
    )


def distance(point: FloatArray, rods: Capsules, number: int) -> float:
    """Measure one pixel and one rod the plain way."""
    start, run = rods.start[number], rods.end[number] - rods.start[number]
    t = np.clip((point - start) @ run / max(float(run @ run), 1e-12), 0, 1)
    radius = (1 - t) * rods.start_radius_mm[number] + t * rods.end_radius_mm[number]
    return float(np.linalg.norm(point - start - t * run) - radius)


@settings(deadline=None, max_examples=40)
@given(geometries(minimum=5, maximum=9), st.integers(0, 2**32))
def test_every_pixel_near_a_rod_is_found_with_its_distance(
    geometry: VolumeGeometry, seed: int
) -> None:
    rods, k, margin = random_rods(geometry, seed), 2, 1.5
    near = touched(rods, geometry, k, margin_mm=margin)
    found = sorted(zip(near.pixel.tolist(), near.distance_mm.tolist(), strict=True))
    rows, columns = geometry.shape_zyx[1:]
    expected = []
    for pixel in range(rows * columns):
        point = geometry.lps_from_voxel(np.array([k, *divmod(pixel, columns)], dtype=float))
        for number in range(len(rods)):
            apart = distance(point, rods, number)
            if apart < margin - 1e-3:
                expected.append((pixel, apart))
    found = [pair for pair in found if pair[1] < margin - 1e-3]
    assert [pixel for pixel, _ in found] == [pixel for pixel, _ in sorted(expected)]
    np.testing.assert_allclose(
        [apart for _, apart in found], [apart for _, apart in sorted(expected)], atol=2e-3
    )
