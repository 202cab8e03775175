"""What a user sees when something is not there, not allowed or went wrong: never a stack trace.

Unexpected errors are logged with a short reference, and only that is shown.
"""

import functools
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import flask
from dash import html, no_update
from dash.exceptions import DependencyException
from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as NotFoundAnswer

from components import callback_request, messages, navigator
from components.access import current_scope, may_see
from components.texts import said
from data.errors import DatabaseUnavailable, NotFound, NotPermitted, PortalError

log = logging.getLogger(__name__)


def not_found(text: str | None = None) -> html.Div:
    """Return the page for an address that leads nowhere, or nowhere this user may see: the two look the same."""
    reason = text or _("It may have been removed, or the link is wrong.")
    return _page(404, _("This page does not exist"), reason)


def node_not_found(ref: str) -> html.Div:
    """Return the page for a node that is not in the user's Navigator."""
    text = _("The link points to %(node)s, which is not in the Navigator. It may have been removed.", node=ref)
    find = html.Button(_("Find node"), type="button", className="btn btn-secondary", **{"data-navigator": "find"})
    return _page(404, _("This node does not exist"), text, actions=[find])


def not_permitted(error: NotPermitted) -> html.Div:
    """Return the page for something the role may not do."""
    return _page(403, _("You have no access to this"), said(error))


def unexpected(reference: str) -> html.Div:
    """Return the page for a fault on the portal's side."""
    text = _("The fault is on our side and has been logged. Your stations are not affected.")
    number = html.P(
        _("Tell support this number: %(reference)s", reference=reference), className="cp-t12 cp-3rd mt-4 mb-0"
    )
    return _page(500, _("Charge Portal could not show this page"), text, below=[number])


def unavailable() -> html.Div:
    """Return what stands in a page's place while the central system is away; live updates reload it afterwards."""
    return html.Div(
        [
            html.I(className="bi bi-hourglass-split", **{"aria-hidden": "true"}),
            html.H3(_("The central system is not reachable")),
            html.P(_("This page appears as soon as it answers again.")),
        ],
        className="cp-empty cp-fill",
        **{"data-reload": "when-back"},
    )


def guard_pages(pages: Iterable[dict[str, Any]]) -> None:
    """Wrap the layout of every registered page: the roles matrix first, then the errors a page may raise."""
    for page in pages:
        page["layout"] = _guarded(page["path"], page["layout"])


def on_callback_error(error: Exception) -> Any:
    """Tell the user why a callback did nothing, and return what Dash takes for nothing."""
    if isinstance(error, HTTPException):
        raise error
    if isinstance(error, DatabaseUnavailable):
        pass  # the banner says it
    elif isinstance(error, PortalError):
        messages.say(said(error), refused=True)
    else:
        messages.say_unexpected(_log(error))
    sent = callback_request.body()
    is_one_of_all = isinstance(sent["outputs"], list) and not sent["output"].startswith("..")
    return [no_update] * len(sent["outputs"]) if is_one_of_all else None


def register(server: flask.Flask) -> None:
    """Answer failed requests: with a page to a browser, in JSON to a callback."""

    @server.errorhandler(DatabaseUnavailable)
    def away(error: DatabaseUnavailable) -> tuple[Any, int]:
        return _answer(
            503,
            _("The central system is not reachable"),
            _("It is started again by itself. This page tries again every 5 s."),
        )

    @server.errorhandler(CSRFError)
    def stale(error: CSRFError) -> tuple[Any, int]:
        return _answer(400, _("This page is too old"), _("Load it again, then repeat what you did."))

    @server.errorhandler(DependencyException)
    def no_such_file(error: DependencyException) -> tuple[Any, int]:
        return refused(NotFoundAnswer())

    @server.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Any, int]:
        return _answer(error.code or 500, error.name, error.description or "")

    @server.errorhandler(Exception)
    def failed(error: Exception) -> tuple[Any, int]:
        text = _(
            "The fault is on our side and has been logged. Tell support this number: %(reference)s",
            reference=_log(error),
        )
        return _answer(500, _("Charge Portal could not show this page"), text)

    @server.after_request
    def missing(response: Response) -> Response:
        if (
            request.method == "GET"
            and response.status_code == 200
            and response.mimetype == "text/html"
            and _is_missing()
        ):
            response.status_code = 404  # the page itself is drawn by the router, in the shell
        return response


def _is_missing() -> bool:
    if request.path == "/login" or not current_user.is_authenticated:
        return False
    if not may_see(current_scope().role, request.path):
        return True
    try:
        navigator.chosen_node(request.args.get("node"))
    except NotFound:
        return True
    except DatabaseUnavailable:
        pass
    return False


def _guarded(path: str, layout: Any) -> Callable[..., Any]:
    @functools.wraps(layout if callable(layout) else _guarded)
    def page(**parts: str | list[str]) -> Any:
        query = {name: part if isinstance(part, str) else part[0] for name, part in parts.items()}
        try:
            if not may_see(current_scope().role, path):
                return not_found()
            navigator.chosen_node(query.get("node"))
            return layout(**query) if callable(layout) else layout
        except NotFound as error:
            return node_not_found(str(error.identity)) if error.kind == "node" else not_found(said(error))
        except NotPermitted as error:
            return not_permitted(error)
        except DatabaseUnavailable:
            return unavailable()
        except Exception as error:  # a fault in one page must not take the shell away
            return unexpected(_log(error))

    return page


def _answer(status: int, title: str, text: str) -> tuple[Any, int]:
    if not request.path.startswith("/_"):
        return flask.render_template("error.html", status=status, title=title, text=text), status
    return flask.jsonify(error=title, text=text), status


def _log(error: Exception) -> str:
    reference = f"E-{secrets.token_hex(4).upper()}"
    log.error("%s at %s", reference, request.path, exc_info=error)
    return reference


def _page(status: int, title: str, text: str, actions: Sequence[Any] = (), below: Sequence[Any] = ()) -> html.Div:
    home = html.A(_("Go to Dashboard"), href="/dashboard", className="btn btn-primary", **{"data-page": "/dashboard"})
    body = [
        html.Div(className=f"cp-curve cp-curve-{status} mb-4", **{"aria-hidden": "true"}),
        html.Div(str(status), className="cp-t13 cp-2nd fw-semibold mb-1"),
        html.H1(title, className="cp-title mb-2"),
        html.P(text, className="cp-2nd mb-4"),
        html.Div([home, *actions], className="d-flex gap-2 flex-wrap"),
        *below,
    ]
    return html.Div(html.Div(body), className="cp-fill cp-error")
