"""Light and dark: the figure template of the theme the browser shows.

The choice (light, dark or as the system) is the user's: log-in gives it to the browser in a cookie, and the store
`theme-choice` of the shell changes both. `assets/early/theme.js` sends the shown theme as another cookie; when it
changes, `assets/theme.js` gives open figures the other template. So figures take their colours from the template.
"""

import json
from functools import cache
from pathlib import Path

import plotly.graph_objects as go
from flask import has_request_context, request
from werkzeug.wrappers import Response

COOKIE = "theme"
CHOICE = "theme-choice"
CHOICE_KEPT_S = 365 * 24 * 3600
_FILE = Path(__file__).parent.parent / "assets" / "plotly-template.json"


def shown() -> str:
    """Return the theme of the present request's browser: light or dark."""
    return "dark" if has_request_context() and request.cookies.get(COOKIE) == "dark" else "light"


def remember(answer: Response, choice: str) -> None:
    """Give the browser its user's choice of theme, in the cookie that `assets/early/theme.js` reads."""
    answer.set_cookie(CHOICE, choice, max_age=CHOICE_KEPT_S, samesite="Lax", secure=request.is_secure)


def template() -> go.layout.Template:
    """Return the figure template: `go.Figure(..., layout={"template": theme.template()})`."""
    return _templates()[shown()]


@cache
def _templates() -> dict[str, go.layout.Template]:
    return {name: go.layout.Template(values) for name, values in json.loads(_FILE.read_text(encoding="utf-8")).items()}
