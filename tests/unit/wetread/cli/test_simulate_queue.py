import json

import pytest
from typer.testing import CliRunner

from wetread.cli import app
from wetread.domain.errors import SimulationError

FEW = ("--replications", "4", "--studies", "2000", "--jobs", "1")
AI = ("--sensitivity", "0.9", "--specificity", "0.8", "--prevalence", "0.1")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*arguments: str) -> str:
    """Return what the command prints; an expected failure is raised."""
    result = CliRunner().invoke(app, ["simulate", "queue", *FEW, *arguments])
    if isinstance(result.exception, SimulationError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_waits_by_class_beside_theory() -> None:
    document = json.loads(run("--discipline", "ageing", "--json"))
    assert document["theory_min"] == pytest.approx(
        {"high": 4.741, "low": 11.853, "all": 10.787}, abs=1e-3
    )
    assert set(document["mean_wait_min"]) == set(document["theory_min"])
    for group, (lower, upper) in document["interval_95_min"].items():
        assert lower < document["mean_wait_min"][group] < upper


def test_an_ai_makes_the_classes() -> None:
    document = json.loads(run("--discipline", "nonpreemptive", *AI, "--json"))
    assert document["high_share"] == pytest.approx(0.27)
    waits = document["mean_wait_min"]
    groups = ["ai_positive", "ai_negative", "diseased", "missed", "healthy", "all"]
    assert list(waits) == groups
    assert waits["ai_positive"] < waits["diseased"] < waits["healthy"] < waits["ai_negative"]


def test_an_ai_that_misses_nobody() -> None:
    perfect = ("--sensitivity", "1", "--specificity", "1", "--prevalence", "0.1")
    document = json.loads(run(*perfect, "--json"))
    assert document["mean_wait_min"]["missed"] is None
    assert document["interval_95_min"]["missed"] is None
    assert "–" in run(*perfect)


def test_the_same_seed_gives_the_same_text() -> None:
    assert run("--seed", "3", "--json") == run("--seed", "3", "--json")
    assert run("--seed", "3", "--json") != run("--seed", "4", "--json")


def test_people_read_it_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "theory" in run()
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "理論値" in run(*AI)


@pytest.mark.parametrize(
    "wrong", [("--load", "1"), ("--sensitivity", "0.9"), ("--high-share", "0")]
)
def test_what_cannot_be_played_is_told(wrong: tuple[str, str]) -> None:
    with pytest.raises(SimulationError):
        run(*wrong)
