"""The form by which a human decides on a link."""

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from api.forms import read_form
from api.languages import Language
from api.schemas import Actor
from wetread.domain.identity.links import Decision


class LinkForm(BaseModel):
    """What was filled in; no decision takes an earlier one back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: Actor
    decision: Decision | None = None
    lang: Language


async def read_link_form(request: Request) -> LinkForm:
    """Return the form; end the request with 422 where it is none."""
    return await read_form(request, LinkForm)
