"""A simulated patient with real nodules in real lungs, whose true changes are known."""

from pathlib import Path

import numpy as np
import pytest

from inference.development.growth_assessment import assess_patient, is_matched
from inference.development.held_out import held_out_crops
from inference.development.sources import read_image
from inference.measurement import load_measurer
from inference.registration import DeformableRegistrar
from models.registry import load_package
from routing.pipeline.growth_limits import load_growth_limits


@pytest.mark.real_ct
def test_nodules_of_both_scans_are_matched_and_none_is_mixed_up(
    real_ct_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "nodule_crops").symlink_to(real_ct_dir / "nodule_crops")
    (tmp_path / "nodule_crops.csv").symlink_to(real_ct_dir / "tables" / "nodule_crops.csv")
    told = assess_patient(
        read_image(real_ct_dir / "registration" / "3DCT_lung_baseline.mha"),
        held_out_crops(tmp_path),
        registrar=DeformableRegistrar(),
        measurer=load_measurer(load_package("nodule-outline")),
        limits=load_growth_limits(),
        random=np.random.default_rng(3),
    )
    pairs = [one for one in told if one.nodule.prior_lps_mm and one.nodule.current_lps_mm]
    assert len(pairs) >= 4
    assert [one for one in told if one.state == "swapped"] == []
    assert sum(map(is_matched, pairs)) >= 0.9 * len(pairs)
