"""`wetread simulate`: queues against theory, and ways to hand out reading."""

import typer

from wetread.cli.simulate.queue import simulate_queue

app = typer.Typer(help="Simulated reading.", no_args_is_help=True)
app.command("queue")(simulate_queue)
