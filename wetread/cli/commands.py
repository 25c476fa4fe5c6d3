"""The commands by name: each one's modules are imported only when it is called.

PyTorch, the web server and the plots take seconds to import, and most commands need few of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup

_Context: TypeAlias = Any  # those of the Click inside Typer, which is private to it
_Command: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A command as the list of commands shows it, and where it is."""

    module: str
    attribute: str = "app"  # a function is one command, a `typer.Typer` a group of them
    summary: str  # the first sentence of its own help


COMMANDS: Final[Mapping[str, Described]] = {
    "demo": Described(
        module="wetread.cli.demo",
        attribute="demo",
        summary="Send studies to the real service by DICOM, receive its results, and show what"
        " it found.",
    ),
    "analyze": Described(
        module="wetread.cli.analyze",
        attribute="analyze",
        summary="Analyse one study and write findings.json, the DICOM objects and key images to"
        " --out.",
    ),
    "serve": Described(
        module="wetread.cli.serve",
        attribute="serve",
        summary="Receive studies, analyse them, deliver results and serve the reading list.",
    ),
    "check": Described(
        module="wetread.cli.check",
        attribute="check",
        summary="Check settings, tables, model and folders; with --study, try the selection rules"
        " on it.",
    ),
    "evaluate": Described(
        module="wetread.cli.evaluate",
        attribute="evaluate_detector",
        summary="Evaluate candidates against known nodules: FROC by the LUNA16 protocol"
        " (docs/evaluation.md).",
    ),
    "assign": Described(
        module="wetread.cli.assign",
        attribute="assign",
        summary="Give the studies that wait to the readers on shift, and say why each went where.",
    ),
    "register": Described(
        module="wetread.cli.register",
        attribute="register",
        summary="Map points from the fixed to the moving image; images that do not fit are"
        " refused.",
    ),
    "bench": Described(
        module="wetread.cli.bench",
        attribute="bench",
        summary="Measure seconds, memory, energy and yen of studies (docs/benchmark.md).",
    ),
    "capacity": Described(
        module="wetread.cli.capacity",
        attribute="capacity",
        summary="Say how many devices are needed so that results are there in time"
        " (docs/benchmark.md).",
    ),
    "models": Described(module="wetread.cli.models", summary="Model packages."),
    "reading": Described(module="wetread.cli.reading", summary="The list of studies to be read."),
    "costs": Described(module="wetread.cli.costs", summary="What the analyses cost, and who pays."),
    "readers": Described(
        module="wetread.cli.readers", summary="Readers: who may read what, and when."
    ),
    "simulate": Described(module="wetread.cli.simulate", summary="Simulated reading."),
}


class Commands(TyperGroup):
    """Lists the commands as they are described, and loads the one that is called."""

    def list_commands(self, ctx: _Context) -> list[str]:
        """Return the names in their order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: _Context, cmd_name: str) -> _Command | None:
        """Return what is said of a command, which cannot be called."""
        del ctx
        described = COMMANDS.get(cmd_name)
        return None if described is None else TyperCommand(cmd_name, help=described.summary)

    def resolve_command(
        self, ctx: _Context, args: list[str]
    ) -> tuple[str | None, _Command | None, list[str]]:
        """Return the command that is called, itself; refuse an unknown one as Typer does."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else load_command(name), rest


def load_command(name: str) -> _Command:
    """Import a command of `COMMANDS`."""
    described = COMMANDS[name]
    found = getattr(import_module(described.module), described.attribute)
    around = typer.Typer(callback=lambda: None, add_completion=False)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return typer.main.get_group(around).commands[name]
