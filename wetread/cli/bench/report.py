"""The folder a benchmark leaves: report.json, report.md and a picture."""

from pathlib import Path
from typing import Final

from routing.bench.document import document_from_bench
from routing.bench.figures import Bench
from wetread.cli.bench.wording import conclusions, described, load_header, load_rows, stage_table
from wetread.cli.language import Text
from wetread.cli.tables import markdown_table

_TITLE: Final = Text("Benchmark", "ベンチマーク")


def write_report(folder: Path, bench: Bench) -> None:
    """Write everything into a folder."""
    # Matplotlib takes most of a second to import, and it would be measured, too.
    from routing.bench.plots import draw_bench  # noqa: PLC0415 - slow to import

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(document_from_bench(bench), encoding="utf-8")
    draw_bench(bench.series, folder / "bench.png")
    parts = [
        f"# {_TITLE}",
        described(bench),
        "\n".join(f"- {line}" for line in conclusions(bench.series)),
        markdown_table(load_header(), load_rows(bench)),
        *(markdown_table(*stage_table(series)) for series in bench.series),
        f"![{_TITLE}](bench.png)",
    ]
    (folder / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
