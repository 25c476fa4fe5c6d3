"""What played policies say to people: the same figures for the terminal and for report.md."""

from collections.abc import Sequence

from routing.simulation.reading.claims import Claim, list_claims
from routing.simulation.reading.measures import (
    CORRELATIONS,
    Statistic,
    StudyGroup,
    misses_name,
    wait_name,
)
from routing.simulation.reading.trial import PolicyName, ReadingTrial, Run, estimate_figures
from wetread.cli.language import Text
from wetread.domain.estimates import Estimate

_FIGURE = Text("mean of the runs", "各回の平均")
_POLICIES = {
    PolicyName.FIFO: Text("first in, first out", "先着順"),
    PolicyName.CURRENT: Text("rule in use", "現行ルール"),
    PolicyName.ROUND_ROBIN: Text("round robin", "輪番"),
    PolicyName.SHORTEST_QUEUE: Text("shortest queue", "最短待ち"),
    PolicyName.CHERRY_PICKING: Text("cherry-picking", "選り好み"),
    PolicyName.PRODUCT: Text("assignment of the product", "製品の割当"),
    PolicyName.OURS: Text("ours", "本方式"),
}
_GROUPS = {
    StudyGroup.ALL: Text("all", "全体"),
    StudyGroup.URGENT: Text("asked for as urgent", "至急依頼"),
    StudyGroup.AI_POSITIVE: Text("AI positive", "AI陽性"),
    StudyGroup.DISEASED: Text("with an urgent finding", "至急所見あり"),
    StudyGroup.MISSED: Text("with one that the AI misses", "AIが見落とした至急所見"),
    StudyGroup.NEGATIVE: Text("neither urgent nor AI positive", "至急でもAI陽性でもない"),
}
_STATISTICS = {
    Statistic.MEAN: Text("mean wait, min", "平均待ち時間(分)"),
    Statistic.P95: Text("95th percentile of waits, min", "待ち時間95パーセンタイル(分)"),
    Statistic.MAX: Text("longest wait, min", "最長待ち時間(分)"),
}
_FIGURES = {
    "share_by_next_clinical_day": Text(
        "share reported by the next clinical day", "翌診療日までの報告率"
    ),
    "share_urgent_in_time": Text("share of urgent ones in time", "至急依頼の期限内率"),
    "mean_score": Text("mean score of the reader for the study", "担当読影医のスコア平均"),
    "mean_score_hard": Text("likewise, hard studies", "同・難しい検査"),
    "gini_minutes": Text("Gini of minutes", "読影時間のジニ係数"),
    "gini_hard_minutes": Text("Gini of hard minutes", "難しい検査の時間のジニ係数"),
    "hard_share_best_quarter": Text(
        "share of hard minutes read by the best quarter", "上位1/4の読影医が読む難しい検査の割合"
    ),
    "churn": Text("moves a study", "担当変更(検査あたり)"),
    "unread": Text("never read", "未読影"),
}
_CLAIMS = {
    "urgent_positives_wait_half": Text(
        "mean wait of urgent findings against first in, first out",
        "至急所見の平均待ち時間(先着順比)",
    ),
    "longest_wait_of_negatives": Text(
        "longest wait of negatives against first in, first out",
        "陰性例の最長待ち時間(先着順比)",
    ),
    "better_matched": Text("mean score against the rule in use", "スコア平均(現行ルール比)"),
    "minutes_shared_more_evenly": Text(
        "Gini of minutes against the rule in use", "読影時間のジニ係数(現行ルール比)"
    ),
    "hard_minutes_shared_more_evenly": Text(
        "Gini of hard minutes against the rule in use",
        "難しい検査の時間のジニ係数(現行ルール比)",
    ),
}
_MET = {True: Text("met", "達成"), False: Text("NOT met", "未達成"), None: Text("–", "–")}
_FINE_BELOW = 10  # figures that need decimals


def policy_name(policy: PolicyName) -> str:
    """Return what people call a policy."""
    return str(_POLICIES[policy])


def table_header(trial: ReadingTrial) -> list[str]:
    """Return the columns: the figure, then each policy."""
    return [str(_FIGURE), *(policy_name(policy) for policy in trial.policies)]


def table_rows(trial: ReadingTrial, runs: Sequence[Run], *, intervals: bool) -> list[list[str]]:
    """Return every figure of every policy, where wanted with its 95 % interval."""
    figures = [estimate_figures(runs, policy) for policy in trial.policies]
    names = {
        wait_name(group, statistic): f"{_STATISTICS[statistic]}: {_GROUPS[group]}"
        for statistic in Statistic
        for group in StudyGroup
    }
    names |= {name: str(text) for name, text in _FIGURES.items()}
    names |= {misses_name(correlation): _misses(correlation) for correlation in CORRELATIONS}
    return [
        [text, *(said(one[name], interval=intervals) for one in figures)]
        for name, text in names.items()
    ]


def claim_lines(runs: Sequence[Run]) -> list[str]:
    """Return what our policy promises, what came of it, and whether that is kept."""
    return [_claim(claim) for claim in list_claims(runs)]


def said(estimate: Estimate | None, *, interval: bool) -> str:
    """Return a figure, where wanted with its interval."""
    if estimate is None:
        return "–"
    digits = 3 if abs(estimate.value) < _FINE_BELOW else 1
    if not interval or estimate.interval is None:
        return f"{estimate.value:.{digits}f}"
    lower, upper = estimate.interval
    return f"{estimate.value:.{digits}f} ({lower:.{digits}f}–{upper:.{digits}f})"


def _claim(claim: Claim) -> str:
    change = claim.change_percent
    told = "–" if change is None else f"{change.value:+.1f} %"
    if change is not None and change.interval is not None:
        told += " ({:+.1f} – {:+.1f})".format(*change.interval)
    sign = "≤" if claim.less_is_better else "≥"
    wanted = f"{sign} {claim.limit_percent:+.0f} %"
    return f"{_CLAIMS[claim.name]}: {told}; {wanted}: {_MET[claim.met]}"


def _misses(correlation: float) -> str:
    return str(
        Text(
            f"expected misses × severity per 100 000, correlation {correlation:g}",
            f"見落とし期待値×重症度(10万件あたり)、相関{correlation:g}",
        )
    )
