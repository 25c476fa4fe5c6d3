"""The guide of a site, from the names in its settings."""

from collections.abc import Mapping
from pathlib import Path

from routing.guidelines.guide import StudyGuide
from routing.guidelines.indications import load_indication_rules
from routing.guidelines.tables import load_guideline
from wetread.domain.guidelines.guidance import Indication


def load_guide(rules: Path | None, chosen: Mapping[Indication, str | None]) -> StudyGuide:
    """Read every table that the settings and the rules name; raise `ConfigurationError`."""
    indications = load_indication_rules(rules)
    named = {rule.guideline for rule in indications.rules if rule.guideline is not None}
    return StudyGuide(
        indications=indications,
        of_indication={
            indication: load_guideline(name)
            for indication, name in chosen.items()
            if name is not None
        },
        by_name={name: load_guideline(name) for name in named},
    )
