"""The pictures that summary pages show: each nodule now, and in the prior study beside it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from routing.results.material import NodulePictures
from wetread.domain.errors import WetreadError
from wetread.domain.findings import Findings, ImageMark
from wetread.domain.volumes import CtVolume
from wetread.ports import KeyImageRenderer

OpenVolume: TypeAlias = Callable[[], CtVolume]
"""Returns a volume, or raises `StudyError`."""


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
