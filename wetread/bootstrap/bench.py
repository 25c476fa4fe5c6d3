"""Wires the benchmark: the tools of the analysis, each of which tells its time."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

from inference.devices import choose_device, describe_device
from inference.lungs import lungs_of
from inference.network_time import watch_networks
from routing.bench.figures import LoadSeries, Machine, Part, StudyRun
from routing.bench.load import run_loads, take_until_ready
from routing.bench.machine import describe_machine
from routing.bench.stages import Stage, StageClocks
from routing.pipeline.metering import Meter, Spent
from routing.pipeline.stops import AnalysisRules, AnalysisTools
from routing.selection.select import select_series
from wetread.bootstrap.analysis import (
    analysis_with,
    build_tools,
    configured_package,
    load_analysis_rules,
    open_study,
)
from wetread.bootstrap.engine import build_server
from wetread.domain.errors import AnalysisError, EngineError
from wetread.domain.findings import Candidate, ModelIdentity, OperatingPoint, Outcome
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume
from wetread.ports import Detector, Progress, VolumeReader
from wetread.settings import Engine, Settings

_CUDA: Final = "cuda"

Take = Callable[[int], StudyRun]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchStudy:
    """What is measured with: a study as it lies in a folder, perhaps with an earlier one."""

    folder: Path
    prior: Path | None = None


class EngineBench:
    """Measures the analysis on one engine, by the calls that `analyze` makes."""

    def __init__(
        self,
        settings: Settings,
        *,
        tools: AnalysisTools,
        meter: Meter,
        rules: AnalysisRules,
        studies: Sequence[BenchStudy],
        scratch: Path,
    ) -> None:
        self._clocks = StageClocks(meter)
        self._engine = settings.engine.kind
        detector = tools.detector
        timed = _TimedDetector if self._engine is Engine.LOCAL else _TimedServedDetector
        self._tools = replace(
            tools,
            reader=_TimedReader(tools.reader, self._clocks),
            detector=timed(detector, self._clocks),
        )
        self._meter = meter
        self._rules = rules
        self._analysis = analysis_with(self._tools, meter, settings, rules)
        self._studies = studies
        self._scratch = scratch

    def measure(
        self, part: Part, *, at_once: Sequence[int], repeat: int, progress: Progress
    ) -> LoadSeries:
        """Return how one part goes under each load; one study before them is not counted.

        Raise `AnalysisError` where a study cannot be analysed: nothing else is worth timing.
        """
        take = self._taker(part)
        with watch_networks(partial(self._clocks.begin, Stage.NETWORK), self._clocks.end):
            take_until_ready(lambda _: take(0), EngineError)
            loads = run_loads(
                lambda _, number: take(number),
                at_once=at_once,
                repeat=repeat,
                meter=self._meter,
                process=os.getpid(),
                progress=progress,
            )
        return LoadSeries(
            engine=self._engine,
            part=part,
            device=self._tools.detector.model.device,
            loads=loads,
        )

    def _taker(self, part: Part) -> Take:
        if part is Part.MODEL:
            return partial(self._detect, [self._read(one) for one in self._studies])
        return partial(self._analyse, with_prior=part is Part.WHOLE_WITH_PRIOR)

    def _read(self, study: BenchStudy) -> CtVolume:
        selection = select_series(open_study(study.folder).instances, self._rules.selection)
        return self._tools.reader.read(selection.instances)

    def _detect(self, volumes: Sequence[CtVolume], number: int) -> StudyRun:
        volume = replace(volumes[number % len(volumes)])  # one whose lungs nobody knows yet
        with self._clocks.study() as stages:
            self._tools.detector.detect(volume)
        seconds = _seconds(stages)
        on_gpu = _CUDA in self._tools.detector.model.device
        return StudyRun(seconds=seconds, stages=stages, gpu_seconds=seconds if on_gpu else 0.0)

    def _analyse(self, number: int, *, with_prior: bool) -> StudyRun:
        study = self._studies[number % len(self._studies)]
        folder = Path(mkdtemp(dir=self._scratch))
        with self._clocks.study() as stages:
            with self._clocks.stage(Stage.HEADERS):
                current = open_study(study.folder)
                earlier = open_study(study.prior) if with_prior and study.prior else None
            analysed = self._analysis.analyze_study(
                current, earlier, folder, run_step=self._clocks.run_step
            )
        findings = analysed.findings
        if findings.outcome not in {Outcome.ANALYSED, Outcome.PARTIAL}:
            self._raise(findings.reason)
        return StudyRun(
            seconds=_seconds(stages),
            stages=stages,
            gpu_seconds=findings.cost.gpu_seconds,
            energy_joule=findings.cost.energy_joule,
        )

    def _raise(self, reason: str | None) -> None:
        kind = AnalysisError if self._engine is Engine.LOCAL else EngineError
        raise kind(f"the analysis that was to be measured failed: {reason}")


@contextmanager
def engine_bench(settings: Settings, studies: Sequence[BenchStudy]) -> Iterator[EngineBench]:
    """Yield what measures on the engine of the settings; its own server runs until the end.

    The engine does not fall back: the figures of another would be told as its own.
    """
    engine = settings.engine.model_copy(update={"fall_back": False})
    settings = settings.model_copy(update={"engine": engine})
    with TemporaryDirectory(prefix="wetread-bench-") as folder:
        scratch = Path(folder)
        package = configured_package(settings)
        wants_server = engine.kind is Engine.TRITON
        here = settings.model_copy(update={"data_dir": scratch})
        server = build_server(package, here) if wants_server else None
        if server is not None:
            server.start()
        try:
            tools, meter = build_tools(settings)
            rules = load_analysis_rules(settings)
            yield EngineBench(
                settings, tools=tools, meter=meter, rules=rules, studies=studies, scratch=scratch
            )
        finally:
            if server is not None:
                server.stop()


def bench_machine(settings: Settings) -> Machine:
    """Return what the benchmark runs on."""
    device = choose_device(settings.device)
    return describe_machine(describe_device(device) if device.type == _CUDA else None)


def _seconds(stages: Mapping[Stage, Spent]) -> float:
    return sum(one.wall_seconds for one in stages.values())


class _TimedReader:
    """A reader that tells its time."""

    def __init__(self, reader: VolumeReader, clocks: StageClocks) -> None:
        self._reader = reader
        self._clocks = clocks

    def read(self, instances: Sequence[StoredInstance]) -> CtVolume:
        with self._clocks.stage(Stage.DECODE):
            return self._reader.read(instances)


class _TimedServedDetector:
    """A detector elsewhere that tells its time."""

    def __init__(self, detector: Detector, clocks: StageClocks) -> None:
        self._detector = detector
        self._clocks = clocks

    @property
    def model(self) -> ModelIdentity:
        return self._detector.model

    @property
    def operating_point(self) -> OperatingPoint:
        return self._detector.operating_point

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        with self._clocks.stage(Stage.DETECT):
            return self._detector.detect(volume, progress, urgency=urgency)


class _TimedDetector(_TimedServedDetector):
    """A detector in this process, whose lungs, network and rest are told apart."""

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        with self._clocks.stage(Stage.LUNGS):
            lungs_of(volume)  # remembered for the detector, which asks for them first
        with self._clocks.stage(Stage.CANDIDATES):
            return self._detector.detect(volume, progress, urgency=urgency)
