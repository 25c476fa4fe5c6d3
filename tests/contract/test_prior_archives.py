"""Every way of asking an archive gives the same, whichever archive it is."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.archive_trial import IMAGES
from tests.support.orthanc import DICOMWEB_PLUGIN
from tests.support.private_network import private_network
from wetread.domain.uids import derive_uid

_PROGRAMS = {"orthanc": "Orthanc", "dcmqrscp": "dcmqrscp"}
_WAYS = [
    ("orthanc", "c-get"),
    ("orthanc", "c-move"),
    ("orthanc", "dicomweb"),
    ("dcmqrscp", "c-get"),
    ("dcmqrscp", "c-move"),
]


@pytest.fixture(scope="module")
def trials(
    tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], str]
) -> Callable[[str], dict[str, Any]]:
    """Return a function that fills an archive and asks it in every way, once."""
    told: dict[str, dict[str, Any]] = {}

    def run(peer: str) -> dict[str, Any]:
        if peer not in told:
            program = require_program(_PROGRAMS[peer])
            plugin = [str(DICOMWEB_PLUGIN)] if DICOMWEB_PLUGIN.exists() else []
            folder = tmp_path_factory.mktemp(peer)
            ran = subprocess.run(
                [
                    *private_network(),
                    *(sys.executable, "-m", "tests.support.archive_trial"),
                    *(peer, program, str(folder), *plugin),
                ],
                capture_output=True,
                check=False,
                timeout=120,
                cwd=Path(__file__).parents[2],
            )
            assert ran.returncode == 0, ran.stderr.decode()
            assert b"Traceback" not in ran.stderr, ran.stderr.decode()
            told[peer] = json.loads(ran.stdout.splitlines()[-1])
        return told[peer]

    return run


@pytest.fixture(params=_WAYS, ids=lambda way: f"{way[1]} from {way[0]}")
def trial(
    request: pytest.FixtureRequest,
    trials: Callable[[str], dict[str, Any]],
    require_program: Callable[[str], str],
) -> dict[str, Any]:
    peer, way = request.param
    if way == "dicomweb" and not DICOMWEB_PLUGIN.exists():
        require_program(str(DICOMWEB_PLUGIN))
    one: dict[str, Any] = trials(peer)[way]
    return one


def test_studies_up_to_a_day_are_found_with_their_series(trial: dict[str, Any]) -> None:
    assert trial["found"] == {derive_uid("prior"): "2025-01-02"}
    assert [series[0] for series in trial["series"]] == ["CT"]
    assert trial["found_without_end"] == 2


def test_nobody_else_is_found(trial: dict[str, Any]) -> None:
    assert trial["nobody"] == 0
    assert "wildcards" in trial["wildcards"]


def test_every_image_comes_as_it_is(trial: dict[str, Any]) -> None:
    expected = {
        derive_uid("slice", "prior", "series", number): ["KAKUU^JIROU=架空^次郎", number + 1]
        for number in range(IMAGES)
    }
    assert trial["kept"] == expected


def test_nothing_more_is_given_after_a_refusal(trial: dict[str, Any]) -> None:
    assert trial["refusal"] == "PriorRefused: that is enough"
    assert trial["after_refusal"] == 2
    assert trial["again"] == 1, "the archive cannot be asked any more"


def test_a_series_that_is_not_there_gives_nothing(trial: dict[str, Any]) -> None:
    assert trial["unknown_series"] == 0


@pytest.mark.parametrize("peer", _PROGRAMS)
def test_nothing_fetched_is_taken_for_a_study_that_was_sent(
    peer: str, trials: Callable[[str], dict[str, Any]]
) -> None:
    assert trials(peer)["intake"] == {"received": 0}
