"""The codes by which a report says that a marked nodule is one, or is none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydicom.sr.coding import Code

from routing.dated_tables import read_table
from wetread.domain.feedback import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedValue:
    """A code, by its value and the designator of its scheme (PS3.16 chapter 8)."""

    value: str
    scheme: str

    @property
    def code(self) -> Code:
        """The same as pydicom compares codes: an old SNOMED code is its new one."""
        return Code(self.value, self.scheme, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentCode:
    """An evaluation, and what it does to the mark."""

    concept: CodedValue
    value: CodedValue
    act: Literal[Act.ACCEPT, Act.REJECT]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentCodes:
    """All codes that count; every other says nothing of whether there is a nodule."""

    codes: tuple[AssessmentCode, ...]

    def act(self, concept: Code, value: Code) -> Act | None:
        """Return what an evaluation does to its mark."""
        for one in self.codes:
            if (one.concept.code, one.value.code) == (concept, value):
                return one.act
        return None


def load_assessment_codes(path: Path | None = None) -> AssessmentCodes:
    """Read the table, the shipped one by default; raise `ConfigurationError` if it is unusable."""
    return read_table(path or Path(__file__).with_name("assessment_codes.toml"), AssessmentCodes)
