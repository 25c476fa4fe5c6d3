"""The folder an evaluation leaves: report.json, report.md, froc.png and contact sheets."""

from collections.abc import Sequence
from pathlib import Path

from inference.evaluation import Evaluation, ScanMatch
from inference.evaluation.contact_sheet import ReadVolume, draw_contact_sheets
from inference.evaluation.examples import list_examples
from inference.evaluation.report import Provenance
from wetread.cli.evaluate.wording import explanations, table_header, table_rows
from wetread.cli.language import Text
from wetread.cli.tables import markdown_table

_TITLE = Text("Evaluation of nodule detection", "結節検出の評価")
_TRUTH = Text("Truth", "正解")
_PREDICTIONS = Text("Candidates", "候補")
_MODEL = Text("Model", "モデル")
_CURVE = Text("FROC curve and groups", "FROC曲線と群別の感度")
_SHEETS = {
    "hits": Text("Hits", "検出した結節"),
    "misses": Text("Misses", "見落とした結節"),
    "false-marks": Text("False marks", "偽陽性"),
}
_LEGEND = Text(
    "Axial views in lung window. Yellow: the nodule, or a false mark (12 mm). Blue: the candidate.",
    "肺野条件の軸位断像。黄: 結節または偽陽性(12 mm)。青: 候補の中心。",
)


def write_report(
    folder: Path,
    *,
    document: str,
    evaluation: Evaluation,
    matches: Sequence[ScanMatch],
    provenance: Provenance,
    read_volume: ReadVolume | None,
) -> None:
    """Write everything into a folder; contact sheets only where the images are at hand."""
    # Matplotlib takes most of a second to import, and no other command draws curves.
    from inference.evaluation.plot import draw_froc  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(document, encoding="utf-8")
    draw_froc(evaluation, folder / "froc.png")
    sheets: tuple[Path, ...] = ()
    if read_volume is not None:
        examples = list_examples(matches, evaluation.operating.score)
        sheets = draw_contact_sheets(examples, read_volume, folder)
    (folder / "report.md").write_text(_markdown(evaluation, provenance, sheets), encoding="utf-8")


def _markdown(evaluation: Evaluation, provenance: Provenance, sheets: Sequence[Path]) -> str:
    model = provenance.model
    parts = [
        f"# {_TITLE}",
        "\n".join(
            [
                f"- {_TRUTH}: `{provenance.truth}`",
                f"- {_PREDICTIONS}: `{provenance.predictions}`",
                *([f"- {_MODEL}: {model.name} {model.version}"] if model is not None else []),
            ]
        ),
        markdown_table(table_header(), table_rows(evaluation)),
        "\n".join(f"- {sentence}" for sentence in explanations(evaluation, provenance)),
        f"![{_CURVE}](froc.png)",
        *(f"## {_SHEETS[path.stem]}\n\n![{_SHEETS[path.stem]}]({path.name})" for path in sheets),
        *([str(_LEGEND)] if sheets else []),
    ]
    return "\n\n".join(parts) + "\n"
