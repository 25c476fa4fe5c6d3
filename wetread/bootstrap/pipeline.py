"""Wires the way of a study: priors, analysis, encoding, delivery, and what waits for a budget."""

from dataclasses import dataclass

from inference.turns import DeviceTurns
from routing.commitments import ExpectedCommitments
from routing.identity.kanji import KanjiFolder, load_kanji_variants
from routing.identity.linking import PatientLinker
from routing.identity.match_table import load_match_table
from routing.intake.moves import ExpectedMoves
from routing.ledger.guard import BudgetGuard
from routing.ledger.waiting import BudgetedAnalyses
from routing.pipeline.delivery import DeliveryDesk
from routing.pipeline.effects import StudyEffects
from routing.pipeline.faults import fault_from_setting
from routing.pipeline.recorded_outputs import RecordedOutputs
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.redelivery import Redelivery
from routing.pipeline.stops import AnalysisRules
from routing.pipeline.workflow import StudyWorkflows
from routing.priors.prefetching import PriorPrefetcher
from routing.reading.prescreening import Prescreening
from wetread.bootstrap.analysis import build_analysis, load_analysis_rules
from wetread.bootstrap.destinations import build_destinations, build_recipients
from wetread.bootstrap.ledger import build_guard
from wetread.bootstrap.priors import build_fetcher
from wetread.bootstrap.records import Records
from wetread.domain.identity.matching import Matcher
from wetread.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What moves studies on."""

    rules: AnalysisRules
    workflows: StudyWorkflows
    budgeted: BudgetedAnalyses
    guard: BudgetGuard
    prefetcher: PriorPrefetcher
    redelivery: Redelivery


def build_pipeline(
    settings: Settings,
    records: Records,
    prescreening: Prescreening,
    *,
    moves: ExpectedMoves,
    commitments: ExpectedCommitments,
    turns: DeviceTurns,
) -> Pipeline:
    """Construct the pipeline; raise `ConfigurationError`."""
    clock, rules = records.clock, load_analysis_rules(settings)
    fetcher = build_fetcher(settings, moves, records.catalog, clock)
    studies = RecordedStudies(
        records.catalog,
        records.findings,
        records.tracks,
        rules.selection,
        most_priors=settings.pipeline.most_priors,
    )
    outputs = RecordedOutputs(build_recipients(settings), records.preferences, records.catalog)
    analysis = build_analysis(settings, rules, outputs, turns)
    guard = build_guard(settings, records.ledger, rules.payers)

    def waits_for_budget(study_instance_uid: str) -> bool:
        study = records.catalog.study(study_instance_uid)
        return study is not None and guard.may_wait(study)

    workflows = StudyWorkflows(
        database_url=settings.workflow_database_url,
        analysis=analysis,
        studies=studies,
        linker=PatientLinker(
            records.patients,
            records.links,
            matcher=Matcher(load_match_table(settings.match_table)),
            kanji=KanjiFolder(load_kanji_variants()),
            clock=clock,
        ),
        effects=StudyEffects(
            findings=records.findings,
            results=records.results,
            ledger=records.ledger,
            desk=prescreening.desk,
            prescreening=prescreening,
            prices=rules.prices,
            payers=rules.payers,
            clock=clock,
        ),
        desk=DeliveryDesk(build_destinations(settings, commitments), records.results, clock),
        settings=settings.pipeline,
        fetch_priors=fetcher.fetch_priors,
        fault=fault_from_setting(settings.pipeline.fault, settings.data_dir),
        waits_for_budget=waits_for_budget,
    )
    return Pipeline(
        rules=rules,
        workflows=workflows,
        budgeted=BudgetedAnalyses(
            workflows.submit,
            guard=guard,
            catalog=records.catalog,
            reading=prescreening.desk.records,
            most_under_way=settings.pipeline.concurrent_studies,
        ),
        guard=guard,
        prefetcher=PriorPrefetcher(fetcher, records.catalog, studies.open),
        redelivery=Redelivery(
            analysis=analysis,
            studies=studies,
            findings=records.findings,
            results=records.results,
            outputs=outputs,
            clock=clock,
        ),
    )
