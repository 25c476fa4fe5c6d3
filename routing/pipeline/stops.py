"""The work of each stop for one study: small values in, small values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.guidelines.guide import StudyGuide
from routing.pipeline.changes import apply_changes, interval_days
from routing.pipeline.identities import keep_settled, take_over
from routing.pipeline.marks import Marks, measure_candidates, track_nodules
from routing.pipeline.study import Background, MarkedStudy, PriorStudy, StudyInput
from routing.pipeline.trends import MeasuredStudy, add_trends
from routing.pipeline.volumes import VolumeShelf
from routing.results.encode import encode_results
from routing.results.objects import EncodedObject
from routing.selection.rulebook import SelectionRules
from routing.selection.select import select_series
from wetread.domain.costs import PriceTable
from wetread.domain.errors import AnalysisError
from wetread.domain.explanation import describe_mark, explain_score
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
    prices: PriceTable
    guide: StudyGuide


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyImage:
    """A picture of one nodule for people."""

    tracking_uid: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The nodules with their changes, what became of the prior's others, and the alignment."""

    nodules: tuple[Nodule, ...]
    resolved: tuple[ResolvedNodule, ...]
    unseen: tuple[UnseenNodule, ...] = ()
    trusted: bool


def key_image_path(results_folder: Path, tracking_id: str) -> Path:
    """Return where the key image of a nodule lies below the folder of a study's results."""
    name = tracking_id.lower().replace(" ", "-")
    return results_folder / "key-images" / f"{name}.png"


class StudyStops:
    """The stops of one study; each may run in another process than the one before it."""

    def __init__(
        self,
        study: StudyInput,
        *,
        tools: AnalysisTools,
        rules: AnalysisRules,
        shelf: VolumeShelf,
        clock: Clock,
    ) -> None:
        self._study = study
        self._tools = tools
        self._rules = rules
        self._shelf = shelf
        self._clock = clock

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
        """Measure the candidates that the detector means."""
        volume = self._shelf.read(selection.instances)
        return measure_candidates(volume, self._meant(candidates), self._tools.measurer)

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
        marks = self.measure(prior.selection, candidates)
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

    def encode(
        self, findings: Findings, selection: Selection | None, folder: Path
    ) -> tuple[EncodedObject, ...]:
        """Write the result objects into ``folder``."""
        chosen = () if selection is None else selection.instances
        return encode_results(
            findings, chosen or self._study.instances, folder=folder, encoded_at=self._clock()
        )

    def render(
        self, findings: Findings, selection: Selection, folder: Path
    ) -> tuple[KeyImage, ...]:
        """Draw each nodule on the image that shows it largest; PNG files in ``folder``."""
        if not findings.nodules:
            return ()
        volume = self._shelf.read(selection.instances)
        images = []
        for nodule in findings.nodules:
            path = key_image_path(folder, nodule.tracking_id)
            mark, caption = nodule.measurement.mark, _caption(nodule, findings.operating_point)
            self._tools.renderer(volume, mark, caption=caption, path=path)
            images.append(KeyImage(tracking_uid=nodule.tracking_uid, path=path))
        return tuple(images)

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


def _caption(nodule: Nodule, point: OperatingPoint | None) -> str:
    """Return what a key image says, in English: its font has no other letters."""
    what = describe_mark(nodule.measurement).english
    return f"{nodule.tracking_id}: {what}\n{explain_score(nodule.score, point).english}"
