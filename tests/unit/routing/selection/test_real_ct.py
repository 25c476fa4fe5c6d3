"""The shipped rules on real chest CT."""

from pathlib import Path

import pytest

from routing.selection.folder import scan_folder
from routing.selection.rule_files import SHIPPED_DIR, load_rules
from routing.selection.select import select_series

pytestmark = pytest.mark.real_ct


def test_a_thin_standard_series_is_chosen_whole(real_ct_dir: Path) -> None:
    selection = select_series(scan_folder(real_ct_dir / "LIDC-IDRI-0001").instances, load_rules())
    assert selection.chosen is not None
    assert selection.chosen.limitations == ()
    assert len(selection.instances) == 133


def test_two_thick_series_are_not_analysed_by_default(real_ct_dir: Path) -> None:
    selection = select_series(scan_folder(real_ct_dir / "Lung_Dx-A0001").instances, load_rules())
    assert selection.chosen is None
    assert selection.reason is not None
    assert selection.reason.code == "too_thick"
    assert [[reason.code for reason in one.excluded] for one in selection.decisions] == [
        ["too_thick"],
        ["too_thick"],
    ]


def test_a_site_for_thick_slices_takes_the_smooth_kernel_and_says_what_limits_it(
    real_ct_dir: Path,
) -> None:
    instances = scan_folder(real_ct_dir / "Lung_Dx-A0001").instances
    selection = select_series(instances, load_rules(SHIPPED_DIR / "thick-slices.toml"))
    assert selection.chosen is not None
    assert [reason.code for reason in selection.chosen.limitations] == ["thick_slices"]
    assert len(selection.instances) == 64
    sharp, smooth = sorted(selection.decisions, key=lambda one: one.preference)
    assert smooth == selection.chosen
    assert not sharp.excluded
