"""What a result says of the study as a whole: in a code for programs, in words for people.

Only a whole analysis that found nothing may look negative, so every other outcome has words and
a code of its own (CAD Processing and Findings Summary, PS3.16 CID 6047).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from wetread.domain.explanation import describe_region, describe_size_and_type
from wetread.domain.findings import ChangeState, Findings, GrowthVerdict, Nodule, Outcome

RESEARCH_USE: Final = "Research use only: made by software, not verified by a physician."

_NOTHING_CAME: Final = {
    Outcome.NOT_ANALYSED: "NOT ANALYSED",
    Outcome.FAILED: "ANALYSIS FAILED",
}
_SHORTCOMING: Final = {
    Outcome.ANALYSED: "LIMITED ANALYSIS",
    Outcome.PARTIAL: "PARTIAL ANALYSIS",
    **_NOTHING_CAME,
}
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
    count = len(findings.nodules)
    marked = f"{count or 'No'} nodule{'s' if count > 1 else ''} marked"
    if findings.is_whole:
        return (f"{marked}.",)
    shortcoming = f"{_SHORTCOMING[findings.outcome]}: {findings.reason or 'reason unknown'}"
    if count:
        return (shortcoming, f"{marked}; others may have been missed.")
    if findings.outcome in _NOTHING_CAME:
        return (shortcoming, "This is not a negative result.")
    return (shortcoming, f"{marked}, but this is not a negative result.")


def guidance_lines(findings: Findings) -> tuple[str, ...]:
    """Return what the guideline says of the study, or why it says nothing; a sentence a line."""
    guidance = findings.triage.guidance
    return () if guidance is None else guidance.english


def category_lines(findings: Findings) -> tuple[str, ...]:
    """Return guideline and category in a few words; nothing where there is no category."""
    triage = findings.triage
    return () if triage.category is None else (f"{triage.guideline}: {triage.category}",)


def nodule_lines(nodule: Nodule) -> tuple[str, str]:
    """Return what a nodule is, and where and how sure, as labels beside it say."""
    measured = nodule.measurement
    what = describe_size_and_type(measured).english
    where = describe_region(measured.side, measured.zone).english
    change = "".join(f", {word}" for word in _change_words(nodule))
    return f"{nodule.tracking_id}: {what}{change}", f"{where}, score {nodule.score:.2f}"


def _change_words(nodule: Nodule) -> Iterator[str]:
    change = nodule.change
    if change is None:
        return
    if change.state is ChangeState.NEW:
        yield "new"
    elif change.verdict not in (None, GrowthVerdict.NOT_RESOLVABLE):
        yield change.verdict.value
