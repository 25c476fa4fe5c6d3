"""Who may ask, and what a browser may do with the answer."""

import base64
import binascii
import hmac
from typing import Final

from pydantic import SecretStr
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_response, unexpected_problem

_OPEN_PATH: Final = "/health/live"
_OWN_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SECURITY_HEADERS: Final = {
    # Pages load their style sheet and key images from here, nothing else from anywhere.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOT_KEPT: Final = "no-store"  # answers name patients


class Guard:
    """Wraps the whole application, so that no route can be forgotten.

    With a token, every request but the one for liveness carries it: as a bearer token (RFC 6750),
    or, to look at pages in a browser, as the password of Basic authentication (RFC 7617).
    Without one, only requests that call this machine by its own name are answered: a page from
    elsewhere that points its own name here (DNS rebinding) is not.
    """

    def __init__(self, app: ASGIApp, *, token: SecretStr | None) -> None:
        self._app = app
        self._token = None if token is None else token.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(MutableHeaders(scope=message))
            await send(message)

        request = Request(scope)
        try:
            refusal = self._find_refusal(request)
            await (refusal or self._app)(scope, receive, send_guarded)
        except Exception as error:
            if started:
                raise
            route = getattr(scope.get("route"), "path", "unknown")
            await unexpected_problem(error, route=route)(scope, receive, send_guarded)

    def _find_refusal(self, request: Request) -> Response | None:
        if request.url.path == _OPEN_PATH:
            return None
        if self._token is None:
            if (request.url.hostname or "") not in _OWN_NAMES:
                return problem_response(
                    403, "without a token only requests to 127.0.0.1 or localhost are answered"
                )
        elif not self._has_token(request, self._token):
            return _challenge(request)
        from_elsewhere = request.headers.get("sec-fetch-site", "none") not in {
            "none",
            "same-origin",
        }
        if from_elsewhere and request.method not in _SAFE_METHODS:
            return problem_response(403, "pages of other sites may not change anything here")
        return None

    def _has_token(self, request: Request, token: bytes) -> bool:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        match scheme.lower():
            case "bearer":
                given = credentials.strip().encode("latin-1")  # as it came over the wire
            case "basic":
                try:
                    decoded = base64.b64decode(credentials, validate=True)
                except (binascii.Error, ValueError):
                    return False
                given = decoded.partition(b":")[2]
            case _:
                return False
        return hmac.compare_digest(given, token)


def _challenge(request: Request) -> Response:
    """Ask for the token, in the way that a browser understands where one asks."""
    wants_page = "text/html" in request.headers.get("accept", "")
    scheme = 'Basic realm="Wetread", charset="UTF-8"' if wants_page else 'Bearer realm="Wetread"'
    return problem_response(401, "a bearer token is needed", headers={"WWW-Authenticate": scheme})


def _add_headers(headers: MutableHeaders) -> None:
    for name, value in _SECURITY_HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", _NOT_KEPT)
