"""The pages that sum up a study in pixels, for viewers that show nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from routing.results.change import change_figures, change_words
from routing.results.material import Material, NodulePictures
from routing.results.page_text import font, wrap
from routing.results.summary import RESEARCH_USE, guidance_words, summary_words
from wetread.domain.explanation import describe_mark, explain_score
from wetread.domain.findings import ChangeState, Findings, Nodule
from wetread.domain.words import Words

_SIZE: Final = (1280, 1024)
_MARGIN: Final = 20
_PICTURE: Final = 372
_ROW: Final = _PICTURE + 36  # with the words above its pictures
_TITLE_PX, _TEXT_PX, _SMALL_PX = 28, 20, 16
_LINE: Final = 1.35  # of a letter's height
_BLACK, _WHITE, _GREY = (0, 0, 0), (255, 255, 255), (170, 170, 170)
_WARNING, _ALARM = (255, 214, 0), (255, 120, 90)
_BETWEEN: Final = "   "
_TITLE: Final = Words("Wetread AI: chest CT nodules", "Wetread AI: 胸部CT結節")
_CURRENT: Final = Words("Now", "今回")
_PRIOR: Final = Words("Prior", "前回")
_NO_PICTURE: Final = Words("no picture", "画像なし")
_NOT_SEEN: Final = Words("not seen in the prior study", "前回検査には認めません")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, and the images that it shows."""

    picture: Image.Image
    sop_instance_uids: tuple[str, ...]


def draw_pages(material: Material) -> tuple[Page, ...]:
    """Return at least one page: how the analysis went, then each nodule with its prior beside."""
    findings = material.findings
    pages = [_Sheet(findings, whole=True)]
    for nodule in findings.nodules:
        if not pages[-1].has_room:
            pages.append(_Sheet(findings, whole=False))
        pages[-1].add(nodule, material.pictures.get(nodule.tracking_uid))
    return tuple(sheet.finished(number, len(pages)) for number, sheet in enumerate(pages, start=1))


class _Sheet:
    """A page that is being drawn, from the top down."""

    def __init__(self, findings: Findings, *, whole: bool) -> None:
        self._findings = findings
        self._picture = Image.new("RGB", _SIZE, _BLACK)
        self._draw = ImageDraw.Draw(self._picture)
        self._top = _MARGIN
        self._shown: list[str] = []
        self._write(_TITLE, _TITLE_PX, _WHITE)
        self._write(RESEARCH_USE, _TEXT_PX, _WARNING)
        color, size_px = (_WHITE, _TEXT_PX) if findings.is_whole else (_ALARM, _TITLE_PX)
        for words in summary_words(findings):
            self._write(words, size_px, color)
        for words in guidance_words(findings) if whole else ():
            self._write(words, _SMALL_PX, _GREY)

    @property
    def has_room(self) -> bool:
        """True where one more nodule fits above the last line."""
        return self._top + _ROW <= _SIZE[1] - 2 * _MARGIN

    def add(self, nodule: Nodule, pictures: NodulePictures | None) -> None:
        """Draw a nodule: now, before, and in words."""
        current = None if pictures is None else pictures.current
        self._place(current, _CURRENT, _MARGIN, _NO_PICTURE)
        left = 2 * _MARGIN + _PICTURE
        if nodule.change is not None:
            prior = None if pictures is None else pictures.prior
            is_new = nodule.change.state is ChangeState.NEW
            self._place(prior, _PRIOR, left, _NOT_SEEN if is_new else _NO_PICTURE)
            left += _MARGIN + _PICTURE
        top = self._top
        for words in _nodule_words(nodule, self._findings):
            self._write(words, _TEXT_PX if top == self._top else _SMALL_PX, _WHITE, left)
        self._shown.append(nodule.measurement.mark.sop_instance_uid)
        self._top = top + _ROW

    def finished(self, number: int, count: int) -> Page:
        """Return the page with its last line: what made it, and which of the pages it is."""
        model = self._findings.model
        last = f"{model.name} {model.version}    {number}/{count}"
        place = (_MARGIN, _SIZE[1] - _MARGIN - _SMALL_PX)
        self._draw.text(place, last, font=font(_SMALL_PX), fill=_GREY)
        return Page(picture=self._picture, sop_instance_uids=tuple(self._shown))

    def _place(self, png: bytes | None, words: Words, left: int, absent: Words) -> None:
        """Draw a picture below its name; where there is none, why."""
        label = f"{words.japanese} {words.english}"
        self._draw.text((left, self._top), label, font=font(_SMALL_PX), fill=_GREY)
        corner = (left, self._top + _ROW - _PICTURE - 8)
        if png is None:
            box = (*corner, corner[0] + _PICTURE, corner[1] + _PICTURE)
            self._draw.rectangle(box, outline=_GREY)
            place = (corner[0] + _MARGIN, corner[1] + _MARGIN)
            why = f"{absent.japanese}\n{absent.english}"
            self._draw.text(place, why, font=font(_SMALL_PX), fill=_GREY)
            return
        with Image.open(BytesIO(png)) as opened:
            picture = opened.convert("RGB")  # colours of a palette cannot be scaled
        picture.thumbnail((_PICTURE, _PICTURE), Image.Resampling.LANCZOS)
        self._picture.paste(picture, corner)

    def _write(
        self, words: Words, size_px: int, color: tuple[int, int, int], left: int = _MARGIN
    ) -> None:
        """Write words in both languages below what is there, side by side where there is room."""
        width = _SIZE[0] - _MARGIN - left
        texts = tuple(dict.fromkeys((words.japanese, words.english)))
        together = _BETWEEN.join(texts)
        if font(size_px).getlength(together) <= width:
            texts = (together,)
        for text in texts:
            for line in wrap(text, width, size_px):
                self._draw.text((left, self._top), line, font=font(size_px), fill=color)
                self._top += round(_LINE * size_px)


def _nodule_words(nodule: Nodule, findings: Findings) -> Iterator[Words]:
    change = change_words(nodule)
    yield Words(nodule.tracking_id, nodule.tracking_id)
    yield describe_mark(nodule.measurement)
    volume = f"{nodule.measurement.volume_mm3:.0f} mm³"
    yield Words(f"volume {volume}", f"体積 {volume}")
    if change is not None:
        yield change
    if nodule.change is not None:
        yield from change_figures(nodule.change)
    yield explain_score(nodule.score, findings.operating_point)
