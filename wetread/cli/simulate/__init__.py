"""`wetread simulate`: queues against theory, and ways to hand out reading."""

import typer

from wetread.cli.simulate.queue import simulate_queue
from wetread.cli.simulate.reading import simulate_reading

app = typer.Typer(help="Simulated reading.", no_args_is_help=True)
app.command("queue")(simulate_queue)
app.command("reading")(simulate_reading)
