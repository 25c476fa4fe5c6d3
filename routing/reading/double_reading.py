"""Hands a study to as many readers as it needs, and to an arbiter where they disagree."""

from collections.abc import Callable
from dataclasses import dataclass

from routing.reading.desk import ReadingDesk
from routing.records.double_reads import DoubleRead, DoubleReadRecords
from routing.records.findings import FindingsRecords
from wetread.domain.double_reading import (
    DoubleReadingRules,
    ReadStage,
    StructuredReport,
    WantedReads,
    reads_wanted,
    report_of_analysis,
    stage_of,
)
from wetread.ports import QueueItem


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleReading:
    """Stands before the desk: nobody reads a study twice, none leaves before all have spoken."""

    rules: DoubleReadingRules
    records: DoubleReadRecords
    findings: FindingsRecords
    desk: ReadingDesk
    draw: Callable[[], float]  # a random number from 0 to below 1

    def claim_next(self, reader: str, *, site: str = "") -> QueueItem | None:
        """Give a reader what to read next, but for studies that they or their site have read."""
        return self.desk.claim_next(reader, skip=self._read_by(reader, site))

    def claim(self, study_instance_uid: str, reader: str, *, site: str = "") -> bool:
        """Give a reader one study; False where another has it, or they have read it."""
        if study_instance_uid in self._read_by(reader, site):
            return False
        return self.desk.claim(study_instance_uid, reader)

    def report(self, study_instance_uid: str, report: StructuredReport) -> ReadStage | None:
        """Take a report, and give the study to another reader where it needs one.

        None where the reader does not have the study.
        """
        if not self.claim(study_instance_uid, report.reader, site=report.site):
            return None
        self.records.begin_once(
            study_instance_uid,
            lambda: self._wanted(study_instance_uid),
            at=self.desk.clock(),
        )
        read = self.records.add(study_instance_uid, report, self._stage)
        if read.stage is ReadStage.SETTLED:
            self.desk.report(study_instance_uid, report.reader)
        else:
            self.desk.pass_on(study_instance_uid, report.reader)
        return read.stage

    def reports_of(self, read: DoubleRead) -> tuple[StructuredReport, ...]:
        """Return all that is compared: the readers, and the analysis where it counts as one."""
        analysis = None
        if self.rules.ai_is_a_reader and read.wanted.count > 1:
            found = self.findings.newest(read.study_instance_uid)
            if found is not None:
                analysis = report_of_analysis(found, self.desk.clock())
        return read.reports if analysis is None else (*read.reports, analysis)

    def _wanted(self, study_instance_uid: str) -> WantedReads:
        found = self.findings.newest(study_instance_uid)
        return reads_wanted(found, self.rules, drawn=self.draw())

    def _stage(self, read: DoubleRead) -> ReadStage:
        return stage_of(
            read.wanted.count,
            self.reports_of(read),
            self.rules,
            arbitrated=read.arbiter is not None,
        )

    def _read_by(self, reader: str, site: str) -> frozenset[str]:
        return self.records.unsettled_of(reader, site if self.rules.different_sites else "")
