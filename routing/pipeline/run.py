"""The way of one study, from stop to stop; the same at once or durable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from routing.identity.linking import exact_keys
from routing.pipeline.conclusion import (
    Draft,
    findings_from_draft,
    limitations_of,
    not_usable,
    with_spent,
    without_results,
)
from routing.pipeline.marks import Marks
from routing.pipeline.pictures import KeyImage
from routing.pipeline.steps import Failure, Step
from routing.pipeline.stops import AnalysisRules, Comparison, StudyStops
from routing.pipeline.study import Background, MarkedStudy, PriorStudy, StudyInput
from routing.pipeline.trail import StudyTrail
from routing.results.objects import EncodedObject
from wetread.domain.findings import (
    COMPARISON_FAILED,
    Candidate,
    ChangeState,
    Findings,
    Nodule,
    Outcome,
)
from wetread.domain.identity.links import Linked
from wetread.domain.priors import PriorFetch
from wetread.domain.selection import Selection
from wetread.domain.studies import PatientKey
from wetread.ports import Progress

FindBackground: TypeAlias = Callable[[StudyInput, tuple[PatientKey, ...]], Background]
"""Finds what is known of a study's patient by all their keys; none where nobody is identified."""

LinkPatient: TypeAlias = Callable[[StudyInput], Linked]
"""Finds the keys of a study's patient."""

FetchPriors: TypeAlias = Callable[[StudyInput, Sequence[PatientKey]], PriorFetch]
"""Brings here what other archives have of a study's patient, all their keys being given."""

_UNMEASURED: Final = "suspicious places that could not be measured"
_FETCHING_FAILED: Final = "priors in other archives could not be fetched"
_NOT_TAKEN_OVER: Final = "the nodules were not found in the later study, and are named anew"
_NOT_ALIGNED: Final = "the prior could not be aligned, changes are to be judged by eye"
_DONE_AFTER: Final = {
    Step.SELECT: 0.05,
    Step.FIND_PRIOR: 0.07,
    Step.DETECT: 0.6,
    Step.MEASURE: 0.75,
    Step.COMPARE: 0.95,
    Step.ENCODE: 1.0,
}


def fetch_nothing(study: StudyInput, patients: Sequence[PatientKey]) -> PriorFetch:
    """Ask nobody for priors: a `FetchPriors` where there are no archives."""
    del study, patients
    return PriorFetch()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedStudy:
    """The findings of a study and what was written from them."""

    findings: Findings
    objects: tuple[EncodedObject, ...]
    key_images: tuple[KeyImage, ...]


class StudyRun:
    """Takes one study through the stops.

    Whatever fails ends in findings that say so: nothing is raised, and nothing that failed looks
    negative.
    """

    def __init__(
        self,
        study: StudyInput,
        *,
        stops: StudyStops,
        trail: StudyTrail,
        rules: AnalysisRules,
        device: str,
        progress: Progress | None,
    ) -> None:
        self._study = study
        self._stops = stops
        self._trail = trail
        self._rules = rules
        self._device = device
        self._progress = progress
        self._selection: Selection | None = None
        self._prior: PriorStudy | None = None  # the one compared with

    def analyse(
        self,
        find_background: FindBackground,
        *,
        link_patient: LinkPatient = exact_keys,
        fetch_priors: FetchPriors = fetch_nothing,
    ) -> Findings:
        """Return the findings, with what was spent so far."""
        draft = self._select()
        self._selection = draft.selection
        selection = draft.selection
        if selection is not None and draft.outcome is Outcome.ANALYSED:
            linked = self._link(link_patient)
            draft = self._fetch(draft, linked, fetch_priors)
            background = self._find_background(linked, find_background)
            self._prior = _compared_with(background)
            draft = self._mark(draft, selection, background)
            draft = self._compare(draft, selection, background)
            draft = self._take_over(draft, selection, background)
        return self._conclude(draft)

    def publish(self, findings: Findings, folder: Path) -> AnalysedStudy:
        """Write results and key images into ``folder``; return everything, all costs included.

        Findings that cannot be encoded are kept, and say that they were not sent.
        """
        selection, prior = self._selection, self._prior
        objects = self._trail.attempt(
            Step.ENCODE,
            tuple[EncodedObject, ...],
            lambda: self._stops.encode(findings, selection, prior, folder),
        )
        if isinstance(objects, Failure):
            findings = without_results(findings, objects, self._rules.priority)
            objects = ()
        images: tuple[KeyImage, ...] | Failure = ()
        if selection is not None and findings.nodules:
            images = self._trail.attempt(
                Step.RENDER,
                tuple[KeyImage, ...],
                lambda: self._stops.render(findings, selection, folder),
            )
        self._tell(Step.ENCODE)
        return AnalysedStudy(
            findings=self._spent_added(findings),
            objects=objects,
            # A picture is a convenience: one that could not be drawn takes nothing from the rest.
            key_images=() if isinstance(images, Failure) else images,
        )

    def _spent_added(self, findings: Findings) -> Findings:
        return with_spent(
            findings, self._trail.spent, device=self._device, prices=self._stops.prices_of_today()
        )

    def _select(self) -> Draft:
        selection = self._trail.attempt(Step.SELECT, Selection, self._stops.select)
        self._tell(Step.SELECT)
        if isinstance(selection, Failure):
            return Draft().stopped(selection)
        draft = Draft(selection=selection, limitations=limitations_of(selection))
        return draft if selection.chosen is not None else draft.stopped(not_usable(selection))

    def _link(self, link: LinkPatient) -> Linked | Failure:
        return self._trail.attempt(Step.LINK, Linked, lambda: link(self._study))

    def _fetch(self, draft: Draft, linked: Linked | Failure, fetch: FetchPriors) -> Draft:
        """Bring the priors here; what may be missing limits the result, and stops nothing."""
        if isinstance(linked, Failure):
            return draft
        fetched = self._trail.attempt(
            Step.FETCH_PRIORS, PriorFetch, lambda: fetch(self._study, linked.keys_to_prefetch)
        )
        if isinstance(fetched, Failure):
            problems: tuple[str, ...] = (f"{_FETCHING_FAILED}: {fetched.reason}",)
        else:
            problems = fetched.problems
        return replace(draft, limitations=(*draft.limitations, *problems))

    def _find_background(
        self, linked: Linked | Failure, find: FindBackground
    ) -> Background | Failure:
        if isinstance(linked, Failure):  # not the same as having no prior
            return linked
        found = self._trail.attempt(
            Step.FIND_PRIOR, Background, lambda: find(self._study, linked.patients)
        )
        self._tell(Step.FIND_PRIOR)
        return found

    def _mark(self, draft: Draft, selection: Selection, background: Background | Failure) -> Draft:
        candidates = self._trail.attempt(
            Step.DETECT,
            tuple[Candidate, ...],
            lambda: self._stops.detect(selection, self._detection_progress()),
        )
        self._tell(Step.DETECT)
        if isinstance(candidates, Failure):
            return draft.stopped(candidates)
        draft = replace(draft, candidates=candidates, operating_point=self._stops.operating_point)
        marks = self._trail.attempt(
            Step.MEASURE, Marks, lambda: self._stops.measure(selection, candidates)
        )
        self._tell(Step.MEASURE)
        if isinstance(marks, Failure):
            return draft.stopped(marks)
        earlier = None if isinstance(background, Failure) else background.earlier
        draft = replace(draft, nodules=self._stops.name_nodules(marks, earlier))
        if marks.unmeasured:
            return draft.partial(f"{_UNMEASURED}: {marks.unmeasured}")
        return draft

    def _compare(
        self, draft: Draft, selection: Selection, background: Background | Failure
    ) -> Draft:
        if draft.outcome in {Outcome.FAILED, Outcome.NOT_ANALYSED}:
            return draft
        comparison = self._comparison(draft, selection, background)
        self._tell(Step.COMPARE)
        if comparison is None:
            return draft
        if isinstance(comparison, Failure):
            return draft.partial(f"{COMPARISON_FAILED}: {comparison.reason}")
        draft = replace(
            draft,
            nodules=comparison.nodules,
            resolved=comparison.resolved,
            unseen=comparison.unseen,
        )
        if comparison.trusted:
            return draft
        return replace(draft, limitations=(*draft.limitations, _NOT_ALIGNED))

    def _comparison(
        self,
        draft: Draft,
        selection: Selection,
        background: Background | Failure,
    ) -> Comparison | Failure | None:
        if isinstance(background, Failure):
            return background
        prior = _compared_with(background)
        if prior is None:
            return None
        marked_prior = self._trail.attempt(
            Step.MARK_PRIOR, MarkedStudy, lambda: self._stops.mark_prior(prior)
        )
        if isinstance(marked_prior, Failure):
            return marked_prior
        return self._trail.attempt(
            Step.COMPARE,
            Comparison,
            lambda: self._stops.compare(selection, _marked(draft), background, marked_prior),
        )

    def _take_over(
        self, draft: Draft, selection: Selection, background: Background | Failure
    ) -> Draft:
        """Let the nodules bear the names that a later study, analysed before, has given them."""
        if isinstance(background, Failure) or background.later is None or not draft.nodules:
            return draft
        later, kept = background.later, _settled_uids(draft.nodules, background)
        nodules = self._trail.attempt(
            Step.TAKE_OVER,
            tuple[Nodule, ...],
            lambda: self._stops.take_over(selection, _marked(draft), background, later, kept),
        )
        if isinstance(nodules, Failure):
            return replace(draft, limitations=(*draft.limitations, _NOT_TAKEN_OVER))
        return replace(draft, nodules=nodules)

    def _conclude(self, draft: Draft) -> Findings:
        findings = self._trail.attempt(Step.TRIAGE, Findings, lambda: self._findings(draft))
        if isinstance(findings, Failure):
            findings = self._findings(Draft(selection=draft.selection).stopped(findings))
        return self._spent_added(findings)

    def _findings(self, draft: Draft) -> Findings:
        return findings_from_draft(
            draft,
            self._study,
            model=self._stops.model,
            priority=self._rules.priority,
            guide=self._rules.guide,
        )

    def _tell(self, step: Step) -> None:
        if self._progress is not None:
            self._progress(_DONE_AFTER[step])

    def _detection_progress(self) -> Progress | None:
        tell = self._progress
        if tell is None:
            return None
        begin, end = _DONE_AFTER[Step.FIND_PRIOR], _DONE_AFTER[Step.DETECT]
        return lambda share: tell(begin + share * (end - begin))


def _compared_with(background: Background | Failure) -> PriorStudy | None:
    if isinstance(background, Failure) or not background.priors:
        return None
    return background.priors[0]


def _marked(draft: Draft) -> MarkedStudy:
    return MarkedStudy(nodules=draft.nodules, candidates=draft.candidates)


def _settled_uids(nodules: tuple[Nodule, ...], background: Background) -> frozenset[str]:
    """Return the tracking UIDs that a prior or an earlier revision has given."""
    earlier = () if background.earlier is None else background.earlier.nodules
    matched = (
        nodule.tracking_uid
        for nodule in nodules
        if nodule.change is not None
        and nodule.change.state is ChangeState.MATCHED
        and nodule.change.prior_tracking_uid is not None
    )
    return frozenset((*matched, *(nodule.tracking_uid for nodule in earlier)))
