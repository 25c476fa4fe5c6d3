"""`wetread costs`: what analyses cost, and the four ways to hold a machine."""

import typer

from wetread.cli.costs.breakeven import compare_modes

app = typer.Typer(help="What the analyses cost, and who pays.", no_args_is_help=True)
app.command("breakeven")(compare_modes)
