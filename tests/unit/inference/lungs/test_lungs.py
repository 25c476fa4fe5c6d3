import numpy as np
import pytest
from scipy import ndimage

from inference.lungs import Side, segment_lungs
from inference.phantom.studies import PhantomPair
from inference.volumes.reader import SeriesReader
from tests.support.chest_ct import ball, chest
from wetread.domain.errors import AnalysisError
from wetread.domain.geometry import Point

PRONE = ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))
FEET_FIRST = ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0))


@pytest.mark.parametrize(
    "axes", [((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)), PRONE, FEET_FIRST]
)
def test_both_lungs_have_their_volume_and_their_side_however_the_patient_lies(
    axes: tuple[Point, Point, Point],
) -> None:
    lungs = segment_lungs(chest(axes_lps=axes))

    exact_ml = 2 * 4 / 3 * np.pi * 50 * 70 * 105 / 1000
    assert lungs.plausible
    assert lungs.volume_ml == pytest.approx(exact_ml, rel=0.05)
    assert lungs.height_mm == pytest.approx(210, abs=6)
    assert lungs.side_at((-75.0, 0.0, 0.0)) is Side.RIGHT
    assert lungs.side_at((140.0, 20.0, 30.0)) is Side.LEFT


def test_a_nodule_at_the_wall_is_inside_and_the_windpipe_is_not() -> None:
    at_wall = (-75.0, 62.0, 0.0)
    lungs = segment_lungs(chest([ball(at_wall, 22)]))

    assert lungs.contains(np.asarray(at_wall))
    assert not lungs.contains(np.asarray((0.0, 0.0, 110.0)))
    assert not lungs.contains(np.asarray((0.0, 90.0, 0.0)))


def test_a_single_lung_is_not_plausible_but_looked_at() -> None:
    lungs = segment_lungs(chest(lungs=1))

    assert not lungs.plausible
    assert lungs.contains(np.asarray((-75.0, 0.0, 0.0)))
    assert lungs.side_at((-75.0, 0.0, 0.0)) is Side.RIGHT


def test_a_body_without_lungs_is_an_analysis_error() -> None:
    with pytest.raises(AnalysisError, match="no lung"):
        segment_lungs(chest(lungs=0))


def test_the_mask_on_a_finer_grid_keeps_its_volume() -> None:
    volume = chest()
    lungs = segment_lungs(volume)

    fine = lungs.mask_on(volume.geometry)

    assert fine.sum() * volume.geometry.voxel_volume_mm3 / 1000 == pytest.approx(
        lungs.volume_ml, rel=0.04
    )


def test_a_point_is_contained_where_the_finer_mask_is_set() -> None:
    volume = chest()
    lungs = segment_lungs(volume)
    fine = lungs.mask_on(volume.geometry)
    near_the_surface = np.argwhere(ndimage.binary_dilation(fine, iterations=2) ^ fine)
    voxels = np.concatenate([near_the_surface, np.argwhere(fine)[::97]])

    contained = lungs.contains(volume.geometry.lps_from_voxel(voxels.astype(float)))

    assert np.mean(contained == fine[tuple(voxels.T)]) > 0.999  # rounding decides on the surface


def test_no_point_is_contained_where_none_is_asked_of() -> None:
    assert segment_lungs(chest()).contains(np.empty((0, 63, 3))).shape == (0, 63)


def test_the_phantoms_nodules_are_in_its_lungs(small_phantom: PhantomPair) -> None:
    study = small_phantom.current
    lungs = segment_lungs(SeriesReader().read(study.instances))

    assert lungs.plausible
    assert all(lungs.contains(np.asarray(nodule.center_lps_mm)) for nodule in study.nodules)
