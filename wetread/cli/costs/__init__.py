"""`wetread costs`: what analyses cost, and the four ways to hold a machine."""

import typer

from wetread.cli.costs.breakeven import compare_modes
from wetread.cli.costs.correct import correct_entry
from wetread.cli.costs.report import report_costs

app = typer.Typer(help="What the analyses cost, and who pays.", no_args_is_help=True)
app.command("report")(report_costs)
app.command("correct")(correct_entry)
app.command("breakeven")(compare_modes)
