"""The list of commands says what the commands say, and loads none of them."""

import subprocess
import sys

import pytest

from wetread.cli.commands import COMMANDS, load_command


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_described_as_it_describes_itself(name: str) -> None:
    command = load_command(name)

    assert command.name == name
    assert " ".join(command.help.split("\n\n")[0].split()) == COMMANDS[name].summary


@pytest.mark.parametrize("arguments", [["--help"], ["unheard-of"]])
def test_what_takes_long_to_import_is_not_imported_for_the_list(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from wetread.cli import app\n"
        "try:\n"
        f"    app({arguments})\n"
        "except SystemExit:\n"
        "    print(sorted({'torch', 'pydicom', 'sqlalchemy'} & set(sys.modules)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
