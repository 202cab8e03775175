"""How the services' API says no: problem details (RFC 9457), with `error` as the word for programs."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

MEDIA = "application/problem+json"
_CLASSES: dict[int, type[web.HTTPException]] = {
    400: web.HTTPBadRequest,
    401: web.HTTPUnauthorized,
    403: web.HTTPForbidden,
    404: web.HTTPNotFound,
    408: web.HTTPRequestTimeout,
    422: web.HTTPUnprocessableEntity,
    429: web.HTTPTooManyRequests,
    503: web.HTTPServiceUnavailable,
}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}}


def problem(status: int, error: str, detail: str) -> dict[str, Any]:
    """Return the body that says what is wrong with a call: a word for programs, a sentence for people."""
    return {"title": HTTPStatus(status).phrase, "status": status, "error": error, "detail": detail}


def refusal(status: int, error: str, detail: str) -> web.HTTPException:
    """Make the answer to a call that is not taken."""
    body = json.dumps(problem(status, error, detail))
    return _CLASSES[status](text=body, content_type=MEDIA, headers=_HEADERS.get(status))


def too_large(most: int) -> web.HTTPException:
    body = json.dumps(problem(413, "too_large", f"The body has more than {most} bytes. Send less."))
    return web.HTTPRequestEntityTooLarge(most, most, text=body, content_type=MEDIA)


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Tell callers of the API the same way that there is no such path, or no such method."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        if request.path.startswith("/api/") and error.content_type != MEDIA:
            word = "not_found" if error.status == 404 else "wrong_method"
            detail = f"There is no {request.method} of this path. /api/openapi.json says what there is."
            error.text, error.content_type = json.dumps(problem(error.status, word, detail)), MEDIA
        raise
