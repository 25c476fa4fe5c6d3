"""Results arrive in real PACS, in their own transfer syntax, and are confirmed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from tests.support.instances import instance
from tests.support.orthanc import DICOMWEB_PLUGIN
from tests.support.private_network import private_network

PROGRAMS = {"orthanc": "Orthanc", "stow": "Orthanc", "storescp": "storescp"}
WAYS = [
    ("orthanc", "query"),
    ("orthanc", "commitment"),
    ("stow", "status"),
    ("stow", "query"),
    ("storescp", "status"),
]


@pytest.mark.parametrize(("kind", "confirm"), WAYS)
def test_a_pacs_confirms_and_keeps_results(
    kind: str, confirm: str, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    program = require_program(PROGRAMS[kind])
    if kind == "stow" and not DICOMWEB_PLUGIN.exists():
        require_program(str(DICOMWEB_PLUGIN))
    syntaxes = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless]
    paths, expected = [], {}
    for number, syntax in enumerate(syntaxes):
        dataset = instance(number)
        if syntax.is_compressed:
            dataset.compress(syntax)
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        paths.append(tmp_path / f"{number}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
        expected[dataset.SOPInstanceUID] = [syntax, "TEST^INVENTED"]

    run = subprocess.run(
        [
            *private_network(),
            sys.executable,
            "-m",
            "tests.support.delivery_to_pacs",
            kind,
            confirm,
            program,
            str(tmp_path / "pacs"),
            *map(str, paths),
        ],
        capture_output=True,
        check=False,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )

    assert run.returncode == 0, run.stderr.decode()
    told = json.loads(run.stdout.splitlines()[-1])
    assert told["confirmed"] == list(expected), told["details"]
    assert told["confirmed_again"] == list(expected), "what it has already counts as delivered"
    assert told["received"] == expected
