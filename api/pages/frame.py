"""What all pages have in common: templates, language, the time zone of the service."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.languages import Language, Texts, preferred_language
from api.wording import Wording
from wetread.ports import Clock

SHOWN: Final = 200
REFRESH_SECONDS: Final = 15
_TEMPLATES: Final = Path(__file__).parents[1] / "templates"


def page_templates() -> Environment:
    """Return the templates; everything they are given is escaped, a missing name is an error."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Frame:
    """Renders pages; ``wording`` is the dependency that chooses the language of a request."""

    def __init__(self, clock: Clock) -> None:
        self._templates = page_templates()
        texts = Texts()

        def choose_wording(
            request: Request, lang: Annotated[Language | None, Query()] = None
        ) -> Wording:
            language = lang or preferred_language(request.headers.get("accept-language", ""))
            return Wording(language=language, texts=texts, zone=clock().tzinfo)

        self.wording = Depends(choose_wording)

    def page(self, template: str, *, wording: Wording, here: str, **values: object) -> str:
        """Return a page; ``here`` is its path, for the link to the other language."""
        values.setdefault("refresh_seconds", None)
        return self._templates.get_template(template).render(wording=wording, here=here, **values)
