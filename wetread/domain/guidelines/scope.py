"""Whether a guideline was written for this patient and this study."""

from wetread.domain.findings import Outcome
from wetread.domain.guidelines.facts import PatientFacts, StudyFacts
from wetread.domain.guidelines.table import Scope
from wetread.domain.words import Words

_UNANALYSED = {
    Outcome.PARTIAL: Words("the analysis is incomplete", "解析が一部のみです"),
    Outcome.FAILED: Words("the analysis failed", "解析に失敗しました"),
    Outcome.NOT_ANALYSED: Words("the study was not analysed", "解析されていません"),
}


def reason_outside(scope: Scope, patient: PatientFacts, study: StudyFacts) -> Words | None:
    """Return why the guideline is not applicable; None where nothing that is known forbids it."""
    if study.indication not in scope.indications:
        purpose = study.indication.replace("_", " ")
        return Words(f"it is not for {purpose} studies", "この検査目的は対象外です")
    if study.outcome in _UNANALYSED:
        return _UNANALYSED[study.outcome]
    return _of_patient(scope, patient) or _of_images(scope, study)


def conditions_of(scope: Scope, patient: PatientFacts) -> tuple[Words, ...]:
    """Return under which conditions that nobody knows of the category holds."""
    conditions = []
    if scope.excludes_known_cancer and patient.known_cancer is None:
        conditions.append(Words("no known cancer", "がんの既往なし"))
    if scope.excludes_immunosuppression and patient.immunosuppressed is None:
        conditions.append(Words("no immunosuppression", "免疫抑制なし"))
    if not conditions:
        return ()
    english = " and ".join(one.english for one in conditions)
    japanese = "、".join(one.japanese for one in conditions)
    return (
        Words(
            f"This holds only with {english}, which is not known here.",
            f"{japanese}の場合に限ります (確認できていません)。",
        ),
    )


def _of_patient(scope: Scope, patient: PatientFacts) -> Words | None:
    youngest, age = scope.minimum_age_years, patient.age_years
    if youngest is not None and age is None:
        return Words("the age of the patient is not known", "患者の年齢が不明です")
    if youngest is not None and age is not None and age < youngest:
        return Words(
            f"the patient is {age} years old, under {youngest}",
            f"患者は {age} 歳で、{youngest} 歳未満です",
        )
    if scope.excludes_known_cancer and patient.known_cancer:
        return Words("the patient has a known cancer", "がんの既往があります")
    if scope.excludes_immunosuppression and patient.immunosuppressed:
        return Words("the patient is immunosuppressed", "免疫抑制状態です")
    return None


def _of_images(scope: Scope, study: StudyFacts) -> Words | None:
    limit, thickness = scope.maximum_slice_thickness_mm, study.slice_thickness_mm
    if thickness is None:
        return Words("the slice thickness is not known", "スライス厚が不明です")
    if thickness > limit:
        return Words(
            f"slices are {thickness:g} mm thick, it asks for {limit:g} mm or thinner",
            f"スライス厚が {thickness:g} mm で、{limit:g} mm 以下が必要です",
        )
    return None
