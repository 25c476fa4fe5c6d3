from dataclasses import replace

import numpy as np

from inference.phantom.pose import Pose
from inference.phantom.render import NoduleInScan, render_volume
from inference.phantom.studies import make_patient
from inference.phantom.texture import ScanNoise
from tests.support.volumes import AXIAL
from wetread.domain.geometry import VolumeGeometry


def test_the_plane_of_the_scan_does_not_change_what_is_seen() -> None:
    patient = make_patient(2)
    nodules = [
        NoduleInScan(nodule=each, center_lps_mm=each.center_lps_mm, diameter_mm=16)
        for each in patient.nodules
    ]
    axial = VolumeGeometry(
        shape_zyx=(40, 40, 48),
        spacing_zyx_mm=(6.0, 6.0, 6.0),
        origin_lps_mm=(-141.0, -115.0, -118.0),
        direction_zyx=AXIAL,
    )
    sagittal = replace(axial, shape_zyx=(48, 40, 40), direction_zyx=(AXIAL[2], *AXIAL[:2]))
    seen, turned = (
        render_volume(
            patient.anatomy,
            nodules,
            pose=Pose(turn_degrees=2, bend_mm=2),
            geometry=geometry,
            noise=ScanNoise(seed=0, deviation_hu=0),
        )
        for geometry in (axial, sagittal)
    )
    np.testing.assert_allclose(turned, np.moveaxis(seen, 2, 0), atol=25)
    assert np.mean(turned != np.moveaxis(seen, 2, 0)) < 0.02
