"""A study taken through the stops becomes every kind of object that is asked for."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from routing.pipeline.stops import AnalysisTools
from routing.pipeline.study import StudyInput
from routing.results.objects import ObjectKind
from routing.results.outputs import plan_of_kinds
from tests.support.ball_analysis import ball_analysis
from tests.support.ball_ct import BIG, SMALL, write_ball_study
from tests.support.ball_tools import ball_tools
from wetread.domain.errors import EncodingError
from wetread.domain.findings import ImageMark
from wetread.domain.volumes import CtVolume


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyInput:
    return write_ball_study(tmp_path_factory.mktemp("current"), [BIG, SMALL])


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> StudyInput:
    folder = tmp_path_factory.mktemp("prior")
    return write_ball_study(folder, [BIG], study="prior", taken=date(2025, 12, 1))


def test_every_kind_is_encoded_with_the_prior(
    study: StudyInput, prior: StudyInput, tmp_path: Path
) -> None:
    analysis = ball_analysis(outputs=lambda _: plan_of_kinds(ObjectKind))
    analysed = analysis.analyze_study(study, prior, tmp_path)
    paths = {one.kind: one.path for one in analysed.objects}
    assert paths.keys() == set(ObjectKind)

    matched, new = analysed.findings.nodules
    assert matched.change is not None
    assert matched.change.prior_mark is not None
    assert new.change is not None
    assert new.change.prior_mark is None
    in_prior = {one.sop_instance_uid for one in prior.instances}
    assert matched.change.prior_mark.sop_instance_uid in in_prior

    seg = hd.seg.segread(paths[ObjectKind.SEGMENTATION])
    assert [one.TrackingUID for one in seg.SegmentSequence] == [
        matched.tracking_uid,
        new.tracking_uid,
    ]
    cad = str(dcmread(paths[ObjectKind.CHEST_CAD_REPORT]))
    assert prior.instances[0].series_instance_uid in cad


class _BrokenRenderer:
    def __call__(self, volume: CtVolume, mark: ImageMark, *, caption: str, path: Path) -> None:
        del volume, mark, caption, path
        raise EncodingError("no picture")


def test_a_page_does_without_its_pictures(study: StudyInput, tmp_path: Path) -> None:
    def page(tools: AnalysisTools, folder: Path) -> np.ndarray:
        analysis = ball_analysis(
            tools, outputs=lambda _: plan_of_kinds([ObjectKind.SECONDARY_CAPTURE])
        )
        (capture,) = analysis.analyze_study(study, None, folder).objects
        pixels: np.ndarray = dcmread(capture.path).pixel_array
        return pixels

    shown = page(ball_tools(), tmp_path / "shown")
    missing = page(replace(ball_tools(), renderer=_BrokenRenderer()), tmp_path / "missing")
    assert missing.shape == shown.shape
    assert (missing > 0).any(axis=-1).sum() < (shown > 0).any(axis=-1).sum()
