"""The work of each stop for one study: small values in, small values out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import structlog

from routing.guidelines.guide import StudyGuide
from routing.pipeline.changes import apply_changes, interval_days
from routing.pipeline.identities import keep_settled, take_over
from routing.pipeline.marks import Marks, measure_candidates, track_nodules
from routing.pipeline.pictures import KeyImage, draw_key_images, draw_page_pictures
from routing.pipeline.study import Background, MarkedStudy, PriorStudy, StudyInput
from routing.pipeline.trends import MeasuredStudy, add_trends
from routing.pipeline.volumes import VolumeShelf
from routing.results.encode import encode_outputs
from routing.results.masks import write_masks
from routing.results.material import NodulePictures
from routing.results.objects import EncodedObject, ObjectKind
from routing.results.outputs import OutputPlan
from routing.selection.rulebook import SelectionRules
from routing.selection.select import select_series
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.payers import PayerTable
from wetread.domain.costs.prices import PriceTable
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import (
    Candidate,
    Findings,
    ModelIdentity,
    Nodule,
    OperatingPoint,
    Outcome,
    ResolvedNodule,
    UnseenNodule,
)
from wetread.domain.growth import GrowthLimits
from wetread.domain.masks import NoduleMask
from wetread.domain.selection import Selection
from wetread.domain.triage import PriorityTable
from wetread.ports import (
    Clock,
    Detector,
    KeyImageRenderer,
    NoduleMeasurer,
    PriorComparer,
    PriorMatch,
    Progress,
    VolumeReader,
)

ChooseOutputs: TypeAlias = Callable[[str], OutputPlan]
"""Tells what is encoded of a study, by its UID; asked anew whenever one is encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisTools:
    """The parts that look at images; wired in `bootstrap`."""

    reader: VolumeReader
    detector: Detector
    measurer: NoduleMeasurer
    comparer: PriorComparer
    renderer: KeyImageRenderer


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRules:
    """The dated tables that decide."""

    selection: SelectionRules
    growth: GrowthLimits
    priority: PriorityTable
    prices: DatedTables[PriceTable]
    payers: DatedTables[PayerTable]
    guide: StudyGuide


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The nodules with their changes, what became of the prior's others, and the alignment."""

    nodules: tuple[Nodule, ...]
    resolved: tuple[ResolvedNodule, ...]
    unseen: tuple[UnseenNodule, ...] = ()
    trusted: bool


class StudyStops:
    """The stops of one study; each may run in another process than the one before it.

    Voxels of nodules are kept in ``folder``, that of the study's results; without one, nowhere.
    """

    def __init__(
        self,
        study: StudyInput,
        *,
        tools: AnalysisTools,
        rules: AnalysisRules,
        shelf: VolumeShelf,
        clock: Clock,
        folder: Path | None = None,
        outputs: ChooseOutputs,
    ) -> None:
        self._study = study
        self._tools = tools
        self._rules = rules
        self._shelf = shelf
        self._clock = clock
        self._folder = folder
        self._outputs = outputs

    @property
    def operating_point(self) -> OperatingPoint:
        """From which score candidates are marked."""
        return self._tools.detector.operating_point

    @property
    def model(self) -> ModelIdentity:
        """Which model marks, and on what it did last."""
        return self._tools.detector.model

    def select(self) -> Selection:
        """Choose the series to analyse."""
        return select_series(self._study.instances, self._rules.selection)

    def detect(
        self, selection: Selection, progress: Progress | None = None
    ) -> tuple[Candidate, ...]:
        """Find every candidate down to a low score."""
        volume = self._shelf.read(selection.instances)
        return self._tools.detector.detect(volume, progress, urgency=self._study.urgency)

    def measure(self, selection: Selection, candidates: Sequence[Candidate]) -> Marks:
        """Measure the candidates that the detector means, and keep their voxels in the folder."""
        marks, masks = self._measure(selection, candidates)
        if self._folder is not None:
            self._keep_masks(masks, self._folder)
        return marks

    def name_nodules(self, marks: Marks, earlier: Findings | None) -> tuple[Nodule, ...]:
        """Give each mark its tracking; the names of an earlier revision stay."""
        return track_nodules(
            marks.marks,
            patient=self._study.patient_key,
            study_instance_uid=self._study.study_instance_uid,
            model=self._tools.detector.model,
            earlier=() if earlier is None else earlier.nodules,
        )

    def mark_prior(self, prior: PriorStudy) -> MarkedStudy:
        """Return the prior's nodules as this very model marks and measures them.

        Algorithms disagree on sizes by 20 % and more, so another model's findings only lend the
        tracking. Raise `AnalysisError` where a nodule of the prior cannot be measured.
        """
        recorded = prior.findings
        if recorded is not None and self._is_ours(recorded, prior.selection):
            return MarkedStudy(nodules=recorded.nodules, candidates=recorded.candidates)
        candidates = self.detect(prior.selection)
        marks, _ = self._measure(prior.selection, candidates)
        if marks.unmeasured:
            raise AnalysisError("a nodule of the prior study could not be measured")
        nodules = track_nodules(
            marks.marks,
            patient=prior.patient_key,
            study_instance_uid=prior.study_instance_uid,
            model=self._tools.detector.model,
            earlier=() if recorded is None else recorded.nodules,
        )
        return MarkedStudy(nodules=nodules, candidates=candidates)

    def compare(
        self,
        selection: Selection,
        marked: MarkedStudy,
        background: Background,
        marked_prior: MarkedStudy,
    ) -> Comparison:
        """Match the nodules with those of the newest prior and say how each has changed."""
        prior, *older = background.priors
        if not marked.nodules and not marked_prior.nodules:
            return Comparison(nodules=(), resolved=(), trusted=True)
        match = keep_settled(
            marked.nodules,
            self._match(selection, marked, prior, marked_prior),
            prior_nodules=marked_prior.nodules,
            told_apart=background.told_apart,
        )
        changed = apply_changes(
            marked.nodules,
            match,
            prior_study_instance_uid=prior.study_instance_uid,
            prior_nodules=marked_prior.nodules,
            interval_days=interval_days(prior.study_date, self._study.study_date),
            limits=self._rules.growth,
        )
        history = [_measured(prior, marked_prior.nodules), *self._measured_alike(older)]
        trended = add_trends(_measured(self._study, changed), history, self._rules.growth)
        return Comparison(
            nodules=trended, resolved=match.resolved, unseen=match.unseen, trusted=match.trusted
        )

    def take_over(
        self,
        selection: Selection,
        marked: MarkedStudy,
        background: Background,
        later: PriorStudy,
        kept: frozenset[str],
    ) -> tuple[Nodule, ...]:
        """Return the nodules with the identities that a later study gave already.

        ``kept`` are tracking UIDs that a prior or an earlier revision gave: they stay.
        """
        if all(nodule.tracking_uid in kept for nodule in marked.nodules):
            return marked.nodules
        return take_over(
            marked.nodules,
            self._match(selection, marked, later, self.mark_prior(later)),
            kept=kept,
            told_apart=background.told_apart,
        )

    def prices_of_today(self) -> PriceTable:
        """Return the prices in force."""
        return self._rules.prices.on(self._clock().date())

    def encode(
        self,
        findings: Findings,
        selection: Selection | None,
        prior: PriorStudy | None,
        folder: Path,
    ) -> tuple[EncodedObject, ...]:
        """Write the result objects into ``folder``; ``prior`` is the study compared with."""
        chosen = () if selection is None else selection.instances
        plan = self._outputs(findings.study_instance_uid)
        pictured = ObjectKind.SECONDARY_CAPTURE in plan.kinds
        return encode_outputs(
            findings,
            chosen or self._study.instances,
            plan,
            folder=folder,
            encoded_at=self._clock(),
            prior_instances=() if prior is None else prior.selection.instances,
            pictures=self._pictures(findings, selection, prior) if pictured else {},
        )

    def render(
        self, findings: Findings, selection: Selection, folder: Path
    ) -> tuple[KeyImage, ...]:
        """Draw each nodule on the image that shows it largest; PNG files in ``folder``."""
        if not findings.nodules:
            return ()
        volume = self._shelf.read(selection.instances)
        return draw_key_images(findings, self._tools.renderer, volume, folder)

    def _pictures(
        self, findings: Findings, selection: Selection | None, prior: PriorStudy | None
    ) -> Mapping[str, NodulePictures]:
        if selection is None:
            return {}
        read = self._shelf.read
        return draw_page_pictures(
            findings,
            self._tools.renderer,
            current=partial(read, selection.instances),
            prior=None if prior is None else partial(read, prior.selection.instances),
        )

    def _keep_masks(self, masks: tuple[NoduleMask, ...], folder: Path) -> None:
        """Keep the voxels; a disk that does not take them leaves the nodules as they are."""
        try:
            write_masks(folder, masks)
        except OSError as error:
            structlog.get_logger(__name__).warning(
                "the voxels of the nodules could not be kept, no segmentation shows them",
                error=type(error).__name__,
            )

    def _measure(
        self, selection: Selection, candidates: Sequence[Candidate]
    ) -> tuple[Marks, tuple[NoduleMask, ...]]:
        volume = self._shelf.read(selection.instances)
        return measure_candidates(volume, self._meant(candidates), self._tools.measurer)

    def _match(
        self, selection: Selection, marked: MarkedStudy, other: PriorStudy, there: MarkedStudy
    ) -> PriorMatch:
        return self._tools.comparer.compare(
            current=self._shelf.read(selection.instances),
            current_nodules=[nodule.measurement for nodule in marked.nodules],
            current_candidates=marked.candidates,
            prior=self._shelf.read(other.selection.instances),
            prior_nodules=there.nodules,
            prior_candidates=there.candidates,
        )

    def _measured_alike(self, studies: Sequence[PriorStudy]) -> list[MeasuredStudy]:
        """Return the studies that this very model has measured: only those make one trend."""
        return [
            _measured(study, study.findings.nodules)
            for study in studies
            if study.findings is not None and self._is_ours(study.findings, study.selection)
        ]

    def _meant(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        lowest = self.operating_point.score
        return [candidate for candidate in candidates if candidate.score >= lowest]

    def _is_ours(self, findings: Findings, selection: Selection) -> bool:
        model = self._tools.detector.model
        return (
            findings.outcome is Outcome.ANALYSED
            and (findings.model.sha256, findings.model.version) == (model.sha256, model.version)
            and selection.chosen is not None
            and findings.series_instance_uid == selection.chosen.series_instance_uid
        )


def _measured(study: StudyInput | PriorStudy, nodules: tuple[Nodule, ...]) -> MeasuredStudy:
    return MeasuredStudy(
        study_instance_uid=study.study_instance_uid, study_date=study.study_date, nodules=nodules
    )
