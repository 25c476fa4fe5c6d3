"""How values are written on the pages, in either language."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from api.languages import Language, Texts
from routing.records.totals import DeviceUse
from routing.results.schema import (
    ChangeSchema,
    FindingsDocument,
    GuidanceSchema,
    NoduleSchema,
    OperatingPointSchema,
    TriageSchema,
)
from wetread.domain.explanation import describe_depth, describe_region, explain_score
from wetread.domain.findings import OperatingPoint, Outcome
from wetread.domain.words import Words

_IDEOGRAPHIC_GROUP: Final = 1  # PS3.5 6.2.1: alphabetic, ideographic, phonetic
_DATE_DIGITS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Writes values in one language and one time zone."""

    language: Language
    texts: Texts
    zone: tzinfo | None

    def text(self, key: str, **values: object) -> str:
        """Return a text of the table."""
        return self.texts.text(self.language, key, **values)

    def patient_name(self, name: str) -> str:
        """Return a person name (PN) as people write it: in its own script for Japanese."""
        groups = [group.replace("^", " ").strip() for group in name.split("=")]
        ideographic = groups[_IDEOGRAPHIC_GROUP : _IDEOGRAPHIC_GROUP + 1]
        order = [*ideographic, *groups] if self.language is Language.JAPANESE else groups
        return next((group for group in order if group), self.text("no_name"))

    def study_date(self, date: str) -> str:
        """Return a DICOM date (DA) with dashes."""
        if len(date) == _DATE_DIGITS and date.isdecimal():
            return f"{date[:4]}-{date[4:6]}-{date[6:]}"
        return date or self.text("no_date")

    def sex(self, sex: str) -> str:
        """Say a sex as DICOM writes it (0010,0040)."""
        return self.text(f"sex_{sex}" if sex in {"F", "M"} else "sex_unknown")

    def moment(self, at: datetime) -> str:
        """Return date and time on this service's clock."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def duration(self, seconds: int) -> str:
        """Return minutes, hours and minutes, or days and hours."""
        minutes = seconds // 60
        hours, days = minutes // 60, minutes // (24 * 60)
        if days:
            return self.text("waiting_days", days=days, hours=hours % 24)
        if hours:
            return self.text("waiting_hours", hours=hours, minutes=minutes % 60)
        return self.text("waiting_minutes", minutes=minutes)

    def outcome(self, findings: FindingsDocument) -> str:
        """Say how far the analysis came; only a whole one may say that nothing was marked."""
        if findings.outcome is Outcome.ANALYSED and findings.reason is not None:
            return self.text("outcome_analysed_limited")
        if findings.outcome is Outcome.ANALYSED and not findings.nodules:
            return self.text("outcome_analysed_without_marks")
        return self.text(f"outcome_{findings.outcome}")

    def change(self, change: ChangeSchema | None) -> str:
        """Say what became of a nodule since the prior study."""
        if change is None:
            return self.text("change_none")
        parts = [self.text(f"change_{change.state}")]
        if change.verdict is not None:
            parts.append(self.text(f"verdict_{change.verdict}"))
        if change.volume_change_percent is not None:
            parts.append(self.text("volume_change", percent=change.volume_change_percent))
        if change.doubling_time_days is not None and change.doubling_time_days > 0:
            parts.append(self.text("doubling_time", days=change.doubling_time_days))
        return ("、" if self.language is Language.JAPANESE else ", ").join(parts)

    def region(self, nodule: NoduleSchema) -> str:
        """Say which part of the lungs a nodule lies in."""
        return self.say(describe_region(nodule.side, nodule.zone))

    def depth(self, nodule: NoduleSchema) -> str | None:
        """Say how far from the surface of its lung a nodule lies; None where nobody knows."""
        if nodule.surface_distance_mm is None:
            return None
        return self.say(describe_depth(nodule.surface_distance_mm))

    def why_marked(self, nodule: NoduleSchema, point: OperatingPointSchema | None) -> str:
        """Say which score was reached and what follows from it."""
        reached = None if point is None else OperatingPoint(**dict(point))
        return self.say(explain_score(nodule.score, reached))

    def category(self, triage: TriageSchema) -> str:
        """Say the guideline and its category; a dash where there is none."""
        if triage.guideline is None:
            return "–"
        category = triage.category or self.text("no_category")
        return f"{triage.guideline}: {category}"

    def guidance(self, guidance: GuidanceSchema) -> tuple[str, ...]:
        """Return what the guideline says, a sentence each."""
        return guidance.japanese if self.language is Language.JAPANESE else guidance.english

    def cost(self, use: DeviceUse) -> str:
        """Say what was used and what it cost."""
        return self.text(
            "cost_line",
            cost_jpy=f"{use.cost_jpy:.2f}",
            gpu_seconds=f"{use.gpu_seconds:.1f}",
            cpu_seconds=f"{use.cpu_seconds:.1f}",
        )

    def say(self, words: Words) -> str:
        """Return the words in this language."""
        return words.japanese if self.language is Language.JAPANESE else words.english
