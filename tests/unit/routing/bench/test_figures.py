"""What is said of measured loads."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from routing.bench.document import document_from_bench, whole_study_seconds
from routing.bench.figures import Bench, LoadRun, LoadSeries, Machine, Part, StudyRun
from routing.bench.load import run_load, take_until_ready
from routing.bench.plots import draw_bench
from routing.bench.stages import Stage
from routing.pipeline.metering import Meter, Spent
from routing.pipeline.sharing import SharedAmount
from wetread.domain.costs.modes import CostMode
from wetread.domain.costs.prices import PriceTable
from wetread.domain.errors import ConfigurationError, EngineError

PRICES = PriceTable(
    name="invented",
    effective_from=date(2026, 1, 1),
    source="",
    verified=False,
    mode=CostMode.CLOUD,
    gpu_second_jpy=Decimal("0.1"),
    cpu_second_jpy=Decimal("0.01"),
)


def run(seconds: float, *, network: float = 0.0, joules: float | None = None) -> StudyRun:
    stages = {Stage.MEASURE: Spent(wall_seconds=seconds - network, cpu_seconds=1.0)}
    if network:
        stages[Stage.NETWORK] = Spent(wall_seconds=network, cpu_seconds=3.0)
    return StudyRun(seconds=seconds, stages=stages, gpu_seconds=2.0, energy_joule=joules)


def load(*runs: StudyRun, at_once: int = 1) -> LoadRun:
    return LoadRun(
        at_once=at_once,
        runs=runs,
        wall_seconds=10.0,
        cpu_seconds=8.0,
        cores=2,
        peak_bytes=2**30,
    )


def bench(*series: LoadSeries) -> Bench:
    machine = Machine(
        processor="invented",
        cores=2,
        memory_bytes=2**33,
        accelerator=None,
        system="Linux",
        versions={},
        load_average=0.0,
    )
    return Bench(machine=machine, model="m", studies=("s",), prices=PRICES, series=series)


def series(part: Part, *loads: LoadRun) -> LoadSeries:
    return LoadSeries(engine="local", part=part, device="cpu", loads=loads)


def test_figures_of_a_load() -> None:
    two = load(run(4, network=3), run(6, network=3))
    assert two.studies_per_hour == pytest.approx(720)
    assert two.core_use == pytest.approx(0.4)
    assert two.percentile_seconds(50) == pytest.approx(5)
    assert two.share_outside_network == pytest.approx(0.4)
    assert two.cpu_share_outside_network == pytest.approx(0.25)
    assert two.jpy_per_study(PRICES) == Decimal("0.24")
    assert list(two.stages) == [Stage.NETWORK, Stage.MEASURE]


def test_what_is_not_known_is_not_zero() -> None:
    assert load(run(4)).share_outside_network is None
    assert load(run(4, network=1), at_once=2).cpu_share_outside_network is None
    elsewhere = run(4, network=1)  # the one that outlines is here, the detector's is not
    elsewhere = replace(
        elsewhere, stages={**elsewhere.stages, Stage.DETECT: Spent(wall_seconds=3.0)}
    )
    assert load(elsewhere).share_outside_network is None
    assert load(run(4, joules=3.0), run(4)).joules_per_study is None
    assert load(run(4, joules=3.0), run(4, joules=5.0)).joules_per_study == pytest.approx(4)


def test_the_report_tells_what_a_whole_study_takes(tmp_path: Path) -> None:
    whole = series(Part.WHOLE, load(run(4), run(6)), load(run(9), at_once=2))
    text = document_from_bench(bench(series(Part.MODEL, load(run(1))), whole))
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    assert whole_study_seconds(path) == (5.0, 0.2)
    assert json.loads(text)["series"][0]["loads"][0]["joules_per_study"] == "not measured"
    path.write_text(document_from_bench(bench(series(Part.MODEL, load(run(1))))), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no whole study alone"):
        whole_study_seconds(path)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"no report\.json"):
        whole_study_seconds(path)


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    draw_bench([series(Part.WHOLE, load(run(4, network=2)))], tmp_path / "bench.png")
    assert (tmp_path / "bench.png").stat().st_size > 10_000


def test_every_study_of_a_load_is_taken_once() -> None:
    taken: list[int] = []

    def take(number: int) -> StudyRun:
        taken.append(number)
        return run(1)

    ticks = iter([0.0, 10.0, 7.0, 12.0])
    meter = Meter(
        wall_seconds=lambda: next(ticks),
        cpu_seconds=SharedAmount(lambda: next(ticks) / 2),
        device="cpu",
    )
    done = run_load(take, at_once=3, repeat=2, meter=meter, cores=2, peak_bytes=lambda: None)
    assert sorted(taken) == list(range(6))
    assert (done.studies, done.wall_seconds, done.cpu_seconds) == (6, 7.0, 1.0)


def test_a_server_that_still_starts_is_asked_again_and_another_failure_is_not() -> None:
    asked: list[int] = []

    def take(number: int) -> None:
        asked.append(number)
        if number == 0:
            raise EngineError("not yet")
        raise ConfigurationError("never")

    with pytest.raises(ConfigurationError, match="never"):
        take_until_ready(take, EngineError)
    assert asked == [0, 1]
