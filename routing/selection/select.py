"""Ask the rules of every series of a study, and choose one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from routing.selection.conditions import show
from routing.selection.headers import ImageHeader, read_header
from routing.selection.measures import (
    MEASURE_NAMES,
    SeriesFacts,
    commonest,
    measure_series,
)
from routing.selection.rulebook import Effect, SelectionRule, SelectionRules
from wetread.domain.errors import UnreadableInstance
from wetread.domain.selection import Reason, Selection, SeriesDecision
from wetread.domain.studies import StoredInstance

_EMPTY = Reason(
    code="no_instances",
    english="the study has no images",
    japanese="検査に画像がありません",
)


def select_series(instances: Sequence[StoredInstance], rules: SelectionRules) -> Selection:
    """Choose the series of one study to analyse, or say of each why it is not.

    Reads the header of every file; one that cannot be read excludes its series. The order of
    the instances does not matter.
    """
    by_series: dict[str, list[StoredInstance]] = defaultdict(list)
    for instance in sorted(instances, key=lambda one: (one.sop_instance_uid, one.path)):
        by_series[instance.series_instance_uid].append(instance)
    judged = [_judge(uid, by_series[uid], rules) for uid in sorted(by_series)]
    ranked = _with_preferences(judged, rules)
    decisions = tuple(decision for decision, _ in ranked)
    usable = [(decision, facts) for decision, facts in ranked if not decision.excluded]
    if not usable:
        return Selection(
            chosen=None, instances=(), decisions=decisions, reason=_none_usable(decisions, rules)
        )
    chosen, facts = max(usable, key=lambda pair: pair[0].preference)
    return Selection(
        chosen=chosen, instances=_in_slice_order(facts), decisions=decisions, reason=None
    )


def _judge(
    series_uid: str, instances: Sequence[StoredInstance], rules: SelectionRules
) -> tuple[SeriesDecision, SeriesFacts]:
    facts = _facts(instances, rules)
    excluded: list[Reason] = []
    limitations: list[Reason] = []
    for rule in rules.rules:
        reason = _ask(rule, facts, len(instances))
        if reason is None:
            continue
        if rule.effect is Effect.LIMIT:
            limitations.append(reason)
            continue
        excluded.append(reason)
        if rule.decides:
            break
    decision = SeriesDecision(
        series_instance_uid=series_uid,
        description=_stated(facts, "SeriesDescription"),
        modality=_stated(facts, "Modality"),
        instance_count=len(instances),
        excluded=tuple(excluded),
        limitations=tuple(limitations),
        preference=0.0,
    )
    return decision, facts


def _facts(instances: Sequence[StoredInstance], rules: SelectionRules) -> SeriesFacts:
    keywords = rules.attributes - MEASURE_NAMES
    headers: list[ImageHeader] = []
    unreadable = 0
    for instance in instances:
        try:
            headers.append(read_header(instance, keywords))
        except UnreadableInstance:
            unreadable += 1
    kernel = commonest([header.values("ConvolutionKernel") for header in headers])
    return measure_series(headers, unreadable_files=unreadable, kernel=rules.kernel_class(kernel))


def _ask(rule: SelectionRule, facts: SeriesFacts, count: int) -> Reason | None:
    for attribute in rule.attributes:
        failure = rule.condition.find_failure(
            facts.values(attribute), missing_passes=rule.missing_passes
        )
        if failure is not None:
            return rule.reason(attribute, failure, count=count)
    return None


def _with_preferences(
    judged: Sequence[tuple[SeriesDecision, SeriesFacts]], rules: SelectionRules
) -> list[tuple[SeriesDecision, SeriesFacts]]:
    """Give each usable series its place, the best the largest; 0 to those excluded."""

    def place(pair: tuple[SeriesDecision, SeriesFacts]) -> tuple[float, ...]:
        decision, facts = pair
        ranks = (
            preference.order.rank(commonest(facts.values(preference.attribute)))
            for preference in rules.preferences
        )
        return (len(decision.limitations), *ranks)

    # The series UID, by which they are sorted already, settles what the preferences leave equal.
    best_first = sorted((pair for pair in judged if not pair[0].excluded), key=place)
    preference_of = {
        decision.series_instance_uid: float(len(best_first) - at)
        for at, (decision, _) in enumerate(best_first)
    }
    return [
        (replace(decision, preference=preference_of.get(decision.series_instance_uid, 0.0)), facts)
        for decision, facts in judged
    ]


def _none_usable(decisions: Sequence[SeriesDecision], rules: SelectionRules) -> Reason:
    """Say why the series that came furthest through the rules was not usable."""
    if not decisions:
        return _EMPTY
    step = {rule.code: at for at, rule in enumerate(rules.rules)}
    nearest = max(decisions, key=lambda one: (step[one.excluded[0].code], one.instance_count))
    english = "; ".join(reason.english for reason in nearest.excluded)
    japanese = "、".join(reason.japanese for reason in nearest.excluded)
    return Reason(
        code=nearest.excluded[0].code,
        english=f"no series can be analysed: {english}",
        japanese=f"解析できるシリーズがありません: {japanese}",
    )


def _in_slice_order(facts: SeriesFacts) -> tuple[StoredInstance, ...]:
    instances = [header.instance for header in facts.headers]
    if facts.stack is None:
        return tuple(instances)
    return tuple(instances[index] for index in facts.stack.order)


def _stated(facts: SeriesFacts, keyword: str) -> str:
    value = commonest(facts.values(keyword))
    return "" if value is None else show(value)
