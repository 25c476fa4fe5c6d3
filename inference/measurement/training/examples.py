"""What the network learns from: cubes around a nodule, or around none, with the readers' share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from inference.measurement.network import SIZE, cube_spacing_mm
from inference.measurement.sampling import cube_around, sample
from inference.measurement.training.composition import Blending, Pose, Scene, compose_scene
from inference.measurement.training.degradation import degrade
from inference.measurement.training.nodules import MaskedNodule
from inference.measurement.training.surroundings import Surroundings
from wetread.domain.geometry import FloatArray, Point

_DIAMETER_MM = (3.5, 34.0)
_SCALES = (0.75, 1.35)
_HINT_SPREAD, _HINTS = 0.2, (0.6, 1.6)  # of the diameter that the detector says
_JITTER = 0.25  # of the diameter: how far off the middle a candidate lies
_WITHOUT_NODULE_SHARE = 0.08
_OWN_SURROUNDINGS_SHARE = 0.6
_MARGIN_MM, _FEATHER_MM = (0.0, 3.0), (0.5, 2.0)
_STRETCH = 0.15  # spread of the natural logarithm on each axis
_GROUND_GLASS, _SOLID = 2, 5  # up to, and from this texture
_CORE_SHARE = 0.4  # of the ground-glass nodules: part-solid ones are rare
_CORE_DIAMETERS, _CORE_OFFSETS = (0.25, 0.65), (0.0, 0.2)  # of the nodule's diameter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainingSet:
    """Nodules, how often each is shown (sums to 1), and lungs to show them in."""

    nodules: Sequence[MaskedNodule]
    frequency: FloatArray
    surroundings: Sequence[Surroundings]

    @property
    def solid(self) -> Sequence[MaskedNodule]:
        """The solid nodules."""
        return [nodule for nodule in self.nodules if nodule.texture >= _SOLID]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """(N, z, y, x) HU, share of nodule, and 1 where that share is known."""

    hu: NDArray[np.float32]
    share: NDArray[np.float32]
    known: NDArray[np.float32]


def draw_batch(data: TrainingSet, size: int, random: Generator) -> Batch:
    """Return ``size`` examples; the same ``random`` gives the same."""
    scenes = [_draw_scene(data, random) for _ in range(size)]
    return Batch(
        hu=np.stack([scene.hu for scene in scenes]),
        share=np.stack([scene.share for scene in scenes]),
        known=np.stack([scene.known for scene in scenes]),
    )


def _draw_scene(data: TrainingSet, random: Generator) -> Scene:
    around = data.surroundings[int(random.integers(len(data.surroundings)))]
    if random.random() < _WITHOUT_NODULE_SHARE:
        diameter_mm = float(np.exp(random.uniform(*np.log(_DIAMETER_MM)))) / 2
        place = around.place_without_nodule(random)
        scene = None if place is None else _show_none(around, place, diameter_mm)
    else:
        nodule = data.nodules[int(random.choice(len(data.nodules), p=data.frequency))]
        diameter_mm = nodule.diameter_mm * float(np.exp(random.uniform(*np.log(_SCALES))))
        diameter_mm = float(np.clip(diameter_mm, *_DIAMETER_MM))
        place = around.free_place(diameter_mm / 2, random)
        scene = None if place is None else _show(data, nodule, diameter_mm, around, place, random)
    if scene is None:
        return _draw_scene(data, random)
    return scene


def _show_none(around: Surroundings, place: Point, diameter_mm: float) -> Scene:
    grid = cube_around(
        around.volume.geometry, place, size=SIZE, spacing_mm=cube_spacing_mm(diameter_mm)
    )
    hu = sample(around.volume.hu, around.volume.geometry, grid)
    return Scene(hu=hu, share=np.zeros_like(hu), known=np.ones_like(hu))


def _show(
    data: TrainingSet,
    nodule: MaskedNodule,
    diameter_mm: float,
    around: Surroundings,
    place: Point,
    random: Generator,
) -> Scene:
    hint = float(np.clip(np.exp(random.normal(0, _HINT_SPREAD)), *_HINTS))
    spacing_mm = cube_spacing_mm(hint * diameter_mm)
    grid = cube_around(around.volume.geometry, place, size=SIZE, spacing_mm=spacing_mm)
    background = sample(around.volume.hu, around.volume.geometry, grid)
    jitter = _direction(random) * random.uniform(0, _JITTER) * diameter_mm
    own = random.random() < _OWN_SURROUNDINGS_SHARE
    scene = compose_scene(
        background,
        around.lungs.mask_on(grid),
        _offsets(spacing_mm, jitter),
        nodule,
        _draw_pose(nodule, diameter_mm, random),
        Blending(
            margin_mm=None if own else float(random.uniform(*_MARGIN_MM)),
            feather_mm=float(random.uniform(*_FEATHER_MM)),
        ),
    )
    hu = scene.hu
    if nodule.texture <= _GROUND_GLASS and random.random() < _CORE_SHARE:
        core = data.solid[int(random.integers(len(data.solid)))]
        hu = _add_core(scene, core, diameter_mm, (spacing_mm, jitter), random)
    hu = degrade(hu, spacing_mm, diameter_mm, random)
    return Scene(hu=hu, share=scene.share, known=scene.known)


def _add_core(
    scene: Scene,
    core: MaskedNodule,
    diameter_mm: float,
    grid: tuple[float, FloatArray],
    random: Generator,
) -> NDArray[np.float32]:
    """Return the HU of a ground-glass nodule with a solid one inside its outline."""
    spacing_mm, jitter = grid
    aside = _direction(random) * random.uniform(*_CORE_OFFSETS) * diameter_mm
    return compose_scene(
        scene.hu,
        scene.share > 0.5,  # noqa: PLR2004 inside the readers' outline
        _offsets(spacing_mm, jitter + aside),
        core,
        _draw_pose(core, diameter_mm * float(random.uniform(*_CORE_DIAMETERS)), random),
        Blending(margin_mm=0.0, feather_mm=float(random.uniform(*_FEATHER_MM))),
    ).hu


def _offsets(spacing_mm: float, shift_mm: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where the cube's voxels lie on each axis from a point off its middle."""
    along = (np.arange(SIZE) - (SIZE - 1) / 2) * spacing_mm
    return along + shift_mm[0], along + shift_mm[1], along + shift_mm[2]


def _draw_pose(nodule: MaskedNodule, diameter_mm: float, random: Generator) -> Pose:
    mirrored = random.random(3) < 0.5  # noqa: PLR2004 every other
    stretch = random.normal(0, _STRETCH, 3)
    stretch = np.exp(stretch - stretch.mean())
    return Pose(
        scale=diameter_mm / nodule.diameter_mm,
        stretch_zyx=(float(stretch[0]), float(stretch[1]), float(stretch[2])),
        turn=float(random.uniform(0, 2 * np.pi)),
        mirrored_zyx=(bool(mirrored[0]), bool(mirrored[1]), bool(mirrored[2])),
    )


def _direction(random: Generator) -> FloatArray:
    direction = random.normal(size=3)
    unit: FloatArray = direction / np.linalg.norm(direction)
    return unit
