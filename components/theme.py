"""Light and dark: the figure template of the theme the browser shows.

`assets/early/theme.js` keeps the choice (light, dark or as the system) and sends the shown theme as a cookie; when it
changes, `assets/theme.js` gives open figures the other template. So figures take their colours from the template.
"""

import json
from functools import cache
from pathlib import Path

import plotly.graph_objects as go
from flask import has_request_context, request

COOKIE = "theme"
_FILE = Path(__file__).parent.parent / "assets" / "plotly-template.json"


def shown() -> str:
    """Return the theme of the present request's browser: light or dark."""
    return "dark" if has_request_context() and request.cookies.get(COOKIE) == "dark" else "light"


def template() -> go.layout.Template:
    """Return the figure template: `go.Figure(..., layout={"template": theme.template()})`."""
    return _templates()[shown()]


@cache
def _templates() -> dict[str, go.layout.Template]:
    return {name: go.layout.Template(values) for name, values in json.loads(_FILE.read_text(encoding="utf-8")).items()}
