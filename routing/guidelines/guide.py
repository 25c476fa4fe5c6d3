"""Choose the guideline of a study by its indication, and apply it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.guidelines.headers import age_years, read_facts_header
from routing.guidelines.indications import IndicationRules, PatientFact
from wetread.domain.findings import Nodule, Outcome
from wetread.domain.guidelines.assess import assess_study
from wetread.domain.guidelines.facts import PatientFacts, StudyFacts, facts_of_nodule
from wetread.domain.guidelines.guidance import Guidance, Indication
from wetread.domain.guidelines.table import GuidelineTable
from wetread.domain.studies import StoredInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyGuide:
    """The rules that tell the indication, and the tables that the site uses.

    ``of_indication`` has no key for an indication without a guideline; ``by_name`` holds the
    guidelines that rules name.
    """

    indications: IndicationRules
    of_indication: Mapping[Indication, GuidelineTable]
    by_name: Mapping[str, GuidelineTable]

    def guide(
        self,
        nodules: Sequence[Nodule],
        *,
        outcome: Outcome,
        reason: str | None,
        image: StoredInstance | None,
        site: str,
        given: Indication | None,
    ) -> Guidance:
        """Return the guidance of a study; ``given`` is the indication where somebody told it.

        ``image`` is one of the analysed series, or of the study where none was chosen.
        """
        header = read_facts_header(image, self.indications.keywords)
        stated = {} if header is None else header.attributes
        rule = self.indications.first_rule(stated, site) if given is None else None
        indication = given or (Indication.UNKNOWN if rule is None else rule.indication)
        table = self.of_indication.get(indication)
        if rule is not None and rule.guideline is not None:
            table = self.by_name[rule.guideline]
        return assess_study(
            [facts_of_nodule(nodule) for nodule in nodules],
            patient=PatientFacts(
                age_years=None if header is None else age_years(header),
                known_cancer=self.indications.tells(PatientFact.KNOWN_CANCER, stated, site),
                immunosuppressed=self.indications.tells(PatientFact.IMMUNOSUPPRESSED, stated, site),
            ),
            study=StudyFacts(
                indication=indication,
                outcome=outcome,
                reason=reason,
                slice_thickness_mm=None if header is None else header.thickness_mm,
            ),
            table=table,
        )
