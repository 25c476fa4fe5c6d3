"""From what headers tell to a column of the readers' table, by a dated table of names."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.specialties import MappedColumn, StudyFacts, Unmapped
from wetread.domain.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityColumn:
    """How the end of a column names DICOM modalities."""

    column: str
    dicom: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartColumn:
    """How the beginning of a column names a part of the body, and by what a study tells it."""

    columns: tuple[str, ...]  # alternatives: the first that the readers' table has
    words: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    jj1017: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRules:
    """The whole table."""

    name: str
    effective_from: date
    verified: bool
    source: str
    jj1017_part_from: int  # the first and the last character of the part, counted from 1
    jj1017_part_to: int
    modalities: tuple[ModalityColumn, ...]
    parts: tuple[PartColumn, ...]

    def find_column(self, facts: StudyFacts, known: Collection[str]) -> MappedColumn | Unmapped:
        """Return the column, one of ``known``, and what told it.

        A JJ1017 code counts more than a description, that more than BodyPartExamined, which
        comes from the scanner's protocol and is often wrong.
        """
        modality = next(
            (one for one in self.modalities if not set(one.dicom).isdisjoint(facts.modalities)),
            None,
        )
        if modality is None:
            told = ", ".join(facts.modalities) or "–"
            return Unmapped(
                reason=Words(
                    f"No column is known for modality {told}.",
                    f"モダリティ {told} に対応する列がありません。",
                )
            )
        told_part = next(self._parts(facts), None)
        if told_part is None:
            return Unmapped(
                reason=Words(
                    "Nothing in the headers names a known part of the body.",
                    "ヘッダーから部位を判定できません。",
                )
            )
        part, provenance = told_part
        columns = [f"{name}{modality.column}" for name in part.columns]
        column = next((one for one in columns if one in known), None)
        if column is None:
            return Unmapped(
                reason=Words(
                    f"The readers' table has no column {' or '.join(columns)}.",
                    f"読影医の表に {'・'.join(columns)} の列がありません。",
                )
            )
        return MappedColumn(column=column, provenance=provenance)

    def _parts(self, facts: StudyFacts) -> Iterator[tuple[PartColumn, Words]]:
        """Yield each part that something tells, with what tells it; what counts most first."""
        for code in facts.jj1017_codes:
            field = code[self.jj1017_part_from - 1 : self.jj1017_part_to]
            told = Words(f"JJ1017 code {code}", f"JJ1017 コード {code}")
            yield from ((part, told) for part in self.parts if field in part.jj1017)
        for description in facts.descriptions:
            text = _plain(description)
            yield from (
                (part, Words(f"“{word}” in the description", f"検査記述の「{word}」"))
                for part in self.parts
                for word in part.words
                if _names(text, _plain(word))
            )
        for body_part in facts.body_parts:
            term = body_part.strip().upper().replace(" ", "")
            told = Words(f"BodyPartExamined {term}", f"BodyPartExamined {term}")
            yield from ((part, told) for part in self.parts if term in part.body_parts)


def load_column_rules(path: Path | None = None) -> ColumnRules:
    """Read the table, the shipped one by default; raise `ConfigurationError`."""
    return read_table(path or Path(__file__).with_name("columns.toml"), ColumnRules)


def _plain(text: str) -> str:
    """Return the text with one way of writing: widths, capitals, and what stands between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.split(r"[\s_,./+&~^-]+", folded)).strip()


def _names(text: str, word: str) -> bool:
    """Tell whether a text names the word; Latin letters around it make it another word."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None
