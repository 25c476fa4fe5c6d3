"""From what the stops gave to the findings; nothing incomplete ever looks negative."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from routing.guidelines.guide import StudyGuide
from routing.pipeline.metering import Spent
from routing.pipeline.steps import Failure, Step
from routing.pipeline.study import StudyInput
from wetread.domain.costs.prices import PriceTable, booked_amount
from wetread.domain.findings import (
    Candidate,
    Findings,
    ModelIdentity,
    Nodule,
    OperatingPoint,
    Outcome,
    ResolvedNodule,
    StudyCost,
    Timing,
    UnseenNodule,
)
from wetread.domain.guidelines.assess import withdraw
from wetread.domain.guidelines.guidance import Guidance
from wetread.domain.selection import Selection
from wetread.domain.triage import PriorityTable, triage_study

_LIMITED = "limited: "
_GPU = re.compile(r"(^|, )cuda:")  # here, or after the name of the server it is in
_CPU_ONLY = "process_cpu_time"
_WITH_GPU = "process_cpu_time; wall time of detection on the gpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """How far the analysis came; each stop returns a further one."""

    outcome: Outcome = Outcome.ANALYSED
    reasons: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    selection: Selection | None = None
    operating_point: OperatingPoint | None = None
    candidates: tuple[Candidate, ...] = ()
    nodules: tuple[Nodule, ...] = ()
    resolved: tuple[ResolvedNodule, ...] = ()
    unseen: tuple[UnseenNodule, ...] = ()

    def stopped(self, failure: Failure) -> "Draft":
        """Return the draft of an analysis that came no further."""
        return replace(self, outcome=failure.outcome, reasons=(*self.reasons, failure.reason))

    def partial(self, reason: str) -> "Draft":
        """Return the draft of an analysis that lacks something."""
        return replace(self, outcome=Outcome.PARTIAL, reasons=(*self.reasons, reason))

    @property
    def reason(self) -> str | None:
        """Return why the outcome is no better, or what limits a whole analysis."""
        if self.outcome is not Outcome.ANALYSED:
            return "; ".join((*self.reasons, *self.limitations))
        return _LIMITED + "; ".join(self.limitations) if self.limitations else None


def limitations_of(selection: Selection) -> tuple[str, ...]:
    """Return what every result of the chosen series has to say."""
    limitations = selection.chosen.limitations if selection.chosen is not None else ()
    return tuple(reason.english.removeprefix(_LIMITED) for reason in limitations)


def not_usable(selection: Selection) -> Failure:
    """Return why no series was chosen: the sentence and its code."""
    reason = selection.reason
    text = "no series was chosen" if reason is None else f"{reason.english} ({reason.code})"
    return Failure(outcome=Outcome.NOT_ANALYSED, reason=text)


def findings_from_draft(
    draft: Draft,
    study: StudyInput,
    *,
    model: ModelIdentity,
    priority: PriorityTable,
    guide: StudyGuide,
) -> Findings:
    """Conclude the study: outcome, triage, and nothing spent yet."""
    chosen = draft.selection.chosen if draft.selection is not None else None
    return Findings(
        study_instance_uid=study.study_instance_uid,
        series_instance_uid=None if chosen is None else chosen.series_instance_uid,
        patient_key=study.patient_key,
        revision=study.revision,
        outcome=draft.outcome,
        reason=draft.reason,
        model=model,
        operating_point=draft.operating_point,
        nodules=draft.nodules,
        candidates=draft.candidates,
        resolved=draft.resolved,
        unseen=draft.unseen,
        triage=triage_study(
            outcome=draft.outcome,
            reason=draft.reason,
            nodules=draft.nodules,
            table=priority,
            guidance=_guidance(draft, study, guide),
        ),
        timing_s=Timing(),
        cost=StudyCost(
            gpu_seconds=0.0,
            cpu_seconds=0.0,
            device="",
            energy_joule=None,
            cost_jpy=0.0,
            how_measured=_CPU_ONLY,
        ),
    )


def _guidance(draft: Draft, study: StudyInput, guide: StudyGuide) -> Guidance:
    selected = draft.selection.instances if draft.selection is not None else ()
    return guide.guide(
        draft.nodules,
        outcome=draft.outcome,
        reason=draft.reason,
        image=next(iter(selected or study.instances), None),
        site=study.patient_key.issuer,
        given=study.indication,
    )


def without_results(findings: Findings, failure: Failure, priority: PriorityTable) -> Findings:
    """Return findings that no destination can be told of; they never look complete."""
    reason = "; ".join(text for text in (findings.reason, failure.reason) if text)
    analysed = findings.outcome is Outcome.ANALYSED
    outcome = Outcome.PARTIAL if analysed else findings.outcome
    before = findings.triage.guidance
    assert before is not None  # this program assessed them
    triage = triage_study(
        outcome=outcome,
        reason=reason,
        nodules=findings.nodules,
        table=priority,
        guidance=withdraw(before),
    )
    return replace(findings, outcome=outcome, reason=reason, triage=triage)


def with_spent(
    findings: Findings, spent: Mapping[Step, Spent], *, device: str, prices: PriceTable
) -> Findings:
    """Add what the steps used and what that costs."""
    everything = sum(spent.values(), Spent())
    on_gpu = _GPU.search(findings.model.device) is not None
    gpu_seconds = _seconds(spent, Step.DETECT) if on_gpu else 0.0
    cost = prices.cost_jpy(
        gpu_seconds=booked_amount(gpu_seconds),
        cpu_seconds=booked_amount(everything.cpu_seconds),
    )
    timing = Timing(
        read=everything.read_seconds,
        select=_seconds(spent, Step.SELECT, Step.LINK, Step.FIND_PRIOR),
        detect=_seconds(spent, Step.DETECT),
        measure=_seconds(spent, Step.MEASURE),
        compare=_seconds(spent, Step.MARK_PRIOR, Step.COMPARE, Step.TAKE_OVER),
        encode=_seconds(spent, Step.ENCODE, Step.RENDER),
        total=everything.wall_seconds,
    )
    how = _WITH_GPU if on_gpu else _CPU_ONLY
    used = StudyCost(
        gpu_seconds=gpu_seconds,
        cpu_seconds=everything.cpu_seconds,
        device=f"{findings.model.device}; {device}" if on_gpu else device,
        energy_joule=everything.energy_joule,
        cost_jpy=float(cost),
        how_measured=f"{how}; energy by {everything.energy_by}" if everything.energy_by else how,
    )
    return replace(findings, timing_s=timing, cost=used)


def _seconds(spent: Mapping[Step, Spent], *steps: Step) -> float:
    """Return the wall seconds of steps, less those spent reading images or waiting."""
    return sum(spent[step].working_seconds for step in steps if step in spent)
