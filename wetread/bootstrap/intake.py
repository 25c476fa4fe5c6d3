"""Wires what comes in: the receiver, its index, and when a study is complete."""

from collections.abc import Callable
from dataclasses import dataclass

from routing.commitments import ExpectedCommitments
from routing.feedback.assessment_codes import load_assessment_codes
from routing.feedback.report_marks import MarkReader
from routing.feedback.report_reading import ReportReading
from routing.intake.completeness import CompletenessWatcher, OnComplete
from routing.intake.indexer import Indexer
from routing.intake.moves import ExpectedMoves
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from wetread.bootstrap.records import Records
from wetread.domain.studies import CompletenessPolicy
from wetread.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What takes studies in."""

    receiver: StorageReceiver
    indexer: Indexer
    watcher: CompletenessWatcher


def build_intake(
    settings: Settings,
    records: Records,
    *,
    moves: ExpectedMoves,
    commitments: ExpectedCommitments,
    on_complete: OnComplete,
    on_stored: Callable[[], None],
    on_refused: Callable[[str], None],
) -> Intake:
    """Construct the intake; raise `ConfigurationError`."""
    clock = records.clock
    reports = ReportReading(
        feedback=records.feedback,
        findings=records.findings,
        results=records.results,
        catalog=records.catalog,
        marks=MarkReader(load_assessment_codes(settings.assessment_codes), clock().tzinfo),
        spool_dir=settings.spool_dir,
        clock=clock,
    )
    spool = Spool(settings.spool_dir, settings.intake.minimum_free_bytes)
    indexer = Indexer(
        spool,
        records.catalog,
        clock=clock,
        sites={sender.ae_title: sender.site for sender in settings.intake.senders},
        on_documents=reports.read_new,
    )

    def note_stored(content_sha256: str) -> None:
        on_stored()
        indexer.submit(content_sha256)

    return Intake(
        receiver=StorageReceiver(
            settings.intake,
            spool,
            note_stored,
            on_refused=on_refused,
            moves=moves,
            commitments=commitments,
        ),
        indexer=indexer,
        watcher=CompletenessWatcher(
            records.catalog,
            CompletenessPolicy(
                quiet=settings.intake.quiet, forced_after=settings.intake.forced_after
            ),
            clock,
            on_complete,
            indexed_until=indexer.indexed_until,
        ),
    )
