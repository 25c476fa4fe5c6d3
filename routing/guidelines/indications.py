"""Why a study was made and what is known of its patient, by rules over its headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from pydicom.datadict import tag_for_keyword

from routing.dated_tables import read_table
from routing.selection.conditions import Values, matches
from wetread.domain.errors import ConfigurationError
from wetread.domain.guidelines.guidance import Indication


class PatientFact(StrEnum):
    """What a rule can tell of a patient."""

    KNOWN_CANCER = "known_cancer"
    IMMUNOSUPPRESSED = "immunosuppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeaderRule:
    code: str
    attributes: tuple[str, ...] = ()  # DICOM keywords; none: the site alone decides
    one_of: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for keyword in self.attributes:
            if tag_for_keyword(keyword) is None:
                raise ConfigurationError(f"rule {self.code}: {keyword!r} is no DICOM keyword")
        if bool(self.attributes) != bool(self.one_of) or not (self.attributes or self.sites):
            raise ConfigurationError(
                f"rule {self.code}: give attributes together with one_of, or sites, or all of them"
            )

    def holds(self, stated: Mapping[str, Values], site: str) -> bool:
        """Tell whether the site matches and one of the attributes does."""
        if self.sites and not matches(site, self.sites):
            return False
        if not self.attributes:
            return True
        values = (value for keyword in self.attributes for value in stated.get(keyword, ()))
        return any(matches(value, self.one_of) for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationRule(_HeaderRule):
    """One indication by words and site; ``guideline`` overrules the settings."""

    indication: Indication
    guideline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRule(_HeaderRule):
    """One fact of the patient by words and site."""

    fact: PatientFact


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationRules:
    """A whole rule file, in the order in which its rules count."""

    name: str
    effective_from: date
    source: str
    verified: bool
    rules: tuple[IndicationRule, ...]
    patients: tuple[PatientRule, ...] = ()

    @property
    def keywords(self) -> frozenset[str]:
        """Every attribute that a rule looks at."""
        return frozenset(
            keyword for rule in (*self.rules, *self.patients) for keyword in rule.attributes
        )

    def first_rule(self, stated: Mapping[str, Values], site: str) -> IndicationRule | None:
        """Return the rule that decides the indication; None where it stays unknown."""
        return next((rule for rule in self.rules if rule.holds(stated, site)), None)

    def tells(self, fact: PatientFact, stated: Mapping[str, Values], site: str) -> bool | None:
        """Return True where a rule tells the fact, else None: nothing said is not a no."""
        told = any(rule.fact is fact and rule.holds(stated, site) for rule in self.patients)
        return True if told else None


def load_indication_rules(path: Path | None = None) -> IndicationRules:
    """Read a rule file, the shipped one by default; raise `ConfigurationError`."""
    return read_table(path or Path(__file__).with_name("indications.toml"), IndicationRules)
