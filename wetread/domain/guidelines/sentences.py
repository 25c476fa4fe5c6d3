"""What is said of a category, in both languages."""

from collections.abc import Sequence

from wetread.domain.explanation import describe_type
from wetread.domain.guidelines.facts import NoduleFacts
from wetread.domain.guidelines.guidance import category_range
from wetread.domain.guidelines.placement import Placement
from wetread.domain.guidelines.rule_words import describe_rule
from wetread.domain.guidelines.table import GuidelineTable
from wetread.domain.words import Words


def placed(table: GuidelineTable, placement: Placement, lowest: str, highest: str) -> Words:
    """Say the category, the nodule that decided, and by which row."""
    verdict, nodule = placement.highest, placement.nodule
    assert verdict is not None
    category = category_range(lowest, highest)
    what, rule = _named(nodule), describe_rule(verdict.rule)
    english = (
        f"{table.name}: category {category} by {what.english} (rule {verdict.rule.category}: "
        f"{rule.english})"
    )
    japanese = (
        f"{table.name}: {what.japanese}によりカテゴリー {category} "
        f"(規則 {verdict.rule.category}: {rule.japanese})"
    )
    if verdict.step is not None:
        step, days = verdict.step, nodule.interval_days
        english += (
            f"; without growth for {days} days, {step.from_category} becomes {step.to_category}"
        )
        japanese += f"、{days} 日間増大なしのため {step.from_category} から {step.to_category}"
    return Words(f"{english}.", f"{japanese}。")


def without_nodules(table: GuidelineTable) -> Words:
    """Say the category of a study without a mark."""
    name = table.without_nodules
    return Words(
        f"{table.name}: category {name}, no nodule marked.",
        f"{table.name}: カテゴリー {name}、結節のマークなし。",
    )


def undetermined(placement: Placement) -> tuple[Words, ...]:
    """Say what the category would have to know."""
    said = []
    if placement.depends_on_solid_part:
        said.append(
            Words(
                "Undetermined: the size of the solid part was not measured.",
                "未確定: 充実成分の径が測定されていません。",
            )
        )
    if placement.depends_on_occasion:
        said.append(
            Words(
                "Undetermined: whether the nodule is new or has grown is to be judged by eye.",
                "未確定: 新規または増大かどうかは目視で判定してください。",
            )
        )
    return tuple(said)


def recommended(table: GuidelineTable, names: Sequence[str]) -> tuple[Words, ...]:
    """Say what the guideline recommends for each category."""
    return tuple(
        Words(
            f"{table.name} {category.name}: {category.english}{_doubt(category.verified).english}.",
            f"{table.name} {category.name}: {category.japanese}"
            f"{_doubt(category.verified).japanese}。",
        )
        for category in (table.category(name) for name in names)
    )


def juxtapleural_note(table: GuidelineTable, nodules: Sequence[NoduleFacts]) -> tuple[Words, ...]:
    """Say which nodules would be in a lower category if a reader finds them smooth."""
    rule = table.juxtapleural
    if rule is None:
        return ()
    names = ", ".join(one.tracking_id for one in nodules if rule.may_hold(one))
    if not names:
        return ()
    return (
        Words(
            f"Near the lung surface: category {rule.category} if smooth (not measured): {names}.",
            f"肺表面の近く: 辺縁平滑ならカテゴリー {rule.category} (形状は未測定): {names}。",
        ),
    )


def unfitting(table: GuidelineTable, nodule: NoduleFacts) -> Words:
    """Say that the table has no row for a nodule."""
    what = _named(nodule)
    return Words(
        f"{table.name}: undetermined, no rule fits {what.english}.",
        f"{table.name}: 未確定、{what.japanese}に合う規則がありません。",
    )


def unverified(table: GuidelineTable) -> Words:
    """Say that the row that decided is general knowledge."""
    return Words(
        f"This rule of {table.name} was not checked with its source.",
        f"{table.name} のこの規則は原典で確認されていません。",
    )


def _named(nodule: NoduleFacts) -> Words:
    kind, size = describe_type(nodule.type), f"{nodule.mean_diameter_mm:.1f} mm"
    return Words(
        f"{nodule.tracking_id}, {kind.english}, {size}",
        f"{nodule.tracking_id} ({kind.japanese} {size}) ",
    )


def _doubt(verified: bool) -> Words:  # noqa: FBT001 - the one thing it looks at
    return Words("", "") if verified else Words(" (not verified)", " (未確認)")
