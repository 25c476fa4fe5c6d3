"""Encode a study's findings anew for its destinations, by the profiles and preferences of now."""

from routing.pipeline.analysis import StudyAnalysis
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.stops import ChooseOutputs
from routing.records.findings import FindingsRecords
from routing.records.results import ResultRecords
from wetread.ports import Clock


class Redelivery:
    """Nothing is looked at again: only what was not encoded yet is, from the findings that are."""

    def __init__(
        self,
        *,
        analysis: StudyAnalysis,
        studies: RecordedStudies,
        findings: FindingsRecords,
        results: ResultRecords,
        outputs: ChooseOutputs,
        clock: Clock,
    ) -> None:
        self._analysis = analysis
        self._studies = studies
        self._findings = findings
        self._results = results
        self._outputs = outputs
        self._clock = clock

    def readdress(self, study_instance_uid: str, *, actor: str) -> bool:
        """Address what each destination is to have now; False where there are no findings yet.

        What it has already stays there and is not sent again. Raise `EncodingError`,
        `UnreadableInstance`.
        """
        uid, findings = study_instance_uid, self._findings.newest(study_instance_uid)
        if findings is None:
            return False
        plan, revision = self._outputs(uid), findings.revision
        missing = plan.without(self._results.encoded(uid, revision))
        objects = self._analysis.encode_again(
            self._studies.open(uid, revision),
            findings,
            self._studies.prior_of(findings),
            missing,
            self._results.folder(uid, revision),
        )
        self._results.readdress(
            uid, revision, plan=plan, objects=objects, actor=actor, at=self._clock()
        )
        return True
