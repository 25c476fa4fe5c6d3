"""The shipped policy of assignment, or an institution's own."""

from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.assignment.policy import AssignmentPolicy


def load_assignment_policy(path: Path | None = None) -> AssignmentPolicy:
    """Read the policy, the shipped one by default; raise `ConfigurationError`."""
    return read_table(path or Path(__file__).with_name("policy.toml"), AssignmentPolicy)
