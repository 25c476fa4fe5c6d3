"""What a result says of the study as a whole: in a code for programs, in words for people.

Only a whole analysis that found nothing may look negative, so every other outcome has words and
a code of its own (CAD Processing and Findings Summary, PS3.16 CID 6047).
"""

from collections.abc import Mapping
from typing import Final

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from routing.results.change import change_words
from wetread.domain.explanation import describe_region, describe_size_and_type
from wetread.domain.findings import Findings, Nodule, Outcome
from wetread.domain.words import Words

RESEARCH_USE: Final = Words(
    "Research use only: made by software, not verified by a physician.",
    "研究用。ソフトウェアによる結果で、医師は確認していません。",
)

_NOTHING_CAME: Final = (Outcome.NOT_ANALYSED, Outcome.FAILED)
_SHORTCOMING: Final = {
    Outcome.ANALYSED: Words("LIMITED ANALYSIS", "制限付きの解析"),
    Outcome.PARTIAL: Words("PARTIAL ANALYSIS", "一部のみ解析"),
    Outcome.NOT_ANALYSED: Words("NOT ANALYSED", "解析対象外"),
    Outcome.FAILED: Words("ANALYSIS FAILED", "解析失敗"),
}
_NOT_NEGATIVE: Final = Words("This is not a negative result.", "これは陰性の結果ではありません。")
_NONE_SUCCEEDED: Final[Code] = codes.DCM.NoAlgorithmsSucceededWithoutFindings
_SUCCEEDED: Final[Mapping[tuple[bool, bool], Code]] = {  # by whether all did, and found something
    (True, False): codes.DCM.AllAlgorithmsSucceededWithoutFindings,
    (True, True): codes.DCM.AllAlgorithmsSucceededWithFindings,
    (False, False): codes.DCM.NotAllAlgorithmsSucceededWithoutFindings,
    (False, True): codes.DCM.NotAllAlgorithmsSucceededWithFindings,
}


def summary_code(findings: Findings) -> Code:
    """Return how the algorithms went and whether they found something (CID 6047).

    An analysis with a limitation counts as one that did not wholly succeed: a program that reads
    nothing but this code must not take it for a negative study.
    """
    if findings.outcome in _NOTHING_CAME and not findings.nodules:
        return _NONE_SUCCEEDED
    return _SUCCEEDED[findings.is_whole, bool(findings.nodules)]


def summary_lines(findings: Findings) -> tuple[str, ...]:
    """Return what a reader must know at first sight, a sentence a line."""
    return tuple(words.english for words in summary_words(findings))


def summary_words(findings: Findings) -> tuple[Words, ...]:
    """Return the summary in both languages; the reason itself is told in English only."""
    count = len(findings.nodules)
    marked = f"{count or 'No'} nodule{'s' if count > 1 else ''} marked"
    japanese = f"マークした結節: {count} 個" if count else "マークした結節はありません"
    if findings.is_whole:
        return (Words(f"{marked}.", f"{japanese}。"),)
    name, reason = _SHORTCOMING[findings.outcome], findings.reason or "reason unknown"
    shortcoming = Words(f"{name.english}: {reason}", f"{name.japanese}: {reason}")
    if count:
        others = Words(
            f"{marked}; others may have been missed.",
            f"{japanese}。ほかの結節は見落としの可能性があります。",
        )
        return (shortcoming, others)
    if findings.outcome in _NOTHING_CAME:
        return (shortcoming, _NOT_NEGATIVE)
    nothing = Words(
        f"{marked}, but this is not a negative result.",
        f"{japanese}が、陰性の結果ではありません。",
    )
    return (shortcoming, nothing)


def hidden_lines(hidden: int) -> tuple[str, ...]:
    """Return that marks are hidden: what is not shown must not look as if it were not there."""
    if not hidden:
        return ()
    return (f"{hidden} mark{'s' if hidden > 1 else ''} hidden by preference.",)


def guidance_lines(findings: Findings) -> tuple[str, ...]:
    """Return what the guideline says of the study, or why it says nothing; a sentence a line."""
    return tuple(words.english for words in guidance_words(findings))


def guidance_words(findings: Findings) -> tuple[Words, ...]:
    """Return what the guideline says in both languages."""
    guidance = findings.triage.guidance
    if guidance is None:
        return ()
    return tuple(map(Words, guidance.english, guidance.japanese))


def category_lines(findings: Findings) -> tuple[str, ...]:
    """Return guideline and category in a few words; nothing where there is no category."""
    triage = findings.triage
    return () if triage.category is None else (f"{triage.guideline}: {triage.category}",)


def nodule_lines(nodule: Nodule) -> tuple[str, str]:
    """Return what a nodule is, and where and how sure, as labels beside it say."""
    measured, change = nodule.measurement, change_words(nodule)
    what = describe_size_and_type(measured).english
    where = describe_region(measured.side, measured.zone).english
    changed = "" if change is None else f", {change.english}"
    return f"{nodule.tracking_id}: {what}{changed}", f"{where}, score {nodule.score:.2f}"
