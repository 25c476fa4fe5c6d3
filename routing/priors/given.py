"""A prior study that somebody names: taken only where it may be compared."""

from routing.identity.linking import same_patient
from routing.pipeline.changes import interval_days
from routing.pipeline.study import PriorStudy, StudyInput
from routing.selection.rulebook import SelectionRules
from routing.selection.select import select_series
from wetread.domain.errors import AnalysisError, NoUsableSeries


def given_prior(study: StudyInput, prior: StudyInput, rules: SelectionRules) -> PriorStudy:
    """Return the prior ready to compare; raise `AnalysisError` where it must not be.

    Images of two patients are never compared, and neither is a study with a later one.
    """
    if not same_patient(study.patient_key, prior.patient_key):
        raise AnalysisError("the prior given is not surely of the same patient")
    if study.study_instance_uid == prior.study_instance_uid:
        raise AnalysisError("the prior given is the study itself")
    days = interval_days(prior.study_date, study.study_date)
    if days is not None and days < 0:
        raise AnalysisError("the prior given is the later of the two studies")
    selection = select_series(prior.instances, rules)
    if selection.chosen is None:
        raise NoUsableSeries(f"the prior given: {selection.reason}")
    return PriorStudy(
        study_instance_uid=prior.study_instance_uid,
        patient_key=prior.patient_key,
        study_date=prior.study_date,
        selection=selection,
        findings=None,
    )
