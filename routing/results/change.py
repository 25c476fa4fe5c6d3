"""What became of a nodule since the prior study, in words."""

from collections.abc import Iterator
from typing import Final

from wetread.domain.findings import Change, ChangeState, GrowthVerdict, Nodule
from wetread.domain.words import Words

_CHANGE_WORDS: Final = {
    ChangeState.MATCHED: "Also on the prior study",
    ChangeState.NEW: "New: the prior study shows the place and nothing is there",
    ChangeState.AMBIGUOUS: "Not matched with certainty to the prior study",
    ChangeState.NOT_COVERED: "Outside the field of view of the prior study",
}
_CHANGES: Final = {
    GrowthVerdict.GROWN: Words("grown", "増大"),
    GrowthVerdict.STABLE: Words("stable", "変化なし"),
    GrowthVerdict.SHRUNK: Words("shrunk", "縮小"),
}
_NEW: Final = Words("new", "新規")
_UNCERTAIN: Final = {
    ChangeState.AMBIGUOUS: Words("to be compared by eye", "目視での比較が必要"),
    ChangeState.NOT_COVERED: Words("not covered by the prior study", "前回検査の撮影範囲外"),
}
_NOT_RESOLVABLE: Final = Words("change within the error of measurement", "測定誤差の範囲内")


def change_words(nodule: Nodule) -> Words | None:
    """Return what became of a nodule in one word; None where it is not certain."""
    change = nodule.change
    if change is None:
        return None
    if change.state is ChangeState.NEW:
        return _NEW
    return None if change.verdict is None else _CHANGES.get(change.verdict)


def change_figures(change: Change) -> Iterator[Words]:
    """Yield by how much and how fast a nodule changed, or why that is not known."""
    if change.state in _UNCERTAIN:
        yield _UNCERTAIN[change.state]
    percent, days = change.volume_change_percent, change.doubling_time_days
    if percent is not None:
        yield Words(f"{percent:+.0f} % volume", f"体積 {percent:+.0f} %")
    if change.verdict is GrowthVerdict.NOT_RESOLVABLE:
        yield _NOT_RESOLVABLE  # and how fast would mean nothing
    elif days is not None:
        name = Words("doubling", "倍加") if days > 0 else Words("halving", "半減")
        time = abs(days)
        yield Words(f"{name.english} time {time:.0f} days", f"{name.japanese}時間 {time:.0f} 日")


def change_text(change: Change) -> str:
    """Return what became of a nodule in words, with what no standard code exists for."""
    facts = [f"{_CHANGE_WORDS[change.state]} ({change.prior_study_instance_uid})"]
    if change.prior_tracking_uid is not None:
        facts.append(f"prior tracking UID {change.prior_tracking_uid}")
    if change.prior_volume_mm3 is not None:
        facts.append(f"prior volume {change.prior_volume_mm3:.1f} mm3")
    if change.volume_change_percent is not None:
        facts.append(f"volume change {change.volume_change_percent:+.1f} %")
    if change.doubling_time_days is not None:
        facts.append(f"doubling time {change.doubling_time_days:.1f} days")
    if change.measured_at_registered_place:
        facts.append(
            "one of the two was marked by no detector, and measured at the registered place"
        )
    if change.verdict is GrowthVerdict.NOT_RESOLVABLE:
        facts.append("the change is within the error of measurement")
    return "; ".join(facts)
