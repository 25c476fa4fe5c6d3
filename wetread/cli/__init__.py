"""The command line: `wetread COMMAND`; exit status 0 only on success."""

import sys

import typer

from wetread.cli.commands import Commands
from wetread.domain.errors import WetreadError

app = typer.Typer(
    name="wetread",
    cls=Commands,
    callback=lambda: None,  # a group, though its commands are not known yet
    help="Looks at chest CT between the hospital and the radiologist. "
    "Research use only, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; an expected failure is one line on stderr and exit status 1."""
    try:
        app()
    except WetreadError as error:
        sys.stderr.write(f"wetread: {error}\n")
        raise SystemExit(1) from None
