"""A `StudyAnalysis` of `ball_ct` studies: shipped rules, real reader, selection and encoding."""

from collections.abc import Callable
from datetime import UTC, datetime

from routing.guidelines.loading import load_guide
from routing.ledger.payers import load_payer_tables
from routing.ledger.prices import load_price_tables
from routing.pipeline.analysis import StudyAnalysis, default_outputs
from routing.pipeline.growth_limits import load_growth_limits
from routing.pipeline.metering import this_machine
from routing.pipeline.retries import RetryPolicy
from routing.pipeline.stops import AnalysisRules, AnalysisTools, ChooseOutputs
from routing.reading.priority import load_priority_table
from routing.selection.rule_files import load_rules
from tests.support.ball_tools import ball_tools

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def shipped_rules() -> AnalysisRules:
    """Return the tables that come with the software."""
    return AnalysisRules(
        selection=load_rules(),
        growth=load_growth_limits(),
        priority=load_priority_table(),
        prices=load_price_tables(),
        payers=load_payer_tables(),
        guide=load_guide(None, {}),
    )


def ball_analysis(
    tools: AnalysisTools | None = None,
    *,
    sleep: Callable[[float], None] = lambda _: None,
    outputs: ChooseOutputs = default_outputs,
) -> StudyAnalysis:
    """Return the analysis with the given parts."""
    return StudyAnalysis(
        tools=tools or ball_tools(),
        rules=shipped_rules(),
        meter=this_machine(),
        retries=RetryPolicy(attempts=3, first_wait_seconds=0.5),
        clock=lambda: NOW,
        sleep=sleep,
        outputs=outputs,
    )
