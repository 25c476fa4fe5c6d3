"""The analysis of studies: the parts and tables that every study shares."""

import time
from collections.abc import Callable
from pathlib import Path

from routing.pipeline.conclusion import Draft, findings_from_draft
from routing.pipeline.metering import Meter
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.run import AnalysedStudy, StudyRun
from routing.pipeline.steps import Failure, StepRunner, run_at_once
from routing.pipeline.stops import AnalysisRules, AnalysisTools, ChooseOutputs, StudyStops
from routing.pipeline.study import Background, PriorStudy, StudyInput
from routing.pipeline.trail import StudyTrail
from routing.pipeline.volumes import VolumeShelf
from routing.priors.given import given_prior
from routing.results.objects import DEFAULT_KINDS, EncodedObject
from routing.results.outputs import OutputPlan, plan_of_kinds
from routing.selection.select import select_series
from wetread.domain.findings import Findings, Outcome
from wetread.ports import Clock, Detector, Progress


def default_outputs(study_instance_uid: str) -> OutputPlan:
    """Have the usual kinds encoded with all marks: a `ChooseOutputs` without destinations."""
    del study_instance_uid
    return plan_of_kinds(DEFAULT_KINDS)


class StudyAnalysis:
    """Starts the analysis of one study after another; keeps nothing of a study itself."""

    def __init__(
        self,
        *,
        tools: AnalysisTools,
        rules: AnalysisRules,
        meter: Meter,
        retries: RetryPolicy,
        clock: Clock,
        outputs: ChooseOutputs = default_outputs,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tools = tools
        self._rules = rules
        self._meter = meter
        self._retries = retries
        self._clock = clock
        self._outputs = outputs
        self._sleep = sleep

    @property
    def detector(self) -> Detector:
        """What finds the candidates."""
        return self._tools.detector

    def start(
        self,
        study: StudyInput,
        *,
        folder: Path | None = None,
        run_step: StepRunner = run_at_once,
        progress: Progress | None = None,
    ) -> StudyRun:
        """Return the run of one study; ``run_step`` decides where its steps are checkpointed.

        What is too large for a checkpoint is kept in ``folder``, where its results are to lie.
        """
        shelf = VolumeShelf(self._tools.reader, self._meter.wall_seconds)
        return StudyRun(
            study,
            stops=self._stops(study, shelf, self._outputs, folder),
            trail=StudyTrail(
                run_step,
                meter=self._meter,
                shelf=shelf,
                retries=self._retries,
                sleep=self._sleep,
            ),
            rules=self._rules,
            device=self._meter.device,
            progress=progress,
        )

    def analyze_study(
        self,
        study: StudyInput,
        prior: StudyInput | None,
        folder: Path,
        progress: Progress | None = None,
        *,
        run_step: StepRunner = run_at_once,
    ) -> AnalysedStudy:
        """Analyse a study at once, against a prior when one is given, and write its results."""
        run = self.start(study, folder=folder, run_step=run_step, progress=progress)
        findings = run.analyse(lambda *_: self._background(study, prior))
        return run.publish(findings, folder)

    def encode_again(
        self,
        study: StudyInput,
        findings: Findings,
        prior: PriorStudy | None,
        plan: OutputPlan,
        folder: Path,
    ) -> tuple[EncodedObject, ...]:
        """Write what is planned from findings that are; no image is analysed.

        ``prior`` is the study they were compared with. Raise `EncodingError`,
        `UnreadableInstance`.
        """
        if not plan.groups:
            return ()
        shelf = VolumeShelf(self._tools.reader, self._meter.wall_seconds)
        selection = select_series(study.instances, self._rules.selection)
        chosen = selection.chosen
        same = chosen and chosen.series_instance_uid == findings.series_instance_uid
        stops = self._stops(study, shelf, lambda _: plan, folder)
        return stops.encode(findings, selection if same else None, prior, folder)

    def failed(self, study: StudyInput, reason: str) -> Findings:
        """Return the findings of a study whose analysis came to nothing."""
        failure = Failure(outcome=Outcome.FAILED, reason=reason)
        return findings_from_draft(
            Draft().stopped(failure),
            study,
            model=self._tools.detector.model,
            priority=self._rules.priority,
            guide=self._rules.guide,
        )

    def _stops(
        self, study: StudyInput, shelf: VolumeShelf, outputs: ChooseOutputs, folder: Path | None
    ) -> StudyStops:
        return StudyStops(
            study,
            tools=self._tools,
            rules=self._rules,
            shelf=shelf,
            clock=self._clock,
            folder=folder,
            outputs=outputs,
        )

    def _background(self, study: StudyInput, prior: StudyInput | None) -> Background:
        if prior is None:
            return Background()
        return Background(priors=(given_prior(study, prior, self._rules.selection),))
