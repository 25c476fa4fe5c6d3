"""Opens two images of one patient and lays them over each other."""

from pathlib import Path

import numpy as np

from inference.lungs import LungMask, segment_lungs
from inference.registration import DeformableRegistrar, Registration
from inference.volumes.images import read_image_file, read_mask_file
from inference.volumes.reader import SeriesReader
from routing.selection.folder import scan_folder
from routing.selection.rule_files import load_rules
from routing.selection.select import select_series
from wetread.domain.errors import NoUsableSeries
from wetread.domain.volumes import CtVolume
from wetread.settings import Settings


def open_image(path: Path, settings: Settings) -> CtVolume:
    """Return the volume of an image file, or of the series that would be analysed in a folder.

    Raise `StudyError`.
    """
    if not path.is_dir():
        return read_image_file(path)
    selection = select_series(scan_folder(path).instances, load_rules(settings.selection_rules))
    if selection.chosen is None:
        raise NoUsableSeries(f"{path}: {selection.reason or 'no series can be used'}")
    return SeriesReader().read(selection.instances)


def register_images(
    fixed: CtVolume, moving: CtVolume, *, fixed_mask: Path | None, moving_mask: Path | None
) -> Registration:
    """Lay ``fixed`` (the current) over ``moving`` (the prior); lungs are segmented without a mask.

    Raise `AnalysisError` where an image shows no lung, `VolumeError` for a bad mask.
    """
    return DeformableRegistrar().register(
        current=fixed,
        current_lungs=_lungs(fixed, fixed_mask),
        prior=moving,
        prior_lungs=_lungs(moving, moving_mask),
    )


def _lungs(volume: CtVolume, mask_path: Path | None) -> LungMask:
    if mask_path is None:
        return segment_lungs(volume)
    mask, geometry = read_mask_file(mask_path)
    sides = np.zeros(mask.shape, dtype=np.uint8)  # no side: nobody told, and none is asked for
    return LungMask(mask=mask, sides=sides, geometry=geometry, plausible=True)
