"""`wetread models`: the packages of models, whether they are what they claim, and more of them."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from models.installation import install_bundle
from models.published import find_published
from models.registry import ModelPackage, list_packages, load_package
from wetread.bootstrap.analysis import package_folders, try_model
from wetread.bootstrap.engine import export_to_triton
from wetread.cli.language import Text
from wetread.cli.tables import output_console
from wetread.domain.errors import ConfigurationError
from wetread.settings import load_settings

app = typer.Typer(help="Model packages.", no_args_is_help=True)

_COLUMNS = (
    Text("model", "モデル"),
    Text("version", "版"),
    Text("kind", "種類"),
    Text("licence", "ライセンス"),
    Text("sha256", "sha256"),
    Text("description", "概要"),
)
_REFUSED = Text("refused", "使用不可")
_VERIFIED = Text("verified", "検証済み")
_INSTALLED = Text("installed in", "インストール先")

_EXPORTED = Text("exported to", "書き出し先")

_Config = Annotated[Path | None, typer.Option(help="TOML file with the settings.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command("list")
def list_models(config: _Config = None, *, as_json: _Json = False) -> None:
    """List the packages that are here, each checked against its checksums."""
    folders = package_folders(load_settings(config))
    rows: list[dict[str, str]] = []
    for name in list_packages(folders):
        try:
            rows.append(_described(load_package(name, folders)))
        except ConfigurationError as error:
            rows.append({"name": name, "state": "refused", "problem": str(error)})
    if as_json:
        _print_json(rows)
        return
    table = Table()
    for column in _COLUMNS:
        table.add_column(str(column))
    for row in rows:
        if row["state"] == "refused":
            table.add_row(row["name"], str(_REFUSED), "", "", "", row["problem"])
        else:
            table.add_row(
                row["name"],
                row["version"],
                row["kind"],
                row["license"],
                row["sha256"][:12],
                row["description"],
            )
    output_console().print(table)


@app.command("verify")
def verify_models(
    name: Annotated[str | None, typer.Argument(help="One package; all by default.")] = None,
    config: _Config = None,
    *,
    as_json: _Json = False,
) -> None:
    """Check every file of the packages, and that their weights fit what reads their kind."""
    settings = load_settings(config)
    folders = package_folders(settings)
    rows: list[dict[str, str]] = []
    problems: list[str] = []
    for one in (name,) if name is not None else list_packages(folders):
        try:
            package = load_package(one, folders)
            try_model(package, settings)
            rows.append(_described(package))
        except ConfigurationError as error:
            rows.append({"name": one, "state": "refused", "problem": str(error)})
            problems.append(str(error))
    if as_json:
        _print_json(rows)
    else:
        for row in rows:
            if row["state"] == "verified":
                typer.echo(f"{row['name']}: {_VERIFIED}")
    if problems:
        raise ConfigurationError("; ".join(problems))


@app.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="A published model: monai/lung_nodule_ct_detection.")],
    archive: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Use this zip, downloaded already."),
    ] = None,
    config: _Config = None,
) -> None:
    """Download a published bundle, check it, and install it as a package beside the shipped."""
    package = install_bundle(find_published(name), load_settings(config).models_dir, archive)
    typer.echo(f"{package.name} {package.metadata.version}: {_INSTALLED} {package.folder}")


@app.command("export-triton")
def export_model(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="The package to serve.")],
    out: Annotated[Path, typer.Option(metavar="REPOSITORY", help="Triton's model repository.")],
    backend: Annotated[
        Literal["python", "onnx", "tensorrt"],
        typer.Option(help="What computes the network there (docs/serving.md)."),
    ] = "python",
    most_together: Annotated[
        int, typer.Option(min=1, help="Volumes looked at at once; an urgent one waits for them.")
    ] = 2,
    config: _Config = None,
) -> None:
    """Write a package into a model repository that a Triton server serves."""
    package = load_package(name, package_folders(load_settings(config)))
    folder = export_to_triton(package, out, most_together=most_together, backend=backend)
    typer.echo(f"{package.name} {package.metadata.version}: {_EXPORTED} {folder}")


def _described(package: ModelPackage) -> dict[str, str]:
    metadata = package.metadata
    return {
        "name": package.name,
        "state": "verified",
        "version": metadata.version,
        "kind": package.kind,
        "license": metadata.wetread.license,
        "sha256": package.sha256,
        "description": metadata.description,
        "folder": str(package.folder),
    }


def _print_json(rows: list[dict[str, str]]) -> None:
    typer.echo(json.dumps({"models": rows}, ensure_ascii=False, indent=2))
