"""What the analysis of a study changes outside itself; every effect may safely happen twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.ledger.booking import book_analysis
from routing.reading.desk import ReadingDesk
from routing.reading.prescreening import Prescreening
from routing.records.findings import FindingsRecords
from routing.records.ledger import LedgerRecords
from routing.records.results import ResultRecords
from routing.results.objects import EncodedObject
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.payers import PayerTable
from wetread.domain.costs.prices import PriceTable
from wetread.domain.findings import Findings
from wetread.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffects:
    """Reports of one study to the rooms that wait for it."""

    findings: FindingsRecords
    results: ResultRecords
    ledger: LedgerRecords
    desk: ReadingDesk
    prescreening: Prescreening

    prices: DatedTables[PriceTable]
    payers: DatedTables[PayerTable]
    clock: Clock

    def prioritise(self, findings: Findings) -> None:
        """Tell the reader what was found, and raise the study in the list."""
        self.desk.note_analysis(findings)

    def book(self, findings: Findings, objects: Sequence[EncodedObject]) -> None:
        """Book the cost, and who pays it, by the tables of today."""
        at = self.clock()
        book_analysis(
            findings,
            objects,
            prices=self.prices.on(at.date()),
            payers=self.payers.on(at.date()),
            ledger=self.ledger,
            at=at,
        )

    def address(
        self, findings: Findings, objects: Sequence[EncodedObject], destinations: Sequence[str]
    ) -> None:
        """Record the objects and where each of them has to go."""
        self.results.address(
            findings.study_instance_uid,
            findings.revision,
            objects=objects,
            destinations=destinations,
        )

    def conclude(self, findings: Findings) -> None:
        """Keep the findings: the study is concluded, and the reader is told the last word."""
        self.findings.conclude(findings, at=self.clock())
        self.prioritise(findings)
        self.prescreening.conclude(findings)
        self.desk.announce_result(findings.study_instance_uid)
