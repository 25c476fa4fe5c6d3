import csv
from pathlib import Path
from typing import Any

import numpy as np

from inference.development.sources import NoduleCrop
from inference.measurement.training.cubes import crops_in_cubes, load_cubes


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_a_crop_is_found_in_the_cube_it_was_cut_from(tmp_path: Path) -> None:
    cube = np.random.default_rng(3).integers(-1000, 300, (12, 11, 10)).astype(np.int16)
    (tmp_path / "nodule_cubes").mkdir()
    (tmp_path / "tables").mkdir()
    np.savez(tmp_path / "nodule_cubes" / "P1_0.npz", hu=np.moveaxis(cube, 0, 2))
    geometry = {"file": "P1_0.npy", "patient_id": "P1", "pixel_mm": 0.7, "dz_mm": 2.5}
    write_table(tmp_path / "tables" / "nodule_cubes_geometry.csv", [geometry])
    nodule = {"file": "P1_0.npy", "slice": 5, "row": 4, "col": 3, "n_readers": 4, "texture": 4.5}
    diameters = {"diameter_eq_volume_mm": 8.0, "diameter_max_axial_mm": 9.0}
    write_table(tmp_path / "tables" / "nodule_cubes_nodules.csv", [nodule | diameters])
    mask = np.zeros((2, 4, 3), dtype=bool)
    mask[:, 1:3, 1] = True
    crop = NoduleCrop(
        name="P1_R_1",
        patient="P1",
        texture=5,
        hu=cube[4:6, 3:7, 2:5],
        mask=mask,
        spacing_zyx_mm=(2.5, 0.7, 0.7),
    )

    (loaded,) = load_cubes(tmp_path)
    (placed,) = crops_in_cubes([crop], [loaded])

    assert np.array_equal(loaded.hu, cube)
    assert loaded.nodules[0].voxel_zyx == (5, 4, 3)
    assert np.array_equal(np.argwhere(placed.mask), np.argwhere(mask) + np.asarray([4, 3, 2]))
    assert np.array_equal(placed.hu, cube)
