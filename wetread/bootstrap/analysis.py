"""Wires the analysis of images: what `analyze` needs and the service builds on."""

import shutil
from pathlib import Path

import api
import inference
import models
import routing
from inference.comparison import NoduleComparer
from inference.detection import load_detector
from inference.measurement import MEASURING_KIND, load_measurer
from inference.registration import DeformableRegistrar
from inference.rendering import draw_key_image
from inference.turns import DeviceTurns
from inference.volumes.reader import SeriesReader
from models.registry import PACKAGES_DIR, ModelPackage, load_package
from routing.commitments import ExpectedCommitments
from routing.guidelines.loading import load_guide
from routing.intake.headers import read_header
from routing.ledger.payers import load_payer_tables
from routing.ledger.prices import load_price_tables
from routing.pipeline.analysis import StudyAnalysis, default_outputs
from routing.pipeline.growth_limits import load_growth_limits
from routing.pipeline.metering import Meter
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.stops import AnalysisRules, AnalysisTools, ChooseOutputs
from routing.pipeline.study import StudyInput
from routing.priors.relevance import load_relevance_rules
from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.double_reading_rules import load_double_reading_rules
from routing.reading.prescreen_rules import load_prescreen_rules
from routing.reading.priority import load_priority_table
from routing.reading.specialties.columns import load_column_rules
from routing.selection.folder import scan_folder
from routing.selection.rule_files import load_rules
from wetread.bootstrap.clock import clock_of
from wetread.bootstrap.destinations import build_destinations, build_recipients
from wetread.bootstrap.engine import build_detector, find_server
from wetread.bootstrap.priors import build_archives, build_moves
from wetread.bootstrap.reading import load_reading_tables
from wetread.domain.days import day_from_da
from wetread.domain.errors import ConfigurationError
from wetread.domain.guidelines.guidance import Indication
from wetread.domain.studies import PatientKey, StoredInstance
from wetread.ports import Detector
from wetread.settings import Settings

MEASURING_MODEL = "nodule-outline"
_HERE = Path(__file__).parents[2]
_LOCAL_SITE = "local"  # the issuer of patient IDs in a folder that name none


def build_analysis(
    settings: Settings,
    rules: AnalysisRules,
    outputs: ChooseOutputs = default_outputs,
    turns: DeviceTurns | None = None,
) -> StudyAnalysis:
    """Return the analysis with the model of the settings; raise `ConfigurationError`.

    ``outputs`` tells which objects its results become, ``turns`` are those of the device.
    """
    tools, meter = build_tools(settings, turns)
    return analysis_with(tools, meter, settings, rules, outputs)


def build_tools(
    settings: Settings, turns: DeviceTurns | None = None
) -> tuple[AnalysisTools, Meter]:
    """Return what looks at images, and what meters it; raise `ConfigurationError`."""
    _check_packages_are_ours()
    measurer = load_measurer(load_package(MEASURING_MODEL))
    detector, meter = build_detector(configured_package(settings), settings, turns or DeviceTurns())
    tools = AnalysisTools(
        reader=SeriesReader(),
        detector=detector,
        measurer=measurer,
        comparer=NoduleComparer(DeformableRegistrar(), measurer),
        renderer=draw_key_image,
    )
    return tools, meter


def analysis_with(
    tools: AnalysisTools,
    meter: Meter,
    settings: Settings,
    rules: AnalysisRules,
    outputs: ChooseOutputs = default_outputs,
) -> StudyAnalysis:
    """Return the analysis that uses these tools."""
    return StudyAnalysis(
        tools=tools,
        rules=rules,
        meter=meter,
        retries=RetryPolicy(attempts=settings.pipeline.step_attempts, first_wait_seconds=0.5),
        clock=clock_of(settings),
        outputs=outputs,
    )


def configured_package(settings: Settings) -> ModelPackage:
    """Return the package that finds the nodules; raise `ConfigurationError`."""
    return load_package(settings.model, package_folders(settings))


def package_folders(settings: Settings) -> tuple[Path, Path]:
    """Return where model packages lie: those that are shipped, then those that were pulled."""
    return PACKAGES_DIR, settings.models_dir


def load_model(package: ModelPackage, settings: Settings) -> Detector:
    """Return the detector of a package on the device of the settings."""
    return load_detector(package, settings.device)


def try_model(package: ModelPackage, settings: Settings) -> None:
    """Load a package of any kind as the analysis would; raise `ConfigurationError`."""
    if package.kind == MEASURING_KIND:
        load_measurer(package)
    else:
        load_model(package, settings)


def load_analysis_rules(
    settings: Settings, *, selection_rules: Path | None = None
) -> AnalysisRules:
    """Read every dated table the settings name; raise `ConfigurationError`."""
    return AnalysisRules(
        selection=load_rules(selection_rules or settings.selection_rules),
        growth=load_growth_limits(),
        priority=load_priority_table(settings.priority_table),
        prices=load_price_tables(settings.price_table),
        payers=load_payer_tables(settings.costs.payer_table),
        guide=load_guide(
            settings.guidelines.indication_rules,
            {
                Indication.SCREENING: settings.guidelines.screening,
                Indication.INCIDENTAL: settings.guidelines.incidental,
                Indication.FOLLOW_UP: settings.guidelines.follow_up,
            },
        ),
    )


def open_study(folder: Path) -> StudyInput:
    """Return the one study that lies in a folder; raise `StudyError`."""
    return study_from_instances(scan_folder(folder).instances)


def study_from_instances(instances: tuple[StoredInstance, ...]) -> StudyInput:
    """Return the study that instances make up; the first one's header tells whose it is."""
    header = read_header(instances[0].path)
    return StudyInput(
        study_instance_uid=instances[0].study_instance_uid,
        patient_key=PatientKey(issuer=header.issuer or _LOCAL_SITE, patient_id=header.patient_id),
        study_date=day_from_da(header.study_date),
        instances=instances,
    )


def find_problems(settings: Settings) -> tuple[str, ...]:
    """Try everything the settings name without starting anything; return what is wrong."""
    problems = []
    try:
        build_analysis(settings, load_analysis_rules(settings))
        find_server(settings)
    except ConfigurationError as error:
        problems.append(str(error))
    try:
        build_archives(settings, build_moves(settings))
        load_relevance_rules(settings.priors.relevance_table)
        load_reading_tables(settings)
        load_prescreen_rules(settings.reading.prescreening)
        load_double_reading_rules(settings.reading.double_reading)
    except ConfigurationError as error:
        problems.append(str(error))
    try:
        load_assignment_policy(settings.assignment.policy)
        load_column_rules(settings.assignment.columns)
    except ConfigurationError as error:
        problems.append(str(error))
    try:
        build_destinations(settings, ExpectedCommitments())
        build_recipients(settings)
    except ConfigurationError as error:
        problems.append(str(error))
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        problems.append(f"data_dir {settings.data_dir} cannot be used: {error.strerror}")
    else:
        if free < settings.intake.minimum_free_bytes:
            problems.append(f"data_dir has {free} bytes free, fewer than intake.minimum_free_bytes")
    if not settings.intake.senders:
        problems.append("intake.senders is empty: nobody may send studies")
    return tuple(problems)


def _check_packages_are_ours() -> None:
    """Refuse to run beside another package of a name as common as `models`."""
    for package in (inference, models, routing, api):
        if package.__file__ is None or Path(package.__file__).parents[1] != _HERE:
            raise ConfigurationError(
                f"the package {package.__name__!r} is not Wetread's own: "
                "install Wetread into an environment of its own"
            )
