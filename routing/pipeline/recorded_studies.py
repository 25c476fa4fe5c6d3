"""Studies as the pipeline takes them from the records."""

from datetime import date, datetime

from routing.pipeline.study import Background, Opened, PriorStudy, StudyInput
from routing.records.catalog import StudyCatalog
from routing.records.findings import FindingsRecords
from routing.selection.rulebook import SelectionRules
from routing.selection.select import select_series
from wetread.domain.errors import StudyError
from wetread.domain.studies import PatientKey, StudyState


class RecordedStudies:
    """Opens studies, and finds what is known of their patients."""

    def __init__(
        self, catalog: StudyCatalog, findings: FindingsRecords, selection_rules: SelectionRules
    ) -> None:
        self._catalog = catalog
        self._findings = findings
        self._selection_rules = selection_rules

    def open(self, study_instance_uid: str, revision: int) -> StudyInput:
        """Return the study with the instances it has now; raise `StudyError` if it is unknown."""
        summary = self._catalog.study(study_instance_uid)
        if summary is None:
            raise StudyError(f"no study {study_instance_uid} was received")
        return StudyInput(
            study_instance_uid=study_instance_uid,
            patient_key=summary.patient_key,
            study_date=_date(summary.study_date),
            revision=revision,
            instances=self._catalog.instances_of(study_instance_uid),
        )

    def begin(self, study_instance_uid: str, revision: int) -> Opened:
        """Open a study to analyse it, unless that was done before."""
        if self._findings.find(study_instance_uid, revision) is not None:
            return Opened(study=None)
        study = self.open(study_instance_uid, revision)
        self._catalog.advance(study_instance_uid, revision=revision, state=StudyState.ANALYSING)
        return Opened(study=study)

    def find_background(self, study: StudyInput, patients: tuple[PatientKey, ...]) -> Background:
        """Return the newest earlier study of the patient that is complete and has a usable series.

        ``patients`` are all keys of the patient. Beside it, what was found in an earlier revision
        of the study itself.
        """
        uid = study.study_instance_uid
        return Background(
            prior=self._find_prior(uid, patients),
            earlier=self._findings.newest(uid, below=study.revision),
        )

    def _find_prior(
        self, study_instance_uid: str, patients: tuple[PatientKey, ...]
    ) -> PriorStudy | None:
        for candidate in self._catalog.earlier_studies(patients, study_instance_uid):
            if candidate.completed_at is None:
                continue
            instances = self._catalog.instances_of(candidate.study_instance_uid)
            selection = select_series(instances, self._selection_rules)
            if selection.chosen is not None:
                return PriorStudy(
                    study_instance_uid=candidate.study_instance_uid,
                    patient_key=candidate.patient_key,
                    study_date=_date(candidate.study_date),
                    selection=selection,
                    findings=self._findings.newest(candidate.study_instance_uid),
                )
        return None


def _date(text: str) -> date | None:
    """Read a DICOM DA (PS3.5 6.2); None where it is empty or no date."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no timezone
    except ValueError:
        return None
