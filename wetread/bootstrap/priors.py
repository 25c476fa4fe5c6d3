"""Wires the archives from which priors are fetched."""

from routing.intake.moves import ExpectedMoves
from routing.intake.spool import Spool
from routing.priors.archives import CGetArchive, CMoveArchive, DicomWebArchive
from routing.priors.fetching import PriorFetcher
from routing.priors.relevance import load_relevance_rules
from routing.records.catalog import StudyCatalog
from wetread.ports import Clock, PriorArchive
from wetread.settings import DicomWebArchiveSettings, Settings


def build_moves(settings: Settings) -> ExpectedMoves:
    """Return what the receiver and the archives that send to it have in common."""
    return ExpectedMoves(
        [one.calling_ae_title for one in settings.archives if one.kind == "c-move"]
    )


def build_archives(settings: Settings, moves: ExpectedMoves) -> tuple[PriorArchive, ...]:
    """Return the archives; raise `ConfigurationError` where TLS files are no good."""
    priors = settings.priors
    archives: list[PriorArchive] = []
    for one in settings.archives:
        if isinstance(one, DicomWebArchiveSettings):
            archives.append(DicomWebArchive(one, maximum_bytes=priors.maximum_bytes))
        elif one.kind == "c-get":
            archives.append(CGetArchive(one, maximum_bytes=priors.maximum_bytes))
        else:
            archives.append(
                CMoveArchive(
                    one,
                    moves,
                    receiver_ae_title=settings.intake.ae_title,
                    move_seconds=priors.wait_seconds,
                )
            )
    return tuple(archives)


def build_fetcher(
    settings: Settings, moves: ExpectedMoves, catalog: StudyCatalog, clock: Clock
) -> PriorFetcher:
    """Return what fetches priors; raise `ConfigurationError`."""
    return PriorFetcher(
        build_archives(settings, moves),
        spool=Spool(settings.spool_dir, settings.intake.minimum_free_bytes, inbox="fetched"),
        catalog=catalog,
        rules=load_relevance_rules(settings.priors.relevance_table),
        settings=settings.priors,
        clock=clock,
    )
