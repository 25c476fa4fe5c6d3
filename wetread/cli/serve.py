"""`wetread serve`: the service."""

from pathlib import Path
from typing import Annotated

import typer

from wetread.bootstrap.service import build_service
from wetread.logs import configure_logs
from wetread.settings import load_settings


def serve(
    config: Annotated[
        Path | None, typer.Option(help="TOML file with the settings (docs/configuration.md).")
    ] = None,
) -> None:
    """Receive studies, analyse them, deliver results and serve the reading list."""
    settings = load_settings(config)
    configure_logs(settings.log_format)
    build_service(settings).run()
