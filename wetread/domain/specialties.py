"""What a study is of, as its headers tell, and the column of the readers' table it belongs to."""

from dataclasses import dataclass

from wetread.domain.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFacts:
    """What the headers of a study tell of modality and body part; empty where they tell nothing."""

    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()  # BodyPartExamined
    descriptions: tuple[str, ...] = ()  # of study and requested procedure
    jj1017_codes: tuple[str, ...] = ()  # 16 or 32 characters each


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """The column, and what told it."""

    column: str
    provenance: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """No column: only a human can give the study to a reader."""

    reason: Words
