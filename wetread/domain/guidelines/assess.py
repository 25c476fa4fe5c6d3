"""Apply a guideline to a study: its category, or why it has none."""

from collections.abc import Sequence
from dataclasses import replace

from wetread.domain.findings import is_whole
from wetread.domain.guidelines.facts import NoduleFacts, PatientFacts, StudyFacts
from wetread.domain.guidelines.guidance import Guidance, GuidanceStatus, Indication
from wetread.domain.guidelines.placement import Placement, Verdict, place_nodule
from wetread.domain.guidelines.rule_words import describe_rule
from wetread.domain.guidelines.scope import conditions_of, reason_outside
from wetread.domain.guidelines.sentences import (
    juxtapleural_note,
    placed,
    recommended,
    undetermined,
    unfitting,
    unverified,
    without_nodules,
)
from wetread.domain.guidelines.table import GuidelineTable
from wetread.domain.words import Words

_NO_INDICATION = Words(
    "No category: no indication given.", "検査目的が不明のため、カテゴリーなし。"
)


def assess_study(
    nodules: Sequence[NoduleFacts],
    *,
    patient: PatientFacts,
    study: StudyFacts,
    table: GuidelineTable | None,
) -> Guidance:
    """Return the guidance for a study; ``table`` is None where the site uses no guideline for it.

    The study has the category of its highest nodule. Nothing incomplete gets a category.
    """
    if study.indication is Indication.UNKNOWN:
        return not_applicable(study.indication, None, _NO_INDICATION)
    if table is None:
        purpose = study.indication.replace("_", " ")
        return not_applicable(
            study.indication,
            None,
            Words(
                f"No category: no guideline is configured for {purpose} studies.",
                "この検査目的に使うガイドラインが設定されていないため、カテゴリーなし。",
            ),
        )
    why = reason_outside(table.scope, patient, study)
    if why is None and not is_whole(study.outcome, study.reason):
        because = (study.reason or "no reason is known").rstrip(".")
        why = Words(
            f"the analysis is not whole ({because})", f"解析が完全ではありません ({because})"
        )
    if why is not None:
        return not_applicable(study.indication, table, _because(table.name, why))
    return _applied([place_nodule(nodule, table) for nodule in nodules], patient, study, table)


def not_applicable(
    indication: Indication, table: GuidelineTable | None, sentence: Words
) -> Guidance:
    """Return the guidance of a study that has no category, with the sentence that says why."""
    return Guidance(
        indication=indication,
        guideline=None if table is None else table.name,
        status=GuidanceStatus.NOT_APPLICABLE,
        source=None if table is None else table.source,
        english=(sentence.english,),
        japanese=(sentence.japanese,),
    )


def withdraw(guidance: Guidance) -> Guidance:
    """Return the guidance of a study whose results were lost after it was assessed."""
    if guidance.status is GuidanceStatus.NOT_APPLICABLE:
        return guidance
    assert guidance.guideline is not None  # it was applied
    sentence = _because(guidance.guideline, Words("the results are incomplete", "結果が不完全です"))
    return Guidance(
        indication=guidance.indication,
        guideline=guidance.guideline,
        status=GuidanceStatus.NOT_APPLICABLE,
        source=guidance.source,
        english=(sentence.english,),
        japanese=(sentence.japanese,),
    )


def _because(guideline: str, why: Words) -> Words:
    return Words(
        f"{guideline} is not applicable: {why.english}.",
        f"{guideline} は適用できません: {why.japanese}。",
    )


def _applied(
    placements: Sequence[Placement],
    patient: PatientFacts,
    study: StudyFacts,
    table: GuidelineTable,
) -> Guidance:
    start = Guidance(
        indication=study.indication,
        guideline=table.name,
        status=GuidanceStatus.UNDETERMINED,
        source=table.source,
        english=(),
        japanese=(),
    )
    misfit = next((one.nodule for one in placements if one.highest is None), None)
    if misfit is not None:
        return _saying(replace(start, tracking_id=misfit.tracking_id), unfitting(table, misfit))
    conditions = conditions_of(table.scope, patient)
    if not placements:
        name = table.without_nodules
        return _saying(
            replace(start, status=GuidanceStatus.APPLIED, lowest=name, highest=name),
            without_nodules(table),
            *recommended(table, [name]),
            *conditions,
        )
    deciding = max(
        placements, key=lambda one: (_rank(one.highest, table), _rank(one.lowest, table))
    )
    lowest = table.categories[max(_rank(one.lowest, table) for one in placements)].name
    verdict = deciding.highest
    assert verdict is not None
    highest, certain = verdict.category, lowest == verdict.category
    return _saying(
        replace(
            start,
            status=GuidanceStatus.APPLIED if certain else GuidanceStatus.UNDETERMINED,
            lowest=lowest,
            highest=highest,
            tracking_id=deciding.nodule.tracking_id,
            rule=describe_rule(verdict.rule).english,
            verified=verdict.rule.verified,
        ),
        placed(table, deciding, lowest, highest),
        *([] if certain else undetermined(deciding)),
        *recommended(table, [lowest] if certain else [lowest, highest]),
        *juxtapleural_note(table, [one.nodule for one in placements]),
        *conditions,
        *([] if verdict.rule.verified else [unverified(table)]),
    )


def _saying(guidance: Guidance, *sentences: Words) -> Guidance:
    return replace(
        guidance,
        english=tuple(one.english for one in sentences),
        japanese=tuple(one.japanese for one in sentences),
    )


def _rank(verdict: Verdict | None, table: GuidelineTable) -> int:
    assert verdict is not None  # a misfit was told before
    return table.rank(verdict.category)
