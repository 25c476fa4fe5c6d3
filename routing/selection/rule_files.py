"""Read selection rules from TOML, refusing what is not understood."""

import string
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydicom.datadict import tag_for_keyword

from routing.selection.conditions import (
    AtLeast,
    AtMost,
    Condition,
    Constant,
    NoneOf,
    OneOf,
    Present,
)
from routing.selection.measures import MEASURE_NAMES
from routing.selection.rulebook import (
    PLACEHOLDERS,
    Effect,
    InOrder,
    KernelClass,
    LargerIsBetter,
    Preference,
    SelectionRule,
    SelectionRules,
    SmallerIsBetter,
)
from wetread.domain.errors import ConfigurationError

SHIPPED_DIR: Final = Path(__file__).parent / "rules"
_TESTS: Final = ("one_of", "none_of", "at_most", "at_least", "present", "constant")
_DEEPEST = 8  # files that extend one another


def load_rules(path: Path | None = None) -> SelectionRules:
    """Read a rule file, or the shipped rules; raise `ConfigurationError` naming the wrong key."""
    path = path or SHIPPED_DIR / "default.toml"
    try:
        file = RuleFileSchema.model_validate(_merged(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {key}: {first['msg']}") from error
    return file.value


def _merged(path: Path, depth: int = 0) -> dict[str, Any]:
    """Read a file over the one it extends: tables are merged, anything else is replaced."""
    if depth > _DEEPEST:
        raise ConfigurationError(f"{path}: extends: rule files extend each other in a circle")
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: there is no such rule file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: this is not a readable TOML file: {error}") from error
    base = own.pop("extends", None)
    if base is None:
        return own
    if not isinstance(base, str):
        raise ConfigurationError(f"{path}: extends: name a shipped file or give a path")
    shipped = SHIPPED_DIR / f"{base}.toml"
    return _over(_merged(shipped if shipped.exists() else path.parent / base, depth + 1), own)


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        under = merged.get(key)
        tables = isinstance(under, dict) and isinstance(value, dict)
        merged[key] = _over(merged[key], value) if tables else value
    return merged


def _known_attribute(name: str) -> str:
    if name not in MEASURE_NAMES and tag_for_keyword(name) is None:
        measures = ", ".join(sorted(MEASURE_NAMES))
        raise ValueError(f"{name!r} is neither a DICOM keyword nor one of: {measures}")
    return name


def _fillable_sentence(text: str) -> str:
    try:
        named = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise ValueError(f"a brace has no partner: {error}") from error
    if named - set(PLACEHOLDERS):
        unknown = ", ".join(sorted(named - set(PLACEHOLDERS)))
        raise ValueError(f"{{{unknown}}} is not one of {', '.join(PLACEHOLDERS)}")
    return text


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Attribute = Annotated[str, AfterValidator(_known_attribute)]
Sentence = Annotated[str, Field(min_length=1), AfterValidator(_fillable_sentence)]
Patterns = Annotated[tuple[str, ...], Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class RuleSchema(_Section):
    """One `[rules.CODE]` table: an attribute, exactly one test, a sentence in each language."""

    attribute: Annotated[tuple[Attribute, ...], BeforeValidator(_as_list), Field(min_length=1)]
    one_of: Patterns | None = None
    none_of: Patterns | None = None
    at_most: int | float | None = None
    at_least: int | float | None = None
    present: Literal[True] | None = None
    constant: Literal[True] | None = None
    missing: Literal["fails", "passes"] = "fails"
    effect: Effect = Effect.EXCLUDE
    decides: bool = False
    enabled: bool = True
    english: Sentence
    japanese: Sentence

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        given = [name for name in _TESTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(_TESTS)}, not {len(given)}")
        return self

    @property
    def condition(self) -> Condition:
        """The test that is given."""
        if self.one_of is not None:
            return OneOf(self.one_of)
        if self.none_of is not None:
            return NoneOf(self.none_of)
        if self.at_most is not None:
            return AtMost(self.at_most)
        if self.at_least is not None:
            return AtLeast(self.at_least)
        return Present() if self.present else Constant()


class PreferenceSchema(_Section):
    """One `[[preferences]]` table: a number to be small or large, or an order of patterns."""

    attribute: Attribute
    smaller_is_better: bool | None = None
    good_enough: float = 0.0
    order: Patterns | None = None

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if (self.smaller_is_better is None) == (self.order is None):
            raise ValueError("give either smaller_is_better or order")
        if self.good_enough and not self.smaller_is_better:
            raise ValueError("good_enough belongs to smaller_is_better = true")
        return self

    @property
    def preference(self) -> Preference:
        """The preference as a value."""
        order: InOrder | SmallerIsBetter | LargerIsBetter
        if self.order is not None:
            order = InOrder(patterns=self.order)
        elif self.smaller_is_better:
            order = SmallerIsBetter(good_enough=self.good_enough)
        else:
            order = LargerIsBetter()
        return Preference(attribute=self.attribute, order=order)


class RuleFileSchema(_Section):
    """A whole rule file, after what it extends was put under it."""

    name: str
    effective_from: date
    source: str
    verified: bool
    rules: dict[str, RuleSchema]
    preferences: tuple[PreferenceSchema, ...] = ()
    kernels: dict[str, Patterns] = {}

    @property
    def value(self) -> SelectionRules:
        """The rules as the rest of the program knows them."""
        return SelectionRules(
            name=self.name,
            effective_from=self.effective_from,
            source=self.source,
            verified=self.verified,
            rules=tuple(
                SelectionRule(
                    code=code,
                    attributes=rule.attribute,
                    condition=rule.condition,
                    missing_passes=rule.missing == "passes",
                    effect=rule.effect,
                    decides=rule.decides,
                    english=rule.english,
                    japanese=rule.japanese,
                )
                for code, rule in self.rules.items()
                if rule.enabled
            ),
            preferences=tuple(one.preference for one in self.preferences),
            kernels=tuple(
                KernelClass(name=name, patterns=patterns) for name, patterns in self.kernels.items()
            ),
        )
