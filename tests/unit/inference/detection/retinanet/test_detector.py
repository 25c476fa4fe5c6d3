"""What we find with the network of MONAI's bundle is what MONAI's own pipeline finds with it."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from monai.data import MetaTensor

from inference.detection import load_detector
from inference.detection.retinanet import RetinaNetDetector
from inference.detection.retinanet.architecture import RetinaNet
from inference.detection.retinanet.windows import place_windows
from inference.lungs import LungMask
from inference.turns import DeviceTurns
from models.registry import load_package
from tests.support.packages import write_package
from tests.support.stock_retinanet import (
    PACKAGE_ENTRY,
    PUBLISHED_WINDOW,
    bundle_configuration,
    in_world,
    made_up_weights,
    stock_boxes,
    stock_detector,
    stock_image,
)
from tests.support.waiting_turns import await_waiting
from wetread.domain.errors import AnalysisError, ConfigurationError
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.volumes import CtVolume

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More threads would only wait for each other over arrays so small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def weights() -> bytes:
    return made_up_weights(seed=0, spread=2.0)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory, weights: bytes) -> Path:
    root = tmp_path_factory.mktemp("packages")
    write_package(
        root / "bundle", weights=weights, inference=bundle_configuration(), entry=PACKAGE_ENTRY
    )
    return root


@pytest.fixture(scope="module")
def detector(packages: Path) -> RetinaNetDetector:
    return RetinaNetDetector(load_package("bundle", (packages,)), CPU)


def blotches(*shape: int, seed: int = 0) -> np.ndarray:
    """Return noise with some structure, around 0 with a standard deviation of 1."""
    noise = torch.from_numpy(np.random.default_rng(seed).normal(size=shape).astype(np.float32))
    smooth = torch.nn.functional.avg_pool3d(noise[None], 5, stride=1, padding=2)[0].numpy()
    return smooth / smooth.std()


def volume_of(hu: np.ndarray, geometry: VolumeGeometry) -> CtVolume:
    return CtVolume(
        series_instance_uid="1.2",
        frame_of_reference_uid="1.3",
        hu=np.clip(hu, -1024, 3000).astype(np.int16),
        geometry=geometry,
        sop_instance_uids=tuple(str(index) for index in range(hu.shape[0])),
    )


@pytest.mark.parametrize(
    ("image", "window"),
    [
        ((48, 16, 24), (32, 16, 16)),  # windows that overlap along two axes
        ((40, 29, 13), (32, 16, 16)),  # an image that has to be padded at its end
        ((32, 32, 17), (64, 16, 16)),  # narrower than a window: padded on both sides
        ((30, 30, 15), PUBLISHED_WINDOW),  # smaller than a window: looked at as a whole
    ],
)
def test_boxes_and_scores_are_those_of_monai(
    detector: RetinaNetDetector,
    weights: bytes,
    image: tuple[int, int, int],
    window: tuple[int, int, int],
) -> None:
    values = torch.from_numpy(0.4 + 0.3 * blotches(*image))
    theirs = stock_boxes(stock_detector(weights, window), MetaTensor(values[None]))
    grid = place_windows(image, window)

    ours = detector.find_boxes(values, grid, grid.starts, lambda _: None)

    assert len(ours.scores) > 20
    torch.testing.assert_close(ours.scores, theirs["label_scores"], atol=1e-5, rtol=0)
    torch.testing.assert_close(ours.boxes, theirs["box"], atol=1e-3, rtol=0)


@pytest.mark.parametrize("flip", [1, -1])
def test_candidates_lie_where_the_bundle_puts_them(
    detector: RetinaNetDetector, weights: bytes, flip: int
) -> None:
    """From HU to LPS millimetres: orientation, resampling, network, boxes, and back."""
    geometry = VolumeGeometry(
        shape_zyx=(13, 40, 38),
        spacing_zyx_mm=(2.5, 0.9, 0.8),
        origin_lps_mm=(-20.0, 31.0, 100.0),
        direction_zyx=((0.0, 0.0, 1.0), (0.0, float(flip), 0.0), (float(flip), 0.0, 0.0)),
    )
    volume = volume_of(-500 + 400 * blotches(13, 40, 38), geometry)
    everywhere = np.ones(geometry.shape_zyx, dtype=bool)
    lungs = LungMask(
        mask=everywhere, sides=everywhere.astype(np.uint8), geometry=geometry, plausible=True
    )
    image = stock_image(volume)
    theirs = in_world(stock_boxes(stock_detector(weights, PUBLISHED_WINDOW), image), image)

    ours = detector.search(volume, lungs, lambda _: None)

    assert len(ours) == len(theirs["box"]) > 20
    centers, sizes = theirs["box"][:, :3], theirs["box"][:, 3:]
    np.testing.assert_allclose([one.center_lps_mm for one in ours], centers, atol=0.01)
    np.testing.assert_allclose([one.diameter_mm for one in ours], sizes.mean(dim=1), atol=0.06)
    np.testing.assert_allclose([one.score for one in ours], theirs["label_scores"], atol=1e-4)


NARROW_WINDOW = (32, 16, 16)


def narrow_study() -> tuple[CtVolume, LungMask]:
    """Return several windows in a row, lungs in the first of them."""
    geometry = VolumeGeometry(
        shape_zyx=(14, 16, 110),
        spacing_zyx_mm=(1.25, 0.703125, 0.703125),
        origin_lps_mm=(0.0, 0.0, 0.0),
        direction_zyx=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    )
    volume = volume_of(-500 + 400 * blotches(14, 16, 110), geometry)
    mask = np.zeros(geometry.shape_zyx, dtype=bool)
    mask[:, :, :20] = True
    return volume, LungMask(
        mask=mask, sides=mask.astype(np.uint8), geometry=geometry, plausible=True
    )


def test_only_windows_and_boxes_at_the_lungs_count(packages: Path, weights: bytes) -> None:
    """Leaving windows out changes nothing in the lungs."""
    window = NARROW_WINDOW
    volume, lungs = narrow_study()
    image = stock_image(volume)
    theirs = in_world(stock_boxes(stock_detector(weights, window), image), image)
    shares: list[float] = []

    package = load_package("bundle", (packages,))
    ours = RetinaNetDetector(package, CPU, window).search(volume, lungs, shares.append)

    assert len(shares) < len(place_windows((110, 16, 14), window).starts)
    assert shares[-1] == 1.0
    assert 0 < len(ours) < len(theirs["box"])
    held = theirs["box"][:, 0] < 19 * 0.703125
    found = torch.tensor([(*one.center_lps_mm, one.score) for one in ours])
    wanted = torch.cat([theirs["box"][held, :3], theirs["label_scores"][held, None]], dim=1)
    assert len(wanted) > 0
    assert torch.cdist(wanted, found).amin(dim=1).max() < 0.01


def test_an_urgent_study_overtakes_between_two_windows(packages: Path) -> None:
    turns, looked_at = DeviceTurns(), list[str]()
    detector = RetinaNetDetector(
        load_package("bundle", (packages,)), CPU, NARROW_WINDOW, turns=turns
    )
    urgent = threading.Thread(
        target=detector.search, args=(*narrow_study(), lambda _: looked_at.append("urgent"), 60)
    )

    def tell(_: float) -> None:
        looked_at.append("routine")
        if len(looked_at) == 1:
            urgent.start()
            await_waiting(turns, 1)

    found = detector.search(*narrow_study(), tell)

    urgent.join(20)
    windows = looked_at.count("routine")
    assert windows > 1
    assert looked_at == ["routine", *["urgent"] * windows, *["routine"] * (windows - 1)]
    assert found == detector.search(*narrow_study(), lambda _: None)


def test_too_little_memory_for_a_window_is_said(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(RetinaNet, "features", run_out)
    detector = RetinaNetDetector(load_package("bundle", (packages,)), CPU, NARROW_WINDOW)
    with pytest.raises(AnalysisError, match="too little memory"):
        detector.search(*narrow_study(), lambda _: None)


def test_the_package_is_read_by_its_kind_and_says_what_it_is(packages: Path) -> None:
    found = load_detector(load_package("bundle", (packages,)), "cpu")

    assert isinstance(found, RetinaNetDetector)
    assert found.model.device == "cpu"
    assert found.operating_point.score == 0.5


def checkpoint(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def test_weights_of_something_else_or_with_code_in_them_are_refused(
    tmp_path: Path, weights: bytes
) -> None:
    state = torch.load(io.BytesIO(weights), weights_only=True)
    fewer = dict(list(state.items())[1:])
    wrong = {
        "fewer": (checkpoint(fewer), "do not fit"),
        "code": (checkpoint({"model": Path("x")}), "not a PyTorch state dictionary"),
        "text": (b"not a checkpoint", "not a PyTorch state dictionary"),
        "list": (checkpoint([1.0]), "not a PyTorch state dictionary"),
    }
    for name, (content, message) in wrong.items():
        write_package(
            tmp_path / name, weights=content, inference=bundle_configuration(), entry=PACKAGE_ENTRY
        )
        with pytest.raises(ConfigurationError, match=message):
            RetinaNetDetector(load_package(name, (tmp_path,)), CPU)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"infer_patch_size": [100, 100, 100]}, "infer_patch_size"),
        ({"network_def": {"spatial_dims": 2}}, "network_def.spatial_dims"),
        ({"anchor_generator": "$exit()"}, "anchor_generator"),
    ],
)
def test_a_configuration_of_another_network_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    write_package(
        tmp_path / "bundle",
        weights=b"",
        inference=bundle_configuration() | change,
        entry=PACKAGE_ENTRY,
    )

    with pytest.raises(ConfigurationError, match=message):
        RetinaNetDetector(load_package("bundle", (tmp_path,)), CPU)
