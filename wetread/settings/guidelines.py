"""Which guideline a study gets."""

from pathlib import Path

from wetread.settings.values import Section


class GuidelinesSettings(Section):
    """Which guideline each indication uses: a shipped table's name, or the path of another.

    None: studies of that indication get no category.
    """

    indication_rules: Path | None = None  # None: the shipped rules
    screening: str | None = "japan-ct-screening-v6"
    incidental: str | None = "fleischner-2017"
    follow_up: str | None = None  # depends on what the nodule was found by: the site decides
