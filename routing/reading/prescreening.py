"""Takes reads back that a hospital need not request, and requests them again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routing.reading.desk import ReadingDesk
from routing.records.prescreening import PrescreenDecision, PrescreenRecords
from wetread.domain.findings import Findings
from wetread.domain.prescreening import PrescreenRules, ReadDecision, decide

_READER = "prescreening"  # holds a study for the moment in which it is taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescreening:
    """Acts on what the analysis advises; hospitals without rules have every study read."""

    rules: Mapping[str, PrescreenRules]  # by site
    records: PrescreenRecords
    desk: ReadingDesk
    draw: Callable[[], float]  # a random number from 0 to below 1

    def conclude(self, findings: Findings) -> None:
        """Decide on the read of a study, once for each revision, and see to it."""
        uid, triage = findings.study_instance_uid, findings.triage
        task = self.desk.records.find(uid)
        rules = None if task is None else self.rules.get(task.site)
        if task is None or rules is None:
            return
        at = self.desk.clock()
        decision = self.records.decide_once(
            uid,
            findings.revision,
            site=task.site,
            advice=triage.prescreen,
            reasons=triage.reasons,
            decide=lambda: decide(triage.prescreen, rules, on=at.date(), drawn=self.draw()),
            at=at,
        )
        self._see_to(decision, by=_READER)

    def override(self, study_instance_uid: str, *, request: bool, actor: str) -> bool:
        """Do as a human says, whatever was decided; False where nothing was."""
        to = ReadDecision.REQUESTED if request else ReadDecision.WITHDRAWN
        decision = self.records.override(study_instance_uid, to, actor=actor, at=self.desk.clock())
        if decision is None:
            return False
        self._see_to(decision, by=actor)
        return True

    def _see_to(self, decision: PrescreenDecision, *, by: str) -> None:
        if decision.holds is ReadDecision.WITHDRAWN:
            self.desk.withdraw(decision.study_instance_uid, by=by)
        else:
            self.desk.request_again(decision.study_instance_uid, by=by)
