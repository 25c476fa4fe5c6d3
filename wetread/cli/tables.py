"""Findings as a table for the terminal, and any table as Markdown."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from wetread.cli.language import Text
from wetread.domain.explanation import describe_region, describe_size_and_type
from wetread.domain.findings import ChangeState, Findings, GrowthVerdict, Nodule, Outcome

_COLUMNS = (
    Text("study", "検査"),
    Text("outcome", "結果"),
    Text("nodules", "結節"),
    Text("change", "変化"),
    Text("category", "カテゴリー"),
    Text("priority", "優先度"),
    Text("reader", "読影医"),
    Text("seconds", "秒"),
    Text("yen", "円"),
)
_WIDTH_IN_FILES = 160
_RIGHT_FROM = 5  # figures stand to the right
_OUTCOMES = {
    Outcome.ANALYSED: Text("analysed", "解析済み"),
    Outcome.NOT_ANALYSED: Text("not analysed", "解析対象外"),
    Outcome.PARTIAL: Text("partial", "一部解析"),
    Outcome.FAILED: Text("failed", "解析失敗"),
}
_STATES = {
    ChangeState.NEW: Text("new", "新規"),
    ChangeState.AMBIGUOUS: Text("ambiguous", "判定保留"),
    ChangeState.NOT_COVERED: Text("not covered", "範囲外"),
    ChangeState.MATCHED: Text("matched", "対応あり"),
}
_VERDICTS = {
    GrowthVerdict.GROWN: Text("grown", "増大"),
    GrowthVerdict.STABLE: Text("stable", "不変"),
    GrowthVerdict.SHRUNK: Text("shrunk", "縮小"),
    GrowthVerdict.NOT_RESOLVABLE: Text("not resolvable", "測定誤差内"),
}
_UNASSIGNED = Text("unassigned", "未割当")
_RESOLVED = Text("resolved", "消失")
_NO_PRIOR = Text("no prior", "過去検査なし")
_NOTICE = Text(
    "Research use only, not a medical device. A human reads every study.",
    "研究用。医療機器ではありません。すべての検査は人が読影します。",
)


def output_console() -> Console:
    """Return the console for results: a pipe or file has room for the whole table."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_IN_FILES)
    return console


def findings_table(
    findings: Sequence[Findings],
    *,
    names: Sequence[str] | None = None,
    readers: Sequence[str | None] | None = None,
) -> Table:
    """Return one row per study: outcome, nodules, change, category, priority, reader, cost."""
    table = Table(caption=str(_NOTICE))
    for index, column in enumerate(_COLUMNS):
        table.add_column(str(column), justify="right" if index >= _RIGHT_FROM else "left")
    names = names or [one.study_instance_uid for one in findings]
    readers = readers or [None] * len(findings)
    for one, name, reader in zip(findings, names, readers, strict=True):
        table.add_row(
            name,
            _outcome(one),
            "\n".join(_nodule(nodule) for nodule in one.nodules) or "–",
            _changes(one),
            one.triage.category or "–",
            str(one.triage.priority),
            reader or str(_UNASSIGNED),
            f"{one.timing_s.total:.1f}",
            f"{one.cost.cost_jpy:.3f}",
        )
    return table


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown, figures to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _outcome(findings: Findings) -> str:
    outcome = str(_OUTCOMES[findings.outcome])
    return f"{outcome}: {findings.reason}" if findings.reason else outcome


def _nodule(nodule: Nodule) -> str:
    measured = nodule.measurement
    what = Text(*describe_size_and_type(measured))
    where = Text(*describe_region(measured.side, measured.zone))
    return f"{nodule.tracking_id}: {what}, {where}"


def _changes(findings: Findings) -> str:
    changes = [nodule.change for nodule in findings.nodules if nodule.change is not None]
    said = Counter(
        _VERDICTS[change.verdict] if change.verdict else _STATES[change.state] for change in changes
    )
    if findings.resolved:
        said[_RESOLVED] += len(findings.resolved)
    return ", ".join(f"{count} {text}" for text, count in said.items()) or str(_NO_PRIOR)
