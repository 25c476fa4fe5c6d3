import numpy as np
import pytest

from inference.measurement.attenuation import classify_type, solid_part
from inference.measurement.segmenter import Segmentation
from tests.support.volumes import grid
from wetread.domain.findings import NoduleType


def nodule_with_core(core_voxels: int) -> Segmentation:
    """Return a cube of 8 voxels' edge, all nodule, whose first layers are a solid core."""
    hu = np.full((8, 8, 8), -600, dtype=np.float32)
    hu[:core_voxels] = 20
    return Segmentation(share=np.ones((8, 8, 8), dtype=np.float32), hu=hu, geometry=grid(hu.shape))


@pytest.mark.parametrize(
    ("core_voxels", "expected"),
    [
        (0, NoduleType.GROUND_GLASS),
        (4, NoduleType.PART_SOLID),
        (8, NoduleType.SOLID),
    ],
)
def test_the_type_follows_from_how_much_is_solid(core_voxels: int, expected: NoduleType) -> None:
    found = nodule_with_core(core_voxels)

    assert solid_part(found) == pytest.approx(core_voxels / 8)
    assert classify_type(found) is expected
