"""`wetread models`: the packages of models and whether they are what they claim."""

from typing import Annotated

import typer
from rich.table import Table

from models.registry import list_packages, load_package
from wetread.cli.language import Text
from wetread.cli.tables import output_console

app = typer.Typer(help="Model packages.", no_args_is_help=True)

_COLUMNS = (
    Text("model", "モデル"),
    Text("version", "版"),
    Text("license", "ライセンス"),
    Text("sha256", "sha256"),
    Text("summary", "概要"),
)


@app.command("list")
def list_models() -> None:
    """List the packages that are here, each checked."""
    table = Table()
    for column in _COLUMNS:
        table.add_column(str(column))
    for name in list_packages():
        package = load_package(name)
        metadata = package.metadata
        table.add_row(
            metadata.name, metadata.version, metadata.license, package.sha256[:12], metadata.summary
        )
    output_console().print(table)


@app.command("verify")
def verify_models(
    name: Annotated[str | None, typer.Argument(help="One package; all by default.")] = None,
) -> None:
    """Check every file of the packages against their checksums."""
    for one in (name,) if name is not None else list_packages():
        load_package(one)
        typer.echo(f"{one}: {Text('verified', '検証済み')}")
