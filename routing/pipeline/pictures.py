"""Pictures of the nodules: key images for people, and those that summary pages show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from routing.results.material import NodulePictures
from wetread.domain.errors import WetreadError
from wetread.domain.explanation import describe_mark, explain_score
from wetread.domain.findings import Findings, ImageMark, Nodule, OperatingPoint
from wetread.domain.volumes import CtVolume
from wetread.ports import KeyImageRenderer
from wetread.side_by_side import side_by_side

OpenVolume: TypeAlias = Callable[[], CtVolume]
"""Returns a volume, or raises `StudyError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyImage:
    """A picture of one nodule for people."""

    tracking_uid: str
    path: Path


def key_image_path(results_folder: Path, tracking_id: str) -> Path:
    """Return where the key image of a nodule lies below the folder of a study's results."""
    name = tracking_id.lower().replace(" ", "-")
    return results_folder / "key-images" / f"{name}.png"


def draw_key_images(
    findings: Findings, renderer: KeyImageRenderer, volume: CtVolume, folder: Path
) -> tuple[KeyImage, ...]:
    """Draw each nodule, with its caption, on the image that shows it largest."""

    def draw(nodule: Nodule) -> KeyImage:
        path = key_image_path(folder, nodule.tracking_id)
        mark, caption = nodule.measurement.mark, _caption(nodule, findings.operating_point)
        renderer(volume, mark, caption=caption, path=path)
        return KeyImage(tracking_uid=nodule.tracking_uid, path=path)

    return tuple(side_by_side(draw, findings.nodules))


def draw_page_pictures(
    findings: Findings, renderer: KeyImageRenderer, *, current: OpenVolume, prior: OpenVolume | None
) -> Mapping[str, NodulePictures]:
    """Return the pictures of each nodule by its tracking UID, without words on them.

    A picture that cannot be drawn takes nothing from the rest: the page says that it is missing.
    """
    pictures = {}
    for nodule in findings.nodules:
        now = _drawn(renderer, current, nodule.measurement.mark)
        before = None if nodule.change is None else nodule.change.prior_mark
        if now is not None:
            pictures[nodule.tracking_uid] = NodulePictures(
                current=now,
                prior=None if before is None or prior is None else _drawn(renderer, prior, before),
            )
    return pictures


def _drawn(renderer: KeyImageRenderer, open_volume: OpenVolume, mark: ImageMark) -> bytes | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        try:
            renderer(open_volume(), mark, caption="", path=path)
        except WetreadError:
            return None
        return path.read_bytes()


def _caption(nodule: Nodule, point: OperatingPoint | None) -> str:
    """Return what a key image says, in English: its font has no other letters."""
    what = describe_mark(nodule.measurement).english
    return f"{nodule.tracking_id}: {what}\n{explain_score(nodule.score, point).english}"
