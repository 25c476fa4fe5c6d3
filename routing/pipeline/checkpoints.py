"""What a step gave, as the text of its checkpoint: JSON, so that a later program reads it too."""

import json
from typing import TypeVar

from pydantic import TypeAdapter

from routing.pipeline.metering import Spent
from routing.pipeline.steps import Attempt, Failure

T = TypeVar("T")


def checkpoint_text(attempt: Attempt[T], kind: type[T]) -> str:
    """Return the checkpoint; equal attempts give equal text."""
    spent = TypeAdapter(Spent).dump_python(attempt.spent, mode="json")
    if isinstance(attempt.outcome, Failure):
        failure = TypeAdapter(Failure).dump_python(attempt.outcome, mode="json")
        parts = {"failure": failure, "value": None, "spent": spent}
    else:
        value = TypeAdapter(kind).dump_python(attempt.outcome, mode="json")
        parts = {"failure": None, "value": value, "spent": spent}
    return json.dumps(parts, allow_nan=False, ensure_ascii=False)


def attempt_from_checkpoint(text: str, kind: type[T]) -> Attempt[T]:
    """Return the attempt that `checkpoint_text` wrote; raise `ValueError` if it is none."""
    parts = json.loads(text)
    spent = TypeAdapter(Spent).validate_python(parts["spent"])
    if parts["failure"] is not None:
        failure = TypeAdapter(Failure).validate_json(json.dumps(parts["failure"]))
        return Attempt(outcome=failure, spent=spent)
    # From JSON text: only there does pydantic take a list for a tuple of fixed length.
    return Attempt(outcome=TypeAdapter(kind).validate_json(json.dumps(parts["value"])), spent=spent)
