"""What all tests share: peers and real scans that may be absent, and a small made-up patient."""

import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.phantom.studies import SMALL, PhantomPair, write_phantom_pair


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], str]:
    """Return a function giving a program's path; where it is missing: skip here, fail in CI."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            reason = f"the program {name} is not installed"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find


@pytest.fixture(scope="session")
def real_ct_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of real chest CT, one subfolder per patient; skip where there is none.

    A folder that holds archives (``**/PATIENT.tar.xz``) is unpacked first.
    """
    named = os.environ.get("WETREAD_REAL_CT")
    if not named or not Path(named).is_dir():
        pytest.skip("WETREAD_REAL_CT does not name a folder of real chest CT")
    folder = Path(named)
    archives = sorted(folder.rglob("*.tar.xz"))
    if not archives:
        return folder
    unpacked = tmp_path_factory.mktemp("real_ct")
    for archive in archives:
        with tarfile.open(archive) as content:
            content.extractall(unpacked, filter="data")
    for other in folder.iterdir():
        if other.is_dir() and not (unpacked / other.name).exists():
            (unpacked / other.name).symlink_to(other)
    return unpacked


@pytest.fixture(scope="session")
def small_phantom(tmp_path_factory: pytest.TempPathFactory) -> PhantomPair:
    """Return a prior and a current study of a made-up patient, 256 × 256 × 120 voxels each."""
    return write_phantom_pair(tmp_path_factory.mktemp("phantom"), size=SMALL)
