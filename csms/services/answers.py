"""How the services' API says no."""

import json

from aiohttp import web

_CLASSES: dict[int, type[web.HTTPException]] = {
    400: web.HTTPBadRequest,
    401: web.HTTPUnauthorized,
    403: web.HTTPForbidden,
    404: web.HTTPNotFound,
    408: web.HTTPRequestTimeout,
    429: web.HTTPTooManyRequests,
}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}}


def refusal(status: int, error: str, message: str) -> web.HTTPException:
    """Make the answer to a call that is not taken: a word for programs, a sentence for people."""
    body = json.dumps({"error": error, "message": message})
    return _CLASSES[status](text=body, content_type="application/json", headers=_HEADERS.get(status))


def too_large(most: int) -> web.HTTPException:
    body = json.dumps({"error": "too_large", "message": f"The body has more than {most} bytes."})
    return web.HTTPRequestEntityTooLarge(most, most, text=body, content_type="application/json")
