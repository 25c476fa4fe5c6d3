"""A row of a guideline's table as people read it."""

from typing import Final

from wetread.domain.explanation import describe_type
from wetread.domain.guidelines.bands import Band
from wetread.domain.guidelines.facts import Occasion
from wetread.domain.guidelines.table import SizeRule
from wetread.domain.words import Words

_OCCASIONS: Final = {
    Occasion.BASELINE: Words("baseline", "初回"),
    Occasion.NEW: Words("new", "新規"),
    Occasion.GROWING: Words("growing", "増大"),
    Occasion.SLOWLY_GROWING: Words("slowly growing", "緩徐な増大"),
    Occasion.STABLE: Words("stable", "増大なし"),
}


def describe_rule(rule: SizeRule) -> Words:
    """Return types, occasions and sizes of a row."""
    parts = [_any_of([describe_type(kind) for kind in rule.types])]
    if len(rule.occasions) < len(Occasion):
        parts.append(_any_of([_OCCASIONS[one] for one in rule.occasions]))
    sizes = (
        (Words("mean diameter", "平均径"), rule.mean_diameter_mm, "mm"),
        (Words("volume", "体積"), rule.volume_mm3, "mm³"),
        (Words("solid part", "充実成分"), rule.solid_part_mm, "mm"),
    )
    parts += [_size(what, band, unit) for what, band, unit in sizes if band is not None]
    return Words(
        ", ".join(part.english for part in parts), "、".join(part.japanese for part in parts)
    )


def _any_of(words: list[Words]) -> Words:
    return Words(
        " or ".join(one.english for one in words), "または".join(one.japanese for one in words)
    )


def _size(what: Words, band: Band, unit: str) -> Words:
    limits = (
        (">=", band.at_least, "以上"),
        (">", band.above, "超"),
        ("<", band.below, "未満"),
        ("<=", band.at_most, "以下"),
    )
    given = [(sign, limit, word) for sign, limit, word in limits if limit is not None]
    english = " and ".join(f"{sign} {limit:g}" for sign, limit, _ in given)
    japanese = "".join(f" {limit:g} {unit} {word}" for _, limit, word in given)
    return Words(f"{what.english} {english} {unit}", f"{what.japanese}{japanese}")
