"""How values are written on the pages, in either language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
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
from wetread.domain.drift import Quality
from wetread.domain.estimates import Estimate
from wetread.domain.explanation import describe_depth, describe_region, explain_score
from wetread.domain.feedback import CorrectedMark, Feedback
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
        return self._listed(parts)

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

    def reasons_besides_guidance(self, triage: TriageSchema) -> tuple[str, ...]:
        """Return why a study was raised, without what the guideline says of it.

        findings.json, and so every stored document, has both in one list for other programs.
        """
        told = () if triage.guidance is None else triage.guidance.english
        return tuple(reason for reason in triage.reasons if reason not in told)

    def cost(self, use: DeviceUse) -> str:
        """Say what was used and what it cost."""
        return self.text(
            "cost_line",
            cost_jpy=f"{use.cost_jpy:.2f}",
            gpu_seconds=f"{use.gpu_seconds:.1f}",
            cpu_seconds=f"{use.cpu_seconds:.1f}",
        )

    def feedback(self, word: Feedback) -> str:
        """Say what a reader said, who it was and when."""
        told = "" if word.corrected is None else f" ({self.corrected(word.corrected)})"
        return self.text(
            "feedback_word",
            act=self.text(f"act_{word.act}"),
            corrected=told,
            actor=word.actor,
            at=self.moment(word.said_at),
            source=self.text(f"source_{word.source}"),
        )

    def corrected(self, mark: CorrectedMark) -> str:
        """Say which values of a mark a reader told."""
        parts = []
        if mark.type is not None:
            parts.append(self.text(f"type_{mark.type}"))
        if mark.long_axis_mm is not None:
            parts.append(self.text("corrected_long_axis", mm=mark.long_axis_mm))
        if mark.short_axis_mm is not None:
            parts.append(self.text("corrected_short_axis", mm=mark.short_axis_mm))
        if mark.volume_mm3 is not None:
            parts.append(self.text("corrected_volume", mm3=mark.volume_mm3))
        if mark.center_lps_mm is not None:
            left, posterior, superior = mark.center_lps_mm
            parts.append(
                self.text("corrected_place", left=left, posterior=posterior, superior=superior)
            )
        return self._listed(parts)

    def estimate(self, estimate: Estimate | None) -> str:
        """Write a figure with its interval."""
        if estimate is None:
            return "–"
        return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"

    def share(self, share: Estimate | None) -> str:
        """Write a share in percent, with its interval."""
        if share is None:
            return "–"
        percent = share.times(100)
        return f"{percent.value:.0f} % ({percent.low:.0f}–{percent.high:.0f})"

    def scores(self, quality: Quality) -> str:
        """Write how the scores are distributed."""
        if quality.median_score is None:
            return "–"
        counts = " ".join(map(str, quality.score_counts))
        return self.text("score_distribution", median=quality.median_score, counts=counts)

    def _listed(self, parts: Sequence[str]) -> str:
        return ("、" if self.language is Language.JAPANESE else ", ").join(parts)

    def amount(self, jpy: Decimal) -> str:
        """Return yen to the hundredth, for people; the API has the exact amount."""
        return f"{jpy:,.2f}"

    def say(self, words: Words) -> str:
        """Return words in the language of the page."""
        return words.japanese if self.language is Language.JAPANESE else words.english
