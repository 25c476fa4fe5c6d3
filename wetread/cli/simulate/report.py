"""The folder a simulation leaves: report.json, report.md and pictures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from routing.simulation.reading.trial import ReadingTrial, Run
from wetread.cli.language import Text
from wetread.cli.simulate.wording import claim_lines, table_header, table_rows
from wetread.cli.tables import markdown_table

_TITLE = Text("Simulated reading", "読影シミュレーション")
_POLICIES = Text("Policies", "割り当て方式")
_VARIED = Text("Sensitivity of the AI", "AIの感度")


def write_report(
    folder: Path,
    *,
    document: str,
    trial: ReadingTrial,
    runs: Sequence[Run],
    varied: Mapping[float, Sequence[Run]],
) -> None:
    """Write everything into a folder."""
    # Matplotlib takes most of a second to import, and no other command draws these.
    from routing.simulation.reading.plots import draw_policies, draw_sensitivity  # noqa: PLC0415 - slow to import

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(document, encoding="utf-8")
    draw_policies(trial, runs, folder / "policies.png")
    parts = [
        f"# {_TITLE}",
        _described(trial),
        "\n".join(f"- {line}" for line in claim_lines(runs)),
        markdown_table(table_header(trial), table_rows(trial, runs, intervals=True)),
        f"![{_POLICIES}](policies.png)",
    ]
    if varied:
        draw_sensitivity(varied, folder / "sensitivity.png")
        parts.append(f"![{_VARIED}](sensitivity.png)")
    (folder / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _described(trial: ReadingTrial) -> str:
    readers = sum(trial.scenario.readers_of_shifts(trial.providers))
    return str(
        Text(
            f"{trial.scenario.name}. Providers: {trial.providers}, readers: {readers}, weekdays: "
            f"{trial.days}, runs: {trial.replications}, seed: {trial.seed}. AI: sensitivity "
            f"{trial.ai.sensitivity:g}, specificity {trial.ai.specificity:g}. "
            "All policies meet the same studies and readers; in brackets: 95 % interval.",
            f"{trial.scenario.name}。事業者{trial.providers}、読影医{readers}人、"
            f"平日{trial.days}日、{trial.replications}回、乱数種{trial.seed}。"
            f"AIの感度{trial.ai.sensitivity:g}、特異度{trial.ai.specificity:g}。"
            "どの方式も同じ検査と読影医で比べた。括弧内は95%信頼区間。",
        )
    )
