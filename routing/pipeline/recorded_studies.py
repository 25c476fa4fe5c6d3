"""Studies as the pipeline takes them from the records."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from routing.pipeline.study import Background, Opened, PriorStudy, StudyInput
from routing.records.catalog import StudyCatalog
from routing.records.findings import FindingsRecords
from routing.records.studies import StudySummary
from routing.records.tracks import TrackRecords
from routing.selection.rulebook import SelectionRules
from routing.selection.select import select_series
from wetread.domain.days import day_from_da
from wetread.domain.errors import StudyError
from wetread.domain.findings import Findings
from wetread.domain.studies import PatientKey, StudyState


class RecordedStudies:
    """Opens studies, and finds what is known of their patients."""

    def __init__(
        self,
        catalog: StudyCatalog,
        findings: FindingsRecords,
        tracks: TrackRecords,
        selection_rules: SelectionRules,
        *,
        most_priors: int = 3,
    ) -> None:
        self._catalog = catalog
        self._findings = findings
        self._tracks = tracks
        self._selection_rules = selection_rules
        self._most_priors = most_priors

    def open(self, study_instance_uid: str, revision: int) -> StudyInput:
        """Return the study with the instances it has now; raise `StudyError` if it is unknown."""
        summary = self._catalog.study(study_instance_uid)
        if summary is None:
            raise StudyError(f"no study {study_instance_uid} was received")
        return StudyInput(
            study_instance_uid=study_instance_uid,
            patient_key=summary.patient_key,
            study_date=day_from_da(summary.study_date),
            revision=revision,
            urgency=self.urgency_of(study_instance_uid),
            instances=self._catalog.instances_of(study_instance_uid),
        )

    def urgency_of(self, study_instance_uid: str) -> int:
        """Return how urgent the analysis of a study is by now, 0 to 100."""
        return self._catalog.reading_priority(study_instance_uid)

    def begin(self, study_instance_uid: str, revision: int) -> Opened:
        """Open a study to analyse it, unless that was done before."""
        if self._findings.find(study_instance_uid, revision) is not None:
            return Opened(study=None)
        study = self.open(study_instance_uid, revision)
        self._catalog.advance(study_instance_uid, revision=revision, state=StudyState.ANALYSING)
        return Opened(study=study)

    def find_background(self, study: StudyInput, patients: tuple[PatientKey, ...]) -> Background:
        """Return the newest earlier studies of the patient that are complete and usable.

        ``patients`` are all keys of the patient. Beside the studies, the nearest later one that was
        analysed before this one, and what was found in an earlier revision of the study itself.
        """
        uid = study.study_instance_uid
        earlier = self._tracks.with_tracks(self._findings.newest(uid, below=study.revision))
        background = Background(earlier=earlier)
        if not patients:
            return background
        priors = self._usable(self._catalog.earlier_studies(patients, uid))
        later = self._usable(self._catalog.later_studies(patients, uid))
        background = replace(
            background,
            priors=tuple(islice(priors, self._most_priors)),
            later=next((one for one in later if one.findings is not None), None),
        )
        return replace(background, told_apart=self._tracks.told_apart(_known_uids(background)))

    def prior_of(self, findings: Findings) -> PriorStudy | None:
        """Return the study that findings were compared with; None for none, or one not usable."""
        compared = (one.change.prior_study_instance_uid for one in findings.nodules if one.change)
        uid = next(compared, None)
        study = None if uid is None else self._catalog.study(uid)
        return None if study is None else next(self._usable([study]), None)

    def _usable(self, candidates: Iterable[StudySummary]) -> Iterator[PriorStudy]:
        """Yield the studies that are complete and have a usable series, in their order."""
        for candidate in candidates:
            if candidate.completed_at is None:
                continue
            instances = self._catalog.instances_of(candidate.study_instance_uid)
            selection = select_series(instances, self._selection_rules)
            if selection.chosen is not None:
                yield PriorStudy(
                    study_instance_uid=candidate.study_instance_uid,
                    patient_key=candidate.patient_key,
                    study_date=day_from_da(candidate.study_date),
                    selection=selection,
                    findings=self._tracks.with_tracks(
                        self._findings.newest(candidate.study_instance_uid)
                    ),
                )


def _known_uids(background: Background) -> frozenset[str]:
    known = [one.findings for one in (*background.priors, background.later) if one is not None]
    return frozenset(
        nodule.tracking_uid
        for findings in (*known, background.earlier)
        if findings is not None
        for nodule in findings.nodules
    )
