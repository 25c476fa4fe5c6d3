"""Which hospitals screen their studies before they request a read, and on what terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.prescreening import PrescreenRules


@dataclass(frozen=True, slots=True, kw_only=True)
class _PrescreenFile:
    sites: Mapping[str, PrescreenRules]


def load_prescreen_rules(path: Path | None) -> Mapping[str, PrescreenRules]:
    """Read the rules by site; none without a file. Raise `ConfigurationError` if unusable."""
    return {} if path is None else read_table(path, _PrescreenFile).sites
