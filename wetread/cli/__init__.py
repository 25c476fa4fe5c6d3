"""The command line: `wetread COMMAND`; exit status 0 only on success."""

import sys

import typer

from wetread.cli import costs, models, readers, reading, simulate
from wetread.cli.analyze import analyze
from wetread.cli.assign import assign
from wetread.cli.bench import bench
from wetread.cli.capacity import capacity
from wetread.cli.check import check
from wetread.cli.demo import demo
from wetread.cli.evaluate import evaluate_detector
from wetread.cli.register import register
from wetread.cli.serve import serve
from wetread.domain.errors import WetreadError

app = typer.Typer(
    name="wetread",
    help="Looks at chest CT between the hospital and the radiologist. "
    "Research use only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo)
app.command("analyze")(analyze)
app.command("serve")(serve)
app.command("check")(check)
app.command("evaluate")(evaluate_detector)
app.command("assign")(assign)
app.command("register")(register)
app.command("bench")(bench)
app.command("capacity")(capacity)
app.add_typer(models.app, name="models")
app.add_typer(reading.app, name="reading")
app.add_typer(costs.app, name="costs")
app.add_typer(readers.app, name="readers")
app.add_typer(simulate.app, name="simulate")


def main() -> None:
    """Run the command line; an expected failure is one line on stderr and exit status 1."""
    try:
        app()
    except WetreadError as error:
        sys.stderr.write(f"wetread: {error}\n")
        raise SystemExit(1) from None
