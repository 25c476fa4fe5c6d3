"""What an evaluation says to people: the same figures for the terminal and for report.md."""

from fractions import Fraction

from inference.evaluation import FALSE_MARK_RATES, Evaluation, FrocResult, Origin
from inference.evaluation.operating_point import OperatingFigures
from inference.evaluation.report import Provenance
from inference.evaluation.strata import Stratum
from wetread.cli.language import Text
from wetread.domain.estimates import Estimate
from wetread.domain.findings import NoduleType

RATES = tuple(str(Fraction(rate)) for rate in FALSE_MARK_RATES)
_GROUP = Text("nodules", "結節")
_COUNT = Text("number", "個数")
_CPM = Text("CPM", "CPM")
_FOUND = Text("found", "検出")
_SENSITIVITY = Text("sensitivity", "感度")
_ALL = Text("all", "全体")
_ORIGINS = {
    Origin.REAL: Text("real", "実在"),
    Origin.INSERTED: Text("inserted", "挿入"),
}
_TYPES = {
    NoduleType.SOLID: Text("solid", "充実型"),
    NoduleType.PART_SOLID: Text("part-solid", "部分充実型"),
    NoduleType.GROUND_GLASS: Text("ground-glass", "すりガラス型"),
}


def analysing(number: int, count: int) -> str:
    """Return what the progress bar says of one scan of many."""
    return str(Text(f"analysing scan {number} of {count}", f"解析中 {number}/{count}"))


def table_header() -> list[str]:
    """Return the columns: group, number, sensitivity at each rate, CPM, and at the score."""
    return [
        str(_GROUP),
        str(_COUNT),
        *RATES,
        str(_CPM),
        str(_FOUND),
        str(_SENSITIVITY),
    ]


def table_rows(evaluation: Evaluation) -> list[list[str]]:
    """Return the figures of all nodules, then of each group."""
    return [
        _row(str(_ALL), evaluation.froc, evaluation.operating),
        *(_row(group_name(one.stratum), one.froc, one.operating) for one in evaluation.strata),
    ]


def explanations(evaluation: Evaluation, provenance: Provenance) -> list[str]:
    """Return what is to be known beside the table, one sentence each."""
    froc, operating = evaluation.froc, evaluation.operating
    score, wrong = f"{operating.score:.4g}", said(operating.false_marks_per_scan)
    sentences = [
        Text(
            f"Nodules: {froc.nodules}, scans: {froc.scans}. Columns 1/8 to 8: sensitivity at so"
            " many false marks per scan (LUNA16); CPM is their mean.",
            f"結節: {froc.nodules}、スキャン: {froc.scans}。1/8〜8の列は1スキャンあたりの"
            "偽陽性数での感度(LUNA16方式)、CPMはその平均。",
        ),
        Text(
            f"Found and sensitivity are at the operating score {score}, with {wrong} false marks"
            " per scan.",
            f"「検出」と右端の感度は動作点スコア{score}での値。偽陽性は1スキャンあたり{wrong}。",
        ),
        _about_intervals(evaluation),
    ]
    if provenance.unanalysed:
        count, first = len(provenance.unanalysed), provenance.unanalysed[0]
        sentences.append(
            Text(
                f"Not analysed: {count} scans, whose nodules count as missed; the first:"
                f" {first.scan}: {first.reason}",
                f"解析できなかったスキャンが{count}件あり、その結節は見落としとして数えました。"
                f"最初の1件: {first.scan}: {first.reason}",
            )
        )
    if provenance.scans_left_out:
        count = provenance.scans_left_out
        sentences.append(
            Text(f"Left out: {count} other scans.", f"評価対象外の{count}スキャンは除きました。")
        )
    return [str(sentence) for sentence in sentences]


def group_name(stratum: Stratum) -> str:
    """Return the name of a group, such as ``solid, ≥ 6 mm``."""
    parts = []
    if stratum.type is not None:
        parts.append(str(_TYPES[stratum.type]))
    if stratum.origin is not None:
        parts.append(str(_ORIGINS[stratum.origin]))
    if stratum.size:
        parts.append(stratum.size)
    return ", ".join(parts)


def said(estimate: Estimate) -> str:
    """Return a figure with its interval."""
    if estimate.interval is None:
        return f"{estimate.value:.3f}"
    lower, upper = estimate.interval
    return f"{estimate.value:.3f} ({lower:.3f}–{upper:.3f})"


def _row(name: str, froc: FrocResult, operating: OperatingFigures) -> list[str]:
    return [
        name,
        str(froc.nodules),
        *(f"{one.value:.3f}" for one in froc.sensitivity),
        said(froc.cpm),
        str(operating.hits),
        said(operating.sensitivity),
    ]


def _about_intervals(evaluation: Evaluation) -> Text:
    if evaluation.froc.cpm.interval is None:
        return Text(
            "Too few scans hold nodules for an interval.",
            "結節のあるスキャンが少なすぎるため、信頼区間はありません。",
        )
    return Text(
        "In brackets: 95 % interval, 1000 resamples of the scans.",
        "括弧内は95%信頼区間(スキャン単位のブートストラップ1000回)。",
    )
