"""What is encoded of each study: the profiles of the destinations, the preferences of now."""

from collections.abc import Sequence

from routing.pipeline.analysis import default_outputs
from routing.records.catalog import StudyCatalog
from routing.records.mark_preferences import MarkPreferenceRecords
from routing.results.outputs import OutputPlan, Recipient, plan_outputs
from wetread.domain.marks import MarkPreference, choose_preference


class RecordedOutputs:
    """A `ChooseOutputs`: a destination's own marks count, else its viewer's, else the site's."""

    def __init__(
        self,
        recipients: Sequence[Recipient],
        preferences: MarkPreferenceRecords,
        catalog: StudyCatalog,
    ) -> None:
        self._recipients = recipients
        self._preferences = preferences
        self._catalog = catalog

    def __call__(self, study_instance_uid: str) -> OutputPlan:
        """Return the plan for a study; without destinations the usual kinds, kept here."""
        if not self._recipients:
            return default_outputs(study_instance_uid)
        known, study = self._preferences.by_holder(), self._catalog.study(study_instance_uid)
        site = None if study is None else study.site

        def preference_of(recipient: Recipient) -> MarkPreference:
            return recipient.marks or choose_preference(known, viewer=recipient.viewer, site=site)

        return plan_outputs(self._recipients, preference_of)
